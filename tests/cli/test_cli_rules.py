"""Commands that need rules and no AWS: validate, compile, eval, schema, actions."""

from __future__ import annotations

import json
from pathlib import Path
from shutil import copyfile

import pytest

from opsloop.compiler.build import compile_project
from opsloop.problems import Problems
from opsloop.rules.schema import render, render_settings
from tests.cli.conftest import CommandLine
from tests.cli.projects import CLOSE_BUCKET, write

EVENTS = Path(__file__).parents[1] / "events"
BUCKET_EVENT = EVENTS / "s3-put-bucket-acl.json"
BROKEN = CLOSE_BUCKET.replace("mode: active", "mood: active").replace("high", "hihg")


def test_valid_rules(opsloop: CommandLine) -> None:
    result = opsloop("validate")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == "3 rules are valid\n"
    none: dict[str, list[str]] = {"problems": [], "warnings": [], "silenced": []}
    assert json.loads(opsloop("validate", "--json").stdout) == none


@pytest.mark.parametrize("command", ["validate", "compile"])
def test_broken_rules(opsloop: CommandLine, command: str) -> None:
    write(opsloop.folder, {"storage/close-bucket.yaml": BROKEN})
    with pytest.raises(Problems) as raised:
        compile_project(opsloop.folder)
    result = opsloop(command)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"{raised.value}\n2 problems\n"
    assert result.stderr.startswith("rules/storage/close-bucket.yaml:4:11: found ")


def test_broken_rules_as_json(opsloop: CommandLine) -> None:
    write(opsloop.folder, {"storage/close-bucket.yaml": BROKEN})
    result = opsloop("validate", "--json")
    assert (result.exit_code, result.stderr) == (1, "")
    told = json.loads(result.stdout)
    assert [one["place"]["line"] for one in told["problems"]] == [4, 5]
    assert (told["warnings"], told["silenced"]) == ([], [])


def test_compile_writes_once(opsloop: CommandLine) -> None:
    first, second = opsloop("compile"), opsloop("compile", "--json")
    assert first.exit_code == second.exit_code == 0
    assert first.stdout == (
        "wrote .chalice/config.json\n"
        "wrote .chalice/policies/dev/close-bucket.json\n"
        "wrote .chalice/policies/dev/tag-bucket.json\n"
        "wrote .chalice/policies/dev/waker.json\n"
        "wrote chalicelib/compiled/close-bucket.json\n"
        "wrote chalicelib/compiled/index.json\n"
        "wrote chalicelib/compiled/sleeping.json\n"
        "wrote chalicelib/compiled/stages/dev.json\n"
        "wrote chalicelib/compiled/tag-bucket.json\n"
    )
    assert first.stderr == "3 rules compiled, 9 files changed\n"
    rules = ["close-bucket", "sleeping", "tag-bucket"]
    none: dict[str, list[str]] = {"changed": [], "warnings": [], "silenced": []}
    assert json.loads(second.stdout) == {"rules": rules, **none}


def test_a_check_writes_nothing_and_a_compilation_removes(opsloop: CommandLine) -> None:
    assert opsloop("compile").exit_code == 0
    (opsloop.folder / "rules/storage/sleeping.yaml").unlink()
    stale, fresh = opsloop("compile", "--check"), opsloop("compile")
    gone = "chalicelib/compiled/sleeping.json"
    index = "chalicelib/compiled/index.json"
    assert (stale.exit_code, fresh.exit_code) == (1, 0)
    assert stale.stdout == f"stale {index}\nstale {gone}\n"
    assert stale.stderr == "2 rules compiled, 2 files stale\nrun `opsloop compile`\n"
    assert fresh.stdout == f"wrote {index}\nremoved {gone}\n"


def test_one_rule_is_one_rule(opsloop: CommandLine) -> None:
    for name in ("close-bucket", "sleeping"):
        (opsloop.folder / f"rules/storage/{name}.yaml").unlink()
    assert opsloop("validate").stderr == "1 rule is valid\n"
    assert opsloop("compile").stderr.startswith("1 rule compiled, ")
    (opsloop.folder / "chalicelib/compiled/index.json").unlink()
    assert opsloop("compile").stderr == "1 rule compiled, 1 file changed\n"


EVALUATED = [
    ("add(1, 2)", "", 3, "number"),
    ("event.detail.awsRegion", "--event bucket.json", "us-west-2", "string"),
    ("$bucket", "--event bucket.json --rule close-bucket", "amzn-s3-demo-bucket1", "string"),
    ("event.detail.nothing", "--event bucket.json", None, "null"),
    ("[account, region]", "--event bucket.json", ["123456789012", "us-west-2"], "array"),
]


