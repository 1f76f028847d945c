from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.actions.web import Reply, Request, request, response
from chalicelib.errors import StepError


def _request(url: str, method: str = "GET", **headers: str) -> Request:
    given: dict[str, Any] = {"headers": headers, "body": None, "timeout": 1.0, "networks": ()}
    return request(method, url, **given)


@pytest.mark.parametrize(
    ("url", "where", "path"),
    [
        ("https://example.com", ("https", "example.com", 443), "/"),
        ("https://example.com/a/b?c=d", ("https", "example.com", 443), "/a/b?c=d"),
        ("https://EXAMPLE.com:8443/", ("https", "example.com", 8443), "/"),
        ("https://example.com?x", ("https", "example.com", 443), "/?x"),
        ("https://example.com/#f", ("https", "example.com", 443), "/"),
        ("http://10.0.0.1:9093/api", ("http", "10.0.0.1", 9093), "/api"),
        ("http://[fd00::1]/api", ("http", "fd00::1", 80), "/api"),
        ("https://xn--zrich-kva.example/", ("https", "xn--zrich-kva.example", 443), "/"),
        ("https://a_b.example./", ("https", "a_b.example.", 443), "/"),
        ("https://example.com/%0d%0aX:y", ("https", "example.com", 443), "/%0d%0aX:y"),
    ],
)
def test_reads_a_url(url: str, where: tuple[str, str, int], path: str) -> None:
    found = _request(url)
    assert ((found.scheme, found.host, found.port), found.path) == (where, path)


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("https://example.com:443/", "example.com"),
        ("https://example.com:80/", "example.com:80"),
        ("http://example.com:80/", "example.com"),
        ("http://[fd00::1]:81/", "[fd00::1]:81"),
        ("http://[fd00::1]/", "[fd00::1]"),
    ],
)
def test_the_host_header_has_the_port_where_it_is_needed(url: str, authority: str) -> None:
    assert _request(url).authority == authority


ASCII = "only visible ASCII; write a name's other letters as xn--, a path's as %XX"
FORM = "https://host/path"
USER = "no user and password before the host; send a header"
HOST = "a host name or an address"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", ASCII),
        ("https://zürich.example/", ASCII),
        ("https://example。com/", ASCII),
        ("https://\N{DOUBLE-STRUCK ITALIC SMALL E}xample.com/", ASCII),
        ("https://example.com/a b", ASCII),
        ("https://example.com/\r\nHost: evil", ASCII),
        ("https://example.com\\@evil.example/", ASCII),
        ("https://example.com/\x00", ASCII),
        ("https://user@evil.example/", USER),
        ("https://user:password@example.com/", USER),
        ("https://example.com:x@evil.example/", USER),
        ("https://@evil.example/", USER),
        ("ftp://example.com/", FORM),
        ("file:///etc/passwd", FORM),
        ("gopher://x/", FORM),
        ("//example.com/", FORM),
        ("example.com/", FORM),
        ("https:///path", FORM),
        ("https:/example.com", FORM),
        ("https://example.com:port/", FORM),
        ("https://example.com:99999/", FORM),
        ("https://[::1/", FORM),
        ("https://ex%61mple.com/", HOST),
        ("https://exa,mple.com/", HOST),
        ("https://-x.example/", HOST),
        ("https://[fe80::1%25eth0]/", HOST),
    ],
)
def test_refuses_a_url_without_repeating_it(url: str, expected: str) -> None:
    with pytest.raises(StepError) as raised:
        _request(url)
    assert str(raised.value) == (
        f"InvalidURL: found a URL that may not be requested; expected {expected}"
    )


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"X": "a\r\nY: b"}, "found a line break or no ASCII in the header X"),
        ({"X": "a\nb"}, "found a line break or no ASCII in the header X"),
        ({"X": "ü"}, "found a line break or no ASCII in the header X"),
        ({"X": "a\x00"}, "found a line break or no ASCII in the header X"),
        ({"X\r\nY": "a"}, "found the header 'X\\r\\nY', which may not be set"),
        ({"X Y": "a"}, "found the header 'X Y', which may not be set"),
        ({"": "a"}, "found the header '', which may not be set"),
        ({"Host": "evil.example"}, "found the header 'Host', which may not be set"),
        ({"content-length": "1"}, "found the header 'content-length', which may not be set"),
        ({"Transfer-Encoding": "x"}, "found the header 'Transfer-Encoding', which may not be set"),
    ],
)
def test_refuses_a_header(headers: dict[str, str], message: str) -> None:
    with pytest.raises(StepError) as raised:
        _request("https://example.com", **headers)
    assert str(raised.value) == f"InvalidHeader: {message}"


def test_refuses_a_method() -> None:
    with pytest.raises(StepError) as raised:
        _request("https://example.com", "TRACE")
    assert str(raised.value) == (
        "InvalidMethod: found 'TRACE'; expected one of GET, HEAD, POST, PUT, PATCH, DELETE"
    )


VISIBLE = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters="\\"))


@given(VISIBLE, VISIBLE)
def test_whatever_an_event_holds_the_host_stays(path: str, query: str) -> None:
    """What stands behind the first slash never changes where a request goes."""
    found = _request(f"https://example.com/{path}?{query}")
    assert (found.scheme, found.host, found.port) == ("https", "example.com", 443)
    assert found.path.startswith("/")


@pytest.mark.parametrize(
    ("body", "content"),
    [
        (b'{"a": [1]}', {"a": [1]}),
        (b"[" * 101 + b"]" * 101, "[" * 101 + "]" * 101),
        (b"[" * 100_000, "[" * 100_000),
        (b"\xff", "\ufffd"),
    ],
)
def test_an_answer_is_json_where_later_code_can_follow_it(body: bytes, content: Any) -> None:
    made = response(_request("https://example.com"), Reply(200, {}, body))
    assert made.body == content


@pytest.mark.parametrize(
    ("body", "excerpt"),
    [(b"a" * 200, "a" * 200), (b"a" * 201, "a" * 200 + "…"), (b"a" * 900, "a" * 200 + "…")],
)
def test_an_answer_that_is_cut_says_so(body: bytes, excerpt: str) -> None:
    with pytest.raises(StepError) as raised:
        response(_request("https://example.com"), Reply(400, {}, body))
    assert raised.value.message == f"GET example.com: HTTP 400: {excerpt}"
