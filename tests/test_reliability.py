"""docs/reliability.md names tests; each of them is there, and is not expected to fail."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", (ROOT / "docs/reliability.md").read_text())


def test_tests_are_named() -> None:
    assert len(NAMED) > 10


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)), ids="::".join)
def test_a_named_test_is_there(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text())
    (found,) = [
        node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    assert not any("xfail" in ast.unparse(each) for each in found.decorator_list)
