from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from opsloop.cli import main
from opsloop.compiler.build import Compiled, compile_project
from tests.explain.rules import write

Explain = Callable[..., str]


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="session")
def compiled(folder: Path) -> Compiled:
    return compile_project(folder)


@pytest.fixture
def explain(folder: Path) -> Explain:
    """What `opsloop explain` prints in a pipe."""

    def run(*words: str, stdin: str | None = None) -> str:
        arguments = ["explain", *words, "--project", str(folder)]
        result = CliRunner().invoke(main, arguments, input=stdin)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result.stdout if result.exit_code == 0 else f"{result.exit_code}: {result.stderr}"

    return run
