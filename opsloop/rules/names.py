"""What the names of all rules have to be, together: one function, role and rule for each.

Called by `project`, which holds the paths; no file is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import permutations
from pathlib import PurePath

from chalicelib.journal.pauses import PARTITION
from chalicelib.plans import INDEX, WAKER
from opsloop.problems import LONG_NAME, SAME_ID, Place, Problem
from opsloop.rules.fields import RULE_NAME, dashed
from opsloop.rules.settings import Settings
from opsloop.rules.words import clipped

MAX_NAME = 40
#: Lambda functions, IAM roles and EventBridge rules alike
AWS_LIMIT = 64
APP = "opsloop"
#: what Chalice puts behind a function's name for the things that belong to it
EVENT_RULE = "-event"
_BELONGINGS = (EVENT_RULE, "-sns-subscription", "-sqs-event-source", "-log-group", "-role")
_SHAPE = "lower-case letters, digits and single hyphens, a letter first"


#: names that something else has already
RESERVED = {
    WAKER: "opsloop's own function, which wakes executions",
    PARTITION: "where the journal keeps pauses",
    INDEX.removesuffix(".json"): "the list of what was compiled",
}


def check(files: Mapping[PurePath, bool], settings: Settings | None) -> Iterator[Problem]:
    """The problems of rule files' names; paths are relative to the project.

    For each file: whether its rule is woken by an EventBridge rule.
    """
    for file, has_event_rule in files.items():
        yield from _name(file)
        yield from _pack(file)
        if settings and len(file.stem) <= MAX_NAME:
            yield from _with_stages(file, settings, EVENT_RULE if has_event_rule else "")
    yield from _twice(list(files))
    if settings:
        yield from _across_stages(list(files), settings)


def resource_id(name: str) -> str:
    """The CloudFormation id that Chalice makes of a function's name."""
    return "".join(part[:1].upper() + part[1:] for part in name.split("-"))


def _problem(
    file: PurePath,
    found: str,
    expected: str,
    correction: str | None = None,
    code: str | None = None,
) -> Problem:
    return Problem(Place(file.as_posix()), found, expected, correction, code=code)


def _name(file: PurePath) -> Iterator[Problem]:
    name = file.stem
    if not re.fullmatch(RULE_NAME, name):
        expected = "lower-case letters, digits and single hyphens, a letter first"
        yield _problem(file, f"the rule name '{clipped(name)}'", expected, _renamed(file))
    if name in RESERVED:
        yield _problem(file, f"the rule name '{name}'", f"another: it is {RESERVED[name]}")
    if len(name) > MAX_NAME:
        expected = f"at most {MAX_NAME}: with the app and the stage, AWS takes {AWS_LIMIT}"
        yield _problem(file, f"a rule name of {len(name)} characters", expected, code=LONG_NAME)


def _renamed(file: PurePath) -> str | None:
    mended = dashed(file.stem)
    fits = re.fullmatch(RULE_NAME, mended)
    return file.with_name(f"{mended}{file.suffix}").as_posix() if fits else None


def _pack(file: PurePath) -> Iterator[Problem]:
    pack = file.parent.name
    if not re.fullmatch(RULE_NAME, pack):
        expected = "lower-case letters, digits and single hyphens, a letter first"
        yield _problem(file, f"the pack name '{pack}'", expected)


def _with_stages(file: PurePath, settings: Settings, suffix: str) -> Iterator[Problem]:
    app = str(settings.chalice.get("app_name", APP))
    stage = max(settings.stages, key=len)
    name = f"{app}-{stage}-{file.stem}{suffix}"
    if len(name) > AWS_LIMIT:
        over = len(name) - AWS_LIMIT
        what = "EventBridge rule" if suffix else "function"
        found = f"'{name}' of {len(name)} characters as the name of its {what}"
        expected = f"at most {AWS_LIMIT}: a rule or a stage whose name is {over} shorter"
        yield _problem(file, found, expected, code=LONG_NAME)


def _twice(files: list[PurePath]) -> Iterator[Problem]:
    first: dict[str, PurePath] = {}
    for file in files:
        other = first.setdefault(resource_id(file.stem), file)
        if other is not file:
            yield _same(file, other)
    for file in files:
        for suffix in _BELONGINGS:
            longer = first.get(resource_id(file.stem + suffix))
            if longer:
                found = f"the rule name '{longer.stem}' beside {file.as_posix()}"
                expected = f"another name: Chalice calls a part of '{file.stem}' that"
                yield _problem(longer, found, expected, code=SAME_ID)


def _across_stages(files: list[PurePath], settings: Settings) -> Iterator[Problem]:
    """Names that are put together of others': `dev` and `eu-web` as well as `dev-eu` and `web`.

    Roles are an account's, whatever the region; one would silently become the other's.
    """
    there = {file.stem for file in files} | {WAKER}
    for one, other in permutations(settings.stages, 2):
        begins = f"{other.removeprefix(one)}-".removeprefix("-")
        same = settings.stages[one].account == settings.stages[other].account
        if not same or not other.startswith(f"{one}-"):
            continue
        for file in files:
            rest = file.stem.removeprefix(begins)
            if rest != file.stem and rest in there:
                found = f"the rule name '{file.stem}' beside '{rest}' and the stage '{other}'"
                called = f"{APP}-{other}-{rest}"
                expected = f"another name: on {one} and on {other} both are called '{called}'"
                yield _problem(file, found, expected, code=SAME_ID)


def _same(file: PurePath, other: PurePath) -> Problem:
    found = f"the rule name '{file.stem}' beside {other.as_posix()}"
    if other.stem == file.stem:
        return _problem(file, found, "a name that no other rule has, in any pack", code=SAME_ID)
    same = resource_id(file.stem)
    expected = f"a name that differs in more than hyphens: both are {same} to CloudFormation"
    return _problem(file, found, expected, code=SAME_ID)
