"""app.py as `chalice deploy` loads it: one function for each rule, wired as the rule says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.app.projects import deployable, python

HEADER = "# yaml-language-server: $schema=../rule.schema.json\n"
RULE = f"""\
{HEADER}description: It is one.
owner: team
severity: low
mode: active
when: WHEN
then:
  - do: aws.sns.publish
    with: {{TopicArn: "arn:aws:sns:us-east-1:123456789012:ops", Message: hello}}
"""
WHEN = {
    "bucket-opened": "{api: s3:PutBucketAcl}",
    "by-hand": "{manual: {}}",
    "custom": "{event: {source: [our.shop], detail: {total: [{numeric: ['>', 5]}]}}}",
    "daily": "{schedule: cron(0 7 * * ? *)}",
    "disk-full": "{alarm: {names: ['disk-*']}}",
    "released": "{topic: releases}",
    "sleeping": "{api: s3:PutBucketAcl}",
    "western": "{schedule: rate(1 day)}",
}
MORE = {"sleeping": "mode: 'off'", "western": "mode: active\nregions: [us-west-2]"}
SETTINGS = """\
stages:
  dev: {account: "123456789012", region: us-east-1, max_mode: active}
  west: {account: "123456789012", region: us-west-2, max_mode: observe}
  asleep: {account: "123456789012", region: us-east-1, max_mode: 'off'}
"""
RULES = {
    "opsloop.yaml": SETTINGS,
    **{
        f"pack/{name}.yaml": RULE.replace("WHEN", when).replace(
            "mode: active", MORE.get(name, "mode: active")
        )
        for name, when in WHEN.items()
    },
}
LOOK = """
import json, app
from chalice.app import CloudWatchEventConfig, ScheduledEventConfig, SNSEventConfig

def wired(source):
    if isinstance(source, CloudWatchEventConfig):
        return source.event_pattern
    if isinstance(source, ScheduledEventConfig):
        return [str(source.schedule_expression), source.description]
    assert isinstance(source, SNSEventConfig), source
    return source.topic

found = {one.name: [type(one).__name__, wired(one)] for one in app.app.event_sources}
found |= {one.name: ["LambdaFunction", None] for one in app.app.pure_lambda_functions}
every = [*app.app.event_sources, *app.app.pure_lambda_functions]
print(json.dumps({
    "found": found,
    "handlers": sorted(one.handler_string for one in every),
    "bound": sorted(name for name in vars(app) if name in found),
}))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return deployable(tmp_path_factory.mktemp("app"), RULES)


def look(project: Path, **environment: str) -> Any:
    ran = python(project, "-c", LOOK, environment=environment)
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


def pattern(project: Path, rule: str) -> Any:
    plan = json.loads((project / "chalicelib/compiled" / f"{rule}.json").read_text())
    return plan["wire"]["pattern"]


def test_every_rule_gets_the_decorator_of_its_trigger(project: Path) -> None:
    assert look(project)["found"] == {
        "bucket-opened": ["CloudWatchEventConfig", pattern(project, "bucket-opened")],
        "by-hand": ["LambdaFunction", None],
        "custom": [
            "CloudWatchEventConfig",
            {"source": ["our.shop"], "detail": {"total": [{"numeric": [">", 5]}]}},
        ],
        "daily": ["ScheduledEventConfig", ["cron(0 7 * * ? *)", "It is one."]],
        "disk-full": ["CloudWatchEventConfig", pattern(project, "disk-full")],
        "released": ["SNSEventConfig", "releases"],
        "western": ["ScheduledEventConfig", ["rate(1 day)", "It is one."]],
        "waker": ["ScheduledEventConfig", ["rate(1 minute)", "Wakes what is due."]],
    }


def test_each_function_is_app_dot_its_name(project: Path) -> None:
    looked = look(project)
    assert looked["bound"] == sorted(looked["found"])
    assert looked["handlers"] == sorted(f"app.{name}" for name in looked["found"])


EVERYWHERE = {"bucket-opened", "by-hand", "custom", "daily", "disk-full", "released"}
#: a stage without rules needs no waker either
STAGES = {
    "dev": EVERYWHERE | {"waker"},
    "west": EVERYWHERE | {"waker", "western"},
    "asleep": set(),
}


@pytest.mark.parametrize(("stage", "rules"), STAGES.items())
def test_a_stage_has_the_rules_of_its_region_and_mode(
    project: Path, stage: str, rules: set[str]
) -> None:
    assert set(look(project, OPSLOOP_STAGE=stage)["found"]) == rules


def refused(project: Path, **environment: str) -> str:
    ran = python(project, "-c", "import app", environment=environment)
    assert ran.returncode == 1
    return ran.stderr.splitlines()[-1]


def test_a_stage_that_is_not_there(project: Path) -> None:
    assert refused(project, OPSLOOP_STAGE="prod") == (
        "chalicelib.errors.PlanError: prod.json: not compiled; run `opsloop compile`"
    )


def test_plans_older_than_their_rules_are_not_deployed(tmp_path: Path) -> None:
    project = deployable(tmp_path, RULES)
    rules = project / "rules/pack"
    (rules / "custom.yaml").write_text(RULES["pack/custom.yaml"] + "\n")
    (rules / "daily.yaml").unlink()
    (rules / "new.yaml").write_text(RULES["pack/custom.yaml"])
    (rules / "new.test.yaml").write_text("no rule")
    (project / "rules/opsloop.yaml").write_text(SETTINGS.replace("us-west-2", "eu-west-1"))
    names = ("opsloop.yaml", "pack/custom.yaml", "pack/daily.yaml", "pack/new.yaml")
    listed = ", ".join(f"rules/{name}" for name in names)
    assert refused(project) == (
        "chalicelib.errors.PlanError: compiled plans are older than "
        f"{listed}: run `opsloop compile`"
    )


def test_rules_that_were_never_compiled_are_not_deployed(tmp_path: Path) -> None:
    project = deployable(tmp_path, RULES)
    (project / "chalicelib/compiled/index.json").unlink()
    assert refused(project) == (
        "chalicelib.errors.PlanError: the rules were never compiled: run `opsloop compile`"
    )


def test_at_the_desk_nothing_runs_by_accident(project: Path) -> None:
    code = "import app; vars(app)['by-hand']({}, None)"
    ran = python(project, "-c", code, environment={"OPSLOOP_STAGE": "dev"})
    assert ran.stderr.splitlines()[-1] == (
        "RuntimeError: by-hand: set AWS_LAMBDA_FUNCTION_NAME and OPSLOOP_RULE to run it here"
    )
