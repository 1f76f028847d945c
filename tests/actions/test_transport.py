"""The real transport against real servers on loopback, which the requests name."""

import datetime as dt
import gzip
import os
import socket
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from chalicelib.actions.transport import MOST_BYTES, Urllib3Transport, resolve
from chalicelib.actions.web import Reply, Request, request
from chalicelib.errors import StepError
from tests.actions.servers import serving

LOOPBACK = ("127.0.0.0/8", "::1/128")


def _request(url: str, *, method: str = "GET", **given: Any) -> Request:
    wanted = {"headers": {}, "body": None, "timeout": 2.0, "networks": LOOPBACK} | given
    return request(method, url, **wanted)


def _refused(url: str, *, resolved: list[str] | None = None, **given: Any) -> StepError:
    transport = Urllib3Transport(lambda host, port: resolved or resolve(host, port))
    with pytest.raises(StepError) as raised:
        transport.send(_request(url, **given))
    return raised.value


def test_sends_and_receives() -> None:
    with serving(status=201, headers={"X-Id": "7"}, body=b"made") as server:
        sent = _request(
            f"http://localhost:{server.port}/a?b=c",
            method="POST",
            headers={"X": "y"},
            body=b"text",
        )
        reply = Urllib3Transport().send(sent)
    assert (reply.status, reply.headers["X-Id"], reply.body) == (201, "7", b"made")
    ((method, path, headers, body),) = server.asked
    assert (method, path, body) == ("POST", "/a?b=c", b"text")
    assert headers["Host"] == f"localhost:{server.port}"
    assert (headers["X"], headers["Connection"]) == ("y", "close")


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE"])
def test_any_method(method: str) -> None:
    with serving() as server:
        sent = _request(f"http://127.0.0.1:{server.port}/", method=method)
        assert Urllib3Transport().send(sent).status == 200
    assert server.asked[0][0] == method


def test_speaks_ipv6() -> None:
    with serving(host="::1") as server:
        assert Urllib3Transport().send(_request(f"http://[::1]:{server.port}/")).status == 200
    assert server.asked[0][2]["Host"] == f"[::1]:{server.port}"


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("127.0.0.1", "127.0.0.1"),
        ("localhost", None),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("0", "0.0.0.0"),
        ("169.254.169.254", "169.254.169.254"),
        ("2852039166", "169.254.169.254"),
        ("[::1]", "::1"),
        ("[::ffff:127.0.0.1]", "::ffff:127.0.0.1"),
        ("[fd00:ec2::254]", "fd00:ec2::254"),
        ("10.0.0.1", "10.0.0.1"),
    ],
)
def test_no_address_is_reached_that_is_not_public(host: str, address: str | None) -> None:
    error = _refused(f"https://{host}/latest/meta-data", networks=())
    assert (error.code, error.retryable) == ("AddressRefused", False)
    if address:
        width = 128 if ":" in address else 32
        assert error.message.endswith(
            f": {address} is not public; if the rule is to reach it, name its network: "
            f"`networks: [{address}/{width}]`"
        )


def test_one_private_address_among_public_ones_is_enough_to_refuse() -> None:
    error = _refused("https://example.com/", resolved=["93.184.216.34", "10.0.0.1"], networks=())
    assert error.code == "AddressRefused"


def test_a_name_is_resolved_once_and_that_address_is_connected_to() -> None:
    """A resolver that says loopback first and something else ever after changes nothing."""
    answers = iter([["127.0.0.1"], ["10.66.66.66"]])
    with serving(body=b"here") as server:
        sent = _request(f"http://rebinding.example:{server.port}/")
        reply = Urllib3Transport(lambda _host, _port: next(answers)).send(sent)
    assert reply.body == b"here"
    assert server.asked[0][2]["Host"] == f"rebinding.example:{server.port}"
    assert next(answers) == ["10.66.66.66"]


def test_plain_http_stays_within_networks() -> None:
    error = _refused("http://example.com/", resolved=["93.184.216.34"])
    assert str(error) == (
        "PlainText: GET example.com: plain http only within `networks`; use https"
    )


def test_no_redirect_is_followed() -> None:
    with serving(status=302, headers={"Location": "http://169.254.169.254/"}) as server:
        reply = Urllib3Transport().send(_request(f"http://127.0.0.1:{server.port}/"))
    assert (reply.status, len(server.asked)) == (302, 1)


def test_an_answer_of_a_mebibyte_is_taken() -> None:
    with serving(body=b"x" * MOST_BYTES) as server:
        reply = Urllib3Transport().send(_request(f"http://127.0.0.1:{server.port}/"))
    assert len(reply.body) == MOST_BYTES


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ({"body": b"x" * (MOST_BYTES + 1)}, "TooLarge"),
        (
            {"body": gzip.compress(b"x" * 5 * MOST_BYTES), "headers": {"Content-Encoding": "gzip"}},
            "UnexpectedEncoding",
        ),
    ],
)
def test_an_answer_is_bounded(answer: dict[str, Any], code: str) -> None:
    with serving(**answer) as server:
        assert _refused(f"http://127.0.0.1:{server.port}/").code == code


def test_the_next_address_is_tried() -> None:
    with serving() as server:
        sent = _request(f"http://two.example:{server.port}/")
        transport = Urllib3Transport(lambda _host, _port: ["127.0.0.9", "127.0.0.1"])
        assert transport.send(sent).status == 200


def test_nobody_listens() -> None:
    with serving() as server:
        pass
    error = _refused(f"http://127.0.0.1:{server.port}/secret-path")
    assert str(error) == (
        f"ConnectionFault: GET 127.0.0.1:{server.port}: no address of it takes a connection"
    )
    assert (error.retryable, error.lost) == (True, False)


def test_a_server_that_does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        error = _refused(f"http://127.0.0.1:{port}/secret-path", timeout=0.2)
    message = f"ConnectionFault: GET 127.0.0.1:{port}: ReadTimeoutError"
    # what was sent may have been heard
    assert (str(error), error.retryable, error.lost) == (message, True, True)


def test_a_name_that_is_nobodys() -> None:
    error = _refused(f"https://{'x' * 70}.example/")
    assert (error.code, error.retryable) == ("NameNotResolved", True)


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """A server's TLS for hooks.example, signed by an authority that this machine trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "hooks.example")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2120, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("hooks.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem, secret = tmp_path / "cert.pem", tmp_path / "key.pem"
    pem.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    monkeypatch.setenv("SSL_CERT_FILE", os.fspath(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return context


def _over_tls(context: ssl.SSLContext, host: str) -> Reply:
    with serving(tls=context, body=b"safe") as server:
        transport = Urllib3Transport(lambda _host, _port: ["127.0.0.1"])
        return transport.send(_request(f"https://{host}:{server.port}/"))


def test_tls_is_for_the_name_not_the_address(trusted: ssl.SSLContext) -> None:
    assert _over_tls(trusted, "hooks.example").body == b"safe"


def test_a_certificate_of_another_name_is_refused(trusted: ssl.SSLContext) -> None:
    with pytest.raises(StepError) as raised:
        _over_tls(trusted, "evil.example")
    assert raised.value.code == "CertificateError"
    assert raised.value.message.endswith("TLS failed: is the certificate evil.example's?")


def test_a_certificate_that_nobody_signed_is_refused(
    trusted: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(StepError, match="CertificateError"):
        _over_tls(trusted, "hooks.example")
