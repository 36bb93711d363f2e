"""Nouns and rules of the product: no input or output, no threads, no library but pydantic."""
