"""Rules of every shape, compiled as any rule is, with what they meet and who answers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from textwrap import indent
from typing import Any

from chalicelib.plan import Plan, Stage
from opsloop.compiler.build import Compiled, compile_project

SETTINGS = """\
stages:
  dev:
    account: "123456789012"
    region: eu-west-1
    max_mode: active
    channels:
      pager: {type: sns, topic: pager}
    escalate: pager
    approvers: {by: ["*:role/oncall"], within: 1h}
"""
HEADER = "# yaml-language-server: $schema=../rule.schema.json\n"
HEAD = """\
description: A rule of one shape.
owner: team
severity: low
mode: active
when:
  event: {source: [opsloop.crash], detail-type: [Job]}
let:
  queue: event.detail.queue
"""
#: an alarm's event says which queue it is about in the alarm's description
ALARM = HEAD.replace(
    "event: {source: [opsloop.crash], detail-type: [Job]}", "alarm: {names: [full]}"
)
ALARM = ALARM.replace("event.detail.queue", "event.detail.configuration.description")
ONCALL = "arn:aws:sts::123456789012:assumed-role/oncall/maria"


@dataclass(frozen=True)
class Shape:
    """One rule, and its world."""

    rule: str
    #: how its executions end where nothing crashes, one word for each way
    ends: str = "succeeded"
    #: whether an alarm wakes it, that woke it once before
    alarm: bool = False
    #: whether people say yes to each of its questions; None where nobody answers
    answers: bool | None = None
    #: calls that AWS refuses: by operation, of those that hold a text, how often, with which code
    refused: Mapping[str, list[Mapping[str, Any]]] = field(default_factory=dict)
    #: seconds that each call of a step takes
    seconds: float = 0.0


def tag(name: str, **more: str) -> str:
    """A step that is idempotent."""
    given = f'{{QueueUrl: "${{queue}}", Tags: {{{name}: "1"}}}}'
    return _step(name, do="aws.sqs.tag_queue", **{"with_": given, **more})


def query(name: str, **more: str) -> str:
    """A step that takes a token."""
    given = f"{{QueryString: {name}}}"
    return _step(name, do="aws.athena.start_query_execution", **{"with_": given, **more})


def send(name: str, **more: str) -> str:
    """A step that must not happen twice."""
    given = f'{{QueueUrl: "${{queue}}", MessageBody: {name}}}'
    return _step(name, do="aws.sqs.send_message", **{"with_": given, **more})


def _step(name: str, **keys: str) -> str:
    lines = (f"    {key.rstrip('_')}: {value}\n" for key, value in keys.items())
    return f"  - id: {name}\n{''.join(lines)}"


def turns(*steps: str, **more: str) -> str:
    """A step with these inside, for each item."""
    inner = f"\n{indent(''.join(steps), '    ')}".rstrip()
    return _step("turns", for_each="event.detail.items", **more, steps=inner)


def then(*steps: str) -> str:
    return "then:\n" + "".join(steps)


def on_failure(*steps: str) -> str:
    return "on_failure:\n" + "".join(steps)


def finally_(*steps: str) -> str:
    return "finally:\n" + "".join(steps)


WAIT = "  - id: rest\n    wait: 10m\n"
ASK = '  - id: ask\n    approve: {by: ["*:role/oncall"], within: 1h, prompt: "Go on?"}\n'
ASK_OR_GO = ASK.replace("within: 1h", "within: 10m, on_timeout: proceed")
ITEMS = {"for_each": "event.detail.items", "as_": "item"}
TAG_EACH = '{QueueUrl: "${queue}", Tags: {each: "${item}"}}'
SEND_EACH = '{QueueUrl: "${queue}", MessageBody: "${item}"}'
EACH = "each: {of: event.detail.items, as: element}\n"
QUERY_EACH = '{QueryString: "${item}"}'
LOOK = """\
verify:
  check: aws.sqs.list_queue_tags
  with: {{QueueUrl: "${{queue}}"}}
  until: {until}
  within: {within}
  every: 1m
