"""Plans against a stage that Chalice deployed: on moto, by Chalice's own planner and executor."""

from __future__ import annotations

from pathlib import Path

from opsloop.output import AWS, DIFFERS, OK
from opsloop.planning import planning
from opsloop.planning.markdown import comment
from opsloop.planning.report import Report
from opsloop.planning.text import view
from tests.cli.projects import CLOSE_BUCKET, TAG_BUCKET
from tests.planning.goldens import as_json, printed, same, without_ordinary
from tests.planning.refusing import refuse
from tests.planning.stage import RELEASE, REPORT, STAGE, Deployment

GRANT = """\
  - id: grant
    do: aws.iam.attach_user_policy
    with: {UserName: "${actor.name}", PolicyArn: "arn:aws:iam::aws:policy/ReadOnlyAccess"}
"""
IF = "if: event.detail.awsRegion == region\n"


def planned(deployment: Deployment) -> Report:
    return planning.deployed(
        deployment.folder, STAGE, lambda _stage: deployment.session, deployment.fetch
    )


def edit(deployment: Deployment, name: str, text: str | None) -> None:
    path = deployment.folder / name
    if text is None:
        path.unlink()
    else:
        path.write_text(text, encoding="utf-8")


def test_before_the_first_deployment_everything_is_new(deployment: Deployment) -> None:
    report = planned(deployment)
    assert report.summary() == {"add": 8, "change": 0, "destroy": 0, "rename": 0}
    assert report.exit_code == DIFFERS
    units = [line for line in printed(view(report)).splitlines() if line.startswith("  + ")]
    assert units == [
        "  + settings of stage dev  is new",
        "  + code package  is new",
        "  + infra: stack opsloop-dev  is new",
        "  + close-bucket  is new",
        "  + release  is new",
        "  + report  is new",
        "  + tag-bucket  is new",
        "  + waker  is new",
    ]


def test_after_a_deployment_nothing_changes(deployed: Deployment) -> None:
    report = planned(deployed)
    assert (report.difference.units, report.unread, report.notes) == ((), (), ())
    assert report.exit_code == OK
    assert printed(view(report)) == (
        "opsloop plan  stage dev (123456789012 us-east-1), against what is deployed\n"
        "\n"
        "No changes: dev is as these rules ask for.\n"
    )


def test_what_is_deployed_is_held_back_more(deployed: Deployment) -> None:
    edit(deployed, "rules/storage/release.yaml", RELEASE.replace("rate: 5/1h", "rate: 50/1h"))
    edit(deployed, "rules/storage/close-bucket.yaml", CLOSE_BUCKET.replace(IF, ""))
    assert printed(view(planned(deployed))).endswith(
        """
Safeguards loosened
  close-bucket
    ! if removed  was event.detail.awsRegion == region
  release
    ! guard.rate loosened  5/1h → 50/1h

Plan: 0 to add, 2 to change, 0 to destroy.
No IAM permission changes.
Safeguards: 2 loosened.
"""
    )


def test_a_change_of_every_kind(deployed: Deployment) -> None:
    edit(deployed, "rules/storage/close-bucket.yaml", CLOSE_BUCKET + GRANT)
    edit(deployed, "rules/storage/report.yaml", REPORT.replace("rate(1 day)", "rate(12 hours)"))
    edit(deployed, "rules/storage/release.yaml", None)
    edit(deployed, "rules/storage/tag-bucket.yaml", None)
    edit(deployed, "rules/storage/note-bucket.yaml", TAG_BUCKET)
    settings = (deployed.folder / "rules" / "opsloop.yaml").read_text()
    params = "    params: {limit: 7}\nchalice: {lambda_memory_size: 512}\n"
    edit(deployed, "rules/opsloop.yaml", settings + params)
    edit(deployed, "chalicelib/engine.py", "2\n")
    edit(deployed, "requirements.txt", "aws-lambda-powertools==3.38.0\n")
    report = planned(deployed)
    assert report.summary() == {"add": 1, "change": 5, "destroy": 2, "rename": 1}
    assert report.exit_code == DIFFERS
    assert same("changes.txt", printed(view(report)))
    assert same("changes.md", comment(report))
    assert same("changes.json", as_json(without_ordinary(report.as_dict())))


