"""Every function of the language: what it takes, gives and means, with a tried example.

`docs` makes docs/expressions.md of it, `checker` takes results' types from it, and the
tests run each example. That it is complete is tested against the run side's own table.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from opsloop.expressions.types import (
    ARRAY,
    BOOLEAN,
    NUMBER,
    OBJECT,
    STRING,
    STRINGS,
    TIME,
    Type,
)

#: 2026-03-01T12:00:00Z
EXAMPLE_NOW = 1_772_366_400
EXAMPLE_SCOPE: dict[str, Any] = {
    "time": "2026-03-01T11:55:00Z",
    "region": "eu-west-1",
    "tags": [{"Key": "Name", "Value": "web-1"}, {"Key": "env", "Value": "dev"}],
    "role": "arn:aws:iam::123456789012:role/ops/deploy",
    "sizes": [20, 100, 5],
    "instances": [{"id": "i-1", "cpu": 90}, {"id": "i-2", "cpu": 7}],
    "message": '{"level": "error", "code": 7}',
    "path": "/var/log/my app.log",
    "ip": "10.1.2.3",
}

_TABLE = """
# Times
now() -> number
    The current time.
    now() => 1772366400
age(time) -> number
    Seconds since a time.
    age(time) => 300
duration(text) -> number
    Seconds of `90s`, `5m`, `1h30m`, `2d`, `1w`.
    age(time) < duration('1h30m') => true
parse_time(time) -> number
    Seconds since the epoch of an ISO 8601 time, or of an RFC 1123 one as AWS Health writes
    it; UTC where it names no zone. A number stays as it is.
    parse_time('2026-03-01T12:00:00Z') => 1772366400
format_time(seconds, format?) -> time
    ISO 8601 with `Z`, or in strftime's format, in UTC.
    format_time(sub(now(), duration('1d')), '%Y-%m-%d') => "2026-02-28"

# Texts
regex(text, 'pattern') -> boolean
    Whether the pattern is found in the text; anchor it with `^` and `$`. The pattern is a
    literal.
    regex('web-12', '^web-[0-9]+$') => true
glob(text, pattern) -> boolean
    Whether the whole text fits: `*` is any text, `?` any one character.
    glob('web-12', 'web-*') => true
lower(text) -> string
    In lower case.
    lower('ALARM') => "alarm"
upper(text) -> string
    In upper case.
    upper('alarm') => "ALARM"
split(text, separator) -> strings
    The parts.
    split(ip, '.')[0] => "10"
replace(text, old, new) -> string
    Every `old` replaced.
    replace(region, '-', '_') => "eu_west_1"
json(text) -> any
    The value that a JSON text stands for.
    json(message).code => 7
urlencode(text) -> string
    Percent-encoded, `/` too.
    urlencode(path) => "%2Fvar%2Flog%2Fmy%20app.log"
shell_quote(text) -> string
    One word to a POSIX shell, whatever it holds.
    shell_quote(path) => "'/var/log/my app.log'"
contains(subject, search) -> boolean
    Whether a text or a list holds it.
    contains(sizes, 20) => true
starts_with(text, prefix) -> boolean
    Whether it starts so.
    starts_with(region, 'eu-') => true
ends_with(text, suffix) -> boolean
    Whether it ends so.
    ends_with(path, '.log') => true
join(separator, texts) -> string
    One text.
    join(', ', instances[].id) => "i-1, i-2"
length(subject) -> number
    Characters, elements or keys.
    length(instances) => 2
reverse(subject) -> any
    A text or a list backwards.
    reverse(sizes) => [5, 100, 20]

# Numbers
add(a, b, …) -> number
    The sum.
    add(1, 2, 0.5) => 3.5
sub(a, b) -> number
    The difference.
    sub(5, 7) => -2
mul(a, b, …) -> number
    The product.
    mul(100, 1.1) => 110
div(a, b) -> number
    The quotient; an error where `b` is 0.
    div(7, 2) => 3.5
round(number, digits?) -> number
    Halves go away from zero.
    [round(2.5), round(1.255, 2)] => [3, 1.26]
ceil(number) -> number
    The next whole number up.
    ceil(1.2) => 2
floor(number) -> number
    The next whole number down.
    floor(1.8) => 1
abs(number) -> number
    Without its sign.
    abs(-5) => 5
sum(numbers) -> number
    The sum of a list.
    sum(sizes) => 125
