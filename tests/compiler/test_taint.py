"""Where an event's value may not go: hosts, channels, shell commands."""

from __future__ import annotations

from typing import Any

import pytest

from chalicelib.plan import Wire
from opsloop.compiler.lets import Lets
from opsloop.compiler.taint import Taint
from opsloop.expressions.templates import compile_expr, compile_value
from opsloop.problems import Fault, Path

LETS = {
    "host": "event.detail.host",
    "folder": "params.folder",
    "both": "join('/', [params.folder, event.id])",
    "safe": "shell_quote(event.id)",
    "through": "host",
    "place": "region",
}
PATTERN: Wire = {"pattern": {}}
TOPIC: Wire = {"topic": "news"}


def faults(do: str, data: dict[str, Any], wire: Wire = PATTERN) -> list[Fault]:
    lets = Lets({name: compile_expr(text) for name, text in LETS.items()})
    return list(Taint(lets, wire).check(do, data, compile_value(data)))


def foreign(text: str, what: str, read: str, path: Path, offset: int) -> Fault:
    return Fault(
        f"`{text}` as the {what}, from {read}, which others write",
        f"a {what} from the rule's own text, or from params",
        path=path,
        offset=offset,
    )


OWN = [
    ("http.get", {"url": "https://example.com/${event.id}"}),
    ("http.get", {"url": "https://${params.host}/${event.id}?x=${host}"}),
    ("http.get", {"url": "https://${folder}.example.com:${params.port}/${both}"}),
    ("http.get", {"url": "https://${region}.example.com/"}),
    ("http.get", {"url": "https://${place}.example.com/"}),
    ("http.get", {"url": "${params.url}"}),
    ("http.post", {"url": "https://example.com/", "json": {"host": "${event.detail.host}"}}),
    ("notify", {"to": "pager", "title": "${event.id}"}),
    ("notify", {"to": "${params.channel}", "title": "${event.id}"}),
    ("notify", {"to": "${rule.owner}", "title": "${event.id}"}),
    ("aws.sns.publish", {"Message": "${event.id}"}),
]


@pytest.mark.parametrize(("do", "data"), OWN)
def test_what_is_the_rules_own(do: str, data: dict[str, Any]) -> None:
    assert faults(do, data) == []


X = "https://a.com/"
FOREIGN: list[tuple[str, dict[str, Any], Fault]] = [
    (
        "http.get",
        {"url": "${event.detail.url}"},
        foreign("event.detail.url", "host", "`event`", ("url",), 2),
    ),
    ("http.get", {"url": "https://${host}/x"}, foreign("host", "host", "`event`", ("url",), 10)),
    (
        "http.get",
        {"url": "https://${through}/x"},
        foreign("through", "host", "`event`", ("url",), 10),
    ),
    ("http.get", {"url": "https://a.${both}/"}, foreign("both", "host", "`event`", ("url",), 12)),
    (
        "http.get",
        {"url": "https://a.com${event.id}"},
        foreign("event.id", "host", "`event`", ("url",), 15),
    ),
    (
        "http.get",
        {"url": "https://${event.id}@a.com/"},
        foreign("event.id", "host", "`event`", ("url",), 10),
    ),
    (
        "http.request",
        {"url": X, "method": "${event.x}"},
        foreign("event.x", "method", "`event`", ("method",), 2),
    ),
    (
        "notify",
        {"to": "${event.team}", "title": "x"},
        foreign("event.team", "channel", "`event`", ("to",), 2),
    ),
    (
        "notify",
        {"to": "a-${get(params, host)}", "title": "x"},
        foreign("get(params, host)", "channel", "`event`", ("to",), 4),
    ),
    ("notify", {"to": "${item}", "title": "x"}, foreign("item", "channel", "`item`", ("to",), 2)),
]


@pytest.mark.parametrize(("do", "data", "fault"), FOREIGN)
def test_what_others_write(do: str, data: dict[str, Any], fault: Fault) -> None:
    assert faults(do, data) == [fault]


