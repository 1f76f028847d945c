"""A folder as a project: what is read, what is inherited, what is out of place."""

# ruff: noqa: E501 - a message is one line

from __future__ import annotations

from pathlib import Path, PurePath

import pytest
from chalice.utils import to_cfn_resource_name
from hypothesis import given
from hypothesis import strategies as st

from opsloop.problems import Problems
from opsloop.rules.fields import RULE_NAME
from opsloop.rules.names import check, resource_id
from opsloop.rules.project import load_project, read_project
from tests.rules.projects import RULE, SETTINGS, project

PACK = "description: Hosts.\nowner: team-hosts\nseverity: low\nmode: active\nsaves: 5m\nregions: [eu-west-1]\n"


def told(folder: Path) -> list[str]:
    with pytest.raises(Problems) as found:
        load_project(folder)
    return str(found.value).split("\n")


def test_what_a_project_is(tmp_path: Path) -> None:
    own = RULE.replace("severity: high", "severity: high\nmode: observe")
    files = {
        "hosts/pack.yaml": PACK,
        "hosts/reboot.yaml": own,
        "hosts/reboot.test.yaml": "- whatever",
        "hosts/README.md": "Notes.",
        "hosts/actions.py": "",
        "hosts/.reboot.yaml.swp": "",
        "hosts/__pycache__/x.yaml": "",
        "data/grow.yaml": RULE,
        "rule.schema.json": "{}",
        ".hidden/x.yaml": "",
    }
    loaded = load_project(project(tmp_path, files))
    assert loaded.folder == tmp_path
    assert loaded.settings.stages["dev"].account == "123456789012"
    assert loaded.settings_source.name == "rules/opsloop.yaml"
    assert [(one.name, one.pack, one.path, one.source.name) for one in loaded.rules] == [
        ("grow", "data", "rules/data/grow.yaml", "rules/data/grow.yaml"),
        ("reboot", "hosts", "rules/hosts/reboot.yaml", "rules/hosts/reboot.yaml"),
    ]
    assert {name: pack.pack.description for name, pack in loaded.packs.items()} == {
        "data": None,
        "hosts": "Hosts.",
    }


def test_a_pack_gives_what_its_rules_do_not_say(tmp_path: Path) -> None:
    rule = RULE.replace("owner: team-platform\n", "").replace("severity: high\n", "mode: off\n")
    loaded = load_project(project(tmp_path, {"hosts/pack.yaml": PACK, "hosts/reboot.yaml": rule}))
    found = loaded.rules[0].rule
    assert (found.owner, found.severity, found.mode, found.saves, found.regions) == (
        "team-hosts",
        "low",
        "off",
        300,
        ["eu-west-1"],
    )
    assert found.description == "Reboot an instance that fails its status checks."


def test_all_files_are_told_of_at_once(tmp_path: Path) -> None:
    files = {
        "opsloop.yaml": SETTINGS.replace("eu-west-1", "Ireland"),
        "hosts/pack.yaml": "owner: 5\n",
        "hosts/a.yaml": RULE.replace("owner: team-platform\n", ""),
        "hosts/b.yaml": "a: [\n",
        "hosts/c.yaml": RULE.replace("then:", "thne:"),
    }
    assert told(project(tmp_path, files)) == [
        "rules/hosts/b.yaml:1:4: found a [ that nothing closes; expected a ] behind its last item",
        "    write: a: []",
        "rules/hosts/c.yaml:7:1: found the unknown key 'thne'; expected 'then'",
        "    write: then:",
        "rules/hosts/pack.yaml:1:8: found number 5; expected a text",
        '    write: owner: "5"',
        "rules/opsloop.yaml:4:13: found text 'Ireland'; expected an AWS region, such as eu-west-1",
    ]


def test_a_rule_that_can_do_without_what_is_wrong_is_read(tmp_path: Path) -> None:
    text = RULE.replace("severity: high", "sevrity: high\nmode: actve\nzebra: 1")
    loaded, problems = read_project(project(tmp_path, {"hosts/a.yaml": text}))
    assert loaded is not None
    assert [(rule.rule.severity, rule.rule.mode) for rule in loaded.rules] == [("high", "observe")]
    assert [problem.found for problem in problems] == [
        "text 'actve'",
        "the unknown key 'sevrity'",
        "the unknown key 'zebra'",
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("severity: high\n", ""),
        ('{names: ["status-*"], to: ALARM}', "{to: ALARM}"),
        ("to: ALARM}", "to: ALARM}\n  schedule: rate(1 hour)"),
        ("    do: aws", "    stop: Enough\n    do: aws"),
        ("then:", "let: {x: [a, b]}\nthen:"),
    ],
)
def test_a_rule_that_is_not_sure_is_not_read(old: str, new: str, tmp_path: Path) -> None:
    folder = project(tmp_path, {"hosts/a.yaml": RULE.replace(old, new)})
    loaded, problems = read_project(folder)
    assert loaded is not None
    assert (loaded.rules, bool(problems)) == ([], True)


