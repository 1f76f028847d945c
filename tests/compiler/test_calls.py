"""What a step or a fact calls: is there such an action, and may it be called there?"""

from __future__ import annotations

from typing import Any

import pytest

from opsloop.aws.operations import operation
from opsloop.compiler.calls import Calls
from opsloop.compiler.secretive import DECRYPTING, REFERENCES, SECRETIVE
from opsloop.expressions.types import elsewhere
from opsloop.problems import Fault

CALLS = Calls(
    {"pager": None, "chat": None, "mail": elsewhere("which dev does not have", "another")}
)
TITLE = {"title": "x"}


@pytest.mark.parametrize(
    ("do", "data"),
    [
        ("aws.ec2.stop_instances", {"InstanceIds": ["i-1"]}),
        ("aws.ec2.stop_instances", {"InstanceIds": "${targets}"}),
        ("notify", {"to": "pager", **TITLE}),
        ("notify", {"to": "${params.channel}", **TITLE}),
        ("s3.block_public_access", {"bucket": "x"}),
        ("aws.ssm.get_parameter", {"Name": "/x"}),
        ("aws.ssm.get_parameters", {"Names": ["/x"], "WithDecryption": False}),
    ],
)
def test_what_may_be_called(do: str, data: dict[str, Any]) -> None:
    assert CALLS.check_step(do, data) == []


def unknown(do: str, expected: str, correction: str | None) -> Fault:
    found = f"the action '{do}', which opsloop does not have"
    return Fault(found, expected, correction, ("do",))


@pytest.mark.parametrize(
    ("do", "meant"),
    [
        ("notfy", "notify"),
        ("ec2.quarantine", "ec2.quarantine_instance"),
        ("ec2.stop_instances", "aws.ec2.stop_instances"),
        ("rds.reboot_db_instances", "aws.rds.reboot_db_instance"),
    ],
)
def test_actions_that_are_nearly_there(do: str, meant: str) -> None:
    assert CALLS.check_step(do, {}) == [unknown(do, meant, meant)]


def test_an_action_that_is_not_there_at_all() -> None:
    (fault,) = CALLS.check_step("frobnicate", {})
    assert fault == unknown("frobnicate", fault.expected, None)
    assert fault.expected.endswith("tags.read, or aws.<service>.<operation>")


CHANNEL = [
    ("pagr", "which no stage has", "pager", "pager"),
    ("x", "which no stage has", "one of chat or pager", None),
    ("mail", "which dev does not have", "one of chat or pager", None),
]


@pytest.mark.parametrize(("to", "why", "expected", "meant"), CHANNEL)
def test_channels(to: str, why: str, expected: str, meant: str | None) -> None:
    fault = Fault(f"the channel '{to}', {why}", expected, meant, ("with", "to"))
    assert CALLS.check_step("notify", {"to": to, **TITLE}) == [fault]


def test_channels_where_there_are_none() -> None:
    (fault,) = Calls({}).check_step("notify", {"to": "pager", **TITLE})
    assert fault.expected == "a channel of the stages in rules/opsloop.yaml"
    one = Calls({"pager": elsewhere("which dev does not have", "one that all have")})
    (fault,) = one.check_step("notify", {"to": "pager", **TITLE})
    assert fault.expected == "one that all have"


@pytest.mark.parametrize(
    ("do", "data"),
    [
        ("aws.ec2.stop_instances", {"InstanceIds": ["i-1"]}),
        ("aws.ec2.run_instances", {"MinCount": 1, "MaxCount": 1}),
        ("http.post", {"url": "https://example.com/"}),
        ("notify", {"to": "pager", **TITLE}),
    ],
)
def test_a_fact_only_reads(do: str, data: dict[str, Any]) -> None:
    expected = "an action that only reads: a fact changes nothing"
    assert CALLS.check_fact(do, data) == [
        Fault(f"{do}, which has an effect", expected, path=("do",))
    ]


def test_a_fact_with_other_faults_is_told_of_those() -> None:
    faults = CALLS.check_fact("aws.ec2.stop_instances", {})
    assert [fault.found for fault in faults] == ["no InstanceIds"]
    assert CALLS.check_fact("aws.ec2.describe_instances", {}) == []
    assert CALLS.check_fact("http.get", {"url": "https://example.com/"}) == []


@pytest.mark.parametrize("do", sorted(SECRETIVE))
def test_every_secretive_call_is_one_of_boto3s_and_refused(do: str) -> None:
    _, service, method = do.split(".")
    assert operation(service, method).do == do
    data = {"WithDecryption": "${x}"} if do in DECRYPTING else {}
    expected = "a call that answers with none"
    if do in REFERENCES:
        expected = f"secret('{REFERENCES[do]}') where it is used, which leaves no trace"
    found = f"{do}, whose answer is a secret, and would stand in the journal"
    assert Fault(found, expected, path=("do",)) in CALLS.check_step(do, data)


@pytest.mark.parametrize(
    ("do", "effect"),
    [
        ("aws.ec2.describe_instances", ("read", None)),
        ("aws.ec2.run_instances", ("token", "ClientToken")),
        ("aws.ec2.terminate_instances", ("idempotent", None)),
        ("notify", ("token", None)),
        ("http.get", ("read", None)),
        ("no.such_thing", ("once", None)),
        ("aws.ec2.no_such_thing", ("once", None)),
        ("aws.ec2", ("once", None)),
    ],
)
def test_effects(do: str, effect: tuple[str, str | None]) -> None:
    assert CALLS.effect(do) == effect
