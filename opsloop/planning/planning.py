"""What the commands `plan` and `drift` ask for, put together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import boto3

from chalicelib.plan import Stage
from opsloop.aws import own
from opsloop.aws.location import Location
from opsloop.aws.policy import policy
from opsloop.compiler.build import compile_project
from opsloop.compiler.chalice_config import function_name, table_name
from opsloop.deploy.names import dead_letters_name
from opsloop.naming import named
from opsloop.planning import deployed as reading
from opsloop.planning import infra, revision
from opsloop.planning.asking import Asking
from opsloop.planning.behind import as_deployed
from opsloop.planning.deployed import Sought
from opsloop.planning.diff import Change, Difference, difference
from opsloop.planning.drift import DriftReport, findings
from opsloop.planning.expected import Output, expected, package_on_disk
from opsloop.planning.mending import by_deployment
from opsloop.planning.package import Fetch
from opsloop.planning.permissions import Permission, expanded
from opsloop.planning.report import Base, Ordinary, Report
from opsloop.planning.state import Path as Fact
from opsloop.planning.state import State, Unit, state

#: a session in a stage's own account
Connect = Callable[[Stage], boto3.Session]

_FUNCTIONS = ("rule", "waker")
#: which Python deploys is nothing that a revision says
_RUNTIME: Fact = ("function", "runtime")


def checkout(project: Path) -> Output:
    """What the rules of the checkout compile to. Raises Problems where they do not."""
    return Output(compile_project(project).output.files, package_on_disk(project))


def against(project: Path, name: str, rev: str) -> Report:
    """What changed in a stage since a revision.

    Raises WrongUsage for a revision or a stage that is not there, Problems for rules that do
    not compile.
    """
    then, now = revision.output_at(project, rev), checkout(project)
    stages = {**then.output.stages(), **now.stages()}
    stage = named(stages, name, "stage")
    found = difference(
        expected(then.output, name),
        expected(now, name),
        of=lambda change: change.path != _RUNTIME,
    )
    return Report(
        stage=stage,
        base=Base(rev, then.commit),
        difference=found,
        ordinary=ordinary(stage, found),
        notes=(*then.notes, *_stages(then.output, now, name, rev)),
    )


def deployed(project: Path, name: str, connect: Connect, fetch: Fetch) -> Report:
    """What a deployment would change in a stage.

    Raises WrongUsage for a stage that is not there, Problems for rules that do not compile,
    DeployError where AWS cannot be reached.
    """
    now = checkout(project)
    stage = named(now.stages(), name, "stage")
    wanted = expected(now, name)
    session = connect(stage)
    found = reading.deployed(session, sought(now, wanted, name), fetch)
    asking = Asking()
    stack = infra.stack_deployed(session, name, asking)
    before = with_units(found.state, [stack] if stack else [])
    after = with_units(wanted, [infra.stack_expected(name)])
    changed = difference(before, after, of=_is_deployed)
    return Report(
        stage=stage,
        base=Base(),
        difference=changed,
        ordinary=ordinary(stage, changed),
        unread=(*found.state.unread, *asking.unread),
        notes=tuple(_left_behind(project, name, changed)),
    )


def drift(
    project: Path, name: str, against: str | None, connect: Connect, fetch: Fetch
) -> DriftReport:
    """What was changed by hand in a stage since it was deployed, from `against` where that is said.

    Raises like `deployed`.
    """
    output = revision.output_at(project, against).output if against else checkout(project)
    stage = named(output.stages(), name, "stage")
    wanted = expected(output, name)
    session, asking = connect(stage), Asking()
    found = reading.deployed(session, sought(output, wanted, name), fetch)
    resources = infra.resources_deployed(session, name, asking)
    unread = (*found.state.unread, *asking.unread)
    if not found.state.units and not resources and not unread:
        return DriftReport(stage, against, findings=(), deployed=False)
    running = as_deployed(wanted, found, stage)
    expecting = with_units(running, infra.resources_expected(Location.of(stage), name))
    return DriftReport(
        stage=stage,
        against=against,
        findings=tuple(findings(expecting, with_units(found.state, resources), stage)),
        unread=unread,
        notes=running.notes,
    )


def sought(output: Output, wanted: State, name: str) -> Sought:
    """What to look for in AWS, to hold this against it."""
    rules = frozenset(unit.name for unit in wanted.units.values() if unit.kind in _FUNCTIONS)
    pinned = frozenset(path[1] for path in output.package if path[0] == "requirement")
    return Sought(name, rules, pinned)


def with_units(before: State, units: list[Unit]) -> State:
    """The state with more units."""
    return state([*before.units.values(), *units], unread=before.unread, notes=before.notes)


def _is_deployed(change: Change) -> bool:
    """What was added by hand beside what a deployment makes stays: that is for `drift`.

    Chalice takes a subscription away that it made for a rule which no longer wants it.
    """
    back = Change(change.path, change.after, change.before)
    return by_deployment(back) or change.path[0] == "topic"


def _left_behind(project: Path, name: str, changed: Difference) -> Iterator[str]:
    """Chalice takes away only what it remembers having deployed."""
    memory = project / ".chalice" / "deployed" / f"{name}.json"
    known = memory.read_text(encoding="utf-8") if memory.exists() else ""
    left = [
        one.was or one.unit.name
        for one in changed.units
        if one.action in ("destroy", "rename")
        and one.unit.kind in _FUNCTIONS
        and f'"{one.was or one.unit.name}"' not in known
    ]
    if left:
        yield (
            f"`chalice deploy` will leave {', '.join(left)}: {memory.relative_to(project)} does "
            "not know of it; deploy from where it was deployed before, or delete it by hand"
        )


def ordinary(stage: Stage, found: Difference) -> Ordinary:
    """What each rule's function may do for itself, as each other's may."""
    return {one.unit.name: _ordinary(stage, one.unit.name) for one in found.units}


def _ordinary(stage: Stage, rule: str) -> frozenset[Permission]:
    name = stage["stage"]
    return expanded(
        policy(
            own.own(
                Location.of(stage),
                function=function_name(name, rule),
                rule=rule,
                table=table_name(name),
                queue=dead_letters_name(name),
            )
        )
    )


def _stages(then: Output, now: Output, name: str, rev: str) -> Iterator[str]:
    before, after = set(then.stages()), set(now.stages())
    if name in before - after:
        yield f"stage {name} is gone from rules/opsloop.yaml: nothing but you will delete it in AWS"
    elif name in after - before:
        yield f"stage {name} is new since {rev}"
    for other in sorted((before ^ after) - {name}):
        said = "is new" if other in after else "is gone"
        yield f"stage {other} {said} as well: `opsloop plan --stage {other} --against {rev}`"
