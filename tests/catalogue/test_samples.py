"""The samples that an installed opsloop reads are those of tests/events, found by what they are."""

from __future__ import annotations

import json

import pytest

from opsloop.catalogue import samples
from tests.eventsource import samples as library


def test_the_committed_file_is_what_the_events_make() -> None:
    assert samples.PATH.read_text(encoding="utf-8") == samples.render()


def test_every_event_is_there_with_its_source() -> None:
    assert [one.name for one in samples.every()] == library.NAMES
    for one in samples.every():
        assert one.payload == library.payload(one.name)
        assert one.envelope == library.event(one.name).envelope
        assert one.url.startswith("https://docs.aws.amazon.com/")
        assert one.title
        assert one.adapted


def test_a_line_of_the_file() -> None:
    line = samples.PATH.read_text(encoding="utf-8").splitlines()[0]
    assert list(json.loads(line)) == ["name", "title", "url", "adapted", "payload"]


FOUND = [
    (("aws.ec2", "AWS API Call via CloudTrail", "RunInstances"), ["ec2-run-instances"]),
    (
        ("aws.ec2", "EBS Volume Notification", None),
        ["ebs-volume-attach-failed", "ebs-volume-modified"],
    ),
    # one comes by SNS, and is the same event
    (
        ("aws.rds", "RDS DB Instance Event", None),
        ["rds-instance-stopped", "sns-eventbridge-event"],
    ),
    (("aws.ec2", "AWS API Call via CloudTrail", "Nothing"), []),
    (("aws.ec2", "Nothing", None), []),
]


@pytest.mark.parametrize(("key", "names"), FOUND)
def test_what_there_is_of_an_event(key: tuple[str, str, str | None], names: list[str]) -> None:
    assert [one.name for one in samples.of(*key)] == names


def test_of_all_calls_where_none_is_named() -> None:
    found = samples.of("aws.s3", "AWS API Call via CloudTrail")
    assert {one.envelope["detail"]["eventName"] for one in found} == {
        "CreateBucket",
        "DeleteBucket",
        "DeleteBucketPublicAccessBlock",
        "PutBucketAcl",
        "PutBucketPolicy",
    }


def test_what_is_known_is_known_once() -> None:
    assert len(set(samples.known())) == len(samples.known())
    for source, kind, call in samples.known():
        assert samples.of(source, kind, call)
        assert (call is None) == (not samples.is_recorded(kind))
