"""What is known of an expression's value follows from what is known of the names in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opsloop.expressions import BadExpression, check, parse
from opsloop.expressions.check import infer
from opsloop.expressions.templates import compile_expr, compile_value
from opsloop.expressions.types import (
    BOOLEAN,
    NULL,
    NUMBER,
    OBJECT,
    STRING,
    STRINGS,
    TIME,
    Names,
    Type,
    either,
)
from opsloop.problems import Fault

DISK = Type("object", {"id": STRING, "gib": NUMBER, "tags": Type("array", items=OBJECT)})
DISKS = Type("array", items=DISK)
NAMES: Names = {
    "disks": DISKS,
    "nested": Type("array", items=Type("object", {"disks": DISKS})),
    "disk": DISK,
    "name": STRING,
    "count": NUMBER,
    "ok": BOOLEAN,
    "time": TIME,
    "any": None,
    "opened": Type("object", {"state": STRING, "old-state": STRING}, open=True),
    "told": Type("object", {"size": Type("number", doubtful=True)}, open=True, doubtful=True),
}

KINDS = {"string", "number", "boolean", "array", "object", "null", "expression"}
SHORT = Type("object", {"name": STRING, "size": NUMBER})
FLOWS: list[tuple[str, Type | None]] = [
    ("disks[0]", DISK),
    ("disks[-1].id", STRING),
    ("disks[].id", STRINGS),
    ("disks[*].gib", Type("array", items=NUMBER)),
    ("disks[1:].id", STRINGS),
    ("disks[?gib > `5`].id", STRINGS),
    ("disks[?gib > `5`] | [0].id", STRING),
    ("disks[?gib > `5`] | [0]", DISK),
    ("nested[].disks[].id", STRINGS),
    ("nested[].disks | [0]", DISKS),
    ("nested[*].disks[*].id", Type("array", items=STRINGS)),
    ("disks[].{name: id, size: gib}", Type("array", items=SHORT)),
    ("disks[].[id, gib]", Type("array", items=Type("array"))),
    ("[name, disk.id]", STRINGS),
    ("[name, count]", Type("array")),
    ("sort_by(disks, &gib)", DISKS),
    ("sort_by(disks, &gib)[].id", STRINGS),
    ("max_by(disks, &gib).id", STRING),
    ("min_by(disks, &gib)", DISK),
    ("map(&gib, disks)", Type("array", items=NUMBER)),
    ("max(disks[].gib)", NUMBER),
    ("sort(disks[].id)[0]", STRING),
    ("reverse(disks)[0]", DISK),
    ("reverse(name)", None),
    ("take(disks, `2`)[0].gib", NUMBER),
    ("to_array(disk)", DISKS),
    ("to_array(disks)", DISKS),
    ("not_null(disk, disks[0])", DISK),
    ("not_null(any, disk)", None),
    ("not_null(null, name)", STRING),
    ("disk.gib || `5`", NUMBER),
    ("name || count", None),
    ("name && 'x'", STRING),
    ("length(disks)", NUMBER),
    ("count > `5`", BOOLEAN),
    ("!any", BOOLEAN),
    ("any.whatever[0]", None),
    ("json(name)", None),
    ("null", NULL),
]  # fmt: skip


@pytest.mark.parametrize(("text", "known"), FLOWS)
def test_what_is_known_of_a_value(text: str, known: Type | None) -> None:
    assert check(parse(text), text, NAMES) == []
    assert infer(compile_expr(text), NAMES) == known


def test_the_root_of_a_pick_may_be_known() -> None:
    answer = Type("object", {"Disks": DISKS})
    pick = compile_expr("Disks[?name == $name].gib", NAMES, rooted=False)
    assert infer(pick, NAMES, rooted=False, root=answer) == Type("array", items=NUMBER)
    faults = check(parse("Disk[0]"), "Disk[0]", NAMES, rooted=False, root=answer)
    assert faults == [Fault("`Disk`, which is never there", "`Disks`", "Disks[0]")]


FAULTS: list[tuple[str, Fault]] = [
    (
        "sort_by(disks, &size)",
        Fault("`size`, which is never there", "one of gib, id, tags", offset=16),
    ),
    (
        "map(&idd, disks)",
        Fault("`idd`, which is never there", "`id`", "map(&id, disks)", offset=5),
    ),
    (
        "opened.stat",
        Fault("`stat`, which no such event is known to have", "`state`", "opened.state", offset=7),
    ),
    (
        "opened.oldState",
        Fault(
            "`oldState`, which no such event is known to have",
            "`old-state`",
            'opened."old-state"',
            offset=7,
        ),
    ),
    (
        "opened.reason",
        Fault(
            "`reason`, which no such event is known to have",
            "one of old-state, state, unless AWS has added it",
            offset=7,
            doubt=True,
            lint="OPS101",
        ),
    ),
    # what a catalogue alone says is doubted, what follows from it as well
    (
        "told.size.unit",
        Fault("`.unit` of a number", "a map before the dot", offset=10, doubt=True),
    ),
    (
        "told.size[0]",
        Fault("an index of a number", "a list before the bracket", offset=5, doubt=True),
    ),
    (
        "told.size == '5'",
        Fault(
            "`==` between a number and a string, which are never equal",
            "a number: 5",
            "told.size == 5",
            offset=13,
            doubt=True,
        ),
    ),
    (
        "lower(told.size)",
        Fault(
            "a number as argument 1 of lower()",
            "a string",
            "lower(to_string(told.size))",
            offset=6,
            doubt=True,
        ),
    ),
]


@pytest.mark.parametrize(("text", "fault"), FAULTS)
def test_what_is_wrong_or_doubted(text: str, fault: Fault) -> None:
    (found,) = check(parse(text), text, NAMES)
    assert found == fault


def test_a_sibling_is_neither() -> None:
    names = {"rule": Type("object", {"cidrIpv4": STRING}, open=True)}
    assert check(parse("rule.cidrIpv6"), "rule.cidrIpv6", names) == []


EC2 = Type(
    "object",
    {
        "instancesSet": Type(
            "object",
            {"items": Type("array", items=Type("object", {"instanceId": STRING}, open=True))},
            open=True,
        ),
        "groupName": STRING,
    },
    open=True,
)
ITEMS = [
    ("ec2.instances", "ec2.instancesSet.items", False),
    ("ec2.instance", "ec2.instancesSet.items", False),
    ("ec2.Instances", "ec2.instancesSet.items", False),
    ("ec2.instanceIds", "ec2.instancesSet.items[].instanceId", False),
    ("ec2.group", "ec2.groupName", False),
    # the sample has it elsewhere, which does not say that it is not here
    ("ec2.instanceId", None, True),
]


@pytest.mark.parametrize(("text", "correction", "doubt"), ITEMS)
def test_cloudtrails_own_names_are_told(text: str, correction: str | None, doubt: object) -> None:
    (fault,) = check(parse(text), text, {"ec2": EC2})
    assert (fault.correction, fault.doubt) == (correction, doubt)


def test_names_that_botocore_has_are_no_misspellings() -> None:
    others = frozenset(["maxSize"])
    names = {"sizes": Type("object", {"minSize": NUMBER}, open=True, maybe=lambda: others)}
    (known,) = check(parse("sizes.maxSize"), "sizes.maxSize", names)
    (unknown,) = check(parse("sizes.manSize"), "sizes.manSize", names)
    assert (known.doubt, unknown.doubt) == (True, False)
    assert known.expected == unknown.expected == "`minSize`"


def test_doubts_alone_fail_nothing_and_are_told() -> None:
    doubts: list[Fault] = []
    value = compile_value({"a": "is ${opened.reason}"}, NAMES, doubts=doubts)
    assert value == {"map": {"a": {"join": ["is ", compile_expr("opened.reason")]}}}
    (doubt,) = doubts
    assert (doubt.path, doubt.offset, doubt.doubt) == (("a",), 12, True)
    assert compile_expr("opened.reason", NAMES) == compile_expr("opened.reason")


EITHER: list[tuple[list[Type | None], Type | None]] = [
    ([], None),
    ([STRING], STRING),
    ([STRING, STRING], STRING),
    ([STRING, TIME], STRING),
    ([STRING, NUMBER], None),
    ([STRING, None], None),
    ([STRING, NULL], STRING),
    ([NULL], NULL),
    ([STRINGS, Type("array", items=NUMBER)], Type("array")),
    ([DISK, Type("object")], OBJECT),
    (
        [Type("object", {"a": STRING}), Type("object", {"a": NUMBER, "b": TIME}, open=True)],
        Type("object", {"a": None, "b": TIME}, open=True),
    ),
    ([Type("string", doubtful=True), STRING], Type("string", doubtful=True)),
]


@pytest.mark.parametrize(("types", "known"), EITHER)
def test_what_is_known_of_one_of_several(types: list[Type | None], known: Type | None) -> None:
    assert either(types) == known
    assert either(types[::-1]) == known


_PIECES = st.sampled_from(
    [
        *("disks", "nested", "opened", "told", "disk", "[]", "[0]", "[*]", ".id", ".disks", ".x"),
        *(" || ", " && ", " | ", "!", "[?gib > `1`]", ".{a: id}", ".[id]", ".*", "&", "`[]`"),
        *("sort_by(", "map(&id, ", "max(", "not_null(", "to_array(", "take(", ", ", ")", "@"),
    ]
)


@given(st.lists(_PIECES, max_size=10).map("".join))
def test_whatever_can_be_read_has_a_type_or_none(text: str) -> None:
    try:
        expr = compile_expr(text)
    except BadExpression:
        return
    known = infer(expr, NAMES)
    assert known is None or known.kind in KINDS
    assert infer(expr, NAMES) == known
