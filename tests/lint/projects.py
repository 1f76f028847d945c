"""Projects that a lint finds something in, and their counterparts that it finds nothing in.

cases/<code>/broken/ and clean/ hold rules of the pack `pack`, message.txt what is told of the
broken ones; docs/lint.md shows both. What would be too long to read is made here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from tests.compiler.projects import HEAD, HEADER, SETTINGS, project

CASES = Path(__file__).parent / "cases"
_SCHEDULED = HEAD + "when: {schedule: rate(1 hour)}\n"
_TELLS = "then: [{do: notify, with: {to: pager, title: Hello}}]\n"


def written(folder: Path, code: str, which: str) -> Path:
    """A project of a case: its `broken` rules, or its `clean` ones."""
    project(folder)
    for name, text in texts(code, which).items():
        path = folder / "rules" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def texts(code: str, which: str) -> dict[str, str]:
    """Its files below rules/."""
    if code in _MADE:
        return _MADE[code](broken=which == "broken")
    paths = sorted((CASES / code / which).glob("*.yaml"))
    return {f"pack/{path.name}": path.read_text(encoding="utf-8") for path in paths}


def _many_rules(*, broken: bool) -> dict[str, str]:
    count = 239 if broken else 238
    return {f"pack/rule-{n:03}.yaml": HEADER + _SCHEDULED + _TELLS for n in range(count)}


def _long_environment(*, broken: bool) -> dict[str, str]:
    variables = (
        f"chalice:\n  environment_variables:\n    BANNER: {'x' * (3270 if broken else 10)}\n"
    )
    return {"opsloop.yaml": SETTINGS + variables, "pack/rule.yaml": HEADER + _SCHEDULED + _TELLS}


def _large_policy(*, broken: bool) -> dict[str, str]:
    tables = [f"orders-of-a-customer-{n:03}" for n in range(100 if broken else 9)]
    steps = (
        f"  - do: aws.dynamodb.update_table\n    with: {{TableName: {one}}}\n" for one in tables
    )
    return {"pack/rule.yaml": f"{HEADER}{_SCHEDULED}then:\n{''.join(steps)}"}


_Make = Callable[..., dict[str, str]]
_MADE: Mapping[str, _Make] = {
    "OPS503": _many_rules,
    "OPS504": _long_environment,
    "OPS505": _large_policy,
}
