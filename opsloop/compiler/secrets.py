"""Which secrets a rule reads, by name: what its function may fetch, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from chalicelib.plan import Plan, Value


def secrets_in(compiled: Plan | Value) -> set[str]:
    """The references of every `secret('…')` in a plan or in a channel."""
    return set(_references(compiled))


def _references(node: Any) -> Iterator[str]:
    open_ = [node]
    while open_:
        node = open_.pop()
        if isinstance(node, dict):
            if node.get("type") == "function_expression" and node.get("value") == "secret":
                yield node["children"][0]["value"]
            node = node.values()
        open_ += [below for below in node if isinstance(below, dict | list | tuple)]
