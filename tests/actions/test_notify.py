"""notify: what each provider is sent, whole; and what an event can not do to it."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.actions.base import WouldCall
from chalicelib.actions.notify import opsgenie, pagerduty, slack, sns, teams
from chalicelib.actions.notify.channels import TYPES
from chalicelib.actions.notify.message import MOST_FIELDS, Message, fit, in_bytes
from chalicelib.actions.web import Reply
from chalicelib.errors import StepError
from tests.actions.servers import serving
from tests.actions.world import ACCOUNT, EXECUTION, REGION, TOKEN, Replies, World

HOOK = "https://hooks.example/services/T0/B0/s3cr3tpath"
WITH = {
    "title": "b-1 was opened",
    "body": "by <mallory> & co\nand closed again",
    "severity": "high",
    "fields": {"actor": "mallory", "count": 3},
}
ORIGIN = f"high · close-bucket · {ACCOUNT} {REGION} · {EXECUTION}"


def _message(title: str = "t", body: str = "", **fields: str) -> Message:
    where = {"rule": "close-bucket", "execution": EXECUTION, "account": ACCOUNT, "region": REGION}
    return Message(title, body, "high", fields, token=TOKEN, **where)


def _notify(
    aws: World, channel: dict[str, Any], *replies: Reply, **given: Any
) -> tuple[dict[str, Any], Any]:
    """The result, and the one request that was made."""
    transport = Replies(list(replies) or [Reply(200, {}, b"ok")])
    aws.transport = transport
    result = aws.do("notify", {"to": "it", **WITH, **given}, aws.tools(channels={"it": channel}))
    (request,) = transport.requests
    return result, request


def test_slack(aws: World) -> None:
    result, request = _notify(aws, {"type": "slack", "url": HOOK})
    assert result == {"to": "it", "type": "slack", "id": None}
    assert (request.method, request.host, request.path) == (
        "POST",
        "hooks.example",
        "/services/T0/B0/s3cr3tpath",
    )

    def plain(text: str) -> dict[str, Any]:
        return {"type": "plain_text", "text": text, "emoji": False}

    assert json.loads(request.body) == {
        "text": "b-1 was opened",
        "blocks": [
            {"type": "header", "text": plain("b-1 was opened")},
            {
                "type": "section",
                "text": plain("by &lt;mallory&gt; &amp; co\nand closed again"),
            },
            {"type": "section", "fields": [plain("actor\nmallory"), plain("count\n3")]},
            {"type": "context", "elements": [plain(ORIGIN)]},
        ],
    }


def test_teams(aws: World) -> None:
    ran = Reply(202, {"X-Ms-Workflow-Run-Id": "0858"}, b"")
    result, request = _notify(aws, {"type": "teams", "url": HOOK}, ran)
    assert result == {"to": "it", "type": "teams", "id": "0858"}

    def line(*runs: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "RichTextBlock",
            "inlines": [{"type": "TextRun", **run} for run in runs],
        }

    assert json.loads(request.body) == {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.4",
                    "msteams": {"width": "Full"},
                    "body": [
                        line({"text": "b-1 was opened", "weight": "Bolder", "color": "Attention"}),
                        line({"text": "by <mallory> & co"}),
                        line({"text": "and closed again"}),
                        line({"text": "actor: ", "weight": "Bolder"}, {"text": "mallory"}),
                        line({"text": "count: ", "weight": "Bolder"}, {"text": "3"}),
                        line({"text": ORIGIN, "isSubtle": True}),
                    ],
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ({}, "events.pagerduty.com"),
        ({"site": "us"}, "events.pagerduty.com"),
        ({"site": "eu"}, "events.eu.pagerduty.com"),
    ],
)
def test_pagerduty(aws: World, site: dict[str, str], host: str) -> None:
    accepted = Reply(202, {}, b'{"status": "success", "dedup_key": "as-sent"}')
    channel = {"type": "pagerduty", "routing_key": "R0UT1NG", **site}
    result, request = _notify(aws, channel, accepted)
    assert result == {"to": "it", "type": "pagerduty", "id": "as-sent"}
    assert (request.host, request.path) == (host, "/v2/enqueue")
    assert json.loads(request.body) == {
        "routing_key": "R0UT1NG",
        "event_action": "trigger",
        "dedup_key": TOKEN,
        "client": "opsloop",
        "payload": {
            "summary": "b-1 was opened",
            "source": f"{ACCOUNT} {REGION}",
            "severity": "error",
            "component": "close-bucket",
            "custom_details": {
                "actor": "mallory",
                "count": "3",
                "body": "by <mallory> & co\nand closed again",
                "execution": EXECUTION,
            },
        },
    }


@pytest.mark.parametrize(
    ("site", "url"),
    [
        ({}, ("api.opsgenie.com", "/v2/alerts")),
        ({"site": "eu"}, ("api.eu.opsgenie.com", "/v2/alerts")),
        ({"site": "jsm"}, ("api.atlassian.com", "/jsm/ops/integration/v2/alerts")),
    ],
)
def test_opsgenie(aws: World, site: dict[str, str], url: tuple[str, str]) -> None:
    accepted = Reply(202, {}, b'{"result": "Request will be processed", "requestId": "r-1"}')
    result, request = _notify(aws, {"type": "opsgenie", "api_key": "K3Y", **site}, accepted)
    assert result == {"to": "it", "type": "opsgenie", "id": "r-1"}
    assert (request.host, request.path) == url
    assert request.headers["Authorization"] == "GenieKey K3Y"
    assert json.loads(request.body) == {
        "message": "b-1 was opened",
        "alias": TOKEN,
        "description": "by &lt;mallory&gt; &amp; co\nand closed again",
        "priority": "P2",
        "source": "opsloop close-bucket",
        "details": {
            "actor": "mallory",
            "count": "3",
            "account": ACCOUNT,
            "region": REGION,
            "execution": EXECUTION,
        },
    }


@pytest.mark.parametrize(
    ("severity", "pagerduty_says", "opsgenie_says"),
    [
        ("critical", "critical", "P1"),
        ("high", "error", "P2"),
        ("medium", "warning", "P3"),
        ("low", "info", "P4"),
        ("info", "info", "P5"),
    ],
)
def test_severities(aws: World, severity: str, pagerduty_says: str, opsgenie_says: str) -> None:
    channels: list[dict[str, Any]] = [
        {"type": "pagerduty", "routing_key": "k"},
        {"type": "opsgenie", "api_key": "k"},
    ]
    page, alert = (
        json.loads(_notify(aws, channel, severity=severity)[1].body) for channel in channels
    )
    assert (page["payload"]["severity"], alert["priority"]) == (pagerduty_says, opsgenie_says)


def test_webhook(aws: World) -> None:
    channel = {
        "type": "webhook",
        "url": "http://alerts.internal:8080/in",
        "headers": {"Authorization": "Bearer k"},
        "networks": ["10.0.0.0/8"],
    }
    result, request = _notify(aws, channel, Reply(200, {}, b'{"id": 7}'))
    assert result == {"to": "it", "type": "webhook", "id": "7"}
    assert (request.networks, request.headers["Authorization"]) == (("10.0.0.0/8",), "Bearer k")
    assert request.headers["Idempotency-Key"] == TOKEN
    assert json.loads(request.body) == {
        "title": "b-1 was opened",
        "body": "by <mallory> & co\nand closed again",
        "severity": "high",
        "fields": {"actor": "mallory", "count": "3"},
        "rule": "close-bucket",
        "execution": EXECUTION,
        "account": ACCOUNT,
        "region": REGION,
        "token": TOKEN,
    }


def _queue(aws: World, topic: str, **attributes: str) -> Any:
    """A queue that is subscribed to the topic."""
    sqs, fifo = aws.client("sqs"), ".fifo" if topic.endswith(".fifo") else ""
    given = {"FifoQueue": "true"} if fifo else {}
    url = sqs.create_queue(QueueName=f"q{fifo}", Attributes=given | attributes)["QueueUrl"]
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:q{fifo}"
    aws.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return lambda: json.loads(sqs.receive_message(QueueUrl=url)["Messages"][0]["Body"])


def test_sns(aws: World) -> None:
    topic = aws.client("sns").create_topic(Name="alerts")["TopicArn"]
    received = _queue(aws, topic)
    tools = aws.tools(channels={"it": {"type": "sns", "topic": topic}})
    result = aws.do("notify", {"to": "it", **WITH}, tools)
    message = received()
    assert result == {"to": "it", "type": "sns", "id": message["MessageId"]}
    assert message["Subject"] == "b-1 was opened"
    assert message["Message"] == (
        "b-1 was opened\n\nby <mallory> & co\nand closed again\n\nactor: mallory\ncount: 3\n\n"
        + ORIGIN
    )
    assert message["MessageAttributes"] == {
        "severity": {"Type": "String", "Value": "high"},
        "rule": {"Type": "String", "Value": "close-bucket"},
    }


def test_a_fifo_topic_takes_a_message_once(aws: World) -> None:
    given = {"FifoTopic": "true"}
    topic = aws.client("sns").create_topic(Name="a.fifo", Attributes=given)["TopicArn"]
    calls = aws.answer("sns", "Publish", {"MessageId": "m"})
    tools = aws.tools(channels={"it": {"type": "sns", "topic": topic}})
    aws.do("notify", {"to": "it", **WITH}, tools)
    assert (calls[0]["MessageGroupId"], calls[0]["MessageDeduplicationId"]) == (
        "close-bucket",
        TOKEN,
    )


@pytest.mark.parametrize("channel", [
    {"type": "slack", "url": HOOK},
    {"type": "teams", "url": HOOK},
    {"type": "pagerduty", "routing_key": "k"},
    {"type": "opsgenie", "api_key": "k"},
    {"type": "webhook", "url": HOOK},
    {"type": "sns", "topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:alerts"},
], ids=lambda channel: channel["type"])  # fmt: skip
def test_a_dry_run_tells_nobody(aws: World, channel: dict[str, Any]) -> None:
    aws.transport = transport = Replies()
    with pytest.raises(WouldCall) as raised:
        aws.do("notify", {"to": "it", **WITH}, aws.tools(channels={"it": channel}, dry_run=True))
    assert (transport.requests, aws.sent) == ([], [])
    assert "s3cr3tpath" not in json.dumps(raised.value.as_dict())


HOSTILE = "<!channel> <@U1> <https://evil.example|click> @here **b** [l](javascript:x) :skull:"


def test_slack_reads_no_mention_and_no_link() -> None:
    sent = json.dumps(slack.payload(_message(HOSTILE, HOSTILE, **{HOSTILE: HOSTILE})))
    assert "<" not in sent
    assert ">" not in sent
    assert "mrkdwn" not in sent


def test_teams_reads_no_markdown_and_no_mention() -> None:
    card = teams.payload(_message(HOSTILE, HOSTILE, **{HOSTILE: HOSTILE}))
    content = card["attachments"][0]["content"]
    assert set(content) == {"$schema", "type", "version", "msteams", "body"}
    assert content["msteams"] == {"width": "Full"}
    assert {block["type"] for block in content["body"]} == {"RichTextBlock"}
    assert {run["type"] for block in content["body"] for run in block["inlines"]} == {"TextRun"}


def test_opsgenie_reads_no_html() -> None:
    sent = opsgenie.payload(_message("<script>", "<img src=x>"))
    assert (sent["message"], sent["description"]) == ("&lt;script&gt;", "&lt;img src=x&gt;")


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Zürich\tis — down", "Z?rich?is ? down"),
        ("\x00", "?"),
        (" ", "opsloop"),
        ("x" * 200, "x" * 96 + "..."),
        ("Subject\r\nBcc: all", "Subject??Bcc: all"),
    ],
)
def test_an_sns_subject_is_one_line_of_ascii(title: str, subject: str) -> None:
    assert sns.payload(_message(title))["Subject"] == subject


def test_an_unknown_severity_is_said(aws: World) -> None:
    with pytest.raises(StepError) as raised:
        _notify(aws, {"type": "slack", "url": HOOK}, severity="warning")
    assert str(raised.value) == (
        "InvalidParameters: severity 'warning'; expected one of critical, high, medium, low, info"
    )


def test_what_is_no_text_is_told_as_json(aws: World) -> None:
    _, request = _notify(aws, {"type": "webhook", "url": HOOK}, title=3, body={"a": [1, None]})
    sent = json.loads(request.body)
    assert (sent["title"], sent["body"]) == ("3", '{"a": [1, null]}')


def test_a_title_is_one_line(aws: World) -> None:
    _, request = _notify(aws, {"type": "webhook", "url": HOOK}, title=" a\r\nb\t c ")
    assert json.loads(request.body)["title"] == "a b c"


@pytest.mark.parametrize(
    ("text", "limit", "cut"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("a<", 5, "a&lt;"), ("a<b", 5, "a…"), ("", 1, "")],
)
def test_a_text_is_cut_with_a_mark(text: str, limit: int, cut: str) -> None:
    assert fit(text, limit, slack._escape) == cut


@given(st.text(), st.integers(3, 40), st.sampled_from([str, slack._escape]))
def test_a_text_fits_and_is_its_own_beginning(text: str, limit: int, escape: Any) -> None:
    for size in (len, in_bytes):
        cut = fit(text, limit, escape, size)
        assert size(cut) <= limit
        assert escape(text).startswith(cut.removesuffix("…"))
        assert (cut == escape(text)) or size(escape(text)) > limit


#: a few letters many times: what is long once it is escaped and encoded
LONG = st.builds(
    str.__mul__, st.text(st.sampled_from('a<ü\N{FIRE}\n\\"\x00'), min_size=1, max_size=3),
    st.integers(1, 30_000),
)  # fmt: skip


@given(LONG, LONG, st.integers(0, MOST_FIELDS))
@settings(deadline=None, max_examples=60)
def test_no_message_is_more_than_the_provider_takes(title: str, body: str, count: int) -> None:
    message = _message(title, body, **{f"{number} {body[:90]}": body for number in range(count)})
    assert _sent(teams.payload(message)) <= 28_000
    assert _sent(pagerduty.payload("k", message)) <= 512_000
    alert = opsgenie.payload(message)
    assert len(alert["message"]) <= 130
    assert len(alert["description"]) <= 15_000
    assert sum(len(name) + len(value) for name, value in alert["details"].items()) <= 8_000
    published = sns.payload(message)
    assert in_bytes(published["Message"]) <= 262_144
    assert len(published["Subject"]) < 100
    blocks = slack.payload(message)["blocks"]
    assert len(blocks) <= 50
    assert all(len(block.get("fields", [])) <= 10 for block in blocks)
    assert len(blocks[0]["text"]["text"]) <= 150


def _sent(payload: dict[str, Any]) -> int:
    return len(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode())


def test_half_a_letter_is_no_reason_not_to_tell(aws: World) -> None:
    """JSON can hold what no encoding can: one half of a surrogate pair."""
    half = json.loads('"\\ud83d"')
    _, request = _notify(aws, {"type": "slack", "url": HOOK}, title=half, fields={half: half})
    assert json.loads(request.body)["text"] == "?"


def test_too_many_fields_are_counted(aws: World) -> None:
    fields = {f"f{number}": number for number in range(MOST_FIELDS + 5)}
    _, request = _notify(aws, {"type": "webhook", "url": HOOK}, fields=fields)
    sent = json.loads(request.body)["fields"]
    assert list(sent)[-2:] == [f"f{MOST_FIELDS - 1}", "…"]
    assert sent["…"] == "5 more"


@pytest.mark.parametrize(
    ("channel", "message"),
    [
        (
            {},
            (
                "found type None; expected one of sns, slack, teams, pagerduty, opsgenie, "
                "webhook, apprise"
            ),
        ),
        ({"type": "slack"}, "found no `url`; expected the settings type, url"),
        (
            {"type": "slack", "url": HOOK, "chanel": "#x"},
            "found `chanel`; expected the settings type, url",
        ),
        ({"type": "sns", "topic": 7}, "found int in `topic`; expected str"),
        (
            {"type": "pagerduty", "routing_key": "k", "site": "mars"},
            "found 'mars' in `site`; expected one of us, eu",
        ),
    ],
)
def test_says_what_is_wrong_with_a_channel(
    aws: World, channel: dict[str, Any], message: str
) -> None:
    with pytest.raises(StepError) as raised:
        _notify(aws, channel)
    assert str(raised.value) == f"InvalidChannel: channel it: {message}"


def test_a_failure_names_the_host_and_not_the_url(aws: World) -> None:
    with pytest.raises(StepError) as raised:
        _notify(aws, {"type": "slack", "url": HOOK}, Reply(404, {}, b"no_service at s3cr3tpath"))
    assert str(raised.value) == "HTTP404: POST hooks.example: HTTP 404: no_service at ***"


def test_every_type_has_its_module() -> None:
    folder = Path(slack.__file__).parent
    assert {path.stem for path in folder.glob("*.py")} == {
        *TYPES,
        "__init__",
        "channels",
        "message",
    }


def test_over_a_real_connection(aws: World) -> None:
    from chalicelib.actions.transport import Urllib3Transport  # noqa: PLC0415 - the real one

    aws.transport = Urllib3Transport()
    with serving(body=b'{"id": "m-1"}') as server:
        channel = {
            "type": "webhook",
            "url": f"http://127.0.0.1:{server.port}/in",
            "networks": ["127.0.0.1/32"],
        }
        result = aws.do("notify", {"to": "it", **WITH}, aws.tools(channels={"it": channel}))
    assert result["id"] == "m-1"
    assert json.loads(server.asked[0][3])["title"] == "b-1 was opened"


APPRISE = {"type": "apprise", "urls": ["json://one", "json://two"]}


def test_apprise_says_how_to_opt_in(aws: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(StepError) as raised:
        aws.do("notify", {"to": "it", **WITH}, aws.tools(channels={"it": APPRISE}))
    assert str(raised.value) == (
        "AppriseMissing: channels of type apprise need the package apprise: add a line `apprise` "
        "to requirements.txt and deploy again"
    )


class _Apprise:
    """The package, as far as it is used: knows json:// and fails for `down`."""

    sent: list[dict[str, Any]]

    def __init__(self) -> None:
        self.urls: list[str] = []
        self.sent = []
        self.Apprise = lambda: self

    def add(self, url: str) -> bool:
        self.urls.append(url)
        return url.startswith("json://")

    def notify(self, **given: Any) -> bool:
        self.sent.append(given)
        return "json://down" not in self.urls


