"""`opsloop graph`: what it shows, in each form, and what hostile names do to it: nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st

from opsloop.cli import main
from opsloop.graph.drawing import Box, Drawing, Link, drawn
from opsloop.graph.mermaid import mermaid
from opsloop.graph.rules import graph
from opsloop.graph.svg import svg
from opsloop.graph.words import trigger
from opsloop.naming import WrongUsage
from opsloop.rules.triggers import When
from tests.compiler.projects import ROOT
from tests.graph.projects import RULES, STATE, written

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = '</text><script>alert("x")</script>"] --> x\n`end`; %%{init}%% #quot; &lt; \x1b[31m'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path)


def run(folder: Path, *words: str) -> Result:
    result = CliRunner().invoke(main, ["graph", "--project", str(folder), *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def parsed(picture: str) -> ET.Element:
    return ET.fromstring(picture)  # noqa: S314 - our own


TREE = f"""\
one
├── stop  active
│   ├── when        api ec2:CreateTags
│   ├── then        aws.ec2.stop_instances
│   │   ├── causes ec2:StopInstances
│   │   └── causes {STATE}
│   │       └── wakes start  maybe: it hangs on detail.state
│   ├── then        wait 5m
│   └── on failure  notify → pager
│       └── causes message to pager
│           └── wakes tell
└── tag  active
    ├── when        api ec2:RunInstances, ec2:StartInstances
    └── then        aws.ec2.create_tags
        └── causes ec2:CreateTags
            └── wakes stop
two
├── clock  observe
│   ├── when        schedule rate(1 day)
│   └── then        notify → pager
│       └── would cause message to pager
│           └── would wake tell
├── start  observe
│   ├── when        event aws.ec2, {STATE}, state: stopped
│   └── then        aws.ec2.start_instances
│       ├── would cause {STATE}
│       └── would cause ec2:StartInstances
│           └── would wake tag
└── tell  observe
    ├── when        topic pager
    └── then        http.post

Rules that would wake each other in a circle, if all of them acted
stop → {STATE} → start → ec2:StartInstances → tag → ec2:CreateTags → stop
"""


def test_the_tree(folder: Path) -> None:
    result = run(folder)
    assert (result.exit_code, result.stderr, result.stdout) == (0, "", TREE)


def test_a_rule_that_would_wake_itself(tmp_path: Path) -> None:
    own = "when: {event: {source: [opsloop], detail-type: [Loop Open, Execution Failed]}}\n"
    limit = "guard: {rate: 5/1h}\nthen: [{do: notify, with: {to: pager, title: Hello}}]\n"
    told = run(written(tmp_path, three__ends=own + limit), "--pack", "three").stdout
    assert told == (
        "three\n"
        "└── ends  observe\n"
        "    ├── when        event opsloop, Loop Open, Execution Failed\n"
        "    ├── then        notify → pager\n"
        "    │   └── would cause message to pager\n"
        "    │       └── would wake tell\n"
        "    └── causes Execution Failed\n"
        "        └── would wake ends  but knows the event for its own doing\n"
    )


def test_a_file_holds_what_the_terminal_shows(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "graph.txt"
    result = run(folder, "-o", str(file))
    assert (result.stdout, result.stderr) == ("", f"wrote {file}\n")
    assert file.read_text() == TREE


def test_json_has_all_of_it(folder: Path) -> None:
    content = json.loads(run(folder, "--json").stdout)
    rules = {rule["rule"]: rule for rule in content["rules"]}
    assert rules["stop"]["actions"][0] == {
        "part": "then",
        "id": "off",
        "do": "aws.ec2.stop_instances",
        "more": "",
        "events": [
            {
                "name": "ec2:StopInstances",
                "source": "aws.ec2",
                "detail_type": "AWS API Call via CloudTrail",
                "wakes": [],
            },
            {
                "name": STATE,
                "source": "aws.ec2",
                "detail_type": STATE,
                "wakes": [
                    {
                        "rule": "start",
                        "certainty": "may",
                        "hangs_on": ["detail.state"],
                        "refused": False,
                    }
                ],
            },
        ],
        "steps": [],
    }
    assert [rule["acts"] for rule in content["rules"]] == [True, True, False, False, False]
    assert (len(content["circles"]), len(content["possible_circles"])) == (0, 1)


EACH = """\
mode: active
when: {event: {source: [my.app]}}
if: event.detail.instances
then:
  - for_each: event.detail.instances
    as: instance
    steps:
      - {do: aws.ec2.stop_instances, with: {InstanceIds: ["${instance}"]}}
      - wait: 5m
      - {if: time == 'never', fail: It did not stop}
