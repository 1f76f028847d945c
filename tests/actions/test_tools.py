from typing import Any

import pytest
from botocore.session import get_session

from chalicelib.actions.base import Response, WouldCall
from chalicelib.actions.tools import AwsToolBox, AwsTools
from chalicelib.actions.web import Reply
from chalicelib.errors import StepError
from chalicelib.partitions import partition_of
from chalicelib.plan import Stage, Value
from opsloop.expressions import compile_value
from tests.actions.servers import serving
from tests.actions.world import (
    ACCOUNT,
    EXECUTION,
    REGION,
    TOKEN,
    Replies,
    Secrets,
    World,
    stage,
)

URL = "https://hooks.example/services/T000/B000/s3cr3tpath"


def _answering(aws: World, *replies: Reply) -> Replies:
    aws.transport = Replies(list(replies))
    return aws.transport


def test_names_for_messages_and_tags(aws: World) -> None:
    tools = aws.tools()
    named = (tools.rule, tools.execution, tools.account, tools.region, tools.partition, tools.token)
    assert named == ("close-bucket", EXECUTION, ACCOUNT, REGION, "aws", TOKEN)


def test_every_region_is_in_its_partition() -> None:
    session = get_session()
    for partition in session.get_available_partitions():
        for region in session.get_available_regions("ec2", partition):
            assert partition_of(region) == partition, region


def test_sends_json_and_reads_json(aws: World) -> None:
    sent = _answering(aws, Reply(200, {"X": "y"}, b'{"ok": true}'))
    answer = aws.tools().request("POST", URL, json={"a": "ü"}, headers={"Authorization": "k"})
    assert answer == Response(200, {"X": "y"}, {"ok": True})
    (request,) = sent.requests
    assert (request.method, request.authority, request.path) == (
        "POST",
        "hooks.example",
        "/services/T000/B000/s3cr3tpath",
    )
    assert request.body == '{"a":"ü"}'.encode()
    assert request.headers == {
        "User-Agent": f"opsloop/close-bucket/{EXECUTION}",
        "Content-Type": "application/json",
        "Authorization": "k",
    }


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (b"ok", "ok"),
        (b"", ""),
        (b"[1, 2.5]", [1, 2.5]),
        (b"NaN", "NaN"),
        (b'{"a": Infinity}', {"a": "Infinity"}),
        (b"\xff", "\N{REPLACEMENT CHARACTER}"),
        (b"[" * 100_000, "[" * 100_000),
        (b'{"a"', '{"a"'),
    ],
)
def test_a_body_is_json_or_text(aws: World, body: bytes, read: Any) -> None:
    _answering(aws, Reply(200, {}, body))
    assert aws.tools().request("GET", URL).body == read


@pytest.mark.parametrize(
    ("reply", "message", "retryable"),
    [
        (Reply(404, {}, b"no_service"), "HTTP404: POST hooks.example: HTTP 404: no_service", False),
        (Reply(400, {}, b""), "HTTP400: POST hooks.example: HTTP 400", False),
        (Reply(429, {}, b"slow down"), "HTTP429: POST hooks.example: HTTP 429: slow down", True),
        (Reply(503, {}, b""), "HTTP503: POST hooks.example: HTTP 503", True),
        (
            Reply(302, {"Location": "http://169.254.169.254"}, b"moved"),
            "HTTP302: POST hooks.example: HTTP 302: redirects are not followed",
            False,
        ),
        (
            Reply(404, {}, b"Cannot POST /services/T000/B000/s3cr3tpath key=Bearer abcdef"),
            "HTTP404: POST hooks.example: HTTP 404: Cannot POST /***/T000/B000/*** key=***",
            False,
        ),
        (
            Reply(400, {}, b"x" * 900),
            f"HTTP400: POST hooks.example: HTTP 400: {'x' * 200}…",
            False,
        ),
    ],
)
def test_a_status_that_is_no_success_fails(
    aws: World, reply: Reply, message: str, *, retryable: bool
) -> None:
    _answering(aws, reply)
    with pytest.raises(StepError) as raised:
        aws.tools().request("POST", URL, json={}, headers={"Authorization": "Bearer abcdef"})
    assert (str(raised.value), raised.value.retryable) == (message, retryable)


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_dry_run_sends_nothing_that_acts(aws: World, method: str) -> None:
    sent = _answering(aws)
    with pytest.raises(WouldCall) as raised:
        aws.tools(dry_run=True).request(method, URL, json={"a": 1})
    assert raised.value.as_dict() == {
        "would_call": f"http.{method.lower()}",
        "parameters": {"host": "hooks.example", "body": {"a": 1}},
    }
    assert sent.requests == []


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_dry_run_really_gets(aws: World, method: str) -> None:
    _answering(aws, Reply(200, {}, b""))
    assert aws.tools(dry_run=True).request(method, URL).status == 200


