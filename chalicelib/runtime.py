"""Ports become AWS: the journal's table, the tools, secrets, logs. One for each function.

Made once per sandbox by `chalicelib.functions`. Nothing here imports boto3 until a client is
first asked for; `warm` asks early.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from chalicelib.actions.registry import Catalogue
from chalicelib.actions.sessions import Sessions, new_session
from chalicelib.actions.tools import AwsToolBox
from chalicelib.actions.web import Transport
from chalicelib.clock import Clock
from chalicelib.engine.ports import Ports, Telemetry
from chalicelib.journal.table import Table
from chalicelib.plan import Plan, Stage
from chalicelib.secrets import Secrets
from chalicelib.telemetry import PowertoolsTelemetry

if TYPE_CHECKING:
    import boto3


class Runtime:
    """The adapters of one rule in one stage."""

    def __init__(
        self,
        plan: Plan,
        stage: Stage,
        table: str,
        clock: Clock,
        *,
        session: Callable[[], boto3.Session] = new_session,
        transport: Transport | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self._sessions = Sessions(clock, session)
        self._table = Table(lambda: self._sessions.client("dynamodb"), table, clock)
        self._transport = transport
        self.clock = clock
        self._stage = stage
        self._secrets = Secrets(self._sessions.client)
        self.telemetry = telemetry or PowertoolsTelemetry(
            plan["rule"], stage["stage"], self._secrets.redact
        )

    def warm(self) -> None:
        """Import boto3 and make the journal's client now, while Lambda initialises."""
        self._sessions.client("dynamodb")

    def ports(self) -> Ports:
        """All that the engine needs."""
        return Ports(
            clock=self.clock,
            journal=self._table,
            actions=Catalogue(),
            toolbox=AwsToolBox(self._sessions, self._stage, self._secrets, self._transport),
            secrets=self._secrets,
            telemetry=self.telemetry,
        )
