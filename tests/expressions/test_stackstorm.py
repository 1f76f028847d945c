"""Every operator of StackStorm has a row, and each row does what it says."""

from __future__ import annotations

from typing import Any

import pytest

from opsloop.expressions import compile_condition
from opsloop.expressions.stackstorm import ROWS, Row
from opsloop.expressions.types import TIME, Names
from tests.expressions.evaluating import evaluator

NAMES: Names = {"event": None, "time": TIME}

#: the keys of `operators` in st2common/operators.py of StackStorm
OPERATORS = (
    *("matchwildcard", "matchregex", "regex", "iregex", "eq", "equals", "neq", "nequals"),
    *("ieq", "iequals", "contains", "icontains", "ncontains", "incontains", "startswith"),
    *("istartswith", "endswith", "iendswith", "lt", "lessthan", "gt", "greaterthan", "td_lt"),
    *("timediff_lt", "td_gt", "timediff_gt", "exists", "nexists", "inside", "in", "ninside"),
    *("nin", "search"),
)


def test_every_operator_has_a_row() -> None:
    assert {name for row in ROWS for name in row.operators} == set(OPERATORS)


def _met(row: Row, detail: dict[str, Any]) -> bool:
    condition = compile_condition(row.equivalent, NAMES)
    return evaluator({"event": {"detail": detail}}).holds(condition).met


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.criterion)
def test_the_equivalent_is_met_by_what_fits_only(row: Row) -> None:
    assert (_met(row, row.fits), _met(row, row.fails)) == (True, False)
