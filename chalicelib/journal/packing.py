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


def size(item: Mapping[str, Any]) -> int:
    """About how many bytes the packed values of an item take."""
    return sum(len(value) for value in item.values() if isinstance(value, str | bytes))
