"""Projects made for a test: the broken ones, and small ones that compile."""

from __future__ import annotations

import shutil
from pathlib import Path

from chalicelib.plan import Plan
from opsloop.compiler.build import Compiled, compile_project

ROOT = Path(__file__).parents[2]
BROKEN = Path(__file__).parent / "broken"
HEADER = "# yaml-language-server: $schema=../rule.schema.json\n"
SETTINGS = """\
stages:
  dev:
    account: "123456789012"
    region: eu-west-1
    params: {limit: 5}
    channels:
      pager: {type: sns, topic: pager}
"""
HEAD = "description: A rule.\nowner: team\nseverity: low\n"
MANUAL = "when: {manual: {}}\n"
NOTIFY = "then: [{do: notify, with: {to: pager, title: Hello}}]\n"


def project(folder: Path, rules: dict[str, str] | None = None, settings: str = SETTINGS) -> Path:
    """A project with these files below rules/: a rule's text goes behind its header."""
    files = {"opsloop.yaml": settings}
    files |= {name: HEADER + text for name, text in (rules or {}).items()}
    for name, text in files.items():
        path = folder / "rules" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def compiled(folder: Path, text: str, settings: str = SETTINGS) -> Compiled:
    """A project of one rule, compiled; the text begins behind the header and `HEAD`."""
    return compile_project(project(folder, {"pack/rule.yaml": HEAD + text}, settings))


def plan(folder: Path, text: str, settings: str = SETTINGS) -> Plan:
    """The plan of one rule."""
    return compiled(folder, text, settings).plans["rule"]


def broken(folder: Path, case: str) -> Path:
    """A case of broken/: one rule of the pack `pack`, or a folder as it stands."""
    project(folder)
    alone = BROKEN / f"{case}.yaml"
    if not alone.is_file():
        shutil.copytree(BROKEN / case, folder, dirs_exist_ok=True)
        return folder
    rule = folder / "rules" / "pack" / f"{name_of(case)}.yaml"
    rule.parent.mkdir()
    shutil.copyfile(alone, rule)
    return folder


def name_of(case: str) -> str:
    """`007-unknown-action` is the rule unknown-action."""
    return case.partition("-")[2]
