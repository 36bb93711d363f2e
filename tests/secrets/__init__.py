"""Canary secrets: what an agent, a script or a hook prints of them reaches nothing that we write."""
