"""`opsloop plan --against REV`: a change, as its reviewer gets to see it. No AWS is asked."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from opsloop.compiler.build import compile_project
from opsloop.local.isolation import isolated
from opsloop.output import DIFFERS, FAILED, OK, USAGE
from tests.cli.conftest import CommandLine
from tests.cli.projects import CLOSE_BUCKET, SETTINGS, TAG_BUCKET
from tests.planning.goldens import as_json, same, without_ordinary
from tests.planning.repository import commit, git, repository
from tests.planning.stage import project

GRANT = """\
  - id: grant
    do: aws.iam.attach_user_policy
    with: {UserName: "${actor.name}", PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess"}
"""
ASKED = """\
    approvers: {by: ["*:role/oncall"], within: 30m}
"""
EU = """\
  eu:
    account: "123456789012"
    region: eu-west-1
    max_mode: observe
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with one commit."""
    return repository(project(tmp_path))


@pytest.fixture
def opsloop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CommandLine]:
    monkeypatch.chdir(folder)
    with isolated("us-east-1"):
        yield CommandLine(folder)


def edit(folder: Path, name: str, text: str) -> None:
    (folder / "rules" / name).write_text(text, encoding="utf-8")


def named(text: str, folder: Path, revision: str = "HEAD~1") -> str:
    """Without a commit's id, which its time is in."""
    full = git(folder, "rev-parse", revision)
    return text.replace(full, "COMMIT").replace(full[:7], "COMMIT")


def test_nothing_changed(opsloop: CommandLine) -> None:
    result = opsloop("plan", "--against", "HEAD")
    assert result.exit_code == OK, result.stderr
    assert result.stdout.endswith(
        "\n\nNo changes: dev is as at HEAD (COMMIT).\n".replace(
            "COMMIT", git(opsloop.folder, "rev-parse", "HEAD")[:7]
        )
    )


def test_a_change_that_gains_a_permission(opsloop: CommandLine, folder: Path) -> None:
    edit(folder, "storage/close-bucket.yaml", CLOSE_BUCKET + GRANT)
    commit(folder, "grant")
    words = ("plan", "--against", "HEAD~1")
    result = opsloop(*words)
    assert result.exit_code == DIFFERS, result.stderr
    assert same("against.txt", named(result.stdout, folder))
    assert same("against.md", named(opsloop(*words, "--markdown").stdout, folder))
    found = without_ordinary(json.loads(opsloop(*words, "--json").stdout))
    assert same("against.json", named(as_json(found), folder))


GUARDED = """\
guard:
  rate: 5/1h
  cooldown: 15m
  window: {only: "Mon-Fri 08:00-19:00", timezone: Europe/Rome}
  blast: {targets: "[bucket]", max: 20}
"""
LOOSE = """\
guard:
  rate: 50/1h
  blast: {targets: "[bucket]", max: 50}
"""


def test_a_change_that_loosens_what_holds_a_rule_back(opsloop: CommandLine, folder: Path) -> None:
    held = CLOSE_BUCKET.replace("mode: active", "mode: observe")
    edit(folder, "storage/close-bucket.yaml", held + GUARDED)
    edit(folder, "opsloop.yaml", SETTINGS.replace("max_mode: active", "max_mode: approve") + ASKED)
    commit(folder, "held back")
    bold = CLOSE_BUCKET.replace("if: event.detail.awsRegion == region\n", "")
    edit(folder, "storage/close-bucket.yaml", bold + LOOSE)
    edit(folder, "opsloop.yaml", SETTINGS)
    commit(folder, "let loose")
    words = ("plan", "--against", "HEAD~1")
    result = opsloop(*words)
    assert result.exit_code == DIFFERS, result.stderr
    assert same("loosened.txt", named(result.stdout, folder))
    assert same("loosened.md", named(opsloop(*words, "--markdown").stdout, folder))
    found = json.loads(opsloop(*words, "--json").stdout)["safeguards"]
    assert same("loosened.json", as_json(found))


def test_a_change_that_tightens_is_no_loosening(opsloop: CommandLine, folder: Path) -> None:
    edit(folder, "storage/close-bucket.yaml", CLOSE_BUCKET + LOOSE)
    commit(folder, "a guard")
    edit(folder, "storage/close-bucket.yaml", CLOSE_BUCKET + GUARDED)
    commit(folder, "a tighter one")
    result = opsloop("plan", "--against", "HEAD~1")
    assert result.exit_code == DIFFERS, result.stderr
    assert result.stdout.endswith("\nNo IAM permission changes.\n")
    assert "Safeguards" not in result.stdout


HOSTILE = """\
--extra-index-url https://packages.example/simple
jmespath[more]==1.1.0
helper @ https://packages.example/helper.whl  # for tests
"""


def test_whatever_ships_is_told(opsloop: CommandLine, folder: Path) -> None:
    """What pip may take from anywhere, and what Chalice packs without asking."""
    module = folder / "vendor/jmespath/__init__.py"
    module.parent.mkdir(parents=True)
    module.write_text("stolen = True\n", encoding="utf-8")
    (folder / "chalicelib/late.pyc").write_bytes(b"stolen")
    with (folder / "requirements.txt").open("a", encoding="utf-8") as requirements:
        requirements.write(HOSTILE)
    commit(folder, "more")
    result = opsloop("plan", "--against", "HEAD~1")
    assert result.exit_code == DIFFERS, result.stderr
    told = [line.strip() for line in result.stdout.splitlines() if line.startswith("      ")]
    assert told == [
        "+ chalicelib/late.pyc",
        "+ vendor/jmespath/__init__.py",
        "+ requirements.txt says --extra-index-url https://packages.example/simple",
        "+ requirements.txt says jmespath[more]==1.1.0",
        "+ requirements.txt says helper @ https://packages.example/helper.whl",
    ]


def test_in_a_terminal_what_to_look_at_twice_is_red(opsloop: CommandLine, folder: Path) -> None:
    edit(folder, "storage/close-bucket.yaml", CLOSE_BUCKET + GRANT)
    told = opsloop.in_terminal(60, "plan", "--against", "HEAD").stdout
    assert "\x1b[1;31m! \x1b[0m" in told
    assert "\x1b[1;31mchanges who may do what\x1b[0m" in told
    plain = opsloop.in_terminal(60, "plan", "--against", "HEAD", NO_COLOR="1").stdout
    assert "\x1b[1;31m" not in plain
    printed = re.sub(r"\x1b\[[0-9;]*m", "", plain)
    assert max(map(len, printed.splitlines())) <= 60


def test_what_is_not_committed_is_part_of_the_plan(opsloop: CommandLine, folder: Path) -> None:
    edit(folder, "storage/note-bucket.yaml", TAG_BUCKET.replace("mode: active", "mode: observe"))
    result = opsloop("plan", "--against", "HEAD", "--json")
    found = json.loads(result.stdout)
    assert [(one["action"], one["name"]) for one in found["changes"]] == [("add", "note-bucket")]
    assert found["summary"] == {"add": 1, "change": 0, "destroy": 0, "rename": 0}


def test_a_rule_that_was_renamed(opsloop: CommandLine, folder: Path) -> None:
    git(folder, "mv", "rules/storage/tag-bucket.yaml", "rules/storage/note-bucket.yaml")
    result = opsloop("plan", "--against", "HEAD", "--json")
    found = json.loads(result.stdout)
    assert found["changes"] == [
        {
            "action": "rename",
            "kind": "rule",
            "name": "note-bucket",
            "was": "tag-bucket",
            "facts": [],
        }
    ]
    assert found["permissions"] == {"gained": [], "lost": []}
    assert found["summary"] == {"add": 1, "change": 0, "destroy": 1, "rename": 1}


def test_a_rule_that_is_off_is_gone(opsloop: CommandLine, folder: Path) -> None:
    edit(folder, "storage/close-bucket.yaml", CLOSE_BUCKET.replace("mode: active", "mode: 'off'"))
    result = opsloop("plan", "--against", "HEAD")
    assert "  - close-bucket  goes, with its function, its role and its trigger\n" in result.stdout
    assert "Plan: 0 to add, 0 to change, 1 to destroy.\n" in result.stdout


def test_stages_that_are_new_and_gone_are_told(opsloop: CommandLine, folder: Path) -> None:
    edit(folder, "opsloop.yaml", SETTINGS + EU)
    told = opsloop("plan", "--against", "HEAD", "--stage", "eu").stdout
    assert "note stage eu is new since HEAD\n" in told
    assert "Plan: 7 to add, 0 to change, 0 to destroy.\n" in told
    commit(folder, "eu")
    edit(folder, "opsloop.yaml", SETTINGS)
    told = opsloop("plan", "--against", "HEAD", "--stage", "eu").stdout
    gone = "note stage eu is gone from rules/opsloop.yaml: nothing but you will delete it in AWS\n"
    assert gone in told
    assert "Plan: 0 to add, 0 to change, 7 to destroy.\n" in told
    told = opsloop("plan", "--against", "HEAD").stdout
    assert "note stage eu is gone as well: `opsloop plan --stage eu --against HEAD`\n" in told


def test_rules_of_then_that_no_longer_compile(opsloop: CommandLine, folder: Path) -> None:
    """Their committed output stands in for them; without it they are an error of that revision."""
    edit(folder, "storage/close-bucket.yaml", CLOSE_BUCKET.replace("s3:PutBucketAcl", "s3:PutIt"))
    commit(folder, "broken")
    edit(folder, "storage/close-bucket.yaml", CLOSE_BUCKET + GRANT)
    result = opsloop("plan", "--against", "HEAD")
    assert result.exit_code == FAILED
    assert result.stderr.startswith("HEAD:rules/storage/close-bucket.yaml:7:11: ")

    git(folder, "checkout", "--quiet", "--force", "HEAD~1")
    compile_project(folder).output.write(folder)
    edit(folder, "storage/close-bucket.yaml", CLOSE_BUCKET.replace("s3:PutBucketAcl", "s3:PutIt"))
    commit(folder, "broken, with what was compiled before it was")
    edit(folder, "storage/close-bucket.yaml", CLOSE_BUCKET + GRANT)
    result = opsloop("plan", "--against", "HEAD")
    assert result.exit_code == DIFFERS, result.stderr
    assert (
        "note the rules of HEAD do not compile with this version of opsloop: compared is the "
        "output that was committed with them\n"
    ) in result.stdout
    assert "    ! + iam:AttachUserPolicy on " in result.stdout


def without(key: str) -> Callable[[dict[str, Any]], None]:
    def spoil(content: dict[str, Any]) -> None:
        del content[key]

    return spoil


def other_step(content: dict[str, Any]) -> None:
    del content["then"][0]["retry"]


OLDER = [
    (lambda content: content.update(schema=0), "schema 0"),
    (without("verify"), "no verify"),
    (without("guard"), "no guard"),
    (other_step, "no then[0].retry"),
]


@pytest.mark.parametrize(("spoil", "found"), OLDER, ids=["schema", "verify", "guard", "step"])
def test_committed_output_of_another_version_is_told(
    opsloop: CommandLine, folder: Path, spoil: Callable[[dict[str, Any]], None], found: str
) -> None:
    """Never half read: what it does not say would seem to be new."""
    compile_project(folder).output.write(folder)
    path = folder / "chalicelib" / "compiled" / "close-bucket.json"
    content = json.loads(path.read_text())
    spoil(content)
    path.write_text(json.dumps(content))
    edit(folder, "storage/close-bucket.yaml", "nonsense: true\n")
    commit(folder, "broken")
    edit(folder, "storage/close-bucket.yaml", CLOSE_BUCKET)
    result = opsloop("plan", "--against", "HEAD")
    assert (result.exit_code, result.stdout) == (FAILED, "")
    assert "HEAD:rules/storage/close-bucket.yaml:1:1: found " in result.stderr
    assert (
        f"HEAD:chalicelib/compiled/close-bucket.json:1:1: found {found}: its rules do not compile "
        "with this version of opsloop, and what was committed with them was compiled by another; "
        "expected a revision that this version can compile or read: take a later one\n"
    ) in result.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("--against", "nowhere"),
            "found the revision 'nowhere'; expected one with rules/ in it, as git names it: ",
        ),
        (("--against", "--output=x"), "found the revision '--output=x'; expected one with rules/"),
        (("--against", "HEAD", "--stage", "prod"), "found the stage 'prod'; expected dev\n"),
        (("--json", "--markdown"), "found --json and --markdown; expected one of them\n"),
    ],
    ids=["no revision", "an option", "no stage", "two forms"],
)
def test_wrong_usage(opsloop: CommandLine, words: tuple[str, ...], said: str) -> None:
    result = opsloop("plan", *words)
    assert (result.exit_code, result.stdout) == (USAGE, "")
    assert result.stderr.startswith(said)


