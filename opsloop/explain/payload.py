"""What somebody has at hand becomes what a function would get: CloudTrail's record, its event.

CloudTrail's console and files show records; EventBridge wraps them. All else passes as it is.
Pure; the command calls it.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.errors import EventError
from opsloop.backtest.alarm_history import Alarms
from opsloop.backtest.envelopes import deliveries
from opsloop.backtest.records import Delivered, Undelivered

_NOWHERE = Alarms("", "")


def payload_of(content: Any) -> Any:
    """The payload. Raises EventError for a record that EventBridge does not deliver."""
    if not isinstance(content, dict) or "eventVersion" not in content:
        return content
    [record] = deliveries(json.dumps(content).encode(), _NOWHERE)
    if isinstance(record, Delivered):
        return json.loads(record.payload)
    reason = record.reason if isinstance(record, Undelivered) else str(record)
    raise EventError(f"a record of CloudTrail: EventBridge delivers it to no rule: {reason}")
