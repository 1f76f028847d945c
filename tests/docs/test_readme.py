"""What the README and its pages say is true: the rule compiles, the links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from opsloop.cli import COMMANDS
from opsloop.compiler.build import compile_project
from opsloop.rules.project import HEADER

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("[!_]*.md"))]


def test_the_rule_in_the_readme_compiles(tmp_path: Path) -> None:
    rule = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)[0]
    written = rule.replace("# rules/exposure/close-public-bucket.yaml", HEADER)
    pack = tmp_path / "rules" / "exposure"
    pack.mkdir(parents=True)
    (pack / "close-public-bucket.yaml").write_text(written, encoding="utf-8")
    for name in ("exposure/pack.yaml", "opsloop.yaml"):
        (tmp_path / "rules" / name).write_bytes((ROOT / "rules" / name).read_bytes())
    assert list(compile_project(tmp_path).plans) == ["close-public-bucket"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_every_page_is_linked_from_the_readme() -> None:
    pages = {f"docs/{page.name}" for page in PAGES if page.parent.name == "docs"}
    assert pages == set(re.findall(r"\]\((docs/[^)#]+\.md)\)", README))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_command_that_a_page_names_is_there(page: Path) -> None:
    named = set(re.findall(r"`opsloop ([a-z][a-z-]+)", page.read_text(encoding="utf-8")))
    assert named - set(COMMANDS) == set()


def test_the_two_commands_are_targets_of_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"^make ([a-z0-9]+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
