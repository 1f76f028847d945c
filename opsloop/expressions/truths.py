"""Conditions that are true whatever comes: numbers and texts. Called by `checker`.

JMESPath takes nothing for false but `false`, null, and what is empty: 0 is true.
"""

from __future__ import annotations

import re

from chalicelib.plan import Node
from opsloop.expressions.noting import Noting
from opsloop.expressions.types import Names, Type
from opsloop.problems import ALWAYS_MET

_PATH = re.compile(r"(\w+)(?:\.\w+)+")


def check(noting: Noting, node: Node, known: Type | None, *, inside: Node | None) -> None:
    """Note a number that decides; `inside` is the `!…` or the `… || …` that it stands in."""
    if known is None or known.kind != "number":
        return
    negated = inside is not None and inside["type"] == "not_expression"
    source = noting.source(node)
    found = f"`{source}` as a condition: a number, which is always true, 0 as well"
    if node["type"] == "function_expression" and node["value"] == "length":
        meant = f"{source} {'== 0' if negated else '> 0'}"
        whole = inside if negated and inside is not None else node
        noting.fault(whole, found, f"`{meant}`", meant, doubt=True, lint=ALWAYS_MET)
        return
    value = "duration('5m')" if node.get("value") == "age" else "0"
    expected = f"a comparison, such as `{source} > {value}`"
    if node["type"] in ("field", "subexpression", "index_expression", "variable"):
        expected += f", or `{source} != null` where it is enough that it is there"
    elif node["type"] == "literal":
        expected = "a comparison, or a name in scope"
    noting.fault(node, found, expected, doubt=True, lint=ALWAYS_MET)


def check_text(noting: Noting, node: Node, names: Names, *, inside: Node | None) -> None:
    """Note a text that decides, unless it is empty."""
    text = node["value"]
    if not isinstance(text, str) or not text:
        return
    source = noting.source(node)
    found = f"`{source}` as a condition: a text, which is always true"
    path = _PATH.fullmatch(text)
    unquoted = path is not None and path[1] in names
    meant = text if unquoted else _compared(noting, source, inside)
    expected = f"`{meant}`" if meant else "a comparison, or a name in scope"
    if unquoted:
        expected += ", without quotes around the path"
    noting.fault(node, found, expected, meant, doubt=True, lint=ALWAYS_MET)


def _compared(noting: Noting, source: str, inside: Node | None) -> str | None:
    """`state == 'a' || 'b'` means to compare with both."""
    if inside is None or inside["type"] != "or_expression":
        return None
    left = inside["children"][0]
    while left["type"] == "or_expression":
        left = left["children"][0]
    if left["type"] != "comparator" or left["value"] != "eq":
        return None
    return f"{noting.source(left['children'][0])} == {source}"