PARAMS = """\
stages:
  dev: {account: "123456789012", region: us-east-1, params: {high: 7}}
  prod: {account: "210987654321", region: us-east-1, params: {high: 4}}
"""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("", "7\n"),
        ("--stage prod", "4\n"),
        ("--rule close-bucket --stage prod", "4\n"),
        ("--stage nosuch", "found the stage 'nosuch'; expected dev or prod\n"),
        ("--project empty", "null\n"),
    ],
)
def test_params_are_the_stages_own(opsloop: CommandLine, options: str, said: str) -> None:
    """With a rule or without; where there are no settings there are none."""
    (opsloop.folder / "empty").mkdir()
    (opsloop.folder / "rules/opsloop.yaml").write_text(PARAMS)
    result = opsloop("eval", "params.high", *options.split())
    assert said in (result.stdout, result.stderr)


def test_settings_with_a_fault_are_told(opsloop: CommandLine) -> None:
    (opsloop.folder / "rules/opsloop.yaml").write_text(PARAMS.replace("high: 7", "hi: ['${x']"))
    result = opsloop("eval", "params.hi")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("rules/opsloop.yaml:2:")


@pytest.mark.parametrize(("expression", "options", "value", "kind"), EVALUATED)
def test_evaluated(
    opsloop: CommandLine, expression: str, options: str, value: object, kind: str
) -> None:
    copyfile(BUCKET_EVENT, opsloop.folder / "bucket.json")
    result = opsloop("eval", expression, *options.split())
    assert result.exit_code == 0
    assert (json.loads(result.stdout), result.stderr) == (value, f"{kind}\n")
    printed = opsloop("eval", expression, *options.split(), "--json")
    assert json.loads(printed.stdout) == {"value": value, "type": kind}


def test_a_value_cannot_steer_the_terminal(opsloop: CommandLine, tmp_path: Path) -> None:
    event = json.loads(BUCKET_EVENT.read_text())
    event["detail"]["x"] = "\x9b2J\u202e\ud800"
    (tmp_path / "event.json").write_text(json.dumps(event))
    words = ("eval", "event.detail.x", "--event", str(tmp_path / "event.json"))
    assert opsloop(*words).stdout == '"\\x9b2J\\u202e\\ud800"\n'
    assert json.loads(opsloop(*words, "--json").stdout)["value"] == "\x9b2J\u202e\ud800"


BROKEN_JSON = "broken.json:2:1: found the end of the file; expected JSON: a name in double quotes\n"
NOT_EVALUATED = [
    ("event.detail ==", "", 1, "expression:1:16: found the end; expected a value\n1 problem\n"),
    ("nothing", "", 1, "expression:1:1: found `nothing`, which names nothing in scope; expected "),
    ("add(event.detail.x, 1)", "", 1, "add(event.detail.x, 1): add() got "),
    (
        "secret('ssm:/x')",
        "",
        1,
        "ssm:/x is not looked up here: secrets are read when a step runs\n",
    ),
    ("event", "--event no.json", 2, "File 'no.json' does not exist."),
    ("event", "--event broken.json", 1, BROKEN_JSON),
    ("event", "--event latin.json", 1, "latin.json: expected JSON in UTF-8: "),
    ("event", "--event list.json", 1, "payload: found a list"),
    ("event", "--rule close-buckets", 2, "found the rule 'close-buckets'; expected close-bucket\n"),
    ("event", "--rule close-bucket --stage prod", 2, "found the stage 'prod'; expected dev\n"),
]


@pytest.mark.parametrize(("expression", "options", "code", "said"), NOT_EVALUATED)
def test_not_evaluated(
    opsloop: CommandLine, expression: str, options: str, code: int, said: str
) -> None:
    (opsloop.folder / "broken.json").write_text("{\n")
    (opsloop.folder / "latin.json").write_bytes(b'"\xe4"')
    (opsloop.folder / "list.json").write_text("[]")
    result = opsloop("eval", expression, *options.split())
    assert (result.exit_code, result.stdout) == (code, "")
    assert said in result.stderr


def test_the_schemas(opsloop: CommandLine) -> None:
    assert opsloop("schema").stdout == render()
    assert opsloop("schema", "--settings").stdout == render_settings()


def test_the_actions(opsloop: CommandLine) -> None:
    result = opsloop("actions")
    assert result.exit_code == 0
    assert result.stderr == "\nand every operation of AWS's API: `opsloop actions aws`\n"
    header, *lines = result.stdout.splitlines()
    assert header == "ACTION                    EFFECT      WHAT IT DOES"
    listed = json.loads(opsloop("actions", "--json").stdout)
    assert [line.split(maxsplit=2) for line in lines] == [list(one.values()) for one in listed]
    effects = {one["name"]: one["effect"] for one in listed}
    assert (effects["notify"], effects["http.get"]) == ("token", "read")


