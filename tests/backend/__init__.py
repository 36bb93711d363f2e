"""Tests of the backend, room by room."""
