"""HTTP over urllib3, to no address that was not looked at first. Made by `tools`.

A name is resolved once; every address it has is checked; the connection goes to that very
address, with the name in TLS and in the Host header. So a name that answers differently a
moment later gains nothing. No redirects, no proxies, no kept connections: a sandbox may
sleep for hours between two requests. Works with urllib3 1.26, as in Lambda, and 2.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Any

from chalicelib.actions.addresses import is_named, is_public
from chalicelib.actions.web import Reply, Request
from chalicelib.errors import StepError

if TYPE_CHECKING:
    from urllib3 import HTTPConnectionPool

MOST_BYTES = 1_048_576
_CONNECT_SECONDS = 5.0

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """The host's addresses, in the order the resolver prefers. Raises StepError."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise StepError(
            "NameNotResolved", f"{host}: the name could not be resolved", retryable=True
        ) from None
    return list(dict.fromkeys(str(address[4][0]) for address in found))


class Urllib3Transport:
    """The real transport."""

    def __init__(self, resolve: Resolve = resolve) -> None:
        self._resolve = resolve

    def send(self, request: Request) -> Reply:
        """The reply, of any status, of at most 1 MiB. Raises StepError."""
        from urllib3 import exceptions  # noqa: PLC0415 - a rule without HTTP never loads it

        refused = (exceptions.NewConnectionError, exceptions.ConnectTimeoutError)
        for address in self._addresses(request):
            try:
                return self._exchange(request, address)
            except refused:
                continue
            except exceptions.SSLError:
                raise StepError(
                    "CertificateError",
                    f"{request}: TLS failed: is the certificate {request.host}'s?",
                ) from None
            except (exceptions.HTTPError, OSError) as error:
                raise _fault(request, type(error).__name__, lost=True) from None
        raise _fault(request, "no address of it takes a connection", lost=False)

    def _addresses(self, request: Request) -> list[str]:
        """All of the host's addresses. Raises StepError where one of them may not be reached."""
        addresses = self._resolve(request.host, request.port)
        for address in addresses:
            named = is_named(address, request.networks)
            if not named and not is_public(address):
                raise StepError(
                    "AddressRefused",
                    f"{request}: {address} is not public; if the rule is to reach it, name its "
                    f"network: `networks: [{address}/{128 if ':' in address else 32}]`",
                )
            if not named and request.scheme == "http":
                raise StepError(
                    "PlainText", f"{request}: plain http only within `networks`; use https"
                )
        return addresses

    def _exchange(self, request: Request, address: str) -> Reply:
        from urllib3 import Timeout  # noqa: PLC0415 - as above

        timeout = Timeout(connect=min(_CONNECT_SECONDS, request.timeout), read=request.timeout)
        with self._pool(request, address, timeout) as pool:
            answer = pool.urlopen(
                request.method,
                request.path,
                body=request.body,
                headers={**request.headers, "Host": request.authority, "Connection": "close"},
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
            )
            with closing(answer):
                return Reply(answer.status, dict(answer.headers), _body(request, answer))

    def _pool(self, request: Request, address: str, timeout: Any) -> HTTPConnectionPool:
        from urllib3 import HTTPConnectionPool, HTTPSConnectionPool  # noqa: PLC0415 - as above

        if request.scheme == "http":
            return HTTPConnectionPool(address, request.port, timeout=timeout)
        return HTTPSConnectionPool(
            address,
            request.port,
            timeout=timeout,
            ssl_context=self._tls,
            server_hostname=request.host,
            assert_hostname=request.host,
        )

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def _body(request: Request, answer: Any) -> bytes:
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        raise StepError("UnexpectedEncoding", f"{request}: the answer is compressed, unasked")
    body: bytes = answer.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise StepError("TooLarge", f"{request}: the answer is over 1 MiB")
    return body


def _fault(request: Request, what: str, *, lost: bool) -> StepError:
    return StepError("ConnectionFault", f"{request}: {what}", retryable=True, lost=lost)
