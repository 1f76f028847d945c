"""One MiniStack, and one deployment into it, for all tests that look at what is deployed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.deployment import Aws, name, wire
from tests.e2e.e2e_project import RULES, STAGE, Project, make_project
from tests.e2e.ministack import aws_environment, ministack


@pytest.fixture(scope="package")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """An empty account that remembers every call."""
    with pytest.MonkeyPatch.context() as patch:
        for variable in ("AWS_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            patch.delenv(variable, raising=False)
        with ministack(tmp_path_factory.mktemp("ministack"), trail=True) as endpoint:
            yield Aws(endpoint)


@pytest.fixture(scope="package")
def deployed(aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project, deployed as its user would."""
    folder = tmp_path_factory.mktemp("project")
    project = make_project(folder, aws_environment(aws.endpoint))
    for topic in ("e2e-releases", "e2e-alarms"):
        aws.client("sns").create_topic(Name=topic)
    project.opsloop("infra", "--stage", STAGE)
    project.chalice("deploy", "--stage", STAGE)
    assert set(RULES) <= set(project.functions())
    assert wire(project) == dict.fromkeys(map(name, project.functions()), "wired")
    return project
