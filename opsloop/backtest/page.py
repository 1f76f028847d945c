"""The report as a page."""

from __future__ import annotations

from opsloop.backtest.report import Report


def page(report: Report) -> str:
    """HTML."""
    return str(report.as_dict())
