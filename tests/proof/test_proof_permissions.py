"""Every statement of every policy is needed, all of them are enough, and none reaches further.

`make permissions` prints the table. tests/permissions has the parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest
from botocore import xform_name

from chalicelib.actions import TABLE
from chalicelib.plans import WAKER
from opsloop.aws import calling as derivation
from opsloop.aws.location import Location
from opsloop.aws.permissions import statements
from opsloop.aws.policy import policy
from tests.compiler.golden import shipped as compiled
from tests.e2e.ministack import ministack
from tests.permissions import actions, shipped
from tests.permissions.account import Account
from tests.permissions.asked import Asked, Call, asked
from tests.permissions.beyond import BEYOND, WRONGLY_REFUSED
from tests.permissions.proving import Judged, Played, faults, judge, play, stale
from tests.permissions.running import Stagehand, Subject
from tests.permissions.simulator import Question, allowed
from tests.permissions.table import table

# one worker has the account, and what was played in it
pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("permissions")]


@dataclass(frozen=True)
class Proof:
    """All subjects, played and judged."""

    played: list[Played]
    judged: list[Judged]


@pytest.fixture(scope="module")
def stagehand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stagehand]:
    with ministack(tmp_path_factory.mktemp("ministack")) as endpoint:
        yield Stagehand(Account(endpoint))


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> list[Subject]:
    return actions.subjects(tmp_path_factory.mktemp("actions"))


@pytest.fixture(scope="module")
def proof(stagehand: Stagehand, examples: list[Subject]) -> Proof:
    subjects = [*examples, *shipped.subjects(), shipped.waker()]
    played = [play(one, stagehand) for one in subjects]
    return Proof(played, judge(played))


def test_every_action_and_every_shipped_rule_is_a_subject(examples: list[Subject]) -> None:
    assert {action for one in examples for action in one.actions} == set(TABLE)
    assert {*shipped.SCENARIOS, WAKER} == set(compiled().policies["dev"])


def test_every_statement_is_needed_and_all_of_them_are_enough(
    proof: Proof, capsys: pytest.CaptureFixture[str]
) -> None:
    with capsys.disabled():
        print("\n" + table(proof.played, proof.judged, BEYOND))  # noqa: T201 - what it is for
    pairs = zip(proof.played, proof.judged, strict=True)
    assert [fault for pair in pairs for fault in faults(*pair, BEYOND)] == []
    assert list(stale(proof.played, BEYOND, WRONGLY_REFUSED)) == []


#: what a rule cannot call, or not without an action that says what it needs
UNDERIVED = {
    "resourcegroupstaggingapi.TagResources",
    "secretsmanager.GetSecretValue",
    "ssm.GetParameter",
}


def test_a_rule_that_makes_the_same_calls_gets_what_aws_asks(proof: Proof) -> None:
    calls = {name: seen for one in proof.played for name, seen in one.calls.items()}
    here = Location("aws", "123456789012", "us-east-1")
    derived = {
        name: policy(statements(derivation.Call(call.service, method(call), call.parameters), here))
        for name, (call, _) in calls.items()
        if name not in UNDERIVED
    }
    questions = [
        Question(tuple(made["Statement"]), one, here.account)
        for name, made in derived.items()
        for one in calls[name][1]
    ]
    assert [str(one.asked) for one in denied(questions)] == []
    assert {name: actions_of(made) for name, made in derived.items()} == {
        name: {one.action for one in calls[name][1]} for name in derived
    }
    assert calls.keys() > UNDERIVED


def method(call: Call) -> str:
    """boto3's name of an operation."""
    return str(xform_name(call.operation))


def actions_of(made: dict[str, Any]) -> set[str]:
    return {action for one in made["Statement"] for action in one["Action"]}


def denied(questions: list[Question]) -> list[Question]:
    answers = allowed(questions)
    return [one for one, is_allowed in zip(questions, answers, strict=True) if not is_allowed]


# What no function of the stage may do, but for the one that it is said of.

