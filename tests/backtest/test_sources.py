"""Files found in folders and in S3."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from opsloop.backtest.places import Input, Passed
from opsloop.backtest.sources import Sources
from opsloop.backtest.span import Span
from opsloop.compiler.build import Compiled
from opsloop.local.isolation import isolated
from tests.backtest.rules import report, runs

MAY = Span(datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 5, 2, tzinfo=UTC))
BUCKET = "trail"


def test_a_folder_is_gone_through_whole(tmp_path: Path) -> None:
    for name in ("b.json", "a/x.json.gz", "a/deep/stream-1-2026", "a.b/no.suffix.known"):
        _write(tmp_path / name)
    for name in (".hidden", ".git/x.json", "README.md", "a/x.csv.gz", "_SUCCESS", "x.parquet"):
        _write(tmp_path / name)
    _write(tmp_path / "CloudTrail-Digest/digest.json.gz")
    (tmp_path / "loop").symlink_to(tmp_path)
    passed = Passed()
    found = list(Sources().inputs(str(tmp_path), Span(), passed))
    assert [Path(one.place).relative_to(tmp_path).as_posix() for one in found] == [
        "a/deep/stream-1-2026",
        "a/x.json.gz",
        "a.b/no.suffix.known",
        "b.json",
    ]
    assert {one.size for one in found} == {2}
    assert passed == Passed(dated=0, named=5)


def test_folders_of_other_days_are_not_entered(tmp_path: Path) -> None:
    for day in ("2026/04/30", "2026/05/01", "2026/05/02", "2026/05/04", "2025/05/01"):
        _write(tmp_path / day / "x.json")
    passed = Passed()
    found = list(Sources().inputs(str(tmp_path), MAY, passed))
    assert [Path(one.place).parent.relative_to(tmp_path).as_posix() for one in found] == [
        "2026/05/01",
        "2026/05/02",
    ]
    assert passed == Passed(dated=3, named=0)


def test_what_is_named_is_read_whatever_it_is_called(tmp_path: Path) -> None:
    file = tmp_path / "2020/01/01/notes.txt"
    _write(file)
    assert list(Sources().inputs(str(file), MAY, Passed())) == [Input(str(file), 2)]
    assert b"".join(Sources().pieces(str(file))) == b"{}"


def test_a_place_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Sources().inputs(str(tmp_path / "nowhere"), Span(), Passed())


@pytest.fixture
def bucket() -> Iterator[Any]:
    with isolated("us-east-1"), mock_aws():
        client = boto3.client("s3")
        client.create_bucket(Bucket=BUCKET)
        yield client


def _keys(found: Iterator[Input]) -> list[str]:
    return [one.place.removeprefix(f"s3://{BUCKET}/") for one in found]


def test_s3_is_listed_folder_by_folder(bucket: Any) -> None:
    days = ("2026/04/30", "2026/05/01", "2026/05/02", "2026/05/04")
    keys = [f"AWSLogs/1/CloudTrail/eu-west-1/{day}/x.json.gz" for day in days]
    others = ["AWSLogs/1/CloudTrail-Digest/eu-west-1/2026/05/01/d.json.gz", "AWSLogs/readme.md"]
    for key in (*keys, *others, "elsewhere/x.json"):
        bucket.put_object(Bucket=BUCKET, Key=key, Body=b"{}")
    bucket.put_object(Bucket=BUCKET, Key="AWSLogs/empty.json", Body=b"")
    passed = Passed()
    assert _keys(Sources().inputs(f"s3://{BUCKET}/AWSLogs/", MAY, passed)) == keys[1:3]
    assert passed == Passed(dated=2, named=1)
    everything = _keys(Sources().inputs(f"s3://{BUCKET}", Span(), Passed()))
    assert everything == [*keys, "elsewhere/x.json"]


def test_one_object_is_read_whatever_it_is_called(bucket: Any) -> None:
    bucket.put_object(Bucket=BUCKET, Key="notes.txt", Body=b"x" * 600_000)
    place = f"s3://{BUCKET}/notes.txt"
    assert list(Sources().inputs(place, Span(), Passed())) == [Input(place, 600_000)]
    pieces = list(Sources().pieces(place))
    assert (b"".join(pieces), len(pieces) > 1) == (b"x" * 600_000, True)


def test_pages_of_keys_are_all_listed(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "3")
    keys = [f"many/{number}.json" for number in range(8)]
    for key in keys:
        bucket.put_object(Bucket=BUCKET, Key=key, Body=b"{}")
    assert _keys(Sources().inputs(f"s3://{BUCKET}/many/", Span(), Passed())) == keys


def test_a_backtest_on_s3_is_one_on_disk(bucket: Any, compiled: Compiled, month: Path) -> None:
    files = sorted(month.rglob("*.gz"))[:40]
    for file in files:
        bucket.upload_file(str(file), BUCKET, str(file.relative_to(month)))
    plans, stage = compiled.plans, compiled.stages["dev"]
    there = report(plans, stage, f"s3://{BUCKET}/AWSLogs/")
    here = report(plans, stage, *files)
    assert runs(there) == runs(here)
    assert (there.tally.records, there.tally.inputs) == (here.tally.records, len(files))


def test_an_object_that_may_not_be_read_stops_nothing(bucket: Any, compiled: Compiled) -> None:
    bucket.put_object(Bucket=BUCKET, Key="a.json", Body=b"{}", StorageClass="GLACIER")
    bucket.put_object(Bucket=BUCKET, Key="b.json", Body=b"{}")
    found = report(compiled.plans, compiled.stages["dev"], f"s3://{BUCKET}/")
    assert [broken.place for broken in found.tally.breakages] == [
        f"s3://{BUCKET}/a.json",
        f"s3://{BUCKET}/b.json",
    ]
    assert "InvalidObjectState" in found.tally.breakages[0].why


def _write(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("{}")
