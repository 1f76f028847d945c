"""A deterministic month of CloudTrail: gz files in the layout in which a trail writes to S3.

`python -m tests.backtest.generate FOLDER --records 100000` writes one. Two thirds of the calls
only read, as in any account; records of one call differ in who, when, where and on what. Texts
are filled into templates, not dumped, so that a million records take seconds. data/calls.jsonl
has the calls; `%s` in them is a fresh id of eight hexadecimal digits each time it stands.
"""

import gzip
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import click

ACCOUNT = "123456789012"
BEGIN = datetime(2026, 5, 1, tzinfo=UTC)
HOURS = 31 * 24
REGIONS = ["us-east-1", "us-east-1", "us-east-1", "eu-central-1"]
USERS = ["alice", "bob", "carol", "dave", "erin", "frank", "grace", "heidi"]
ROLES = ["ci-deployer", "karpenter", "datadog-integration", "terraform", "admin-sso", "backup"]
AGENTS = [
    "aws-cli/2.27.0 md/awscrt#0.26.1 ua/2.1 os/linux#6.8 md/arch#x86_64 lang/python#3.13.3",
    "APN/1.0 HashiCorp/1.0 Terraform/1.12.1 aws-sdk-go-v2/1.36.3 os/linux lang/go#1.24.2",
    "aws-sdk-go/1.55.7 (go1.24.1; linux; arm64) karpenter.sh-1.4.0",
    "Boto3/1.38.23 md/Botocore#1.38.23 ua/2.1 os/linux lang/python#3.12.10 cfg/retry-mode#legacy",
]
CALLS = Path(__file__).parent / "data" / "calls.jsonl"


class Call(NamedTuple):
    """One kind of record as a template, and how many ids stand in it."""

    text: str
    ids: int


def write_month(folder: Path, records: int, seed: int = 20_260_501) -> list[Path]:
    """The month's files, one for each hour and region."""
    random, files = Random(seed), list[Path]()
    writer = Writer(random)
    for hour, count in enumerate(_shares(records)):
        moment = BEGIN + timedelta(hours=hour)
        by_region: dict[str, list[str]] = {}
        for _ in range(count):
            region = random.choice(REGIONS)
            by_region.setdefault(region, []).append(writer.record(moment, region))
        files += [_write(folder, moment, region, by_region[region]) for region in sorted(by_region)]
    return files


class Caller(NamedTuple):
    """Somebody who calls: `userIdentity`, and from where, both as text."""

    identity: str
    origin: str


class Writer:
    """Makes records."""

    def __init__(self, random: Random) -> None:
        self._random = random
        calls = [json.loads(line) for line in CALLS.read_text().splitlines()]
        self._calls = [_template(call) for call in calls]
        self._weights = list(accumulate(call["weight"] for call in calls))
        self._callers = [_caller(place) for place in range(64)]

    def record(self, hour: datetime, region: str) -> str:
        """One record of that hour, as text."""
        random = self._random
        [call] = random.choices(self._calls, cum_weights=self._weights)
        who = self._callers[int(random.random() * len(self._callers))]
        minute, second = divmod(int(random.random() * 3600), 60)
        time = f"{hour:%Y-%m-%dT%H}:{minute:02}:{second:02}Z"
        digits = f"{random.getrandbits(32 * (call.ids + 8)):0{8 * (call.ids + 8)}x}"
        ids = (digits[at : at + 8] for at in range(64, len(digits), 8))
        return call.text % (
            who.identity, time, region, who.origin, *ids, _uuid(digits[:32]), _uuid(digits[32:64])
        )  # fmt: skip


