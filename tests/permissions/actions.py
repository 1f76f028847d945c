"""A rule for every curated action, as small as it gets, with the scenarios that need its policy.

Where an action needs other permissions for other parameters, it has several. So have the guards
that a policy holds too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from chalicelib.clock import SystemClock
from opsloop.compiler.build import compile_project
from tests.compiler.projects import HEAD, project
from tests.e2e.ministack import ACCOUNT, REGION
from tests.engine.fakes import FakeClock
from tests.engine.plans import EVENT, STAGE, plan, step
from tests.permissions.account import Account
from tests.permissions.asked import Asked
from tests.permissions.network import instance_of, open_quarantine
from tests.permissions.running import Scenario, Subject, functions_of
from tests.permissions.watching import Answers

_KMS = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
_SNS = f"arn:aws:sns:{REGION}:{ACCOUNT}"
SETTINGS = f"""\
stages:
  dev:
    account: "{ACCOUNT}"
    region: {REGION}
    max_mode: active
    channels:
      mail: {{type: sns, topic: "{_SNS}:platform"}}
      sealed: {{type: sns, topic: "{_SNS}:sealed", kms_key: "{_KMS}"}}
      pager: {{type: pagerduty, routing_key: "${{secret('ssm:/opsloop/pagerduty')}}"}}
      chat: {{type: slack, url: "${{secret('sm:chat')}}"}}
"""
RULE = HEAD + "mode: active\nwhen: {manual: {parameters: {given: string}}}\n"
GIVEN = "${event.detail.parameters.given}"


@dataclass(frozen=True, slots=True)
class Example:
    """One step, and what happens around it."""

    step: str
    scenarios: tuple[Scenario, ...]
    guard: str = "{}"
    #: what the guard keeps it from
    kept_from: tuple[Asked, ...] = ()


def subjects(folder: Path) -> list[Subject]:
    """Every example, compiled as any rule is."""
    rules = {f"actions/{_rule(name)}.yaml": _text(one) for name, one in EXAMPLES.items()}
    made = compile_project(project(folder / "actions", rules, SETTINGS))
    return [
        _hosted(folder / "hosted"),
        *(
            Subject(
                name,
                made.plans[_rule(name)],
                made.stages["dev"],
                made.policies["dev"][_rule(name)],
                one.scenarios,
                one.kept_from,
            )
            for name, one in EXAMPLES.items()
        ),
    ]


def _hosted(folder: Path) -> Subject:
    """A function that is traced, and runs in a network of the user's."""
    step = "{do: http.get, with: {url: https://example.com/}}"
    example = Example(step, (Scenario(_plainly),))
    settings = SETTINGS + (
        "chalice: {subnet_ids: [subnet-1], security_group_ids: [sg-1], xray: true}\n"
    )
    made = compile_project(project(folder, {"actions/hosted.yaml": _text(example)}, settings))
    policy = made.policies["dev"]["hosted"]
    return Subject(
        "in a network, traced",
        made.plans["hosted"],
        made.stages["dev"],
        policy,
        example.scenarios,
        kept_from=tuple(replace(one, context=_FROM_WITHIN) for one in _HOSTING[:3]),
        by_lambda=_HOSTING,
    )


def _rule(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower())


def _text(example: Example) -> str:
    return f"{RULE}guard: {example.guard}\nthen: [{example.step}]\n"


def manual(given: str = "") -> Any:
    """The payload of a run by hand."""
    run = {
        "token": "proof",
        "time": datetime.fromtimestamp(SystemClock().now(), UTC).isoformat(),
        "account": ACCOUNT,
        "region": REGION,
        "parameters": {"given": given},
    }
    return {"opsloop": {"manual": run}}


def _plainly(_account: Account) -> Any:
    return manual()


def open_bucket(account: Account) -> Any:
    """A bucket without the public access block that every new one has."""
    account.client("s3").create_bucket(Bucket="exports")
    account.client("s3").delete_public_access_block(Bucket="exports")
    return manual()


def _key_of(path: str) -> Callable[[Account], Any]:
    """The key of mallory, whose ARN has a path or none."""

    def prepare(account: Account) -> Any:
        iam = account.client("iam")
        iam.create_user(UserName="mallory", Path=path)
        return manual(iam.create_access_key(UserName="mallory")["AccessKey"]["AccessKeyId"])

    return prepare


def _instance(account: Account) -> Any:
    return manual(instance_of(account))


def _quarantined(account: Account) -> Any:
    """An instance whose interface says which group it had."""
    instance, ec2 = instance_of(account), account.client("ec2")
    wanted = [{"Name": "attachment.instance-id", "Values": [instance]}]
    for one in ec2.describe_network_interfaces(Filters=wanted)["NetworkInterfaces"]:
        tag = {"Key": "opsloop:groups-before", "Value": one["Groups"][0]["GroupId"]}
        ec2.create_tags(Resources=[one["NetworkInterfaceId"]], Tags=[tag])
    return manual(instance)