def test_a_project_below_the_repository_s_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = tmp_path / "ops"
    below.mkdir()
    project(below)
    repository(tmp_path)
    monkeypatch.chdir(tmp_path)
    edit(below, "storage/close-bucket.yaml", CLOSE_BUCKET + GRANT)
    with isolated("us-east-1"):
        result = CommandLine(below)("plan", "--against", "HEAD", "--project", "ops", "--json")
    found = json.loads(result.stdout)
    assert [(one["action"], one["name"]) for one in found["changes"]] == [
        ("change", "close-bucket")
    ]


def test_a_rule_that_is_compiled_otherwise_says_so(opsloop: CommandLine, folder: Path) -> None:
    """What runs changes with opsloop itself, too, whatever the rule says."""
    compile_project(folder).output.write(folder)
    path = folder / "chalicelib" / "compiled" / "tag-bucket.json"
    plan = json.loads(path.read_text())
    plan["then"][0]["effect"] = "once"
    path.write_text(json.dumps(plan))
    edit(folder, "storage/close-bucket.yaml", "nonsense: true\n")
    commit(folder, "compiled by another version, whose language was another")
    edit(folder, "storage/close-bucket.yaml", CLOSE_BUCKET)
    told = opsloop("plan", "--against", "HEAD").stdout
    assert "  ~ tag-bucket  changes\n      ~ says the same, compiled otherwise  " in told
    assert "Plan: 0 to add, 1 to change, 0 to destroy.\n" in told