def test_a_request_waits_no_longer_than_the_step(aws: World) -> None:
    sent = _answering(aws, Reply(200, {}, b""), Reply(200, {}, b""))
    tools = aws.tools(seconds=30)
    tools.request("GET", URL, timeout=10)
    aws.clock.at += 25
    tools.request("GET", URL, timeout=10)
    assert [request.timeout for request in sent.requests] == [10, 5]
    aws.clock.at += 5
    with pytest.raises(StepError, match="Timeout: the step's time is up"):
        tools.request("GET", URL)


def test_another_road_for_effects(aws: World) -> None:
    aws.tools().announce("apprise", "notify", {})
    with pytest.raises(WouldCall, match=r"would call apprise\.notify"):
        aws.tools(dry_run=True).announce("apprise", "notify", {})
    with pytest.raises(StepError, match="Timeout"):
        aws.tools(seconds=0).announce("apprise", "notify", {})


def test_sleeps_while_there_is_time(aws: World) -> None:
    tools = aws.tools(seconds=10)
    tools.sleep(4)
    assert aws.clock.slept == [4]
    with pytest.raises(StepError, match="Timeout: no time left to wait 6 s"):
        tools.sleep(6)
    assert aws.clock.slept == [4]


def test_a_channel_is_the_stages(aws: World) -> None:
    assert aws.tools(channels={"ops": {"type": "sns"}}).channel("ops") == {"type": "sns"}


@pytest.mark.parametrize(
    ("channels", "message"),
    [
        ({}, "NoSuchChannel: test has no channel 'pager': none"),
        ({"b": {}, "a": {}}, "NoSuchChannel: test has no channel 'pager': a, b"),
    ],
)
def test_says_which_channels_there_are(aws: World, channels: dict[str, Any], message: str) -> None:
    with pytest.raises(StepError) as raised:
        aws.tools(channels=channels).channel("pager")
    assert str(raised.value) == message


def test_a_channels_secrets_are_resolved_when_it_is_used(aws: World) -> None:
    template = compile_value({"type": "slack", "url": "${secret('ssm:/hook')}", "in": "${region}"})
    given = {"ops": template}
    tools = _templated(aws, given, {"ssm:/hook": URL})
    assert tools.channel("ops") == {"type": "slack", "url": URL, "in": REGION}
    with pytest.raises(StepError) as raised:
        _templated(aws, given, {}).channel("ops")
    assert raised.value.code == "SecretError"
    assert "channel ops: " in raised.value.message
    assert URL not in str(raised.value)


def _templated(aws: World, channels: dict[str, Value], secrets: dict[str, str]) -> AwsTools:
    settings: Stage = {**stage(), "channels": channels}
    box = AwsToolBox(aws.sessions, settings, Secrets(secrets))
    deadline = aws.clock.now() + 60
    return box.tools(rule="r", execution="e", token="t", deadline=deadline, dry_run=False)


def test_without_a_transport_of_its_own_it_is_the_real_one(aws: World) -> None:
    with serving(body=b"here") as server:
        tools = _templated(aws, {}, {})
        answer = tools.request("GET", f"http://127.0.0.1:{server.port}/", networks=["127.0.0.1"])
    assert answer.body == "here"
