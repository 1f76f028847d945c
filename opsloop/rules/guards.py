"""What may hold a rule back, and how it checks that it helped. Called by `model`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from opsloop.rules.fields import (
    Duration,
    Expression,
    Given,
    Model,
    OneOrMany,
    Raw,
    Short,
    Text,
    key,
    matching,
)
from opsloop.rules.triggers import State
from opsloop.rules.words import Refused

RateLimit: Any = matching(
    "rate", r"[1-9]\d*/([1-9]\d*[dhms])+", "a number per duration, such as 5/1h"
)
_TEXT = {"type": "string"}


class Cooldown(Model):
    """How long a key rests after an execution."""

    for_: Duration = key("The rest.", "6h")
    after: Literal["any", "success"] = key(
        "`success` gives the rest back where the execution failed.", default="any"
    )


class Rate(Model):
    """How many executions in a rolling time."""

    limit: RateLimit = key("A number per duration.", "5/1h")
    per: Literal["rule", "key"] = key("What is counted.", default="rule")


class Lock(Model):
    """One execution at a time."""

    per: Literal["key", "rule"] = key("What is locked.", default="key")
    # Lambda's longest run
    lease: Duration = key(
        "How long a lock outlives its holder.", default="15m", validate_default=True
    )


class Blast(Model):
    """How much one execution may touch."""

    targets: Given[Expression] = key("What it would touch.", "stoppable", default=None)
    max: Given[Annotated[int, Field(ge=1)]] = key("At most so many.", default=None)
    percent: Given[Annotated[float, Field(gt=0, le=100)]] = key(
        "At most this share of `of`, rounded down.", "20", default=None
    )
    of: Given[Expression] = key("The number that `percent` is a share of.", default=None)
    over: Literal["refuse", "trim"] = key("What happens above it.", default="refuse")


class Resources(Model):
    """Resources, by ARN or by tag."""

    arns: OneOrMany[Text] = key(
        "ARNs with IAM's wildcards: `*` for any text, `?` for one character.",
        '["arn:aws:ec2:*:*:instance/*"]',
        default_factory=list,
    )
    tags: dict[str, str] = key(
        "Tags with their values: all of them in `only`, any of them in `except`.",
        "{env: dev}",
        default_factory=dict,
    )


def _some_resources(resources: Resources) -> Resources:
    if not resources.arns and not resources.tags:
        raise Refused("neither 'arns' nor 'tags'", "at least one of them")
    return resources


SomeResources = Annotated[Resources, AfterValidator(_some_resources)]


class Window(Model):
    """Weekly hours: days, hours, or both.

    `Mon-Fri 08:00-19:00`; `Sat,Sun` is the whole of these days; `22:00-06:00` is every night, and
    what goes over midnight belongs to the day on which it begins. The end is not part of it.
    """

    only: OneOrMany[Text] = key(
        "Runs inside of these only.", '["Mon-Fri 22:00-06:00", "Sat,Sun"]', default_factory=list
    )
    never: OneOrMany[Text] = key(
        "Never runs inside of these.", '"Mon-Fri 08:00-19:00"', default_factory=list
    )
    timezone: Text = key("The time zone that they are meant in.", default="UTC")


class Breaker(Model):
    """After so many failures in a time the rule only observes."""

    failures: int = key("So many.", "3", ge=1)
    within: Duration = key("In this time.", "1h")


class Guard(Model):
    """What may hold the rule back; charged when an execution is admitted."""

    key_: Given[Expression] = key(
        "What one loop is about; else the event's resource.", default=None
    )
    cooldown: Given[Annotated[Cooldown, Short("for", _TEXT)]] = key(
        "A rest for the key after an execution.", "6h", default=None
    )
    rate: OneOrMany[Annotated[Rate, Short("limit", _TEXT)]] = key(
        "At most so many executions in a rolling time.", "5/1h", default_factory=list
    )
    lock: Given[Annotated[Lock, Short("per", {"enum": ["key", "rule"]})]] = key(
        "One execution at a time.", default=None
    )
    blast: Given[Blast] = key("How much one execution may touch.", default=None)
    only: Given[SomeResources] = key(
        "Its effects touch these resources only: no filter, one other stops it all.",
        "{tags: {env: dev}}",
        default=None,
    )
    except_: Given[SomeResources] = key("Its effects never touch these resources.", default=None)
    window: Given[Window] = key("Weekly hours.", default=None)
    deadline: Given[Duration] = key(
        "Events older than this are refused, and no step starts later.", "2m", default=None
    )
    breaker: Given[Breaker] = key("Falls back to `observe` after failures.", default=None)
    recheck: Given[bool] = key(
        "Reads the alarm again when a refusal ends: true where an alarm wakes the rule.",
        default=None,
    )
    allow_self: bool = key("Takes events that the rule caused itself.", default=False)


class Verify(Model):
    """How the rule checks that it helped: an alarm's state, or a read and a condition."""

    alarm: Given[State] = key("The state that the alarm has to reach.", "OK", default=None)
    check: Given[Text] = key("A read action, or a fact to repeat.", default=None)
    with_: Given[dict[str, Raw]] = key("The read's parameters.", default=None)
    until: Given[Expression] = key("What has to hold; `result` is the answer.", default=None)
    hold: Duration = key("For how long it has to hold.", "2m", default=0.0)
    within: Duration = key("By when it has to hold.", "45m", default="15m", validate_default=True)
    every: Duration = key("How often it is looked at.", "5m", default="1m", validate_default=True)