def _template(call: dict[str, Any]) -> Call:
    body = {"requestParameters": call.get("request"), "responseElements": call.get("response")}
    if "error" in call:
        body |= {"errorCode": call["error"], "errorMessage": "You are not allowed to do this."}
    said = json.dumps(body, separators=(",", ":"))[1:-1]
    host, kind = f"{call['source']}.amazonaws.com", call.get("type", "AwsApiCall")
    reads = str(call["name"].startswith(("Describe", "Get", "List"))).lower()
    text = (
        f'{{"eventVersion":"1.11","userIdentity":%s,"eventTime":"%s","eventSource":"{host}",'
        f'"eventName":"{call["name"]}","awsRegion":"%s",%s,{said},"requestID":"%s",'
        f'"eventID":"%s","readOnly":{reads},"eventType":"{kind}","managementEvent":true,'
        f'"recipientAccountId":"{ACCOUNT}","eventCategory":"Management","tlsDetails":'
        '{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256",'
        f'"clientProvidedHostHeader":"{host}"}}}}'
    )
    return Call(text, said.count("%s"))


def _caller(place: int) -> Caller:
    """One of the usual: the root user, people, and roles whose sessions machines hold."""
    origin = {"sourceIPAddress": f"198.51.100.{place}", "userAgent": AGENTS[place % len(AGENTS)]}
    said = json.dumps(origin, separators=(",", ":"))[1:-1]
    return Caller(json.dumps(_identity(place), separators=(",", ":")), said)


def _identity(place: int) -> dict[str, Any]:
    known = {"accountId": ACCOUNT, "accessKeyId": f"ASIAEXAMPLE{place:09}"}
    if place == 0:
        arn = f"arn:aws:iam::{ACCOUNT}:root"
        return {"type": "Root", "principalId": ACCOUNT, "arn": arn, **known}
    if place % 4 == 0:
        user = USERS[place // 4 % len(USERS)]
        arn = f"arn:aws:iam::{ACCOUNT}:user/{user}"
        principal = f"AIDAEXAMPLE{place:010}"
        return {"type": "IAMUser", "principalId": principal, "arn": arn, "userName": user, **known}
    role = ROLES[place % len(ROLES)]
    issuer = {
        "type": "Role",
        "principalId": f"AROAEXAMPLE{place:010}",
        "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
        "accountId": ACCOUNT,
        "userName": role,
    }
    attributes = {"creationDate": "2026-05-01T00:00:00Z", "mfaAuthenticated": "false"}
    return {
        "type": "AssumedRole",
        "principalId": f"AROAEXAMPLE{place:010}:session-{place}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session-{place}",
        **known,
        "sessionContext": {"sessionIssuer": issuer, "attributes": attributes},
    }


def _uuid(digits: str) -> str:
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def _shares(records: int) -> Iterator[int]:
    """Records for each hour: more by day than by night, fewer at weekends; they add up."""
    weights = [
        (3 if 7 <= hour % 24 < 19 else 1) * (0.5 if (hour // 24 + BEGIN.weekday()) % 7 > 4 else 1)
        for hour in range(HOURS)
    ]
    done, whole = 0, sum(weights)
    for upto in accumulate(weights):
        share = round(records * upto / whole) - done
        done += share
        yield share


def _write(folder: Path, moment: datetime, region: str, records: list[str]) -> Path:
    """One file, with the same bytes each time."""
    place = folder / f"AWSLogs/{ACCOUNT}/CloudTrail/{region}/{moment:%Y/%m/%d}"
    place.mkdir(parents=True, exist_ok=True)
    name = f"{ACCOUNT}_CloudTrail_{region}_{moment:%Y%m%dT%H%M}Z_{len(records):016}.json.gz"
    text = f'{{"Records":[{",".join(records)}]}}'
    (place / name).write_bytes(gzip.compress(text.encode(), compresslevel=6, mtime=0))
    return place / name


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option("--records", default=100_000, show_default=True)
def main(folder: Path, records: int) -> None:
    """Write a month of CloudTrail below FOLDER."""
    files = write_month(folder, records)
    size = sum(file.stat().st_size for file in files)
    click.echo(f"{records:,} records in {len(files):,} files, {size:,} bytes")


if __name__ == "__main__":
    main()
