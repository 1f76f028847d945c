"""The handlers that Lambda runs, from a cold start to the journal, each rule on its real event.

And what they come to when something is wrong: each end is clear, nothing is told as a success
that was none.
"""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.actions.servers import Server, serving
from tests.app.projects import ROOT, deployable, python, shipped

EVENTS = ROOT / "tests" / "events"
OPENED = "customer-exports is opened to everybody"
INTRUDER = "GuardDuty is sure of an intruder"
EXPOSED = "AWS finds an access key in public"
STILL = [
    "open to everybody",
    "open to everybody",
    "Active",
    "in security group default",
    "no creator tag",
]
SERVICE = "arn:aws:ecs:us-west-2:123456789012:service/default/servicetest"


def definition(revision: int) -> str:
    return f"arn:aws:ecs:us-west-2:123456789012:task-definition/servicetest:{revision}"


def shape(name: str, **changed: Any) -> Any:
    return {**json.loads((EVENTS / f"{name}.json").read_text()), **changed}


#: ECS as it is after a deployment that failed: moto keeps no such record
FAILED_DEPLOYMENT = {
    "ecs.DescribeServices": {
        "services": [
            {
                "serviceArn": SERVICE,
                "status": "ACTIVE",
                "taskDefinition": definition(3),
                "deployments": [
                    {
                        "id": "ecs-svc/123",
                        "status": "PRIMARY",
                        "taskDefinition": definition(3),
                        "rolloutState": "FAILED",
                    }
                ],
            }
        ],
        "failures": [],
    },
    "ecs.ListServiceDeployments": {
        "serviceDeployments": [{"targetServiceRevisionArn": "r/2", "createdAt": "2020-05-01"}]
    },
    "ecs.DescribeServiceRevisions": {
        "serviceRevisions": [{"serviceRevisionArn": "r/2", "taskDefinition": definition(2)}]
    },
    "ecs.UpdateService": {
        "service": {
            "serviceArn": SERVICE,
            "taskDefinition": definition(2),
            "deployments": [{"id": "ecs-svc/124", "status": "PRIMARY"}],
        }
    },
}
BY_TOPIC = (
    (ROOT / "rules/hosts/reboot-impaired-instance.yaml")
    .read_text(encoding="utf-8")
    .replace("to: ALARM}", "to: ALARM, via: topic, topic: alarms}")
)


@pytest.fixture(scope="module")
def pager() -> Iterator[Server]:
    with serving() as server:
        yield server


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, pager: Server) -> Path:
    """The shipped rules and one by topic; the pager is a server on loopback."""
    url = f"http://127.0.0.1:{pager.port}/page"
    settings = {"type": "webhook", "url": url, "networks": ["127.0.0.0/8"]}
    rules = {**shipped(**settings), "hosts/reboot-by-topic.yaml": BY_TOPIC}
    return deployable(tmp_path_factory.mktemp("app"), rules)


SCENARIOS: dict[str, Any] = {
    "closes": {"rule": "close-public-bucket", "events": [OPENED, OPENED]},
    "approved": {
        "rule": "close-public-bucket",
        "events": ["public-website is opened, and tagged for it"],
    },
    "tags": {"rule": "tag-instance-with-creator", "events": ["maria starts an instance"]},
    "reboots": {
        "rule": "reboot-impaired-instance",
        "events": ["an instance fails its status check"],
    },
    "reboots by topic": {
        "rule": "reboot-by-topic",
        "events": [
            shape("cloudwatch-alarm-status-check-by-sns"),
            shape("cloudwatch-alarm-status-check"),
        ],
    },
    "isolates": {"rule": "quarantine-instance", "events": [INTRUDER]},
    "probed": {"rule": "quarantine-instance", "events": ["GuardDuty sees a port probe"]},
    "disables": {"rule": "disable-exposed-key", "events": [EXPOSED]},
    "pages": {"rule": "page-on-root-login", "events": ["root signs in"]},
    "reports": {"rule": "report-unattached-volumes", "events": ["it is Monday, 7 o'clock"]},
    "rolls back": {
        "rule": "roll-back-failed-deployment",
        "events": [shape("ecs-deployment-failed")],
        "answers": FAILED_DEPLOYMENT,
    },
    "no event": {
        "rule": "quarantine-instance",
        "events": [{}, [], None, "text", 7, {"detail-type": "x"}, {"Records": []}],
    },
    "another shape": {
        "rule": "disable-exposed-key",
        "events": [shape("health-credentials-exposed", detail={"affectedEntities": "none"})],
    },
    "a megabyte": {
        "rule": "quarantine-instance",
        "events": [INTRUDER],
        "more": {"padding": ["0123456789abcdef" * 64] * 1024},
    },
    "the action fails": {
        "rule": "close-public-bucket",
        "events": [OPENED],
        "answers": {"s3.PutPublicAccessBlock": "denied"},
    },
    "the action breaks": {
        "rule": "close-public-bucket",
        "events": [OPENED],
        "answers": {"s3.PutPublicAccessBlock": "breaks"},
    },
    "the fact is denied": {
        "rule": "close-public-bucket",
        "events": [OPENED],
        "answers": {"s3.GetBucketTagging": "denied"},
    },
    "no admission": {
        "rule": "close-public-bucket",
        "events": [OPENED],
        "answers": {"dynamodb.PutItem": "denied", "dynamodb.TransactWriteItems": "denied"},
    },
    "no close": {
        "rule": "close-public-bucket",
        "events": [OPENED],
        "answers": {"dynamodb.UpdateItem": "denied"},
    },
}


