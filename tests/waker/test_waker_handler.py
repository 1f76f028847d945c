"""The waker as Lambda runs it: its handler through `chalicelib.functions`, with boto3's clients."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from chalice.app import Chalice
from moto import mock_aws

from chalicelib.clock import SystemClock
from chalicelib.functions import register
from chalicelib.journal.table import Table
from opsloop.deploy.template import create_journal
from opsloop.local.isolation import isolated
from tests.waker.test_waker import GONE, NOW, RULE, running, waiting

REGION = "eu-west-1"
TABLE = "opsloop-dev"
ENVIRONMENT = {
    "AWS_LAMBDA_FUNCTION_NAME": "opsloop-dev-waker",
    "OPSLOOP_RULE": "waker",
    "OPSLOOP_STAGE": "dev",
    "OPSLOOP_TABLE": TABLE,
}


@pytest.fixture(params=["simple", "whole"])
def account(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[boto3.Session]:
    """The environment is the waker's. moto's simple Lambda starts anything and needs no Docker;
    its whole one knows what is not there."""
    with isolated(REGION), mock_aws(config={"lambda": {"use_docker": request.param == "whole"}}):
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        session = boto3.Session(region_name=REGION)
        create_journal(session.client("dynamodb"), TABLE)
        yield session
    # it writes to a stream of this test's
    forget_logger()


def forget_logger() -> None:
    """As if nothing had been logged in this process."""
    logging.Logger.manager.loggerDict.pop("opsloop", None)


def journal(session: boto3.Session) -> Table:
    client = session.client("dynamodb")
    return Table(lambda: client, TABLE, SystemClock())


def tick() -> Any:
    """A cold start, and one invocation: a logger outlives neither."""
    forget_logger()
    namespace: dict[str, Any] = {}
    register(Chalice("opsloop", configure_logs=False), namespace)
    assert list(namespace) == ["waker"]
    return namespace["waker"]({"detail-type": "Scheduled Event"}, None)


@pytest.mark.parametrize("account", ["simple"], indirect=True)
def test_the_handler_starts_functions(account: boto3.Session) -> None:
    table = journal(account)
    for one in (waiting(1, until=NOW), running(2, lease=NOW)):
        table.admit(one)
    table.admit(waiting(3, until=SystemClock().now() + 3_600))
    assert tick() == {"woken": 2, "closed": 0, "failed": 0}


@pytest.mark.parametrize("account", ["whole"], indirect=True)
def test_the_handler_closes_what_a_removed_rule_leaves(
    account: boto3.Session, capsys: pytest.CaptureFixture[str]
) -> None:
    table, one = journal(account), waiting(1, until=NOW)
    table.admit(one)
    assert tick() == {"woken": 0, "closed": 1, "failed": 0}
    there = table.one(RULE, one.id)
    assert there is not None
    assert (there.status, there.error) == ("superseded", GONE)
    (line,) = map(json.loads, capsys.readouterr().out.splitlines())
    told = {name: line[name] for name in ("level", "message", "stage", "rule", "execution")}
    assert told == {
        "level": "ERROR",
        "message": "its rule is gone",
        "stage": "dev",
        "rule": RULE,
        "execution": one.id,
    }
    assert tick() == {"woken": 0, "closed": 0, "failed": 0}
