"""Tests of the store, through its public functions and with real SQLite files."""
