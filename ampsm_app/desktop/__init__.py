"""A face: the window."""
