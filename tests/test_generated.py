"""The generated files: deterministic, written only where they differ, checked by `make check`."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsloop import generate


@pytest.mark.parametrize("path", generate.FILES)
def test_the_same_code_gives_the_same_bytes(path: str) -> None:
    render = generate.FILES[path]
    assert render() == render()
    assert render().endswith("\n")


def test_what_differs_is_stale_and_nothing_else(tmp_path: Path) -> None:
    for path, render in generate.FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(render(), encoding="utf-8")
    assert generate.stale(tmp_path) == {}
    (tmp_path / "docs/cli.md").write_text("old")
    (tmp_path / "rules/rule.schema.json").unlink()
    assert list(generate.stale(tmp_path)) == ["docs/cli.md", "rules/rule.schema.json"]


def test_every_page_says_that_it_is_generated() -> None:
    for path, render in generate.FILES.items():
        if path.endswith(".md"):
            assert "`make generate`" in render()[:200], path
