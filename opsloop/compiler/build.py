"""The way in: a project's folder becomes plans and files, or one list of all its problems."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from chalicelib.freshness import source_files
from chalicelib.plan import INDEX, SCHEMA, Plan, Stage, belongs
from opsloop.compiler.calls import Calls
from opsloop.compiler.chalice_config import chalice_config, policy_path
from opsloop.compiler.lowering import Lowering
from opsloop.compiler.output import Output, as_compact_json, as_json
from opsloop.compiler.policies import Policies
from opsloop.compiler.stages import Stages
from opsloop.problems import Problem, Problems
from opsloop.rules.project import Project, read_project

COMPILED = "chalicelib/compiled"


@dataclass(frozen=True, slots=True)
class Compiled:
    """A project that compiles: its plans, its stages, and the files that say the same."""

    plans: dict[str, Plan]
    stages: dict[str, Stage]
    policies: Mapping[tuple[str, str], dict[str, Any]]
    output: Output


def compile_project(folder: Path) -> Compiled:
    """Compile all rules of a project. Raises Problems with everything that is wrong."""
    project, problems = read_project(folder)
    if project is None:
        raise Problems(problems)
    stages = Stages(project)
    calls = Calls(stages)
    plans = _plans(project, stages, calls, problems)
    problems += stages.problems
    policies = _policies(project, plans, stages, problems) if not problems else {}
    if problems:
        raise Problems(problems)
    output = _output(project, plans, stages.lowered, policies)
    return Compiled(plans, stages.lowered, policies, output)


def _plans(
    project: Project, stages: Stages, calls: Calls, problems: list[Problem]
) -> dict[str, Plan]:
    plans: dict[str, Plan] = {}
    for file in project.rules:
        lowering = Lowering(file, stages.params, calls)
        plans[file.name] = lowering.plan()
        problems += lowering.problems
    return plans