def test_every_place_is_told() -> None:
    data = {"url": "${event.id}${steps.b}/", "networks": ["${event.x}", "10.0.0.0/8", "${host}"]}
    assert faults("http.get", data) == [
        foreign("event.id", "host", "`event`", ("url",), 2),
        foreign("steps.b", "host", "`steps`", ("url",), 13),
        foreign("event.x", "networks", "`event`", ("networks", 0), 2),
        foreign("host", "networks", "`event`", ("networks", 2), 2),
    ]


@pytest.mark.parametrize("name", ["region", "account", "place"])
def test_a_topics_message_says_where_it_comes_from_itself(name: str) -> None:
    data = {"url": f"https://${{{name}}}.example.com/"}
    assert faults("http.get", data) == []
    assert len(faults("http.get", data, TOPIC)) == 1


def test_the_elements_of_a_list_are_as_foreign_as_the_list() -> None:
    data = {"url": "${item}"}
    value = compile_value(data)
    taint = Taint(Lets(), PATTERN)
    own = taint.within({"of": compile_expr("params.urls"), "as_name": "item"})
    others = taint.within({"of": compile_expr("facts.urls"), "as_name": "item"})
    assert list(own.check("http.get", data, value)) == []
    assert list(others.check("http.get", data, value)) == [
        foreign("item", "host", "`facts`", ("url",), 2)
    ]
    assert taint.within(None) is taint


def shell(*commands: str) -> dict[str, Any]:
    return {"DocumentName": "AWS-RunShellScript", "Parameters": {"commands": list(commands)}}


@pytest.mark.parametrize(
    "command",
    [
        "rm -rf /srv",
        "rm -rf ${folder}",
        "rm -rf ${shell_quote(event.id)}",
        "rm -rf ${safe} ${shell_quote(both)} ${params.x}",
        "${join(' ', ['rm', shell_quote(host)])}",
        "echo $${event.id}",
    ],
)
def test_commands_that_are_the_rules_own(command: str) -> None:
    assert faults("aws.ssm.send_command", shell(command)) == []


@pytest.mark.parametrize(
    ("command", "text", "expected", "corrected"),
    [
        ("rm ${event.id}", "event.id", "shell_quote(event.id)", "rm ${shell_quote(event.id)}"),
        ("rm ${host}", "host", "shell_quote(host)", "rm ${shell_quote(host)}"),
        ("rm ${through}", "through", "shell_quote(through)", "rm ${shell_quote(through)}"),
        ("$${host} ${host}", "host", "shell_quote(host)", "$${host} ${shell_quote(host)}"),
        ("rm ${both}", "both", "shell_quote() around what is not the rule's own", None),
        (
            "${join(' ', ['rm', event.id])}",
            "join(' ', ['rm', event.id])",
            "shell_quote() around what is not the rule's own",
            None,
        ),
    ],
)
def test_commands_that_others_would_write(
    command: str, text: str, expected: str, corrected: str | None
) -> None:
    assert faults("aws.ssm.send_command", shell("true", command)) == [
        Fault(
            f"`{text}` in a shell command, from `event`, which others write",
            expected,
            corrected,
            ("Parameters", "commands", 1),
            command.rindex("${") + 2,
        )
    ]


def test_only_what_a_shell_reads_is_looked_at() -> None:
    data = {**shell("true"), "Comment": "${event.id}", "InstanceIds": ["${event.id}"]}
    assert faults("aws.ssm.send_command", data) == []
    assert len(faults("aws.ecs.execute_command", {"command": "ls ${event.id}"})) == 1


def test_a_circle_of_lets_is_looked_at_to_the_end() -> None:
    lets = Lets({"a": compile_expr("b"), "b": compile_expr("a || event.id")})
    data = shell("rm ${a}")
    (fault,) = Taint(lets, PATTERN).check("aws.ssm.send_command", data, compile_value(data))
    assert fault.found == "`a` in a shell command, from `event`, which others write"
