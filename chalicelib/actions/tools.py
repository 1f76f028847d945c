"""The real `Tools`: boto3 for AWS, urllib3 for all else. Made by the composition root.

The engine asks an `AwsToolBox` for the tools of each step. Imports neither boto3 nor urllib3.
"""

from __future__ import annotations

import json as jsons
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from chalicelib.actions import web
from chalicelib.actions.base import Response, WouldCall
from chalicelib.actions.sessions import Call, Sessions
from chalicelib.errors import ExpressionError, SecretError, StepError
from chalicelib.expressions import Evaluator
from chalicelib.partitions import partition_of
from chalicelib.plan import Stage


class Secrets(Protocol):
    """Resolves secret references in the channels' settings."""

    def resolve(self, reference: str) -> str:
        """The secret's text. Raises SecretError."""
        ...


class AwsToolBox:
    """Makes the tools of each step of one stage."""

    def __init__(
        self,
        sessions: Sessions,
        stage: Stage,
        secrets: Secrets,
        transport: web.Transport | None = None,
    ) -> None:
        self._sessions = sessions
        self._stage = stage
        self._secrets = secrets
        self._transport = transport

    def tools(
        self,
        *,
        rule: str,
        execution: str,
        token: str,
        deadline: float,
        dry_run: bool,
        chain: int = 0,
    ) -> AwsTools:
        """Tools that stop at `deadline` (epoch seconds) and, in a dry run, at effects."""
        call = Call(rule, execution, deadline, dry_run, self._sessions.clock, chain)
        return AwsTools(
            self._sessions,
            self._send,
            self._stage,
            channel=self._channel,
            call=call,
            token=token,
        )

    def _send(self, request: web.Request) -> web.Reply:
        if self._transport is None:
            # ssl and socket cost as much as the rest of this package
            from chalicelib.actions.transport import Urllib3Transport  # noqa: PLC0415

            self._transport = Urllib3Transport()
        return self._transport.send(request)

    def _channel(self, name: str) -> Mapping[str, Any]:
        stage = self._stage
        if name not in stage["channels"]:
            there = ", ".join(sorted(stage["channels"])) or "none"
            raise StepError("NoSuchChannel", f"{stage['stage']} has no channel {name!r}: {there}")
        scope = {key: stage[key] for key in ("params", "account", "region")}
        scope["partition"] = partition_of(stage["region"])
        evaluator = Evaluator(scope, self._sessions.clock, self._secrets.resolve)
        try:
            settings: Mapping[str, Any] = evaluator.render(stage["channels"][name], name)
        except (ExpressionError, SecretError) as error:
            raise StepError(type(error).__name__, f"channel {name}: {error}") from None
        return settings


class AwsTools:
    """The tools of one step of one execution."""

    def __init__(
        self,
        sessions: Sessions,
        send: Callable[[web.Request], web.Reply],
        stage: Stage,
        *,
        channel: Callable[[str], Mapping[str, Any]],
        call: Call,
        token: str,
    ) -> None:
        self.rule = call.rule
        self.execution = call.execution
        self.account = stage["account"]
        self.region = stage["region"]
        self.partition = partition_of(stage["region"])
        self.token = token
        self._sessions = sessions
        self._send = send
        self._channel = channel
        self._call = call

    def client(self, service: str, *, region: str | None = None) -> Any:
        """A boto3 client in the stage's region, or in another, kept for the sandbox's life."""
        return self._sessions.client_for(self._call, service, region or self.region)

    def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        json: Any = None,
        body: bytes | None = None,
        timeout: float = 10.0,
        networks: Sequence[str] = (),
    ) -> Response:
        """One HTTP request, as `Tools.request` says."""
        ours = {"User-Agent": f"opsloop/{self.rule}/{self.execution}"}
        if json is not None:
            text = jsons.dumps(json, ensure_ascii=False, separators=(",", ":"))
            body = text.encode(errors="replace")
            ours["Content-Type"] = "application/json"
        request = web.request(
            method,
            url,
            headers=ours | dict(headers or {}),
            body=body,
            timeout=min(timeout, self._call.left()),
            networks=tuple(networks),
        )
        if self._call.dry_run and method not in ("GET", "HEAD"):
            sent = json if json is not None else (body or b"").decode(errors="replace")
            raise WouldCall("http", method.lower(), {"host": request.authority, "body": sent})
        return web.response(request, self._send(request))

    def announce(self, service: str, operation: str, parameters: Mapping[str, Any]) -> None:
        """Say that an effect follows which goes by neither `client` nor `request`."""
        self._call.left()
        if self._call.dry_run:
            raise WouldCall(service, operation, parameters)

    def channel(self, name: str) -> Mapping[str, Any]:
        """The settings of a channel of this stage, secrets resolved. Raises StepError."""
        return self._channel(name)

    def sleep(self, seconds: float) -> None:
        """Wait. Raises StepError("Timeout") at once where the time would run out meanwhile."""
        if seconds >= self._call.left():
            raise StepError("Timeout", f"no time left to wait {seconds:g} s")
        self._call.clock.sleep(seconds)
