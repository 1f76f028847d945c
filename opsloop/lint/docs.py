"""docs/lint.md: every lint, from the table and from the cases that tests hold against it.

Called by `opsloop.generate`, in a checkout.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from opsloop.lint.base import Lint
from opsloop.lint.table import LINTS
from opsloop.rules.project import HEADER

CASES = Path(__file__).parents[2] / "tests" / "lint" / "cases"

_HEAD = """\
# Lint

<!-- Generated from opsloop/lint/ and tests/lint/cases/ by `make generate`: change it there. -->

What compiles and is a mistake all the same. `opsloop validate` and `opsloop compile` tell of it,
each kind with a code. An **error** fails both, as any other error does, and nothing is deployed. A
**warning** fails nothing, but for `opsloop validate --strict`, which is for CI.

Lints on what a rule does look at its `mode`: one that only observes changes nothing, and is told
of nothing until its mode becomes `active`. Lints on several rules look at those that compile; with
other errors in a project, only those are told.

## Silencing

A comment silences a lint on its own line or, alone on a line, on the next one. It says why:

```yaml
  - id: disable
    # opsloop: ignore OPS302 - disabling a key brings no such event about
    do: iam.disable_access_key
```

Several codes stand with commas between them. Before a block of text (`|`, `>`) the comment speaks
of all its lines. Without a reason, or with a code that there is not, the comment is an error
([OPS001](#ops001)); where it silences nothing, a warning ([OPS002](#ops002)).
`opsloop validate --json` lists what is silenced, with the reasons.

## Codes

| code | is | finds |
|---|---|---|
"""


def render() -> str:
    """The page."""
    rows = (
        f"| [{lint.code}](#{lint.code.lower()}) | {lint.severity} | {lint.title} |"
        for lint in LINTS.values()
    )
    sections = ("\n".join(_section(lint)) for lint in LINTS.values())
    return "\n".join([_HEAD + "\n".join(rows), "", *sections])


def _section(lint: Lint) -> Iterator[str]:
    yield f"## {lint.code}\n"
    yield f"**{lint.title}.** {lint.severity.capitalize()}.\n"
    yield f"**Finds.** {lint.finds}\n"
    yield f"**Why it matters.** {lint.why}\n"
    yield from _examples(lint.code)
    yield f"**Instead.** {lint.fix}\n"
    if not lint.silenced:
        yield "It cannot be silenced.\n"


def _examples(code: str) -> Iterator[str]:
    """The rules that trigger it, and what is told of them."""
    for path in sorted((CASES / code / "broken").glob("*.yaml")):
        text = path.read_text(encoding="utf-8").removeprefix(f"{HEADER}\n").rstrip()
        yield f"```yaml\n# rules/pack/{path.name}\n{text}\n```\n"
    message = (CASES / code / "message.txt").read_text(encoding="utf-8").rstrip()
    yield f"```\n{message}\n```\n"
