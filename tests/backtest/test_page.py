"""The report as a page: whole, and safe against what events say."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from opsloop.backtest.page import page
from opsloop.backtest.ruling import Version
from opsloop.compiler.build import Compiled, compile_project
from opsloop.markup import Markup, element, joined
from tests.backtest.rules import report, write
from tests.backtest.test_backtest_command import CALL

HOSTILE = '</code><script>alert("x")</script><img src=http://evil.example/>&amp;\ud800'
#: what fetches or runs something
FETCHES = {"src", "href", "action", "data", "poster", "background", "srcset"}
VOID = {"meta", "rect", "line"}


class Page(HTMLParser):
    """Every element with its attributes, and all text; raises where elements do not nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags = list[str]()
        self.attributes = list[tuple[str, str | None]]()
        self.texts = list[str]()
        self._open = list[str]()
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs
        self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.tags.append(tag)
        self.attributes += attrs

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_a_page_is_one_file_that_fetches_nothing(compiled: Compiled, month: Path) -> None:
    found = report(compiled.plans, compiled.stages["dev"], month)
    text = page(found)
    parsed = Page(text)
    assert not {name for name, _ in parsed.attributes} & FETCHES
    assert not {"script", "link", "iframe", "object", "img"} & set(parsed.tags)
    assert "url(" not in text
    assert re.findall(r"https?://[^\"<\s]+", text) == []
    assert ("http-equiv", "Content-Security-Policy") in parsed.attributes
    said = " ".join(parsed.texts)
    for rule in found.rules:
        assert rule.rule in said
    assert parsed.tags.count("details") == sum(not rule.never for rule in found.rules)
    assert parsed.tags.count("svg") == 2 + 2 * sum(not rule.never for rule in found.rules)


def test_the_bars_hold_the_counts(compiled: Compiled, month: Path) -> None:
    found = report(compiled.plans, compiled.stages["dev"], month)
    titles = re.findall(r"<title>([a-z-]+): ([\d,]+), ", page(found))
    drawn = dict.fromkeys((name for name, _ in titles), 0)
    for name, count in titles:
        drawn[name] += int(count.replace(",", ""))
    runs = {r.rule: r.tally.fired.executions for r in found.rules if not r.never}
    # in the chart over all rules, and in the rule's own
    assert drawn == {
        "events": found.tally.events,
        **{rule: 2 * count for rule, count in runs.items()},
    }


def test_what_events_say_is_text(tmp_path: Path) -> None:
    compiled = compile_project(write(tmp_path))
    file = tmp_path / f"{HOSTILE.replace('/', '_')[:60]}.json"
    call = {
        **CALL,
        "eventID": HOSTILE,
        "requestParameters": {"bucketName": HOSTILE},
        "userIdentity": {"type": "IAMUser", "userName": HOSTILE},
    }
    file.write_text(f"{json.dumps(call)}\n{HOSTILE[:-1]}\n")
    before = Version({}, compiled.stages["dev"])
    found = report(compiled.plans, compiled.stages["dev"], file, before=before, revision=HOSTILE)
    text = page(found)
    text.encode()
    parsed = Page(text)
    assert not {"script", "img"} & set(parsed.tags)
    assert '<script>alert("x")</script>' in "".join(parsed.texts)


def test_nothing_to_show_is_shown(compiled: Compiled, tmp_path: Path) -> None:
    (tmp_path / "empty.json").write_text("")
    found = report(compiled.plans, compiled.stages["dev"], tmp_path)
    assert "no events" in "".join(Page(page(found)).texts)


@settings(max_examples=50)
@given(st.text(), st.text())
def test_no_text_leaves_its_element(content: str, attribute: str) -> None:
    parsed = Page(element("p", content, title=attribute))
    assert parsed.tags == ["p"]
    assert [name for name, _ in parsed.attributes] == ["title"]
    assert "".join(parsed.texts) == content.encode("utf-8", "replace").decode()


@pytest.mark.parametrize(
    ("made", "text"),
    [
        (element("p", "a<b", class_="x", a_b=1, hidden=None), '<p class="x" a-b="1">a&lt;b</p>'),
        (element("meta", charset="utf-8"), '<meta charset="utf-8"/>'),
        (element("line", x1=0), '<line x1="0"/>'),
        (element("rect", element("title", "t")), "<rect><title>t</title></rect>"),
        (joined("a&", None, Markup("<b>")), "a&amp;<b>"),
    ],
)
def test_markup(made: Markup, text: str) -> None:
    assert made == text
