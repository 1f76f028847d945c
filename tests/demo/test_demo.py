"""`opsloop demo` in a process of its own: what happens in the account, and what one sees of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from chalicelib.clock import SystemClock
from chalicelib.plan import Plan, Stage
from opsloop.demo.live import Silent
from opsloop.demo.play import play
from opsloop.history.view import STATUS_WIDTH
from opsloop.judging import absence
from tests.local.test_isolation import HOSTILE

ROOT = Path(__file__).parents[2]

#: what happens, and which functions it starts, to which outcome
STORY = [
    ("an instance stops", {}),
    ("customer-exports is opened to everybody", {"close-public-bucket": "succeeded"}),
    ("… the same event is delivered again", {"close-public-bucket": "duplicate"}),
    ("public-website is opened, and tagged for it", {"close-public-bucket": "not met"}),
    ("maria starts an instance", {"tag-instance-with-creator": "succeeded"}),
    ("an instance fails its status check", {"reboot-impaired-instance": "waiting"}),
    ("GuardDuty is sure of an intruder", {"quarantine-instance": "succeeded"}),
    # its severity is in the pattern: EventBridge starts nobody
    ("GuardDuty sees a port probe", {}),
    ("AWS finds an access key in public", {"disable-exposed-key": "succeeded"}),
    ("… and one that was deleted long ago", {"disable-exposed-key": "failed"}),
    ("root signs in", {"page-on-root-login": "succeeded"}),
    ("it is Monday, 7 o'clock", {"report-unattached-volumes": "succeeded"}),
    ("a minute later, the instance is well again", {"reboot-impaired-instance": "succeeded"}),
]
CHANGED = {
    "bucket customer-exports": ("open to everybody", "closed to the public"),
    "bucket public-website": ("open to everybody", "open to everybody"),
    "key KEY of deploy-bot": ("Active", "Inactive"),
    "instance INSTANCE (intruder)": (
        "in security group default",
        "in security group opsloop-quarantine",
    ),
    "instance INSTANCE (new)": ("no creator tag", "creator: maria"),
}
TOLD = {
    "security": [
        "customer-exports was opened by myUserName and closed again",
        "INSTANCE is in quarantine",
        "A public access key of deploy-bot was disabled",
    ],
    "platform": [
        "INSTANCE was impaired and rebooted",
        "3 volumes are attached to nothing, 128 GiB",
    ],
    "pager": [
        "Access key KEY is public and could not be disabled",
        "Root signed in to 123456789012",
    ],
}


def demo(*words: str, surroundings: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """As somebody would run it: elsewhere, with whatever is in the environment."""
    return subprocess.run(  # noqa: S603 - ours
        [Path(sys.executable).parent / "opsloop", "demo", *words],
        env=dict(surroundings),
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def anonymous(text: str) -> str:
    """Without the ids that moto makes up, and without times."""
    text = re.sub(r"\bi-[0-9a-f]{17}\b", "INSTANCE", text)
    text = re.sub(r"\bAKIA[A-Z0-9]{16}\b", "KEY", text)
    text = re.sub(r"\b01[0-9A-HJKMNP-TV-Z]{24}\b", "ID", text)
    return re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME", text)


@pytest.fixture(
    scope="module",
    params=[{}, {**HOSTILE, "HOME": "/root", "PATH": os.environ["PATH"]}],
    ids=["no environment", "a hostile one"],
)
def played(request: pytest.FixtureRequest) -> Any:
    ran = demo("--json", surroundings=request.param)
    assert (ran.returncode, ran.stderr) == (0, "")
    return json.loads(ran.stdout)


def test_which_rules_fire_and_which_do_not(played: Any) -> None:
    told = [
        (one["said"], {started["rule"]: started["outcomes"] for started in one["started"]})
        for one in played["events"]
    ]
    assert [
        (said, {rule: outcome["outcome"] for rule, (outcome,) in started.items()})
        for said, started in told
    ] == STORY
    raised = [started["raised"] for one in played["events"] for started in one["started"]]
    assert set(raised) == {None}


def test_what_is_not_done_is_explained(played: Any) -> None:
    reasons = {
        (outcome["outcome"], anonymous(outcome["reason"]))
        for one in played["events"]
        for started in one["started"]
        for outcome in started["outcomes"]
        if outcome["outcome"] != "succeeded"
    }
    assert reasons == {
        ("waiting", "verify until TIME"),
        ("duplicate", "already succeeded, since TIME"),
        ("not met", "tag(facts.tags, 'public') != 'approved': the value is \"approved\""),
        (
            "failed",
            "GetAccessKeyLastUsed: The Access Key with id KEY cannot be found",
        ),
    }


def test_what_is_different_in_the_account(played: Any) -> None:
    assert played["before"].keys() == played["after"].keys()
    changed = list(zip(played["before"].values(), played["after"].values(), strict=True))
    assert changed == list(CHANGED.values())
    names = [anonymous(name) for name in played["before"]]
    assert names == [name.partition(" (")[0] for name in CHANGED]


def test_who_was_told(played: Any) -> None:
    told = {to: sorted(map(anonymous, texts)) for to, texts in played["told"].items()}
    assert told == {to: sorted(texts) for to, texts in TOLD.items()}


def test_what_is_written_down(played: Any) -> None:
    """One row for each execution, at its event's time; what waited has ended."""
    ends = {"succeeded": "succeeded", "waiting": "succeeded", "failed": "failed"}
    newest_first = [
        (rule, ends[outcome])
        for _, started in reversed(STORY[:-1])
        for rule, outcome in started.items()
        if outcome in ends
    ]
    assert [(one["rule"], one["status"]) for one in played["executions"]] == newest_first


