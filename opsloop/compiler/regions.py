"""Events that AWS has in one region only: does the rule belong there? Called by `build`.

A rule that names its `regions` says where it hears of them, by forwarding perhaps. One that
belongs to every stage would wait in vain in most.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.partitions import partition_of
from chalicelib.plan import Stage
from opsloop.aws.cloudtrail import api_calls
from opsloop.aws.cloudtrail_table import ONE_REGION
from opsloop.aws.faults import FaultError
from opsloop.problems import Fault, Path, Problem
from opsloop.rules.project import RuleFile
from opsloop.rules.triggers import When


def check(file: RuleFile, stages: Iterable[Stage]) -> Iterator[Problem]:
    """A problem for each name whose events do not come to a stage of the rule."""
    if file.rule.regions:
        return
    there = list(stages)
    for path, name, region in bound(file.rule.trigger):
        for stage in there:
            if stage["region"] != region and partition_of(stage["region"]) == "aws":
                at = file.source.own(("when", *path))
                yield file.source.problem(_elsewhere(name, region, stage, there), at)
                break


def bound(when: When) -> Iterator[tuple[Path, str, str]]:
    """What the trigger names that has one region: where it stands, its name, the region."""
    for place, name in enumerate(when.api):
        try:
            regions = {call.region for call in api_calls(name)}
        except FaultError:
            continue  # the trigger's own fault
        if len(regions) == 1 and (region := regions.pop()):
            yield ("api", place), name, region
    sources = (when.event or {}).get("source")
    for place, source in enumerate(sources if isinstance(sources, list) else ()):
        if region := ONE_REGION.get(str(source).removeprefix("aws.")):
            yield ("event", "source", place), f"{source}", region


def _elsewhere(name: str, region: str, stage: Stage, stages: Iterable[Stage]) -> Fault:
    here = f"the stage {stage['stage']} is in {stage['region']}"
    expected = f"`regions: [{region}]` in the rule or its pack"
    if all(one["region"] != region for one in stages):
        expected += f", and a stage in {region} in rules/opsloop.yaml"
    return Fault(
        f"{name}, whose events AWS has in {region} only, and {here}",
        f"{expected}; or `regions` that the events are forwarded to",
    )
