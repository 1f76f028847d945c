"""A stage on this machine: rules compiled as any rules are, on an account in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from botocore import xform_name

from chalicelib.actions.reads import is_read
from chalicelib.journal.record import Execution
from chalicelib.journal.table import Table
from chalicelib.plan import Plan, Stage
from chalicelib.runtime import Runtime
from opsloop.compiler.build import compile_project
from opsloop.history.reader import Reader, Wanted
from opsloop.local.functions import LocalFunctions
from tests.compiler.projects import HEADER
from tests.engine.fakes import FakeClock, FakeTelemetry

TABLE = "opsloop-dev"
REGION = "eu-west-1"
ACCOUNT = "123456789012"
SETTINGS = """\
stages:
  dev:
    account: "123456789012"
    region: eu-west-1
    max_mode: active
    channels:
      pager: {type: sns, topic: pager}
    escalate: pager
    approvers: {by: ["*:role/oncall"], within: 1h}
"""
HEAD = "description: A rule.\nowner: team\nseverity: low\nmode: active\n"
ORDER = (
    "when:\n  event: {source: [shop], detail-type: [Order]}\nlet:\n  queue: event.detail.queue\n"
)


def order(**detail: Any) -> dict[str, Any]:
    """An event of the shop's."""
    number = detail.pop("number", 1)
    return {
        "version": "0",
        "id": f"event-{number}",
        "detail-type": "Order",
        "source": "shop",
        "account": ACCOUNT,
        "time": "2023-11-14T22:13:20Z",
        "region": REGION,
        "resources": [],
        "detail": detail,
    }


@dataclass
class LocalStage:
    """The stage dev, its functions, and everything that they asked of AWS."""

    folder: Path
    session: Any
    clock: FakeClock = field(default_factory=FakeClock)
    #: `service.operation` of all that was sent, but for the journal and the bus
    asked: list[str] = field(default_factory=list)
    _functions: LocalFunctions | None = None

    def __post_init__(self) -> None:
        self.session.events.register("request-created", self._ask)
        self.session.client("sns").create_topic(Name="pager")

    @property
    def functions(self) -> LocalFunctions:
        assert self._functions is not None, "nothing is deployed"
        return self._functions

    @property
    def table(self) -> Table:
        client = self.session.client("dynamodb")
        return Table(lambda: client, TABLE, self.clock)

    def queue(self, name: str = "orders") -> str:
        """The URL of a new queue."""
        url: str = self.session.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        return url

    def tags(self, queue: str) -> dict[str, str]:
        found = self.session.client("sqs").list_queue_tags(QueueUrl=queue)
        tags: dict[str, str] = found.get("Tags", {})
        return tags

    def deploy(self, rules: Mapping[str, str], settings: str = SETTINGS) -> None:
        """These rules, by name, and no others."""
        folder = self.folder / "rules" / "shop"
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob("*.yaml"):
            path.unlink()
        for rule, text in rules.items():
            (folder / f"{rule}.yaml").write_text(HEADER + text)
        (folder.parent / "opsloop.yaml").write_text(settings)
        made = compile_project(self.folder)
        self.run(made.plans.values(), made.stages["dev"])

    def run(self, plans: Any, stage: Stage) -> None:
        """Functions for these plans."""

        def runtime(plan: Plan) -> Runtime:
            session, telemetry = self.session, FakeTelemetry()
            return Runtime(
                plan, stage, TABLE, self.clock, session=lambda: session, telemetry=telemetry
            )

        self._functions = LocalFunctions(plans, stage, runtime)

    def answer(self, operation: str, answer: Callable[[Any], Any]) -> None:
        """Answer an operation in AWS's place: `ec2.DescribeInstances`; None lets it through."""

        def answered(params: Any, event_name: str, **more: Any) -> Any:
            made = answer(params)
            if made is not None:
                self._ask(event_name, **more)
            if isinstance(made, str):
                error = {"Code": made, "Message": "made up"}
                return SimpleNamespace(status_code=400), {"Error": error, "ResponseMetadata": {}}
            return None if made is None else (SimpleNamespace(status_code=200), made)

        self.session.events.register(f"before-call.{operation}", answered)

    def deliver(self, payload: Mapping[str, Any]) -> list[str]:
        """The outcomes of every function that an event starts."""
        return self._outcomes(self.functions.deliver(payload))

    def wake(self, after: float = 0) -> list[str]:
        """The outcomes of all that is due by then."""
        self.clock.at += after
        return self._outcomes(self.functions.wake(self.table, self.clock))

    def _outcomes(self, deliveries: Any) -> list[str]:
        assert [one.raised for one in deliveries] == [None] * len(deliveries)
        return [outcome["outcome"] for one in deliveries for outcome in one.outcomes]

    def journal(self, rule: str) -> list[Execution]:
        """All of a rule's executions, newest first."""
        reader = Reader(self.session.client("dynamodb"), TABLE, self.clock)
        return reader.newest(Wanted(rule=rule, limit=1_000))

    def effects(self) -> list[str]:
        """What was sent beside reads."""
        return [name for name in self.asked if not is_read(*name.split("."))]

    def _ask(self, event_name: str, **_: Any) -> None:
        """Every attempt at every call, once it is certain that it is made."""
        service, operation = event_name.split(".")[1:]
        if service not in ("dynamodb", "eventbridge"):
            self.asked.append(f"{service}.{xform_name(operation)}")
