"""The only room that knows the command line of git."""
