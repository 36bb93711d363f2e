"""The only room that starts processes: groups, guards, timeouts, line readers."""
