"""Pauses as items: what people stopped, where every function of the stage looks. Pure.

They stand under the partition `pause`, one for all, one for a pack (`pack:…`), one for a
rule (`rule:…`), and go away by themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from chalicelib.guards.gate import Pause
from chalicelib.guards.times import clock_time

PARTITION = "pause"


def to_item(pause: Pause) -> dict[str, Any]:
    """The item; DynamoDB's time to live removes it some time after its end."""
    return {
        "rule": PARTITION,
        "id": pause.what,
        "until": clock_time(pause.until),
        "by": pause.by,
        "why": pause.why,
        "expires": int(pause.until) + 86_400,
    }


def from_item(item: Mapping[str, Any]) -> Pause:
    """The pause that `to_item` wrote."""
    until = datetime.fromisoformat(item["until"]).timestamp()
    return Pause(item["id"], until, item["by"], item.get("why", ""))
