"""The channels of a stage: are their settings what their type takes? For `stages`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.actions.notify.channels import TYPES, Settings
from opsloop.actions.kinds import faults as mistyped
from opsloop.aws.location import Location
from opsloop.aws.names import listing, nearest
from opsloop.aws.templates import UNKNOWN, Joined, known
from opsloop.aws.words import seen
from opsloop.problems import Fault
from opsloop.rules import secrets

_TYPES: Mapping[type, Any] = {str: str, list: list[str], dict: dict[str, str]}


def check(channel: Mapping[str, Any]) -> Iterator[Fault]:
    """All that is wrong with one channel's settings; what a template gives passes."""
    given = known(dict(channel))
    kind = given.get("type")
    if not isinstance(kind, str) or kind not in TYPES:
        yield _no_type(kind)
        return
    takes = TYPES[kind]
    unknown = list(_unknown(kind, takes, given))
    yield from unknown
    meant = {fault.correction for fault in unknown}
    for name in takes.required:
        if name not in given and name not in meant:
            yield Fault(f"no {name}", f"{name}, which a channel of type {kind} needs")
    for name, value in given.items():
        yield from _setting(takes, name, value)


def complete(channel: Mapping[str, Any], location: Location) -> dict[str, Any]:
    """The settings with a topic of the stage's own account and region as its ARN."""
    topic = channel.get("topic")
    if channel.get("type") != "sns" or not isinstance(topic, str) or {":", "$"} & set(topic):
        return dict(channel)
    place = f"{location.partition}:sns:{location.region}:{location.account}"
    return {**channel, "topic": f"arn:{place}:{topic}"}


def _no_type(kind: object) -> Fault:
    types = f"one of {listing(list(TYPES))}"
    if kind is None:
        return Fault("no type", f"type, {types}")
    if not isinstance(kind, str):
        return Fault(f"{seen(kind)} as the type", types, path=("type",))
    meant = nearest(kind, TYPES)
    return Fault(f"the type '{kind}'", meant or types, meant, ("type",))


def _unknown(kind: str, takes: Settings, given: Mapping[str, Any]) -> Iterator[Fault]:
    names = [*takes.required, *takes.optional]
    for name in (one for one in given if one not in (*names, "type")):
        meant = nearest(str(name), [one for one in names if one not in given])
        found = f"{name}, which a channel of type {kind} does not have"
        expected = meant or listing(names)
        yield Fault(found, expected, meant, (name,), key=True)


def _setting(takes: Settings, name: str, value: Any) -> Iterator[Fault]:
    kind = {**takes.required, **takes.optional}.get(name)
    if kind is None or value is UNKNOWN:
        return
    wrong = list(mistyped(_TYPES[kind], value, (name,)))
    yield from wrong
    choices = takes.choices.get(name)
    if choices and not wrong and value not in choices:
        yield Fault(f"'{value}'", listing(choices), nearest(value, choices), (name,))
    if name in takes.secret and not wrong:
        yield from _in_plain_text(name, value)


def _in_plain_text(name: str, value: Any) -> Iterator[Fault]:
    """A secret of which nothing is kept elsewhere, unless it has been told of already."""
    texts = value if isinstance(value, list) else [value]
    plain = [text for text in texts if isinstance(text, str) and not isinstance(text, Joined)]
    if plain and not any(secrets.find({name: value})):
        found = f"the value of '{name}' in plain text: whoever has it can write to the channel"
        yield Fault(found, "its reference: \"${secret('ssm:/…')}\"", path=(name,))