@pytest.fixture(scope="module")
def ran(project: Path) -> dict[str, Any]:
    """Every scenario, in one process: each with an account and cold starts of its own."""
    lines = "".join(f"{json.dumps(scenario)}\n" for scenario in SCENARIOS.values())
    done: subprocess.CompletedProcess[str] = python(project, "-m", "tests.app.driver", given=lines)
    assert done.returncode == 0, done.stderr
    return dict(zip(SCENARIOS, map(json.loads, done.stdout.splitlines()), strict=True))


def outcomes(one: Any) -> list[str]:
    """What each invocation came to."""
    return [
        told["raised"] if "raised" in told else ", ".join(o["outcome"] for o in told["outcomes"])
        for told in one["told"]
    ]


#: scenario: what the function told, what the journal says, what is different in the account
ENDS = {
    "closes": (["succeeded", "duplicate"], ["succeeded"], {0: "closed to the public"}),
    "approved": (["not met"], [], {}),
    "tags": (["succeeded"], ["succeeded"], {4: "creator: maria"}),
    # the alarm says later whether it helped: until then nothing runs
    "reboots": (["waiting"], ["waiting"], {}),
    "reboots by topic": (["waiting", "waiting"], ["waiting"], {}),
    "isolates": (["succeeded"], ["succeeded"], {3: "in security group opsloop-quarantine"}),
    "probed": (["not met"], [], {}),
    "disables": (["succeeded"], ["succeeded"], {2: "Inactive"}),
    "pages": (["succeeded"], ["succeeded"], {}),
    "reports": (["succeeded"], ["succeeded"], {}),
    "rolls back": (["succeeded"], ["succeeded"], {}),
    "no event": (["EventError"] * 7, [], {}),
    "another shape": (["EventError"], [], {}),
    "a megabyte": (["succeeded"], ["succeeded"], {3: "in security group opsloop-quarantine"}),
    "the action fails": (["failed"], ["failed"], {}),
    "the action breaks": (["failed"], ["failed"], {}),
    "the fact is denied": (["failed"], ["failed"], {}),
    "no admission": (["JournalError"], [], {}),
    "no close": (["JournalError"], ["running"], {0: "closed to the public"}),
}


def test_every_scenario_has_an_end() -> None:
    assert ENDS.keys() == SCENARIOS.keys()


@pytest.mark.parametrize("name", ENDS)
def test_how_it_ends(ran: dict[str, Any], name: str) -> None:
    told, written, changed = ENDS[name]
    assert outcomes(ran[name]) == told
    assert [one["status"] for one in ran[name]["journal"]] == written
    assert ran[name]["state"] == [changed.get(n, was) for n, was in enumerate(STILL)]


#: scenario: the steps on record, each with what it did and how it went
STEPS = {
    "closes": ["s3.block_public_access succeeded", "notify succeeded"],
    "tags": ["tags.apply succeeded"],
    "reboots": ["aws.ec2.reboot_instances succeeded", "notify succeeded"],
    "reboots by topic": ["aws.ec2.reboot_instances succeeded", "notify succeeded"],
    "isolates": ["ec2.quarantine_instance succeeded", "notify succeeded"],
    "disables": ["iam.disable_access_key succeeded", "notify succeeded"],
    "pages": ["notify succeeded"],
    "reports": ["notify succeeded"],
    "rolls back": ["ecs.roll_back_deployment succeeded", "notify succeeded"],
    "a megabyte": ["ec2.quarantine_instance succeeded", "notify succeeded"],
    "the action fails": ["s3.block_public_access failed", "notify succeeded"],
    "the action breaks": ["s3.block_public_access failed", "notify succeeded"],
    "the fact is denied": ["notify succeeded"],
}


