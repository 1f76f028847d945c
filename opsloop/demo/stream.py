"""What happens in the demo: real event shapes from tests/events, about the demo's resources.

Only ids and times are put in; the shapes are AWS's, with their sources in
tests/events/SOURCES.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from chalicelib.engine.times import iso
from opsloop.demo.world import OPEN_BUCKET, SITE_BUCKET, World
from opsloop.deploy.names import event_rule_name

EVENTS = Path(__file__).parents[2] / "tests" / "events"
#: the ids in the shapes
INSTANCE = "i-1234567890abcdef0"
BUCKET = "amzn-s3-demo-bucket1"
KEY = "AKIAI44QH8DHBEXAMPLE"
#: a key that was deleted long ago: what fails is told
LOST_KEY = "AKIAIOSFODNN7EXAMPLE"
SCHEDULED_RULE = "my-scheduled-rule"
#: when the demo's waker looks after what waits
LATER = "a minute later, the instance is well again"


@dataclass(frozen=True, slots=True)
class Happening:
    """One event, with what a person would say of it; without one, time passes."""

    said: str
    payload: Mapping[str, Any] | None


def stream(world: World, stage: str, now: float) -> list[Happening]:
    """All of them, in their order, a second apart; the last is now."""
    told = list(_told(world, stage))
    made: list[Happening] = []
    for place, (said, name, names, detail) in enumerate(told):
        at = now - len(told) + 1 + place
        payload = made[-1].payload if name is None else _event(name, names, detail, at)
        made.append(Happening(said, payload))
    return [*made, Happening(LATER, None)]


#: what is said, the shape (None: the one before, again), names put in, detail put in
Told = tuple[str, str | None, Mapping[str, str], Mapping[str, Any]]


def _told(world: World, stage: str) -> Iterator[Told]:
    infected = {INSTANCE: world.infected}
    report = {SCHEDULED_RULE: event_rule_name(stage, "report-unattached-volumes")}
    yield "an instance stops", "ec2-instance-state-change", {}, {}
    yield f"{OPEN_BUCKET} is opened to everybody", "s3-put-bucket-acl", {BUCKET: OPEN_BUCKET}, {}
    yield "… the same event is delivered again", None, {}, {}
    site = {BUCKET: SITE_BUCKET}
    yield f"{SITE_BUCKET} is opened, and tagged for it", "s3-put-bucket-acl", site, {}
    yield "maria starts an instance", "ec2-run-instances", {INSTANCE: world.fresh}, {}
    impaired = {INSTANCE: world.impaired}
    yield "an instance fails its status check", "cloudwatch-alarm-status-check", impaired, {}
    finding = "guardduty-ec2-malicious-ip"
    yield "GuardDuty is sure of an intruder", finding, infected, {"severity": 8}
    yield "GuardDuty sees a port probe", finding, infected, {"severity": 2}
    exposed = "health-credentials-exposed"
    yield "AWS finds an access key in public", exposed, {KEY: world.access_key}, {}
    yield "… and one that was deleted long ago", exposed, {KEY: LOST_KEY}, {}
    yield "root signs in", "signin-root-console-login", {}, {}
    yield "it is Monday, 7 o'clock", "events-scheduled-event", report, {}


def _event(
    name: str, names: Mapping[str, str], detail: Mapping[str, Any], at: float
) -> dict[str, Any]:
    """A shape with other names in it, as if it happened at this time."""
    text = (EVENTS / f"{name}.json").read_text(encoding="utf-8")
    for old, new in names.items():
        text = text.replace(old, new)
    made: dict[str, Any] = json.loads(text)
    identity = str(uuid5(NAMESPACE_URL, f"{name} {at}"))
    made |= {"time": iso(at), "id": identity}
    made["detail"] |= detail
    _date(made["detail"], identity, iso(at))
    return made


def _date(detail: dict[str, Any], identity: str, at: str) -> None:
    """The places where a detail says again who and when."""
    if "eventID" in detail:
        detail |= {"eventID": identity, "eventTime": at}
    if "state" in detail and "timestamp" in detail["state"]:
        detail["state"]["timestamp"] = at
