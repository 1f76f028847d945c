"""What mutated rules are made of: pieces of text, values of any kind, names that mean something.

Called by the fuzzers here; `schema_rules` makes whole rules of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

Path = tuple[str | int, ...]

# Pieces of YAML and of expressions, between bytes.

PIECES = st.sampled_from(
    [
        *(": ", "- ", "\n", "\n  ", "\n    ", "{", "}", "[", "]", ",", "'", '"', "#", "&a ", "*a"),
        *("|\n", ">-\n", "\t", "${", "$${", "?", "%", "@", "`", "\\", "---\n", "é", "😀", "null"),
        *("1", "true", "~", "<<: ", "*", "!", "0x", "1e400", ".nan", "\x00", "\ufeff", "", "=="),
        *("${facts", "event.", "steps.", "item", "$", "(", ")", "&", "|", "[?", "[]", "@.", "))"),
        *("aws.", "aws.ec2.", "do: ", "with: ", "if: ", "each: ", "let: ", "facts: ", "or: "),
    ]
)
#: where: a share of what is there
PLACES = st.floats(0, 1, exclude_max=True)
EDITS = st.lists(st.tuples(PLACES, st.integers(0, 12), st.lists(PIECES, max_size=3)), max_size=4)

# Values in the place of others.

WORDS = st.sampled_from(
    [
        *("", "a", "notify", "aws.ec2.stop_instances", "aws.ec2", "aws.s3.get_object", "pager"),
        *("${event.id}", "${", "${}", "${ }", "${secret('ssm:/a')}", "$${a}", "${{a: event}}"),
        *("event.detail", "facts.x.y", "steps.a.result", "alarm.name", "item", "params.a", "5m"),
        *("rate(1 hour)", "cron(0 0 * * ? *)", "ec2:*", "ec2:RunInstances", "iam:CreateUser", "*"),
        *("(((((((", "a" * 300, "a.b" * 400, "[?[?[?", "@", "`[1", "not a", "a || b", "'x'", "-1"),
    ]
)
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False), WORDS
)
KEYS = st.sampled_from(
    [
        *("do", "with", "if", "for_each", "as", "id", "retry", "stop", "fail", "all", "any", "not"),
        *("event", "api", "alarm", "names", "source", "detail", "$or", "prefix", "wildcard", "to"),
        *("a", "InstanceIds", "Bucket", "${a}", "pick", "or", "let", "of", "numeric", "exists"),
    ]
)
VALUES = st.recursive(
    SCALARS,
    lambda below: st.one_of(st.lists(below, max_size=3), st.dictionaries(KEYS, below, max_size=3)),
    max_leaves=6,
)
Change = tuple[float, Any, str | None]
CHANGE = st.tuples(PLACES, VALUES, st.none() | KEYS)

# What expressions and texts say.

TOKENS = st.sampled_from(
    [
        *("event", "event.detail", "facts", "facts.tags", "facts.volumes", "steps.close", "item"),
        *("instance", "bucket", "key", "entity", "params.high_severity", "params", "error.message"),
        *("alarm.name", "alarm", "time", "actor.name", "@", "$instance", "$event", "execution.id"),
        *("==", "!=", "<", ">=", "&&", "||", "!", "|", ".", "[0]", "[]", "[*]", "[?", "]", "("),
        *(")", "'a'", '"a"', "`1`", '`{"a": []}`', "1", "-1.5", "true", "null", ",", "{a: ", "}"),
        *("&", "length(", "age(", "tag(", "regex(", "secret('sm:a')", "shell_quote(", "join(', ',"),
        *("duration('5m')", "a-b", "and", "in", "=", "+", "?", ":", "${", "}", "$${", " ", "é"),
        "\n",
    ]
)
SAID = st.one_of(
    st.lists(TOKENS, max_size=8).map(" ".join),
    st.lists(TOKENS, max_size=8).map("".join),
    st.lists(TOKENS, max_size=5).map(lambda tokens: f"a ${{{''.join(tokens)}}} b"),
    st.lists(TOKENS, max_size=5).map(lambda tokens: f"${{{' '.join(tokens)}}}"),
    st.sampled_from(
        ["(" * 4_000, "!" * 4_000, "a." * 4_000 + "a", "[" * 900, "${" + "(" * 4_000 + "}"]
    ),
    SCALARS,
)


def paths(data: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every value."""
    yield path
    if isinstance(data, dict | list):
        for key, below in data.items() if isinstance(data, dict) else enumerate(data):
            yield from paths(below, (*path, key))


def changed(data: Any, path: Path, value: Any, key: str | None) -> Any:
    """The data with another value at a path, or with one more key there."""
    if not path:
        return {**data, key: value} if key and isinstance(data, dict) else value
    first, *rest = path
    data[first] = changed(data[first], tuple(rest), value, key)
    return data
