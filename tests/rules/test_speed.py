"""Reading a hundred rules is a small part of the three seconds that compiling them may take."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from opsloop.rules.project import load_project
from tests.rules.projects import RULE, project

LIMIT = 0.5


@pytest.mark.bench
def test_a_hundred_rules_are_read_in_half_a_second(tmp_path: Path) -> None:
    files = {f"pack{number % 5}/rule{number}-x.yaml": RULE for number in range(100)}
    folder = project(tmp_path, files)
    load_project(folder)
    start = time.perf_counter()
    assert len(load_project(folder).rules) == 100
    seconds = time.perf_counter() - start
    print(f"\n100 rules read in {seconds * 1000:.0f} ms")  # noqa: T201 - what a bench is for
    assert seconds < LIMIT
