"""An AWS account in this process: moto, with the stage's own stack in it.

Everything under `embedded_account` that asks boto3 for AWS gets moto, and nothing else can:
see `isolation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import boto3
from moto import mock_aws

from opsloop.deploy.names import stack_name
from opsloop.local.isolation import isolated

#: the account that moto is
ACCOUNT = "123456789012"


@contextmanager
def embedded_account(stage: str, region: str, template: Path) -> Iterator[boto3.Session]:
    """The account, with the journal and the dead-letter queue that infra/opsloop.yaml makes."""
    with isolated(region), mock_aws():
        session = boto3.Session(region_name=region)
        session.client("cloudformation").create_stack(
            StackName=stack_name(stage),
            TemplateBody=template.read_text(encoding="utf-8"),
            Parameters=[{"ParameterKey": "Stage", "ParameterValue": stage}],
        )
        yield session
