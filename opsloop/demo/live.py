"""The demo as one sees it: each event, what it started, and what is different in the end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from rich.console import RenderableType
from rich.padding import Padding
from rich.text import Text

from chalicelib.clock import Clock
from chalicelib.journal.record import Execution
from chalicelib.plan import Plan, Stage
from opsloop.demo.play import Became, Played
from opsloop.demo.stream import Happening
from opsloop.history.view import STATUS_WIDTH, Listing, done, summary
from opsloop.judging import absence
from opsloop.output import counted, plain, show, styled, working
from opsloop.tables import Rows

RULE_INDENT = 2
OUTCOME_INDENT = 4
#: what became of the loop, where the rule looks
LOOPS = {
    "closed": "; verified: it helped",
    "unverified": "; nobody could tell whether it helped",
}


class Silent:
    """Nobody watches: a program reads what comes out in the end."""

    def preparing(self) -> AbstractContextManager[None]:
        """Nothing to see."""
        return nullcontext()

    def opens(self, plans: Mapping[str, Plan], stage: Stage, events: int) -> None:
        """Nothing to see."""

    def happens(self, happening: Happening) -> None:
        """Nothing to see."""

    def became(self, started: list[Became]) -> None:
        """Nothing to see."""

    def ends(self, played: Played) -> None:
        """Nothing to see."""


class Live:
    """Somebody watches: after each event there is a pause, of so many seconds."""

    def __init__(self, pause: float, clock: Clock) -> None:
        self._pause = pause
        self._clock = clock
        self._plans: Mapping[str, Plan] = {}
        self._introduced: set[str] = set()

    def preparing(self) -> AbstractContextManager[None]:
        """It takes some seconds."""
        return working("making an AWS account in memory")

    def opens(self, plans: Mapping[str, Plan], stage: Stage, events: int) -> None:
        """What one is about to see, and which rules take no part."""
        self._plans = plans
        away = {name: absence(plan, stage) for name, plan in plans.items()}
        show(
            Text(
                f"{counted(sum(why is None for why in away.values()), 'rule')}, "
                f"{counted(events, 'event')}, and an AWS "
                "account that lives in memory: nothing leaves this machine."
            )
        )
        for name, why in away.items():
            if why is not None:
                show(Text(f"{name} takes no part: {why}", "yellow"))

    def happens(self, happening: Happening) -> None:
        """What happened, and what AWS calls it."""
        line = Text.assemble(("\n● ", "bold cyan"), (plain(happening.said), "bold"))
        if happening.payload is not None:
            line.append(f"  {plain(_called(happening.payload))}", "dim")
        show(line)

    def became(self, started: list[Became]) -> None:
        """Which rules that woke, what they did, or why not."""
        if not started:
            nobody = Text("no function starts: no rule here is for this", "dim")
            show(_indented(nobody, RULE_INDENT))
        for one in started:
            show(_indented(self._rule(one.delivery.rule), RULE_INDENT))
            show(_indented(Rows(("", ""), _outcomes(one), header=False), OUTCOME_INDENT))
        self._clock.sleep(self._pause)

    def _rule(self, rule: str) -> Text:
        """Its name; the first time what it is for as well."""
        if rule in self._introduced:
            return Text(rule)
        self._introduced.add(rule)
        return Text.assemble(rule, (f": {self._plans[rule]['description']}", "italic"))

    def ends(self, played: Played) -> None:
        """The history, what is different, and who knows of it."""
        _heading("The history, as `opsloop history` shows it")
        show(Listing(played.executions))
        _heading("What changed in the account")
        show(Rows(("WHAT", "HOW"), _changes(played.before, played.after)))
        _heading("Who was told")
        told = ((to, text) for to, texts in played.told.items() for text in texts)
        show(Rows(("CHANNEL", "MESSAGE"), told))
        show(Text("\nThe rules are in rules/: change one, and run this again.", "dim"))


def _called(event: Mapping[str, Any]) -> str:
    """`s3:PutBucketAcl` for a call of AWS's API, as rules have it; else the detail type."""
    name = event["detail"].get("eventName")
    return f"{event['source'].removeprefix('aws.')}:{name}" if name else str(event["detail-type"])


def _outcomes(one: Became) -> Iterator[tuple[Text, Text]]:
    if one.delivery.raised is not None:
        yield _status("failed"), Text(plain(one.delivery.raised))
    for outcome in one.delivery.outcomes:
        yield _status(outcome["outcome"]), _told(outcome, one.executions)


def _status(outcome: str) -> Text:
    """As wide for every outcome, so that the words behind it line up."""
    word = styled(outcome)
    word.pad_right(STATUS_WIDTH - len(outcome))
    return word


def _told(outcome: Mapping[str, Any], executions: Mapping[str, Execution]) -> Text:
    """What it did; where it did not, why; where it failed, what it did then."""
    execution = executions.get(outcome.get("execution", ""))
    if execution is None or outcome["outcome"] == "duplicate":
        return Text(plain(outcome.get("reason", "")), "dim")
    did = ", ".join(done(execution)) or "nothing to do"
    if execution.error is not None:
        return Text.assemble(summary(execution), (f"; after that: {did}", "dim"))
    if execution.waiting is not None:
        return Text.assemble(did, (f"; {summary(execution)}", "dim"))
    return Text.assemble(did, (LOOPS.get(execution.loop or "", ""), "green"))


def _changes(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[tuple[str, Text]]:
    for name, was in before.items():
        now = after[name]
        arrow = (f"{was}, as it was", "dim") if was == now else (f"{was} → {now}", "green")
        yield name, Text(*arrow)


def _heading(text: str) -> None:
    show(Text(f"\n{text}", "bold underline"))


def _indented(content: RenderableType, by: int) -> Padding:
    return Padding(content, (0, 0, 0, by))
