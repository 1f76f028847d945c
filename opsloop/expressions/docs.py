"""The language's pages, made of the tables that the tests run.

`opsloop.generate` writes `render()` to docs/expressions.md and `render_stackstorm()` to
docs/stackstorm-operators.md.
"""

from __future__ import annotations

import json

from chalicelib.expressions.times import iso
from opsloop.expressions.catalogue import EXAMPLE_NOW, EXAMPLE_SCOPE, SECTIONS, Function
from opsloop.expressions.dialect import MAX_DEPTH, MAX_LENGTH
from opsloop.expressions.patterns import MAX_INSTRUCTIONS
from opsloop.expressions.stackstorm import ROWS, Row

_GENERATED = "<!-- made by `make generate` from {source}: change that -->\n\n"

#: what the dialect reads, what plain JMESPath wants instead, and the value in EXAMPLE_SCOPE
MERCIES: tuple[tuple[str, str, str], ...] = (
    ("instances[?cpu > 80].id", "instances[?cpu > `80`].id", '["i-1"]'),
    ("contains([5, 7], sizes[2])", "contains(`[5, 7]`, sizes[2])", "true"),
    ("sizes[0] == 2e1", "sizes[0] == `20`", "true"),
    ("tag(tags, 'owner') == null", "tag(tags, 'owner') == `null`", "true"),
    ("{ok: true, no: false}", "{ok: `true`, no: `false`}", '{"ok": true, "no": false}'),
    ("!tags[0].Key", "!(tags[0].Key)", "false"),
    ("!sizes[?@ > 200]", "!(sizes[?@ > `200`])", "true"),
    ("instances[?contains($sizes, cpu)]", "(there is none)", "[]"),
)

_PAGE = """\
# Expressions

An expression is [JMESPath](https://jmespath.org/specification.html), the language of the
AWS CLI's `--query`, with three mercies and more functions. The compiler reads it; Lambda
evaluates the syntax tree, and parses nothing.

## Where

| place | what it holds |
|---|---|
| `let`, `if`, `pick`, `for_each`, `each.of` | an expression, without `${{}}` |
| everything else | text, in which `${{expression}}` may stand |

- In `pick` bare words are fields of the fact's response; `$name` reads the scope.
- A text that is one `${{…}}` and nothing else keeps the type: `Count: ${{wanted}}` is a number.
- In a longer text numbers come without a needless `.0`, booleans as `true` and `false`,
  lists and maps as compact JSON. Null is an error that names the parameter.
- `$${{` is a plain `${{`. Keys are plain text.
- A value is data: what an event brings is never evaluated, and never read as a template.
- YAML reads some characters itself. Put an expression in quotes where it starts with
  `!`, `*`, `&`, `@`, `[`, `{{`, a quote or a backtick, or holds `: ` or ` #`.

## Three mercies

| write | plain JMESPath | value |
|---|---|---|
{mercies}

1. Numbers, `true`, `false` and `null` may be bare wherever a value stands. After a dot and as
   a key they are still fields: `a.true`, `{{null: x}}`. For a field of that name at the start
   write `"true"`. One whole number in brackets is an index (`[0]`); a list of one number is
   `` `[22]` ``.
2. `!` takes in all of the path behind it: `!a.b[0]` is `!(a.b[0])`. It binds tighter than a
   comparison: `!a == b` is `(!a) == b`.
3. `$name` reads a name in scope from anywhere, also inside `[?…]`, where a bare word is a
   field of the element.

Texts are in single quotes. Double quotes name a field that is no plain word:
`tags."cost-center"`. Times, versions and sizes in texts have no order: `<`, `<=`, `>` and
`>=` compare numbers.

The official JMESPath suite runs against this implementation; two of its cases, which want
a bare number in a list to be an error, come out differently.

## Conditions

`if` is one expression, or a list of which all must hold. An item may be `any:` or `all:`
with a list, or `not:`.

- False are null, `false`, `''`, `[]` and `{{}}`. All else is true, also `0`.
- A field that is absent is null, all the way down: `a.b.c == null` where there is no `a`.
- **A criterion that cannot be evaluated has failed, and is not met**, whatever stands around
  it. That is: a function that gets what it does not take, `lower(event.detail.name)` where
  there is no name; or `<`, `<=`, `>`, `>=` where a side is absent or no number. So neither
  `event.detail.count < 5` nor `!(event.detail.count < 5)` is met without a count.
- `not:` of a failed criterion has failed. `any:` is met if one of its items is, whether or
  not others failed; `all:` is met if every item is.
- An item of the list is one criterion. Where two things may hold independently, write
  `any: [a < 5, b]` rather than `a < 5 || b`: if `a` is absent, the latter fails as a whole.
- Inside a filter, an element that cannot be ordered is passed over, as in JMESPath. A function
  that gets what it does not take fails the whole expression there too:
  `[?starts_with(Name || '', 'web-')]`.

For an unmet condition opsloop names the criterion that decided, the path that was absent and
the value that was seen.

## Functions

Times are seconds since the epoch, durations are seconds. A whole result is a whole number
(`mul(10, 1.2)` is `12`), and results are rounded to 15 digits, so `mul(10, 1.1)` is `11`.
`?` marks an argument that may be left out. The examples are evaluated at
{now} in this scope:

```yaml
{scope}
```

{functions}

## Regular expressions

`regex` reads patterns as Python does (flags `i`, `m`, `s`, `x` as in `(?i)`), but cannot hang:
an automaton reads each character of the text once, where backtracking could take
exponential time on a text made for it, and the texts come from events. Therefore there are no
backreferences, no look-ahead, no look-behind, no atomic groups and no possessive repeats; the
compiler refuses them. The pattern is a literal, at most {instructions} instructions long when
compiled.

## Limits

A text to `regex`, `glob`, `urlencode` or `shell_quote` has at most 65,536 characters, one to
`json` and a result of `replace` or `join` at most 1,048,576. An expression has at most {length}
characters and {depth} levels. Beyond a limit the evaluation fails, with that reason.

StackStorm's operators and their equivalents: [stackstorm-operators.md](stackstorm-operators.md).
"""

