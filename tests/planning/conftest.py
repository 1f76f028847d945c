"""A stage on moto, deployed; nothing leaves this machine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from moto import mock_aws

from opsloop.local.isolation import isolated
from tests.planning.stage import REGION, Account, Deployment, project


@contextmanager
def account(folder: Path) -> Iterator[Deployment]:
    """A project that was never deployed, and an account to deploy it to."""
    with isolated(REGION), mock_aws():
        session = Account(region_name=REGION)
        session.client("sns").create_topic(Name="releases")
        yield Deployment(project(folder), session)


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    """Not deployed."""
    with account(tmp_path) as made:
        yield made


@pytest.fixture
def deployed(deployment: Deployment) -> Deployment:
    """Deployed, for one test to spoil."""
    deployment()
    return deployment


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Deployed, for tests that only look."""
    with account(tmp_path_factory.mktemp("shared")) as made:
        made()
        yield made
