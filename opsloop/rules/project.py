"""A project's rules, packs and settings: read, checked, with every problem there is.

`load_project` is for who needs a project without fault; `read_project` gives what could be
read beside the problems, so that a compiler can add its own and show all of them together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path as Folder
from pathlib import PurePath
from typing import Any, TypeVar

from opsloop.problems import Place, Problem, Problems
from opsloop.rules import layout, names
from opsloop.rules.fields import Model
from opsloop.rules.model import Rule
from opsloop.rules.settings import INHERITED, Pack, Settings
from opsloop.rules.source import Source, load
from opsloop.rules.validate import validated
from opsloop.rules.words import clipped

HEADER = "# yaml-language-server: $schema=../rule.schema.json"
_STAGES = 'stages: {dev: {account: "012345670123", region: eu-west-1}}'

M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class RuleFile:
    """One rule and where it comes from. `path` is relative to the project's folder."""

    name: str
    pack: str
    path: str
    source: Source
    rule: Rule


@dataclass(frozen=True, slots=True)
class PackFile:
    """One pack; without a pack.yaml it has no source."""

    name: str
    pack: Pack
    source: Source | None


@dataclass(frozen=True, slots=True)
class Project:
    """All that the compiler needs to know of a folder."""

    folder: Folder
    settings: Settings
    settings_source: Source
    packs: dict[str, PackFile]
    rules: list[RuleFile]


@dataclass(slots=True)
class _Reading:
    """What could be read so far, and what is wrong with the rest."""

    folder: Folder
    problems: list[Problem] = field(default_factory=list)

    def load(self, path: Folder) -> Source | None:
        """A file of the project, None where it is no YAML map."""
        name = self.relative(path).as_posix()
        try:
            return load(path, name)
        except Problems as found:
            self.problems += found.problems
        except OSError as error:
            self.say(path, f"{error.strerror}", "a file that can be read")
        return None

    def model(self, source: Source, model: type[M], inherited: dict[str, Any]) -> M | None:
        """The model of a file, as far as there is one beside its problems."""
        modelled, problems = validated(source, model, inherited)
        broken = {problem.place.line for problem in source.problems}
        self.problems += source.problems
        self.problems += [one for one in problems if one.place.line not in broken]
        return modelled

    def say(self, path: Folder, found: str, expected: str, correction: str | None = None) -> None:
        """A problem of a file as a whole."""
        name = self.relative(path).as_posix()
        self.problems.append(Problem(Place(name), found, expected, correction))

    def relative(self, path: Folder) -> PurePath:
        """A path from the project's folder on."""
        return PurePath(path.relative_to(self.folder))


def load_project(folder: Folder) -> Project:
    """The project of a folder. Raises `Problems` with all that is wrong in all of its files."""
    project, problems = read_project(folder)
    if problems or project is None:
        raise Problems(problems)
    return project


def load_settings(folder: Folder) -> Project:
    """The project as if it had no rules: what stands in rules/opsloop.yaml. Raises `Problems`."""
    reading = _Reading(folder)
    settings = _settings(reading, folder / "rules" / layout.SETTINGS)
    if settings is None or reading.problems:
        raise Problems(reading.problems)
    return Project(folder, *settings, packs={}, rules=[])


def read_project(folder: Folder) -> tuple[Project | None, list[Problem]]:
    """What could be read, and every problem. Without settings there is no project.

    A rule with problems is among the rules where its names and steps are sure, so that its
    expressions can be looked at as well.
    """
    reading = _Reading(folder)
    files = layout.walk(folder / "rules", reading.say)
    settings = _settings(reading, folder / "rules" / layout.SETTINGS)
    packs = {path.parent.name: _pack(reading, path) for path in files.packs}
    rules = [one for path in files.rules if (one := _rule(reading, path, packs))]
    woken = {PurePath(one.path): one.rule.has_event_rule for one in rules}
    named = {path: woken.get(path, False) for path in map(reading.relative, files.rules)}
    reading.problems += names.check(named, settings[0] if settings else None)
    if settings is None:
        return None, reading.problems
    return Project(folder, *settings, packs, rules), reading.problems


def _settings(reading: _Reading, path: Folder) -> tuple[Settings, Source] | None:
    if not path.is_file():
        reading.say(path, "no such file", "the project's stages, in rules/opsloop.yaml", _STAGES)
        return None
    source = reading.load(path)
    settings = reading.model(source, Settings, {}) if source else None
    return (settings, source) if source and settings else None


def _pack(reading: _Reading, path: Folder) -> PackFile:
    name = path.parent.name
    source = reading.load(path) if path.is_file() else None
    pack = reading.model(source, Pack, {}) if source else None
    return PackFile(name, pack or Pack(), source)


def _rule(reading: _Reading, path: Folder, packs: dict[str, PackFile]) -> RuleFile | None:
    source = reading.load(path)
    if source is None:
        return None
    pack = packs[path.parent.name]
    defaults = pack.source.data if pack.source else {}
    inherited = {key: defaults[key] for key in INHERITED if key in defaults}
    if source.line(1).rstrip() != HEADER:
        reading.problems.append(_no_header(source))
    rule = reading.model(source, Rule, inherited)
    return RuleFile(path.stem, pack.name, source.name, source, rule) if rule else None


def _no_header(source: Source) -> Problem:
    found = f"text '{clipped(source.line(1))}'"
    return Problem(Place(source.name), found, "the line by which editors know a rule", HEADER)
