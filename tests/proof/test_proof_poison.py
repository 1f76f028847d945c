"""Whatever an event holds: an outcome with its entry, or an error of ours; never a secret.

20,000 hostile events through the handler that Lambda runs. Most of them meet a rule that
reads, repeats and fails with everything they hold, over a journal that is as strict as
DynamoDB; the others meet the shipped rules on an account in memory.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from chalicelib.clock import SystemClock
from chalicelib.errors import OpsloopError
from chalicelib.functions import Handler, make_handler
from chalicelib.journal import item
from chalicelib.plan import Plan, Stage
from chalicelib.runtime import Runtime
from opsloop.compiler.build import compile_project
from opsloop.deploy.names import table_name
from opsloop.local.account import embedded_account
from opsloop.local.functions import LocalContext, LocalFunctions
from tests.engine.plans import STAGE
from tests.eventsource import samples
from tests.printing import printed
from tests.proof.fire import CORE, Embedded, under_fire
from tests.proof.poison import EVALUATED, Poison

pytestmark = pytest.mark.proof

SEEDS = range(8)
#: events for each seed
IN_MEMORY, ON_AN_ACCOUNT = 2_300, 200


def answered(handle: Handler, payload: Any, request: str) -> dict[str, Any]:
    """What the function answers, or the error of ours that makes a dead letter."""
    try:
        return handle(payload, LocalContext(request))
    except OpsloopError as error:
        return {"outcomes": [], "raised": f"{type(error).__name__}: {error}"}


def clean(outputs: Iterable[str]) -> None:
    """What leaves the function is whole text, without the secret, and nothing was evaluated."""
    for text in outputs:
        text.encode()
        assert CORE not in text, text[:2_000]
        assert EVALUATED not in text, text[:2_000]


def count(answer: dict[str, Any], written: Collection[str], seen: Counter[str]) -> None:
    """Every outcome has its entry, but for one that is none, and a refusal from memory."""
    seen["raised"] += not answer["outcomes"]
    for outcome in answer["outcomes"]:
        seen[outcome["outcome"]] += 1
        if "execution" in outcome:
            assert outcome["execution"] in written
        else:
            assert outcome["outcome"] in ("not met", "refused")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_rule_under_fire(seed: int) -> None:
    poison, seen = Poison(seed), Counter[str]()
    runtime = Embedded(under_fire())
    handle = make_handler(under_fire(), STAGE, runtime)
    entries: set[str] = set()
    with printed() as out:
        for number in range(IN_MEMORY):
            runtime.tick()
            answer = answered(handle, poison.event(), f"r-{number}")
            wrote = [execution for _, execution in runtime.journal.writes]
            entries |= {execution.id for execution in wrote}
            count(answer, entries, seen)
            rows = map(item.to_item, wrote)
            clean([json.dumps(answer, ensure_ascii=False), *out.lines()])
            clean(json.dumps(row, default=str, ensure_ascii=False) for row in rows)
            clean(json.dumps(detail) for _, detail in runtime.bus.put_so_far)
            runtime.forget()
    assert runtime.parameters.asked == {"/canary"}
    assert seen.keys() == {"failed", "stopped", "refused", "duplicate", "raised", "not met"}
    assert seen["failed"] > IN_MEMORY / 5


class Shipped(NamedTuple):
    """The shipped rules as they are compiled, and an account with their journal."""

    plans: dict[str, Plan]
    stage: Stage
    session: Any

    def runtime(self, made: Plan) -> Runtime:
        """What a function of Lambda has."""
        table = table_name("dev")
        return Runtime(made, self.stage, table, SystemClock(), session=lambda: self.session)

    def entries(self, rule: str) -> set[str]:
        """The ids of all that stands in the journal for a rule."""
        pages = (
            self.session.client("dynamodb")
            .get_paginator("query")
            .paginate(
                TableName=table_name("dev"),
                KeyConditionExpression="#rule = :rule",
                ExpressionAttributeNames={"#rule": "rule"},
                ExpressionAttributeValues={":rule": {"S": rule}},
                ProjectionExpression="id",
            )
        )
        return {row["id"]["S"] for page in pages for row in page["Items"]}


@pytest.fixture(scope="module")
def shipped() -> Iterator[Shipped]:
    compiled = compile_project(Path(__file__).parents[2])
    stage = compiled.stages["dev"]
    with embedded_account("dev", stage["region"]) as session:
        yield Shipped(dict(compiled.plans), stage, session)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_shipped_rules(seed: int, shipped: Shipped) -> None:
    functions = LocalFunctions(shipped.plans.values(), shipped.stage, shipped.runtime)
    handlers = {
        rule: make_handler(made, shipped.stage, shipped.runtime(made))
        for rule, made in shipped.plans.items()
    }
    poison, seen = Poison(1_000 + seed), Counter[str]()
    payloads = [samples.payload(name) for name in samples.NAMES]
    waking = [(each, rules) for each in payloads if (rules := functions.started_by(each))]
    with printed() as out:
        for number in range(ON_AN_ACCOUNT):
            payload, rules = waking[number % len(waking)]
            hostile = poison.spoiled(payload, new=f"event-{seed}-{number}")
            for rule in rules:
                answer = answered(handlers[rule], hostile, f"r-{number}")
                count(answer, shipped.entries(rule), seen)
                clean([json.dumps(answer, ensure_ascii=False), *out.lines()])
    assert {"failed", "not met", "raised"} <= seen.keys()
