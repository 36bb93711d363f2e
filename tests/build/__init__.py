"""The scripts that make things."""