CLOSE = """\
s3.block_public_access
Close a bucket to the public, whatever its policy and its ACLs say.

All four settings of the bucket's public access block are turned on. Policy and
ACLs stay as they are, and have no effect on strangers any more. A bucket that
is closed already is left alone, and one of another account is refused.

with
  PARAMETER            TAKES
  bucket     required  text. The bucket's name.

returns
  `bucket`; `changed`, false where it was closed already; `before`, the settings
  as they were, null where there were none: what to put back to undo it.

effect
  idempotent: done twice, it comes to the same

touches
  arn:{partition}:s3:::{bucket}

needs
  PERMISSION                     ON
  s3:GetBucketPublicAccessBlock  arn:{partition}:s3:::{bucket}
  s3:PutBucketPublicAccessBlock  arn:{partition}:s3:::{bucket}

example
  then:
    - id: close
      do: s3.block_public_access
      with: {bucket: "${event.detail.requestParameters.bucketName}"}
"""
STOP = """\
aws.ec2.stop_instances
Stops an Amazon EBS-backed instance.

with
  PARAMETER                 TAKES
  InstanceIds     required  a list of texts. The IDs of the instances.
  Hibernate                 true or false. Hibernates the instance if the
                            instance was enabled for hibernation at launch.
  SkipOsShutdown            true or false. Specifies whether to bypass the
                            graceful OS shutdown process when the instance is
                            stopped.
  DryRun                    true or false. Checks whether you have the required
                            permissions for the operation, without actually
                            making the request, and provides an error response.
  Force                     true or false. Forces the instance to stop.

returns
  `StoppingInstances`

effect
  idempotent: done twice, it comes to the same

needs
  PERMISSION         ON
  ec2:StopInstances  arn:{partition}:ec2:{region}:{account}:instance/*

example
  then:
    - do: aws.ec2.stop_instances
      with: {InstanceIds: ["…"]}
"""


@pytest.mark.parametrize(
    ("name", "page"), [("s3.block_public_access", CLOSE), ("aws.ec2.stop_instances", STOP)]
)
def test_one_action(opsloop: CommandLine, name: str, page: str) -> None:
    shown = opsloop.in_terminal(80, "actions", name, NO_COLOR="1", TERM="dumb").stdout
    assert "\n".join(line.rstrip() for line in shown.splitlines()) + "\n" == page
    document = json.loads(opsloop("actions", name, "--json").stdout)
    assert (document["name"], document["effect"]) == (name, "idempotent")
    assert document["parameters"][0]["required"] is True


def test_what_aws_has(opsloop: CommandLine) -> None:
    services = json.loads(opsloop("actions", "aws", "--json").stdout)
    assert {"name": "aws.ec2", "effect": "", "summary": "Amazon Elastic Compute Cloud"} in services
    queue = json.loads(opsloop("actions", "aws.sqs", "--json").stdout)
    assert {one["name"]: one["effect"] for one in queue}["aws.sqs.list_queues"] == "read"
    assert opsloop("actions", "aws").stdout.startswith("SERVICE ")


UNKNOWN_ACTIONS = {
    "s3.block_public_acess": "the action 's3.block_public_acess'; expected s3.block_public_access",
    "aws.ecc": (
        "the service 'ecc', which boto3 does not have; "
        "expected boto3's name of a service: ec2, ecr or ecs"
    ),
    "aws.frobnicate": (
        "the service 'frobnicate', which boto3 does not have; "
        "expected boto3's name of a service: `opsloop actions aws` lists them"
    ),
    "ec2": ("the action 'ec2'; expected aws.ec2, ec2.quarantine_instance or ec2.release_instance"),
    "StopInstances": "the action 'StopInstances'; expected aws.ec2.stop_instances",
    "ec2:StopInstances": "the action 'ec2:StopInstances'; expected aws.ec2.stop_instances",
    "ec2.stop_instance": "the action 'ec2.stop_instance'; expected aws.ec2.stop_instances",
    "quarantine": "the action 'quarantine'; expected ec2.quarantine_instance",
    "eventbridge": "the action 'eventbridge'; expected aws.events",
    "frobnicate": (
        "the action 'frobnicate'; "
        "expected a name that `opsloop actions` or `opsloop actions aws` lists"
    ),
    "aws.ec2.stop_instance": (
        "the operation 'stop_instance', which boto3's ec2 does not have; expected stop_instances"
    ),
}


@pytest.mark.parametrize(("name", "said"), UNKNOWN_ACTIONS.items())
def test_actions_that_are_not_there(opsloop: CommandLine, name: str, said: str) -> None:
    result = opsloop("actions", name)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"found {said}\n")
