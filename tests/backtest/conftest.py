from __future__ import annotations

from pathlib import Path

import pytest

from opsloop.compiler.build import Compiled, compile_project
from tests.backtest import rules
from tests.backtest.generate import write_month

RECORDS = 4_000


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project."""
    return rules.write(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def compiled(folder: Path) -> Compiled:
    return compile_project(folder)


@pytest.fixture(scope="session")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A month of CloudTrail, in the layout of a trail."""
    folder = tmp_path_factory.mktemp("month")
    write_month(folder, RECORDS)
    return folder
