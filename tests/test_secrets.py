from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws

from chalicelib.errors import SecretError
from chalicelib.secrets import Secrets

REGION = "eu-west-1"
DATABASE = '{"username": "admin", "password": "s3cr\\"et pass", "port": 5432, "hosts": ["db-1"]}'


@pytest.fixture
def session() -> Iterator[boto3.Session]:
    with mock_aws():
        session = boto3.Session("testing", "testing", region_name=REGION)
        ssm, manager = session.client("ssm"), session.client("secretsmanager")
        ssm.put_parameter(
            Name="/slack/url", Value="https://hooks.example/T0/B0", Type="SecureString"
        )
        ssm.put_parameter(Name="/short", Value="ab", Type="SecureString")
        manager.create_secret(Name="db", SecretString=DATABASE)
        manager.create_secret(Name="pager", SecretString="R0UT1NGKEY")
        manager.create_secret(Name="pager-long", SecretString="R0UT1NGKEY-and-more")
        manager.create_secret(Name="binary", SecretBinary=b"\x00\x01")
        yield session


def _secrets(session: boto3.Session) -> Secrets:
    make: Any = session.client
    return Secrets(make)


@pytest.mark.parametrize(
    ("reference", "text"),
    [
        ("ssm:/slack/url", "https://hooks.example/T0/B0"),
        ("sm:pager", "R0UT1NGKEY"),
        ("sm:db", DATABASE),
    ],
)
def test_resolves(session: boto3.Session, reference: str, text: str) -> None:
    assert _secrets(session).resolve(reference) == text


def test_fetches_a_secret_once(session: boto3.Session) -> None:
    sent: list[str] = []
    session.events.register_first("before-send", lambda request, **_: sent.append(request.url))
    secrets = _secrets(session)
    assert secrets.resolve("sm:pager") == secrets.resolve("sm:pager")
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("reference", "message"),
    [
        ("/slack/url", "found the reference '/slack/url'; expected ssm:/parameter or sm:secret"),
        ("ssm:", "found the reference 'ssm:'; expected ssm:/parameter or sm:secret"),
        ("vault:x", "found the reference 'vault:x'; expected ssm:/parameter or sm:secret"),
        (
            "ssm:/absent",
            (
                "secret('ssm:/absent'): An error occurred (ParameterNotFound) when calling the "
                "GetParameter operation: Parameter /absent not found."
            ),
        ),
        ("sm:binary", "secret('sm:binary'): found no text there; expected some"),
    ],
)
def test_says_what_is_wrong(session: boto3.Session, reference: str, message: str) -> None:
    with pytest.raises(SecretError) as raised:
        _secrets(session).resolve(reference)
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("reference", "value", "clean"),
    [
        ("sm:pager", "key R0UT1NGKEY.", "key ***."),
        ("sm:pager", {"a": ["R0UT1NGKEY", 1, None]}, {"a": ["***", 1, None]}),
        ("sm:pager", {"R0UT1NGKEY": True}, {"***": True}),
        ("sm:db", DATABASE, "***"),
        ("sm:db", 'password s3cr"et pass', "password ***"),
        ("sm:db", '{"p": "s3cr\\"et pass"}', '{"p": "***"}'),
        ("sm:db", "https://db/?p=s3cr%22et%20pass", "https://db/?p=***"),
        ("sm:db", "on db-1, port 5432", "on ***, port 5432"),
        ("ssm:/slack/url", "POST https://hooks.example/T0/B0: 404", "POST ***: 404"),
        ("ssm:/slack/url", "no route for /T0/B0", "no route for /***"),
        ("sm:pager", "it ends in R0UT1N…", "it ends in ***…"),
        ("sm:pager", "R0UT1NR0UT1NG… (after 2 attempts)", "R0UT1N***… (after 2 attempts)"),
        ("sm:pager", "R0UT… R0U… ROUT", "***… R0U… ROUT"),
        ("ssm:/short", "cabin", "cabin"),
        ("ssm:/short", ["ab", "abc"], ["***", "abc"]),
        ("ssm:/short", "", ""),
    ],
)
def test_redacts(session: boto3.Session, reference: str, value: Any, clean: Any) -> None:
    secrets = _secrets(session)
    secrets.resolve(reference)
    assert secrets.redact(value) == clean


def test_redacts_the_longest_first(session: boto3.Session) -> None:
    secrets = _secrets(session)
    for reference in ("sm:pager", "sm:pager-long"):
        secrets.resolve(reference)
    assert secrets.redact("R0UT1NGKEY-and-more, R0UT1NGKEY") == "***, ***"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=10,
)


class _Answering:
    """A Secrets Manager that holds one text under every name."""

    def __init__(self, text: str) -> None:
        self.text = text

    def get_secret_value(self, **_: str) -> dict[str, str]:
        return {"SecretString": self.text}


@given(st.text(min_size=4).filter(lambda text: "*" not in text), JSON)
def test_no_secret_survives_anywhere(text: str, value: Any) -> None:
    secrets = Secrets(lambda _: _Answering(text))
    secrets.resolve("sm:it")
    clean = secrets.redact([value, text, {f"x{text}y": [f"{text}{text}"]}])
    assert not any(text in piece for piece in _flat(clean))
    assert secrets.redact(clean) == clean


def _flat(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [piece for pair in value.items() for item in pair for piece in _flat(item)]
    if isinstance(value, list):
        return [piece for item in value for piece in _flat(item)]
    return [value] if isinstance(value, str) else []
