"""Lints of AWS's quotas: what will soon not fit, said while there is time to do something.

Called by `run`, through the table. From four fifths on; what AWS never takes is an error of its
own elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from chalicelib.plans import WAKER, belongs
from opsloop.aws.policy import LIMIT, size
from opsloop.compiler.chalice_config import chalice_config
from opsloop.lint.base import Lint, Whole
from opsloop.problems import Fault, Path
from opsloop.rules.source import Source

#: EventBridge rules on one bus of an account and region, and IAM roles of an account; AWS raises
#: both on request
EVENT_RULES, ROLES = 300, 1000
#: bytes of all names and values of a function's environment, for all functions the same
ENVIRONMENT = 4096
_NEAR = 0.8
Told = tuple[Source, Fault]


def account_quotas(whole: Whole) -> Iterator[Told]:
    """Stages, or accounts, in which rules come near what AWS allows of things."""
    source, roles = whole.project.settings_source, defaultdict[str, list[str]](list)
    for name, stage in whole.stages.items():
        there = [plan for plan in whole.plans.values() if belongs(plan, stage)]
        woken = sum("topic" not in plan["wire"] and "manual" not in plan["wire"] for plan in there)
        # the waker has a schedule
        if near(woken + 1, EVENT_RULES):
            yield (
                source,
                _many(("stages", name), woken + 1, f"EventBridge rules on {name}", EVENT_RULES),
            )
        roles[stage["account"]] += [name] * (len(there) + 1)
    for account, stages in roles.items():
        if near(len(stages), ROLES):
            yield (
                source,
                _many(
                    ("stages", stages[0]), len(stages), f"roles of functions in {account}", ROLES
                ),
            )


def environments(whole: Whole) -> Iterator[Told]:
    """Environments of functions that come near Lambda's limit, or pass it."""
    passed = whole.project.settings.chalice
    if "environment_variables" not in str(passed):
        return
    rules = {name: sorted(made) for name, made in whole.policies.items()}
    config = chalice_config(rules, passed)
    for stage, settings in config["stages"].items():
        for rule, function in settings["lambda_functions"].items():
            taken = _bytes(config, settings, function)
            if near(taken, ENVIRONMENT):
                found = f"an environment of {taken:,} bytes for {rule} on {stage}"
                expected = f"at most {ENVIRONMENT:,}, which is all that Lambda takes"
                path: Path = ("chalice", "environment_variables")
                yield whole.project.settings_source, Fault(found, expected, path=path)
                break


def policies(whole: Whole) -> Iterator[Told]:
    """Policies that come near IAM's limit; above it the compiler makes none."""
    files = {seen.file.name: seen.file.source for seen in whole.rules}
    told: set[str] = set()
    for stage, made in whole.policies.items():
        for rule, document in made.items():
            length = size(document) if rule != WAKER else 0
            if near(length, LIMIT) and rule not in told:
                told.add(rule)
                found = f"a policy of {length:,} characters on {stage}"
                expected = f"well below {LIMIT:,}, all that IAM takes: a rule of fewer calls"
                yield files[rule], Fault(found, expected, path=("then",), key=True)


def near(count: int, most: int) -> bool:
    """Whether it is time to say something."""
    return count >= most * _NEAR


def _many(path: Path, count: int, what: str, most: int) -> Fault:
    expected = f"fewer than {most:,}, or a higher quota, which AWS gives on request"
    return Fault(f"{count:,} {what}", expected, path=path, key=True)


def _bytes(*levels: Mapping[str, Any]) -> int:
    """Bytes of the environment that a function gets from all levels of Chalice's settings."""
    merged: dict[str, Any] = {}
    for level in levels:
        merged |= level.get("environment_variables", {})
    return sum(len(f"{key}{value}".encode()) for key, value in merged.items())


LINTS = (
    Lint(
        "OPS503",
        "warning",
        finds="A stage with 240 or more EventBridge rules, where AWS allows 300 on a bus; an "
        "account with 800 or more roles of functions, where it allows 1,000.",
        why="The deployment fails half-way, at the rule that is one too many. Others' rules and "
        "roles count too, so it may come sooner.",
        fix="Ask AWS for a higher quota in Service Quotas, then silence it and say what it is.",
        of_all=account_quotas,
    ),
    Lint(
        "OPS504",
        "warning",
        finds="Environment variables, passed through from `chalice:` in rules/opsloop.yaml, which "
        "with opsloop's own have 3,277 or more of the 4,096 bytes that Lambda takes.",
        why="Above it Lambda refuses the function, and no quota helps.",
        fix="Put what is long into Parameter Store, or into `params` of the stage.",
        of_all=environments,
    ),
    Lint(
        "OPS505",
        "warning",
        finds="A rule whose policy has 8,192 or more of the 10,240 characters that a role takes.",
        why="One more call, or a longer list of resources, and the rule does not compile any more.",
        fix="Give the rule fewer calls, or say fewer resources by name.",
        of_all=policies,
    ),
)