def _open_quarantine(account: Account) -> Any:
    instance = instance_of(account)
    open_quarantine(account, instance)
    return manual(instance)


def _sealed(account: Account) -> Any:
    account.client("sns").create_topic(Name="sealed", Attributes={"KmsMasterKeyId": _KMS})
    return manual()


def _queue(account: Account) -> Any:
    made = account.client("sqs").create_queue(QueueName="jobs", tags={"env": "dev"})
    return manual(made["QueueUrl"])


def _chat(account: Account) -> Any:
    account.client("secretsmanager").create_secret(
        Name="chat", SecretString="https://hooks.slack.com/services/T/B/x"
    )
    return manual()


def waiting(account: Account) -> Any:
    """An execution that has waited for minutes, for a rule that there is no function of."""
    gone = plan(rule="gone", then=[step("rest", kind="wait", wait=600.0)])
    clock = FakeClock(SystemClock().now())
    functions_of(gone, STAGE, account.root, clock).invoke("gone", EVENT)


#: what MiniStack does not do, or asks IAM wrongly about
QUARANTINED: Answers = {
    "ec2.CreateTags": {},
    "ec2.DeleteTags": {},
    "ec2.ModifyNetworkInterfaceAttribute": {},
    "ec2.RevokeSecurityGroupEgress": {},
    "ec2.RevokeSecurityGroupIngress": {},
}


def _member(group: str) -> Answers:
    return {
        **QUARANTINED,
        "autoscaling.DescribeAutoScalingInstances": {
            "AutoScalingInstances": [{"AutoScalingGroupName": group}]
        },
        "autoscaling.DetachInstances": {"Activities": []},
    }


def rolled_back(cluster: str, service: str) -> Answers:
    """A service whose deployment failed, and one of whose before went through."""
    place = f"arn:aws:ecs:{REGION}:{ACCOUNT}"
    there = {
        "serviceArn": f"{place}:service/{cluster}/{service}",
        "status": "ACTIVE",
        "taskDefinition": f"{place}:task-definition/{service}:2",
        "deployments": [
            {
                "id": "ecs-svc/2",
                "status": "PRIMARY",
                "rolloutState": "FAILED",
                "taskDefinition": f"{place}:task-definition/{service}:2",
            }
        ],
    }
    revision = f"{place}:service-revision/{cluster}/{service}/4980306466373577095"
    deployment = {
        "targetServiceRevisionArn": revision,
        "createdAt": datetime(2026, 11, 1, tzinfo=UTC),
    }
    before = {
        "serviceRevisionArn": revision,
        "taskDefinition": f"{place}:task-definition/{service}:1",
    }
    return {
        "ecs.DescribeServices": {"services": [there], "failures": []},
        "ecs.ListServiceDeployments": {"serviceDeployments": [deployment]},
        "ecs.DescribeServiceRevisions": {"serviceRevisions": [before]},
        "ecs.UpdateService": {"service": there},
    }


def _http(action: str, more: str = "") -> Example:
    header = "headers: {authorization: \"${secret('sm:chat')}\"}"
    step = f"{{do: http.{action}, with: {{url: https://example.com/a, {header}{more}}}}}"
    return Example(step, (Scenario(_chat),))


def _notify(channel: str, prepare: Callable[[Account], Any]) -> Example:
    return Example(f"{{do: notify, with: {{to: {channel}, title: Hello}}}}", (Scenario(prepare),))


#: a resource of each service that `tags.apply` knows
_RESOURCES = {
    "dynamodb": "table/orders",
    "ec2": "instance/i-0123456789abcdef0",
    "ecs": "service/shop/checkout",
    "elasticloadbalancing": "loadbalancer/app/web/0123456789abcdef",
    "kms": "key/1234abcd-12ab-34cd-56ef-1234567890ab",
    "lambda": "function:tidy",
    "logs": "log-group:/app",
    "rds": "db:orders",
    "secretsmanager": "secret:chat-AbCdEf",
    "sns": "platform",
    "sqs": "jobs",
}


def _tags(service: str) -> Example:
    place = f"{REGION}:{ACCOUNT}:{_RESOURCES[service]}" if service != "s3" else "::exports"
    arn = f"arn:aws:{service}:{place}"
    step = f'{{do: tags.apply, with: {{service: {service}, resources: ["{arn}"], tags: {{a: b}}}}}}'
    done: Answers = {"resourcegroupstaggingapi.TagResources": {"FailedResourcesMap": {}}}
    return Example(step, (Scenario(_plainly, done),))


