"""What each lint takes for a mistake, and what it leaves alone: tables of rules, one line each."""

from __future__ import annotations

from pathlib import Path

import pytest

from opsloop.compiler.build import compile_project
from opsloop.lint.effects import is_destructive
from opsloop.problems import Problems
from tests.compiler.projects import HEAD, SETTINGS, project

ACTIVE = f"{HEAD}mode: active\n"
NOTIFY = "then: [{do: notify, with: {to: pager, title: Hello}}]\n"
STATE = "source: [aws.ec2], detail-type: [EC2 Instance State-change Notification]"
CALL = "source: [aws.ec2], detail-type: [AWS API Call via CloudTrail]"
INSTANCE = 'let: {instance: event.detail."instance-id"}\n'
APPROVERS = '    approvers: {by: ["*:role/oncall"], within: 1h}\n'


def codes(folder: Path, *rules: str, settings: str = SETTINGS) -> list[str | None]:
    """The codes that are told of a project of these rules."""
    files = {f"pack/rule-{chr(97 + place)}.yaml": rule for place, rule in enumerate(rules)}
    try:
        return [one.code for one in compile_project(project(folder, files, settings)).warnings]
    except Problems as found:
        return [one.code for one in (*found.problems, *found.warnings)]


def event(pattern: str, more: str = "") -> str:
    return f"{HEAD}when: {{event: {{{pattern}}}}}\n{more}{NOTIFY}"


AMONG = "\"contains(['a', 'b'], event.detail.state)\""
IF_N = "if: event.detail.n"
CRITERIA = [
    # never
    (event(f"{STATE}, detail: {{state: [stopped]}}", "if: event.detail.state == 'running'\n"), 1),
    (event(STATE, "if: [event.detail.state == 'a', \"'b' == event.detail.state\"]\n"), 1),
    (event(STATE, "if: {all: [event.detail.state == 'a', event.detail.state == 'b']}\n"), 1),
    (event(STATE, "let: {s: event.detail.state}\nif: [s == 'a', event.detail.state == 'b']\n"), 1),
    (event(STATE, "if: event.detail.state == 'a' && event.detail.state == 'b'\n"), 1),
    (event(STATE, "if: ['1 > 2']\n"), 1),
    (event("source: [our.shop], detail: {n: [5]}", "if: event.detail.n == '5'\n"), 1),
    (f"{HEAD}when: {{alarm: {{names: [a], to: OK}}}}\nif: alarm.state == 'ALARM'\n{NOTIFY}", 1),
    # perhaps, or certainly
    (event(f"{STATE}, detail: {{state: [stopped]}}", "if: event.detail.state == 'stopped'\n"), 0),
    (event(STATE, "if: {any: [event.detail.state == 'a', event.detail.state == 'b']}\n"), 0),
    (event(STATE, "if: event.detail.state == 'a' || event.detail.state == 'b'\n"), 0),
    (event(STATE, "if: [event.detail.state == 'a', event.region == 'b']\n"), 0),
    (event(STATE, "if: [event.detail.state != 'a', event.detail.state == 'b']\n"), 0),
    (event(STATE, f"if: [{AMONG}, event.detail.state == 'b']\n"), 0),
    (event("source: [our.shop], detail: {n: [5]}", "if: event.detail.n == 5.0\n"), 0),
    (event("source: [our.shop], detail: {n: [{exists: true}]}", "if: event.detail.n == 5\n"), 0),
    (event("source: [our.shop], detail: {n: [{exists: false}]}", f"{IF_N} == null\n"), 0),
    (event("source: [a], $or: [{detail: {n: [1]}}, {detail: {m: [1]}}]", f"{IF_N} == 2\n"), 0),
    (event("source: [our.shop]", "if: \"event.detail.n == ['a']\"\n"), 0),
    (event("source: [our.shop]", "if: age(event.time) < 60\n"), 0),
    (event("source: [our.shop]", "if: now() > 0\n"), 0),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "times"), CRITERIA)
def test_criteria_that_are_never_met(rule: str, times: int, tmp_path: Path) -> None:
    assert codes(tmp_path, rule).count("OPS201") == times


PATTERNS = [
    ("source: [{prefix: aws.}]", ["OPS203"]),
    ('source: [{prefix: ""}]', ["OPS203"]),
    ("source: [{exists: true}]", ["OPS203"]),
    ("source: [{anything-but: [aws.ec2]}]", ["OPS203"]),
    ('source: [{wildcard: "aws.*"}]', ["OPS203"]),
    ('account: ["123456789012"]', ["OPS203"]),
    ("region: [eu-west-1]", ["OPS203"]),
    ("detail-type: [AWS API Call via CloudTrail]", ["OPS203"]),
    ("$or: [{source: [aws.ec2]}, {region: [eu-west-1]}]", ["OPS203"]),
    ("source: [aws.ec2]", []),
    ("detail-type: [GuardDuty Finding]", []),
    ("source: [{prefix: our.}]", []),
    ("detail: {severity: [{numeric: ['>', 7]}]}", []),
    ("resources: [{prefix: 'arn:aws:s3'}]", []),
    (f"{CALL}, detail: {{eventName: [RunInstances]}}", []),
    (f"{CALL}, detail: {{eventName: [{{prefix: Run}}]}}", []),
    (f"{CALL}, detail: {{eventName: [DescribeInstances]}}", ["OPS204"]),
    (f"{CALL}, detail: {{eventName: [GetConsoleOutput, ListImagesInRecycleBin]}}", ["OPS204"] * 2),
    (f"{CALL}, detail: {{eventName: [RunInstance]}}", ["OPS205"]),
    (f"{STATE}, detail: {{state: [stopped]}}", []),
]


