"""Events out: what became of an execution, on the default bus, for other rules to hear.

Called by the engine through its port, behind the end that it tells of. An event that could
not be put is said in the log: the journal has the end all the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from chalicelib.errors import BusError
from chalicelib.events.causes import SOURCE


class Bus:
    """The account's default event bus. `connect` gives the client when first needed."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect

    def put(self, detail_type: str, detail: Mapping[str, Any]) -> None:
        """One event. Raises BusError where EventBridge did not take it."""
        entry = {"Source": SOURCE, "DetailType": detail_type, "Detail": json.dumps(detail)}
        try:
            answer = self._connect().put_events(Entries=[entry])
        except Exception as error:
            raise BusError(f"could not put {detail_type!r}: {error}") from error
        if answer.get("FailedEntryCount"):
            failed = answer["Entries"][0]
            raise BusError(
                f"could not put {detail_type!r}: {failed.get('ErrorCode')}: "
                f"{failed.get('ErrorMessage')}"
            )
