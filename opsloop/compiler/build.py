"""The way in: a project's folder becomes plans and files, or one list of all its problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.freshness import source_files
from chalicelib.plan import Plan, Stage
from chalicelib.plans import INDEX, SCHEMA, WAKER, belongs
from opsloop.compiler import regions
from opsloop.compiler.chalice_config import chalice_config, policy_path
from opsloop.compiler.lowering import lower
from opsloop.compiler.output import Output, as_compact_json, as_json
from opsloop.compiler.policies import StagePolicies
from opsloop.compiler.stages import Stages
from opsloop.compiler.uncollected import uncollected
from opsloop.lint.base import Seen, Whole
from opsloop.lint.run import idle, lint, silences
from opsloop.problems import Problem, Problems, Silenced, in_order
from opsloop.rules.project import Project, load_settings, read_project

COMPILED = "chalicelib/compiled"

#: policies by stage, then by rule
Policies = Mapping[str, Mapping[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Compiled:
    """A project that compiles: its plans, its stages, and the files that say the same.

    `warnings` is what may be wrong with it, which fails nothing; `silenced`, what comments in
    the rules silence.
    """

    plans: dict[str, Plan]
    stages: dict[str, Stage]
    policies: Policies
    output: Output
    warnings: tuple[Problem, ...] = ()
    silenced: tuple[Silenced, ...] = ()


def compile_project(folder: Path, *, linted: bool = True) -> Compiled:
    """Compile all rules of a project. Raises Problems with everything that is wrong.

    Rules of the past are compiled without lint: what they were is not to be mended any more.
    """
    with uncollected():
        return _compiled(folder, linted=linted)


def compile_stages(folder: Path) -> dict[str, Stage]:
    """The stages of a project, whatever its rules. Raises Problems of its settings."""
    stages = Stages(load_settings(folder))
    if failing := _failing(stages.problems):
        raise Problems(failing)
    return stages.lowered


def _compiled(folder: Path, *, linted: bool) -> Compiled:
    project, problems = read_project(folder)
    if project is None:
        raise Problems(problems)
    stages = Stages(project)
    problems += stages.problems
    plans = _plans(project, stages, problems)
    comments = silences(project)
    problems = [*comments.heard(dict.fromkeys(problems)), *comments.problems]
    policies = {} if _failing(problems) else _policies(project, plans, stages, problems)
    if linted and not _failing(problems):
        seen = [Seen(file, plans[file.name], stages.lowered) for file in project.rules]
        whole = Whole(project, seen, plans, stages.lowered, stages.channels, policies)
        problems += [*comments.heard(lint(whole)), *idle(comments, whole)]
    warnings = [problem for problem in dict.fromkeys(problems) if problem.warning]
    if failing := _failing(problems):
        raise Problems(failing, warnings, comments.silenced)
    output = _output(project, plans, stages.lowered, policies)
    silenced = tuple(comments.silenced)
    return Compiled(plans, stages.lowered, policies, output, tuple(in_order(warnings)), silenced)


def _failing(problems: list[Problem]) -> list[Problem]:
    return [problem for problem in dict.fromkeys(problems) if not problem.warning]


def _plans(project: Project, stages: Stages, problems: list[Problem]) -> dict[str, Plan]:
    plans: dict[str, Plan] = {}
    for file in project.rules:
        plans[file.name], found = lower(file, stages.shared(file.rule))
        problems += [*found, *regions.check(file, stages.of(file.rule))]
    return plans


def _policies(
    project: Project, plans: Mapping[str, Plan], stages: Stages, problems: list[Problem]
) -> Policies:
    made: dict[str, dict[str, dict[str, Any]]] = {}
    for name, stage in stages.lowered.items():
        policies = StagePolicies(stage, stages.channels[name], project.settings.chalice)
        made[name] = {}
        for file in project.rules:
            if belongs(plans[file.name], stage):
                made[name][file.name], found = policies.of(file, plans[file.name])
                problems += found
        if made[name]:
            made[name][WAKER] = policies.waker()
    return made


def _output(
    project: Project, plans: Mapping[str, Plan], stages: Mapping[str, Stage], policies: Policies
) -> Output:
    output = Output(seal=f"{COMPILED}/{INDEX}")
    for name, plan in plans.items():
        output.add(f"{COMPILED}/{name}.json", as_compact_json(plan))
    for name, stage in stages.items():
        output.add(f"{COMPILED}/stages/{name}.json", as_compact_json(stage))
    for name, by_rule in policies.items():
        for rule, document in by_rule.items():
            output.add(f".chalice/{policy_path(name, rule)}", as_json(document))
    deployed = {name: sorted(by_rule) for name, by_rule in policies.items()}
    config = chalice_config(deployed, project.settings.chalice)
    output.add(".chalice/config.json", as_json(config))
    index = {"schema": SCHEMA, "sources": source_files(project.folder)}
    output.add(f"{COMPILED}/{INDEX}", as_json(index))
    return output
