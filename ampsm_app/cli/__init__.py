"""A face: the command line."""
