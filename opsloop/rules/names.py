"""What the names of all rules have to be, together: one function, role and rule for each.

Called by `project`, which holds the paths; no file is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from opsloop.problems import Place, Problem
from opsloop.rules.fields import RULE_NAME, dashed
from opsloop.rules.settings import Settings
from opsloop.rules.words import clipped

MAX_NAME = 40
#: Lambda functions, IAM roles and EventBridge rules alike
AWS_LIMIT = 64
#: Chalice's name of an EventBridge rule: app, stage, function, and this
_SUFFIX = "-event"
APP = "opsloop"


def check(files: list[PurePath], settings: Settings | None) -> Iterator[Problem]:
    """The problems of rule files' names; paths are relative to the project."""
    for file in files:
        yield from _name(file)
        yield from _pack(file)
        if settings and len(file.stem) <= MAX_NAME:
            yield from _with_stages(file, settings)
    yield from _twice(files)


def resource_id(name: str) -> str:
    """The CloudFormation id that Chalice makes of a function's name."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))


def _problem(file: PurePath, found: str, expected: str, correction: str | None = None) -> Problem:
    return Problem(Place(file.as_posix()), found, expected, correction)


def _name(file: PurePath) -> Iterator[Problem]:
    name = file.stem
    if not re.fullmatch(RULE_NAME, name):
        expected = "lower-case letters, digits and single hyphens, a letter first"
        yield _problem(file, f"the rule name '{clipped(name)}'", expected, _renamed(file))
    if len(name) > MAX_NAME:
        expected = f"at most {MAX_NAME}: Lambda takes {AWS_LIMIT} with the app and the stage"
        yield _problem(file, f"a rule name of {len(name)} characters", expected)


def _renamed(file: PurePath) -> str | None:
    mended = dashed(file.stem)
    fits = re.fullmatch(RULE_NAME, mended)
    return file.with_name(f"{mended}{file.suffix}").as_posix() if fits else None


def _pack(file: PurePath) -> Iterator[Problem]:
    pack = file.parent.name
    if not re.fullmatch(RULE_NAME, pack):
        expected = "lower-case letters, digits and single hyphens, a letter first"
        yield _problem(file, f"the pack name '{pack}'", expected)


def _with_stages(file: PurePath, settings: Settings) -> Iterator[Problem]:
    app = str(settings.chalice.get("app_name", APP))
    stage = max(settings.stages, key=len)
    name = f"{app}-{stage}-{file.stem}{_SUFFIX}"
    if len(name) > AWS_LIMIT:
        over = len(name) - AWS_LIMIT
        found = f"'{name}' of {len(name)} characters as the name of its EventBridge rule"
        expected = f"at most {AWS_LIMIT}: a rule or a stage whose name is {over} shorter"
        yield _problem(file, found, expected)


def _twice(files: list[PurePath]) -> Iterator[Problem]:
    first: dict[str, PurePath] = {}
    for file in files:
        other = first.setdefault(resource_id(file.stem), file)
        if other is file:
            continue
        found = f"the rule name '{file.stem}', where {other.as_posix()} stands"
        if other.stem == file.stem:
            yield _problem(file, found, "a name that no other rule has, in any pack")
        else:
            same = resource_id(file.stem)
            expected = f"more difference than hyphens: both are {same} to CloudFormation"
            yield _problem(file, found, expected)
