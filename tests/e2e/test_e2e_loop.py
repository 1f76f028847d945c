"""A loop that is closed on MiniStack, over four invocations of one deployed function.

Its first attempt fails, it waits, it is verified, a guard keeps it from doing so twice, and
another rule runs because of it. Each function acts with its own role, the waker too.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from chalicelib.engine.times import seconds
from tests.e2e.deployment import (
    SUCCEEDED,
    Aws,
    Row,
    closed_row,
    eventually,
    invoke,
    put_event,
    told,
)
from tests.e2e.e2e_project import STAGE, Project
from tests.e2e.ministack import REGION

pytestmark = pytest.mark.e2e

RULE = "delete-volume"
STEPS = [("delete", "succeeded"), ("settle", "succeeded")]
NOBODY = {"woken": 0, "closed": 0, "failed": 0}


@dataclass(frozen=True)
class Loop:
    """What there was to see of it, on its way."""

    volume: str
    #: the journal's row, and its item, while it waited
    waiting: Row
    item: Row
    #: what the waker said before it was time
    early: Any
    #: the row once the waker had been there in time, and in the end
    verifying: Row
    closed: Row


@pytest.fixture(scope="module")
def loop(aws: Aws, deployed: Project) -> Loop:
    volume, release = attached_volume(aws)
    event = put_event(aws, "e2e.inventory", "Volume Forgotten", {"volume": volume})

    def row() -> Row:
        (found,) = [one for one in deployed.history(RULE) if one["identity"] == event]
        return found

    assert eventually(lambda: agents(aws, "DeleteVolume"), bool)
    release()
    waiting = eventually(row, lambda seen: seen["status"] == "waiting")
    item = journal_item(aws, waiting["id"])
    early = invoke(aws, "waker", {})
    sleep_until(waiting["waiting"]["until"])

    def woken() -> Row:
        invoke(aws, "waker", {})
        return row()

    verifying = eventually(woken, lambda seen: seen["phase"] == "verify")
    # from here on MiniStack's own clock wakes the waker: once a minute, give or take ten seconds
    closed = eventually(row, lambda seen: seen["status"] != "waiting", seconds=100)
    return Loop(volume, waiting, item, early, verifying, closed)


def attached_volume(aws: Aws) -> tuple[str, Callable[[], None]]:
    """A volume that an instance holds, and how to make it let go."""
    ec2 = aws.client("ec2")
    made = ec2.run_instances(ImageId="ami-0abcdef1234567890", MinCount=1, MaxCount=1)
    instance = made["Instances"][0]["InstanceId"]
    volume: str = ec2.create_volume(AvailabilityZone=f"{REGION}a", Size=1)["VolumeId"]
    ec2.attach_volume(VolumeId=volume, InstanceId=instance, Device="/dev/sdf")

    def release() -> None:
        ec2.detach_volume(VolumeId=volume)

    return volume, release


def agents(aws: Aws, call: str) -> list[str]:
    """Whose calls to EC2 of that name were, as CloudTrail repeats it, but for our own."""
    # MiniStack's name for a call whose action stands in its body
    lookup = [{"AttributeKey": "EventName", "AttributeValue": "POST.ec2"}]
    found = aws.client("cloudtrail").lookup_events(LookupAttributes=lookup)["Events"]
    records = [json.loads(one["CloudTrailEvent"]) for one in found]
    ends = [
        record["userAgent"].rsplit(" ", 1)[1]
        for record in records
        if record["requestParameters"]["Action"] == call
    ]
    return [end for end in ends if end.startswith("opsloop/")]


def journal_item(aws: Aws, execution: str) -> Row:
    """The item of an execution as DynamoDB has it, without its types."""
    key = {"rule": {"S": RULE}, "id": {"S": execution}}
    item = aws.client("dynamodb").get_item(TableName=f"opsloop-{STAGE}", Key=key)["Item"]
    return {name: next(iter(value.values())) for name, value in item.items()}


def sleep_until(moment: str) -> None:
    left = seconds(moment) - datetime.now(UTC).timestamp()  # noqa: TID251 - a real wait
    time.sleep(max(0, left))  # noqa: TID251 - in real time


def test_a_first_attempt_fails_and_a_later_one_does_it(aws: Aws, loop: Loop) -> None:
    (step,) = loop.waiting["steps"]
    assert (step["id"], step["status"]) == ("delete", "succeeded")
    assert step["attempts"] > 1
    whose = f"opsloop/{RULE}/{loop.waiting['id']}/0"
    assert agents(aws, "DeleteVolume") == [whose] * step["attempts"]


def test_an_execution_that_waits_is_written_down_and_due(loop: Loop) -> None:
    waiting = loop.waiting
    assert (waiting["status"], waiting["phase"]) == ("waiting", "then")
    assert (waiting["waiting"]["reason"], waiting["waiting"]["step"]) == ("wait", "settle")
    assert loop.item["due"] == waiting["waiting"]["until"]
    assert loop.item["attention"].startswith("unfinished#")
    assert loop.early == NOBODY


def test_it_goes_on_when_it_is_woken_and_waits_again(loop: Loop) -> None:
    verifying = loop.verifying
    assert (verifying["status"], verifying["phase"]) == ("waiting", "verify")
    assert [(one["id"], one["status"]) for one in verifying["steps"]] == STEPS
    assert verifying["waiting"]["reason"] == "verify"
    assert verifying["waiting"]["data"]["told"] is True
    # the steps that were done are not done again
    assert verifying["steps"][0] == loop.waiting["steps"][0]


def test_the_loop_is_closed_once_it_has_held(aws: Aws, loop: Loop) -> None:
    closed = loop.closed
    assert told(closed) == {**SUCCEEDED, "steps": STEPS}
    assert (closed["loop"], closed["waiting"]) == ("closed", None)
    held = seconds(closed["closed"]) - seconds(loop.verifying["waiting"]["data"]["since"])
    assert held >= 5
    gone = [{"Name": "volume-id", "Values": [loop.volume]}]
    assert aws.client("ec2").describe_volumes(Filters=gone)["Volumes"] == []
    assert "due" not in journal_item(aws, closed["id"])


def test_what_the_guard_refuses_is_written_down(aws: Aws, deployed: Project, loop: Loop) -> None:
    again = put_event(aws, "e2e.inventory", "Volume Forgotten", {"volume": loop.volume})
    row = closed_row(deployed, RULE, again)
    assert told(row) == {"status": "refused", "mode": "active", "steps": [], "error": None}
    arithmetic, _, since = row["note"].rpartition(" ")
    assert arithmetic == "rate: 1 of 1 used since"
    # it is charged a moment after the start, and told in whole seconds
    assert -1 < seconds(since) - seconds(loop.closed["started"]) < 5


def test_a_rule_runs_because_of_another(aws: Aws, deployed: Project, loop: Loop) -> None:
    (row,) = eventually(lambda: deployed.history("note-deletion"), bool)
    row = closed_row(deployed, "note-deletion", row["identity"])
    assert told(row) == {**SUCCEEDED, "steps": [("note", "succeeded")]}
    assert (row["caused_by"], row["chain"]) == (f"{RULE}/{loop.closed['id']}", 1)
    noted = aws.client("ssm").get_parameter(Name="/e2e/deleted")["Parameter"]["Value"]
    assert noted == loop.volume


def test_a_rule_tells_the_bus_as_opsloop_and_as_nobody_else(aws: Aws, deployed: Project) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="e2e-told")
    policy = json.dumps(deployed.policy(RULE))
    iam.put_user_policy(UserName="e2e-told", PolicyName="told", PolicyDocument=policy)
    key = iam.create_access_key(UserName="e2e-told")["AccessKey"]
    theirs = replace(aws, key=key["AccessKeyId"], secret=key["SecretAccessKey"])
    assert put_event(theirs, "opsloop", "Nothing", {})
    with pytest.raises(ClientError, match="AccessDenied"):
        put_event(theirs, "e2e.scanner", "Nothing", {})