@pytest.mark.parametrize("name", STEPS)
def test_what_is_on_record(ran: dict[str, Any], name: str) -> None:
    (execution,) = ran[name]["journal"]
    assert [f"{step['do']} {step['status']}" for step in execution["steps"]] == STEPS[name]
    ids = {o["execution"] for told in ran[name]["told"] for o in told["outcomes"]}
    assert ids == {execution["id"]}
    assert execution["mode"] == "active"
    assert (execution["closed"] is None) is (execution["status"] == "waiting")


ERRORS = {
    "the action fails": ("action", "close", "AccessDeniedException"),
    "the action breaks": ("action", "close", "RuntimeError"),
    "the fact is denied": ("fact", "tags", "AccessDeniedException"),
}


@pytest.mark.parametrize("name", ERRORS)
def test_a_failure_says_where_and_why(ran: dict[str, Any], pager: Server, name: str) -> None:
    (execution,) = ran[name]["journal"]
    error = execution["error"]
    assert (error["kind"], error["step"], error["code"]) == ERRORS[name]
    assert ran[name]["told"][0]["outcomes"][0]["reason"] == error["message"]
    # on_failure told the pager, and nobody was told that it went well
    assert ran[name]["messages"] == {"security": [], "platform": []}
    paged = [json.loads(body) for _, _, _, body in pager.asked]
    assert [one for one in paged if error["message"] in json.dumps(one)] != []


def test_the_pager_rings_for_root(ran: dict[str, Any], pager: Server) -> None:
    assert outcomes(ran["pages"]) == ["succeeded"]
    paged = [json.loads(body) for _, _, _, body in pager.asked]
    assert sum("Root signed in to 123456789012" in json.dumps(one) for one in paged) == 1


MESSAGES = {
    "closes": ("security", "customer-exports was opened by myUserName and closed again"),
    "disables": ("security", "A public access key of deploy-bot was disabled"),
    "reports": ("platform", "3 volumes are attached to nothing, 128 GiB"),
    "rolls back": ("platform", "servicetest: deployment failed, rolled back"),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_people_are_told_once(ran: dict[str, Any], name: str) -> None:
    channel, text = MESSAGES[name]
    assert ran[name]["messages"] == {"security": [], "platform": []} | {channel: [text]}


def test_a_deployment_goes_back_in_its_own_cluster(ran: dict[str, Any]) -> None:
    asked = dict(ran["rolls back"]["asked"])
    assert '"cluster": "default"' in asked["ecs.UpdateService"]
    assert '"service": "servicetest"' in asked["ecs.UpdateService"]
    assert definition(2) in asked["ecs.UpdateService"]


def test_one_alarm_by_two_roads_is_one_execution(ran: dict[str, Any]) -> None:
    by_topic, by_bus = ran["reboots by topic"]["told"]
    assert by_topic["outcomes"][0]["execution"] == by_bus["outcomes"][0]["execution"]


def test_an_event_of_a_megabyte_is_kept_small(ran: dict[str, Any]) -> None:
    (execution,) = ran["a megabyte"]["journal"]
    assert execution["event"]["source"] == "aws.guardduty"


def test_what_could_not_be_written_is_raised_so_that_lambda_tries_again(
    ran: dict[str, Any],
) -> None:
    (told,) = ran["no admission"]["told"]
    assert told["message"].startswith("could not admit execution ")
    assert "AccessDeniedException" in told["message"]
    assert ran["no admission"]["messages"] == {"security": [], "platform": []}


def test_what_was_done_but_not_closed_is_no_success(ran: dict[str, Any]) -> None:
    """The next delivery sees it running: whoever looks finds it unfinished, never succeeded."""
    assert [told["raised"] for told in ran["no close"]["told"]] == ["JournalError"]
    assert not [line for line in ran["no close"]["logs"] if "Succeeded" in line]


def test_every_line_of_the_log_is_json_and_says_whose_it_is(ran: dict[str, Any]) -> None:
    for name, one in ran.items():
        lines = [json.loads(line) for line in one["logs"]]
        rules = {line["rule"] for line in lines}
        assert rules <= {SCENARIOS[name]["rule"]}
    assert sum(bool(one["logs"]) for one in ran.values()) >= len(STEPS)


#: what waits is counted when it ends
COUNTED = {"succeeded": {"Succeeded"}, "failed": {"Failed"}, "waiting": set()}


@pytest.mark.parametrize("name", STEPS)
def test_metrics_count_what_happened_and_nothing_else(ran: dict[str, Any], name: str) -> None:
    lines = [json.loads(line) for line in ran[name]["logs"]]
    counted = {
        metric["Name"]
        for line in lines
        if "_aws" in line
        for directive in line["_aws"]["CloudWatchMetrics"]
        for metric in directive["Metrics"]
    }
    (execution,) = ran[name]["journal"]
    assert counted == COUNTED[execution["status"]]
