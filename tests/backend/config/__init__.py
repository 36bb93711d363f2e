"""Mirrors the package under test."""
