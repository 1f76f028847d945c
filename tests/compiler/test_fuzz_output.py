"""A disk that fails at any point of writing any compilation: everything, or nothing.

Every call to the operating system is met by an audit hook, which lets it through or refuses it
as a disk would: once, or this one and all that follow. Fuzzed rules are compiled and written there.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from opsloop.compiler.build import Compiled
from opsloop.compiler.output import OWNED
from opsloop.compiler.swap import OutputError
from tests.compiler.schema_rules import rules
from tests.compiler.test_fuzz_compile import RULE, TEXTS, as_yaml, compiled, restore

pytestmark = pytest.mark.proof

CALLS = ("open", "os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod", "os.listdir")
INDEX = "chalicelib/compiled/index.json"


class PowerCut(BaseException):
    """Nobody puts anything back."""


@dataclass
class Disk:
    """Refuses the call of this number below `root`, counted from 0, and perhaps all later ones."""

    root: str = ""
    left: int = 0
    once: bool = True
    error: BaseException | None = None

    def __call__(self, event: str, args: tuple[Any, ...]) -> None:
        if self.error is None or event not in CALLS or not str(args[0]).startswith(self.root):
            return
        self.left -= 1
        if self.left == -1 or (self.left < 0 and not self.once):
            raise self.error

    @contextmanager
    def failing(self, root: Path, at: int, error: BaseException, *, once: bool) -> Iterator[None]:
        self.root, self.left, self.once, self.error = str(root), at, once, error
        try:
            yield
        finally:
            self.error = None


@pytest.fixture(scope="module")
def disk() -> Disk:
    """One for all: a hook stays for as long as its process does."""
    made = Disk()
    sys.addaudithook(made)
    return made


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("disk")
    (folder / "rules" / "pack").mkdir(parents=True)
    restore(folder)
    return folder


def project(folder: Path, content: bytes) -> Compiled:
    (folder / RULE).write_bytes(content)
    made = compiled(folder)
    assume(isinstance(made, Compiled))
    assert isinstance(made, Compiled)
    return made


def state(root: Path) -> dict[str, str]:
    folders = (root / name for name in (*OWNED, ".chalice"))
    files = (path for folder in folders for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(root).as_posix(): path.read_text() for path in files}


def full(root: Path) -> OSError:
    return OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(root))


#: a compilation of one rule needs some 30
NUMBERS = st.integers(0, 40)
RULES = rules("on_failure") | rules("then")
EXAMPLES = settings(
    max_examples=1_000, deadline=None, suppress_health_check=list(HealthCheck), database=None
)


@EXAMPLES
@given(old=st.sampled_from(sorted(TEXTS)), rule=RULES, at=NUMBERS)
def test_a_call_that_fails_changes_nothing(
    old: str, rule: dict[str, Any], at: int, root: Path, disk: Disk
) -> None:
    project(root, TEXTS[old].encode()).output.write(root)
    before = state(root)
    made = project(root, as_yaml(rule)).output
    try:
        with disk.failing(root, at, full(root), once=True):
            made.write(root)
    except (OutputError, OSError):
        expected = before
    else:
        expected = made.files
    assert state(root) == expected


@EXAMPLES
@given(
    old=st.sampled_from(sorted(TEXTS)),
    rule=RULES,
    at=NUMBERS,
    error=st.sampled_from([OSError(errno.EIO, "Input/output error"), PowerCut()]),
)
def test_a_disk_that_is_gone_leaves_nothing_that_passes_for_whole(
    old: str, rule: dict[str, Any], at: int, error: BaseException, root: Path, disk: Disk
) -> None:
    project(root, TEXTS[old].encode()).output.write(root)
    before = state(root)
    made = project(root, as_yaml(rule)).output
    try:
        with disk.failing(root, at, error, once=False):
            made.write(root)
    except (OutputError, OSError, PowerCut):
        after = {path: text for path, text in state(root).items() if not path.endswith(".tmp")}
        assert INDEX not in after or after in (before, made.files)
    made.write(root)
    assert state(root) == made.files
