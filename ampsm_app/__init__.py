"""Amp Session Orchestrator: AI coding sessions as isolated, reviewable, mergeable git branches."""

__version__ = "0.1.0"
