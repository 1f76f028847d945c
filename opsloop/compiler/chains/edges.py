"""Which rules a rule wakes: by the events that its steps cause, matched with every pattern.

For the lint, which names circles, and for `opsloop graph`. An edge may never come to pass, but
none is missed of the events that `caused` foresees: what is not known of an event may be
anything.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from chalicelib.plan import Plan, Stage
from opsloop.catalogue.pins import branches_of
from opsloop.compiler.chains.caused import Caused, caused, escalations, topics_of
from opsloop.compiler.chains.happenings import MESSAGE, Happening
from opsloop.compiler.stages import Channels
from opsloop.patterns import Pattern
from opsloop.patterns.partial import Known, open_fields
from opsloop.rules.project import RuleFile

_ERRORS = ("detail.errorCode", "detail.errorMessage")
#: a text that a pattern asks for; None where it may be any
_Text = str | None
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Edge:
    """An event that a step causes, and a rule that it wakes."""

    cause: Caused
    #: the rule that wakes
    wakes: str
    #: what it hangs on: fields of the event, the rule's `if`, whether the event comes at all
    hangs_on: tuple[str, ...]
    #: the rule knows the event for its own doing, and refuses it: it has no `allow_self`
    refused: bool = False

    @property
    def rule(self) -> str:
        """The rule that causes the event."""
        return self.cause.rule

    @property
    def certainty(self) -> Literal["sure", "may"]:
        """Sure: whenever the step's call succeeds, the rule wakes and its criteria are met."""
        return "may" if self.hangs_on else "sure"


def edges(
    rules: Sequence[RuleFile],
    plans: Mapping[str, Plan],
    channels: Channels,
    stages: Iterable[Stage] = (),
) -> list[Edge]:
    """All edges among the rules, in their order. `plans` has the patterns as they are wired.

    With the stages, the messages too by which they hear of failures.
    """
    topics, woken = topics_of(channels), Woken(rules, plans)
    escalated = escalations(topics, stages)
    causes = (cause for file in rules for cause in caused(file, topics, escalated))
    return [edge for cause in causes for edge in woken.by(cause)]


class Woken:
    """Finds the rules that an event wakes; a pattern is compiled when first asked."""

    def __init__(self, rules: Sequence[RuleFile], plans: Mapping[str, Plan]) -> None:
        self._order = {file.name: place for place, file in enumerate(rules)}
        self._plans = {name: plans[name] for name in self._order if name in plans}
        self._judging = {file.name for file in rules if file.rule.if_ is not None}
        self._patterns: dict[str, Pattern] = {}
        self._asking: dict[_Text, dict[_Text, set[str]]] = defaultdict(lambda: defaultdict(set))
        self._topics: dict[str, set[str]] = defaultdict(set)
        for name, plan in self._plans.items():
            self._enter(name, plan)

    def by(self, cause: Caused) -> Iterator[Edge]:
        """The edges of one event, in the rules' order."""
        for name in sorted(self._candidates(cause.happening), key=self._order.__getitem__):
            hanging = self._hangs_on(name, cause)
            if hanging is not None:
                yield Edge(cause, name, hanging, self._refuses(name, cause))

    def _enter(self, name: str, plan: Plan) -> None:
        if "topic" in plan["wire"]:
            self._topics[plan["wire"]["topic"].rpartition(":")[2]].add(name)
        if "pattern" in plan["wire"]:
            for source, event_name in _keys(plan["wire"]["pattern"]):
                self._asking[source][event_name].add(name)

    def _candidates(self, happening: Happening) -> set[str]:
        if happening.detail_type == MESSAGE:
            named = self._topics if happening.topic is None else [happening.topic]
            return {name for topic in named for name in self._topics.get(topic, ())}
        found: set[str] = set()
        for asking in _of(self._asking, happening.known.get("source")):
            found.update(*_of(asking, happening.known.get("detail.eventName")))
        return found

    def _hangs_on(self, name: str, cause: Caused) -> tuple[str, ...] | None:
        """What it hangs on whether this event wakes this rule; None where it cannot."""
        happening = cause.happening
        if _unheard(happening, self._plans[cause.rule], self._plans[name]):
            return None
        fields: frozenset[str] | None = frozenset()
        if happening.detail_type != MESSAGE:
            fields = self._open(name, happening)
        if fields is None:
            return None
        judged = ("if",) if name in self._judging else ()
        return (*happening.doubts, *sorted(fields), *judged)

    def _refuses(self, name: str, cause: Caused) -> bool:
        guard = self._plans[name]["guard"]
        own = name == cause.rule and cause.happening.has_caller
        return own and not (guard and guard["allow_self"])

    def _open(self, name: str, happening: Happening) -> frozenset[str] | None:
        """A call may fail as well, and CloudTrail tells of that too."""
        pattern = self._pattern(name)
        found = open_fields(pattern, happening.known)
        if found is None and happening.call is not None:
            return open_fields(pattern, _failed(happening.known))
        return found

    def _pattern(self, name: str) -> Pattern:
        if name not in self._patterns:
            self._patterns[name] = Pattern(self._plans[name]["wire"]["pattern"])
        return self._patterns[name]


def _failed(known: Known) -> Known:
    return {name: values for name, values in known.items() if name not in _ERRORS}


def _unheard(happening: Happening, causing: Plan, woken: Plan) -> bool:
    """Whether the woken rule is never where the event is; each region has its own bus."""
    heard = woken["regions"]
    places = [happening.region] if happening.region else causing["regions"]
    return bool(heard and places and not set(heard) & set(places))


def _of(index: Mapping[_Text, T], known: tuple[Any, ...] | None) -> list[T]:
    """The entries that one of the known values, or any value, leads to."""
    if known is None:
        return list(index.values())
    return [index[value] for value in (*known, None) if value in index]


def _keys(pattern: Mapping[str, Any]) -> set[tuple[_Text, _Text]]:
    """The sources and event names that a pattern takes, at least; for the index."""
    if (alternatives := branches_of(pattern)) is not None:
        rest = {name: value for name, value in pattern.items() if name != "$or"}
        return {key for one in alternatives for key in _keys(_either(rest, one))}
    detail = pattern.get("detail")
    sure = isinstance(detail, Mapping) and "$or" not in detail
    names = _texts(detail.get("eventName") if sure and detail else None)
    return {(source, name) for source in _texts(pattern.get("source")) for name in names}


def _either(rest: Mapping[str, Any], one: Mapping[str, Any]) -> dict[str, Any]:
    """Both together; what both speak of may be any."""
    together = {**rest, **one}
    return {name: together[name] for name in together if (name in rest) != (name in one)}


def _texts(values: Any) -> list[_Text]:
    """The literal texts of a field's list; what is more than those may be any."""
    if isinstance(values, list) and all(isinstance(value, str) for value in values):
        return list(values)
    return [None]
