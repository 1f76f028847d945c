"""Matcher against Pattern on the whole corpus: each row alone, and in groups of 100."""

from itertools import islice

import pytest

from opsloop.patterns import Matcher, Pattern
from opsloop.patterns.reading import read_event
from tests.patterns.corpus import Row, corpus

GROUP = 100
PARTS = 20
VALID = [row for row in corpus() if row.expect != "invalid"]


def _groups(part: int) -> list[list[Row]]:
    """A twentieth of all groups; neighbours in the corpus exercise different operators."""
    groups = [VALID[at : at + GROUP] for at in range(0, len(VALID), GROUP)]
    return list(islice(groups, part, None, PARTS))


@pytest.mark.parametrize("part", range(PARTS))
def test_each_row_alone(part: int) -> None:
    rows = VALID[part::PARTS]
    verdicts = [Matcher({"it": row.pattern}).match(row.event.encode()) == ["it"] for row in rows]
    assert [row for row, verdict in zip(rows, verdicts, strict=True) if verdict != row.expect] == []


@pytest.mark.parametrize("part", range(PARTS))
def test_groups_of_a_hundred(part: int) -> None:
    for rows in _groups(part):
        patterns = {f"row {i}": row.pattern for i, row in enumerate(rows)}
        compiled = {name: Pattern(pattern) for name, pattern in patterns.items()}
        matcher = Matcher(patterns)
        for row in rows:
            event = read_event(row.event)
            expected = [name for name, pattern in compiled.items() if pattern.matches(event)]
            assert matcher.match(row.event.encode()) == expected, row


def test_order_of_a_hundred_changes_only_the_order() -> None:
    for rows in _groups(0):
        patterns = {f"row {i}": row.pattern for i, row in enumerate(rows)}
        straight, backwards = Matcher(patterns), Matcher(dict(reversed(patterns.items())))
        for row in rows:
            event = row.event.encode()
            assert backwards.match(event) == straight.match(event)[::-1], row
