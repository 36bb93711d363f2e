"""Tests of the room that starts processes: real ones."""
