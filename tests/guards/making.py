"""Guards and moments, written down briefly."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from chalicelib.plan import Guard
from opsloop.compiler.guards import GuardLowering
from opsloop.rules import guards as model
from tests.engine.plans import expr


def guard(**given: Any) -> Guard:
    """A guard as a rule has it, lowered."""
    lowering = GuardLowering(model.Guard.model_validate(given), lambda data, _path: expr(data))
    made = lowering.lowered()
    assert lowering.faults == []
    return made


def at(text: str) -> float:
    """Epoch seconds of an ISO time, UTC where it says no zone."""
    return datetime.fromisoformat(
        text if "+" in text or text.endswith("Z") else f"{text}Z"
    ).timestamp()