def test_once_deployed_the_changes_are_gone(deployed: Deployment) -> None:
    edit(deployed, "rules/storage/close-bucket.yaml", CLOSE_BUCKET + GRANT)
    edit(deployed, "rules/storage/release.yaml", None)
    assert planned(deployed).notes == ()
    deployed()
    assert planned(deployed).difference.units == ()


def test_what_chalice_does_not_remember_it_will_leave(deployed: Deployment) -> None:
    (deployed.folder / ".chalice" / "deployed" / "dev.json").unlink()
    edit(deployed, "rules/storage/release.yaml", None)
    (note,) = planned(deployed).notes
    assert note == (
        "`chalice deploy` will leave release: .chalice/deployed/dev.json does not know of it; "
        "deploy from where it was deployed before, or delete it by hand"
    )


def test_what_was_disabled_by_hand_is_enabled_by_a_deployment(deployed: Deployment) -> None:
    events = deployed.session.client("events")
    events.disable_rule(Name="opsloop-dev-close-bucket-event")
    arn = "arn:aws:lambda:us-east-1:123456789012:function:another"
    events.put_targets(
        Rule="opsloop-dev-close-bucket-event", Targets=[{"Id": "by-hand", "Arn": arn}]
    )
    (unit,) = planned(deployed).difference.units
    assert [(one.path, one.before, one.after) for one in unit.changes] == [
        (("trigger", "state"), "DISABLED", "ENABLED")
    ]


def test_functions_of_a_stage_whose_name_begins_the_same_are_another_stage_s(
    deployed: Deployment,
) -> None:
    client = deployed.session.client("lambda")
    found = client.get_function_configuration(FunctionName="opsloop-dev-waker")
    client.create_function(
        FunctionName="opsloop-dev-eu-report",
        Runtime="python3.13",
        Role=found["Role"],
        Handler="app.report",
        Code={"ZipFile": deployed.package},
        Environment={"Variables": {"OPSLOOP_STAGE": "dev-eu"}},
    )
    assert planned(deployed).difference.units == ()


def test_what_may_not_be_read_is_said_and_is_no_change(deployed: Deployment) -> None:
    edit(deployed, "rules/storage/close-bucket.yaml", CLOSE_BUCKET + GRANT)
    refuse(deployed.session, "iam.GetRolePolicy", "lambda.GetFunction")
    report = planned(deployed)
    assert report.exit_code == AWS
    assert same("refused.txt", printed(view(report)))


def test_a_package_that_cannot_be_read(deployed: Deployment) -> None:
    deployed.package = b"<html>"
    report = planned(deployed)
    assert [(one.what, one.why) for one in report.unread] == [
        ("the package of close-bucket", "the package is no zip: File is not a zip file"),
    ]
    assert (report.difference.units, report.exit_code) == ((), AWS)


def test_variables_that_are_not_ours_are_not_shown(deployed: Deployment) -> None:
    client = deployed.session.client("lambda")
    client.update_function_configuration(
        FunctionName="opsloop-dev-report",
        Environment={
            "Variables": {
                "OPSLOOP_STAGE": "dev",
                "OPSLOOP_TABLE": "opsloop-dev",
                "OPSLOOP_RULE": "report",
                "TOKEN": "secret-of-somebody",
            }
        },
    )
    report = planned(deployed)
    told = as_json(report.as_dict()) + comment(report) + printed(view(report))
    assert "environment TOKEN  sha256:" in told
    assert "secret-of-somebody" not in told


def test_what_is_told_of_a_project_does_not_depend_on_where_it_lies(deployed: Deployment) -> None:
    assert isinstance(deployed.folder, Path)
    edit(deployed, "rules/storage/release.yaml", None)
    assert str(deployed.folder) not in printed(view(planned(deployed)))
