"""Everything behind the faces: the rules, the agents, git, the store and the server."""