HERE = "us-east-1:123456789012"
TABLE_ARN = f"arn:aws:dynamodb:{HERE}:table/opsloop-dev"
THEIRS = {"dynamodb:LeadingKeys": ["another-rule"]}
STRANGE: list[Asked] = [
    Asked("dynamodb:PutItem", TABLE_ARN, THEIRS),
    Asked("dynamodb:Query", TABLE_ARN, THEIRS),
    Asked("dynamodb:PutItem", TABLE_ARN, {"dynamodb:LeadingKeys": ["pause"]}),
    Asked("dynamodb:DeleteItem", TABLE_ARN, {"dynamodb:LeadingKeys": ["close-public-bucket"]}),
    Asked("dynamodb:Scan", TABLE_ARN),
    Asked("dynamodb:PutItem", f"arn:aws:dynamodb:{HERE}:table/orders", THEIRS),
    Asked("logs:PutLogEvents", f"arn:aws:logs:{HERE}:log-group:/aws/lambda/other:log-stream:a"),
    Asked("sqs:SendMessage", f"arn:aws:sqs:{HERE}:orders"),
    Asked("sqs:ReceiveMessage", f"arn:aws:sqs:{HERE}:opsloop-dev-dead-letters"),
    Asked("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/another"),
    Asked("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:other-AbCdEf"),
    Asked(
        "events:PutEvents",
        f"arn:aws:events:{HERE}:event-bus/default",
        {"events:source": ["shop"]},
    ),
    Asked("events:PutEvents", f"arn:aws:events:{HERE}:event-bus/other", {"events:source": ["a"]}),
    Asked("lambda:InvokeFunction", f"arn:aws:lambda:{HERE}:function:checkout"),
    Asked("iam:PassRole", "arn:aws:iam::123456789012:role/admin"),
    Asked("sns:Publish", f"arn:aws:sns:{HERE}:orders"),
    Asked(
        "kms:Decrypt",
        f"arn:aws:kms:{HERE}:key/0987dcba-09fe-87dc-65ba-ab0987654321",
        {
            "kms:ViaService": "ssm.us-east-1.amazonaws.com",
            "kms:EncryptionContext:PARAMETER_ARN": f"arn:aws:ssm:{HERE}:parameter/another",
        },
    ),
    Asked(
        "ec2:RevokeSecurityGroupEgress",
        f"arn:aws:ec2:{HERE}:security-group/sg-0123456789abcdef0",
        {"aws:ResourceTag/opsloop:role": "web"},
    ),
    Asked("ec2:CreateTags", f"arn:aws:ec2:{HERE}:security-group/sg-0123456789abcdef0"),
]


def test_no_policy_reaches_what_is_anothers(examples: list[Subject]) -> None:
    subjects = [*examples, *shipped.subjects(), shipped.waker()]
    pairs = [(one, asked) for one in subjects for asked in STRANGE]
    answers = allowed(
        [
            Question(tuple(one.policy["Statement"]), asked, one.stage["account"])
            for one, asked in pairs
        ]
    )
    assert [
        f"{one.name}: {asked}"
        for (one, asked), is_allowed in zip(pairs, answers, strict=True)
        if is_allowed
    ] == []


# The proof can fail.

