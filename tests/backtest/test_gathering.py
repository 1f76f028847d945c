"""What is gathered comes out in order, however much of it lay in files meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from opsloop.backtest import gathering
from opsloop.backtest.gathering import Gathered, Row
from opsloop.backtest.guards import Request
from opsloop.backtest.tally import Example

ROWS = st.lists(
    st.tuples(
        st.sampled_from("ab"),
        st.sampled_from("vw"),
        st.integers(0, 5),
        st.sampled_from("xyz"),
        st.integers(0, 2),
    ),
    max_size=40,
    unique=True,
)


def row(rule: str, where: str, at: float, identity: str, element: int) -> Row:
    example = Example(f"{at}", identity, element, "half a pair: \ud800", "", "\udcff.json", 1)
    return Row(rule, where, at, identity, element, Request("key \udc00"), None, example)


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(ROWS, st.integers(1, 4), st.integers(2, 3), st.integers(1, 7))
def test_rows_come_in_order(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    found: list[tuple[str, str, int, str, int]],
    workers: int,
    files: int,
    most: int,
) -> None:
    monkeypatch.setattr(gathering, "MOST_ROWS", most)
    monkeypatch.setattr(gathering, "MOST_FILES", files)
    monkeypatch.setattr(gathering, "_PIECE", 2)
    rows = [row(*one) for one in found]
    parts = [Gathered(tmp_path) for _ in range(workers)]
    for place, one in enumerate(rows):
        parts[place % workers].add(one)
    whole = Gathered(tmp_path)
    for part in parts:
        whole.merge(part)
    assert len(whole.rows) < most
    assert list(whole.in_order()) == sorted(rows, key=lambda one: one[:5])
