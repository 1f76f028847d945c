"""Calls checked against botocore's model: every fault with its path and what to write."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.validate import ParamValidator
from hypothesis import given, settings
from hypothesis import strategies as st

from opsloop.aws.calls import check_call
from opsloop.aws.faults import FaultError
from opsloop.aws.operations import operation
from opsloop.problems import Fault

GOOD: list[tuple[str, str, Any]] = [
    ("ec2", "stop_instances", {"InstanceIds": ["i-1"], "Force": True}),
    ("ec2", "stop_instances", {"InstanceIds": "${targets}"}),
    ("ec2", "stop_instances", {"InstanceIds": ["${a}", "i-${b}"], "DryRun": "${c}"}),
    ("ec2", "describe_instances", None),
    ("rds", "modify_db_instance", {"DBInstanceIdentifier": "x", "AllocatedStorage": "${n}"}),
    ("s3", "copy_object", {"Bucket": "a", "Key": "b", "CopySource": {"Bucket": "c", "Key": "d"}}),
    ("s3", "copy_object", {"Bucket": "a", "Key": "b", "CopySource": "c/d"}),
    ("s3", "put_object", {"Bucket": "a", "Key": "b", "Body": "text", "ACL": "${a}-read"}),
    ("dynamodb", "get_item", {"TableName": "t", "Key": {"id": {"S": "${group}"}}}),
    ("dynamodb", "get_item", {"TableName": "t", "Key": "${key}"}),
    ("cloudwatch", "put_metric_data", {"Namespace": "a", "MetricData": [{"MetricName": "b"}]}),
    ("logs", "start_query", {"startTime": 1, "endTime": 2, "queryString": "fields @message"}),
    ("secretsmanager", "create_secret", {"Name": "x"}),
    ("glacier", "list_vaults", {}),
    ("sts", "get_caller_identity", {}),
]


@pytest.mark.parametrize(("service", "method", "data"), GOOD)
def test_what_aws_would_accept(service: str, method: str, data: Any) -> None:
    assert check_call(service, method, data) == []


BAD: list[tuple[str, str, Any, list[Fault]]] = [
    (
        "ec2",
        "stop_instances",
        {"InstanceIDs": ["i-1"]},
        [
            Fault(
                "InstanceIDs, which aws.ec2.stop_instances does not have",
                "InstanceIds",
                "InstanceIds",
                ("InstanceIDs",),
                key=True,
            )
        ],
    ),
    (
        "ec2",
        "stop_instances",
        {"instances": ["i-1"]},
        [
            Fault(
                "instances, which aws.ec2.stop_instances does not have",
                "InstanceIds",
                "InstanceIds",
                ("instances",),
                key=True,
            )
        ],
    ),
    (
        "ec2",
        "stop_instances",
        {},
        [
            Fault(
                "no InstanceIds",
                "InstanceIds (a list of texts), which aws.ec2.stop_instances needs",
            )
        ],
    ),
    (
        "ec2",
        "stop_instances",
        {"InstanceIds": "i-1", "Force": "yes", "Hibernate": "True"},
        [
            Fault("the text 'i-1'", "a list of texts", "[i-1]", ("InstanceIds",), spelt=True),
            Fault("the text 'yes'", "true or false", "true", ("Force",), spelt=True),
            Fault("the text 'True'", "true or false", "true", ("Hibernate",), spelt=True),
        ],
    ),
    (
        "ec2",
        "stop_instances",
        {"InstanceIds": ["i-${a}", None, 5]},
        [
            Fault("null", "text, or no 1 at all", path=("InstanceIds", 1)),
            Fault("the number 5", "text", '"5"', ("InstanceIds", 2), spelt=True),
        ],
    ),
    (
        "ec2",
        "create_tags",
        {"Resources": ["i-1"], "Tags": [{"Key": "a", "value": "b"}, "c"]},
        [
            Fault(
                "value, which Tags of aws.ec2.create_tags does not have",
                "Value",
                "Value",
                ("Tags", 0, "value"),
                key=True,
            ),
            Fault("the text 'c'", "a map", None, ("Tags", 1)),
        ],
    ),
    (
        "rds",
        "modify_db_instance",
        {"DBInstanceIdentifier": "x", "AllocatedStorage": "20", "Iops": "many", "StorageType": 5},
        [
            Fault("the text '20'", "a whole number", "20", ("AllocatedStorage",), spelt=True),
            Fault("the text 'many'", "a whole number", None, ("Iops",)),
            Fault("the number 5", "text", '"5"', ("StorageType",), spelt=True),
        ],
    ),
    (
        "rds",
        "modify_db_instance",
        {"DBInstanceIdentifier": "x", "AllocatedStorage": "${n} GiB", "ApplyImmediately": 1},
        [
            Fault("the text '${n} GiB'", "a whole number", None, ("AllocatedStorage",)),
            Fault("the number 1", "true or false", None, ("ApplyImmediately",)),
        ],
    ),
    (
        "rds",
        "modify_db_instance",
        {"DBInstanceIdentifier": "x", "AllocatedStorage": True},
        [Fault("true", "a whole number", None, ("AllocatedStorage",))],
    ),
    (
        "s3",
        "put_bucket_acl",
        {"Bucket": "b", "ACL": "Private"},
        [Fault("'Private'", "private", "private", ("ACL",))],
    ),
    (
        "s3",
        "put_bucket_acl",
        {"Bucket": "b", "ACL": "secret"},
        [
            Fault(
                "'secret'",
                "private, public-read, public-read-write or authenticated-read",
                None,
                ("ACL",),
            )
        ],
    ),
    (
        "sqs",
        "set_queue_attributes",
        {"QueueUrl": "u", "Attributes": {"VisibilityTimout": "5"}},
        [
            Fault(
                "'VisibilityTimout'",
                "VisibilityTimeout",
                "VisibilityTimeout",
                ("Attributes", "VisibilityTimout"),
                key=True,
            )
        ],
    ),
    (
        "ssm-incidents",
        "update_related_items",
        {"incidentRecordArn": "a", "relatedItemsUpdate": {}},
        [
            Fault(
                "0 of the alternatives of relatedItemsUpdate of "
                "aws.ssm-incidents.update_related_items",
                "exactly one of itemToAdd or itemToRemove",
                path=("relatedItemsUpdate",),
            )
        ],
    ),
    (
        "s3",
        "put_public_access_block",
        {"Bucket": "b", "PublicAccessBlockConfiguration": [True]},
        [Fault("a list", "a map", None, ("PublicAccessBlockConfiguration",))],
    ),
    (
        "sts",
        "get_caller_identity",
        {"Account": "1"},
        [
            Fault(
                "Account, which aws.sts.get_caller_identity does not have",
                "nothing",
                path=("Account",),
                key=True,
            )
        ],
    ),
    ("ec2", "stop_instances", ["i-1"], [Fault("a list", "a map")]),
]


@pytest.mark.parametrize(("service", "method", "data", "faults"), BAD)
def test_what_aws_would_refuse(service: str, method: str, data: Any, faults: list[Fault]) -> None:
    assert check_call(service, method, data) == faults


def test_an_unknown_operation_is_raised() -> None:
    with pytest.raises(FaultError):
        check_call("ec2", "stop_instance", {})


def test_the_compiler_may_bring_its_own_reading_of_templates() -> None:
    every_text = check_call(
        "ec2", "stop_instances", {"InstanceIds": "x"}, templated=lambda _: [None]
    )
    assert every_text == []


VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(1, 9), st.sampled_from(["a", "S", "id"])),
    lambda below: st.one_of(
        st.lists(below, max_size=2),
        st.dictionaries(
            st.sampled_from(["S", "N", "M", "id", "Name", "Value", "Values", "Key"]),
            below,
            max_size=2,
        ),
    ),
    max_leaves=6,
)
CALLS = st.one_of(
    st.tuples(
        st.just(("dynamodb", "get_item")),
        st.fixed_dictionaries({"TableName": VALUES, "Key": VALUES}),
    ),
    st.tuples(
        st.just(("ec2", "describe_instances")),
        st.fixed_dictionaries({}, optional={"Filters": VALUES, "InstanceIds": VALUES}),
    ),
    st.tuples(
        st.just(("ec2", "create_tags")),
        st.fixed_dictionaries({"Resources": VALUES}, optional={"Tags": VALUES, "DryRun": VALUES}),
    ),
)


@settings(max_examples=300, deadline=None)
@given(CALLS)
def test_what_passes_here_passes_botocore(call: tuple[tuple[str, str], dict[str, Any]]) -> None:
    (service, method), data = call
    if check_call(service, method, data):
        return
    shape = operation(service, method).input
    assert shape is not None
    report = ParamValidator().validate(data, shape)
    assert report.generate_report() == ""
