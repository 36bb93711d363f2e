"""Numbers in sentences."""


def count(number: int, noun: str) -> str:
    """`1 file`, `3 files`, `1,204 commits`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
