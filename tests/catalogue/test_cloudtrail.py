"""CloudTrail's records: the fields of all, the parts of each call, and botocore's names."""

from __future__ import annotations

import pytest

from opsloop.catalogue import samples
from opsloop.catalogue.cloudtrail import PARTS, record
from opsloop.expressions.types import Type

CALL = "AWS API Call via CloudTrail"


def part(source: str, calls: tuple[str, ...] | None, name: str) -> Type | None:
    return (record(source, CALL, calls).fields or {})[name]


def fields(known: Type | None) -> list[str] | None:
    return None if known is None or known.fields is None else list(known.fields)


def test_all_records_have_the_same_fields() -> None:
    one, other = record("aws.ec2", CALL, ("RunInstances",)), record("aws.nothing", CALL, None)
    assert list(one.fields or {}) == list(other.fields or {})
    assert one.open
    assert other.open


def test_every_field_of_every_sample_is_one_of_them() -> None:
    known = record("aws.nothing", CALL, None).fields or {}
    for sample in samples.every():
        if samples.is_recorded(sample.envelope["detail-type"]):
            assert sample.envelope["detail"].keys() <= known.keys()


@pytest.mark.parametrize("calls", [None, ("DescribeNothing",), ("RunInstances", "Nothing")])
def test_of_calls_without_a_sample_the_parts_are_unknown(calls: tuple[str, ...] | None) -> None:
    assert [part("aws.ec2", calls, name) for name in PARTS] == [None, None, None]


def test_the_parts_of_a_call_are_those_of_its_sample() -> None:
    assert fields(part("aws.iam", ("CreateAccessKey",), "requestParameters")) == ["userName"]
    assert fields(part("aws.iam", ("CreateAccessKey",), "responseElements")) == ["accessKey"]


def test_the_parts_of_two_calls_are_either() -> None:
    both = part("aws.iam", ("AddUserToGroup", "CreateUser"), "requestParameters")
    assert fields(both) == ["groupName", "userName"]


def test_lists_of_ec2_are_below_items() -> None:
    answered = part("aws.ec2", ("RunInstances",), "responseElements")
    assert answered is not None
    listed = (answered.fields or {})["instancesSet"]
    assert fields(listed) == ["items"]


def test_botocores_names_are_in_cloudtrails_spelling_at_any_depth() -> None:
    asked = part("aws.ec2", ("AuthorizeSecurityGroupIngress",), "requestParameters")
    assert asked is not None
    assert asked.maybe is not None
    assert {"groupId", "ipPermissions", "cidrIpv6", "userIdGroupPairs"} <= asked.maybe()
    inner = (asked.fields or {})["ipPermissions"]
    assert inner is not None
    assert inner.maybe is not None
    assert inner.maybe() == asked.maybe()


def test_of_a_service_that_botocore_calls_otherwise_they_are_found_too() -> None:
    made = part("aws.elasticloadbalancing", ("CreateLoadBalancer",), "requestParameters")
    assert made is not None
    assert made.maybe is not None
    assert {"listeners", "loadBalancerName"} <= made.maybe()
