"""Before Chalice packs chalicelib: plans as fresh as their rules, and no bytecode.

Called at the desk only, when Chalice loads app.py to deploy or package it; the compiler
writes the index that this reads. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from chalicelib.errors import PlanError
from chalicelib.plans import COMPILED, INDEX

ROOT = COMPILED.parent.parent


def source_files(root: Path) -> dict[str, str]:
    """Every file that plans are compiled from: its path below `root`, and its SHA-256."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted((root / "rules").rglob("*.yaml"))
        if not path.name.endswith(".test.yaml")
    }


def check_fresh(root: Path = ROOT, compiled: Path = COMPILED) -> None:
    """Raise PlanError, with the names of the files, unless the index tells of these sources."""
    index = compiled / INDEX
    if not index.exists():
        raise PlanError("the rules were never compiled: run `opsloop compile`")
    known = json.loads(index.read_bytes())["sources"]
    found = source_files(root)
    stale = sorted(name for name in known | found if known.get(name) != found.get(name))
    if stale:
        raise PlanError(f"compiled plans are older than {', '.join(stale)}: run `opsloop compile`")


def leave_no_bytecode(package: Path = COMPILED.parent) -> None:
    """Remove the package's bytecode and write no more, because Chalice would pack it.

    Python takes it for a source of the same second, and zips count in twos: in Lambda it is dead
    weight, as much as chalicelib itself for each version of Python that ran here.
    """
    import shutil  # noqa: PLC0415 - this module is imported in Lambda, too

    sys.dont_write_bytecode = True
    for folder in list(package.rglob("__pycache__")):
        # another process may be writing there; what it leaves costs a few bytes
        shutil.rmtree(folder, ignore_errors=True)
