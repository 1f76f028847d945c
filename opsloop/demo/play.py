"""The demo from beginning to end: build, let things happen, look at the history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from rich.console import Console

from chalicelib.clock import Clock
from chalicelib.journal.record import Execution
from chalicelib.plan import Stage
from opsloop.compiler.build import compile_project
from opsloop.demo import show, world
from opsloop.demo.stage import Pager, functions
from opsloop.demo.stream import stream
from opsloop.deploy.names import table_name
from opsloop.history.reader import Reader, Wanted
from opsloop.history.view import listing
from opsloop.local.account import ACCOUNT, embedded_account
from opsloop.local.functions import Delivery

STAGE = "dev"


@dataclass(frozen=True, slots=True)
class Watcher:
    """Who looks: a console, or nobody; and how long between events."""

    console: Console | None
    pause: float
    clock: Clock


@dataclass
class Played:
    """All that happened."""

    events: list[tuple[str, list[Delivery]]] = field(default_factory=list)
    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)
    told: dict[str, list[str]] = field(default_factory=dict)
    executions: list[Execution] = field(default_factory=list)


def play(project: Path, watcher: Watcher) -> Played:
    """Compile the project's rules and run its demo."""
    compiled = compile_project(project)
    stage: Stage = {**compiled.stages[STAGE], "account": ACCOUNT}
    played, pager = Played(), Pager()
    with embedded_account(STAGE, stage["region"]) as session:
        account = world.build(session)
        played.before = account.state()
        lambdas = functions(compiled, stage, session, pager, watcher.clock)
        for happening in stream(account, STAGE, watcher.clock.now()):
            _begin(watcher, happening.said, happening.payload)
            started = lambdas.deliver(happening.payload)
            played.events.append((happening.said, started))
            _end(watcher, started)
        played.after = account.state()
        played.told = _told(session, pager)
        reader = Reader(session.client("dynamodb"), table_name(STAGE), watcher.clock)
        played.executions = reader.newest(Wanted())
    _summary(watcher, played)
    return played


def _begin(watcher: Watcher, said: str, payload: Mapping[str, Any]) -> None:
    if watcher.console is not None:
        show.event(watcher.console, said, payload)


def _end(watcher: Watcher, started: list[Delivery]) -> None:
    if watcher.console is not None:
        show.deliveries(watcher.console, started)
        watcher.clock.sleep(watcher.pause)


def _told(session: boto3.Session, pager: Pager) -> dict[str, list[str]]:
    topics = {name: world.messages(session, name) for name in ("security", "platform")}
    return {**topics, "pager": pager.rang}


def _summary(watcher: Watcher, played: Played) -> None:
    if watcher.console is None:
        return
    show.heading(watcher.console, "The history, as `opsloop history` shows it")
    watcher.console.print(listing(played.executions))
    show.heading(watcher.console, "What changed in the account")
    show.changes(watcher.console, played.before, played.after)
    show.heading(watcher.console, "Who was told")
    show.messages(watcher.console, played.told)
