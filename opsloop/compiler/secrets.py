"""Which secrets a rule reads, by name: what its function may fetch, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from chalicelib.plan import Plan, Value


def secrets_in(plan: Plan, channels: Iterable[Value]) -> set[str]:
    """The references of every `secret('…')` in a plan and in the channels it sends to."""
    return {*_references(plan), *(one for value in channels for one in _references(value))}


def _references(node: Any) -> Iterator[str]:
    open_ = [node]
    while open_:
        node = open_.pop()
        if isinstance(node, dict):
            if node.get("type") == "function_expression" and node.get("value") == "secret":
                yield node["children"][0]["value"]
            node = node.values()
        open_ += [below for below in node if isinstance(below, dict | list | tuple)]
