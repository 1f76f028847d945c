"""What a person sees: colours, widths, and nothing of either in a pipe."""

from __future__ import annotations

import re
from pathlib import Path
from shutil import copyfile

import pytest

from opsloop.history.view import STATUS_WIDTH
from tests.cli.conftest import CommandLine
from tests.cli.projects import CLOSE_BUCKET, write
from tests.cli.test_cli_journal import identity, tagged

EVENTS = Path(__file__).parents[1] / "events"
ESCAPE = "\x1b"
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
LONG = "b" * 55

#: every command that prints more than a line, and a text that it must not cut or wrap
COMMANDS = {
    "actions": "ec2.quarantine_instance",
    "actions notify": "notify",
    "actions ec2.quarantine_instance": "ec2:ModifyNetworkInterfaceAttribute",
    "actions aws.sqs": "aws.sqs.get_queue_attributes",
    "actions aws.rds.modify_db_instance": "DBInstanceIdentifier",
    "validate": "",
    "compile --check": "",
    "run close-bucket --event event.json": "01D2KH8M58",
    "history": identity("t1"),
    f"show {identity('t1')}": identity("t1"),
    f"show {identity('t2')}": identity("t2"),
}


@pytest.fixture
def busy(opsloop: CommandLine, bucket: str) -> CommandLine:
    """A project in which something happened already, some of it with long names."""
    copyfile(EVENTS / "s3-put-bucket-acl.json", opsloop.folder / "event.json")
    tagged(opsloop, "t1", bucket)
    tagged(opsloop, "t2", LONG)
    return opsloop


@pytest.mark.parametrize("width", [80, 100, 160])
def test_in_a_terminal_no_line_is_wider_and_nothing_is_lost(busy: CommandLine, width: int) -> None:
    for words, whole in COMMANDS.items():
        shown = COLOUR.sub("", busy.in_terminal(width, *words.split()).stdout)
        assert [line for line in shown.splitlines() if len(line.rstrip()) > width] == [], words
        assert whole in shown


def test_in_a_pipe_nothing_is_coloured_wrapped_or_padded(busy: CommandLine) -> None:
    for words in COMMANDS:
        result = busy(*words.split())
        assert ESCAPE not in result.stdout + result.stderr
        assert [line for line in result.stdout.splitlines() if line != line.rstrip()] == [], words


@pytest.mark.parametrize("words", ["history", "actions", f"show {identity('t2')}"])
def test_no_color_is_respected(busy: CommandLine, words: str) -> None:
    plain = busy.in_terminal(80, *words.split(), NO_COLOR="1").stdout
    assert not re.search(r"\x1b\[[0-9;]*3[0-9]m", plain)
    assert re.search(r"\x1b\[[0-9;]*m", busy.in_terminal(80, *words.split()).stdout)


def test_a_status_has_its_colour(busy: CommandLine) -> None:
    shown = busy.in_terminal(160, "history").stdout
    assert "\x1b[32msucceeded\x1b[0m" in shown
    assert "\x1b[1;31mfailed   " in shown


def test_a_narrow_history_says_all_of_it(busy: CommandLine) -> None:
    shown = COLOUR.sub("", busy.in_terminal(80, "history").stdout)
    lines = {line.rstrip() for line in shown.splitlines()}
    left = len("2026-11-23T10:00:00Z  ") + STATUS_WIDTH
    assert lines == {
        f"{'2026-11-23T10:00:00Z  succeeded':<{left}}  tag-bucket",
        f"{identity('t1'):<{left}}  tags.apply",
        f"{'2026-11-23T10:00:00Z  failed':<{left}}  tag-bucket",
        f"{identity('t2'):<{left}}  action tag: NoSuchBucket: TagResources: The",
        f"{'':<{left}}  specified bucket does not exist",
    }


def test_an_error_is_red_and_its_correction_green(opsloop: CommandLine) -> None:
    broken = CLOSE_BUCKET.replace("mode: active", "mood: active")
    write(opsloop.folder, {"storage/close-bucket.yaml": broken})
    shown = opsloop.in_terminal(100, "validate").stderr
    assert "\x1b[31mrules/storage/close-bucket.yaml:5:1: found " in shown
    assert "\x1b[32m    write: mode: active\x1b[0m" in shown


def test_what_takes_a_moment_says_so_where_somebody_watches(opsloop: CommandLine) -> None:
    assert "reading the rules …" in opsloop.in_terminal(80, "validate").stderr
    assert opsloop("validate").stderr == "3 rules are valid\n"
