"""The agents room: discovery, probing, commands, streams, outcomes."""
