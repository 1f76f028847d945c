"""What operations answer, as types."""

from __future__ import annotations

import pytest

from opsloop.aws import models
from opsloop.aws.answers import answer
from opsloop.aws.faults import FaultError
from opsloop.expressions.check import infer
from opsloop.expressions.templates import compile_expr
from opsloop.expressions.types import BOOLEAN, NUMBER, OBJECT, STRING, TIME, Type

TIMES = Type("array", items=TIME)
PICKED: list[tuple[str, str, str, Type | None]] = [
    ("ec2", "describe_instances", "Reservations[0].Instances[0].InstanceId", STRING),
    ("ec2", "describe_instances", "Reservations[].Instances[].LaunchTime", TIMES),
    ("ec2", "describe_volumes", "Volumes[0].Size", NUMBER),
    ("ec2", "describe_volumes", "Volumes[0].Encrypted", BOOLEAN),
    ("rds", "describe_db_instances", "DBInstances[0].AllocatedStorage", NUMBER),
    ("dynamodb", "get_item", "Item", OBJECT),
    ("dynamodb", "get_item", "Item.any.S", None),
    ("kms", "generate_random", "Plaintext", STRING),
    ("s3", "get_object", "Body", STRING),
    ("s3", "get_object", "ExpiresString", STRING),
    ("s3", "head_object", "Expires", TIME),
    ("cloudwatch", "get_metric_statistics", "Datapoints[0].Average", NUMBER),
    # botocore parses these further
    ("iam", "get_role", "Role.AssumeRolePolicyDocument", None),
    ("iam", "get_role", "Role.RoleName", STRING),
    ("cloudformation", "get_template", "TemplateBody", None),
    ("networkmanager", "get_resource_policy", "PolicyDocument", None),
    # a stream that a step cannot hold
    ("s3", "select_object_content", "Payload", None),
]  # fmt: skip


@pytest.mark.parametrize(("service", "method", "pick", "known"), PICKED)
def test_what_is_known_of_a_part(service: str, method: str, pick: str, known: Type | None) -> None:
    expr = compile_expr(pick, {}, rooted=False, root=answer(service, method))
    assert infer(expr, {}, rooted=False, root=answer(service, method)) == known


def test_an_operation_that_answers_nothing() -> None:
    assert models.model("ec2").operation_model("DeleteVolume").output_shape is None
    assert answer("ec2", "delete_volume") == Type("object", {})


def test_a_shape_that_holds_itself_is_as_deep_as_it_is_read() -> None:
    known = answer("wafv2", "get_rule_group")
    path = "RuleGroup.Rules[0].Statement" + ".NotStatement.Statement" * 20
    expr = compile_expr(path, {}, rooted=False, root=known)
    assert infer(expr, {}, rooted=False, root=known) is not None
    assert known == answer("wafv2", "get_rule_group")


def test_one_shape_is_one_type() -> None:
    described = {"a": answer("ec2", "describe_instances"), "b": answer("ec2", "run_instances")}
    both = compile_expr("a.Reservations[0].Instances[0] || b.Instances[0]")
    alone = compile_expr("b.Instances[0]")
    assert infer(both, described) is infer(alone, described)


def test_what_is_no_operation_is_refused() -> None:
    with pytest.raises(FaultError):
        answer("ec2", "describe_nothing")


@pytest.mark.parametrize("service", ["ec2", "s3", "iam", "rds", "ecs", "lambda", "ssm", "kms"])
def test_every_operation_has_an_answer(service: str) -> None:
    for method in models.methods(service):
        known = answer(service, method)
        assert known is not None
        assert known.kind == "object"
        assert [name for name in known.fields or {} if name == "ResponseMetadata"] == []
