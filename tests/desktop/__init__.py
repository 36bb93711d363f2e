"""Tests of the window, on a display of their own."""
