"""What `opsloop events` finds, and what it says of one event."""

from __future__ import annotations

import pytest
import yaml

from opsloop.catalogue import entries, samples, schemas, view
from opsloop.catalogue.entries import Entry, Field, every, fields, find
from opsloop.compiler.triggers import wiring
from opsloop.naming import WrongUsage
from opsloop.rules.triggers import When

FOUND = [
    ("ec2:RunInstances", ["ec2:RunInstances"]),
    ("EC2:runinstances", ["ec2:RunInstances"]),
    ("ec2-run-instances", ["ec2:RunInstances"]),
    ("aws.kms@KMSCMKDeletion", ["aws.kms@KMSCMKDeletion"]),
    ("KMS CMK Deletion", ["aws.kms@KMSCMKDeletion"]),
    ("kms", ["kms:ScheduleKeyDeletion", "aws.kms@KMSImportedKeyMaterialExpiration"]),
    ("aws.backup", ["aws.backup@BackupJobStateChange"]),
    ("spot instance interr", ["aws.ec2@EC2SpotInstanceInterruptionWarning"]),
]


@pytest.mark.parametrize(("name", "names"), FOUND)
def test_what_is_found_by_a_name(name: str, names: list[str]) -> None:
    found = [one.name for one in find(name)]
    assert found == names if len(names) == 1 else set(names) <= set(found)


def test_a_source_gives_all_that_it_sends() -> None:
    assert [one.name for one in find("glue")] == [one.name for one in find("aws.glue")]
    assert {one.source for one in find("glue")} == {"aws.glue"}


def test_without_a_name_everything_is_found() -> None:
    assert find(None) == list(every())
    assert len({one.name for one in every()}) == len(every())
    keys = {(one.source, one.detail_type) for one in every()}
    assert keys >= {(source, kind) for source, kinds in schemas.names().items() for kind in kinds}
    told = {sample.name for one in every() for sample in one.samples}
    assert told == {sample.name for sample in samples.every()}


UNKNOWN = [
    ("ec2:RunInstnces", "found the event 'ec2:RunInstnces'; expected ec2:RunInstances"),
    ("aws.guardutty", "found the event 'aws.guardutty'; expected aws.guardduty"),
]


@pytest.mark.parametrize(("name", "message"), UNKNOWN)
def test_an_unknown_name_says_what_was_meant(name: str, message: str) -> None:
    with pytest.raises(WrongUsage) as raised:
        find(name)
    assert str(raised.value) == message


def one(name: str) -> Entry:
    (found,) = find(name)
    return found


def test_the_fields_of_an_event() -> None:
    assert fields(one("acm-certificate-expiring")) == [
        Field("event.detail.CommonName", "string", "sample"),
        Field("event.detail.DaysToExpiry", "number", "sample"),
        Field("event.detail.Exportable", "boolean", "schema"),
    ]
    assert fields(one("ec2-instance-state-change")) == [
        Field('event.detail."instance-id"', "string", "sample"),
        Field("event.detail.state", "string", "sample"),
    ]


def test_the_fields_of_a_call_are_its_own_first() -> None:
    told = fields(one("ec2:StopInstances"))
    assert told[:5] == [
        Field("event.detail.requestParameters", "object", "sample"),
        Field("event.detail.requestParameters.force", "boolean", "sample"),
        Field("event.detail.requestParameters.instancesSet", "object", "sample"),
        Field("event.detail.requestParameters.instancesSet.items", "array of objects", "sample"),
        Field("event.detail.requestParameters.instancesSet.items[].instanceId", "string", "sample"),
    ]
    assert Field("event.detail.eventTime", "string, a time", "CloudTrail") in told
    assert "event.detail.requestParameters.launchTemplate" not in [each.path for each in told]


@pytest.mark.parametrize("entry", every(), ids=lambda entry: entry.name)
def test_every_trigger_that_is_shown_can_be_wired(entry: Entry) -> None:
    when = When.model_validate(yaml.safe_load(view.when(entry))["when"])
    made = wiring(when)
    faults = [fault for fault in made.faults if "data event" not in fault.found]
    assert [fault for fault in faults if "only reads" not in fault.found] == []


def test_all_of_one_as_data() -> None:
    told = view.as_json(one("kms-key-deleted"))
    assert told == {
        "name": "aws.kms@KMSCMKDeletion",
        "source": "aws.kms",
        "detail_type": "KMS CMK Deletion",
        "call": None,
        "schema": True,
        "when": "when:\n  event:\n    source: [aws.kms]\n    detail-type: [KMS CMK Deletion]",
        "fields": [{"path": 'event.detail."key-id"', "type": "string", "known_from": "sample"}],
        "samples": [
            {
                "name": "kms-key-deleted",
                "title": told["samples"][0]["title"],
                "url": told["samples"][0]["url"],
                "adapted": told["samples"][0]["adapted"],
                "payload": samples.of("aws.kms", "KMS CMK Deletion")[0].payload,
            }
        ],
    }


def test_an_entry_says_who_tells_of_it() -> None:
    told = {entry.known_from for entry in entries.every()}
    assert told == {"schema", "sample", "schema and sample"}
