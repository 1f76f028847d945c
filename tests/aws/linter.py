"""parliament, AWS's policies' linter, on a policy as this project makes it."""

from __future__ import annotations

import functools
import importlib.util
import json
import sys
import types
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any


def findings(policy: dict[str, Any]) -> list[str]:
    """What parliament has against the policy, as `ISSUE: detail`."""
    found = _parliament()(json.dumps(policy)).findings
    return sorted(f"{one.issue}: {one.detail}" for one in found)


@functools.cache
def _parliament() -> Callable[[str], Any]:
    """parliament wants pkg_resources, which setuptools no longer has, to find its own files."""
    stand_in: Any = types.ModuleType("pkg_resources")
    stand_in.resource_filename = _beside
    sys.modules.setdefault("pkg_resources", stand_in)
    with warnings.catch_warnings():
        # it leaves the files that it reads open
        warnings.simplefilter("ignore", ResourceWarning)
        import parliament  # noqa: PLC0415 - behind the stand-in
    analyze: Callable[[str], Any] = parliament.analyze_policy_string
    return analyze


def _beside(package: str, name: str) -> str:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    return str(Path(spec.origin).parent / name)
