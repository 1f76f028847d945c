"""Pausing at the desk: what people stop stands in the journal, where every function looks."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from boto3.dynamodb.types import TypeSerializer
from botocore.exceptions import ClientError

from chalicelib.clock import Clock, SystemClock
from chalicelib.errors import JournalError
from chalicelib.guards.gate import Pause
from chalicelib.journal.pauses import PARTITION, to_item
from chalicelib.journal.table import Table
from chalicelib.plans import deployed_plans
from opsloop.deploy.account import compiled, session_for, stage_of
from opsloop.deploy.caller import caller
from opsloop.deploy.names import table_name
from opsloop.naming import unknown


@dataclass(frozen=True, slots=True)
class Known:
    """What there is to pause, by name."""

    rules: dict[str, str]

    def scope(self, name: str) -> str:
        """`all`, `rule:<name>` or `pack:<name>`. Raises WrongUsage for a name of neither."""
        if name == "all":
            return name
        if name in self.rules:
            return f"rule:{name}"
        if name in self.rules.values():
            return f"pack:{name}"
        raise unknown("rule or pack", name, sorted({"all", *self.rules, *self.rules.values()}))


class Pausing:
    """Pauses of one stage."""

    def __init__(self, client: Any, table: str, clock: Clock, who: str) -> None:
        self._client = client
        self._table = table
        self._clock = clock
        self._who = who

    def pause(self, what: str, seconds: float, why: str) -> Pause:
        """Hold it back from now on; a pause of the same is replaced."""
        made = Pause(what, self._clock.now() + seconds, self._who, why)
        serialize = TypeSerializer().serialize
        item = {name: serialize(value) for name, value in to_item(made).items()}
        self._ask("put_item", Item=item)
        return made

    def resume(self, what: str) -> bool:
        """End a pause; False where there was none."""
        key = {"rule": {"S": PARTITION}, "id": {"S": what}}
        answer = self._ask("delete_item", Key=key, ReturnValues="ALL_OLD")
        return "Attributes" in answer

    def current(self) -> list[Pause]:
        """All that have not ended."""
        now = self._clock.now()
        found = Table(lambda: self._client, self._table, self._clock).pauses()
        return [pause for pause in found if pause.until > now]

    def _ask(self, operation: str, **parameters: Any) -> Any:
        try:
            return getattr(self._client, operation)(TableName=self._table, **parameters)
        except ClientError as error:
            raise JournalError(f"could not write to table {self._table}: {error}") from error


def pausing_of(project: Path, stage: str) -> Pausing:
    """With the user's own credentials, whose ARN stands in what they pause."""
    session = session_for(stage_of(project, stage))
    client, who = session.client("dynamodb"), caller(session)
    return Pausing(client, table_name(stage), SystemClock(), who)


def known_in(project: Path) -> Known:
    """The compiled rules and their packs."""
    return Known({plan["rule"]: plan["pack"] for plan in deployed_plans(None, compiled(project))})
