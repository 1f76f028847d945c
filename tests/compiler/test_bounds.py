"""`only` and `except` in plans and policies."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.plan import Bounds
from opsloop.aws.bounds import Keeping
from opsloop.aws.faults import FaultError
from opsloop.aws.location import Location
from opsloop.aws.statement import Statement, allow
from opsloop.compiler.build import Compiled
from tests.aws.linter import excused, findings
from tests.compiler.projects import SETTINGS, compiled

HERE = Location("aws", "123456789012", "eu-west-1")
EC2 = "arn:aws:ec2:eu-west-1:123456789012:"
WHEN = "when: {event: {source: [mine]}}\nlet: {x: event.detail.x}\n"
SPARING = (
    SETTINGS
    + """\
    except:
      arns:
        - arn:aws:iam::*:role/break-glass
        - arn:*:ec2:*:*:instance/i-0prod*
        - arn:aws:s3:::prod-*
      tags: {opsloop: never}
"""
)
LATE = "steps.look.result.Reservations[].Instances[].InstanceId"
STOP = 'then: [{do: aws.ec2.stop_instances, with: {InstanceIds: ["${x}"]}}]\n'
MANY = """\
guard:
  cooldown: 1h
  only:
    arns:
      - arn:aws:ec2:*:*:instance/i-*
      - arn:*:ec2:eu-west-1:*:volume/*
      - arn:aws:ecs:*:*:service/shop/*
      - arn:aws:rds:*:*:db:*
      - arn:aws:rds:*:*:snapshot:shop*
      - arn:aws:s3:::logs-*
      - arn:aws:sns:*:*:ops-*
      - arn:aws:ssm:*:*:managed-instance/*
    tags: {env: dev}
  except: {tags: {keep: "yes"}}
then:
  - {do: aws.ec2.stop_instances, with: {InstanceIds: ["${x}"]}}
  - {do: aws.ec2.create_snapshot, with: {VolumeId: "${x}"}}
  - {do: aws.ec2.modify_instance_attribute, with: {InstanceId: "${x}", Groups: [sg-1]}}
  - {do: aws.ssm.send_command, with: {DocumentName: AWS-RunShellScript, InstanceIds: ["${x}"]}}
  - do: aws.rds.create_db_snapshot
    with: {DBInstanceIdentifier: "${x}", DBSnapshotIdentifier: "shop${x}"}
  - do: aws.rds.modify_db_instance
    with: {DBInstanceIdentifier: "${x}", DBParameterGroupName: slow}
  - {do: s3.block_public_access, with: {bucket: "${x}"}}
  - {do: ecs.force_deployment, with: {cluster: shop, service: "${x}"}}
  - {do: ec2.quarantine_instance, with: {instance: "${x}"}}
  - {do: aws.sns.publish, with: {TopicArn: "${x}", Message: a}}
  - {do: notify, with: {to: pager, title: x}}
"""


def statements(made: Compiled, *, effect: str) -> list[dict[str, Any]]:
    """The rule's own statements of this effect; not what every function needs."""
    found = [one for one in made.policies["dev"]["rule"]["Statement"] if one["Effect"] == effect]
    needed = {"OwnJournal", "ReadPauses", "TellTheBus", "OwnLog", "OwnDeadLetters"}
    return [one for one in found if one["Sid"] not in needed]


def told(made: Compiled, effect: str) -> list[tuple[str, ...]]:
    """Actions, resources and condition of each statement, as texts."""
    return [
        (" ".join(one["Action"]), " ".join(one["Resource"]), json.dumps(one.get("Condition", {})))
        for one in statements(made, effect=effect)
    ]


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Compiled:
    return compiled(tmp_path_factory.mktemp("many"), WHEN + MANY, SPARING)


def test_parliament_finds_nothing(many: Compiled) -> None:
    found = findings(many.policies["dev"]["rule"])
    assert [one for one in found if not excused(one)] == []


def test_the_policy_is_exactly_this(many: Compiled) -> None:
    golden = Path(__file__).parent / "bounded.json"
    found = [*statements(many, effect="Allow"), *statements(many, effect="Deny")]
    assert found == json.loads(golden.read_text())


@pytest.mark.parametrize(
    ("guard", "allowed", "denied"),
    [
        (
            '{only: {arns: ["arn:aws:ec2:*:*:instance/i-0*"]}}',
            [("ec2:StopInstances", f"{EC2}instance/i-0*", "{}")],
            [],
        ),
        # where no pattern says what both allow, the function holds the rest
        (
            '{only: {arns: ["arn:aws:ec2:eu-*-1:*:*/i-0*"]}}',
            [("ec2:StopInstances", f"{EC2}instance/*", "{}")],
            [],
        ),
        (
            "{only: {tags: {env: dev}}}",
            [
                (
                    "ec2:StopInstances",
                    f"{EC2}instance/*",
                    '{"StringEquals": {"aws:ResourceTag/env": "dev"}}',
                ),
                ("tag:GetResources", "*", "{}"),
            ],
            [],
        ),
        (
            '{except: {arns: ["arn:*:ec2:*:*:instance/i-0prod", "arn:aws:s3:::logs"]}}',
            [("ec2:StopInstances", f"{EC2}instance/*", "{}")],
            [("ec2:StopInstances", "arn:aws:ec2:*:*:instance/i-0prod", "{}")],
        ),
        (
            '{except: {tags: {keep: "${*}"}}}'.replace("${*}", "a*b$"),
            [
                ("ec2:StopInstances", f"{EC2}instance/*", "{}"),
                ("tag:GetResources", "*", "{}"),
            ],
            [
                (
                    "ec2:StopInstances",
                    f"{EC2}instance/*",
                    '{"StringEquals": {"aws:ResourceTag/keep": "a${*}b${$}"}}',
                )
            ],
        ),
        ("{rate: 5/1h}", [("ec2:StopInstances", f"{EC2}instance/*", "{}")], []),
    ],
)
def test_a_guard_as_iam_has_it(
    tmp_path: Path, guard: str, allowed: list[Any], denied: list[Any]
) -> None:
    made = compiled(tmp_path, f"{WHEN}guard: {guard}\n{STOP}")
    assert (told(made, "Allow"), told(made, "Deny")) == (allowed, denied)


