"""`only` and `except` from the rule file to the account: what is out of bounds stays as it is."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.journal.record import Error
from tests.local.stages import HEAD, SETTINGS, LocalStage, order

EC2 = "arn:aws:ec2:eu-west-1:123456789012:instance/"
WHEN = "when:\n  event: {source: [shop], detail-type: [Order]}\n"
STOP = """\
then:
  - id: stop
    do: aws.ec2.stop_instances
    with: {InstanceIds: ["${event.detail.instance}"]}
"""
DEV = "guard: {key: event.detail.instance, cooldown: 1h, only: {tags: {env: dev}}}\n"


def rule(guard: str, then: str = STOP) -> dict[str, str]:
    return {"rule": HEAD + WHEN + guard + then}


def instance(stage: LocalStage, **tags: str) -> str:
    """A new instance's id."""
    ec2 = stage.session.client("ec2")
    (made,) = ec2.run_instances(ImageId="ami-1", MinCount=1, MaxCount=1)["Instances"]
    name: str = made["InstanceId"]
    if tags:
        listed = [{"Key": key, "Value": value} for key, value in tags.items()]
        ec2.create_tags(Resources=[name], Tags=listed)
    stage.asked.clear()
    return name


def state(stage: LocalStage, name: str) -> str:
    found = stage.session.client("ec2").describe_instances(InstanceIds=[name])
    told: str = found["Reservations"][0]["Instances"][0]["State"]["Name"]
    return told


def test_one_in_bounds_is_stopped_and_its_neighbour_is_not(stage: LocalStage) -> None:
    stage.deploy(rule(DEV))
    ours, theirs, bare = instance(stage, env="dev"), instance(stage, env="prod"), instance(stage)
    outcomes = [
        stage.deliver(order(instance=name, number=number))
        for number, name in enumerate((ours, theirs, bare))
    ]
    assert outcomes == [["succeeded"], ["refused"], ["refused"]]
    assert [state(stage, name) for name in (ours, theirs, bare)] == [
        "stopped",
        "running",
        "running",
    ]
    notes = {one.note for one in stage.journal("rule") if one.status == "refused"}
    assert notes == {
        f"only: {EC2}{theirs} has env: prod, wanted env: dev",
        f"only: {EC2}{bare} has no tags that are known, wanted env: dev",
    }


def test_who_is_refused_leaves_the_cooldown_to_others(stage: LocalStage) -> None:
    stage.deploy(rule(DEV))
    name = instance(stage, env="prod")
    assert stage.deliver(order(instance=name)) == ["refused"]
    stage.session.client("ec2").create_tags(Resources=[name], Tags=[{"Key": "env", "Value": "dev"}])
    stage.clock.at += 5
    assert stage.deliver(order(instance=name, number=2)) == ["succeeded"]


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("i-*", "only: InstanceIds.0 is 'i-*', with a wildcard"),
        (
            "arn:aws:ec2:eu-west-1:999999999999:instance/i-1",
            (
                "only: InstanceIds.0 'arn:aws:ec2:eu-west-1:999999999999:instance/i-1' names no "
                "instance of this account"
            ),
        ),
        (["i-1", {"a": "b"}], "only: InstanceIds.0 is dict, not a name"),
    ],
)
def test_an_attackers_names_reach_no_instance(stage: LocalStage, given: Any, reason: str) -> None:
    stage.deploy(rule('guard: {cooldown: 1h, only: {arns: ["arn:aws:ec2:*:*:instance/*"]}}\n'))
    assert stage.deliver(order(instance=given)) == ["refused"]
    (refused,) = stage.journal("rule")
    assert refused.note == reason
    assert stage.asked == []


ENDING = """\
then:
  - do: aws.autoscaling.terminate_instance_in_auto_scaling_group
    with: {InstanceId: "${event.detail.instance}", ShouldDecrementDesiredCapacity: true}
"""


def test_an_instance_that_is_spared_does_not_end_by_way_of_its_group(stage: LocalStage) -> None:
    """IAM judges the call by the group alone, so no policy says it."""
    spared = "arn:aws:ec2:*:*:instance/i-0bastion*"
    stage.deploy(rule(f'guard: {{cooldown: 1h, except: {{arns: ["{spared}"]}}}}\n', ENDING))
    assert stage.deliver(order(instance="i-0bastion1")) == ["refused"]
    (refused,) = stage.journal("rule")
    assert refused.note == f"except: {EC2}i-0bastion1 is one of {spared}"
    assert stage.asked == []


EACH = """\
then:
  - id: stop
    for_each: event.detail.instances
    on_error: continue
    do: aws.ec2.stop_instances
    with: {InstanceIds: ["${item}"]}
"""


def test_of_a_list_each_element_is_held_for_itself(stage: LocalStage) -> None:
    stage.deploy(rule(DEV, EACH))
    ours, theirs = instance(stage, env="dev"), instance(stage, env="prod")
    assert stage.deliver(order(instances=[theirs, ours])) == ["succeeded"]
    assert [state(stage, theirs), state(stage, ours)] == ["running", "stopped"]
    (execution,) = stage.journal("rule")
    (step,) = execution.steps
    message = f"only: {EC2}{theirs} has env: prod, wanted env: dev"
    assert step.error == Error("guard", "stop", "OutOfBounds", message)


