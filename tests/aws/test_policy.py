"""One policy of many statements: the same permissions, the same bytes, never an open action."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.aws.faults import FaultError
from opsloop.aws.patterns import covers
from opsloop.aws.policy import LIMIT, policy, size
from opsloop.aws.statement import Statement, allow

NO_MORE = {"Version": "2012-10-17", "Statement": []}


def test_nothing_is_allowed_without_statements() -> None:
    assert policy([]) == NO_MORE


def test_a_whole_policy() -> None:
    condition = {"StringEquals": {"aws:ResourceTag/a": ["y", "x"]}}
    made = policy(
        [
            allow("sqs:SendMessage", "arn:aws:sqs:::dead", purpose="OwnDeadLetters"),
            allow("ec2:StopInstances", "arn:aws:ec2:::instance/i-2"),
            allow("ec2:StopInstances", "arn:aws:ec2:::instance/i-1"),
            allow("s3:GetBucketAcl", "arn:aws:s3:::b"),
            allow("s3:GetBucketTagging", "arn:aws:s3:::b"),
            allow("s3:PutBucketAcl", "arn:aws:s3:::b"),
            allow("s3:GetBucketPolicy", "arn:aws:s3:::c"),
            allow("s3:GetBucketLogging", "arn:aws:s3:::c"),
            allow("ec2:RebootInstances", "*", condition),
            allow("application-autoscaling:RegisterScalableTarget", "*"),
        ]
    )
    assert made == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ApplicationAutoscalingRegisterScalableTarget",
                "Effect": "Allow",
                "Action": ["application-autoscaling:RegisterScalableTarget"],
                "Resource": ["*"],
            },
            {
                "Sid": "Ec2RebootInstances",
                "Effect": "Allow",
                "Action": ["ec2:RebootInstances"],
                "Resource": ["*"],
                "Condition": {"StringEquals": {"aws:ResourceTag/a": ["x", "y"]}},
            },
            {
                "Sid": "Ec2StopInstances",
                "Effect": "Allow",
                "Action": ["ec2:StopInstances"],
                "Resource": ["arn:aws:ec2:::instance/i-1", "arn:aws:ec2:::instance/i-2"],
            },
            {
                "Sid": "S3Read",
                "Effect": "Allow",
                "Action": ["s3:GetBucketAcl", "s3:GetBucketTagging"],
                "Resource": ["arn:aws:s3:::b"],
            },
            {
                "Sid": "S3Read2",
                "Effect": "Allow",
                "Action": ["s3:GetBucketLogging", "s3:GetBucketPolicy"],
                "Resource": ["arn:aws:s3:::c"],
            },
            {
                "Sid": "S3PutBucketAcl",
                "Effect": "Allow",
                "Action": ["s3:PutBucketAcl"],
                "Resource": ["arn:aws:s3:::b"],
            },
            {
                "Sid": "OwnDeadLetters",
                "Effect": "Allow",
                "Action": ["sqs:SendMessage"],
                "Resource": ["arn:aws:sqs:::dead"],
            },
        ],
    }


def test_what_another_resource_covers_is_left_out() -> None:
    made = policy([allow("sqs:SendMessage", "a/b"), allow("sqs:SendMessage", "a/*")])
    assert made["Statement"][0]["Resource"] == ["a/*"]


def test_an_action_with_a_wildcard_is_never_made() -> None:
    with pytest.raises(ValueError, match=r"a policy may not hold the action 's3:\*'"):
        policy([allow("s3:*", "*")])


def test_a_policy_that_no_role_can_hold() -> None:
    queues = {f"arn:aws:sqs:eu-west-1:123456789012:queue-{number}" for number in range(300)}
    with pytest.raises(FaultError) as caught:
        policy([allow("sqs:SendMessage", queues)])
    assert re.fullmatch(
        r"a policy of 1\d,\d{3} characters, 300 resources of sqs:SendMessage among them",
        caught.value.fault.found,
    )
    assert caught.value.fault.expected == (
        "at most 10,240, IAM's limit for a role: fewer calls or resources in one rule"
    )


def test_white_space_does_not_count() -> None:
    assert size({"a": [1, "b c"]}) == len('{"a":[1,"bc"]}')
    assert size(policy([])) < LIMIT


ACTIONS = ["s3:GetObject", "s3:PutObject", "ec2:StopInstances", "ec2:DescribeInstances"]
STATEMENTS = st.lists(
    st.builds(
        allow,
        st.sampled_from(ACTIONS),
        st.sets(st.sampled_from(["*", "a*", "ab", "b", "b/*", "b/c"]), min_size=1, max_size=3),
        st.sampled_from([None, {"Bool": {"aws:SecureTransport": "true"}}]),
        purpose=st.sampled_from(["", "Own"]),
    ),
    max_size=6,
)


@given(STATEMENTS, st.randoms())
def test_the_order_of_statements_does_not_matter(made: list[Statement], random: object) -> None:
    shuffled = list(made)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert json.dumps(policy(made)) == json.dumps(policy(shuffled))


def allowed(made: list[Statement]) -> set[tuple[str, str, str]]:
    """Every action, resource and condition, one by one."""
    return {
        (action, resource, str(one.condition.as_dict() if one.condition else None))
        for one in made
        for action, resource in itertools.product(one.actions, one.resources)
    }


@given(STATEMENTS)
def test_a_policy_allows_what_its_statements_allow_and_no_more(made: list[Statement]) -> None:
    document = [
        (action, resource, str(one.get("Condition")))
        for one in policy(made)["Statement"]
        for action, resource in itertools.product(one["Action"], one["Resource"])
    ]
    wanted = allowed(made)
    assert set(document) <= wanted
    assert all(
        any(a == action and c == condition and covers(r, resource) for a, r, c in document)
        for action, resource, condition in wanted
    )


@given(STATEMENTS)
def test_sids_are_unique_and_alphanumeric(made: list[Statement]) -> None:
    sids = [one["Sid"] for one in policy(made)["Statement"]]
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() for sid in sids)
