"""`glob()`: IAM's wildcards, and how much work they may be. Standard library only."""

from __future__ import annotations

from chalicelib.expressions.values import Misuse
from chalicelib.globs import fits

_MOST_WORK = 1 << 22


def glob(text: str, pattern: str) -> bool:
    """Whether the whole text fits the pattern. Raises `Misuse` where that is too much work."""
    if "?" in pattern and len(text) * len(pattern) > _MOST_WORK:
        raise Misuse(f"glob(): {len(text)} by {len(pattern)} characters are too many")
    return fits(text, pattern)