avg(numbers) -> number
    The mean of a list; null of an empty one.
    avg(instances[].cpu) => 48.5
max(list) -> any
    The greatest number or text; null of an empty list.
    max(sizes) => 100
min(list) -> any
    The least; null of an empty list.
    min(sizes) => 5

# Lists and maps
take(list, n) -> array
    The first `n` elements.
    take(sizes, 2) => [20, 100]
get(object, key, default?) -> any
    A field whose name varies, or an element; the default where it is absent or null.
    get(instances[0], 'zone', 'none') => "none"
sort(list) -> array
    In order.
    sort(sizes) => [5, 20, 100]
sort_by(list, &expr) -> array
    In the order of an expression.
    sort_by(instances, &cpu)[0].id => "i-2"
max_by(list, &expr) -> any
    The element where the expression is greatest.
    max_by(instances, &cpu).id => "i-1"
min_by(list, &expr) -> any
    The element where the expression is least.
    min_by(instances, &cpu).id => "i-2"
map(&expr, list) -> array
    The expression of each element, nulls kept.
    map(&zone, instances) => [null, null]
keys(object) -> strings
    Its keys.
    keys(instances[0]) => ["id", "cpu"]
values(object) -> array
    Its values.
    values(instances[0]) => ["i-1", 90]
merge(object, …) -> object
    One map; later ones win.
    merge(instances[0], {cpu: 1}) => {"id": "i-1", "cpu": 1}
not_null(a, …) -> any
    The first that is not null.
    not_null(tags[0].Zone, 'none') => "none"
to_array(value) -> array
    A list as it is, anything else as a list of one.
    to_array(region) => ["eu-west-1"]

# Kinds
to_string(value) -> string
    A text as it is, anything else as JSON.
    to_string(sizes) => "[20,100,5]"
to_number(value) -> number
    A text's number; null where it is none.
    to_number('12') => 12
type(value) -> string
    `string`, `number`, `boolean`, `array`, `object` or `null`.
    type(tags) => "array"

# AWS
tag(tags, key) -> string
    A tag's value, null where there is none. Takes null, a map, and lists with `Key`, `key`,
    `TagKey` or `tagKey`. An empty value is false to JMESPath: compare with null to ask
    whether the tag is there.
    tag(tags, 'Name') => "web-1"
arn(arn, part) -> string
    The `partition`, `service`, `region`, `account`, `resource`, or the resource's `type` or
    `id`; null where the ARN leaves it out.
    [arn(role, 'type'), arn(role, 'id'), arn(role, 'region')] => ["role", "ops/deploy", null]
in_cidr(ip, networks) -> boolean
    Whether an address is in a network, or in one of a list.
    in_cidr(ip, ['10.0.0.0/8', 'fd00::/8']) => true
secret('ref') -> string
    A secret, fetched when a step runs: `ssm:/…` a parameter, `sm:…` a secret of Secrets
    Manager. The reference is a literal. Neither journal, logs nor errors show it.
    secret('ssm:/pager/key') => "(the secret)"
"""

_TYPES: dict[str, Type | None] = {
    "any": None,
    "array": ARRAY,
    "boolean": BOOLEAN,
    "number": NUMBER,
    "object": OBJECT,
    "string": STRING,
    "strings": STRINGS,
    "time": TIME,
}
_ROW = re.compile(r"(?P<signature>\S.*) -> (?P<kind>\w+)\n(?P<meaning>(?: {4}.*\n)+)")


@dataclass(frozen=True, slots=True)
class Function:
    """One row. `example` gives what `result` is in JSON, in `EXAMPLE_SCOPE` at `EXAMPLE_NOW`."""

    signature: str
    meaning: str
    example: str
    result: str
    returns: Type | None

    @property
    def name(self) -> str:
        """The name before the parenthesis."""
        return self.signature.partition("(")[0]


def _function(row: re.Match[str]) -> Function:
    *meaning, example = map(str.strip, row["meaning"].splitlines())
    expression, result = example.rsplit(" => ", 1)
    return Function(row["signature"], " ".join(meaning), expression, result, _TYPES[row["kind"]])


def _section(text: str) -> tuple[str, tuple[Function, ...]]:
    title, _, rows = text.partition("\n")
    return title, tuple(map(_function, _ROW.finditer(rows)))


#: title → its functions
SECTIONS = dict(map(_section, _TABLE.split("\n# ")[1:]))
FUNCTIONS = {function.name: function for section in SECTIONS.values() for function in section}