"""
WELL = LOOK.format(until="age(time) > 150", within="10m") + "  hold: 1m\n"
ILL = LOOK.format(until="age(time) > 36000", within="3m")
GUARDED = """\
guard:
  key: queue
  lock: {per: key, lease: 10m}
  rate: [5/1h, {limit: 3/24h, per: key}]
  cooldown: {for: 1h, after: success}
  breaker: {failures: 3, within: 1h}
"""
LOCKED = "guard: {key: queue, lock: {per: rule, lease: 10m}}\n"
TRIMMED = (
    "guard: {key: queue, rate: 5/1h, blast: {targets: event.detail.items, max: 2, over: trim}}\n"
)

BOUNDED = 'guard: {rate: 5/1h, only: {arns: "arn:aws:sqs:*:*:*"}, except: {tags: {keep: "yes"}}}\n'


def refused(call: str, holding: str, times: int, code: str = "IncorrectState") -> dict[str, Any]:
    return {call: [{"holding": holding, "times": times, "code": code}]}


ALWAYS = 1_000
DENIED = refused("sqs.TagQueue", '"broken"', ALWAYS, "AccessDenied")
AT_FIRST = refused("sqs.TagQueue", '"one"', 1)
RETRIED = "{attempts: 3, backoff: 5s, on: [IncorrectState]}"

SHAPES: dict[str, Shape] = {
    "one-step": Shape(then(tag("one"))),
    "many-steps": Shape(
        then(
            tag("one"), tag("two", if_="steps.one.status == 'failed'"), query("three"), tag("four")
        )
    ),
    "token": Shape(then(query("one"))),
    "for-each": Shape(then(tag("one", with_=TAG_EACH, **ITEMS))),
    "for-each-token": Shape(then(query("one", with_=QUERY_EACH, **ITEMS), tag("two"))),
    "at-once": Shape(then(tag("one", with_=TAG_EACH, **ITEMS, at_once="2"), query("two"))),
    "once": Shape(then(send("one"))),
    "once-behind": Shape(then(tag("one"), send("two"), tag("three"))),
    "once-handled": Shape(
        then(send("one"), tag("two")) + on_failure(tag("sorry")) + finally_(tag("end"))
    ),
    "once-each": Shape(then(send("one", with_=SEND_EACH, **ITEMS))),
    "inner-steps": Shape(
        then(
            turns(tag("one", with_=TAG_EACH), WAIT, query("two", with_=QUERY_EACH)),
            tag("three"),
        )
    ),
    "inner-steps-at-once": Shape(
        then(
            turns(
                tag("one", with_=TAG_EACH, if_="item != 'b'"),
                query("two", with_=QUERY_EACH),
                tag("broken", with_=TAG_EACH.replace("each", "broken"), on_error="continue"),
                at_once="2",
            ),
            tag("three"),
        ),
        refused=DENIED,
    ),
    "inner-once": Shape(then(turns(tag("one", with_=TAG_EACH), send("two", with_=SEND_EACH)))),
    "once-waits": Shape(then(send("one"), WAIT, send("two"))),
    "wait": Shape(then(tag("one"), WAIT, tag("two"))),
    "wait-twice": Shape(then(WAIT, tag("one"), WAIT.replace("rest", "again"), query("two"))),
    "verify": Shape(then(tag("one")) + WELL),
    "verify-open": Shape(then(tag("one")) + ILL + on_failure(tag("sorry")), ends="failed"),
    "verify-escalated": Shape(then(query("one")) + ILL, ends="failed"),
    "approved": Shape(then(tag("one"), ASK, tag("two")), answers=True),
    "denied": Shape(then(ASK, tag("one")) + on_failure(tag("sorry")), answers=False, ends="failed"),
    "expired": Shape(then(tag("one"), ASK_OR_GO, tag("two"))),
    "mode-approve": Shape(then(query("one"), tag("two")), answers=True),
    "on-failure": Shape(
        then(tag("one"), tag("broken"), tag("never")) + on_failure(query("tell"), tag("sorry")),
        refused=DENIED,
        ends="failed",
    ),
    "escalated": Shape(then(tag("broken")), refused=DENIED, ends="failed"),
    "on-failure-waits": Shape(
        then(tag("broken")) + on_failure(WAIT, tag("sorry")) + finally_(tag("end")),
        refused=DENIED,
        ends="failed",
    ),
    "continued": Shape(then(tag("broken", on_error="continue"), tag("two")), refused=DENIED),
    "finally": Shape(then(tag("one")) + finally_(tag("end"))),
    "stopped": Shape(
        then(tag("one"), "  - {stop: enough, if: steps.one.status == 'succeeded'}\n", tag("never"))
        + finally_(tag("end")),
        ends="stopped",
    ),
    "failed": Shape(
        then(tag("one"), "  - {fail: it is full, if: steps.one.status == 'succeeded'}\n")
        + on_failure(tag("sorry"))
        + finally_(tag("end")),
        ends="failed",
    ),
    "retry": Shape(then(tag("one", retry=RETRIED), tag("two")), refused=AT_FIRST),
    "slow": Shape(then(*(tag(f"s{number}") for number in range(5))), seconds=40),
    "slow-each": Shape(then(tag("one", with_=TAG_EACH, **ITEMS), tag("two")), seconds=40),
    "facts": Shape(
        'facts: {tags: {do: aws.sqs.list_queue_tags, with: {QueueUrl: "${queue}"}}}\n'
        + then(
            tag("one"),
            WAIT,
            tag(
                "two",
                with_='{QueueUrl: "${queue}", Tags: {n: "${to_string(length(keys(facts.tags)))}"}}',
            ),
        ),
    ),
    "unread-fact": Shape(
        'facts: {tags: {do: aws.sqs.list_queue_tags, with: {QueueUrl: "${queue}"}}}\n'
        + then(tag("never"))
        + on_failure(tag("sorry")),
        refused=refused("sqs.ListQueueTags", "", ALWAYS, "AccessDenied"),
        ends="failed",
    ),
    "each": Shape(EACH + then(tag("one", with_=TAG_EACH.replace("item", "element")))),
    "each-waits": Shape(
        EACH + then(WAIT, query("one", with_=QUERY_EACH.replace("item", "element")))
    ),
    "guarded": Shape(GUARDED + then(tag("one"))),
    "guarded-waits": Shape(GUARDED + then(tag("one"), WAIT, query("two")) + WELL),
    "guarded-fails": Shape(
        GUARDED + then(tag("broken")) + on_failure(tag("sorry")), refused=DENIED, ends="failed"
    ),
    "bounded": Shape(BOUNDED + then(send("one"), tag("two", with_=TAG_EACH, **ITEMS))),
    "guarded-once": Shape(GUARDED + then(send("one"))),
    "locked-rule": Shape(LOCKED + then(tag("one"), WAIT, tag("two"))),
    "recheck": Shape(
        "guard: {key: queue, cooldown: 10m}\n" + then(tag("one")),
        ends="succeeded refused",
        alarm=True,
    ),
    "trimmed": Shape(
        TRIMMED + then(tag("one", with_=TAG_EACH, for_each="targets", as_="item"), WAIT, tag("two"))
    ),
}


def compiled(folder: Path) -> Compiled:
    """All of them, by the compiler that compiles any rule."""
    for name, shape in SHAPES.items():
        path = folder / "rules" / "pack" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        head = ALARM if shape.alarm else HEAD
        if name == "mode-approve":
            head = head.replace("mode: active", "mode: approve")
        path.write_text(HEADER + head + shape.rule, encoding="utf-8")
    (folder / "rules" / "opsloop.yaml").write_text(SETTINGS, encoding="utf-8")
    return compile_project(folder)


def of(made: Compiled, name: str, rule: str) -> tuple[Plan, Stage]:
    """The plan of a shape, under a name of its own: guards and journal are then its own too."""
    return {**made.plans[name], "rule": rule}, made.stages["dev"]
