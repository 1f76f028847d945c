"""What patterns say of texts, held against the language's own functions."""

from __future__ import annotations

import sys
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.expressions.globs import glob
from chalicelib.expressions.regexes import search
from chalicelib.expressions.values import Misuse
from opsloop.compiler.pushdown import texts
from opsloop.compiler.pushdown.texts import Said
from opsloop.compiler.pushdown.wanted import ANY_TEXT, Wanted, takes
from opsloop.expressions.patterns import compile_pattern
from tests.expressions.evaluating import value

some = st.text('aAbB"*?\\.:kKſß\u212aéİ1😀\n', max_size=5)
literals = st.text('aAbB"*?\\.:kK1', max_size=4)

SAYS: dict[str, tuple[Callable[[str], Said], Callable[[str, str], bool]]] = {
    "starts_with": (texts.starts, str.startswith),
    "ends_with": (texts.ends, str.endswith),
    "contains": (texts.holds, lambda text, part: part in text),
    "glob": (texts.fits, glob),
}


def lets_through(said: Said, text: str) -> bool:
    return bool(said.values) and takes(Wanted.of(*said.values).operators, text)


@pytest.mark.parametrize("name", SAYS)
@given(text=some, literal=literals)
@example(text="x", literal='x"')
@example(text="", literal="")
def test_yes_and_no_are_both_let_through(name: str, text: str, literal: str) -> None:
    say, holds = SAYS[name]
    said = say(literal)
    assert lets_through(said if holds(text, literal) else texts.excluded(said), text)


@pytest.mark.parametrize("case", ["lower", "upper"])
@pytest.mark.parametrize("whole", [True, False])
@given(text=some, literal=literals)
def test_cases(case: str, whole: bool, text: str, literal: str) -> None:
    changed = text.lower() if case == "lower" else text.upper()
    if changed == literal if whole else changed.startswith(literal):
        assert lets_through(texts.cased(literal, case, whole=whole), text)
    if changed != literal:
        assert lets_through(texts.uncased(literal, case), text)


@pytest.mark.proof
@pytest.mark.parametrize("case", ["lower", "upper"])
def test_no_character_becomes_ascii_unseen(case: str) -> None:
    """All of Unicode: a text that begins with it, once in this case, is let through."""
    for code in range(sys.maxunicode + 1):
        changed = chr(code).lower() if case == "lower" else chr(code).upper()
        if changed.isascii():
            assert lets_through(texts.cased(changed, case, whole=True), chr(code)), hex(code)
            assert lets_through(texts.cased(f"A{changed}B", case, whole=True), f"a{chr(code)}b")


NETWORKS = ["10.0.0.0/8", "10.1.0.0/16", "10.0.0.1", "0.0.0.0/0", "192.168.0.0/255.255.0.0"]
NETWORKS += ["::/0", "fe80::/10", "::1/128", "255.255.255.255/32", "0.0.0.0/1"]
addresses = st.ip_addresses().map(str) | st.sampled_from(
    ["10.0.0.1", "10.1.2.3", "0.0.0.0", "255.255.255.255", "::1", "fe80::1%eth0", "::ffff:1.2.3.4"]
)


@given(address=addresses, networks=st.lists(st.sampled_from(NETWORKS), max_size=3))
def test_networks(address: str, networks: list[str]) -> None:
    inside = value("in_cidr(ip, networks)", {"ip": address, "networks": networks})
    assert lets_through((texts.within if inside else texts.outside)(networks), address)


def test_networks_say_no_more_than_they_have_to() -> None:
    inside, outside = texts.within(["10.0.0.0/8"]), texts.outside(["10.0.0.0/8"])
    for address in ("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0", "0.0.0.0"):
        is_in = ip_address(address).packed[0] == 10
        assert lets_through(inside, address) is is_in
        assert lets_through(outside, address) is not is_in
    assert not lets_through(outside, "no address")


@pytest.mark.parametrize("networks", [["no network"], ["10.0.0.0/8", "10.0.0.0/99"]])
def test_networks_that_are_none(networks: list[str]) -> None:
    less = "a network that is none"
    assert texts.within(networks) == texts.outside(networks) == Said((ANY_TEXT,), less)


def test_too_many_networks_are_any_text() -> None:
    networks = [f"{n}.{n}.0.1/32" for n in range(1, 100, 20)]
    assert texts.outside(networks).values == (ANY_TEXT,)


REGEXES = [
    "^a",
    "^ab*",
    "^(a|b)",
    "^a|b",
    "(?i)^a",
    "(?m)^a",
    "a",
    "^aB1",
    "(?:^a)+",
    "(^a)?b",
    "^[ab]",
]


@pytest.mark.parametrize("pattern", REGEXES)
@given(text=some)
@example(text="b\na")
def test_regular_expressions(pattern: str, text: str) -> None:
    program = compile_pattern(pattern)
    try:
        found = search(program, text)
    except Misuse:
        return
    assert not found or lets_through(texts.begins(program), text)


SAID: list[tuple[Said, Any]] = [
    (texts.starts("web-"), [{"prefix": "web-"}]),
    (texts.ends(".png"), [{"suffix": ".png"}]),
    (texts.holds("a*b"), [{"wildcard": "*a\\*b*"}]),
    (texts.fits("plain"), ["plain"]),
    (texts.fits("web-*"), [{"prefix": "web-"}]),
    (texts.fits("*-web"), [{"suffix": "-web"}]),
    (texts.fits("*"), [ANY_TEXT]),
    (texts.fits("a*b**c"), [{"wildcard": "a*b*c"}]),
    (texts.excluded(texts.fits("a*b")), [{"anything-but": {"wildcard": "a*b"}}]),
    (texts.excluded(texts.fits("plain")), [{"anything-but": ["plain"]}]),
    (texts.excluded(texts.starts("")), []),
    (texts.cased("running", "lower", whole=True), [{"equals-ignore-case": "running"}]),
    (texts.cased("stack", "lower", whole=True), [{"prefix": {"equals-ignore-case": "stac"}}]),
    (texts.cased("kms", "lower", whole=True), [ANY_TEXT]),
    (texts.uncased("kms", "lower"), [{"anything-but": {"equals-ignore-case": "kms"}}]),
    (texts.begins(compile_pattern("^web-[0-9]+$")), [{"prefix": "web-"}]),
    (texts.within(["10.0.0.0/8", "10.0.0.1"]), [{"cidr": "10.0.0.0/8"}, "10.0.0.1"]),
]


@pytest.mark.parametrize(("said", "values"), SAID)
def test_what_is_said(said: Said, values: Any) -> None:
    assert list(said.values) == values
