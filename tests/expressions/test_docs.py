"""The language's committed pages are those that the tables make."""

from __future__ import annotations

from pathlib import Path

from opsloop.expressions.docs import render, render_stackstorm

DOCS = Path(__file__).parents[2] / "docs"


def test_the_languages_page_is_fresh() -> None:
    assert (DOCS / "expressions.md").read_text(encoding="utf-8") == render()


def test_the_operators_page_is_fresh() -> None:
    assert (DOCS / "stackstorm-operators.md").read_text(encoding="utf-8") == render_stackstorm()
