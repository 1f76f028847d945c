"""What happens in a run of the model: deliveries, and what happens while one of them runs.

Plain data that engine and model act out alike. All times are whole seconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

KEYS = ("a", "b", "c")
SANDBOXES = 3


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way to one sandbox, for the first time or again."""

    sandbox: int
    key: str
    #: seconds between the event and its first delivery; below 0 it comes from the future
    age: int = 0
    #: the number of an event that was delivered before; None for a new one
    again: int | None = None
    #: how long its facts take to read, and what else is delivered meanwhile
    looks: int = 0
    before: tuple[Delivery, ...] = ()
    #: how long its action takes, what else is delivered meanwhile, and how it ends
    takes: int = 0
    inside: tuple[Delivery, ...] = ()
    fails: bool = False


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in so many seconds."""

    limit: int
    seconds: int
    per: Literal["rule", "key"]


@dataclass(frozen=True, slots=True)
class Window:
    """Hours of every day in a zone: open inside of them, or outside."""

    kind: Literal["only", "never"]
    begin: int
    end: int
    zone: str


@dataclass(frozen=True, slots=True)
class Guards:
    """A rule's guards."""

    cooldown: int | None = None
    after: Literal["any", "success"] = "any"
    rates: tuple[Rate, ...] = ()
    lock: Literal["rule", "key"] | None = None
    lease: int = 300
    #: so many failures in so many seconds
    breaker: tuple[int, int] | None = None
    window: Window | None = None
    deadline: int | None = None


@dataclass(frozen=True, slots=True)
class Became:
    """What became of one delivery; `guard` says which one refused it."""

    event: int
    outcome: str
    guard: str | None = None
    #: whether it has an entry in the journal
    written: bool = True
