"""What was changed by hand on a deployed stage, on moto."""

from __future__ import annotations

import json
import shlex
from dataclasses import replace
from typing import Any

from opsloop.aws.location import Location
from opsloop.output import DIFFERS, OK, UNDEPLOYED
from opsloop.planning import planning
from opsloop.planning.drift import DriftReport, findings
from opsloop.planning.drifted import view
from opsloop.planning.infra import resources_expected
from opsloop.planning.state import state
from tests.cli.projects import ACCOUNT
from tests.planning.goldens import as_json, printed, same
from tests.planning.repository import repository
from tests.planning.stage import REPORT, STAGE, Deployment

OTHER = "arn:aws:lambda:us-east-1:123456789012:function:other"
EVERYTHING = {"Effect": "Allow", "Action": "iam:*", "Resource": "*"}


def drift(deployment: Deployment, against: str | None = None) -> DriftReport:
    return planning.drift(
        deployment.folder, STAGE, against, lambda _stage: deployment.session, deployment.fetch
    )


def told(report: DriftReport) -> list[tuple[str, str, str]]:
    """Each finding, and how to mend it."""
    return [(one.resource, one.what, one.mend) for one in report.findings]


def test_nothing_drifts_by_itself(deployed: Deployment) -> None:
    report = drift(deployed)
    assert (report.findings, report.unread, report.notes) == ((), (), ())
    assert report.exit_code == OK
    assert printed(view(report)).endswith("\nNo drift: dev is as it was deployed.\n")


def test_a_stage_that_was_never_deployed_has_not_drifted(deployment: Deployment) -> None:
    report = drift(deployment)
    assert (report.findings, report.unread, report.notes) == ((), (), ())
    assert report.exit_code == UNDEPLOYED
    assert not report.as_dict()["deployed"]
    assert (
        printed(view(report))
        == """\
opsloop drift  stage dev (123456789012 us-east-1)

Nothing of dev is deployed.
Deploy it, from a checkout of what is to run:
  opsloop infra --stage dev
  chalice deploy --stage dev
  opsloop wire --stage dev
"""
    )


def test_the_command_for_the_queue_s_policy_is_whole(deployed: Deployment) -> None:
    client: Any = deployed.session.client("sqs")
    url = client.get_queue_url(QueueName="opsloop-dev-dead-letters")["QueueUrl"]
    client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
    (finding,) = drift(deployed).findings
    *words, attributes = shlex.split(finding.mend)
    assert words[:3] == ["aws", "sqs", "set-queue-attributes"]
    client.set_queue_attributes(QueueUrl=url, Attributes=json.loads(attributes))
    assert drift(deployed).findings == ()


def test_a_table_without_its_encryption_is_mended_by_a_command(deployed: Deployment) -> None:
    """moto never turns it off: here is what DynamoDB describes where somebody did."""
    stage = drift(deployed).stage
    table, _ = resources_expected(Location.of(stage), STAGE)
    facts = {path: one for path, one in table.facts.items() if path != ("table", "encryption")}
    found = [replace(table, facts=facts)]
    (finding,) = findings(state([table]), state(found), stage)
    assert finding.what == "encryption"
    assert finding.mend == (
        "aws dynamodb update-table --table-name opsloop-dev "
        "--sse-specification Enabled=true,SSEType=KMS"
    )


def test_everything_that_was_changed_by_hand_is_found_and_can_be_mended(
    deployed: Deployment,
) -> None:
    tamper(deployed.session.client)
    report = drift(deployed)
    assert report.exit_code == DIFFERS
    assert same("drift.txt", printed(view(report)))
    assert same("drift.json", as_json(report.as_dict()))
    mend(deployed)
    assert told(drift(deployed)) == []