@pytest.mark.parametrize(("pattern", "told"), PATTERNS)
def test_patterns(pattern: str, told: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, event(pattern)) == told


DELETE = "then: [{do: aws.ec2.delete_volume, with: {VolumeId: vol-1}}]\n"
EACH = "then: [{do: aws.ec2.delete_volume, for_each: params.ids, with: {VolumeId: '${item}'}}]\n"
INNER = (
    f"then: [{{for_each: params.ids, steps: {EACH[6:-1].replace('for_each: params.ids, ', '')}}}]\n"
)
ASKS = "approve: {by: ['*:role/oncall'], within: 1h}"
GOES_ON = f"{ASKS[:-1]}, on_timeout: proceed}}"
BLAST = "guard: {blast: {targets: params.ids, max: 2}}\n"
WITH_IDS = SETTINGS.replace("limit: 5", "ids: [vol-1]") + APPROVERS
BY_CALL = "when: {api: ec2:DetachVolume}\n"
GUARDS = [
    (ACTIVE + BY_CALL + DELETE, ["OPS301"]),
    (ACTIVE + BY_CALL + "guard: {window: {only: '22:00-06:00'}}\n" + DELETE, ["OPS301"]),
    (ACTIVE + BY_CALL + "guard: {lock: rule, deadline: 5m}\n" + DELETE, ["OPS301"]),
    (ACTIVE + BY_CALL + "guard: {rate: 3/1h}\n" + EACH, ["OPS301"]),
    (ACTIVE + BY_CALL + "guard: {rate: 3/1h}\n" + INNER, ["OPS301"]),
    (ACTIVE + BY_CALL + DELETE.replace("[", f"[{{{GOES_ON}}}, "), ["OPS301"]),
    (ACTIVE + BY_CALL + "guard: {rate: 3/1h}\n" + DELETE, []),
    (ACTIVE + BY_CALL + "guard: {cooldown: 1h}\n" + DELETE, []),
    (ACTIVE + BY_CALL + BLAST + DELETE, []),
    (ACTIVE + BY_CALL + BLAST + EACH, []),
    (ACTIVE + BY_CALL + BLAST + INNER, []),
    (ACTIVE + BY_CALL + DELETE.replace("[{do", f"[{{{ASKS}}}, {{do"), []),
    (ACTIVE + "when: {manual: {}}\n" + DELETE, []),
    (HEAD + BY_CALL + DELETE, []),
    (ACTIVE.replace("active", "approve") + BY_CALL + DELETE, []),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "told"), GUARDS)
def test_destructive_steps(rule: str, told: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, rule, settings=WITH_IDS) == told


GONE = ["aws.ec2.terminate_instances", "aws.s3.delete_object", "aws.rds.delete_db_instance",
        "aws.sqs.purge_queue", "aws.ec2.release_address", "aws.ec2.deregister_image",
        "aws.kms.schedule_key_deletion", "aws.dynamodb.delete_table", "aws.logs.delete_log_group",
        "aws.dynamodb.batch_delete_item", "ec2.snapshot_then_terminate"]  # fmt: skip
STAYS = ["aws.ec2.stop_instances", "aws.ec2.delete_tags", "aws.s3.delete_public_access_block",
         "aws.s3.delete_bucket_policy", "aws.ec2.create_snapshot", "aws.lambda.delete_alias",
         "aws.ec2.revoke_security_group_ingress", "aws.iam.delete_login_profile",
         "aws.events.delete_rule", "aws.cloudwatch.delete_alarms", "ec2.release_instance",
         "aws.elbv2.deregister_targets", "ec2.quarantine_instance", "notify"]  # fmt: skip


@pytest.mark.parametrize("do", GONE)
def test_what_is_gone_for_good(do: str) -> None:
    assert is_destructive(do)


@pytest.mark.parametrize("do", STAYS)
def test_what_can_be_put_back(do: str) -> None:
    assert not is_destructive(do)


