"""The only room that knows Flask: one page, one socket, one registry of requests."""