def tamper(client: Any) -> None:
    """One thing of every kind."""
    events, iam, functions, sns = map(client, ("events", "iam", "lambda", "sns"))
    events.disable_rule(Name="opsloop-dev-close-bucket-event")
    events.put_rule(Name="opsloop-dev-report-event", ScheduleExpression="rate(2 days)")
    target = {"Id": "$(reboot)", "Arn": OTHER}
    events.put_targets(Rule="opsloop-dev-report-event", Targets=[target])
    events.remove_targets(Rule="opsloop-dev-waker-event", Ids=["1"])

    role = {"RoleName": "opsloop-dev-report"}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [EVERYTHING]})
    iam.put_role_policy(**role, PolicyName="extra", PolicyDocument=policy)
    arn = iam.create_policy(PolicyName="attached", PolicyDocument=policy)["Policy"]["Arn"]
    iam.attach_role_policy(**role, PolicyArn=arn)
    trusted = iam.get_role(**role)["Role"]["AssumeRolePolicyDocument"]
    trusted["Statement"][0]["Principal"] = {"AWS": "*"}
    iam.update_assume_role_policy(**role, PolicyDocument=json.dumps(trusted))

    own = {"RoleName": "opsloop-dev-release", "PolicyName": "opsloop-dev-release"}
    found = iam.get_role_policy(**own)["PolicyDocument"]
    for statement in found["Statement"]:
        if statement["Action"] == ["ssm:PutParameter"]:
            statement["Resource"] = "*"
    iam.put_role_policy(**own, PolicyDocument=json.dumps(found))

    functions.update_function_configuration(
        FunctionName="opsloop-dev-release",
        MemorySize=512,
        Timeout=3,
        Handler="other.handler",
        Environment={"Variables": {"OPSLOOP_STAGE": "dev", "OPSLOOP_RULE": "release", "X": "1"}},
    )
    functions.put_function_concurrency(
        FunctionName="opsloop-dev-tag-bucket", ReservedConcurrentExecutions=1
    )
    functions.delete_function_event_invoke_config(FunctionName="opsloop-dev-tag-bucket")
    functions.add_permission(
        FunctionName="opsloop-dev-tag-bucket",
        StatementId="anybody",
        Action="lambda:InvokeFunction",
        Principal="*",
    )
    (subscription,) = sns.list_subscriptions()["Subscriptions"]
    sns.set_subscription_attributes(
        SubscriptionArn=subscription["SubscriptionArn"],
        AttributeName="FilterPolicy",
        AttributeValue='{"kind": ["major"]}',
    )
    client("logs").delete_retention_policy(logGroupName="/aws/lambda/opsloop-dev-report")
    tamper_with_infra(client)


def tamper_with_infra(client: Any) -> None:
    table, queue = {"TableName": "opsloop-dev"}, "opsloop-dev-dead-letters"
    expiry = {"Enabled": False, "AttributeName": "expires"}
    client("dynamodb").update_time_to_live(**table, TimeToLiveSpecification=expiry)
    client("dynamodb").update_continuous_backups(
        **table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": False}
    )
    client("dynamodb").update_table(**table, DeletionProtectionEnabled=False)
    provisioned = {"ReadCapacityUnits": 1, "WriteCapacityUnits": 1}
    client("dynamodb").update_table(
        **table, BillingMode="PROVISIONED", ProvisionedThroughput=provisioned
    )
    url = client("sqs").get_queue_url(QueueName=queue)["QueueUrl"]
    client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"MessageRetentionPeriod": "3600", "Policy": ""}
    )


def mend(deployment: Deployment) -> None:
    """Deploy again, and call what the commands that drift offers call."""
    client: Any = deployment.session.client
    events, iam, functions, sns = map(client, ("events", "iam", "lambda", "sns"))
    deployment()
    role = {"RoleName": "opsloop-dev-report"}
    events.remove_targets(Rule="opsloop-dev-report-event", Ids=["$(reboot)"])
    iam.delete_role_policy(**role, PolicyName="extra")
    iam.detach_role_policy(**role, PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/attached")
    trusted = iam.get_role(RoleName="opsloop-dev-release")["Role"]["AssumeRolePolicyDocument"]
    iam.update_assume_role_policy(**role, PolicyDocument=json.dumps(trusted))
    functions.update_function_configuration(
        FunctionName="opsloop-dev-release", Handler="app.release"
    )
    functions.remove_permission(FunctionName="opsloop-dev-tag-bucket", StatementId="anybody")
    (subscription,) = sns.list_subscriptions()["Subscriptions"]
    sns.unsubscribe(SubscriptionArn=subscription["SubscriptionArn"])
    deployment()
    mend_infra(client)


def mend_infra(client: Any) -> None:
    table = {"TableName": "opsloop-dev"}
    expiry = {"Enabled": True, "AttributeName": "expires"}
    client("dynamodb").update_time_to_live(**table, TimeToLiveSpecification=expiry)
    client("dynamodb").update_continuous_backups(
        **table, PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True}
    )
    client("dynamodb").update_table(**table, DeletionProtectionEnabled=True)
    client("dynamodb").update_table(**table, BillingMode="PAY_PER_REQUEST")
    url = client("sqs").get_queue_url(QueueName="opsloop-dev-dead-letters")["QueueUrl"]
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "sqs:*",
        "Resource": f"arn:aws:sqs:us-east-1:{ACCOUNT}:opsloop-dev-dead-letters",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    client("sqs").set_queue_attributes(
        QueueUrl=url, Attributes={"MessageRetentionPeriod": "1209600", "Policy": policy}
    )


