"""`.chalice/config.json` and the names that Chalice gives to what it deploys.

Each rule's function has a role of its own, from its own policy file; nothing is guessed
from the code (`autogen_policy: false`). Settings under `chalice:` in rules/opsloop.yaml
pass through, and cannot undo that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.plans import APP
from opsloop.problems import Fault

#: seconds and MiB: room for an action that waits on AWS, and for boto3
DEFAULTS: Mapping[str, Any] = {"lambda_timeout": 120, "lambda_memory_size": 256}
#: what this module writes, and what would take a rule's function its own role
_OURS = frozenset({"version", "app_name", "stages", "autogen_policy", "iam_policy_file"})


def function_name(stage: str, rule: str) -> str:
    """The deployed function's name."""
    return f"{APP}-{stage}-{rule}"


def table_name(stage: str) -> str:
    """The journal's table of a stage, as infra/opsloop.yaml names it."""
    return f"{APP}-{stage}"


def policy_path(stage: str, rule: str) -> str:
    """A policy's path below `.chalice/`."""
    return f"policies/{stage}/{rule}.json"


def check_passthrough(settings: Mapping[str, Any]) -> Iterator[Fault]:
    """A fault for each setting under `chalice:` that is not the user's to say."""
    expected = "a setting for all functions, such as lambda_memory_size"
    for name in settings:
        if name in _OURS:
            yield Fault(f"'{name}', which opsloop says itself", expected, path=(name,), key=True)


def chalice_config(
    stages: Mapping[str, list[str]], passthrough: Mapping[str, Any]
) -> dict[str, Any]:
    """The whole file, for stages that name the rules deployed in them."""
    return {
        **DEFAULTS,
        **passthrough,
        "version": "2.0",
        "app_name": APP,
        "stages": {stage: _stage(stage, rules) for stage, rules in stages.items()},
    }


def _stage(stage: str, rules: list[str]) -> dict[str, Any]:
    return {
        "autogen_policy": False,
        "environment_variables": {"OPSLOOP_STAGE": stage, "OPSLOOP_TABLE": table_name(stage)},
        "lambda_functions": {rule: _function(stage, rule) for rule in rules},
    }


def _function(stage: str, rule: str) -> dict[str, Any]:
    return {
        "iam_policy_file": policy_path(stage, rule),
        "environment_variables": {"OPSLOOP_RULE": rule},
        "tags": {"opsloop:rule": rule},
    }