def test_without_rules_or_settings(tmp_path: Path) -> None:
    assert told(tmp_path) == [
        "rules:1:1: found no such folder; expected a folder with a pack of rules in it",
        "rules/opsloop.yaml:1:1: found no such file; expected the project's stages, in rules/opsloop.yaml",
        '    write: stages: {dev: {account: "012345670123", region: eu-west-1}}',
    ]


def test_rules_are_told_of_without_settings_too(tmp_path: Path) -> None:
    folder = project(tmp_path, {"hosts/a.yaml": RULE.replace("then:", "thne:")})
    (folder / "rules" / "opsloop.yaml").unlink()
    assert [line.split(";")[0] for line in told(folder)] == [
        "rules/hosts/a.yaml:7:1: found the unknown key 'thne'",
        "    write: then:",
        "rules/opsloop.yaml:1:1: found no such file",
        '    write: stages: {dev: {account: "012345670123", region: eu-west-1}}',
    ]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    folder = project(tmp_path)
    (folder / "rules" / "hosts").mkdir()
    (folder / "rules" / "hosts" / "a.yaml").symlink_to("nowhere")
    assert told(folder) == [
        "rules/hosts/a.yaml:1:1: found No such file or directory; expected a file that can be read"
    ]


def test_a_name_has_room_for_what_wakes_it(tmp_path: Path) -> None:
    settings = SETTINGS.replace("dev:", "prod-eu-west-1:")
    name = "a" * 36
    woken = {"opsloop.yaml": settings, f"hosts/{name}.yaml": RULE}
    run = {**woken, f"hosts/{name}.yaml": RULE.replace("alarm: {", "topic: t #")}
    assert "of 65 characters as the name of its EventBridge rule" in told(
        project(tmp_path / "woken", woken)
    )[0]  # fmt: skip
    assert len(load_project(project(tmp_path / "run", run)).rules) == 1


@given(st.from_regex(RULE_NAME, fullmatch=True))
def test_the_id_is_the_one_that_chalice_makes(name: str) -> None:
    assert resource_id(name) == to_cfn_resource_name(name)


@pytest.mark.parametrize("suffix", ["-event", "-sns-subscription", "-log-group", "-role", "event"])
def test_names_that_chalice_makes_up_itself(suffix: str) -> None:
    files = {PurePath(f"rules/a/{name}.yaml"): False for name in ("x", f"x{suffix}")}
    assert len(list(check(files, None))) == (0 if suffix == "event" else 1)


@pytest.mark.parametrize(
    ("other", "account", "names", "taken"),
    [
        ("dev-eu", "123456789012", ("web", "eu-web"), ["eu-web"]),
        ("dev-eu", "123456789012", ("eu-waker",), ["eu-waker"]),
        ("dev-eu", "999999999999", ("web", "eu-web"), []),
        ("dev-eu", "123456789012", ("web", "eu", "us-web"), []),
        ("devil", "123456789012", ("web", "il-web"), []),
    ],
)
def test_two_stages_have_no_function_of_one_name(
    tmp_path: Path, other: str, account: str, names: tuple[str, ...], taken: list[str]
) -> None:
    """`dev` and `eu-web` are put together to the same as `dev-eu` and `web`."""
    dev = SETTINGS.removeprefix("stages:\n")
    second = dev.replace("dev:", f"{other}:").replace("123456789012", account)
    rules = {f"hosts/{name}.yaml": RULE for name in names}
    folder = project(tmp_path, {**rules, "opsloop.yaml": SETTINGS + second})
    try:
        load_project(folder)
        found = []
    except Problems as problems:
        found = problems.problems
    assert [PurePath(one.place.file).stem for one in found] == taken
    assert all(one.code == "OPS502" and f"opsloop-{other}-" in one.expected for one in found)
