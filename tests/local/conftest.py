"""A stage of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from opsloop.local.account import embedded_account
from tests.local.stages import REGION, LocalStage


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[LocalStage]:
    with embedded_account("dev", REGION) as session:
        made = LocalStage(tmp_path, session)
        made.queue()
        made.asked.clear()
        yield made
