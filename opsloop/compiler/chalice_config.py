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

_RETENTION = "log_retention_in_days"
#: seconds and MiB: room for an action that waits on AWS, and for boto3. What a log tells of an
#: execution, the journal tells longer; unsaid, CloudWatch would keep logs for ever
DEFAULTS: Mapping[str, Any] = {
    "lambda_timeout": 120,
    "lambda_memory_size": 256,
    _RETENTION: 30,
}
#: what CloudWatch Logs takes for days; Chalice would only find out while it deploys
_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731)
_LONGER = (1096, 1827, 2192, 2557, 2922, 3288, 3653)
#: what this module writes, and what would take a rule's function its own role
_OURS = frozenset(
    {
        "version",
        "app_name",
        "stages",
        "autogen_policy",
        "iam_policy_file",
        "iam_role_arn",
        "manage_iam_role",
    }
)
#: where functions are in a network of the user's: Lambda wants both
_NETWORK = ("subnet_ids", "security_group_ids")


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
    yield from _check_network(settings)
    days = settings.get(_RETENTION, DEFAULTS[_RETENTION])
    if days is not None and days not in (*_DAYS, *_LONGER):
        listed = ", ".join(map(str, (*_DAYS, *_LONGER)))
        expected = f"what CloudWatch Logs takes: {listed}, or null for ever"
        yield Fault(f"{days!r} days", expected, path=(_RETENTION,))


def _check_network(settings: Mapping[str, Any]) -> Iterator[Fault]:
    """Policies name both, so what is no list of ids cannot wait until Chalice finds out."""
    given = [name for name in _NETWORK if name in settings]
    for name in given:
        ids = settings[name]
        if not isinstance(ids, list) or not ids or not all(isinstance(one, str) for one in ids):
            yield Fault(f"{ids!r}", "a list of ids, of one at least", path=(name,))
    if len(given) == 1:
        (other,) = set(_NETWORK) - set(given)
        yield Fault(f"'{given[0]}' without '{other}'", "both, or neither", path=(given[0],))


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
