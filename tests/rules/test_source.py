"""Reading YAML: values by the core schema, places, corrected lines, limits."""

# ruff: noqa: E501 - a message is one line

from __future__ import annotations

from pathlib import Path as File
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsloop.problems import Fault, Path, Problems
from opsloop.rules.nodes import MAX_NODES
from opsloop.rules.source import MAX_BYTES, Source, load, read

TEXT = r"""# a comment
plain: one two
quoted: 'it''s "it"'
escaped: "tab\there\u0041 end"
flow: {list: [a, "b${c}"], "odd key": 1}
literal: |
  first line
    second ${line}
folded: >-
  some words
  that go on
anchor: &name {x: deep}
alias: *name
once: lonely
"""


@pytest.fixture(scope="module")
def source() -> Source:
    return read(TEXT, "f.yaml")


@pytest.mark.parametrize(
    ("path", "offset", "key", "expected"),
    [
        ((), 0, False, "2:1"),
        (("plain",), 0, False, "2:8"),
        (("plain",), 4, False, "2:12"),
        (("plain",), 0, True, "2:1"),
        (("quoted",), 3, False, "3:14"),
        (("escaped",), 3, False, "4:14"),
        (("escaped",), 4, False, "4:16"),
        (("escaped",), 8, False, "4:20"),
        (("escaped",), 9, False, "4:26"),
        (("flow", "list", 1), 0, False, "5:18"),
        (("flow", "list", 1), 1, False, "5:20"),
        (("flow", "odd key"), 0, True, "5:28"),
        (("literal",), 0, False, "6:10"),
        (("literal",), 2, False, "7:5"),
        (("literal",), 20, False, "8:12"),
        (("folded",), 11, False, "11:3"),
        (("alias", "x"), 0, False, "12:19"),
        (("alias",), 0, True, "13:1"),
        (("plain", "missing", 3), 0, False, "2:8"),
        (("missing",), 0, True, "2:1"),
        (("once", 0), 2, False, "14:9"),
        (("plain",), 99, False, "2:15"),
    ],
)
def test_places(source: Source, path: Path, offset: int, key: bool, expected: str) -> None:
    assert str(source.place(path, offset, key=key)) == f"f.yaml:{expected}"


@pytest.mark.parametrize(
    ("path", "new", "expected"),
    [
        (("plain",), "three", "plain: three"),
        (("plain",), "a: b", 'plain: "a: b"'),
        (("plain",), "5", 'plain: "5"'),
        (("plain",), "${a} == 'b'", "plain: ${a} == 'b'"),
        (("quoted",), "it's", "quoted: 'it''s'"),
        (("escaped",), 'say "x"', "escaped: 'say \"x\"'"),
        (("escaped",), 'it\'s "x"', 'escaped: "it\'s \\"x\\""'),
        (("flow", "list", 0), "${a}", 'flow: {list: ["${a}", "b${c}"], "odd key": 1}'),
        (("literal",), "first line\n  third ${line}\n", "third ${line}"),
    ],
)
def test_corrected_values(source: Source, path: Path, new: str, expected: str) -> None:
    problem = source.problem(Fault("this", "that", new, path))
    assert problem.correction == expected


def test_a_corrected_key(source: Source) -> None:
    fault = Fault("this", "that", "even", ("odd key",), key=True)
    problem = source.problem(fault, ("flow",))
    assert str(problem) == (
        'f.yaml:5:28: found this; expected that\n    write: flow: {list: [a, "b${c}"], even: 1}'
    )


@pytest.mark.parametrize("path", [(), ("once", 0), ("flow", "list", 0), ("flow", "not there")])
def test_what_is_no_key_is_not_corrected_as_one(source: Source, path: Path) -> None:
    problem = source.problem(Fault("this", "that", "other", path, key=True))
    assert problem.correction is None


def test_the_path_as_the_file_has_it(source: Source) -> None:
    assert source.own(("once", 0)) == ("once",)
    assert source.own(("flow", "list", 0, 0)) == ("flow", "list", 0)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("on", "on"),
        ("no", "no"),
        ("Yes", "Yes"),
        ("18:00", "18:00"),
        ("2026-11-23", "2026-11-23"),
        ("012345670123", "012345670123"),
        ("+012", "+012"),
        ("1_000", "1_000"),
        ("0b11", "0b11"),
        ("1.2.3", "1.2.3"),
        (".", "."),
        ("'5'", "5"),
        ('"true"', "true"),
        ("tRue", "tRue"),
        ("~", None),
        ("", None),
        ("NULL", None),
        ("true", True),
        ("FALSE", False),
        ("0", 0),
        ("-17", -17),
        ("0x1F", 31),
        ("0o17", 15),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1e3", 1000.0),
        ("123456789012", 123456789012),
        ("{a: 1, b: [x, null]}", {"a": 1, "b": ["x", None]}),
        ("&a x", "x"),
    ],
)
def test_scalars(written: str, expected: Any) -> None:
    data = read(f"key: {written}\n", "f").data
    assert data == {"key": expected}
    assert type(data["key"]) is type(expected)


