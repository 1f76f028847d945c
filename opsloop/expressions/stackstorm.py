"""StackStorm's criteria operators and how this language says the same.

`docs` makes docs/stackstorm-operators.md of it; the tests run each row with a payload that
fits and one that does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """`fits` and `fails` are what `event.detail` may be."""

    operators: tuple[str, ...]
    criterion: str
    equivalent: str
    fits: dict[str, Any]
    fails: dict[str, Any]
    note: str = ""


_APPROVED = {"field": "Status", "to": "Approved"}
_REJECTED = {"field": "Status", "to": "Rejected"}
_OWNER = {"field": "Owner", "to": "ops"}

ROWS: tuple[Row, ...] = (
    Row(
        ("equals", "eq"),
        "state: equals stopped",
        "event.detail.state == 'stopped'",
        {"state": "stopped"},
        {"state": "Stopped"},
    ),
    Row(
        ("nequals", "neq"),
        "state: nequals stopped",
        "event.detail.state != 'stopped'",
        {"state": "running"},
        {"state": "stopped"},
        "Met where the field is absent, in both.",
    ),
    Row(
        ("iequals", "ieq"),
        "state: iequals stopped",
        "lower(event.detail.state) == 'stopped'",
        {"state": "Stopped"},
        {"state": "running"},
    ),
    Row(
        ("contains",),
        "message: contains error",
        "contains(event.detail.message, 'error')",
        {"message": "an error"},
        {"message": "an Error"},
    ),
    Row(
        ("icontains",),
        "message: icontains error",
        "contains(lower(event.detail.message), 'error')",
        {"message": "an Error"},
        {"message": "fine"},
    ),
    Row(
        ("ncontains",),
        "message: ncontains error",
        "!contains(event.detail.message, 'error')",
        {"message": "an Error"},
        {"message": "an error"},
    ),
    Row(
        ("incontains",),
        "message: incontains error",
        "!contains(lower(event.detail.message), 'error')",
        {"message": "fine"},
        {"message": "an Error"},
    ),
    Row(
        ("startswith",),
        "name: startswith web-",
        "starts_with(event.detail.name, 'web-')",
        {"name": "web-1"},
        {"name": "Web-1"},
    ),
    Row(
        ("istartswith",),
        "name: istartswith web-",
        "starts_with(lower(event.detail.name), 'web-')",
        {"name": "Web-1"},
        {"name": "db-1"},
    ),
    Row(
        ("endswith",),
        "name: endswith -prod",
        "ends_with(event.detail.name, '-prod')",
        {"name": "web-prod"},
        {"name": "web-PROD"},
    ),
    Row(
        ("iendswith",),
        "name: iendswith -prod",
        "ends_with(lower(event.detail.name), '-prod')",
        {"name": "web-PROD"},
        {"name": "web-dev"},
    ),
    Row(
        ("lessthan", "lt"),
        "count: lessthan 5",
        "event.detail.count < 5",
        {"count": 4},
        {"count": 5},
        "Texts have no order here: `to_number(event.detail.count) < 5`.",
    ),
    Row(
        ("greaterthan", "gt"),
        "count: greaterthan 5",
        "event.detail.count > 5",
        {"count": 6},
        {"count": 5},
        "As above.",
    ),
    Row(
        ("matchwildcard",),
        "name: matchwildcard web-*",
        "glob(event.detail.name, 'web-*')",
        {"name": "web-1"},
        {"name": "my-web-1"},
        "`*` and `?` only; for `[abc]` use `regex`.",
    ),
    Row(
        ("matchregex",),
        "name: matchregex web-[0-9]+",
        "regex(event.detail.name, '(?s)^(web-[0-9]+)')",
        {"name": "web-1\n"},
        {"name": "my-web-1"},
        "Fits at the start of the text only, hence the `^`.",
    ),
    Row(
        ("regex",),
        "name: regex web-[0-9]+",
        "regex(event.detail.name, 'web-[0-9]+')",
        {"name": "my-web-1"},
        {"name": "web-x"},
    ),
    Row(
        ("iregex",),
        "name: iregex web-[0-9]+",
        "regex(event.detail.name, '(?i)web-[0-9]+')",
        {"name": "my-WEB-1"},
        {"name": "WEB-x"},
    ),
    Row(
        ("timediff_lt", "td_lt"),
        "started: timediff_lt 300",
        "age(event.detail.started) < duration('5m')",
        {"started": "2026-03-01T11:56:00Z"},
        {"started": "2026-03-01T11:54:00Z"},
    ),
    Row(
        ("timediff_gt", "td_gt"),
        "started: timediff_gt 300",
        "age(event.detail.started) > duration('5m')",
        {"started": "2026-03-01T11:54:00Z"},
        {"started": "2026-03-01T11:56:00Z"},
    ),
    Row(
        ("exists",),
        "owner: exists",
        "event.detail.owner != null",
        {"owner": ""},
        {},
        "`event.detail.owner` alone also asks that it is not empty.",
    ),
    Row(
        ("nexists",),
        "owner: nexists",
        "event.detail.owner == null",
        {},
        {"owner": "ops"},
    ),
    Row(
        ("inside", "in"),
        "state: inside [stopped, stopping]",
        "contains(['stopped', 'stopping'], event.detail.state)",
        {"state": "stopping"},
        {"state": "running"},
    ),
    Row(
        ("ninside", "nin"),
        "state: ninside [stopped, stopping]",
        "!contains(['stopped', 'stopping'], event.detail.state)",
        {"state": "running"},
        {"state": "stopping"},
    ),
    Row(
        ("search",),
        "changes: search, condition any",
        "event.detail.changes[?field == 'Status' && to == 'Approved']",
        {"changes": [_OWNER, _APPROVED]},
        {"changes": [_OWNER, _REJECTED]},
        "One element fits all patterns.",
    ),
    Row(
        ("search",),
        "changes: search, condition all",
        "length(event.detail.changes[?!(field == 'Status' && to == 'Approved')]) == 0",
        {"changes": [_APPROVED]},
        {"changes": [_OWNER, _APPROVED]},
        "Every element fits all patterns.",
    ),
    Row(
        ("search",),
        "changes: search, condition any2any",
        "event.detail.changes[?field == 'Owner' || to == 'Approved']",
        {"changes": [_REJECTED, _OWNER]},
        {"changes": [_REJECTED]},
        "One element fits one pattern.",
    ),
    Row(
        ("search",),
        "changes: search, condition all2any",
        "length(event.detail.changes[?!(field == 'Owner' || to == 'Approved')]) == 0",
        {"changes": [_OWNER, _APPROVED]},
        {"changes": [_OWNER, _REJECTED]},
        "Every element fits one pattern.",
    ),
)
