"""Crash safety: real processes are killed, and nothing of anybody's work is lost."""
