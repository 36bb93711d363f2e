"""One file a coding agent: pure translation between our words and theirs, and a probe."""
