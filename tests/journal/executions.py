"""An execution to write down."""

from __future__ import annotations

from chalicelib.journal.record import Execution, StepRecord

RUNNING = Execution(
    id="01JCF3S2ZG8XKQ3V5T6W7Y8Z9A",
    rule="close-public-bucket",
    pack="exposure",
    plan="d1",
    mode="active",
    identity="a1b2c3d4",
    event={"source": "aws.s3", "detail": {"eventName": "PutBucketAcl"}},
    event_time="2024-11-12T09:10:11Z",
    started="2024-11-12T09:10:12.345Z",
    lease="2024-11-12T09:12:12.345Z",
    request="r-1",
    attempt="a-1",
    resource="my-bucket",
    actor="alice",
)
STEP = StepRecord(
    "close", "succeeded", "2024-11-12T09:10:13.000Z", 120, "s3.block_public_access", result={"a": 1}
)
