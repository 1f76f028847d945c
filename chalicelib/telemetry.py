"""Logs and metrics through Powertools. Called by the composition root only.

One JSON line for each thing worth knowing, with rule and stage on it; metrics as EMF, so
that they cost a log line and no call. Every field passes through the redactor.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from traceback import format_exception
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit

NAMESPACE = "opsloop"


class PowertoolsTelemetry:
    """The engine's Telemetry for one rule in one stage."""

    def __init__(self, rule: str, stage: str, redact: Callable[[Any], Any]) -> None:
        self._rule = rule
        self._redact = redact
        self._logger = Logger(service="opsloop", stage=stage, rule=rule, json_serializer=_json)
        self._metrics = Metrics(namespace=NAMESPACE, service=stage)

    def info(self, message: str, **fields: Any) -> None:
        """A line for people who look."""
        self._logger.info(self._redact(message), extra=self._clean(fields))

    def error(self, message: str, **fields: Any) -> None:
        """A line for people who are looked for."""
        self._logger.error(self._redact(message), extra=self._clean(fields))

    def defect(self, action: str, error: Exception) -> None:
        """An action raised what it should not: a line with the traceback."""
        text = "".join(format_exception(error))
        self._logger.error("defect in %s", action, extra={"exception": self._redact(text)})

    def count(self, metric: str) -> None:
        """Add one to a metric of this rule."""
        self._metrics.add_dimension("rule", self._rule)
        self._metrics.add_metric(metric, MetricUnit.Count, 1)

    def flush(self) -> None:
        """Write what was counted; nothing is written where nothing was."""
        if self._metrics.metric_set:
            self._metrics.flush_metrics()

    def _clean(self, fields: dict[str, Any]) -> dict[str, Any]:
        return {name: self._redact(value) for name, value in fields.items() if value is not None}


def _json(line: dict[str, Any]) -> str:
    """One line; half a character, which a stream refuses, is told by its number."""
    text = json.dumps(line, ensure_ascii=False, separators=(",", ":"), default=str)
    return text.encode("utf-8", "backslashreplace").decode()
