"""One HTTP exchange: what is asked, what came back, and what may not be asked. Pure.

`tools` makes requests and hands them to a `Transport`; `transport` is the real one. An error
names the method and the host, never the URL: the path of a webhook is its password.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import SplitResult, unquote, urlsplit

from chalicelib.actions.base import Response
from chalicelib.errors import StepError
from chalicelib.expressions.values import shallow

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
#: an answer's excerpt in an error
_EXCERPT = 200
_PORTS = {"https": 443, "http": 80}
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\.?|[0-9A-Fa-f:.]+")
_URL = re.compile(r"[!-\[\]-~]+")
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\t -~]*")
#: these are the transport's to say
_OURS = frozenset({"connection", "content-length", "host", "transfer-encoding", "upgrade"})
#: shorter parts of a URL or a header are no secrets, and scrubbing them hides the reason
_SHORTEST_SECRET = 8


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, checked: `path` begins with a slash and holds the query as well."""

    method: str
    scheme: str
    host: str
    port: int
    path: str
    headers: Mapping[str, str]
    body: bytes | None
    timeout: float
    networks: tuple[str, ...]

    @property
    def authority(self) -> str:
        """The Host header: the port where it is not the scheme's own."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        return f"{self.method} {self.authority}"


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, as it came."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class Transport(Protocol):
    """Sends requests. In Lambda it is urllib3; in the demo nothing leaves the machine."""

    def send(self, request: Request) -> Reply:
        """The reply, of any status. Raises StepError where none came."""
        ...


def request(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str],
    body: bytes | None,
    timeout: float,
    networks: tuple[str, ...],
) -> Request:
    """The request, if it may be made at all. Raises StepError."""
    if method not in METHODS:
        raise StepError("InvalidMethod", f"found {method!r}; expected one of {', '.join(METHODS)}")
    parts, host, port = _split(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Request(
        method, parts.scheme, host, port, path, _headers(headers), body, timeout, networks
    )


def response(request: Request, reply: Reply) -> Response:
    """The reply, read. Raises StepError for a status of 300 and above, redirects among them."""
    if reply.status < 300:  # noqa: PLR2004 - HTTP's
        return Response(reply.status, reply.headers, _content(reply))
    excerpt = _excerpt(request, reply.body)
    again = reply.status == 429 or reply.status >= 500  # noqa: PLR2004 - HTTP's
    reason = "redirects are not followed" if reply.status < 400 else excerpt.strip()  # noqa: PLR2004
    raise StepError(
        f"HTTP{reply.status}",
        f"{request}: HTTP {reply.status}" + (f": {reason}" if reason else ""),
        retryable=again,
    )


def _split(url: str) -> tuple[SplitResult, str, int]:
    if not _URL.fullmatch(url):
        raise _bad("only visible ASCII; write a name's other letters as xn--, a path's as %XX")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _bad("https://host/path") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise _bad("https://host/path")
    if parts.username is not None or parts.password is not None:
        raise _bad("no user and password before the host; send a header")
    if not _HOST.fullmatch(parts.hostname):
        raise _bad("a host name or an address")
    return parts, parts.hostname, port or _PORTS[parts.scheme]


def _bad(expected: str) -> StepError:
    """The URL itself is not repeated: it may be a secret."""
    return StepError("InvalidURL", f"found a URL that may not be requested; expected {expected}")


def _headers(headers: Mapping[str, str]) -> dict[str, str]:
    for name, value in headers.items():
        if not _HEADER.fullmatch(name) or name.lower() in _OURS:
            raise StepError("InvalidHeader", f"found the header {name!r}, which may not be set")
        if not _HEADER_VALUE.fullmatch(value):
            raise StepError("InvalidHeader", f"found a line break or no ASCII in the header {name}")
    return dict(headers)


def _content(reply: Reply) -> Any:
    """JSON where it is JSON that later code can follow, else text."""
    text = reply.body.decode(errors="replace")
    try:
        content = json.loads(text, parse_constant=str)
    except (ValueError, RecursionError):
        return text
    return content if shallow(content) else text


def _excerpt(request: Request, body: bytes) -> str:
    """How the answer begins. Where it is cut it says so: the redactor looks there twice."""
    read = _scrubbed(request, body[: 4 * _EXCERPT].decode(errors="replace"))
    cut = len(read) > _EXCERPT or len(body) > 4 * _EXCERPT
    return f"{read[:_EXCERPT]}…" if cut else read


def _scrubbed(request: Request, text: str) -> str:
    """The text without the parts of the request that may be secret; servers like to echo."""
    sent = [*re.split(r"[/?&=]", request.path), *request.headers.values()]
    for value in sorted(sent, key=len, reverse=True):
        for written in (value, unquote(value)):
            if len(written) >= _SHORTEST_SECRET:
                text = text.replace(written, "***")
    return text