_STACKSTORM = """\
# StackStorm's criteria operators

For those who bring rules from StackStorm. `trigger.body.state` there is
`event.detail.state` here. Each row is tested with a payload that fits and one that does not.

| operator | criterion | here | |
|---|---|---|---|
{rows}

A field that is absent makes most of StackStorm's operators raise an error or compare with
`None`; here the criterion is not met, unless it asks for absence.
"""


def render() -> str:
    """docs/expressions.md."""
    return _GENERATED.format(source="opsloop/expressions") + _PAGE.format(
        mercies="\n".join(_row(_code(a), _code(b), _code(c)) for a, b, c in MERCIES),
        now=iso(EXAMPLE_NOW),
        scope="\n".join(f"{key}: {json.dumps(value)}" for key, value in EXAMPLE_SCOPE.items()),
        functions="\n\n".join(_section(title, rows) for title, rows in SECTIONS.items()),
        instructions=f"{MAX_INSTRUCTIONS:,}",
        length=f"{MAX_LENGTH:,}",
        depth=MAX_DEPTH,
    )


def render_stackstorm() -> str:
    """docs/stackstorm-operators.md."""
    rows = "\n".join(map(_operator, ROWS))
    return _GENERATED.format(source="opsloop/expressions/stackstorm.py") + _STACKSTORM.format(
        rows=rows
    )


def _section(title: str, functions: tuple[Function, ...]) -> str:
    rows = "\n".join(map(_function, functions))
    return f"### {title}\n\n| function | | example | gives |\n|---|---|---|---|\n{rows}"


def _function(function: Function) -> str:
    meaning = function.meaning.replace("|", "\\|")
    return _row(_code(function.signature), meaning, _code(function.example), _code(function.result))


def _operator(row: Row) -> str:
    names = ", ".join(map(_code, row.operators))
    return _row(names, _code(row.criterion), _code(row.equivalent), row.note)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _code(text: str) -> str:
    """Code in a table's cell: a bar is escaped, a backtick fenced by two."""
    fence, space = ("``", " ") if "`" in text else ("`", "")
    return f"{fence}{space}{text}{space}{fence}".replace("|", "\\|")
