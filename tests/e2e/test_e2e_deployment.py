"""The whole way on MiniStack: rules, infra, deployment, wiring, events, effects, history.

Nothing is faked between an API call and what the deployed zip did about it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.e2e.deployment import (
    SUCCEEDED,
    Aws,
    closed_row,
    eventually,
    invoke,
    name,
    put_event,
    told,
    wire,
)
from tests.e2e.e2e_project import STAGE, Project
from tests.e2e.environment import ROOT
from tests.e2e.ministack import ACCOUNT, REGION, get_json

pytestmark = pytest.mark.e2e

CLOSED = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def test_infra_and_wire_change_nothing_twice(deployed: Project) -> None:
    again = json.loads(deployed.opsloop("infra", "--stage", STAGE, "--json"))
    assert (again["stack"], again["change"]) == (f"opsloop-{STAGE}", "unchanged")
    assert wire(deployed) == dict.fromkeys(map(name, deployed.functions()), "unchanged")


def test_each_function_has_a_role_of_its_own_with_its_permissions(
    aws: Aws, deployed: Project
) -> None:
    roles = {
        function["FunctionName"]: function["Role"]
        for function in aws.client("lambda").list_functions()["Functions"]
    }
    arn = f"arn:aws:iam::{ACCOUNT}:role/"
    assert roles == {name(one): f"{arn}{name(one)}" for one in deployed.functions()}
    iam = aws.client("iam")
    for rule in deployed.functions():
        assert iam.list_role_policies(RoleName=name(rule))["PolicyNames"] == [name(rule)]
        policy = iam.get_role_policy(RoleName=name(rule), PolicyName=name(rule))
        assert policy["PolicyDocument"] == deployed.policy(rule)


def test_a_custom_event(aws: Aws, deployed: Project) -> None:
    iam = aws.client("iam")
    iam.create_user(UserName="e2e-user")
    key = iam.create_access_key(UserName="e2e-user")["AccessKey"]["AccessKeyId"]
    unsure, sure = (
        put_event(
            aws,
            "e2e.scanner",
            "Access Key Found",
            {"user": "e2e-user", "key": key, "confidence": confidence},
        )
        for confidence in (10, 95)
    )

    def status() -> str:
        (found,) = iam.list_access_keys(UserName="e2e-user")["AccessKeyMetadata"]
        return str(found["Status"])

    assert eventually(status, lambda seen: seen == "Inactive") == "Inactive"
    row = closed_row(deployed, "disable-key", sure)
    assert told(row) == {**SUCCEEDED, "steps": [("disable", "succeeded")]}
    assert row["steps"][0]["result"]["changed"] is True
    assert unsure not in [row["identity"] for row in deployed.history("disable-key")]


def test_an_sns_message(aws: Aws, deployed: Project) -> None:
    sns, ssm = aws.client("sns"), aws.client("ssm")
    topic = f"arn:aws:sns:{REGION}:{ACCOUNT}:e2e-releases"
    # without a subject, which Chalice's own event class would not survive here
    sent = sns.publish(TopicArn=topic, Message=json.dumps({"version": "2.7.1"}))["MessageId"]
    row = closed_row(deployed, "note-release", sent)
    assert told(row) == {**SUCCEEDED, "steps": [("note", "succeeded")]}
    assert ssm.get_parameter(Name="/e2e/release")["Parameter"]["Value"] == "2.7.1"


def test_an_alarm_with_a_topic_as_its_action(aws: Aws, deployed: Project) -> None:
    ec2, cloudwatch = aws.client("ec2"), aws.client("cloudwatch")
    made = ec2.run_instances(ImageId="ami-0abcdef1234567890", MinCount=1, MaxCount=1)
    instance = made["Instances"][0]["InstanceId"]
    cloudwatch.put_metric_alarm(
        AlarmName="e2e-status-web",
        Namespace="AWS/EC2",
        MetricName="StatusCheckFailed_System",
        Dimensions=[{"Name": "InstanceId", "Value": instance}],
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=2,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
        AlarmActions=[f"arn:aws:sns:{REGION}:{ACCOUNT}:e2e-alarms"],
    )
    cloudwatch.set_alarm_state(
        AlarmName="e2e-status-web", StateValue="ALARM", StateReason="the host went away"
    )
    (row,) = eventually(lambda: deployed.history("stop-instance"), bool)
    row = closed_row(deployed, "stop-instance", row["identity"])
    assert told(row) == {**SUCCEEDED, "steps": [("stop", "succeeded")]}
    (reservation,) = ec2.describe_instances(InstanceIds=[instance])["Reservations"]
    assert reservation["Instances"][0]["State"]["Name"] in ("stopping", "stopped")


@pytest.fixture
def taken_away() -> Callable[[str], dict[str, Any]]:
    """The real event of a public access block that was taken away, for one bucket."""
    path = ROOT / "tests" / "events" / "s3-delete-bucket-public-access-block.json"

    def event(bucket: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(path.read_text())
        found["detail"]["requestParameters"]["bucketName"] = bucket
        found["detail"]["eventID"] = f"e2e-{bucket}"
        return found

    return event


def open_bucket(s3: Any, bucket: str) -> None:
    """One without the public access block that new buckets have."""
    s3.create_bucket(Bucket=bucket)
    s3.delete_public_access_block(Bucket=bucket)


def test_an_event_of_aws(
    aws: Aws, deployed: Project, taken_away: Callable[[str], dict[str, Any]]
) -> None:
    s3 = aws.client("s3")
    open_bucket(s3, "e2e-open")
    event = taken_away("e2e-open")
    (outcome,) = invoke(aws, "close-bucket", event)["outcomes"]
    assert outcome["outcome"] == "succeeded"
    block = s3.get_public_access_block(Bucket="e2e-open")["PublicAccessBlockConfiguration"]
    assert block == CLOSED
    row = closed_row(deployed, "close-bucket", "e2e-e2e-open")
    assert told(row) == {**SUCCEEDED, "steps": [("close", "succeeded")]}
    assert row["id"] == outcome["execution"]
    assert row["event"] == event

    (duplicate,) = invoke(aws, "close-bucket", event)["outcomes"]
    assert duplicate["outcome"] == "duplicate"
    assert [row["id"] for row in deployed.history("close-bucket")] == [outcome["execution"]]


def test_an_event_that_does_not_meet_the_criteria(
    aws: Aws, deployed: Project, taken_away: Callable[[str], dict[str, Any]]
) -> None:
    s3 = aws.client("s3")
    open_bucket(s3, "e2e-approved")
    approved = {"TagSet": [{"Key": "public", "Value": "approved"}]}
    s3.put_bucket_tagging(Bucket="e2e-approved", Tagging=approved)
    (outcome,) = invoke(aws, "close-bucket", taken_away("e2e-approved"))["outcomes"]
    assert outcome["outcome"] == "not met"
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        s3.get_public_access_block(Bucket="e2e-approved")
    identities = [row["identity"] for row in deployed.history("close-bucket")]
    assert "e2e-e2e-approved" not in identities


def test_a_step_that_fails_is_on_record_and_returns_normally(aws: Aws, deployed: Project) -> None:
    aws.client("iam").create_user(UserName="keyless")
    detail = {"user": "keyless", "key": "AKIAIOSFODNN7EXAMPLE", "confidence": 99}
    event = {
        "version": "0",
        "id": "e2e-no-such-key",
        "detail-type": "Access Key Found",
        "source": "e2e.scanner",
        "account": ACCOUNT,
        "time": "2026-11-23T10:00:00Z",
        "region": REGION,
        "resources": [],
        "detail": detail,
    }
    (outcome,) = invoke(aws, "disable-key", event)["outcomes"]
    assert outcome["outcome"] == "failed"
    row = closed_row(deployed, "disable-key", "e2e-no-such-key")
    assert (row["status"], row["error"]["step"]) == ("failed", "disable")
    assert row["error"]["code"] == "NoSuchAccessKey"


def test_a_fact_that_is_denied_fails_the_execution_and_nothing_is_done(
    aws: Aws, deployed: Project, taken_away: Callable[[str], dict[str, Any]]
) -> None:
    """Also shows that MiniStack lets a function do what its role may, and no more."""
    iam, s3 = aws.client("iam"), aws.client("s3")
    role = {"RoleName": name("close-bucket"), "PolicyName": name("close-bucket")}
    policy = json.dumps(deployed.policy("close-bucket"))
    without = policy.replace("s3:GetBucketTagging", "s3:GetBucketVersioning")
    open_bucket(s3, "e2e-denied")
    try:
        iam.put_role_policy(**role, PolicyDocument=without)
        (outcome,) = invoke(aws, "close-bucket", taken_away("e2e-denied"))["outcomes"]
    finally:
        iam.put_role_policy(**role, PolicyDocument=policy)
    assert outcome["outcome"] == "failed"
    row = closed_row(deployed, "close-bucket", "e2e-e2e-denied")
    assert (row["error"]["kind"], row["error"]["code"]) == ("fact", "AccessDenied")
    with pytest.raises(ClientError, match="NoSuchPublicAccessBlockConfiguration"):
        s3.get_public_access_block(Bucket="e2e-denied")


def messages(aws: Aws, queue: str) -> list[dict[str, Any]]:
    """Its messages' bodies, by MiniStack's own door: the queue lets nobody in without TLS."""
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.client("sqs").receive_message(QueueUrl=queue)
    content = get_json(f"{aws.endpoint}/_ministack/sqs/messages?QueueUrl={queue}")
    found = content["messages"].get(ACCOUNT, {}).get(REGION, {}).get(queue, [])
    return [json.loads(message["Body"]) for message in found]


@pytest.mark.usefixtures("deployed")
def test_what_a_function_cannot_handle_ends_among_the_dead_letters(aws: Aws) -> None:
    nonsense = {"nonsense": True}
    aws.client("lambda").invoke(
        FunctionName=name("short-lived"), InvocationType="Event", Payload=json.dumps(nonsense)
    )
    queue = f"{aws.endpoint}/{ACCOUNT}/opsloop-{STAGE}-dead-letters"
    (letter,) = eventually(lambda: messages(aws, queue), bool)
    assert letter["requestPayload"] == nonsense
    assert letter["requestContext"]["condition"] == "RetriesExhausted"
    assert letter["requestContext"]["functionArn"].split(":")[6] == name("short-lived")
    assert "payload: found" in letter["responsePayload"]["errorMessage"]


def test_a_deleted_rule_leaves_nothing_and_takes_nothing_else(aws: Aws, deployed: Project) -> None:
    before = deployed_things(aws)
    (deployed.folder / "rules" / "e2e" / "short-lived.yaml").unlink()
    deployed.opsloop("compile")
    deployed.chalice("deploy", "--stage", STAGE)
    after = deployed_things(aws)
    assert {kind: before[kind] - after[kind] for kind in before} == {
        "functions": {name("short-lived")},
        "roles": {name("short-lived")},
        "event rules": {f"{name('short-lived')}-event"},
        "subscriptions": set(),
    }
    assert all(after[kind] <= before[kind] for kind in before)
    assert wire(deployed) == dict.fromkeys(after["functions"], "unchanged")


def deployed_things(aws: Aws) -> dict[str, set[str]]:
    """The names of all that rules bring with them."""
    return {
        "functions": {
            one["FunctionName"] for one in aws.client("lambda").list_functions()["Functions"]
        },
        "roles": {one["RoleName"] for one in aws.client("iam").list_roles()["Roles"]},
        "event rules": {one["Name"] for one in aws.client("events").list_rules()["Rules"]},
        "subscriptions": {
            one["Endpoint"] for one in aws.client("sns").list_subscriptions()["Subscriptions"]
        },
    }
