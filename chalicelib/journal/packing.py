"""JSON values of any size as attributes of an item: plain, compressed, or cut with a mark. Pure.

A value `x` is the text `x` where it is small, the bytes `x_zlib` where it is large, and where
even those are too many the text `x` begins it and `x_cut` says how much there was.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Mapping
from typing import Any

#: characters of JSON that are easily read in a console
PLAIN = 8_192


# written out, a union is made anew each time that it is asked for
_LISTS = (list, tuple)
_TEXTS = (str, bytes)
#: bytes of a text for people: a name, a reason, an error's message
LONGEST_TEXT = 2_000


def storable(value: Any, most: int = LONGEST_TEXT) -> Any:
    """The value with each text as DynamoDB takes it, in at most about so many bytes.

    Half a character, which JSON can hold and UTF-8 cannot, is told by its number.
    """
    if isinstance(value, str):
        return _storable(value, most)
    if isinstance(value, dict):
        return {_storable(name, most): storable(each, most) for name, each in value.items()}
    if isinstance(value, _LISTS):
        return [storable(each, most) for each in value]
    return value


def _storable(text: str, most: int) -> str:
    content = text.encode("utf-8", "backslashreplace")
    if len(content) <= most:
        return content.decode()
    return f"{content[:most].decode('utf-8', 'ignore')}… ({len(text)} characters)"


class Cut(dict[str, Any]):
    """What is left of a value that did not fit. Nothing can go on from it."""


def pack(name: str, value: Any, most: int) -> dict[str, Any]:
    """The attributes that hold the value in at most about `most` bytes; none for None."""
    if value is None:
        return {}
    if isinstance(value, Cut):
        # what was cut once stays so, however often it is written again
        return {name: value["begins"][: min(PLAIN, most) // 2], f"{name}_cut": value["cut"]}
    text = json.dumps(value, separators=(",", ":"), default=str)
    if len(text) <= min(PLAIN, most):
        return {name: text}
    packed = zlib.compress(text.encode(), 6)
    if len(packed) <= most:
        return {f"{name}_zlib": packed}
    digest = hashlib.sha256(text.encode()).hexdigest()
    return {
        name: text[: min(PLAIN, most) // 2],
        f"{name}_cut": f"{len(text)} bytes, sha256 {digest}",
    }


def unpack(name: str, item: Mapping[str, Any]) -> Any:
    """The value that was packed; `Cut` for one that was cut, None for none."""
    if f"{name}_cut" in item:
        return Cut(cut=item[f"{name}_cut"], begins=item[name])
    if f"{name}_zlib" in item:
        return json.loads(zlib.decompress(bytes(item[f"{name}_zlib"])))
    return json.loads(item[name]) if name in item else None


def size(value: Any) -> int:
    """About how many bytes the texts and packed values of an item take."""
    if isinstance(value, _TEXTS):
        return len(value)
    if isinstance(value, dict):
        return sum(map(size, value.values()))
    return sum(map(size, value)) if isinstance(value, _LISTS) else 0
