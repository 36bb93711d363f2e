"""Merging without loss, on real repositories."""
