"""HTML and SVG that cannot be broken into: a text is escaped unless it was made here.

`backtest` builds its page with it, and `graph` its picture. Standard library only.
"""

from __future__ import annotations

from html import escape
from typing import TypeAlias

#: these have no content
_VOID = frozenset({"meta", "rect", "line"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child: TypeAlias = "Markup | str | None"
Value = str | int | float | None


def element(tag: str, /, *children: Child, **attributes: Value) -> Markup:
    """An element. `class_` is written `class`, `aria_label` is `aria-label`; None is left out."""
    given = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_escaped(str(value))}"'
        for key, value in attributes.items()
        if value is not None
    )
    if tag in _VOID and not children:
        return Markup(f"<{tag}{given}/>")
    return Markup(f"<{tag}{given}>{joined(*children)}</{tag}>")


def joined(*children: Child) -> Markup:
    """Children behind each other; what is no Markup is escaped."""
    return Markup("".join(map(_safe, children)))


def _safe(child: Child) -> str:
    if child is None:
        return ""
    return child if isinstance(child, Markup) else _escaped(child)


def _escaped(text: str) -> str:
    # half a surrogate pair is no text that a file could hold
    return escape(text).encode("utf-8", "replace").decode()
