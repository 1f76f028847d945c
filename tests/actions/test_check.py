from typing import Any

import pytest

from chalicelib.actions import find
from opsloop.actions import check_parameters, own_expressions
from opsloop.problems import Fault

TAGS = {"service": "ec2", "resources": ["arn"], "tags": {"a": "b"}}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("tags.apply", TAGS),
        ("tags.apply", dict.fromkeys(TAGS, "${x}")),
        (
            "tags.apply",
            {"service": "${a}c2", "resources": ["${x}", "a${x}"], "tags": {"a": "${x}"}},
        ),
        ("ec2.quarantine_instance", {"instance": "i-1", "detach": True}),
        ("http.get", {"url": "u", "timeout": 5}),
        ("http.get", {"url": "u", "timeout": 5.5}),
        ("http.post", {"url": "u", "json": [1, {"a": None}]}),
        ("notify", {"to": "x", "title": "t", "fields": {"a": 1, "b": ["c"]}}),
    ],
)
def test_takes(name: str, data: dict[str, Any]) -> None:
    assert check_parameters(find(name), data) == []


@pytest.mark.parametrize(
    ("name", "data", "faults"),
    [
        (
            "s3.block_public_access",
            {"buckt": "b"},
            [
                Fault(
                    "buckt, which s3.block_public_access does not have",
                    "bucket",
                    "bucket",
                    ("buckt",),
                    key=True,
                )
            ],
        ),
        (
            "s3.block_public_access",
            {"bucket": "b", "force": True},
            [
                Fault(
                    "force, which s3.block_public_access does not have",
                    "bucket",
                    None,
                    ("force",),
                    key=True,
                )
            ],
        ),
        (
            "s3.block_public_access",
            None,
            [Fault("no bucket", "bucket (text), which s3.block_public_access needs")],
        ),
        (
            "s3.block_public_access",
            {"bucket": 7},
            [Fault("the number 7", "text", '"7"', ("bucket",), spelt=True)],
        ),
        (
            "s3.block_public_access",
            {"bucket": None},
            [Fault("null", "text", None, ("bucket",))],
        ),
        (
            "s3.block_public_access",
            {"bucket": ["b"]},
            [Fault("a list", "text", None, ("bucket",))],
        ),
        (
            "ec2.quarantine_instance",
            {"instance": "i-1", "detach": "True"},
            [Fault("the text 'True'", "true or false", "true", ("detach",), spelt=True)],
        ),
        (
            "ec2.quarantine_instance",
            {"instance": "i-1", "detach": "a${x}"},
            [Fault("the text 'a${x}'", "true or false", None, ("detach",))],
        ),
        (
            "http.get",
            {"url": "u", "timeout": "5"},
            [Fault("the text '5'", "a number", None, ("timeout",))],
        ),
        (
            "http.get",
            {"url": "u", "timeout": True},
            [Fault("true", "a number", None, ("timeout",))],
        ),
        (
            "http.get",
            {"url": "u", "networks": "10.0.0.0/8"},
            [
                Fault(
                    "the text '10.0.0.0/8'",
                    "a list of texts",
                    '["10.0.0.0/8"]',
                    ("networks",),
                    spelt=True,
                )
            ],
        ),
        (
            "http.get",
            {"url": "u", "networks": ["a", 5]},
            [Fault("the number 5", "text", '"5"', ("networks", 1), spelt=True)],
        ),
        (
            "http.get",
            {"url": "u", "headers": {"a": 5}},
            [Fault("the number 5", "text", '"5"', ("headers", "a"), spelt=True)],
        ),
        (
            "tags.apply",
            {**TAGS, "service": "EC2"},
            [Fault("the text 'EC2'", "ec2", "ec2", ("service",))],
        ),
        (
            "notify",
            {"to": "x", "title": "t", "severity": "warning"},
            [
                Fault(
                    "the text 'warning'",
                    "one of critical, high, medium, low or info",
                    None,
                    ("severity",),
                )
            ],
        ),
        (
            "notify",
            {"to": "x", "title": "t", "fields": ["a"]},
            [Fault("a list", "a map", None, ("fields",))],
        ),
    ],
)
def test_says_what_is_wrong(name: str, data: dict[str, Any], faults: list[Fault]) -> None:
    assert check_parameters(find(name), data) == faults


@pytest.mark.parametrize(
    ("url", "count"),
    [
        ("https://example.com/${event.a}", 0),
        ("https://example.com/${event.a}/${event.b}", 0),
        ("https://example.com?x=${event.a}", 0),
        ("https://example.com:8443/${event.a}", 0),
        ("https://${params.host}/${event.a}", 1),
        ("https://${params.a}.${params.b}:${params.port}/${event.a}", 3),
        ("${params.base}/${event.a}", 1),
        ("${params.base}", 1),
        ("${params.scheme}://${event.host}/x", 2),
        ("https://example.com${event.a}", 1),
        ("https://example.com${event.a}/b", 1),
        ("https://user@${event.host}/x", 1),
        ("https://example.com\\${event.a}/x", 1),
        ("https:/${event.a}/x", 1),
        ("https:${event.a}/x", 1),
        ("${params.scheme}:/${event.a}/x", 2),
        ("//${event.a}/x", 1),
        ("/${event.a}", 1),
        ("ftp://example.com/${event.a}", 1),
        ("https://example.com/literal", 0),
    ],
)
def test_an_events_value_never_stands_where_a_url_leads(url: str, count: int) -> None:
    found = list(own_expressions(find("http.get"), {"url": url}))
    assert found == ([(("url",), count)] if count else [])


@pytest.mark.parametrize(
    ("name", "data", "found"),
    [
        ("notify", {"to": "${event.to}", "title": "${event.title}"}, [(("to",), 1)]),
        ("notify", {"to": "pager-${params.a}-${params.b}"}, [(("to",), 2)]),
        ("notify", {"to": "pager"}, []),
        (
            "http.get",
            {"url": "https://a/", "networks": ["10.0.0.0/8", "${params.vpc}"]},
            [(("networks", 1), 1)],
        ),
        ("http.get", {"networks": "${event.networks}"}, [(("networks",), 1)]),
        ("http.request", {"method": "${event.method}", "url": "https://a/"}, [(("method",), 1)]),
        ("tags.apply", {"service": "${event.service}"}, [(("service",), 1)]),
        ("s3.block_public_access", {"bucket": "${event.bucket}"}, []),
    ],
)
def test_what_an_event_may_not_choose(
    name: str, data: dict[str, Any], found: list[tuple[tuple[str | int, ...], int]]
) -> None:
    assert list(own_expressions(find(name), data)) == found
