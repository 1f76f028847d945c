"""The state that AWS has: every function of a stage, its package, the stage's stack.

Reads only: list, get and describe. What may not be read is told, never taken for absent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import boto3
from botocore.config import Config

from chalicelib.plan import Plan
from opsloop.planning import terms
from opsloop.planning.asking import Asking
from opsloop.planning.expected import rule_facts, stage_unit
from opsloop.planning.functions import Clients, FunctionReader, Read
from opsloop.planning.listing import Listing
from opsloop.planning.package import Fetch, Package, Unreadable, opened
from opsloop.planning.safeguards import Held
from opsloop.planning.state import Facts, Kind, State, Unit, state

#: functions that are read at a time; IAM's own limits bear about so many
AT_ONCE = 8
_SEVERAL = "differs between functions"
#: what a package does not tell: pip has put it among all the rest
_UNTOLD = frozenset({"unpinned", "vendored"})


@dataclass(frozen=True, slots=True)
class Sought:
    """What to look for: a stage, the rules that should be in it, what its code should need."""

    stage: str
    rules: frozenset[str]
    requirements: frozenset[str]


@dataclass(frozen=True, slots=True)
class Deployed:
    """What is deployed, and the plans that run there, by rule."""

    state: State
    plans: Mapping[str, Plan]


def deployed(session: boto3.Session, sought: Sought, fetch: Fetch) -> Deployed:
    """The stage's functions as they are. Raises DeployError where AWS cannot be reached."""
    asking = Asking()
    listing = Listing(session, sought.stage, sought.rules)
    listed = listing.listed(asking)
    reader = FunctionReader(_clients(session), listed, sought.stage)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        reads = list(pool.map(reader.read, listing.rules(listed)))
    packages = _packages(reads, sought.requirements, fetch, asking)
    units = [_with_plan(read, packages.get(read.sha or ""), sought.stage) for read in reads]
    unread = [*asking.unread, *(one for read in reads for one in read.asking.unread)]
    return Deployed(
        state([*units, *_shared(sought.stage, reads, packages)], unread=tuple(unread)),
        _plans(reads, packages),
    )


def _clients(session: boto3.Session) -> Clients:
    """Clients that wait where AWS asks for it: a stage of a hundred rules is a thousand reads."""
    patient = Config(retries={"mode": "adaptive", "max_attempts": 8}, max_pool_connections=AT_ONCE)
    return Clients(
        functions=session.client("lambda", config=patient),
        events=session.client("events", config=patient),
        iam=session.client("iam", config=patient),
    )


def _packages(
    reads: Sequence[Read], requirements: frozenset[str], fetch: Fetch, asking: Asking
) -> dict[str, Package]:
    """The packages that run, by their hash: one, unless a deployment was cut off."""
    found: dict[str, Package] = {}
    first = {read.sha: read for read in reversed(reads) if read.sha and read.code}
    for sha, read in first.items():
        try:
            found[str(sha)] = opened(fetch(str(read.code)), requirements)
        except Unreadable as error:
            asking.refused("rule", f"the package of {read.unit.name}", str(error))
    return found


def _with_plan(read: Read, package: Package | None, name: str) -> Unit:
    """The function with what its package says of its rule."""
    unit = read.unit
    if unit.kind == "waker" or read.sha is None:
        return unit
    if package is None:
        return replace(unit, unknown=unit.unknown | {"rule"})
    plan = package.plans.get(unit.name)
    if plan is None:
        return unit
    facts = {**unit.facts, **rule_facts(plan)}
    stage = package.stages.get(name)
    held = Held(plan, stage) if stage else None
    return replace(unit, facts=facts, content=terms.content(plan), held=held)


def _shared(stage: str, reads: list[Read], packages: Mapping[str, Package]) -> list[Unit]:
    """The code package and the stage's settings in it."""
    running = {read.sha for read in reads if read.sha}
    if not running:
        return []
    if running - set(packages):
        unknown = _UNTOLD | {"file", "requirement", "settings"}
        names: tuple[tuple[Kind, str], ...] = (("package", "package"), ("stage", stage))
        return [Unit(kind, name, unknown=unknown) for kind, name in names]
    stages = [one.stages[stage] for one in packages.values() if stage in one.stages]
    settings = [Unit("stage", stage, _agreed([stage_unit(one).facts for one in stages]))]
    facts = _agreed([one.facts for one in packages.values()])
    code = Unit("package", "package", facts, unknown=_UNTOLD)
    return [code, *settings] if stages else [code]


def _agreed(several: list[Facts]) -> Facts:
    """Facts on which all agree; where they do not, that is what is told."""
    first, *others = several
    paths = dict.fromkeys(path for facts in several for path in facts)
    return {
        path: first[path]
        if all(path in facts and facts[path] == first.get(path) for facts in (first, *others))
        else _SEVERAL
        for path in paths
    }


def _plans(reads: Iterable[Read], packages: Mapping[str, Package]) -> dict[str, Plan]:
    found = ((read.unit.name, packages.get(read.sha or "")) for read in reads)
    return {rule: one.plans[rule] for rule, one in found if one and rule in one.plans}
