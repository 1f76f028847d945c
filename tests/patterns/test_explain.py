"""Pattern.explain: the tree, and the one line that a person reads."""

from typing import Any

import pytest

from opsloop.patterns import (
    BranchExplained,
    Explanation,
    Failure,
    FieldExplained,
    InvalidPattern,
    OperatorExplained,
    Pattern,
)
from tests.patterns.corpus import corpus

STATE = {"source": ["aws.ec2"], "detail": {"state": ["stopped", {"prefix": "term"}]}}
EITHER = {
    "source": ["aws.ec2"],
    "detail": {"$or": [{"size": [{"numeric": [">", 5]}], "kind": ["b"]}, {"name": ["x"]}]},
}
ABSENT = {"detail": {"errorCode": [{"exists": False}]}}
SAME_ITEM = {"items": {"f": ["x"], "g": ["y"]}, "id": ["1"]}


def test_whole_tree() -> None:
    explained = Pattern(STATE).explain({"source": "aws.ec2", "detail": {"state": "running"}})
    source = FieldExplained(
        "source", (OperatorExplained('"aws.ec2"', held=True),), ('"aws.ec2"',), held=True
    )
    asked = (
        OperatorExplained('"stopped"', held=False),
        OperatorExplained('{"prefix": "term"}', held=False),
    )
    state = FieldExplained("detail.state", asked, ('"running"',), held=False)
    assert explained == Explanation((BranchExplained((source, state)),))
    assert not explained.matched
    assert explained.first_failure == Failure(
        "detail.state", '"stopped" or {"prefix": "term"}', '"running"'
    )


def test_match_has_no_failure() -> None:
    explained = Pattern(STATE).explain({"source": "aws.ec2", "detail": {"state": "terminated"}})
    assert explained.matched
    assert explained.first_failure is None
    assert [operator.held for operator in explained.nearest.fields[1].operators] == [False, True]


def test_exists_false_holds_where_nothing_is() -> None:
    explained = Pattern(ABSENT).explain({"detail": {}})
    assert explained.nearest.fields[0].operators == (
        OperatorExplained('{"exists": false}', held=True),
    )


@pytest.mark.parametrize(
    ("pattern", "event", "lines"),
    [
        (
            STATE,
            {},
            [
                'source: wanted "aws.ec2", found nothing',
                'detail.state: wanted "stopped" or {"prefix": "term"}, found nothing',
            ],
        ),
        (
            STATE,
            {"source": "aws.ec2", "detail": {"state": {"x": 1}}},
            ['detail.state: wanted "stopped" or {"prefix": "term"}, found {…}'],
        ),
        (
            STATE,
            {"source": "aws.ec2", "detail": {"state": []}},
            ['detail.state: wanted "stopped" or {"prefix": "term"}, found []'],
        ),
        ({"a": ["x"]}, {"a": list(range(7))}, ['a: wanted "x", found 0, 1, 2, 3, 4 and 2 more']),
        (
            STATE,
            {"source": "aws.s3", "detail": {"state": "stopped"}},
            ['source: wanted "aws.ec2", found "aws.s3"'],
        ),
        (
            EITHER,
            {"source": "aws.ec2", "detail": {"size": 3, "kind": "c"}},
            ['detail.name: wanted "x", found nothing'],
        ),
        (
            EITHER,
            {"source": "aws.ec2", "detail": {"size": 3, "kind": "b"}},
            ['detail.size: wanted {"numeric": [">", 5]}, found 3'],
        ),
        (
            ABSENT,
            {"detail": {"errorCode": "Denied"}},
            ['detail.errorCode: wanted {"exists": false}, found "Denied"'],
        ),
        (
            SAME_ITEM,
            {"id": "1", "items": [{"f": "x", "g": "z"}, {"f": "q", "g": "y"}]},
            ['items.g: wanted "y" in the same array element as items.f, found "z", "y"'],
        ),
        ({"a": ["x"]}, {"a": "é" * 300}, [f'a: wanted "x", found "{"é" * 199}…']),
        ({"a": ["x"]}, {"a": 'say "hi"'}, [r'a: wanted "x", found "say \"hi\""']),
    ],
)
def test_failures_as_people_read_them(pattern: Any, event: Any, lines: list[str]) -> None:
    assert list(map(str, Pattern(pattern).explain(event).nearest.failures)) == lines


def test_numbers_are_shown_as_written() -> None:
    failure = Pattern('{"a": [1.50]}').explain('{"a": 2.0e0}').first_failure
    assert failure == Failure("a", "1.50", "2.0e0")


def test_explain_and_matches_agree_on_the_corpus() -> None:
    for row in corpus():
        try:
            pattern = Pattern(row.pattern)
        except InvalidPattern:
            continue
        assert pattern.explain(row.event).matched == pattern.matches(row.event), row