finally: [{do: notify, with: {to: pager, title: Hello}}]
guard: {rate: 5/1h}
"""


def test_steps_for_each_element_stand_below_their_list(tmp_path: Path) -> None:
    folder = written(tmp_path, three__each=EACH)
    assert run(folder, "--pack", "three").stdout == (
        "three\n"
        "└── each  active\n"
        "    ├── when        event my.app\n"
        "    ├── then        for each instance of event.detail.instances\n"
        "    │   ├── aws.ec2.stop_instances\n"
        "    │   │   ├── causes ec2:StopInstances\n"
        "    │   │   └── causes EC2 Instance State-change Notification\n"
        "    │   │       └── wakes start  maybe: it hangs on detail.state\n"
        "    │   ├── wait 5m\n"
        "    │   └── fail It did not stop\n"
        "    └── finally     notify → pager\n"
        "        └── causes message to pager\n"
        "            └── wakes tell\n"
    )
    boxes = [box.lines for box in drawn(graph(folder, pack="three")).boxes if box.kind == "action"]
    assert boxes == [
        ("for each instance:", "aws.ec2.stop_instances"),
        ("for each instance:", "wait 5m"),
        ("for each instance:", "fail It did not stop"),
        ("notify → pager",),
    ]
    flow = run(folder, "--pack", "three", "--format", "mermaid").stdout
    assert '["for each instance:<br/>aws.ec2.stop_instances"]:::action' in flow


def test_what_a_rule_that_does_not_act_would_cause_is_dotted(folder: Path) -> None:
    drawing = drawn(graph(folder, rule="clock"))
    (event,) = (box for box in drawing.boxes if "message to pager" in box.lines)
    would = [link for link in drawing.links if event.id in (link.start, link.end)]
    assert event.quiet
    assert [link.style for link in would] == ["would", "would"]
    assert (
        f"{event.id} -.->|would| " in run(folder, "--rule", "clock", "--format", "mermaid").stdout
    )
    assert 'class="link would"' in run(folder, "--rule", "clock", "--format", "svg").stdout


def test_a_circle_of_rules_that_act_is_real(tmp_path: Path) -> None:
    acting = RULES["two/start"].replace("when:", "mode: active\nwhen:")
    found = graph(written(tmp_path, two__start=acting))
    assert (len(found.circles), found.possible_circles) == (1, ())


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (("--pack", "two"), ["clock", "start", "tell"]),
        (("--rule", "tell"), ["stop", "clock", "tell"]),
        (("--rule", "tag"), ["stop", "tag", "start"]),
        (("--rule", "tag", "--pack", "one"), ["stop", "tag"]),
    ],
)
def test_some_of_the_rules(folder: Path, words: tuple[str, ...], shown: list[str]) -> None:
    content = json.loads(run(folder, "--json", *words).stdout)
    assert [rule["rule"] for rule in content["rules"]] == shown
    assert len(content["possible_circles"]) == ({"stop", "tag", "start"} <= set(shown))
    assert parsed(run(folder, "--format", "svg", *words).stdout).tag == f"{SVG}svg"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--rule", "tel"), "found the rule 'tel'; expected tell\n"),
        (("--pack", "three"), "found the pack 'three'; expected one or two\n"),
    ],
)
def test_names_that_are_not_there(folder: Path, words: tuple[str, ...], said: str) -> None:
    result = run(folder, *words)
    assert (result.exit_code, result.stdout, result.stderr) == (2, "", said)


def test_the_picture_has_every_box_and_link(folder: Path) -> None:
    drawing = drawn(graph(folder))
    picture = parsed(run(folder, "--format", "svg").stdout)
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    for box in drawing.boxes:
        assert {*filter(None, [box.title]), *box.lines} <= set(texts)
    links = [path for path in picture.iter(f"{SVG}path") if "link" in path.get("class", "")]
    assert len(links) == len(drawing.links)
    assert [path.find(f"{SVG}title").text for path in links if "may" in path.get("class", "")] == [  # type: ignore[union-attr]
        "hangs on detail.state"
    ]


def test_boxes_of_the_picture_lie_within_it_and_apart(folder: Path) -> None:
    picture = parsed(svg(drawn(graph(folder))))
    paper, *boxes = (tuple(_side(rect)) for rect in picture.iter(f"{SVG}rect"))
    for place, (x, y, wide, high) in enumerate(boxes):
        assert x >= 0
        assert y >= 0
        assert x + wide <= paper[2]
        assert y + high <= paper[3]
        for other_x, other_y, other_wide, other_high in boxes[:place]:
            apart_x = x >= other_x + other_wide or other_x >= x + wide
            assert apart_x or y >= other_y + other_high or other_y >= y + high


def _side(rect: ET.Element) -> Iterator[float]:
    for name in ("x", "y", "width", "height"):
        yield float(rect.get(name, 0))


def everyone_wakes_everyone(rules: int) -> Drawing:
    boxes, links = list[Box](), list[Link]()
    for n in range(rules):
        boxes += [Box(f"t{n}", "trigger", "api", (), "p"), Box(f"e{n}", "event", "", ("x",), "p")]
        links += [Link(f"t{n}", f"e{n}"), *(Link(f"e{n}", f"t{other}") for other in range(rules))]
    return Drawing(tuple(boxes), tuple(links))


def test_a_picture_that_nobody_could_read_is_not_drawn() -> None:
    assert svg(everyone_wakes_everyone(22)).startswith("<svg")
    with pytest.raises(WrongUsage) as refused:
        svg(everyone_wakes_everyone(23))
    assert str(refused.value) == (
        "found 529 links that wake rules; expected at most 500 in a picture: "
        "choose by --rule or --pack, or take --format text"
    )


def test_the_shipped_rules_are_drawn_in_the_docs() -> None:
    assert (ROOT / "docs/graph.svg").read_text() == svg(drawn(graph(ROOT)))


def test_the_flowchart(folder: Path) -> None:
    lines = run(folder, "--format", "mermaid", "--rule", "tell").stdout.splitlines()
    assert lines[:8] == [
        '%%{init: {"flowchart": {"wrappingWidth": 480}}}%%',
        "flowchart LR",
        '  subgraph p0["one"]',
        "    direction LR",
        '    t0x0("<b>api</b><br/>ec2:CreateTags"):::trigger',
        '    r0["<b>stop</b><br/>one · active"]:::rule',
        '    a2["aws.ec2.stop_instances"]:::action',
        '    e3("ec2:StopInstances"):::event',
    ]
    assert "  r0 -.-> a6" in lines


def box(text: str) -> Drawing:
    boxes = (Box("a1", "event", text, (text,), text), Box("a2", "rule", "", (text,), text))
    return Drawing(boxes, (Link("a1", "a2", "may", text),))


@given(st.text())
def test_no_text_is_more_than_text(text: str) -> None:
    picture = svg(box(text + HOSTILE))
    tags = {element.tag.removeprefix(SVG) for element in parsed(picture).iter()}
    assert tags == {"svg", "title", "style", "defs", "marker", "path", "rect", "text", "g"}
    for line in mermaid(box(text + HOSTILE)).splitlines()[1:]:
        for quoted in re.findall(r'"([^"]*)"', line):
            bare = re.sub(r"</?b>|<br/>|#\d+;", "", quoted)
            assert not set(bare) & set("\"'`<>[]{}|\\&;#%\n\x1b")
        assert line.count('"') in (0, 2)


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ({"api": ["s3:*"], "errors": "only"}, ("api", ["s3:*", "that fail"])),
        ({"manual": {}}, ("manual", ["by people"])),
        ({"manual": {"parameters": {"db": "string"}}}, ("manual", ["db"])),
        (
            {"alarm": {"names": ["a", "b*"], "from": "OK"}},
            ("alarm", ["a", "b* OK → ALARM"]),
        ),
        (
            {"event": {"detail": {"$or": [{"a": [1]}, {"b": [{"exists": True}]}], "c": [None]}}},
            ("event", ["2 alternatives", "c: null"]),
        ),
        (
            {"event": {"account": ["1"], "source": [{"prefix": "x"}]}},
            ("event", ['{"prefix": "x"}', "account: 1"]),
        ),
        ({"queue": "jobs"}, ("queue", ["jobs"])),
        ({"webhook": {"name": "alerts", "verifier": "github"}}, ("webhook", ["alerts"])),
    ],
)
def test_triggers_in_words(when: dict[str, object], said: tuple[str, list[str]]) -> None:
    assert trigger(When.model_validate(when)) == said
