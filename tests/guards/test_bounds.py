"""`only` and `except`: what a call may touch, as arithmetic on ARNs and tags."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.globs import arn_fits
from chalicelib.guards.bounds import Bound, asked_for, bounds, out_by_arn, out_by_tags
from chalicelib.guards.limits import Refusal
from chalicelib.guards.touching import Resource
from chalicelib.plan import Stage
from tests.engine.plans import STAGE
from tests.guards.making import guard

EC2 = "arn:aws:ec2:eu-west-1:123456789012:"
ONE, TWO = f"{EC2}instance/i-1", f"{EC2}instance/i-2"
ROLE = "arn:aws:iam::123456789012:role/"


def only(*arns: str, **tags: str) -> Bound:
    return Bound("only", keeps=True, arns=arns, tags=tags)


def spare(*arns: str, **tags: str) -> Bound:
    return Bound("except", keeps=False, arns=arns, tags=tags)


def changes(*arns: str) -> list[Resource]:
    return [Resource(arn, "changes") for arn in arns]


@pytest.mark.parametrize(
    ("bound", "resources", "reason"),
    [
        (only(f"{EC2}instance/i-1"), changes(ONE), None),
        (only("arn:aws:ec2:*:*:instance/*"), changes(ONE, TWO), None),
        (only(f"{EC2}instance/i-1"), changes(ONE, TWO), f"{TWO} is none of {ONE}"),
        (
            only(*(f"{EC2}instance/i-{n}" for n in range(4, 9))),
            changes(ONE),
            f"{ONE} is none of {EC2}instance/i-4, {EC2}instance/i-5, {EC2}instance/i-6 and 2 more",
        ),
        (
            only("arn:aws:ec2:*:*:INSTANCE/*"),
            changes(ONE),
            f"{ONE} is none of arn:aws:ec2:*:*:INSTANCE/*",
        ),
        (
            only("arn:aws:ec2:*:*:volume/*"),
            [Resource(ONE, "uses"), Resource(f"{EC2}volume/vol-1", "changes")],
            None,
        ),
        (
            only("arn:aws:ec2:*:*:*"),
            [Resource(ONE, "uses")],
            "it touches nothing that was there before",
        ),
        (only(env="dev"), [Resource(ONE, "makes")], "it touches nothing that was there before"),
        (
            only("arn:aws:ec2:*:*:volume/*"),
            [Resource(ONE, "makes")],
            f"{ONE} is none of arn:aws:ec2:*:*:volume/*",
        ),
        # an open ARN is all that it may be
        (only("arn:aws:ec2:*:*:instance/*"), changes(f"{EC2}instance/*"), None),
        (
            only("arn:aws:ec2:*:*:instance/i-*"),
            changes(f"{EC2}instance/*"),
            f"{EC2}instance/* is none of arn:aws:ec2:*:*:instance/i-*",
        ),
        (
            only(keep="yes"),
            changes(f"{EC2}instance/*"),
            f"{EC2}instance/* does not tell which resource it is, for its tags",
        ),
        (spare("arn:aws:ec2:*:*:volume/*"), changes(ONE), None),
        (
            spare("arn:aws:ec2:*:*:instance/i-1"),
            changes(TWO, ONE),
            f"{ONE} is one of arn:aws:ec2:*:*:instance/i-1",
        ),
        (
            spare("arn:aws:ec2:*:*:instance/i-1"),
            changes(f"{EC2}instance/*"),
            f"{EC2}instance/* is possibly one of arn:aws:ec2:*:*:instance/i-1",
        ),
        (spare(f"{EC2}instance/i-1"), [Resource(ONE, "uses")], f"{ONE} is one of {ONE}"),
        (
            spare("arn:aws:iam::*:role/svc/*"),
            [Resource(f"{ROLE}app", "changes", (f"{ROLE}*/app",))],
            f"{ROLE}*/app is possibly one of arn:aws:iam::*:role/svc/*",
        ),
        (spare("arn:aws:iam::*:role/svc/*"), changes(f"{ROLE}app"), None),
        (
            spare("arn:aws:ec2:*:*:instance/I-*"),
            changes(ONE),
            f"{ONE} is one of arn:aws:ec2:*:*:instance/I-*",
        ),
    ],
)
def test_by_arn(bound: Bound, resources: list[Resource], reason: str | None) -> None:
    refusal = out_by_arn([bound], resources)
    assert (refusal and refusal.reason) == reason


@pytest.mark.parametrize(
    ("bound", "tags", "reason"),
    [
        (only(env="dev"), {ONE: {"env": "dev", "x": "y"}}, None),
        (only(env="dev"), {ONE: {"env": "Dev"}}, f"{ONE} has env: Dev, wanted env: dev"),
        (only(env="dev"), {ONE: {"Env": "dev"}}, f"{ONE} has no tag env, wanted env: dev"),
        (only(env="dev"), {}, f"{ONE} has no tags that are known, wanted env: dev"),
        (
            only(env="dev", team="a"),
            {ONE: {"env": "dev", "team": "b"}},
            f"{ONE} has team: b, wanted team: a",
        ),
        (only(env="*"), {ONE: {"env": "dev"}}, f"{ONE} has env: dev, wanted env: *"),
        (spare(env="prod"), {ONE: {"env": "dev"}}, None),
        (spare(env="prod"), {}, None),
        (spare(env="prod"), {ONE: {"env": "prod"}}, f"{ONE} has env: prod"),
        (
            spare(env="prod", keep="yes"),
            {ONE: {"env": "dev", "keep": "yes"}},
            f"{ONE} has keep: yes",
        ),
    ],
)
def test_by_tags(bound: Bound, tags: Mapping[str, Any], reason: str | None) -> None:
    refusal = out_by_tags([bound], changes(ONE), tags)
    assert (refusal and refusal.reason) == reason


def test_a_version_has_the_tags_of_its_function() -> None:
    web = "arn:aws:lambda:eu-west-1:123456789012:function:web"
    version = changes(f"{web}:$LATEST")
    assert asked_for([spare(env="prod")], version) == [web]
    refusal = out_by_tags([spare(env="prod")], version, {web: {"env": "prod"}})
    assert refusal == Refusal("except", f"{web}:$LATEST has env: prod")


@pytest.mark.parametrize(
    ("bound", "asked"),
    [
        ([only("arn:aws:ec2:*:*:*")], []),
        ([only(env="dev")], ["a"]),
        ([spare(env="prod")], ["a"]),
        ([spare("arn:aws:ec2:*:*:*"), only(env="dev")], ["a"]),
    ],
)
def test_tags_are_asked_for_where_they_matter(bound: list[Bound], asked: list[str]) -> None:
    resources = [Resource("a", "changes"), Resource("b", "uses"), Resource("c", "makes")]
    assert asked_for(bound, resources) == asked


def test_the_stage_binds_with_the_rule_and_what_is_spared_comes_first() -> None:
    stage: Stage = {**STAGE, "spares": {"arns": ["arn:aws:s3:::a"], "tags": {}}}
    made = guard(only={"arns": [f"{EC2}*"]}, **{"except": {"tags": {"keep": "yes"}}})
    assert bounds(made, stage) == [
        Bound("except of dev", keeps=False, arns=["arn:aws:s3:::a"], tags={}),
        Bound("except", keeps=False, arns=[], tags={"keep": "yes"}),
        Bound("only", keeps=True, arns=[f"{EC2}*"], tags={}),
    ]
    assert bounds(None, STAGE) == bounds(guard(), STAGE) == []


# Laws.

PATTERN = st.builds(
    "arn:aws:{}:*:*:{}".format, st.sampled_from(["ec2", "s3"]), st.text("ab*?", max_size=4)
)
ARN = st.builds(
    "arn:aws:{}:r:1:{}".format,
    st.sampled_from(["ec2", "s3"]),
    st.text("ab", min_size=1, max_size=4),
)
TAGS = st.dictionaries(st.sampled_from("kl"), st.sampled_from("vw"))


@given(st.lists(PATTERN, min_size=1, max_size=3), st.lists(PATTERN, min_size=1, max_size=3), ARN)
def test_what_may_be_touched_is_in_only_and_not_in_except(
    keep: list[str], away: list[str], arn: str
) -> None:
    refusal = out_by_arn([spare(*away), only(*keep)], changes(arn))
    spared = any(arn_fits(arn, pattern) for pattern in away)
    kept = any(arn_fits(arn, pattern) for pattern in keep)
    assert (refusal is None) == (kept and not spared)
    # except always wins
    assert not spared or (refusal is not None and refusal.guard == "except")


@given(TAGS, TAGS, st.none() | TAGS)
def test_tags_bound_as_arns_do(
    keep: dict[str, str], away: dict[str, str], own: dict[str, str] | None
) -> None:
    refusal = out_by_tags(
        [spare(**away), only(**keep)], changes(ONE), {} if own is None else {ONE: own}
    )
    has = own or {}
    spared = any(has.get(key) == value for key, value in away.items())
    kept = all(has.get(key) == value for key, value in keep.items())
    assert (refusal is None) == (kept and not spared)
    assert not spared or (refusal is not None and refusal.guard == "except")


@given(st.lists(PATTERN, min_size=1, max_size=3), st.lists(ARN, min_size=2, max_size=4))
def test_one_resource_out_of_bounds_is_all_of_them(keep: list[str], several: list[str]) -> None:
    alone: list[Refusal | None] = [out_by_arn([only(*keep)], changes(arn)) for arn in several]
    assert out_by_arn([only(*keep)], changes(*several)) == next(filter(None, alone), None)
