"""The whole way: the same bytes each time, everywhere; and `opsloop compile` around it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from chalicelib.freshness import check_fresh
from chalicelib.plans import INDEX
from opsloop.cli import main
from opsloop.compiler.build import COMPILED, compile_project
from opsloop.problems import Problems
from tests.compiler.golden import shipped
from tests.compiler.projects import HEAD, MANUAL, NOTIFY, ROOT, project
from tests.compiler.test_output import state

DIGEST = """
import hashlib, json, sys
from pathlib import Path
from opsloop.compiler.build import compile_project
files = compile_project(Path(sys.argv[1])).output.files
print(hashlib.sha256(json.dumps(files).encode()).hexdigest())
"""


def digest(folder: Path, seed: str) -> str:
    """A hash of all that the compiler makes of a folder, in a process of its own."""
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    command = [sys.executable, "-c", DIGEST, str(folder)]
    done = subprocess.run(  # noqa: S603 - ourselves
        command, env=environment, capture_output=True, check=True, text=True
    )
    return done.stdout


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The shipped rules elsewhere, as a fresh clone has them."""
    shutil.copytree(ROOT / "rules", tmp_path / "deep" / "down" / "rules")
    return tmp_path / "deep" / "down"


def test_the_same_bytes_twice(copy: Path) -> None:
    first = compile_project(copy).output.files
    assert compile_project(copy).output.files == first
    assert first == shipped().output.files


def test_the_same_bytes_in_any_process(copy: Path) -> None:
    assert len({digest(copy, "0"), digest(ROOT, "1"), digest(copy, "4242")}) == 1


def test_files_are_read_in_one_order_wherever_they_lie(tmp_path: Path) -> None:
    text = HEAD + MANUAL + NOTIFY
    names = ["b/z.yaml", "a/y.yaml", "c/x.yaml"]
    one = project(tmp_path / "1", dict.fromkeys(names, text))
    other = project(tmp_path / "2", dict.fromkeys(reversed(names), text))
    files = compile_project(one).output.files
    assert list(files) == list(compile_project(other).output.files)


def test_every_file_of_a_small_project(tmp_path: Path) -> None:
    rules = {"a/one.yaml": HEAD + MANUAL + NOTIFY, "b/two.yaml": HEAD + MANUAL + NOTIFY}
    made = compile_project(project(tmp_path, rules))
    assert sorted(made.output.files) == [
        ".chalice/config.json",
        ".chalice/policies/dev/one.json",
        ".chalice/policies/dev/two.json",
        ".chalice/policies/dev/waker.json",
        "chalicelib/compiled/index.json",
        "chalicelib/compiled/one.json",
        "chalicelib/compiled/stages/dev.json",
        "chalicelib/compiled/two.json",
    ]
    files = made.output.files
    assert json.loads(files["chalicelib/compiled/one.json"]) == made.plans["one"]
    assert json.loads(files["chalicelib/compiled/stages/dev.json"]) == made.stages["dev"]
    assert json.loads(files[".chalice/policies/dev/two.json"]) == made.policies["dev"]["two"]


# The command.


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["compile", *arguments])
    return result.exit_code, result.stdout, result.stderr


@pytest.fixture
def small(tmp_path: Path) -> Path:
    return project(tmp_path, {"pack/one.yaml": HEAD + MANUAL + NOTIFY})


FILES = [
    ".chalice/config.json",
    ".chalice/policies/dev/one.json",
    ".chalice/policies/dev/waker.json",
    "chalicelib/compiled/index.json",
    "chalicelib/compiled/one.json",
    "chalicelib/compiled/stages/dev.json",
]


def test_compile_writes_then_has_nothing_to_write(small: Path) -> None:
    code, out, _ = run("--project", str(small), "--json")
    told = {"rules": ["one"], "warnings": [], "silenced": []}
    assert (code, json.loads(out)) == (0, {**told, "changed": FILES})
    code, out, _ = run("--project", str(small), "--json")
    assert (code, json.loads(out)) == (0, {**told, "changed": []})
    check_fresh(small, small / COMPILED)


def test_check_says_what_is_stale_and_writes_nothing(small: Path) -> None:
    before = state(small)
    code, out, _ = run("--project", str(small), "--check", "--json")
    assert (code, json.loads(out)["changed"]) == (1, FILES)
    assert state(small) == before
    run("--project", str(small))
    code, out, _ = run("--project", str(small), "--check")
    assert (code, out) == (0, "")


def test_check_finds_what_was_edited_by_hand(small: Path) -> None:
    run("--project", str(small))
    policy = small / FILES[1]
    policy.write_text(policy.read_text().replace("sns:Publish", "sns:*"))
    code, out, _ = run("--project", str(small), "--check", "--json")
    assert (code, json.loads(out)["changed"]) == (1, [FILES[1]])


def test_a_rule_that_is_deleted_leaves_nothing(small: Path) -> None:
    (small / "rules" / "pack" / "two.yaml").write_text(
        (small / "rules" / "pack" / "one.yaml").read_text()
    )
    run("--project", str(small))
    (small / "rules" / "pack" / "two.yaml").unlink()
    code, out, _ = run("--project", str(small), "--json")
    assert code == 0
    assert json.loads(out)["changed"] == [
        ".chalice/config.json",
        ".chalice/policies/dev/two.json",
        "chalicelib/compiled/index.json",
        "chalicelib/compiled/two.json",
    ]
    assert sorted(state(small)) == sorted([*FILES, "rules/opsloop.yaml", "rules/pack/one.yaml"])


def test_one_fault_anywhere_and_nothing_is_written(small: Path) -> None:
    run("--project", str(small))
    before = state(small)
    good, bad = small / "rules" / "pack" / "two.yaml", small / "rules" / "pack" / "bad.yaml"
    text = (small / "rules" / "pack" / "one.yaml").read_text()
    good.write_text(text)
    bad.write_text(text.replace("do: notify", "do: notfy"))
    code, out, err = run("--project", str(small))
    assert (code, out) == (1, "")
    found = "found the action 'notfy', which opsloop does not have; expected notify"
    assert err.splitlines() == [
        f"rules/pack/bad.yaml:6:13: {found}",
        "    write: then: [{do: notify, with: {to: pager, title: Hello}}]",
        "1 problem",
    ]
    good.unlink()
    bad.unlink()
    assert state(small) == before


def test_an_empty_project_is_told_what_it_misses(tmp_path: Path) -> None:
    with pytest.raises(Problems) as found:
        compile_project(tmp_path)
    assert [problem.found for problem in found.value.problems] == ["no such folder", "no such file"]


def test_the_index_vouches_for_the_rest(small: Path) -> None:
    assert compile_project(small).output.seal == f"{COMPILED}/{INDEX}"