UNTAGGED = """\
let: {untagged: event.detail.instances}
guard: {blast: {targets: untagged, max: 2, over: OVER}, only: {tags: {env: dev}}}
"""
STOP_ALL = """\
then:
  - {id: stop, do: aws.ec2.stop_instances, with: {InstanceIds: "${NAME}"}}
"""


@pytest.mark.parametrize("name", ["targets", "untagged"])
def test_one_out_of_bounds_refuses_all_of_them_beforehand(stage: LocalStage, name: str) -> None:
    stage.deploy(rule(UNTAGGED.replace("OVER", "refuse"), STOP_ALL.replace("NAME", name)))
    ours, theirs = instance(stage, env="dev"), instance(stage, env="prod")
    assert stage.deliver(order(instances=[ours, theirs])) == ["refused"]
    (refused,) = stage.journal("rule")
    assert refused.note == f"only: {EC2}{theirs} has env: prod, wanted env: dev"
    assert stage.effects() == []


def test_what_is_trimmed_away_is_not_asked_for(stage: LocalStage) -> None:
    stage.deploy(rule(UNTAGGED.replace("OVER", "trim"), STOP_ALL.replace("NAME", "targets")))
    ours, theirs = [instance(stage, env="dev") for _ in range(2)], instance(stage, env="prod")
    assert stage.deliver(order(instances=[*ours, theirs])) == ["succeeded"]
    assert [state(stage, name) for name in (*ours, theirs)] == ["stopped", "stopped", "running"]


LOOKED_UP = """\
then:
  - id: find
    do: aws.ec2.describe_instances
    with: {Filters: [{Name: "tag:order", Values: ["${event.detail.id}"]}]}
  - id: stop
    do: aws.ec2.stop_instances
    with: {InstanceIds: "${steps.find.result.Reservations[].Instances[].InstanceId}"}
"""


def test_what_only_a_step_finds_is_held_before_the_effect(stage: LocalStage) -> None:
    stage.deploy(rule("guard: {cooldown: 1h, except: {tags: {keep: 'yes'}}}\n", LOOKED_UP))
    names = [instance(stage, order="7"), instance(stage, order="7", keep="yes")]
    assert stage.deliver(order(id="7")) == ["failed"]
    assert [state(stage, name) for name in names] == ["running", "running"]
    (execution,) = stage.journal("rule")
    message = f"except: {EC2}{names[1]} has keep: yes"
    assert execution.error == Error("guard", "stop", "OutOfBounds", message)
    # who escalates is told
    assert stage.effects() == ["sns.publish"]


SPARING = SETTINGS.replace("escalate:", 'except: {arns: ["arn:aws:s3:::audit-*"]}\n    escalate:')
CLOSE = """\
then:
  - {id: close, do: s3.block_public_access, with: {bucket: "${event.detail.bucket}"}}
  - {do: notify, with: {to: pager, title: "${event.detail.bucket} is closed"}}
"""


def test_a_stage_spares_whatever_its_rules_say(stage: LocalStage) -> None:
    stage.deploy(rule("guard: {cooldown: 1h}\n", CLOSE), SPARING)
    s3 = stage.session.client("s3")
    for name in ("audit-trail", "pictures"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    stage.asked.clear()
    assert stage.deliver(order(bucket="audit-trail")) == ["refused"]
    (refused,) = stage.journal("rule")
    assert refused.note == "except of dev: arn:aws:s3:::audit-trail is one of arn:aws:s3:::audit-*"
    assert stage.asked == []
    assert stage.deliver(order(bucket="pictures", number=2)) == ["succeeded"]


def test_tags_that_cannot_be_read_leave_all_as_it_is(stage: LocalStage) -> None:
    stage.deploy(rule(DEV))
    name = instance(stage, env="dev")
    stage.answer("resource-groups-tagging-api.GetResources", lambda _asked: "AccessDeniedException")
    assert stage.deliver(order(instance=name)) == ["failed"]
    assert state(stage, name) == "running"
    (execution,) = stage.journal("rule")
    assert execution.error == Error(
        "action",
        "stop",
        "AccessDeniedException",
        f"the tags of {EC2}{name} could not be read: GetResources: made up",
    )


def test_who_observes_reads_tags_and_nothing_else(stage: LocalStage) -> None:
    stage.deploy({"rule": rule(DEV)["rule"].replace("mode: active", "mode: observe")})
    ours, theirs = instance(stage, env="dev"), instance(stage, env="prod")
    stage.asked.clear()
    assert stage.deliver(order(instance=ours)) == ["observed"]
    assert stage.deliver(order(instance=theirs, number=2)) == ["refused"]
    assert set(stage.asked) == {"resource-groups-tagging-api.get_resources"}
