"""Events in S3: keys listed page by page, folder by folder where dates can rule folders out.

Called by `sources` for `s3://bucket/prefix`; the only module here that imports boto3.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

import boto3

from opsloop.backtest.places import S3, Input, Passed, entered, holds_events
from opsloop.backtest.span import Span


class Bucket:
    """S3 as the user's credentials show it. One for each process."""

    def __init__(self) -> None:
        self._client: Any = boto3.Session().client("s3")

    def listed(self, place: str, span: Span, passed: Passed) -> Iterator[Input]:
        """All objects under `s3://bucket/prefix` that may hold events of the span."""
        bucket, prefix = _split(place)
        yield from self._level(bucket, prefix, span, passed)

    def pieces(self, place: str, size: int) -> Iterator[bytes]:
        """The bytes of one object, piece by piece."""
        bucket, key = _split(place)
        yield from self._client.get_object(Bucket=bucket, Key=key)["Body"].iter_chunks(size)

    def _level(self, bucket: str, prefix: str, span: Span, passed: Passed) -> Iterator[Input]:
        """Objects and folders directly under a prefix, in the order of their keys."""
        pages = self._client.get_paginator("list_objects_v2")
        for page in pages.paginate(Bucket=bucket, Prefix=prefix, Delimiter="/"):
            for item in page.get("Contents", ()):
                key = item["Key"]
                wanted = key == prefix or holds_events(PurePosixPath(key).name, passed)
                if item["Size"] and wanted:
                    yield Input(f"{S3}{bucket}/{key}", item["Size"])
            for folder in page.get("CommonPrefixes", ()):
                if entered(folder["Prefix"], span, passed):
                    yield from self._level(bucket, folder["Prefix"], span, passed)


def _split(place: str) -> tuple[str, str]:
    bucket, _, key = place.removeprefix(S3).partition("/")
    return bucket, key
