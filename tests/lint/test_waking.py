"""Circles that lead through what no step says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.compiler.projects import HEAD, SETTINGS, project
from tests.lint.test_lint import told

HEARS = """\
mode: active
when: {topic: pager}
then: [{do: http.post, with: {url: "https://example.com", json: {}}}]
"""
HANDLES = "on_failure: [{do: http.get, with: {url: 'https://example.com'}}]\n"


@pytest.mark.parametrize(
    ("escalate", "more", "found"),
    [
        ("    escalate: pager\n", "", ["rule → pager → rule"]),
        ("    escalate: pager\n", HANDLES, []),
        ("", "", []),
    ],
)
def test_a_rule_that_its_own_failure_wakes(
    escalate: str, more: str, found: list[str], tmp_path: Path
) -> None:
    texts = {"pack/rule.yaml": HEAD + HEARS + more}
    problems, _ = told(project(tmp_path, texts, SETTINGS + escalate))
    circles = [one.found for one in problems if one.code in ("OPS304", "OPS305")]
    assert len(circles) == len(found)
    assert all(chain in one for chain, one in zip(found, circles, strict=True))
