"""Pausing at the desk, and what the functions see of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.guards.gate import Pause
from opsloop.history.pausing import Known, Pausing
from opsloop.local.account import embedded_account
from opsloop.naming import WrongUsage
from tests.engine.fakes import FakeClock


@pytest.fixture
def client() -> Iterator[Any]:
    with embedded_account("dev", "eu-west-1") as session:
        yield session.client("dynamodb")


def test_a_pause_ends_by_itself_or_by_hand(client: Any) -> None:
    clock = FakeClock()
    pausing = Pausing(client, "opsloop-dev", clock, "arn:aws:iam::123456789012:user/maria")
    made = pausing.pause("rule:close", 60.0, "we are moving")
    assert pausing.current() == [made]
    assert made == Pause("rule:close", clock.at + 60, made.by, "we are moving")
    assert pausing.resume("rule:close")
    assert not pausing.resume("rule:close")
    pausing.pause("all", 60.0, "")
    clock.at += 60
    assert pausing.current() == []


@pytest.mark.parametrize(
    ("name", "scope"), [("all", "all"), ("close", "rule:close"), ("exposure", "pack:exposure")]
)
def test_names_of_rules_and_packs(name: str, scope: str) -> None:
    assert Known({"close": "exposure"}).scope(name) == scope


def test_a_name_of_neither_is_told_the_nearest() -> None:
    with pytest.raises(WrongUsage, match=r"found the rule or pack 'clsoe'; expected close"):
        Known({"close": "exposure"}).scope("clsoe")
