"""Git through its one door, with real repositories."""
