"""The shipped rules and the waker, each with the scenarios that need its whole policy.

Events are the library's own, about what is there.
"""

from __future__ import annotations

import copy
import functools
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from chalicelib.plans import WAKER
from tests.compiler.golden import shipped
from tests.permissions.account import Account
from tests.permissions.actions import QUARANTINED, open_bucket, rolled_back, waiting
from tests.permissions.network import instance_of, open_quarantine
from tests.permissions.running import Scenario, Subject
from tests.permissions.watching import failing

EVENTS = Path(__file__).parents[1] / "events"
STAGE = "dev"


def subjects() -> list[Subject]:
    """Every shipped rule; one without scenarios is an error."""
    made = shipped()
    return [
        Subject(rule, made.plans[rule], made.stages[STAGE], policy, tuple(SCENARIOS[rule]))
        for rule, policy in made.policies[STAGE].items()
        if rule != WAKER
    ]


@functools.cache
def _sample(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


def _event(name: str) -> Any:
    """An event of the library's, to be changed."""
    return copy.deepcopy(_sample(name))


def _same(name: str) -> Callable[[Account], Any]:
    """The event as it is, about nothing that has to be there."""
    return lambda _account: _event(name)


def _opened_bucket(account: Account) -> Any:
    open_bucket(account)
    event = _event("s3-delete-bucket-public-access-block")
    event["detail"]["requestParameters"]["bucketName"] = "exports"
    return event


def _exposed_key(account: Account) -> Any:
    iam = account.client("iam")
    iam.create_user(UserName="mallory")
    key = iam.create_access_key(UserName="mallory")["AccessKey"]["AccessKeyId"]
    event = _event("health-credentials-exposed")
    event["detail"]["affectedEntities"] = [{"entityValue": key}]
    return event


def _infected_instance(account: Account) -> Any:
    instance = instance_of(account)
    open_quarantine(account, instance)
    return _infected(instance)


def _first_infected_instance(account: Account) -> Any:
    return _infected(instance_of(account))


def _infected(instance: str) -> Any:
    event = _event("guardduty-ec2-malicious-ip")
    event["detail"]["resource"]["instanceDetails"]["instanceId"] = instance
    event["detail"]["severity"] = 8
    return event


def _recovering_instance(account: Account) -> Any:
    """An instance whose alarm is OK when it is looked at again."""
    watch = account.client("cloudwatch")
    watch.put_metric_alarm(
        AlarmName="web-status-check",
        Namespace="AWS/EC2",
        MetricName="StatusCheckFailed_Instance",
        Statistic="Maximum",
        Period=60,
        EvaluationPeriods=2,
        Threshold=1,
        ComparisonOperator="GreaterThanOrEqualToThreshold",
    )
    watch.set_alarm_state(AlarmName="web-status-check", StateValue="OK", StateReason="rebooted")
    return _impaired_instance(account)


def _impaired_instance(account: Account) -> Any:
    """An instance whose alarm nobody finds any more."""
    instance = instance_of(account)
    event = _event("cloudwatch-alarm-status-check")
    (metric,) = event["detail"]["configuration"]["metrics"]
    metric["metricStat"]["metric"]["dimensions"]["InstanceId"] = instance
    return event


def _unattached_volume(account: Account) -> Any:
    account.client("ec2").create_volume(AvailabilityZone=f"{account.region}a", Size=8)
    return _event("events-scheduled-event")


def _new_instance(account: Account) -> Any:
    event = _event("ec2-run-instances")
    items = event["detail"]["responseElements"]["instancesSet"]["items"]
    for item in items:
        item["instanceId"] = instance_of(account)
        item["tagSet"] = {"items": []}
    return event


_WELL = {
    "InstanceStatuses": [
        {"InstanceState": {"Name": "running"}, "SystemStatus": {"Status": "ok"}},
    ]
}

_OWNER = {"iam.GetAccessKeyLastUsed": {"UserName": "mallory"}}

SCENARIOS: Mapping[str, list[Scenario]] = {
    "close-public-bucket": [
        Scenario(_opened_bucket),
        Scenario(_opened_bucket, {"s3.PutPublicAccessBlock": failing()}, "failed"),
    ],
    "disable-exposed-key": [
        Scenario(_exposed_key, _OWNER),
        Scenario(_exposed_key, {**_OWNER, "iam.UpdateAccessKey": failing()}, "failed"),
    ],
    "page-on-root-login": [
        Scenario(_same("signin-root-console-login")),
        Scenario(_same("signin-root-console-login"), {"ssm.GetParameter": failing()}, "failed"),
    ],
    "quarantine-instance": [
        Scenario(_first_infected_instance, QUARANTINED),
        Scenario(
            _infected_instance,
            {**QUARANTINED, "ec2.ModifyNetworkInterfaceAttribute": failing()},
            "failed",
        ),
    ],
    "reboot-impaired-instance": [
        Scenario(_recovering_instance, {"ec2.DescribeInstanceStatus": _WELL}),
        Scenario(_impaired_instance, {"ec2.DescribeInstanceStatus": _WELL}, "failed"),
    ],
    "report-unattached-volumes": [Scenario(_unattached_volume)],
    "roll-back-failed-deployment": [
        Scenario(_same("ecs-deployment-failed"), rolled_back("default", "servicetest")),
        Scenario(
            _same("ecs-deployment-failed"),
            {**rolled_back("default", "servicetest"), "ecs.UpdateService": failing()},
            "failed",
        ),
    ],
    "tag-instance-with-creator": [
        Scenario(
            _new_instance, {"resourcegroupstaggingapi.TagResources": {"FailedResourcesMap": {}}}
        ),
        Scenario(_new_instance, {"resourcegroupstaggingapi.TagResources": failing()}, "failed"),
    ],
}


def waker() -> Subject:
    """The stage's waker, with an execution that is due and whose rule is gone."""
    made = shipped()
    plan: Any = {**next(iter(made.plans.values())), "rule": WAKER}
    policy = made.policies[STAGE][WAKER]
    return Subject(WAKER, plan, made.stages[STAGE], policy, (Scenario(waiting, end="superseded"),))