_EC2 = f"arn:aws:ec2:{REGION}:{ACCOUNT}"
_INTERFACE = f"{_EC2}:network-interface/eni-0123456789abcdef0"
_HOSTING = (
    Asked("ec2:CreateNetworkInterface", f"{_EC2}:subnet/subnet-1"),
    Asked("ec2:DeleteNetworkInterface", _INTERFACE),
    Asked("ec2:DescribeSubnets", "*"),
    Asked("ec2:CreateNetworkInterface", f"{_EC2}:security-group/sg-1"),
    Asked("ec2:CreateNetworkInterface", _INTERFACE),
    Asked("ec2:AssignPrivateIpAddresses", _INTERFACE),
    Asked("ec2:UnassignPrivateIpAddresses", _INTERFACE),
    Asked("ec2:DescribeNetworkInterfaces", "*"),
    Asked("xray:PutTelemetryRecords", "*"),
    Asked("xray:PutTraceSegments", "*"),
)
#: of a call that the function's own code makes
_FROM_WITHIN = {
    "lambda:SourceFunctionArn": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:opsloop-dev-hosted"
}
_QUEUES = f"arn:aws:sqs:{REGION}:{ACCOUNT}"


def _purge(guard: str, *kept_from: Asked) -> Example:
    step = f'{{do: aws.sqs.purge_queue, with: {{QueueUrl: "{GIVEN}"}}}}'
    return Example(step, (Scenario(_queue),), guard, kept_from)


_QUARANTINE = f'{{do: ec2.quarantine_instance, with: {{instance: "{GIVEN}"%s}}}}'
_SERVICE = "{cluster: shop, service: checkout}"

EXAMPLES: Mapping[str, Example] = {
    "ec2.quarantine_instance": Example(
        _QUARANTINE % "",
        (Scenario(_instance, QUARANTINED), Scenario(_open_quarantine, QUARANTINED)),
    ),
    "ec2.quarantine_instance, detach": Example(
        _QUARANTINE % ", detach: true",
        (Scenario(_instance, _member("web")), Scenario(_open_quarantine, _member("web"))),
    ),
    "ec2.release_instance": Example(
        f'{{do: ec2.release_instance, with: {{instance: "{GIVEN}"}}}}',
        (Scenario(_quarantined, QUARANTINED),),
    ),
    "ecs.force_deployment": Example(
        f"{{do: ecs.force_deployment, with: {_SERVICE}}}",
        (Scenario(_plainly, rolled_back("shop", "checkout")),),
    ),
    "ecs.roll_back_deployment": Example(
        f"{{do: ecs.roll_back_deployment, with: {_SERVICE}}}",
        (Scenario(_plainly, rolled_back("shop", "checkout")),),
    ),
    "http.get": _http("get"),
    "http.post": _http("post"),
    "http.request": _http("request", ", method: PUT"),
    "iam.disable_access_key": Example(
        f'{{do: iam.disable_access_key, with: {{user: mallory, access_key: "{GIVEN}"}}}}',
        (Scenario(_key_of("/")), Scenario(_key_of("/ops/"))),
    ),
    "notify, sns": _notify("mail", _plainly),
    "notify, sns under a key": _notify("sealed", _sealed),
    "notify, secret in SSM": _notify("pager", _plainly),
    "notify, secret in Secrets Manager": _notify("chat", _chat),
    "s3.block_public_access": Example(
        "{do: s3.block_public_access, with: {bucket: exports}}", (Scenario(open_bucket),)
    ),
    "only, by its ARN": _purge(
        f'{{only: {{arns: ["{_QUEUES}:jobs"]}}}}', Asked("sqs:PurgeQueue", f"{_QUEUES}:jobs-2")
    ),
    "only, by its tags": _purge(
        "{only: {tags: {env: dev}}}",
        Asked("sqs:PurgeQueue", f"{_QUEUES}:jobs", {"aws:ResourceTag/env": "prod"}),
        Asked("sqs:PurgeQueue", f"{_QUEUES}:jobs"),
    ),
    "except, by its ARN": _purge(
        f'{{except: {{arns: ["{_QUEUES}:pay*"]}}}}', Asked("sqs:PurgeQueue", f"{_QUEUES}:payments")
    ),
    "except, by its tags": _purge(
        "{except: {tags: {env: prod}}}",
        Asked("sqs:PurgeQueue", f"{_QUEUES}:orders", {"aws:ResourceTag/env": "prod"}),
    ),
    "tags.read": Example(
        '{do: tags.read, with: {resources: ["arn:aws:s3:::exports"]}}', (Scenario(_plainly),)
    ),
    **{f"tags.apply, {service}": _tags(service) for service in (*_RESOURCES, "s3")},
}
