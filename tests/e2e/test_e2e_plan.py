"""`opsloop plan` and `opsloop drift` on MiniStack, against what `chalice deploy` made there."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from opsloop.output import AWS, DIFFERS, OK
from tests.e2e.deployment import Aws, name
from tests.e2e.e2e_project import STAGE, Project

pytestmark = pytest.mark.e2e


def told(project: Project, command: str, expected: int) -> Any:
    """What the command says, as JSON, where it exits as it should."""
    words = [str(Path(sys.executable).with_name("opsloop")), command, "--stage", STAGE, "--json"]
    done = subprocess.run(  # noqa: S603 - our own program
        words,
        env=project.environment,
        cwd=project.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == expected, done.stdout + done.stderr
    return json.loads(done.stdout)


def of_rules(drifted: Any) -> list[Any]:
    """What drifted, but for the table.

    The queue lets nobody in without TLS, which MiniStack does not speak: that it could not be
    read is said, and makes the command exit as it does where AWS refuses a read.
    """
    (unread,) = drifted["unread"]
    assert unread["what"] == f"sqs:GetQueueAttributes opsloop-{STAGE}-dead-letters"
    return [one for one in drifted["drift"] if not one["resource"].startswith("table ")]


@contextmanager
def edited(project: Project, rule: str, old: str, new: str) -> Iterator[None]:
    """The project, with one rule edited for a while."""
    path = project.folder / "rules" / "e2e" / f"{rule}.yaml"
    before = path.read_text(encoding="utf-8")
    assert old in before
    path.write_text(before.replace(old, new), encoding="utf-8")
    try:
        yield
    finally:
        path.write_text(before, encoding="utf-8")


def test_after_a_deployment_nothing_is_left_to_change_and_nothing_drifted(
    deployed: Project,
) -> None:
    planned = told(deployed, "plan", OK)
    assert (planned["changes"], planned["notes"], planned["unread"]) == ([], [], [])
    drifted = told(deployed, "drift", AWS)
    assert (of_rules(drifted), drifted["notes"]) == ([], [])
    # what MiniStack's CloudFormation makes nothing of
    table = [one["what"] for one in drifted["drift"]]
    assert table == ["encryption", "time to live", "point-in-time recovery"]


def test_an_edited_rule_is_in_the_plan(deployed: Project) -> None:
    with edited(deployed, "disable-key", "[Access Key Found]", "[Access Key Found, Key Leaked]"):
        found = told(deployed, "plan", DIFFERS)
    (change,) = found["changes"]
    assert (change["action"], change["name"]) == ("change", "disable-key")
    fact, compiled = change["facts"]
    assert [fact["path"], compiled["path"]] == [["trigger", "pattern"], ["rule", "compiled"]]
    types = [fact[side]["detail-type"] for side in ("before", "after")]
    assert types == [["Access Key Found"], ["Access Key Found", "Key Leaked"]]
    assert found["permissions"] == {"gained": [], "lost": []}


def test_a_step_more_is_in_the_plan_with_its_permission(deployed: Project) -> None:
    """The plan that runs is read from the package that Lambda has."""
    step = "then:\n  - do: aws.iam.delete_access_key\n    with: {AccessKeyId: AKIAX, UserName: x}\n"
    with edited(deployed, "disable-key", "then:\n", step):
        found = told(deployed, "plan", DIFFERS)
    (change,) = found["changes"]
    paths = [fact["path"] for fact in change["facts"]]
    assert paths == [["rule", "then"], ["rule", "compiled"]]
    gained = {(one["action"], one["danger"]) for one in found["permissions"]["gained"]}
    assert gained == {("iam:DeleteAccessKey", "changes who may do what")}


def test_what_is_changed_by_hand_is_drift(aws: Aws, deployed: Project) -> None:
    events, iam = aws.client("events"), aws.client("iam")
    rule = f"{name('close-bucket')}-event"
    role = {"RoleName": name("delete-volume"), "PolicyName": name("delete-volume")}
    policy = json.dumps(deployed.policy("delete-volume"))
    try:
        events.disable_rule(Name=rule)
        more = json.loads(policy)
        more["Statement"].append({"Effect": "Allow", "Action": "ec2:*", "Resource": "*"})
        iam.put_role_policy(**role, PolicyDocument=json.dumps(more))
        found = of_rules(told(deployed, "drift", AWS))
    finally:
        events.enable_rule(Name=rule)
        iam.put_role_policy(**role, PolicyDocument=policy)
    assert found == [
        {
            "resource": f"EventBridge rule {rule}",
            "what": "state",
            "expected": "ENABLED",
            "found": "DISABLED",
            "mend": f"aws events enable-rule --name {rule}",
        },
        {
            "resource": f"role {role['RoleName']}",
            "what": f"inline policy {role['PolicyName']}",
            "expected": [],
            "found": ["ec2:* on *"],
            "mend": f"chalice deploy --stage {STAGE}",
        },
    ]
    assert of_rules(told(deployed, "drift", AWS)) == []
