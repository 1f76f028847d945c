import subprocess
import sys

import pytest

from chalicelib.actions import TABLE, find
from chalicelib.errors import PlanError

LIGHT = """
import sys
import chalicelib.actions, chalicelib.actions.tools, chalicelib.secrets
heavy = {"boto3", "botocore", "urllib3", "apprise", "aws_lambda_powertools.utilities.parameters"}
ours = {"aws", "ec2", "ecs", "http", "iam", "notify", "s3", "tags", "paging", "transport"}
print(sorted((heavy | {f"chalicelib.actions.{name}" for name in ours}) & set(sys.modules)))
"""


@pytest.mark.parametrize("name", TABLE)
def test_every_entry_is_the_action_of_its_name(name: str) -> None:
    assert find(name).name == name


def test_importing_the_catalogue_loads_no_action_and_nothing_heavy() -> None:
    run = [sys.executable, "-c", LIGHT]
    assert subprocess.run(run, capture_output=True, text=True, check=True).stdout == "[]\n"  # noqa: S603


@pytest.mark.parametrize(
    ("name", "effect"),
    [
        ("aws.ec2.describe_instances", "read"),
        ("aws.ec2.stop_instances", "once"),
        ("aws.sts.get_session_token", "once"),
    ],
)
def test_every_operation_of_boto3_is_an_action(name: str, effect: str) -> None:
    found = find(name)
    assert (found.name, found.effect, found.permissions) == (name, effect, ())


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "s3.close",
            (
                "found the action 's3.close'; expected one of ec2.quarantine_instance, "
                "ec2.release_instance, ecs.force_deployment, ecs.roll_back_deployment, http.get, "
                "http.post, http.request, iam.disable_access_key, notify, s3.block_public_access, "
                "tags.apply, tags.read, aws.<service>.<operation>"
            ),
        ),
        ("aws.ec2", "found the action 'aws.ec2'; expected aws.<service>.<operation>"),
        ("aws..x", "found the action 'aws..x'; expected aws.<service>.<operation>"),
        ("aws.a.b.c", "found the action 'aws.a.b.c'; expected aws.<service>.<operation>"),
    ],
)
def test_says_what_there_is(name: str, message: str) -> None:
    with pytest.raises(PlanError) as raised:
        find(name)
    assert str(raised.value) == message
