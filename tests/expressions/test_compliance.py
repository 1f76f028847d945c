"""The official JMESPath suite, through our parser and evaluator.

The JSON files are jmespath.py's (tests/compliance, MIT; its licence lies beside them).
Where the dialect differs on purpose, the case is listed here and its own outcome asserted.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chalicelib.errors import ExpressionError
from opsloop.expressions import BadExpression
from tests.expressions.evaluating import evaluator, expr

SUITE = Path(__file__).parent / "compliance"


class Case(NamedTuple):
    file: str
    given: Any
    expression: str
    expected: dict[str, Any]


def _cases() -> Iterator[Case]:
    for path in sorted(SUITE.glob("*.json")):
        for group in json.loads(path.read_text()):
            for case in group["cases"]:
                yield Case(path.name, group["given"], case["expression"], case)


CASES = list(_cases())


def _outcome(case: Case) -> Any:
    try:
        return evaluator().pick(expr(case.expression), case.given)
    except (BadExpression, ExpressionError) as error:
        return error


#: (file, expression) → why it differs, and what it gives
DIFFERENCES: dict[tuple[str, str], tuple[str, Any]] = {
    ("syntax.json", "foo.[abc, 1]"): ("a bare number is a value", None),
    ("syntax.json", "foo.[0, 1]"): ("bare numbers are values", None),
}


def _kept(kind: str) -> list[Case]:
    return [
        case
        for case in CASES
        if kind in case.expected and (case.file, case.expression) not in DIFFERENCES
    ]


def test_the_suite_is_whole() -> None:
    kinds = {kind: len(_kept(kind)) for kind in ("result", "error", "bench")}

    assert kinds == {"result": 752, "error": 148, "bench": 16}


@pytest.mark.parametrize("case", _kept("result"), ids=lambda case: f"{case.file}:{case.expression}")
def test_a_case_gives_its_result(case: Case) -> None:
    assert _outcome(case) == case.expected["result"]


@pytest.mark.parametrize("case", _kept("error"), ids=lambda case: f"{case.file}:{case.expression}")
def test_a_wrong_case_is_an_error(case: Case) -> None:
    syntax = case.expected["error"] == "syntax"

    assert isinstance(_outcome(case), BadExpression if syntax else ExpressionError)


@pytest.mark.parametrize("case", _kept("bench"), ids=lambda case: f"{case.file}:{case.expression}")
def test_a_case_for_speed_is_evaluated(case: Case) -> None:
    assert not isinstance(_outcome(case), Exception)


@pytest.mark.parametrize("named", DIFFERENCES)
def test_a_case_that_the_dialect_changes(named: tuple[str, str]) -> None:
    [case] = [case for case in CASES if (case.file, case.expression) == named]

    assert case.expected["error"] == "syntax"
    assert _outcome(case) == DIFFERENCES[named][1]
