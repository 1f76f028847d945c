"""The event library: one real event in each file of tests/events.

`python -m tests.eventsource.samples` writes golden.json anew: read its diff before you commit it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chalicelib.events import names
from chalicelib.events.event import Event
from chalicelib.events.normalise import normalise

FOLDER = Path(__file__).parents[1] / "events"
GOLDEN = Path(__file__).parent / "golden.json"
NAMES = sorted(path.stem for path in FOLDER.glob("*.json"))


def payload(name: str) -> Any:
    return json.loads((FOLDER / f"{name}.json").read_text())


def event(name: str) -> Event:
    (only,) = normalise(payload(name))
    return only


def seen(event: Event) -> dict[str, Any]:
    """All that a rule can know of an event without its envelope."""
    return {
        "road": event.road,
        "identity": event.identity,
        "time": event.time,
        "account": event.account,
        "region": event.region,
        "partition": event.partition,
        "alarm": names.alarm(event),
        "actor": names.actor(event),
        "resource": names.resource(event),
    }


if __name__ == "__main__":
    table = {name: seen(event(name)) for name in NAMES}
    GOLDEN.write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n")
