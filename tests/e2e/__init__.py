"""The whole product as its user meets it: a browser, a real server process, real git, the demo agent."""
