"""Where in a pattern something stands, written as JSONPath; imports the standard library only."""

import json
import re

ROOT = "$"
_PLAIN = re.compile(r"[\w$-]+")


def child(place: str, name: str) -> str:
    """The place of a member: `$.detail.state`, `$["a b"]`."""
    plain = _PLAIN.fullmatch(name)
    return f"{place}.{name}" if plain else f"{place}[{json.dumps(name, ensure_ascii=False)}]"


def element(place: str, index: int) -> str:
    """The place of an array's element: `$.detail.state[0]`."""
    return f"{place}[{index}]"
