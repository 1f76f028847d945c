"""All lints on one project. Called by `opsloop.compiler.build`, which fails of their errors."""

from __future__ import annotations

from collections.abc import Iterator

from opsloop.lint.base import Lint, Whole
from opsloop.lint.silencing import Silences
from opsloop.lint.table import LINTS, OF_MODE, SILENCED
from opsloop.problems import Fault, Problem
from opsloop.rules.project import Project
from opsloop.rules.source import Source

_OF_RULE = [(lint, lint.of_rule) for lint in LINTS.values() if lint.of_rule]
_OF_ALL = [(lint, lint.of_all) for lint in LINTS.values() if lint.of_all]


def lint(whole: Whole) -> Iterator[Problem]:
    """What all lints find in a project that compiles."""
    for seen in whole.rules:
        for one, of_rule in _OF_RULE:
            for fault in of_rule(seen):
                yield _problem(one, seen.file.source, fault)
    for one, of_all in _OF_ALL:
        for source, fault in of_all(whole):
            yield _problem(one, source, fault)


def silences(project: Project) -> Silences:
    """The comments of all files of a project."""
    packs = (pack.source for pack in project.packs.values())
    rules = (file.source for file in project.rules)
    sources = [project.settings_source, *(source for source in packs if source), *rules]
    return Silences(sources, SILENCED)


def idle(comments: Silences, whole: Whole) -> Iterator[Problem]:
    """Comments that silence nothing; those of a rule that only observes wait for its mode."""
    asleep = {seen.file.source.name for seen in whole.rules if not seen.acts}
    return comments.idle(asleep, OF_MODE)


def _problem(lint: Lint, source: Source, fault: Fault) -> Problem:
    told = source.problem(fault)
    code = fault.lint or lint.code
    warning = LINTS[code].severity == "warning"
    return Problem(told.place, told.found, told.expected, told.correction, warning, code)
