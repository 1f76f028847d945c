"""A comment that no rule can break out of, call somebody from, or fill so that nobody reads it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.plan import Stage
from chalicelib.plans import SCHEMA
from opsloop.planning.diff import ABSENT, Change, Difference, UnitDiff
from opsloop.planning.markdown import MOST, comment
from opsloop.planning.permissions import Gain, Permission
from opsloop.planning.report import Base, Report
from opsloop.planning.state import Unit, Unread

STAGE: Stage = {
    "schema": SCHEMA,
    "stage": "dev",
    "account": "123456789012",
    "region": "us-east-1",
    "max_mode": "active",
    "params": {},
    "channels": {},
    "escalate": None,
    "approvers": None,
}
HOSTILE = [
    "```\n</details>\n# Approved by @security",
    "``````",
    "~~~\n<img src=x onerror=alert(1)>",
    "</details></summary><!--",
    "[click](https://evil.example) www.evil.example #1 @everyone",
    "\u202emoor\u202c \x1b[31m\r\n| a | b |",
    "\n\n### Plan: 0 to add",
]


def report(*units: UnitDiff, revision: str | None = None, **more: Any) -> Report:
    return Report(STAGE, Base(revision, "c" * 40), Difference(units), {}, **more)


def changed(before: Any, after: Any, name: str = "rule") -> UnitDiff:
    return UnitDiff("change", Unit("rule", name), (Change(("rule", "if"), before, after),))


def gained(*permissions: Permission, name: str = "rule") -> UnitDiff:
    gains = tuple(Gain("gained", one) for one in permissions)
    return UnitDiff("change", Unit("rule", name), permissions=gains)


def outside(text: str) -> str:
    """What GitHub would read as Markdown: all that is in no fenced block."""
    kept, fence = [], ""
    for line in text.split("\n"):
        if fence:
            # a closing fence has at least as many backticks, and nothing behind them
            if re.fullmatch(r" {0,3}`{3,} *", line) and line.count("`") >= len(fence):
                fence = ""
        elif opening := re.match(r"`{3,}", line):
            fence = opening[0]
        else:
            kept.append(line)
    assert fence == "", "a block without an end"
    return "\n".join(kept)


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_in_its_block(text: str) -> None:
    made = comment(
        report(
            changed(ABSENT, text),
            changed([text], {text: text}),
            gained(Permission(text, text)),
            notes=(text,),
            unread=(Unread(text, text),),
        )
    )
    assert outside(made) == (
        "<!-- opsloop plan: dev -->\n\n"
        "### Plan: 0 to add, 3 to change, 0 to destroy.\n\n"
        "<code>stage dev &#40;123456789012 us-east-1&#41;, against what is deployed</code>\n\n"
        "Permissions: 1 gained, 1 to look at twice; 0 lost.\n\n"
        "**Permissions gained**\n\n\n\n"
        "<details><summary><code>rule</code> changes</summary>\n\n\n</details>\n\n"
        "<details><summary><code>rule</code> changes</summary>\n\n\n</details>\n\n"
        "<details><summary><code>rule</code> changes</summary></details>\n"
    )
    assert not re.search(r"[\x00-\x09\x0b-\x1f\u202a-\u202e\u2066-\u2069]", made)


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_name_is_nothing_but_a_name(text: str) -> None:
    made = comment(report(changed("a", "b", name=text), revision=text))
    (revision,) = re.findall(
        r"^<code>stage dev.*, against (.*) &#40;ccccccc&#41;</code>$", made, re.MULTILINE
    )
    (name,) = re.findall(r"<summary><code>(.*)</code> changes</summary>", made)
    for spelled in (revision, name):
        assert re.fullmatch(r"(?:[A-Za-z0-9 ,/-]|&#\d+;)*", spelled)


@given(st.lists(st.text(max_size=40), max_size=6))
def test_whatever_is_written_the_comment_has_the_same_parts(texts: list[str]) -> None:
    units = [changed(ABSENT, text) for text in texts]
    made = outside(comment(report(*units, gained(*(Permission("s3:A", text) for text in texts)))))
    assert made.count("<details>") == made.count("</details>") == len(texts) + 1
    assert made.count("###") == 1


def test_a_long_comment_is_cut_and_says_so() -> None:
    lines = [f"item {number}: {'x' * 200}" for number in range(1000)]
    units = [changed(ABSENT, lines, name=f"rule-{number}") for number in range(200)]
    made = comment(report(*units))
    assert len(made) <= MOST + 100
    shown = made.count("<summary>")
    assert made.endswith(f"\n\n{200 - shown} more did not fit here: `opsloop plan` has them all.\n")
    assert re.search(r"^… \d+ more lines: `opsloop plan` has them all$", made, re.MULTILINE)


def test_a_long_line_is_cut() -> None:
    made = comment(report(changed(ABSENT, "x" * 5000)))
    assert max(map(len, made.split("\n"))) < 700


def test_no_number_of_harmless_permissions_hides_one_to_look_at() -> None:
    harmless = [Permission("s3:GetObject", f"arn:aws:s3:::bucket-{n}/*") for n in range(2000)]
    bad, worse = Permission("iam:PassRole", "*"), Permission("s3:*", "*")
    made = comment(report(gained(*harmless, bad, name="a"), gained(*harmless, worse, name="z")))
    block = made.split("```")[1]
    assert block.startswith(
        "diff\n"
        "@@ a @@\n!+ iam:PassRole on *\n!     hands a role on\n"
        "@@ z @@\n!+ s3:* on *\n!     a wildcard for an action\n"
        "@@ a @@\n+ s3:GetObject on arn:aws:s3:::bucket-0/*\n"
    )
    assert "Permissions: 4002 gained, 2 to look at twice; 0 lost." in made


def test_what_many_rules_gain_is_told_once() -> None:
    shared, own = Permission("events:PutEvents", "x"), Permission("s3:GetObject", "y")
    units = [gained(shared, name=name) for name in "ab"] + [gained(shared, own, name="c")]
    assert (
        "```diff\n@@ a, b, c @@\n+ events:PutEvents on x\n@@ c @@\n+ s3:GetObject on y\n```"
    ) in comment(report(*units))


def test_no_changes() -> None:
    assert comment(report(revision="main")) == (
        "<!-- opsloop plan: dev -->\n\n"
        "### No changes.\n\n"
        "<code>stage dev &#40;123456789012 us-east-1&#41;, against main &#40;ccccccc&#41;</code>\n"
    )
