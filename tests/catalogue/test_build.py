"""What is made of the npm package, and what was: schemas.json.gz and NOTICE as committed."""

from __future__ import annotations

import gzip
import json
from typing import Any

from opsloop.catalogue import build, schemas

TEXT = {"type": "string"}


def _ref(identity: str) -> dict[str, Any]:
    return {"type": "ref", "reference": {"$ref": identity}}


def _event(source: str, name: str, detail_type: str, root: str) -> dict[str, Any]:
    registered = f"{source}@{name}"
    return {
        "$id": name,
        "source": source,
        "name": registered,
        "detailType": detail_type,
        "rootProperty": {"$ref": root},
    }


def _shape(identity: str, **properties: Any) -> dict[str, Any]:
    return {"$id": identity, "name": "Any", "properties": properties}


DATABASE = {
    "schema": {
        "event": {
            "entities": [
                _event("aws.b", "Two", "Two", "1"),
                _event("aws.b", "Ten", "Two", "2"),
                _event("aws.a", "One", "One", "3"),
            ]
        },
        "eventTypeDefinition": {
            "entities": [
                _shape(
                    "1", tag={"type": TEXT}, list={"type": {"type": "array", "element": _ref("4")}}
                ),
                _shape("2", tags={"type": {"type": "map", "element": TEXT}}),
                _shape(
                    "3",
                    size={"type": {"type": "integer"}, "required": True},
                    free={"type": {"type": "json"}},
                    which={"type": {"type": "union", "types": [TEXT, _ref("5")]}},
                ),
                _shape("4", name={"type": TEXT, "required": True}),
                _shape("5", name={"type": TEXT, "required": True}),
            ]
        },
    }
}
PACKED = {
    "package": "@aws-cdk/aws-service-spec",
    "version": "1.2.3",
    "licence": "Apache-2.0",
    "shapes": [
        {"name": "string"},
        {"free?": "any", "size": "number", "which?": ["either", "string", 0]},
        {"tags?": ["map", "string"]},
        {"list?": ["list", 0], "tag?": "string"},
    ],
    "events": {
        "aws.a": {"One": [["aws.a@One", 1]]},
        "aws.b": {"Two": [["aws.b@Ten", 2], ["aws.b@Two", 3]]},
    },
}


def test_what_is_packed_is_small_and_in_order() -> None:
    packed = build.packed(DATABASE, "1.2.3")
    assert json.loads(gzip.decompress(packed)) == PACKED
    assert build.packed(DATABASE, "1.2.3") == packed


def test_the_notice_says_what_it_is_made_of() -> None:
    told = build.notice(build.packed(DATABASE, "1.2.3"))
    assert "@aws-cdk/aws-service-spec, version 1.2.3" in told
    assert "Apache License, Version 2.0" in told
    assert "3 of 2 sources" in told


def test_the_committed_schemas_are_those_of_the_version() -> None:
    content = schemas.content()
    registered = [each for by_type in content["events"].values() for each in by_type.values()]
    assert (content["package"], content["version"]) == (build.PACKAGE, build.VERSION)
    assert len(content["events"]) == 87
    assert sum(len(each) for each in registered) == 381


def test_the_committed_notice_is_of_the_committed_schemas() -> None:
    told = (build.FOLDER / build.NOTICE).read_text(encoding="utf-8")
    assert told == build.notice(schemas.PATH.read_bytes())
