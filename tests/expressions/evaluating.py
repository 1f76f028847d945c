"""The shortest way from a text to its value, through the desk's parser and the evaluator."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalicelib.expressions import Evaluator
from chalicelib.plan import Expr
from opsloop.expressions import parse

NOW = 1_772_366_400.0  # 2026-03-01T12:00:00Z


@dataclass
class FixedClock:
    """A clock that stands still."""

    at: float = NOW

    def now(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        self.at += seconds


def hidden(ref: str) -> str:
    """A secret that tests can recognise."""
    return f"hidden-{ref}"


def evaluator(
    scope: Mapping[str, Any] | None = None, secret: Callable[[str], str] = hidden
) -> Evaluator:
    """An evaluator over a plain map."""
    return Evaluator(scope or {}, FixedClock(), secret)


def expr(text: str) -> Expr:
    """The expression as it arrives in Lambda: its tree has been through JSON."""
    return {"text": text, "tree": json.loads(json.dumps(parse(text)))}


def value(text: str, scope: Mapping[str, Any] | None = None) -> Any:
    """The expression's value in a scope."""
    return evaluator(scope).value(expr(text))
