"""A chain of executions as a small tree: what led to one above it, what it caused below.

Called by `view`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from chalicelib.journal.record import Execution
from opsloop.history.chain import MOST, Chain, Link
from opsloop.output import plain, styled
from opsloop.tables import Rows

COLUMNS = ("CHAIN", "STATUS", "TIME", "ID")
_MORE = f"Of what happened while it acted, {MOST} executions were looked at: there may be more."

Row = list[str | Text]


def tree(one: Execution, chain: Chain) -> RenderableType | None:
    """The tree, from the first cause down; None where the execution stands alone."""
    if not chain.causes and not chain.caused and chain.complete:
        return None
    made = Rows(COLUMNS, _rows(one, chain))
    return made if chain.complete else Group(made, Text(_MORE, "dim"))


def _rows(one: Execution, chain: Chain) -> Iterator[Row]:
    for depth, link in enumerate(reversed(chain.causes)):
        yield _row(_branch(depth), link)
    depth = len(chain.causes)
    yield _row(_branch(depth), Link.of(one), style="bold")
    yield from _below(chain.caused, "   " * depth)


def _branch(depth: int) -> str:
    return f"{'   ' * (depth - 1)}└─ " if depth else ""


def _below(links: list[Link], indent: str) -> Iterator[Row]:
    for place, link in enumerate(links):
        last = place == len(links) - 1
        yield _row(f"{indent}{'└─ ' if last else '├─ '}", link)
        yield from _below(link.caused, f"{indent}{'   ' if last else '│  '}")


def _row(branch: str, link: Link, style: str = "") -> Row:
    name = Text.assemble((branch, "dim"), (plain(link.rule), style))
    if link.status is None or link.time is None:
        return [name, Text("gone", "dim"), "", link.id]
    return [name, styled(link.status), f"{link.time[:19]}Z", link.id]


def as_data(chain: Chain) -> dict[str, Any]:
    """The chain for programs: `causes` the nearest first, `caused` with theirs inside."""
    return {
        "causes": [_data(link) for link in chain.causes],
        "caused": [_data(link, below=True) for link in chain.caused],
        "caused_complete": chain.complete,
    }


def _data(link: Link, *, below: bool = False) -> dict[str, Any]:
    told = {"rule": link.rule, "id": link.id, "status": link.status, "time": link.time}
    return told | ({"caused": [_data(one, below=True) for one in link.caused]} if below else {})