def message(text: str) -> str:
    try:
        return "\n".join(map(str, read(text, "f").problems))
    except Problems as found:
        return str(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\r\nb: !x\r\n", 'f:2:4: found the tag !x; expected no tag; a text that starts with ! stands in quotes\n    write: b: "!x"'),
        ("a: 1\rb: 2\n", 'f:1:5: found the control character U+000D; expected visible text; "\\u000d" in double quotes if it is meant'),
        ("a: b\u2028c\n", 'f:1:5: found the control character U+2028; expected visible text; "\\u2028" in double quotes if it is meant'),
        ("a: 1e999\n", "f:1:4: found the number 1e999; expected a finite number of at most 40 digits, or a text in quotes"),
        (f"a: {'9' * 5000}\n", "f:1:4: found the number 999999999999… of 5,000 digits; expected a finite number of at most 40 digits, or a text in quotes"),
        ("? [a]\n: b\n", "f:1:3: found a list or a map as a key; expected a text as a key"),
        ("{a: 1}: b\n", "f:1:1: found a list or a map as a key; expected a text as a key"),
        ('a: {"": b}\n', "f:1:5: found an empty key; expected a name before the ':'"),
        ("a: *b\n", 'f:1:4: found *b without &b before it; expected a value; a text that starts with * stands in quotes\n    write: a: "*b"'),
        ("a: @b\n", 'f:1:4: found a text that starts with @; expected such a text in quotes\n    write: a: "@b"'),
        ("a: [b].c\n", "f:1:7: found '.c' behind the end of a value; expected one value; a text as a whole in quotes\n    write: a: \"[b].c\""),
        ("a: 'b\nc: 'd'\n", "f:1:4: found a text that ' opens and nothing closes on its line; expected a ' at its end\n    write: a: 'b'"),
        ("a: - b\n", "f:1:4: found '- ' on the line of its key; expected the list's items on lines of their own, or [a, b]; a text in quotes\n    write: a: \"- b\""),
        ("a: 1\nb\nc: 2\n", "f:2:1: found 'b' without ': '; expected key: value\n    write: b:"),
        ("a: 1\nb:2\nc: 3\n", "f:2:1: found 'b:2' without ': '; expected key: value\n    write: b: 2"),
        ("- a\nb: c\n", "f:2:1: found 'b: c' between the items of a list; expected a '- ' before it, or less indentation\n    write: - b: c"),
        ("a:\n    b: 1\n   - c\n", "f:3:4: found '- c' between keys; expected the items of a list below a key of their own"),
        ("a: [\n", "f:1:4: found a [ that nothing closes; expected a ] behind its last item\n    write: a: []"),
        ("a: |x\n", "f:1:5: found what YAML cannot read (while scanning a block scalar, did not find expected comment or line break); expected a text in quotes, or another layout"),
    ],
)  # fmt: skip
def test_messages(text: str, expected: str) -> None:
    assert message(text) == expected


def test_a_byte_order_mark_is_no_content(tmp_path: File) -> None:
    path = tmp_path / "rule.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: b\n")
    assert load(path).data == {"a": "b"}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"a: 1\nb: \xe9\xff\n", "f:2:4: found the byte 0xe9; expected text in UTF-8"),
        (b"\xff\xfea\x00", "f:1:1: found the byte 0xff; expected text in UTF-8"),
        (b"a: b\n" * 2_097_152, "f:1:1: found 10,485,760 bytes; expected at most 1,048,576: a rule fits a screen"),
    ],
)  # fmt: skip
def test_files_that_are_not_read(content: bytes, expected: str, tmp_path: File) -> None:
    path = tmp_path / "rule.yaml"
    path.write_bytes(content)
    with pytest.raises(Problems) as found:
        load(path, "f")
    assert str(found.value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: " + "[" * 100_000, "f:1:35: found more than 32 levels; expected values nested less deeply"),
        ("- " * 100_000, "f:1:65: found more than 32 levels; expected values nested less deeply"),
        ("a: [" + "x, " * MAX_NODES + "]", "f:1:30002: found more than 10,000 values, aliases counted; expected a smaller file"),
        ("a: " + "x" * (MAX_BYTES - 10) + ": b", "f:1:1048570: found what YAML cannot read (mapping values are not allowed in this context); expected a text in quotes, or another layout"),
        ("a:\n" + "- !b c\n" * 9_000, "\n".join(f'f:{n}:3: found the tag !b; expected no tag; a text that starts with ! stands in quotes\n    write: - "!b c"' for n in range(2, 52)) + "\nf:52:3: found more problems; expected the 50 before it mended first"),
        ("a: [" + "'" * 900 + "\n", "f:1:4: found a [ that nothing closes; expected a ] behind its last item\n    write: a: [" + "'" * 900 + "]"),
    ],
)  # fmt: skip
def test_what_a_hostile_file_costs_is_bounded(text: str, expected: str) -> None:
    assert message(text) == expected


TOKENS = st.lists(
    st.sampled_from(
        ["a", "b: ", ": ", "- ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ",", "'", '"', "#",
         "&a ", "*a", "!x ", "|\n", ">-\n", "\t", "${", "?", "%", "@", "`", "\\", "---\n", "é", "😀",
         "1", "true", "~", "<<: "]
    ),
    max_size=40,
).map("".join)  # fmt: skip


@settings(max_examples=500, deadline=None)
@given(TOKENS | st.text(max_size=60))
def test_any_text_is_read_or_refused_with_places(text: str) -> None:
    try:
        source = read(text, "f")
    except Problems:
        return
    for path, value in everything(source.data):
        for offset in range(len(value) + 1 if isinstance(value, str) else 1):
            assert source.place(path, offset).line <= text.count("\n") + 2


def everything(data: Any, path: Path = ()) -> list[tuple[Path, Any]]:
    """Every value with its path."""
    found = [(path, data)]
    children = (
        data.items()
        if isinstance(data, dict)
        else enumerate(data)
        if isinstance(data, list)
        else ()
    )
    for key, value in children:
        found += everything(value, (*path, key))
    return found
