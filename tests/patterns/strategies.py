"""Hypothesis strategies for patterns and events of one small world, so that they often meet."""

import json
from typing import Any, Self

from hypothesis import strategies as st

NAMES = ["a", "b", "detail", "source", "detail-type", "items", "a.b", "", 'say "hi"', "é"]
TEXTS = ["", "a", "A", "aa", "aws.ec2", "10.0.0.1", "010.0.0.1", "5", "true", "é", "😀", "\n", '"']
NUMBERS = ["0", "-0", "1", "1.0", "1e0", "5", "5.0", "300", "3e2", "0.1", "9007199254740993"]
NUMBERS += ["1e400", "-1", "17", "1.50"]


class Raw(int):
    """A number that json writes as the text it was made of."""

    def __new__(cls, text: str) -> Self:
        made = super().__new__(cls, 0)
        made.text = text
        return made

    text: str

    def __repr__(self) -> str:
        return self.text


def text_of(value: Any) -> str:
    """JSON, with numbers as they are written above."""
    match value:
        case Raw():
            return value.text
        case dict():
            return "{" + ", ".join(f"{json.dumps(k)}: {text_of(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(text_of, value)) + "]"
    return json.dumps(value)


SCALARS = [*TEXTS, *map(Raw, NUMBERS), True, False, None]
WILDCARDS = ["*", "a*", "*a", "a*a", "*1*"]
EXCLUDED = [
    *TEXTS,
    *map(Raw, ["0", "1.0", "5", "300"]),
    ["a", "10.0.0.1"],
    [Raw("1"), Raw("3e2")],
    *({name: text} for name in ("prefix", "suffix", "wildcard") for text in ("a", ["aa", "A"])),
    *({"equals-ignore-case": text} for text in ("A", ["é", "5"])),
]
OPERATORS = [
    *({name: text} for name in ("prefix", "suffix", "equals-ignore-case") for text in TEXTS),
    *({name: {"equals-ignore-case": text}} for name in ("prefix", "suffix") for text in "aA5"),
    *({"anything-but": excluded} for excluded in EXCLUDED),
    *({"numeric": terms} for terms in ([">", 0], ["<=", 5], ["=", 1], [">=", 0, "<", 300])),
    *({"cidr": block} for block in ("10.0.0.0/8", "::/0", "0.0.0.0/1", "16.0.0.0/4")),
    *({"wildcard": text} for text in WILDCARDS),
    *({"exists": here} for here in (True, False, False, False)),
]

names = st.sampled_from(NAMES)
scalars = st.sampled_from(SCALARS)
_field = st.lists(st.sampled_from([*SCALARS, *OPERATORS]), min_size=1, max_size=3)


def _objects(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    plain = st.dictionaries(names, inner, min_size=1, max_size=3)
    both = st.tuples(plain, st.lists(plain, min_size=2, max_size=3))
    return plain | both.map(lambda pair: {**pair[0], "$or": pair[1]})


patterns = _objects(st.recursive(_field, _objects, max_leaves=6))
events = st.dictionaries(
    names,
    st.recursive(
        scalars,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
        max_leaves=10,
    ),
    max_size=4,
)
