"""Use cases, one class a file, each an attribute of the core."""
