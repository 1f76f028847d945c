"""A source of Event-Driven Ansible: JSON lines from a file, all read before the first is given.

Copied into a folder of its own by the benchmark; ansible-rulebook imports it, not we.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any


async def main(queue: asyncio.Queue[Any], args: dict[str, Any]) -> None:
    """Give every event, and stay: the rulebook ends the run."""
    lines = Path(args["path"]).read_text().splitlines()  # noqa: ASYNC240 - nothing waits yet
    events = [json.loads(line) for line in lines]
    sys.stdout.write("begin\n")
    sys.stdout.flush()
    for event in events:
        await queue.put(event)
    await asyncio.sleep(3_600)
