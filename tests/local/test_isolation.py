"""Nothing leaves the machine, whatever the environment says and whoever tries."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.local.isolation import CREDENTIALS, KEPT, Unreachable, environment, isolated

#: documentation's own addresses: nobody has them
FAR = "203.0.113.1"
FAR_6 = "2001:db8::1"
HOSTILE = {
    "AWS_PROFILE": "prod",
    "AWS_ACCESS_KEY_ID": "AKIAQWERTYUIOPASDFGH",
    "AWS_SECRET_ACCESS_KEY": "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",
    "AWS_SESSION_TOKEN": "real",
    "AWS_CONFIG_FILE": "/home/somebody/.aws/config",
    "AWS_SHARED_CREDENTIALS_FILE": "/home/somebody/.aws/credentials",
    "AWS_ENDPOINT_URL": f"http://{FAR}:4566",
    "AWS_ENDPOINT_URL_S3": f"http://{FAR}:4566",
    "AWS_CA_BUNDLE": "/home/somebody/ca.pem",
    "AWS_DATA_PATH": "/home/somebody/models",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://{FAR}/",
    "AWS_ROLE_ARN": "arn:aws:iam::111111111111:role/admin",
    "AWS_WEB_IDENTITY_TOKEN_FILE": "/home/somebody/token",
    "AWS_DEFAULT_REGION": "ap-southeast-2",
    "BOTO_CONFIG": "/home/somebody/.boto",
    "HTTPS_PROXY": f"http://{FAR}:3128",
    "https_proxy": f"http://{FAR}:3128",
    "TEST_SERVER_MODE": "true",
    "TEST_SERVER_MODE_ENDPOINT": f"http://{FAR}:5000",
    "TEST_PROXY_MODE": "true",
    "INITIAL_NO_AUTH_ACTION_COUNT": "0",
    "MOTO_PORT": "1",
    "MOTO_ACCOUNT_ID": "111111111111",
    "MOTO_S3_CUSTOM_ENDPOINTS": f"http://{FAR}",
    "MOTO_EVENTS_INVOKE_HTTP": "true",
    "OPSLOOP_STAGE": "prod",
    "POWERTOOLS_LOG_LEVEL": "DEBUG",
}


def test_of_an_environment_nothing_stays_but_what_a_terminal_needs() -> None:
    given = {**HOSTILE, "HOME": "/root", "PATH": "/bin", "LC_ALL": "C", "NO_COLOR": "1"}
    assert environment(given, "eu-west-1") == {
        **CREDENTIALS,
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-1",
        "HOME": "/nonexistent",
        "PATH": "/bin",
        "LC_ALL": "C",
        "NO_COLOR": "1",
    }


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_no_value_of_a_name_that_is_not_listed_stays(surroundings: dict[str, str]) -> None:
    left = environment(surroundings, "eu-west-1")
    ours = {*CREDENTIALS, "AWS_DEFAULT_REGION", "AWS_REGION", "HOME"}
    strangers = {name for name in left if name not in KEPT and not name.startswith("LC_")}
    assert strangers == ours
    assert {left[name] for name in CREDENTIALS} == set(CREDENTIALS.values())


def test_the_environment_comes_back_even_after_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_PROFILE", "prod")
    before = dict(os.environ)

    def fail() -> None:
        with isolated("eu-west-1"), isolated("us-east-1"):
            assert (os.environ["AWS_REGION"], "AWS_PROFILE" in os.environ) == ("us-east-1", False)
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert dict(os.environ) == before


def connect(family: int, address: Any) -> None:
    with socket.socket(family) as tried:
        tried.settimeout(0.2)
        tried.connect(address)


def send(method: Callable[[socket.socket], object]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as tried:
        method(tried)


WAYS_OUT: dict[str, Callable[[], object]] = {
    "IPv4": lambda: connect(socket.AF_INET, (FAR, 443)),
    "IPv6": lambda: connect(socket.AF_INET6, (FAR_6, 443, 0, 0)),
    "IPv4 in IPv6": lambda: connect(socket.AF_INET6, (f"::ffff:{FAR}", 443, 0, 0)),
    "the metadata service": lambda: connect(socket.AF_INET, ("169.254.169.254", 80)),
    "the local network": lambda: connect(socket.AF_INET, ("10.0.0.1", 80)),
    "a Unix socket": lambda: connect(socket.AF_UNIX, "/var/run/docker.sock"),
    "a host's name": lambda: socket.create_connection(("sts.amazonaws.com", 443)),
    "localhost's neighbour": lambda: socket.getaddrinfo("localhost.amazonaws.com", 443),
    "a name in bytes": lambda: socket.getaddrinfo(b"amazonaws.com", 443),
    "an old look-up": lambda: socket.gethostbyname("amazonaws.com"),
    "an older look-up": lambda: socket.gethostbyname_ex("amazonaws.com"),
    "a look-up backwards": lambda: socket.gethostbyaddr(FAR),
    "a datagram": lambda: send(lambda tried: tried.sendto(b"x", (FAR, 53))),
    "a message": lambda: send(lambda tried: tried.sendmsg([b"x"], [], 0, (FAR, 53))),
}


@pytest.mark.parametrize("way", WAYS_OUT)
def test_no_way_out(way: str) -> None:
    with isolated("us-east-1"), pytest.raises(Unreachable, match="this runs without a network"):
        WAYS_OUT[way]()


def test_no_way_out_for_another_thread_either() -> None:
    caught: list[type[Exception]] = []

    def leave() -> None:
        try:
            connect(socket.AF_INET, (FAR, 443))
        except OSError as error:
            caught.append(type(error))

    with isolated("us-east-1"):
        thread = threading.Thread(target=leave)
        thread.start()
        thread.join()
    assert caught == [Unreachable]


@pytest.fixture
def listening() -> Iterator[int]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        yield server.getsockname()[1]


def test_loopback_is_this_machine(listening: int) -> None:
    with isolated("us-east-1"):
        socket.create_connection(("localhost", listening)).close()
        connect(socket.AF_INET, ("127.0.0.1", listening))


def test_outside_of_it_nothing_is_refused() -> None:
    with isolated("us-east-1"):
        pass
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.connect((FAR, 53))  # of a datagram socket this sends nothing
        assert free.getpeername() == (FAR, 53)


#: what a boto3 program in the account in memory sees, and where it tried to go
PROGRAM = """
import json, sys
went = []
def hear(event, arguments):
    if event in ("socket.connect", "socket.sendto"):
        went.append(str(arguments[1]))
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        went.append(str(arguments[0]))
sys.addaudithook(hear)
from opsloop.local.account import embedded_account
with embedded_account("dev", "eu-west-1") as session:
    session.client("s3").create_bucket(
        Bucket="here", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    print(json.dumps({
        "account": session.client("sts").get_caller_identity()["Account"],
        "region": session.region_name,
        "key": session.get_credentials().access_key,
        "buckets": [one["Name"] for one in session.client("s3").list_buckets()["Buckets"]],
        "tables": session.client("dynamodb").list_tables()["TableNames"],
        "endpoint": session.client("sqs").meta.endpoint_url,
        "went": went,
    }))
"""


@pytest.mark.parametrize("surroundings", [{}, HOSTILE], ids=["nothing", "hostile"])
def test_an_account_in_memory_whatever_surrounds_it(surroundings: dict[str, str]) -> None:
    ran = subprocess.run(  # noqa: S603 - ours
        [sys.executable, "-c", PROGRAM],
        env={"PATH": os.environ["PATH"], **surroundings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "account": "123456789012",
        "region": "eu-west-1",
        "key": "FOOBARKEY",  # moto's own
        "buckets": ["here"],
        "tables": ["opsloop-dev"],
        "endpoint": "https://sqs.eu-west-1.amazonaws.com",
        "went": [],
    }