def test_a_literal_within_only_stays_as_narrow_as_it_is(tmp_path: Path) -> None:
    stop = STOP.replace("${x}", "i-0a")
    made = compiled(tmp_path, f'{WHEN}guard: {{only: {{arns: ["arn:aws:ec2:*:*:*"]}}}}\n{stop}')
    assert told(made, "Allow") == [("ec2:StopInstances", f"{EC2}instance/i-0a", "{}")]


def test_what_only_reads_and_what_only_tells_is_not_bound(tmp_path: Path) -> None:
    text = f"""{WHEN}facts: {{all: {{do: aws.ec2.describe_instances}}}}
guard: {{only: {{arns: ["arn:aws:ec2:*:*:volume/*"]}}}}
then:
  - {{do: aws.s3.get_bucket_acl, with: {{Bucket: "${{x}}"}}}}
  - {{do: notify, with: {{to: pager, title: x}}}}
  - {{do: aws.cloudwatch.put_metric_data, with: {{Namespace: a, MetricData: []}}}}
"""
    made = compiled(tmp_path, text)
    assert [step.get("touches") for step in made.plans["rule"]["then"]] == [None, None, None]
    assert "arn:aws:s3:::*" in told(made, "Allow")[2][1]


@pytest.mark.parametrize(
    ("then", "foretold"),
    [
        ('do: aws.ec2.stop_instances, with: {InstanceIds: ["${x}"]}', True),
        ("do: aws.ec2.stop_instances, with: {InstanceIds: [i-1]}", True),
        ('do: aws.ec2.stop_instances, if: "x == \'a\'", with: {InstanceIds: ["${x}"]}', True),
        ('do: aws.ec2.stop_instances, with: {InstanceIds: "${facts.ids}"}', True),
        # the blast radius is measured before
        ('do: aws.ec2.stop_instances, with: {InstanceIds: "${targets}"}', True),
        ('do: aws.ec2.stop_instances, with: {InstanceIds: "${LATE}"}', False),
        ('do: aws.ec2.stop_instances, with: {InstanceIds: "${late}"}', False),
        (
            'do: aws.ec2.stop_instances, if: steps.look.result, with: {InstanceIds: ["${x}"]}',
            False,
        ),
        (
            'do: aws.ec2.stop_instances, for_each: facts.ids, with: {InstanceIds: ["${item}"]}',
            False,
        ),
        # what it touches is told, whatever it says besides
        (
            'do: aws.ec2.stop_instances, with: {InstanceIds: ["${x}"], DryRun: "${LATE == x}"}',
            True,
        ),
    ],
)
def test_what_is_known_before_admission(tmp_path: Path, then: str, foretold: bool) -> None:
    text = f"""when: {{event: {{source: [mine]}}}}
let: {{x: event.detail.x, late: "LATE"}}
facts: {{ids: {{do: aws.ec2.describe_instances, pick: "Reservations[].Instances[].InstanceId"}}}}
guard: {{only: {{tags: {{env: dev}}}}, blast: {{targets: facts.ids, max: 5}}}}
then:
  - {{id: look, do: aws.ec2.describe_instances}}
  - {{{then}}}
"""
    made = compiled(tmp_path, text.replace("LATE", LATE))
    (_, step) = made.plans["rule"]["then"]
    assert step.get("foretold", False) is foretold


