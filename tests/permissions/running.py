"""Runs a subject as Lambda would: the real handler, on MiniStack, under a policy.

A subject is a rule with the scenarios that together need all that its policy allows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from chalicelib.actions.web import Reply, Request
from chalicelib.clock import SystemClock
from chalicelib.errors import JournalError
from chalicelib.journal.table import Table
from chalicelib.plan import Plan, Stage
from chalicelib.plans import WAKER
from chalicelib.runtime import Runtime
from chalicelib.waker import Waker
from opsloop.deploy.names import dead_letters_name, function_name
from opsloop.local.functions import LocalFunctions
from tests.engine.fakes import FakeClock, FakeTelemetry
from tests.permissions.account import TABLE, Account, Session
from tests.permissions.asked import Asked, of_lambda
from tests.permissions.watching import Answers, Seen, Watch

Policy = Mapping[str, Any]
#: seconds until the waker comes: whatever waits, or is verified, is due by then
LATER = 1_000.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way of a subject: what there is, what happens, and what AWS says to it."""

    #: makes what the rule is about; returns the payload that starts the function
    prepare: Callable[[Account], Any]
    answers: Answers = field(default_factory=dict)
    #: how the execution ends under the whole policy
    end: str = "succeeded"


@dataclass(frozen=True, slots=True)
class Subject:
    """What is proved: one function, with its policy."""

    name: str
    plan: Plan
    stage: Stage
    policy: Policy
    scenarios: tuple[Scenario, ...]
    #: what the policy does not allow; and would, without what it denies
    kept_from: tuple[Asked, ...] = ()
    #: what Lambda asks in the function's name, beside what it always does
    by_lambda: tuple[Asked, ...] = ()

    @property
    def function(self) -> str:
        """The function's name."""
        return function_name(self.stage["stage"], self.plan["rule"])

    @property
    def actions(self) -> set[str]:
        """The curated actions that the rule uses."""
        named = {step["do"] for step in self.plan["then"] if "do" in step}
        return {name for name in named if not name.startswith("aws.")}


class Accepting:
    """Everything that is no AWS takes what it is sent."""

    def send(self, _request: Request) -> Reply:
        return Reply(202, {}, b"{}")


class Stagehand:
    """Plays scenarios in one account, one after the other."""

    def __init__(self, account: Account) -> None:
        self._account = account
        self._watch = Watch(account.function.boto3, account)

    def play(self, subject: Subject, scenario: Scenario, policy: Policy) -> Seen:
        """What is seen of it under this policy; what Lambda itself asks is added."""
        self._account.begin()
        self._account.allow(policy)
        payload = scenario.prepare(self._account)
        seen = self._watch.begin(scenario.answers)
        act = _tick if subject.plan["rule"] == WAKER else _run
        act(subject, self._account, payload)
        seen.ends = self._ends()
        queue = dead_letters_name(subject.stage["stage"])
        seen.asked += subject.by_lambda
        seen.asked += of_lambda(subject.function, queue, self._account)
        return seen

    def _ends(self) -> set[str]:
        """How executions ended, by the journal."""
        items = self._account.client("dynamodb").scan(TableName=TABLE)["Items"]
        return {item["status"]["S"] for item in items if "status" in item}


def _run(subject: Subject, account: Account, payload: Any) -> None:
    """The function, and what the waker makes of it later."""
    rule, clock = subject.plan["rule"], FakeClock(SystemClock().now())
    functions = functions_of(subject.plan, subject.stage, account.function, clock)
    delivery = functions.invoke(rule, payload)
    for _ in range(2):
        clock.at += LATER
        functions.wake(Table(lambda: account.client("dynamodb"), TABLE, clock), clock)
    for outcome in delivery.outcomes:
        # the waker may come twice, and finds that there is nothing left to do
        functions.invoke(rule, {"opsloop": {"resume": outcome["execution"]}})


def functions_of(plan: Plan, stage: Stage, session: Session, clock: FakeClock) -> LocalFunctions:
    """The function of one rule, in a sandbox that has just begun."""
    there: Any = session

    def runtime(_plan: Plan) -> Runtime:
        return Runtime(
            plan,
            stage,
            TABLE,
            clock,
            session=lambda: there,
            transport=Accepting(),
            telemetry=FakeTelemetry(),
        )

    return LocalFunctions([plan], stage, runtime)


def _tick(subject: Subject, account: Account, _payload: Any) -> None:
    """The waker, some time on."""
    role, clock = account.function, FakeClock(SystemClock().now() + LATER)
    prefix = subject.function.removesuffix(WAKER)
    table = Table(lambda: role.client("dynamodb"), TABLE, clock)
    waker = Waker(table, lambda: role.client("lambda"), prefix, clock, FakeTelemetry())
    # an invocation that fails, as it would in Lambda
    with suppress(JournalError):
        waker.tick()
