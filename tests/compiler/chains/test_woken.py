"""The index of patterns loses no rule: a law, held against asking every pattern."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from opsloop.compiler.chains import Caused, Happening, Woken
from opsloop.patterns import Pattern
from opsloop.patterns.partial import open_fields
from opsloop.rules.model import Rule
from opsloop.rules.project import RuleFile
from opsloop.rules.source import read
from tests.engine.plans import plan

SOURCES, NAMES = ("aws.ec2", "aws.s3"), ("Stop", "Start", "Tag")


def asked(values: tuple[str, ...]) -> st.SearchStrategy[list[Any]]:
    other = st.sampled_from([{"prefix": values[0][:3]}, {"anything-but": [values[1]]}])
    return st.lists(st.one_of(st.sampled_from(values), other), min_size=1, max_size=2)


names = st.fixed_dictionaries({"eventName": asked(NAMES)})
details = st.one_of(
    names,
    st.builds(lambda one, other: {"$or": [one, other]}, names, names),
    st.builds(lambda kept, one, other: {**kept, "$or": [one, other]}, names, names, names),
    st.just({"other": ["x"]}),
)
plain = st.fixed_dictionaries(
    {}, optional={"source": asked(SOURCES), "detail": details, "account": st.just(["1"])}
).filter(bool)
patterns = st.one_of(
    plain,
    st.builds(lambda kept, one, other: {**kept, "$or": [one, other]}, plain, plain, plain),
)
events = st.fixed_dictionaries(
    {},
    optional={
        "source": st.lists(st.sampled_from(SOURCES), min_size=1, max_size=2, unique=True),
        "detail.eventName": st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
    },
)


@settings(max_examples=400, deadline=None)
@given(st.lists(patterns, min_size=1, max_size=4), events)
def test_every_rule_is_found_whose_pattern_may_match(
    wired: list[dict[str, Any]], event: dict[str, list[str]]
) -> None:
    plans = {f"r{n}": plan(rule=f"r{n}", wire={"pattern": one}) for n, one in enumerate(wired)}
    source, rule = read("{}", "rule.yaml"), Rule.model_construct(if_=None)
    files = [RuleFile(name, "pack", "rule.yaml", source, rule) for name in plans]
    known = {name: tuple(values) for name, values in event.items()}
    happening = Happening("aws.ec2", "any", "any", known)
    cause = Caused("r0", ("then", 0), "step-1", "any", happening)
    found = {edge.wakes: set(edge.hangs_on) for edge in Woken(files, plans).by(cause)}
    judged = {
        name: open_fields(Pattern(one), known) for name, one in zip(plans, wired, strict=True)
    }
    assert found == {name: set(open_) for name, open_ in judged.items() if open_ is not None}
