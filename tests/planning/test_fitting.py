"""Compiled JSON that has the shape of today, and JSON that has not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from opsloop.planning.fitting import plan_misfit, stage_misfit

COMPILED = Path(__file__).parents[2] / "chalicelib" / "compiled"
PLANS = sorted(path for path in COMPILED.glob("*.json") if path.stem != "index")


@pytest.mark.parametrize("path", PLANS, ids=lambda path: path.stem)
def test_what_is_compiled_today_fits(path: Path) -> None:
    assert plan_misfit(json.loads(path.read_text())) is None


def test_the_stages_of_today_fit() -> None:
    stages = [json.loads(path.read_text()) for path in (COMPILED / "stages").glob("*.json")]
    assert stages
    assert [stage_misfit(one) for one in stages] == [None] * len(stages)


def spoilt(**said: Any) -> dict[str, Any]:
    plan: dict[str, Any] = json.loads(PLANS[0].read_text())
    return {key: one for key, one in {**plan, **said}.items() if one != "gone"}


@pytest.mark.parametrize(
    ("plan", "found"),
    [
        ([], "schema None"),
        (spoilt(schema=7), "schema 7"),
        (spoilt(verify="gone"), "no verify"),
        (spoilt(guard=[]), "another guard"),
        (spoilt(guard={}), "no guard.key"),
        (spoilt(mode="loud"), "'loud' as mode"),
        (spoilt(let={"x": {"text": "a"}}), "no let.x.tree"),
        (spoilt(then={}), "another then"),
        (spoilt(then=[{}]), "no then[0].id"),
        (spoilt(saves="much"), "another saves"),
    ],
)
def test_what_does_not_fit_is_told(plan: Any, found: str) -> None:
    assert plan_misfit(plan) == found
