"""The schemas as types: whatever they say is doubtful, and any map may hold more."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from opsloop.catalogue import schemas
from opsloop.catalogue.keyed import KEYED_BY_DATA
from opsloop.expressions.types import Type

KEYS = [(source, kind) for source, kinds in schemas.names().items() for kind in kinds]


def _inside(known: Type | None, name: str = "") -> Iterator[tuple[str, Type]]:
    if known is None:
        return
    yield name, known
    yield from _inside(known.items)
    for below, each in (known.fields or {}).items():
        yield from _inside(each, below)


@pytest.mark.parametrize("key", KEYS, ids=" ".join)
def test_every_schema_is_a_type(key: tuple[str, str]) -> None:
    known = schemas.detail(*key)
    assert known is not None
    for name, one in _inside(known):
        assert one.doubtful
        assert one.open == (one.fields is not None)
        assert one.fields is None or name.lower() not in KEYED_BY_DATA
        assert not name.endswith("?")


def test_one_of_them() -> None:
    text, number = Type("string", doubtful=True), Type("number", doubtful=True)
    flag = Type("boolean", doubtful=True)
    assert schemas.detail("aws.acm", "ACM Certificate Approaching Expiration") == Type(
        "object", {"DaysToExpiry": number, "Exportable": flag}, open=True, doubtful=True
    )
    assert schemas.detail("aws.kms", "KMS CMK Deletion") == Type(
        "object", {"key-id": text}, open=True, doubtful=True
    )


def test_two_schemas_of_one_detail_type_are_either() -> None:
    kind = "Firewall Configuration Changed"
    assert len(schemas.names()["aws.network-firewall"][kind]) == 2
    known = schemas.detail("aws.network-firewall", kind)
    assert known is not None
    assert known.kind == "object"


@pytest.mark.parametrize("key", [("aws.ec2", "Nothing"), ("aws.nothing", "Nothing")])
def test_of_others_nothing_is_known(key: tuple[str, str]) -> None:
    assert schemas.detail(*key) is None
