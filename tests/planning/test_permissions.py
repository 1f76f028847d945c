"""What is gained and lost between two policies, however their statements are written."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.aws.statement import Condition
from opsloop.planning.permissions import Gain, Permission, compared, expanded

BUCKET, OTHER = "arn:aws:s3:::reports", "arn:aws:s3:::logs"
TAGGED = {"StringEquals": {"aws:ResourceTag/managed-by": "opsloop"}}
#: of a small world, so that policies have much in common
PERMISSIONS = st.builds(
    Permission,
    st.sampled_from(["s3:GetObject", "s3:PutObject", "s3:Get*", "s3:*", "*", "!(s3:Get*)"]),
    st.sampled_from([BUCKET, f"{BUCKET}*", f"{BUCKET}/a", "*", f"!({OTHER})"]),
    st.sampled_from([Condition(()), Condition.of(TAGGED)]),
    st.sampled_from(["Allow", "Deny"]),
)
SETS = st.frozensets(PERMISSIONS, max_size=8)


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", **statement} for statement in statements],
    }


def allow(action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    return document({"Action": action, "Resource": resource, **more})


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (allow(["s3:A", "s3:B"], BUCKET), allow(["s3:B", "s3:A"], BUCKET)),
        (allow("s3:A", [BUCKET]), allow(["s3:A"], BUCKET)),
        (
            allow(["s3:A", "s3:B"], [BUCKET, OTHER]),
            document(
                {"Sid": "X", "Action": "s3:B", "Resource": [OTHER, BUCKET]},
                {"Sid": "Y", "Action": "s3:A", "Resource": BUCKET},
                {"Action": "s3:A", "Resource": OTHER},
            ),
        ),
        (
            allow("s3:A", BUCKET, Condition={"StringEquals": {"a": ["x", "y"], "b": "z"}}),
            allow("s3:A", BUCKET, Condition={"StringEquals": {"b": ["z"], "a": ["y", "x"]}}),
        ),
        (
            allow("s3:A", Condition={"Bool": {"aws:SecureTransport": True}}),
            allow("s3:A", Condition={"Bool": {"aws:SecureTransport": "true"}}),
        ),
        (
            {"Statement": {"Effect": "Allow", "NotAction": ["s3:B", "s3:A"], "Resource": "*"}},
            document({"NotAction": ["s3:A", "s3:B"], "Resource": ["*"]}),
        ),
    ],
    ids=["order", "one or a list", "regrouped", "condition", "truth", "one statement"],
)
def test_policies_that_say_the_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert expanded(one) == expanded(other)
    assert compared(expanded(one), expanded(other)) == []


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        (allow([]), allow("s3:A", BUCKET), [("gained", f"s3:A on {BUCKET}", [], None)]),
        (allow("s3:A", BUCKET), allow([]), [("lost", f"s3:A on {BUCKET}", [], None)]),
        (
            allow("s3:A", [BUCKET, OTHER]),
            allow("s3:A", "*"),
            [("widened", "s3:A on *", [f"s3:A on {OTHER}", f"s3:A on {BUCKET}"], None)],
        ),
        (
            allow("s3:A", "*"),
            allow("s3:A", BUCKET),
            [("narrowed", "s3:A on *", [f"s3:A on {BUCKET}"], None)],
        ),
        (
            allow("s3:Get", BUCKET),
            allow("s3:*", BUCKET),
            [("widened", f"s3:* on {BUCKET}", [f"s3:Get on {BUCKET}"], None)],
        ),
        (
            allow("s3:A", BUCKET, Condition=TAGGED),
            allow("s3:A", BUCKET),
            [
                (
                    "widened",
                    f"s3:A on {BUCKET}",
                    [f"s3:A on {BUCKET} if aws:ResourceTag/managed-by is opsloop"],
                    None,
                )
            ],
        ),
        (
            allow("s3:A", f"{BUCKET}/*"),
            allow("s3:A", [f"{BUCKET}/*", f"{BUCKET}/x"]),
            [("gained", f"s3:A on {BUCKET}/x", [], f"s3:A on {BUCKET}/*")],
        ),
        (
            allow("s3:A", [f"{BUCKET}/*", f"{BUCKET}/x"]),
            allow("s3:A", f"{BUCKET}/*"),
            [("lost", f"s3:A on {BUCKET}/x", [], f"s3:A on {BUCKET}/*")],
        ),
        (
            allow("s3:A", BUCKET),
            allow("s3:A", OTHER),
            [("gained", f"s3:A on {OTHER}", [], None), ("lost", f"s3:A on {BUCKET}", [], None)],
        ),
        (
            allow("s3:A"),
            document(
                {"Action": "s3:A", "Resource": "*"},
                {"Effect": "Deny", "Action": "s3:A", "Resource": OTHER},
            ),
            [("gained", f"never s3:A on {OTHER}", [], None)],
        ),
        (
            document({"Action": "s3:A", "NotResource": [BUCKET]}),
            allow("s3:A"),
            [("gained", "s3:A on *", [], None), ("lost", f"s3:A on !({BUCKET})", [], None)],
        ),
    ],
    ids=[
        "gained",
        "lost",
        "any resource",
        "one resource",
        "any action",
        "a condition less",
        "already allowed",
        "still allowed",
        "another",
        "denied",
        "everything but",
    ],
)
def test_what_is_gained_and_lost(
    before: dict[str, Any], after: dict[str, Any], told: list[Any]
) -> None:
    found = compared(expanded(before), expanded(after))
    assert [
        (
            one.kind,
            str(one.permission),
            [str(other) for other in one.others],
            None if one.within is None else str(one.within),
        )
        for one in found
    ] == told


def test_to_forbid_less_is_to_allow_more() -> None:
    denied = Permission("s3:A", "*", effect="Deny")
    assert [Gain("gained", denied).more, Gain("lost", denied).more] == [False, True]
    allowed = Permission("s3:A", "*")
    assert [Gain(kind, allowed).more for kind in ("gained", "widened", "lost", "narrowed")] == [
        True,
        True,
        False,
        False,
    ]


@given(SETS)
def test_nothing_is_gained_from_a_policy_to_itself(one: frozenset[Permission]) -> None:
    assert compared(one, one) == []


@given(SETS, SETS)
def test_what_is_gained_and_lost_leads_from_one_policy_to_the_other(
    before: frozenset[Permission], after: frozenset[Permission]
) -> None:
    found = compared(before, after)
    gained, lost = set[Permission](), set[Permission]()
    for one in found:
        new = one.kind in ("gained", "widened")
        (gained if new else lost).add(one.permission)
        (lost if new else gained).update(one.others)
    assert (before - lost) | gained == after
    assert gained.isdisjoint(before)
    assert lost.isdisjoint(after)


@given(SETS, SETS)
def test_what_covers_another_is_told_as_widened_or_narrowed_only_where_it_is(
    before: frozenset[Permission], after: frozenset[Permission]
) -> None:
    for one in compared(before, after):
        assert all(one.permission.covers(other) for other in one.others)
        assert bool(one.others) == (one.kind in ("widened", "narrowed"))
        assert one.within is None or one.within in before & after