NAME = "s3.block_public_access"
BUCKET = "arn:aws:s3:::exports"
JOURNAL = {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": "another-rule"}}


def planted(sid: str, **more: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", **more}


def changed(subject: Subject, sid: str, **change: Any) -> Subject:
    """The subject with one of its statements changed."""
    made = [{**one, **change} if one["Sid"] == sid else one for one in subject.policy["Statement"]]
    return replace(subject, policy={**subject.policy, "Statement": made})


def without(subject: Subject, sid: str) -> Subject:
    made = [one for one in subject.policy["Statement"] if one["Sid"] != sid]
    return replace(subject, policy={**subject.policy, "Statement": made})


def having(subject: Subject, statement: dict[str, Any]) -> Subject:
    made = [*subject.policy["Statement"], statement]
    return replace(subject, policy={**subject.policy, "Statement": made})


DELETE = planted("Planted", Action=["s3:DeleteBucket"], Resource=[BUCKET])
PUT_BLOCK, GET_BLOCK = "s3:PutBucketPublicAccessBlock", "s3:GetBucketPublicAccessBlock"
PUT, GET = "S3PutBucketPublicAccessBlock", "S3GetBucketPublicAccessBlock"
TWICE = planted("Twice", Action=[PUT_BLOCK], Resource=[BUCKET])
WHOLE = "under the whole policy"
NO_REASON = "and beyond.py has no reason"
PLANTED: list[tuple[str, Any, list[str]]] = [
    ("nothing", lambda subject: subject, []),
    (
        "a statement that nothing needs",
        lambda subject: having(subject, DELETE),
        [
            "the simulator refuses nothing without Planted",
            f"MiniStack refuses nothing without Planted, {NO_REASON}",
        ],
    ),
    (
        "a statement that another one covers",
        lambda subject: having(subject, TWICE),
        [
            f"the simulator refuses nothing without {PUT}",
            "the simulator refuses nothing without Twice",
            f"MiniStack refuses nothing without {PUT}, {NO_REASON}",
            f"MiniStack refuses nothing without Twice, {NO_REASON}",
        ],
    ),
    (
        "an action that nothing needs",
        lambda subject: changed(subject, PUT, Action=[PUT_BLOCK, "s3:PutBucketTagging"]),
        [f"the simulator refuses nothing without {PUT}: s3:PutBucketTagging"],
    ),
    (
        "a resource that nothing needs",
        lambda subject: changed(subject, PUT, Resource=[BUCKET, "arn:aws:s3:::other"]),
        [f"the simulator refuses nothing without {PUT}: arn:aws:s3:::other"],
    ),
    (
        "a denial that keeps it from nothing",
        lambda subject: having(subject, {**DELETE, "Effect": "Deny"}),
        ["the simulator allows no more without Planted"],
    ),
    (
        "a denial of what it does not do",
        lambda subject: replace(
            having(subject, {**DELETE, "Effect": "Deny"}),
            kept_from=(Asked("s3:DeleteBucket", BUCKET), Asked(PUT_BLOCK, BUCKET)),
        ),
        [
            f"the simulator allows {PUT_BLOCK} on {BUCKET} {WHOLE}",
            "the simulator allows no more without Planted",
        ],
    ),
    (
        "a statement that is missing",
        lambda subject: without(subject, PUT),
        [
            f"MiniStack refuses {PUT_BLOCK} {WHOLE}",
            f"ends as failed and not succeeded {WHOLE}",
            f"the simulator refuses {PUT_BLOCK} on {BUCKET} {WHOLE}",
        ],
    ),
    (
        "another's resource",
        lambda subject: changed(subject, GET, Resource=["arn:aws:s3:::other"]),
        [
            f"MiniStack refuses {GET_BLOCK} {WHOLE}",
            f"ends as failed and not succeeded {WHOLE}",
            f"the simulator refuses {GET_BLOCK} on {BUCKET} {WHOLE}",
            f"the simulator refuses nothing without {PUT}",
        ],
    ),
]


@pytest.mark.parametrize(
    ("change", "found"), [row[1:] for row in PLANTED], ids=[row[0] for row in PLANTED]
)
def test_the_proof_finds_what_is_planted(
    change: Any, found: list[str], stagehand: Stagehand, examples: list[Subject]
) -> None:
    (subject,) = [one for one in examples if one.name == NAME]
    played = play(change(subject), stagehand)
    (judged,) = judge([played])
    said = [one.removeprefix(f"{NAME}: ") for one in faults(played, judged, BEYOND)]
    assert said == found


def test_the_simulator_reads_conditions_that_ministack_does_not(
    stagehand: Stagehand, examples: list[Subject]
) -> None:
    (subject,) = [one for one in examples if one.name == NAME]
    played = play(changed(subject, "OwnJournal", Condition=JOURNAL), stagehand)
    (judged,) = judge([played])
    assert played.refused == []
    assert {one.action for one in judged.refused} == {
        "dynamodb:BatchGetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
    }


def test_what_is_not_true_of_ministack_any_more_is_found(
    stagehand: Stagehand, examples: list[Subject]
) -> None:
    (subject,) = [one for one in examples if one.name == NAME]
    played = play(subject, stagehand)
    beyond = {"s3:PutBucketPublicAccessBlock": "a reason", "sqs:SendMessage": "another"}
    assert list(stale([played], beyond, frozenset({"ecs.UpdateService"}))) == [
        "beyond.py: MiniStack judges s3:PutBucketPublicAccessBlock, or nothing asks for it",
        "beyond.py: MiniStack does not refuse ecs.UpdateService, or nothing calls it",
    ]


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (Asked("s3:CloseBucket", BUCKET), 's3:CloseBucket on arn:aws:s3:::exports: {"message":'),
        (
            Asked("s3:PutBucketPublicAccessBlock", f"arn:aws:sqs:{HERE}:q"),
            f's3:PutBucketPublicAccessBlock on arn:aws:sqs:{HERE}:q: {{"message":',
        ),
        (
            Asked("s3:PutBucketPublicAccessBlock", BUCKET, {"ec2:Region": "us-east-1"}),
            f"s3:PutBucketPublicAccessBlock on {BUCKET}: IAM knows no ec2:Region there",
        ),
    ],
)
def test_what_is_asked_must_be_in_iams_reference(one: Asked, said: str) -> None:
    with pytest.raises(RuntimeError) as raised:
        allowed([Question((DELETE,), one, "123456789012")])
    assert str(raised.value).startswith(f"iam-simulate: {said}")


def test_a_call_that_nobody_has_looked_up_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"found s3.DeleteBucket; expected an operation of"):
        asked(Call("s3", "DeleteBucket", {}), Account("http://127.0.0.1:9"))
