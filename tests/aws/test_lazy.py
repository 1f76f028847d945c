"""Who does not ask AWS's models does not pay for them."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("boto3", "botocore", "orjson", "policy_sentry", "yaml", "pydantic")


def loaded(code: str) -> set[str]:
    """The heavy packages that a fresh interpreter has loaded after the code."""
    program = f"import sys\n{code}\nprint(*(name for name in {HEAVY} if name in sys.modules))"
    ran = subprocess.run(  # noqa: S603 - our own interpreter on our own text
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    return set(ran.stdout.split())


MODULES = "from opsloop.aws import calls, cloudtrail, operations, own, permissions, policy\n"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (MODULES, set()),
        (MODULES + "operations.operation('ec2', 'stop_instances').effect", {"botocore", "orjson"}),
        (MODULES + "cloudtrail.api_calls('ec2:RunInstances')", {"botocore", "orjson"}),
        (
            MODULES + "permissions.access_level('ec2', 'stop_instances')",
            {"botocore", "orjson", "policy_sentry"},
        ),
    ],
)
def test_what_is_loaded(code: str, expected: set[str]) -> None:
    assert loaded(code) == expected
