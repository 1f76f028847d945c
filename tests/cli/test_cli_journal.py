"""Commands that need AWS: run, history, show. And the ways in which AWS is not there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from shutil import copyfile
from typing import Any

import boto3
import pytest

from chalicelib.events.ulid import execution_id
from opsloop.local.account import embedded_account
from tests.cli.conftest import REGION, CommandLine
from tests.cli.projects import SETTINGS, write

EVENTS = Path(__file__).parents[1] / "events"
AT = "2026-11-23T10:00Z"
EVENT_ID = execution_id("close-bucket", "a4b1e6c3-EXAMPLE", "", "2026-11-23T10:00:00Z")


def identity(token: str) -> str:
    return execution_id("tag-bucket", token, "", "2026-11-23T10:00:00.000Z")


def tagged(opsloop: CommandLine, token: str, bucket: str, *more: str) -> Any:
    given = ("--param", f"bucket={bucket}", "--param", "note=12")
    return opsloop("run", "tag-bucket", *given, "--token", token, "--at", AT, *more)


def tags(account: boto3.Session, bucket: str) -> dict[str, str]:
    client: Any = account.client("s3")
    found = client.get_bucket_tagging(Bucket=bucket)["TagSet"]
    return {tag["Key"]: tag["Value"] for tag in found}


def test_a_run_acts_and_is_written_down(
    opsloop: CommandLine, account: boto3.Session, bucket: str
) -> None:
    result = tagged(opsloop, "t1", bucket)
    assert result.exit_code == 0
    assert result.stdout == (
        "OUTCOME    EXECUTION                   WHY\n"  # a column of its own, though empty
        f"succeeded  {identity('t1')}\n"
    )
    assert result.stderr == f"`opsloop show {identity('t1')}` shows it step by step\n"
    assert tags(account, bucket) == {"note": "12"}


def test_the_same_token_and_time_are_one_execution(opsloop: CommandLine, bucket: str) -> None:
    tagged(opsloop, "t1", bucket)
    again = tagged(opsloop, "t1", bucket, "--json")
    assert again.exit_code == 0
    (outcome,) = json.loads(again.stdout)
    assert outcome.pop("reason").startswith("already succeeded, since ")
    assert outcome == {"rule": "tag-bucket", "outcome": "duplicate", "execution": identity("t1")}
    assert len(json.loads(opsloop("history", "--json").stdout)) == 1


def test_without_a_token_each_run_is_its_own(opsloop: CommandLine, bucket: str) -> None:
    for _ in range(2):
        given = ("--param", f"bucket={bucket}", "--param", "note=x")
        assert opsloop("run", "tag-bucket", *given).exit_code == 0
    assert len(json.loads(opsloop("history", "--json").stdout)) == 2


def test_a_dry_run_changes_nothing(
    opsloop: CommandLine, account: boto3.Session, bucket: str
) -> None:
    result = tagged(opsloop, "t1", bucket, "--dry-run", "--json")
    assert [one["outcome"] for one in json.loads(result.stdout)] == ["observed"]
    with pytest.raises(account.client("s3").exceptions.ClientError, match="NoSuchTagSet"):
        tags(account, bucket)


def test_a_run_that_fails(opsloop: CommandLine, bucket: str) -> None:
    assert bucket != "gone"
    result = tagged(opsloop, "t2", "gone", "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    assert json.loads(result.stdout) == [
        {
            "rule": "tag-bucket",
            "outcome": "failed",
            "execution": identity("t2"),
            "reason": "TagResources: The specified bucket does not exist",
        }
    ]


def test_a_rule_on_an_event(opsloop: CommandLine, account: boto3.Session) -> None:
    client: Any = account.client("s3")
    client.create_bucket(Bucket="amzn-s3-demo-bucket1")
    copyfile(EVENTS / "s3-put-bucket-acl.json", opsloop.folder / "event.json")
    result = opsloop("run", "close-bucket", "--event", "event.json", "--json")
    (outcome,) = json.loads(result.stdout)
    assert (result.exit_code, outcome["outcome"]) == (0, "succeeded")
    block = client.get_public_access_block(Bucket="amzn-s3-demo-bucket1")
    assert all(block["PublicAccessBlockConfiguration"].values())


@pytest.mark.usefixtures("account")
def test_a_rule_that_the_event_is_not_for(opsloop: CommandLine) -> None:
    copyfile(EVENTS / "ec2-run-instances.json", opsloop.folder / "event.json")
    result = opsloop("run", "close-bucket", "--event", "event.json")
    assert (result.exit_code, result.stderr) == (0, "")
    header, line = result.stdout.splitlines()
    assert header == "OUTCOME  EXECUTION  WHY"
    assert line.startswith("not met  -          ")
    assert line.endswith(': event.detail.eventSource is "ec2.amazonaws.com"')


NOT_RUN = [
    ("tag-buckets", 2, "found the rule 'tag-buckets'; expected tag-bucket\n"),
    ("tag-bucket", 2, "found no bucket, note; expected --param bucket=STRING, --param note="),
    ("tag-bucket --param buket=x", 2, "found the parameter 'buket'; expected bucket\n"),
    ("tag-bucket --param bucket", 2, "'bucket' is no name=value"),
    ("tag-bucket --token t", 2, "--token needs --at"),
    ("tag-bucket --at yesterday", 2, "'yesterday' is no time: try 2026-11-23T10:00Z"),
    ("tag-bucket --event event.json --param a=b", 2, "--param is for a rule that people run"),
    ("tag-bucket --stage prod", 2, "found the stage 'prod'; expected dev\n"),
    ("close-bucket", 2, "close-bucket is woken by api: give it an --event FILE\n"),
    ("close-bucket --event broken.json", 1, "broken.json:1:2: found the end of the file; expec"),
    ("close-bucket --event list.json", 1, "payload: found a list"),
    ("sleeping --event event.json", 1, "sleeping is off in stage dev: --dry-run shows"),
]  # fmt: skip


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("words", "code", "said"), NOT_RUN)
def test_not_run(opsloop: CommandLine, words: str, code: int, said: str) -> None:
    copyfile(EVENTS / "s3-put-bucket-acl.json", opsloop.folder / "event.json")
    (opsloop.folder / "broken.json").write_text("{")
    (opsloop.folder / "list.json").write_text("[]")
    result = opsloop("run", *words.split())
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert json.loads(opsloop("history", "--json").stdout) == []


@pytest.mark.usefixtures("account")
def test_a_rule_that_is_off_shows_what_it_would_do(opsloop: CommandLine) -> None:
    copyfile(EVENTS / "s3-put-bucket-acl.json", opsloop.folder / "event.json")
    words = ("run", "sleeping", "--event", "event.json", "--dry-run", "--json")
    ran = opsloop(*words)
    (outcome,) = json.loads(ran.stdout)
    assert outcome["outcome"] in ("observed", "failed")
    away = "not in 123456789012 us-east-1, where stage dev is: it comes there only if forwarded"
    assert ran.stderr.splitlines()[-2:] == [
        "no function of sleeping would: its mode is off",
        f"the event is {away}",
    ]


def test_the_history_in_a_pipe(opsloop: CommandLine, bucket: str) -> None:
    tagged(opsloop, "t1", bucket)
    tagged(opsloop, "t2", "gone")
    result = opsloop("history")
    assert (result.exit_code, result.stderr) == (0, "")
    time, rule = "2026-11-23T10:00:00Z", "tag-bucket  -       "
    why = "action tag: NoSuchBucket: TagResources: The specified bucket does not exist"
    lines = {
        "t1": f"{time}  succeeded  {rule}  {identity('t1')}  tags.apply",
        "t2": f"{time}  failed     {rule}  {identity('t2')}  {why}",
    }
    header = f"TIME{' ' * 18}STATUS     RULE        RESOURCE  ID{' ' * 26}WHAT"
    newest_first = sorted(lines, key=identity, reverse=True)
    assert result.stdout.splitlines() == [header, *(lines[token] for token in newest_first)]


NARROWED = [
    ("", {"t1", "t2"}),
    ("--status failed", {"t2"}),
    ("--status running", set()),
    ("--rule tag-bucket --limit 5", {"t1", "t2"}),
    ("--rule close-bucket", set()),
    ("--since 2026-11-23T10:00Z", {"t1", "t2"}),
    ("--since 2026-11-23T10:00:01Z", set()),
    ("--resource nothing", set()),
]


@pytest.mark.parametrize(("words", "tokens"), NARROWED)
def test_the_history_narrowed(
    opsloop: CommandLine, bucket: str, words: str, tokens: set[str]
) -> None:
    tagged(opsloop, "t1", bucket)
    tagged(opsloop, "t2", "gone")
    found = json.loads(opsloop("history", *words.split(), "--json").stdout)
    assert {one["identity"] for one in found} == tokens
    if not found:
        quiet = opsloop("history", *words.split())
        assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, "", "no executions\n")


def test_one_execution(opsloop: CommandLine, bucket: str) -> None:
    tagged(opsloop, "t1", bucket)
    result = opsloop("show", identity("t1"))
    assert (result.exit_code, result.stderr) == (0, "")
    written = re.sub(
        r"started   \S+\ntook      \d+ ms", "started   T\ntook      N ms", result.stdout
    )
    assert re.sub(r"succeeded +\d+  tags", "succeeded  N  tags", written).splitlines()[:14] == [
        f"id        {identity('t1')}",
        "rule      storage/tag-bucket",
        "status    succeeded",
        "resource  -",
        "actor     -",
        "asked by  arn:aws:sts::123456789012:user/moto, by their own word",
        "event     opsloop / Manual Run at 2026-11-23T10:00:00Z",
        "cause     t1",
        "mode      active",
        "started   T",
        "took      N ms",
        "",
        written.splitlines()[12],
        "tag   succeeded  N  tags.apply",
    ]
    assert written.splitlines()[12].split() == ["STEP", "STATUS", "MS", "DOES"]
    assert written.splitlines()[14].strip() == '{"tagged": ["arn:aws:s3:::reports"]}'
    whole = json.loads(opsloop("show", identity("t1"), "--json").stdout)
    around = {name: whole.pop(name) for name in ("causes", "caused", "caused_complete")}
    assert around == {"causes": [], "caused": [], "caused_complete": True}
    assert whole == json.loads(opsloop("history", "--json").stdout)[0]


NOT_SHOWN = [
    ("show 01M83C71GCZ9SSJKJXVASVY0SK", 2, "no execution 01M83C71GCZ9SSJKJXVASVY0SK in stage dev;"),
    ("show nonsense", 2, "execution id: found 'nonsense', expected 26 letters of ULID"),
    ("show", 2, "Missing argument 'ID'."),
    ("show 01M83C71GCZ9SSJKJXVASVY0SK --stage prod", 2, "found the stage 'prod'; expected dev\n"),
    ("history --stage prod", 2, "found the stage 'prod'; expected dev\n"),
    ("history --since tomorrow", 2, "'tomorrow' is no time: try 30m, 12h, 7d or "),
    ("history --status fine", 2, "'fine' is not one of "),
    ("history --limit 0", 2, "0 is not in the range 1<=x<=1000."),
    ("infra --stage prod", 2, "found the stage 'prod'; expected dev\n"),
    ("wire --stage prod", 2, "found the stage 'prod'; expected dev\n"),
]


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(("words", "code", "said"), NOT_SHOWN)
def test_not_shown(opsloop: CommandLine, words: str, code: int, said: str) -> None:
    result = opsloop(*words.split())
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr
    assert "Traceback" not in result.stderr


WITH_AWS = (
    "history",
    "show 01M83C71GCZ9SSJKJXVASVY0SK",
    "run tag-bucket --param bucket=x --param note=y",
    "infra",
    "wire",
    "approve 01M83C71GCZ9SSJKJXVASVY0SK",
    "replay 01M83C71GCZ9SSJKJXVASVY0SK",
    "redrive",
)


@pytest.mark.parametrize("words", WITH_AWS)
def test_another_account(opsloop: CommandLine, words: str) -> None:
    write(opsloop.folder, {"opsloop.yaml": SETTINGS.replace("123456789012", "999999999999")})
    assert opsloop("compile").exit_code == 0
    with embedded_account("dev", REGION):
        result = opsloop(*words.split())
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        "these credentials are for account 123456789012, stage dev is account 999999999999: "
        "choose others, or mend the stage in rules/opsloop.yaml\n"
    )


@pytest.mark.parametrize("words", WITH_AWS)
def test_no_credentials(opsloop: CommandLine, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert opsloop("compile").exit_code == 0
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    result = opsloop(*words.split())
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == "AWS does not say who you are: Unable to locate credentials\n"


def test_a_plan_without_credentials_says_what_needs_none(
    opsloop: CommandLine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert opsloop("compile").exit_code == 0
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    result = opsloop("plan")
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        "AWS does not say who you are: Unable to locate credentials; --against REV needs no "
        "account: it compares with the rules of a git revision, `opsloop plan --against main`\n"
    )


UNKNOWN = "no rule of that name is in this project: found"


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("sleeping", ""),
        ("close-buket", f"{UNKNOWN} 'close-buket'; expected close-bucket\n"),
        ("nosuch", f"{UNKNOWN} 'nosuch'; expected close-bucket, sleeping or tag-bucket\n"),
    ],
)
def test_the_history_of_a_rule_that_is_not_there(
    opsloop: CommandLine, rule: str, said: str
) -> None:
    result = opsloop("history", "--rule", rule)
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"no executions\n{said}"
    printed = opsloop("history", "--rule", rule, "--json")
    assert (printed.exit_code, printed.stdout, printed.stderr) == (0, "[]\n", said)


@pytest.mark.usefixtures("account")
def test_when_a_pause_ends_is_a_time_like_others(opsloop: CommandLine) -> None:
    result = opsloop("pause", "all", "--for", "12h")
    assert re.search(r"^all +\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ  ", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("words", WITH_AWS[:3])
def test_no_table(opsloop: CommandLine, words: str) -> None:
    assert opsloop("compile").exit_code == 0
    with embedded_account("another", REGION):
        result = opsloop(*words.split())
    assert (result.exit_code, result.stdout) == (3, "")
    assert result.stderr == (
        "no DynamoDB table 'opsloop-dev' in us-east-1: create it with `opsloop infra --stage dev`\n"
    )


@pytest.mark.parametrize("words", ["history", "infra", "wire"])
def test_no_project(
    opsloop: CommandLine, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    result = opsloop(words)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "dev.json: not compiled; run `opsloop compile`\n"


@pytest.mark.parametrize("words", ["validate", "compile", "run any"])
def test_no_rules(
    opsloop: CommandLine, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    result = opsloop(*words.split())
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("rules:1:1: found no such folder; expected a folder")


def test_a_folder_that_is_not_there(opsloop: CommandLine) -> None:
    result = opsloop("validate", "--project", "nowhere")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "Directory 'nowhere' does not exist." in result.stderr
