import json
from typing import Any

import pytest

from chalicelib.actions.transport import Urllib3Transport
from chalicelib.actions.web import Reply
from chalicelib.errors import StepError
from tests.actions.servers import serving
from tests.actions.world import Replies, World

URL = "https://status.example/api"


def _do(aws: World, name: str, **given: Any) -> tuple[Any, Any]:
    aws.transport = transport = Replies([Reply(200, {"X-A": "b"}, b'{"ok": 1}')])
    result = aws.do(name, {"url": URL, **given})
    return result, transport.requests[0]


def test_gets(aws: World) -> None:
    result, request = _do(aws, "http.get", headers={"Accept": "application/json"}, timeout=3)
    assert result == {"status": 200, "headers": {"x-a": "b"}, "body": {"ok": 1}}
    assert (request.method, request.body, request.timeout) == ("GET", None, 3)
    assert request.headers["Accept"] == "application/json"


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"json": {"a": [1]}}, b'{"a":[1]}'),
        ({"json": False}, b"false"),
        ({"body": "a=b"}, b"a=b"),
        ({"body": ""}, b""),
        ({}, None),
        ({"body": json.loads('"\\ud83d"')}, b"?"),
        ({"json": json.loads('"\\ud83d"')}, b'"?"'),
    ],
)
def test_posts(aws: World, given: dict[str, Any], body: bytes | None) -> None:
    _, request = _do(aws, "http.post", **given)
    assert (request.method, request.body) == ("POST", body)


def test_requests_by_any_method(aws: World) -> None:
    _, request = _do(aws, "http.request", method="DELETE", networks=["10.0.0.0/8"])
    assert (request.method, request.networks) == ("DELETE", ("10.0.0.0/8",))


def test_json_or_body(aws: World) -> None:
    with pytest.raises(StepError) as raised:
        _do(aws, "http.post", json={}, body="x")
    assert str(raised.value) == (
        "InvalidParameters: found both `json` and `body`; expected one of them"
    )


def test_a_cookie_is_not_written_down(aws: World) -> None:
    aws.transport = Replies([Reply(200, {"Set-Cookie": "session=1", "A": "b"}, b"")])
    assert aws.do("http.get", {"url": URL})["headers"] == {"a": "b"}


def test_over_a_real_connection(aws: World) -> None:
    aws.transport = Urllib3Transport()
    with serving(body=b'[{"labels": {"alertname": "DiskFull"}}]') as server:
        url = f"http://localhost:{server.port}/api/v2/alerts?filter=host%3Dh"
        given = {"url": url, "networks": ["127.0.0.0/8", "::1"]}
        result = aws.do("http.get", given)
        with pytest.raises(StepError, match="AddressRefused"):
            aws.do("http.get", {"url": url})
    assert result["body"] == [{"labels": {"alertname": "DiskFull"}}]
    assert [asked[1] for asked in server.asked] == ["/api/v2/alerts?filter=host%3Dh"]
