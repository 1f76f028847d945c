"""Ports become AWS: the journal's table, the tools, secrets, logs. One for each function.

Made once per sandbox by `chalicelib.functions`. What an event that fails its criteria can do
without is imported when it is first asked for: the engine, the adapters, boto3. `warm` asks
early.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.secrets import Secrets
from chalicelib.telemetry import PowertoolsTelemetry

if TYPE_CHECKING:
    import boto3

    from chalicelib.actions.sessions import Sessions
    from chalicelib.actions.web import Transport
    from chalicelib.clock import Clock
    from chalicelib.engine.core import Engine
    from chalicelib.engine.ports import Ports, Telemetry
    from chalicelib.plan import Plan, Stage


class Runtime:
    """The adapters of one rule in one stage, and the engine over them."""

    def __init__(
        self,
        plan: Plan,
        stage: Stage,
        table: str,
        clock: Clock,
        *,
        session: Callable[[], boto3.Session] | None = None,
        transport: Transport | None = None,
        telemetry: Telemetry | None = None,
    ) -> None:
        self.clock = clock
        self.secrets = Secrets(self._client)
        self.telemetry = telemetry or PowertoolsTelemetry(
            plan["rule"], stage["stage"], self.secrets.redact
        )
        self._plan = plan
        self._stage = stage
        self._table = table
        self._session = session
        self._transport = transport

    def warm(self) -> None:
        """Import boto3 and make the engine and its journal now, while Lambda initialises."""
        _ = self.engine
        self._client("dynamodb")

    @cached_property
    def engine(self) -> Engine:
        """The engine, over real ports."""
        from chalicelib.engine.core import Engine  # noqa: PLC0415 - only what is let in pays it

        return Engine(self._plan, self._stage, self.ports())

    def ports(self) -> Ports:
        """All that the engine needs."""
        from chalicelib.actions.registry import Catalogue  # noqa: PLC0415 - as above
        from chalicelib.actions.tools import AwsToolBox  # noqa: PLC0415
        from chalicelib.bus import Bus  # noqa: PLC0415
        from chalicelib.engine.ports import Ports  # noqa: PLC0415
        from chalicelib.journal.table import Table  # noqa: PLC0415

        return Ports(
            clock=self.clock,
            journal=Table(lambda: self._client("dynamodb"), self._table, self.clock),
            actions=Catalogue(),
            toolbox=AwsToolBox(self._sessions, self._stage, self.secrets, self._transport),
            bus=Bus(lambda: self._client("events")),
            secrets=self.secrets,
            telemetry=self.telemetry,
        )

    @cached_property
    def _sessions(self) -> Sessions:
        from chalicelib.actions.sessions import Sessions, new_session  # noqa: PLC0415 - as above

        return Sessions(self.clock, self._session or new_session)

    def _client(self, service: str) -> Any:
        return self._sessions.client(service)
