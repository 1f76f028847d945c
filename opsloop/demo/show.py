"""The demo as one sees it: each event, what it started, and what is different in the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.text import Text

from opsloop.local.functions import Delivery
from opsloop.output import plain, styled, table

#: columns of an outcome, so that the words behind it line up
RULE_WIDTH = 28
OUTCOME_WIDTH = 10


def event(console: Console, said: str, payload: Mapping[str, Any]) -> None:
    """What happened, and what AWS calls it."""
    detail = payload["detail"]
    name = detail.get("eventName") or payload["detail-type"]
    line = Text("\n● ", style="bold")
    line.append(plain(said), style="bold")
    line.append(f"   {plain(payload['source'])} {plain(name)}", style="dim")
    console.print(line)


def deliveries(console: Console, started: list[Delivery]) -> None:
    """Which functions that started, and what became of it."""
    if not started:
        console.print(Text("  no rule listens to this", style="dim"))
    for delivery in started:
        for line in _lines(delivery):
            console.print(line)


def _lines(delivery: Delivery) -> Iterator[Text]:
    if delivery.raised is not None:
        yield _line(delivery.rule, "failed", delivery.raised)
    for outcome in delivery.outcomes:
        yield _line(delivery.rule, outcome["outcome"], outcome.get("reason", ""))


def _line(rule: str, outcome: str, why: str) -> Text:
    line = Text(f"  {rule:<{RULE_WIDTH}}")
    word = styled(outcome)
    word.pad_right(max(0, OUTCOME_WIDTH - len(outcome)))
    line.append_text(word)
    return line.append(f" {plain(why)}", style="dim")


def heading(console: Console, text: str) -> None:
    """A title over what follows."""
    console.print(Text(f"\n{text}", style="bold underline"))


def changes(console: Console, before: Mapping[str, str], after: Mapping[str, str]) -> None:
    """What is different in the account, and what was left alone."""
    rows = []
    for name, was in before.items():
        changed = was != after[name]
        now = Text(after[name], style="green" if changed else "dim")
        rows.append((name, Text(was, style="dim"), now if changed else Text("as it was", "dim")))
    console.print(table(("WHAT", "BEFORE", "AFTER"), rows))


def messages(console: Console, told: Mapping[str, list[str]]) -> None:
    """Who was told what."""
    rows = [(channel, text) for channel, texts in told.items() for text in texts]
    console.print(table(("CHANNEL", "MESSAGE"), rows))
