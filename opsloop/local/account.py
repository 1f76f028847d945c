"""An AWS account in this process: moto, with the stage's journal in it.

Everything under `embedded_account` that asks boto3 for AWS gets moto, and nothing else can:
see `isolation`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import boto3

from opsloop.deploy.names import table_name
from opsloop.deploy.template import create_journal
from opsloop.local.isolation import isolated

#: the account that moto is
ACCOUNT = "123456789012"


@contextmanager
def embedded_account(stage: str, region: str) -> Iterator[boto3.Session]:
    """The account, with the journal's table as infra/opsloop.yaml defines it."""
    with isolated(region):
        from moto import mock_aws  # noqa: PLC0415 - it reads the environment when imported

        with mock_aws():
            session = boto3.Session(region_name=region)
            create_journal(session.client("dynamodb"), table_name(stage))
            yield session
