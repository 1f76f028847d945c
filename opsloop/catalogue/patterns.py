"""Is `when.event` a pattern that an event of AWS's can fit? Called by the compiler.

That EventBridge takes it at all is `opsloop.patterns`' to say, and whether AWS has such events
`senders`'. Here: the keys, and whether a value can be what the field holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.expressions.values import kind
from opsloop.catalogue.events import event_of_pattern
from opsloop.catalogue.pins import branches_of
from opsloop.catalogue.senders import check_detail_types, check_sources
from opsloop.expressions.absent import absent_of_open, one_of
from opsloop.expressions.spelling import misspelt
from opsloop.expressions.types import Type, a, there
from opsloop.problems import Fault, Path

_SCALARS = ("string", "number", "boolean")


def check(pattern: Mapping[str, Any]) -> Iterator[Fault]:
    """All that is wrong, or doubtful, with a pattern; paths start at the pattern."""
    faults = [*check_sources(pattern), *check_detail_types(pattern)]
    yield from faults
    if any(not fault.doubt for fault in faults):
        return  # what the detail would hold is anyone's guess
    yield from _map(pattern, event_of_pattern(pattern), ())


def _map(pattern: Mapping[str, Any], known: Type, path: Path) -> Iterator[Fault]:
    """The keys of a map, and what is below them."""
    for key, below in pattern.items():
        at = (*path, key)
        if key == "$or" and (branches := branches_of(pattern)) is not None:
            for place, branch in enumerate(branches):
                yield from _map(branch, known, (*at, place))
        elif known.fields is None:
            return
        elif key not in known.fields:
            yield from _absent(key, known, at)
        else:
            yield from _below(below, known.fields[key], at)


def _absent(key: str, known: Type, path: Path) -> Iterator[Fault]:
    names = there(known.fields or {})
    if not known.open:
        near = misspelt(key, names)
        wanted = f"`{near}`" if near else one_of(names)
        yield Fault(f"`{key}`, which is never there", wanted, near, path, key=True)
        return
    told = absent_of_open(key, known)
    if told is None:
        return
    meant = told.meant if told.meant in names else None
    yield Fault(told.found, told.expected, meant, path, key=True, doubt=told.doubt, lint=told.lint)


def _below(pattern: Any, known: Type | None, path: Path) -> Iterator[Fault]:
    """A field: EventBridge looks into each element of a list."""
    while known is not None and known.kind == "array":
        known = known.items
    if known is None:
        return
    if isinstance(pattern, Mapping):
        yield from _inside(pattern, known, path)
    elif known.kind in _SCALARS:
        yield from _values(pattern, known, path)
    elif not _asks_for_existence(pattern):
        found = f"values for `{path[-1]}`, which is a map"
        expected = f"a map: {one_of(there(known.fields or {}))}" if known.fields else "a map"
        yield Fault(found, expected, path=path, doubt=known.doubtful)


def _inside(pattern: Mapping[str, Any], known: Type, path: Path) -> Iterator[Fault]:
    if known.kind == "object":
        yield from _map(pattern, known, path)
        return
    found = f"a map for `{path[-1]}`, which is {a(known.kind)}"
    yield Fault(found, "a list of values", path=path, doubt=known.doubtful)


def _values(matchers: Any, known: Type, path: Path) -> Iterator[Fault]:
    for place, each in enumerate(matchers if isinstance(matchers, list) else ()):
        if (got := kind(each)) in _SCALARS and got != known.kind:
            found = f"{a(got)} for `{path[-1]}`, which is {a(known.kind)}: they are never equal"
            new = _as(known.kind, each)
            yield Fault(
                found,
                a(known.kind) if new is None else f"{a(known.kind)}: {new}",
                new,
                (*path, place),
                spelt=new is not None,
                doubt=known.doubtful,
            )


def _as(wanted: str, value: Any) -> str | None:
    """The literal as another kind, spelt as YAML has it."""
    if wanted == "string":
        return f'"{str(value).lower() if isinstance(value, bool) else value}"'
    text = str(value).lower()
    if wanted == "boolean" and text in ("true", "false"):
        return text
    return text if wanted == "number" and text.replace(".", "", 1).isdecimal() else None


def _asks_for_existence(matchers: Any) -> bool:
    """`exists` is about leaves, and a field that is a map may be a null."""
    return any(isinstance(one, Mapping) and "exists" in one for one in matchers or ()) or (
        matchers == [None]
    )
