"""What the README and its pages say is true: the rule compiles, the links lead somewhere."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from opsloop.cli import COMMANDS
from opsloop.compiler.build import compile_project

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("[!_]*.md"))]


#: all that the README's rule needs beside itself
SETTINGS = """\
stages:
  dev:
    account: "123456789012"
    region: us-east-1
    channels:
      security: {type: sns, topic: security}
"""
ITS_CALLS = {
    "s3:GetBucketAcl",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketPublicAccessBlock",
    "s3:GetBucketTagging",
    "s3:PutBucketPublicAccessBlock",
    "sns:Publish",
}
FOR_ITSELF = ["OwnJournal", "ReadPauses", "TellTheBus", "OwnLog", "OwnDeadLetters"]


def test_the_rule_in_the_readme_compiles_as_it_is_shown(tmp_path: Path) -> None:
    """In a new project, to a policy of what the README says, and no more."""
    rule = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)[0]
    written = re.findall(r"^# (rules/\S+)$", rule, re.MULTILINE)[0]
    for name, text in {written: rule, "rules/opsloop.yaml": SETTINGS}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    compiled = compile_project(tmp_path)
    assert list(compiled.plans) == ["close-public-bucket"]
    policy = json.loads(compiled.output.files[".chalice/policies/dev/close-public-bucket.json"])
    calls = [one for one in policy["Statement"] if one["Sid"] not in FOR_ITSELF]
    assert {action for one in calls for action in one["Action"]} == ITS_CALLS
    assert [one["Sid"] for one in policy["Statement"][len(calls) :]] == FOR_ITSELF


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
