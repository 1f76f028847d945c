"""Names of which something is known, for the tests of what is checked."""

from __future__ import annotations

from opsloop.expressions.types import (
    ARRAY,
    BOOLEAN,
    NUMBER,
    OBJECT,
    STRING,
    STRINGS,
    TIME,
    Names,
    Type,
)

NAMES: Names = {
    "event": None,
    "time": TIME,
    "account": STRING,
    "alarm": Type("object", {"name": STRING, "state": STRING, "dimensions": OBJECT}),
    "facts": Type("object", {"rds": None, "size": None}),
    "db": None,
    "count": NUMBER,
    "ok": BOOLEAN,
    "ids": STRINGS,
    "list": ARRAY,
}
