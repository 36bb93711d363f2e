"""The demo agent, as an executable of its own."""