@pytest.fixture
def apprise(monkeypatch: pytest.MonkeyPatch) -> _Apprise:
    fake = _Apprise()
    monkeypatch.setitem(sys.modules, "apprise", fake)
    return fake


def test_apprise(aws: World, apprise: _Apprise) -> None:
    result = aws.do("notify", {"to": "it", **WITH}, aws.tools(channels={"it": APPRISE}))
    assert result == {"to": "it", "type": "apprise", "id": None}
    assert apprise.urls == ["json://one", "json://two"]
    (sent,) = apprise.sent
    assert (sent["title"], sent["notify_type"], sent["body_format"]) == (
        "b-1 was opened",
        "failure",
        "text",
    )
    assert sent["body"].endswith(ORIGIN)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("s3cr3t", "InvalidChannel: urls[0] is no URL that Apprise knows"),
        ("json://down", "NotifyFailed: at least one of the URLs did not take it"),
    ],
)
@pytest.mark.usefixtures("apprise")
def test_apprise_that_fails(aws: World, url: str, message: str) -> None:
    channel = {"type": "apprise", "urls": [url]}
    with pytest.raises(StepError) as raised:
        aws.do("notify", {"to": "it", **WITH}, aws.tools(channels={"it": channel}))
    assert str(raised.value) == message


def test_a_dry_run_of_apprise_tells_nobody(aws: World, apprise: _Apprise) -> None:
    tools = aws.tools(channels={"it": APPRISE}, dry_run=True)
    with pytest.raises(WouldCall, match=r"would call apprise\.notify"):
        aws.do("notify", {"to": "it", **WITH}, tools)
    assert apprise.sent == []