def outcome(word: str, text: str) -> str:
    return f"    {word:<{STATUS_WIDTH}}  {text}"


SEEN = f"""\
8 rules, 12 events, and an AWS account that lives in memory: nothing leaves this machine.

● an instance stops  EC2 Instance State-change Notification
  no function starts: no rule here is for this

● customer-exports is opened to everybody  s3:PutBucketAcl
  close-public-bucket: Close a bucket that was just opened, unless it is tagged public=approved.
{outcome("succeeded", "s3.block_public_access, notify; verified: it helped")}

● … the same event is delivered again  s3:PutBucketAcl
  close-public-bucket
{outcome("duplicate", "already succeeded, since TIME")}

● public-website is opened, and tagged for it  s3:PutBucketAcl
  close-public-bucket
{outcome("not met", "tag(facts.tags, 'public') != 'approved': the value is " + '"approved"')}

● maria starts an instance  ec2:RunInstances
  tag-instance-with-creator: Tag a new instance with who made it, unless it says so already.
{outcome("succeeded", "tags.apply")}
"""
SEEN_LAST = """\
What changed in the account
WHAT                                    HOW
bucket customer-exports                 open to everybody → closed to the public
bucket public-website                   open to everybody, as it was
key KEY of deploy-bot  Active → Inactive
instance INSTANCE            in security group default → in security group opsloop-quarantine
instance INSTANCE            no creator tag → creator: maria

Who was told
CHANNEL   MESSAGE
"""


def test_what_one_sees_of_it() -> None:
    ran = demo(surroundings={})
    assert (ran.returncode, ran.stderr) == (0, "")
    seen = anonymous(ran.stdout)
    assert seen.startswith(SEEN)
    assert SEEN_LAST in seen
    failed = "fact user: NoSuchEntity: GetAccessKeyLastUsed: The Access Key with id KEY cannot be"
    assert f"{outcome('failed', failed)} found; after that: notify\n" in seen


class Watch(Silent):
    """Somebody who notes which rules take no part."""

    def __init__(self) -> None:
        self.away: dict[str, str | None] = {}
        self.events = 0

    def opens(self, plans: Mapping[str, Plan], stage: Stage, events: int) -> None:
        self.events = events
        self.away = {name: why for name, plan in plans.items() if (why := absence(plan, stage))}


ELSEWHERE = "not in stage staging (eu-west-1): the rule is for us-east-1"


def test_it_plays_what_the_readme_asks_for_in_the_settings(tmp_path: Path) -> None:
    """One's own region, account and stage: who is told there are the demo's people all the same."""
    shutil.copytree(ROOT / "rules", tmp_path / "rules")
    (tmp_path / "tests" / "events").mkdir(parents=True)
    settings = tmp_path / "rules" / "opsloop.yaml"
    mine = settings.read_text(encoding="utf-8")
    for theirs, own in {
        "  dev:": "  staging:",
        "region: us-east-1": "region: eu-west-1",
        '"123456789012"': '"210987654321"',
    }.items():
        assert theirs in mine
        mine = mine.replace(theirs, own)
    settings.write_text(mine, encoding="utf-8")
    watch = Watch()
    played = play(tmp_path, watch, SystemClock())
    assert watch.away == dict.fromkeys(["disable-exposed-key", "page-on-root-login"], ELSEWHERE)
    outcomes = [
        (happening.said, {one.delivery.rule: one.delivery.outcomes[0]["outcome"] for one in became})
        for happening, became in played.events
    ]
    assert outcomes == [
        (said, {rule: outcome for rule, outcome in started.items() if rule not in watch.away})
        for said, started in STORY
    ]
    assert watch.events == len(STORY) - 1
    assert list(map(len, played.told.values())) == [2, 2, 0]


def test_without_moto_it_says_what_to_install() -> None:
    code = "import sys; sys.modules['moto'] = None\nfrom opsloop.cli import main; main(['demo'])"
    ran = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert ran.stderr == "the demo needs moto: pip install 'opsloop[demo]'\n"
