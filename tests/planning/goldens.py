"""Whole outputs beside the tests: compared, or written anew with OPSLOOP_WRITE_GOLDENS=1.

To look at, and to commit, like the policies of tests/compiler.
"""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

from rich.console import RenderableType

from opsloop.output import console

FOLDER = Path(__file__).parent / "golden"
#: tests of a cut-off account see no environment
WRITING = "OPSLOOP_WRITE_GOLDENS" in os.environ


def same(name: str, text: str) -> bool:
    """Whether this is the text that is committed under this name.

    But for what is not ours to say: which Python runs this, what moto draws by lot, what a plan
    is in bytes, and how many permissions every rule has.
    """
    path = FOLDER / name
    text = re.sub(r"\d+ that every rule has", "N that every rule has", text)
    text = text.replace(f"python3.{sys.version_info.minor}", "python3.N")
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "UUID", text)
    text = re.sub(r'"[0-9a-f]{12}"', '"HASH"', text)
    if WRITING:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
    return True


def printed(renderable: RenderableType) -> str:
    """As a pipe gets it."""
    to = console()
    with to.capture() as captured:
        to.print(renderable)
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def without_ordinary(content: Any) -> Any:
    """A plan for programs, without the permissions that every rule has."""
    kept = {
        key: [one for one in some if not one["ordinary"]]
        for key, some in content["permissions"].items()
    }
    return {**content, "permissions": kept}


def as_json(content: Any) -> str:
    return json.dumps(content, indent=2) + "\n"
