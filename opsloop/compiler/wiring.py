"""What a trigger comes to. Made by `triggers` and `api`, read by `lowering`."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from chalicelib.plan import Wire
from opsloop.problems import Fault, Path

#: EventBridge's default, of the pattern as it is sent
MOST_PATTERN = 2_048


@dataclass
class Wiring:
    """The wire, the criteria that say the same, and what is wrong with the trigger."""

    wire: Wire = field(default_factory=Wire)
    #: expressions that all have to hold
    criteria: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def wake_by(self, pattern: dict[str, Any], path: Path) -> None:
        """Wire to EventBridge by a pattern, if it is not too long for that."""
        self.wire = {"pattern": pattern}
        if (size := len(json.dumps(pattern))) > MOST_PATTERN:
            found = f"a pattern of {size:,} characters for EventBridge"
            expected = f"at most {MOST_PATTERN:,}: fewer names, or an `event` with wildcards"
            self.faults.append(Fault(found, expected, path=path))


def literal(value: object) -> str:
    """A value as JMESPath's JSON literal."""
    return "`" + json.dumps(value).replace("`", "\\`") + "`"