def test_the_stage_binds_rules_that_say_nothing(tmp_path: Path) -> None:
    made = compiled(tmp_path, WHEN + STOP, SPARING)
    assert made.stages["dev"]["spares"]["tags"] == {"opsloop": "never"}
    assert "touches" in made.plans["rule"]["then"][0]
    assert [actions for actions, _, _ in told(made, "Deny")] == ["ec2:StopInstances"] * 2


def test_a_spared_function_is_spared_in_each_of_its_versions(tmp_path: Path) -> None:
    """IAM judges `web:live`, and `web:$LATEST`, by ARNs of their own."""
    web = "arn:aws:lambda:eu-west-1:123456789012:function:web"
    text = f"""{WHEN}guard: {{except: {{arns: ["{web}"]}}}}
then: [{{do: aws.lambda.delete_function, with: {{FunctionName: "${{x}}"}}}}]
"""
    made = compiled(tmp_path, text)
    assert told(made, "Deny") == [("lambda:DeleteFunction", f"{web} {web}:*", "{}")]


def test_inner_steps_are_bound_as_well(tmp_path: Path) -> None:
    text = f"""{WHEN}guard: {{only: {{tags: {{env: dev}}}}}}
then:
  - for_each: x
    steps:
      - {{do: aws.ec2.stop_instances, with: {{InstanceIds: ["${{item}}"]}}}}
      - {{wait: 1m}}
"""
    (outer,) = compiled(tmp_path, text).plans["rule"]["then"]
    assert [("touches" in one, "foretold" in one) for one in outer["steps"]] == [
        (True, False),
        (False, False),
    ]


# The arithmetic of patterns.

ONLY: Bounds = {"arns": ["arn:*:ec2:*:*:instance/i-0*", "arn:aws:ec2:*:*:volume/*"], "tags": {}}


def kept(arn: str, only: Bounds = ONLY) -> set[str]:
    keeping = Keeping(only, ["arn:aws:ec2:*:*:*"], [], HERE)
    found: list[Statement] = list(keeping.statements([allow("ec2:DeleteTags", arn)]))
    return {resource for one in found for resource in one.resources}


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (f"{EC2}instance/*", {f"{EC2}instance/i-0*"}),
        (f"{EC2}instance/i-0a", {f"{EC2}instance/i-0a"}),
        (f"{EC2}*", {f"{EC2}instance/i-0*", f"{EC2}volume/*"}),
        (f"{EC2}instance/*a", {f"{EC2}instance/*a"}),
    ],
)
def test_what_both_allow(arn: str, expected: set[str]) -> None:
    assert kept(arn) == expected


def test_nothing_that_both_allow_is_a_fault() -> None:
    with pytest.raises(FaultError) as caught:
        kept(f"{EC2}instance/i-1")
    assert caught.value.fault.found == (
        f"ec2:DeleteTags on {EC2}instance/i-1, of which `only` lets nothing through"
    )