TAGS = "then: [{do: aws.ec2.create_tags, with: {Resources: [i-1], Tags: [{Key: a, Value: b}]}}]\n"
WOKEN = [
    ("when: {alarm: {names: [a]}}\n", ["OPS302", "OPS303"]),
    ("when: {topic: releases}\n", ["OPS302"]),
    (f"when: {{event: {{{STATE}}}}}\n", ["OPS302"]),
    ("when: {event: {source: [aws.guardduty]}}\n", ["OPS302"]),
    (f"when: {{event: {{{CALL}, detail: {{eventName: [RunInstances]}}}}}}\n", []),
    ("when: {event: {source: [our.shop]}}\n", []),
    ("when: {event: {source: [opsloop]}}\n", []),
    ("when: {schedule: rate(1 day)}\n", []),
    ("when: {manual: {}}\n", []),
    ("when: {api: ec2:RunInstances}\n", []),
]


@pytest.mark.parametrize(("when", "told"), WOKEN)
def test_events_without_a_caller(when: str, told: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path / "acting", ACTIVE + when + TAGS) == told
    assert "OPS302" not in codes(tmp_path / "telling", ACTIVE + when + NOTIFY)
    assert codes(tmp_path / "observing", HEAD + when + TAGS) == []
    assert "OPS302" not in codes(tmp_path / "held", f"{ACTIVE}{when}guard: {{rate: 5/1h}}\n{TAGS}")


ALARMS = [
    (ACTIVE + "when: {alarm: {names: ['*']}}\nguard: {rate: 5/1h}\n" + TAGS, ["OPS203", "OPS303"]),
    (ACTIVE + "when: {alarm: {names: ['a*']}}\nguard: {rate: 5/1h}\n" + TAGS, ["OPS303"]),
    (HEAD + "when: {alarm: {names: ['*']}}\n" + TAGS, []),
    (ACTIVE + "when: {alarm: {names: ['*']}}\n" + NOTIFY, []),
]


@pytest.mark.parametrize(("rule", "told"), ALARMS)
def test_every_alarm(rule: str, told: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, rule) == told


def acting(do: str, when: str, *, more: str = "guard: {rate: 5/1h}\n") -> str:
    then = f"then: [{{do: {do}, with: {{InstanceIds: [i-1]}}}}]\n"
    return f"{ACTIVE}when: {when}\n{more}{then}verify: {LOOK}\n"


LOOK = "{check: aws.ec2.describe_instances, until: result.Reservations}"
STOPPED = f"{{event: {{{STATE}, detail: {{state: [stopped]}}}}}}"
RUNNING = f"{{event: {{{STATE}, detail: {{state: [running]}}}}}}"
STOP, START = "aws.ec2.stop_instances", "aws.ec2.start_instances"
STARTS, STOPS = "{api: ec2:StartInstances}", "{api: ec2:StopInstances}"
SEVERAL = [
    # in a circle
    ([acting(START, STOPPED), acting(STOP, RUNNING)], ["OPS305"]),
    ([acting(START, STOPS), acting(STOP, STARTS)], ["OPS305"]),
    ([acting(START, STOPS, more=""), acting(STOP, STARTS, more="")], ["OPS305"]),
    ([acting(START, STOPS, more="guard: {allow_self: true}\n"), acting(STOP, STARTS)], ["OPS305"]),
    ([acting(STOP, STOPS, more="guard: {allow_self: true}\n")], ["OPS305"]),
    # none
    ([acting(STOP, STOPS)], []),
    ([acting(STOP, STOPPED)], []),
    ([acting(STOP, STARTS), acting(STOP, RUNNING)], []),
    ([acting(START, STOPS), acting(STOP, STARTS).replace("active", "observe")], []),
    ([acting(START, STOPS), acting(STOP, "{api: ec2:RunInstances}")], []),
    # on one event
    ([acting(STOP, RUNNING), acting(STOP, RUNNING)], ["OPS306"]),
    ([acting(STOP, "{api: ec2:RunInstances}"), acting(START, "{api: 'ec2:Run*'}")], ["OPS306"]),
    ([acting(STOP, RUNNING), acting(STOP, RUNNING).replace("[i-1]", "[i-2]")], []),
    ([acting(STOP, RUNNING), acting("aws.ec2.monitor_instances", RUNNING)], []),
    ([acting(STOP, "{alarm: {names: [a]}}"), acting(STOP, "{alarm: {names: [b]}}")], []),
    ([acting(STOP, "{schedule: rate(1 day)}"), acting(STOP, "{schedule: rate(1 day)}")], []),
]  # fmt: skip


@pytest.mark.parametrize(("rules", "told"), SEVERAL)
def test_rules_together(rules: list[str], told: list[str], tmp_path: Path) -> None:
    assert codes(tmp_path, *rules) == told


def test_parameters_are_compared_as_they_come_out(tmp_path: Path) -> None:
    one = (
        f'{ACTIVE}when: {RUNNING}\nlet: {{i: event.detail."instance-id"}}\nguard: {{rate: 5/1h}}\n'
    )
    one += f"then: [{{do: {STOP}, with: {{InstanceIds: ['${{i}}']}}}}]\nverify: {LOOK}\n"
    other = one.replace("{i:", "{id:").replace("${i}", "${id}")
    assert codes(tmp_path, one, other) == ["OPS306"]
