"""Guards and moments, written down briefly."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.plan import Guard
from opsloop.compiler.bench import Bench
from opsloop.compiler.guards import lowered
from opsloop.compiler.names import Scope
from opsloop.rules import guards as model
from opsloop.rules.model import Rule
from opsloop.rules.source import read
from opsloop.rules.triggers import Manual, When

NOTHING: dict[str, Any] = {
    "facts": {"all": None},
    "let": {},
    "each": None,
    "guard": None,
    "then": [],
    "on_failure": [],
    "finally_": [],
}


def guard(**given: Any) -> Guard:
    """A guard as a rule has it, lowered."""
    bench = Bench(read("guard: {}", "rule.yaml"))
    scope = Scope(Rule.model_construct(when=[When(manual=Manual())], **NOTHING))
    made = lowered(model.Guard.model_validate(given), bench, scope)
    assert bench.problems == []
    return made


def at(text: str) -> float:
    """Epoch seconds of an ISO time, UTC where it says no zone."""
    return datetime.fromisoformat(
        text if "+" in text or text.endswith("Z") else f"{text}Z"
    ).timestamp()