def test_of_what_is_gone_nothing_else_is_said(deployed: Deployment) -> None:
    client: Any = deployed.session.client
    client("lambda").delete_function(FunctionName="opsloop-dev-report")
    client("events").remove_targets(Rule="opsloop-dev-close-bucket-event", Ids=["1"])
    client("events").delete_rule(Name="opsloop-dev-close-bucket-event")
    client("iam").delete_role_policy(
        RoleName="opsloop-dev-release", PolicyName="opsloop-dev-release"
    )
    client("iam").delete_role(RoleName="opsloop-dev-release")
    client("dynamodb").update_table(TableName="opsloop-dev", DeletionProtectionEnabled=False)
    client("dynamodb").delete_table(TableName="opsloop-dev")
    deploy = "chalice deploy --stage dev"
    assert told(drift(deployed)) == [
        ("table opsloop-dev", "all of it", "opsloop infra --stage dev"),
        ("EventBridge rule opsloop-dev-close-bucket-event", "all of it", deploy),
        ("role opsloop-dev-release", "all of it", deploy),
        ("function opsloop-dev-report", "all of it", deploy),
    ]


def test_what_waits_to_be_deployed_is_no_drift(deployed: Deployment) -> None:
    path = deployed.folder / "rules" / "storage" / "report.yaml"
    path.write_text(REPORT.replace("rate(1 day)", "rate(12 hours)"), encoding="utf-8")
    report = drift(deployed)
    assert report.findings == ()
    (note,) = report.notes
    assert note == (
        "deployed in another version than the checkout's: report; their triggers are held against "
        "the version that runs, their permissions are not compared"
    )
    deployed.session.client("events").put_rule(
        Name="opsloop-dev-report-event", ScheduleExpression="rate(12 hours)"
    )
    assert [(one.what, one.change.before) for one in drift(deployed).findings] == [
        ("schedule", "rate(1 day)"),
        ("EventBridge rule's description", "Say each morning which volumes nobody uses."),
    ]


def test_settings_and_code_that_wait_to_be_deployed_are_told(deployed: Deployment) -> None:
    settings = deployed.folder / "rules" / "opsloop.yaml"
    settings.write_text(f"{settings.read_text()}    params: {{limit: 7}}\n", encoding="utf-8")
    (deployed.folder / "chalicelib" / "engine.py").write_text("2\n", encoding="utf-8")
    (deployed.folder / "rules" / "storage" / "release.yaml").unlink()
    report = drift(deployed)
    assert report.findings == ()
    assert "\n".join(report.notes) == (
        "the stage's settings are deployed in another version: permissions are not compared\n"
        "the deployed code is not the checkout's: what looks changed by hand may wait to be "
        "deployed; `--against REV` takes the revision that was\n"
        "deployed, and not in the checkout: release; `opsloop plan` has them"
    )


def test_the_revision_that_was_deployed_can_be_named(deployed: Deployment) -> None:
    repository(deployed.folder)
    path = deployed.folder / "rules" / "storage" / "report.yaml"
    path.write_text(REPORT.replace("rate(1 day)", "rate(12 hours)"), encoding="utf-8")
    (deployed.folder / "chalicelib" / "engine.py").write_text("2\n", encoding="utf-8")
    deployed.session.client("events").disable_rule(Name="opsloop-dev-report-event")
    report = drift(deployed, against="HEAD")
    assert told(report) == [
        (
            "EventBridge rule opsloop-dev-report-event",
            "state",
            "aws events enable-rule --name opsloop-dev-report-event",
        )
    ]
    assert report.notes == ()
    heading = "opsloop drift  stage dev (123456789012 us-east-1), against HEAD\n"
    assert printed(view(report)).startswith(heading)
