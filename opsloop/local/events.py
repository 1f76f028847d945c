"""Event files: one JSON file, the payload as a function would get it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chalicelib.errors import EventError


def read_event(path: Path) -> Any:
    """The payload in a file. Raises EventError that says where the JSON is broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise EventError(f"{path}:{error.lineno}:{error.colno}: found {error.msg}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise EventError(f"{path}: expected JSON in UTF-8: {error}") from error
