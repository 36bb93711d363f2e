"""A scripted agent of its own that speaks the command line of Amp; it imports nothing of the backend."""
