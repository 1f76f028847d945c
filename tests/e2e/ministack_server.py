"""Starts MiniStack, with two things that it lacks. Runs in `.venv-ministack`, alone.

It ends when its standard input does: who started it may be killed by any signal, and leaves
nothing behind. And it knows the condition key `events:source`, of which it would say that a
request has none.
"""

import json
import os
import signal
import threading
import time
from typing import Any

from ministack.app import main  # type: ignore[import-not-found]
from ministack.core import iam_actions  # type: ignore[import-not-found]

#: seconds to end after being asked
GRACE = 10.0

_known_keys = iam_actions.request_tag_context


def _with_source(service: str, action: str, body: bytes, parameters: Any) -> dict[str, Any]:
    """The condition keys of a request. AWS judges each entry of PutEvents by its own source."""
    keys: dict[str, Any] = _known_keys(service, action, body, parameters)
    if action == "events:PutEvents":
        sources = sorted({entry.get("Source", "") for entry in json.loads(body)["Entries"]})
        keys["events:source"] = sources[0] if len(sources) == 1 else sources
    return keys


def _end_with_its_starter() -> None:
    """However a process ends, the system closes its end of the pipe: nothing is ever written."""
    while os.read(0, 1):
        pass
    # a group of its own: its workers, which would end what they are at, are in it
    os.killpg(0, signal.SIGTERM)
    time.sleep(GRACE)  # noqa: TID251 - a real server, in real time
    os.killpg(0, signal.SIGKILL)


if os.getpgrp() != os.getpid():
    raise SystemExit("start it in a session of its own: it ends its whole process group")
iam_actions.request_tag_context = _with_source
threading.Thread(target=_end_with_its_starter, daemon=True).start()
main()
