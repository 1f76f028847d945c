"""Event files: one JSON file, the payload as a function would get it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from chalicelib.errors import EventError

#: what Python's parser says, as what should stand there
_EXPECTED = {
    "Expecting value": "a value",
    "Expecting property name enclosed in double quotes": "a name in double quotes",
    "Expecting ',' delimiter": "a comma",
    "Expecting ':' delimiter": "a colon",
    "Extra data": "nothing more, a file holds one value",
    "Unterminated string starting at": "a text that ends",
    "Invalid control character at": "no control character in a text",
}
_FOUND = 30


def read_event(path: Path) -> Any:
    """The payload in a file. Raises EventError that says where the JSON is broken."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except json.JSONDecodeError as error:
        raise EventError(f"{path}:{error.lineno}:{error.colno}: {_said(error)}") from error
    except (UnicodeDecodeError, RecursionError) as error:
        raise EventError(f"{path}: expected JSON in UTF-8: {error}") from error


def _said(error: json.JSONDecodeError) -> str:
    """What stands where the JSON is broken, and what should."""
    rest = error.doc[error.pos :].strip()
    found = f"'{rest.splitlines()[0][:_FOUND]}'" if rest else "the end of the file"
    return f"found {found}; expected JSON: {_EXPECTED.get(error.msg, error.msg)}"
