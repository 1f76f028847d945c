"""How many events start a function for nothing: what the criteria refuse, and the pattern lets by.

Generated rules, and events that nearly fit them: values absent, null, in lists, of other types, of
another case. The same each time. `make bench` prints it; the law that none is lost is in
`tests/compiler/pushdown/test_law.py`.
"""

from __future__ import annotations

from collections import Counter
from itertools import chain, islice

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from opsloop.compiler.pushdown import push
from opsloop.patterns import Pattern
from tests.compiler.pushdown.rules import taken
from tests.compiler.pushdown.worlds import World, worlds

RULES = 1_500
MOST_EVENTS = 60
#: of the events that the criteria refuse, the share that still starts the function
GOAL = 0.6


def counted(world: World) -> Counter[str]:
    """What becomes of the events that the trigger's own pattern wakes the rule for."""
    pushed = push(world.plan, world.own, world.criteria, world.stage["params"])
    own, narrow = Pattern(world.own), Pattern(pushed.pattern)
    found: Counter[str] = Counter()
    for happened in islice(chain([world.event], world.variants), MOST_EVENTS):
        if not own.matches(happened):
            continue
        if taken(world.plan, world.stage, happened):
            found["taken"] += 1
        else:
            found["for nothing" if narrow.matches(happened) else "kept away"] += 1
    return found


@pytest.mark.bench
def test_much_of_what_the_criteria_refuse_starts_no_function() -> None:
    found: Counter[str] = Counter()

    @settings(
        max_examples=RULES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(worlds())
    def count(world: World) -> None:
        found.update(counted(world))

    count()
    refused = found["for nothing"] + found["kept away"]
    rate = found["for nothing"] / refused
    told = f"of {refused:,} near misses {rate:.1%} start a function; taken: {found['taken']:,}"
    print(f"\n{told}")  # noqa: T201 - the measurement
    assert rate < GOAL
