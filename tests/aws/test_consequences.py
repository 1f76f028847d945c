"""The table of what services tell of by themselves: real operations, and events that AWS has."""

from __future__ import annotations

import pytest

from chalicelib.actions import TABLE, find
from opsloop.aws import iam
from opsloop.aws.cloudtrail import api_calls
from opsloop.aws.consequences import CONSEQUENCES
from opsloop.aws.operations import operation
from opsloop.catalogue import patterns


@pytest.mark.parametrize("method", CONSEQUENCES)
def test_operations_and_events_are_aws_own(method: str) -> None:
    service, _, name = method.partition(".")
    source = {"stepfunctions": "states"}.get(service, service)
    assert not operation(service, name).reads
    for detail_type, detail in CONSEQUENCES[method]:
        fields = {field: list(values) for field, values in detail.items()}
        pattern = {"source": [f"aws.{source}"], "detail-type": [detail_type]}
        kept = pattern | ({"detail": fields} if fields else {})
        assert list(patterns.check(kept)) == []


@pytest.mark.parametrize("name", TABLE)
def test_every_change_that_an_action_may_make_is_a_call_that_cloudtrail_tells_of(name: str) -> None:
    for permission in find(name).permissions:
        if iam.action(permission.action).access_level not in ("Read", "List"):
            assert api_calls(permission.action)
