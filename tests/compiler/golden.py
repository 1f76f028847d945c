"""The policies of the shipped rules, as somebody has read them: one file for each.

`python -m tests.compiler.golden` writes them anew: read the diff before you commit it.
"""

from __future__ import annotations

import functools
import json
from pathlib import Path

from opsloop.compiler.build import Compiled, compile_project
from tests.compiler.projects import ROOT

POLICIES = Path(__file__).parent / "policies"


@functools.cache
def shipped() -> Compiled:
    """The shipped rules, compiled."""
    return compile_project(ROOT)


if __name__ == "__main__":
    for old in POLICIES.glob("*.json"):
        old.unlink()
    POLICIES.mkdir(exist_ok=True)
    for rule, policy in shipped().policies["dev"].items():
        (POLICIES / f"{rule}.json").write_text(json.dumps(policy, indent=2) + "\n")
