"""Agents that print what they should not: escapes, floods, lines without end, bytes that are no text."""
