"""Hostile events: real ones with something in them that somebody might wish they were read as.

Made from a seed, so that what one run found the next can find again.
"""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from typing import Any

from tests.eventsource import samples

#: what evaluating any of the texts below would give; none of them holds it
EVALUATED = "EVALUATED"
#: a reference that no rule has
OTHER_SECRET = "ssm:/other"
DEEP = [5, 40, 98, 101, 400, 900]

TEXTS = [
    "",
    " ",
    "i-0abcd1234",
    "arn:aws:ec2:eu-west-1:123456789012:instance/i-1",
    "arn:::::",
    "NaN",
    "null",
    "${join('', ['EVAL', 'UATED'])}",
    "$${join('', ['EVAL', 'UATED'])}",
    "${secret('ssm:/other')}",
    "secret('ssm:/other')",
    "join('', ['EVAL', 'UATED'])",
    "`EVAL`",
    "' || join('', ['EVAL', 'UATED']) || '",
    "[?secret('ssm:/other')]",
    "{{ 'EVAL' ~ 'UATED' }}",
    "{0.__class__.__mro__}",
    "{region}",
    "%(rule)s %s %n",
    "$(echo EVAL''UATED)",
    "`echo EVAL''UATED`",
    "; rm -rf /",
    "../../etc/passwd",
    "${jndi:ldap://127.0.0.1/x}",
    "<script>alert(1)</script>",
    "\x00",
    '\x1b[2J\r\n{"level": "INFO"}',
    "\ud800",
    "tail \udfff",
    "\ud83d\ude00 whole",
    "\u202eevil",
    "\U0001f4a9" * 700,
    "A" * 5_000,
    "{" * 3_000,
    "[" * 3_000,
    json.dumps({"a": [json.dumps({"b": "${join('', ['EVAL', 'UATED'])}"})]}),
    "2026-11-11T21:29:54Z",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00Z",
    "2028-02-30T00:00:00Z",
]
NUMBERS: list[Any] = [0, -1, 5, 6, 0.1, -0.0, 1e308, -1e308, 2**63, 10**400, -(10**400)]
NUMBERS += [float("nan"), float("inf"), float("-inf")]
KEYS = [
    "detail-type",
    "source",
    "resources",
    "region",
    "account",
    "id",
    "time",
    "eventID",
    "userIdentity",
    "tags",
    "Records",
    "alarmData",
    "opsloop",
    "__proto__",
    "__class__",
    "",
    "\ud800",
    "${join('', ['EVAL', 'UATED'])}",
    "secret('ssm:/other')",
]
#: what the rule under fire reads of an event's detail
READ = ["name", "number", "of", "list", "targets", "key", "json", "text"]


class Poison:
    """One source of events."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def event(self) -> Any:
        """The next payload."""
        if self._random.random() < 0.03:
            return self._anything(3)
        payload = copy.deepcopy(samples.payload(self._random.choice(samples.NAMES)))
        self._salt(payload)
        for _ in range(self._random.choice([0, 1, 1, 2, 3])):
            self._spoil(payload)
        return payload

    def spoiled(self, payload: Any, new: str) -> Any:
        """A given payload as a new event, with something else in it."""
        payload = copy.deepcopy(payload)
        if "id" in payload:
            payload["id"] = new
        if "eventID" in payload.get("detail", {}):
            payload["detail"]["eventID"] = new
        self._spoil(payload.get("detail", payload))
        return payload

    def _salt(self, payload: Any) -> None:
        """What the rule under fire reads."""
        detail = payload.get("detail")
        if isinstance(detail, dict):
            for name in self._random.sample(READ, self._random.randint(1, len(READ))):
                detail[name] = self._fitting(name)
        if self._random.random() < 0.9 and "id" in payload:
            payload["id"] = f"event-{self._random.getrandbits(64)}"
            if isinstance(detail, dict) and "eventID" in detail:
                detail["eventID"] = payload["id"]

    def _fitting(self, name: str) -> Any:
        """Of the type that the rule expects, mostly."""
        makers: dict[str, Callable[[], Any]] = {
            "name": self._text,
            "key": self._text,
            "text": self._text,
            "number": lambda: self._random.choice(NUMBERS),
            "of": lambda: self._random.choice(NUMBERS),
            "list": lambda: [self._anything(1) for _ in range(self._random.randint(0, 4))],
            "targets": lambda: [self._text() for _ in range(self._random.randint(0, 4))],
            "json": self._json,
        }
        return makers[name]() if self._random.random() < 0.8 else self._anything(2)

    def _spoil(self, payload: Any) -> None:
        """Put something else, or nothing, at some place."""
        places = _places(payload)
        if not places:
            return
        place, key = self._random.choice(places)
        what = self._random.random()
        if what < 0.15 and isinstance(place, dict):
            place[self._random.choice(KEYS)] = place.pop(key)
        elif what < 0.3 and isinstance(place, dict):
            del place[key]
        else:
            place[key] = self._anything(2)

    def _anything(self, depth: int) -> Any:
        what = self._random.random()
        if what < 0.4:
            return self._text()
        if what < 0.6:
            return self._random.choice([None, True, False, [], {}, *NUMBERS])
        if what < 0.65:
            return self._deep()
        if depth == 0:
            return None
        if what < 0.8:
            return [self._anything(depth - 1) for _ in range(self._random.randint(0, 3))]
        names = [*KEYS, *TEXTS[:20]]
        chosen = self._random.sample(names, self._random.randint(0, 3))
        return {name: self._anything(depth - 1) for name in chosen}

    def _text(self) -> str:
        text = self._random.choice(TEXTS)
        if self._random.random() < 0.01:
            return (text or "x") * (200_000 // (len(text) or 1))
        return text + self._random.choice(TEXTS) if self._random.random() < 0.2 else text

    def _deep(self) -> Any:
        value: Any = self._random.choice(TEXTS)
        for _ in range(self._random.choice(DEEP)):
            value = [value] if self._random.random() < 0.5 else {"a": value}
        return value

    def _json(self) -> str:
        if self._random.random() < 0.2:
            return "[" * self._random.choice(DEEP) + "]" * self._random.choice(DEEP)
        deep = self._random.choice(DEEP)
        return "[" * deep + "1" + "]" * deep


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every container with each of its keys, without descending where it is deep."""
    found: list[tuple[Any, Any]] = []
    level = [value]
    for _ in range(12):
        inner = []
        for each in level:
            keys = list(each) if isinstance(each, dict) else list(range(len(each)))
            found += [(each, key) for key in keys]
            inner += [each[key] for key in keys if isinstance(each[key], dict | list)]
        level = inner
    return found
