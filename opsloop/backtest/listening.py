"""Which rules an event wakes: by pattern on EventBridge, by topic on SNS.

Schedules and people wake rules too, but leave no events behind. Pure; `counting` calls it.
"""

from __future__ import annotations

import json

from opsloop.backtest.records import Broken, Delivered
from opsloop.backtest.ruling import Version
from opsloop.judging import topic_arn
from opsloop.patterns import InvalidEvent, Matcher


class Listeners:
    """The rules of one version by what they listen to."""

    def __init__(self, version: Version) -> None:
        plans = version.plans.values()
        patterns = {p["rule"]: p["wire"]["pattern"] for p in plans if "pattern" in p["wire"]}
        topics = {plan["rule"]: topic_arn(plan, version.stage) for plan in plans}
        self._topics = {rule: arn for rule, arn in topics.items() if arn is not None}
        self._alarms = [r for r in self._topics if version.plans[r]["trigger"] == "alarm"]
        self._match = Matcher(patterns).match

    def to(self, record: Delivered) -> list[str]:
        """The rules that an event wakes. Raises Broken."""
        if record.kind == "sns":
            return self._by_topic(record.payload)
        try:
            woken = self._match(record.payload)
        except InvalidEvent as error:
            raise Broken(str(error)) from error
        # an alarm is taken to notify the topics of all rules that wait for alarms on one
        return woken + self._alarms if record.kind == "alarm history" else woken

    def _by_topic(self, payload: bytes) -> list[str]:
        topic = json.loads(payload)["Records"][0]["Sns"].get("TopicArn")
        return [rule for rule, arn in self._topics.items() if arn == topic]
