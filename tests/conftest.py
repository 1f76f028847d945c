"""What holds for every test."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# Tests that are about what is remembered say where.
os.environ["OPSLOOP_CACHE"] = "off"

# A shared machine's time says nothing about a test; in CI the examples are the same each time.
settings.register_profile(
    "opsloop",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize="CI" in os.environ,
)
settings.load_profile("opsloop")
