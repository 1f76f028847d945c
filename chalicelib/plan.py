"""The compiled rule: plain JSON, the only thing that crosses from the desk to Lambda.

The compiler (`opsloop.compiler`) writes these shapes, the engine reads them. They are
typed dictionaries on purpose: loading a plan costs one `json.loads` and no validation.
`plans` loads them. Imports nothing but the standard library.
"""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

Mode = Literal["off", "observe", "approve", "active"]
TriggerKind = Literal["event", "api", "alarm", "schedule", "topic", "manual"]
Effect = Literal["read", "idempotent", "token", "once"]

#: A JMESPath syntax tree as jmespath's parser makes it: {"type", "children", "value"?},
#: plus our own node `{"type": "variable", "value": name, "children": []}` for `$name`.
Node = dict[str, Any]


class Expr(TypedDict):
    """An expression: its text for people, its syntax tree for the evaluator."""

    text: str
    tree: Node


class Constant(TypedDict):
    """A value, or a whole subtree of values, without any template in it."""

    lit: Any


class Typed(TypedDict):
    """A template that is the whole string: the expression's value keeps its type."""

    expr: Expr


class Joined(TypedDict):
    """A text with expressions inside: the parts are joined to one string."""

    join: list[str | Expr]


class Mapped(TypedDict):
    """A map with at least one template somewhere below. Keys are plain text."""

    map: dict[str, Value]


class Listed(TypedDict):
    """A list with at least one template somewhere below."""

    list: list[Value]


Value = Constant | Typed | Joined | Mapped | Listed


class Test(TypedDict):
    """One criterion."""

    test: Expr


class AllOf(TypedDict):
    """Met when each of them is."""

    all: list[Condition]


class AnyOf(TypedDict):
    """Met when one of them is."""

    any: list[Condition]


NotThis = TypedDict("NotThis", {"not": "Condition"})

Condition = Test | AllOf | AnyOf | NotThis


class Or(TypedDict):
    """What a fact is worth when AWS answers not-found."""

    value: Any


Fact = TypedDict(
    "Fact",
    {
        "name": str,
        "do": str,
        "with": Value,
        "pick": Expr | None,
        "or": Or | None,
    },
)


class Retry(TypedDict):
    """How often a step is tried in all, and how long between. `on` lists error codes."""

    attempts: int
    backoff: float
    on: list[str]


class Place(TypedDict):
    """A part of an ARN that a parameter of the call says: where that stands."""

    at: list[str | int]
    # how a value there becomes the part: a name in `guards.naming`; as it is without one
    turn: NotRequired[str]


#: an ARN in parts; `${Partition}`, `${Region}`, `${Account}` are the stage's, `*` is unknown
Way = list[str | Place]


class Touched(TypedDict):
    """What a call touches: each way to put its ARN together. A value fits one of them, or more.

    `changes` is what it acts on; `uses` what it only needs for that; `makes` what is not there
    before. `also` are further names of the same, which a guard that spares has to know.
    """

    role: Literal["changes", "uses", "makes"]
    ways: list[Way]
    also: NotRequired[list[Way]]


class ForEach(TypedDict):
    """One call, or one turn of `steps`, for each element of `of`, named `as_name` in scope."""

    of: Expr
    as_name: str


class Approve(TypedDict):
    """A question to people. `by` holds IAM principal patterns, `within` seconds."""

    by: list[str]
    within: float
    prompt: Value | None
    on_timeout: Literal["fail", "proceed"]


Step = TypedDict(
    "Step",
    {
        "id": str,
        "kind": Literal["do", "stop", "fail", "wait", "approve", "steps"],
        "do": NotRequired[str],
        "with": NotRequired[Value],
        "message": NotRequired[Value],
        # seconds
        "wait": NotRequired[float],
        "approve": NotRequired[Approve],
        # what is done for each element of for_each
        "steps": NotRequired[list["Step"]],
        # elements of for_each that are worked on at a time
        "at_once": NotRequired[int],
        "if": Condition | None,
        "for_each": ForEach | None,
        "retry": Retry | None,
        "timeout": float | None,
        "on_error": Literal["fail", "continue"],
        "effect": Effect,
        # the parameter that takes a client token, where the operation has one
        "token": NotRequired[str],
        # what the call touches, where a guard bounds that
        "touches": NotRequired[list[Touched]],
        # whether that can be told before anything is done
        "foretold": NotRequired[bool],
    },
)


class Cooldown(TypedDict):
    """A key rests so many seconds after an execution; `success` gives it back on failure."""

    seconds: float
    after: Literal["any", "success"]


class Rate(TypedDict):
    """At most `limit` executions in any `seconds`, counted for the rule or for each key."""

    limit: int
    seconds: float
    per: Literal["rule", "key"]


class Lock(TypedDict):
    """One execution at a time; a lock outlives its holder by `lease` seconds at most."""

    per: Literal["rule", "key"]
    lease: float


class Blast(TypedDict):
    """How much one execution may touch."""

    targets: Expr
    max: int | None
    percent: float | None
    of: Expr | None
    over: Literal["refuse", "trim"]


class Hours(TypedDict):
    """Weekly hours: days from Monday (0), minutes of the day; over midnight if `end` is earlier."""

    days: list[int]
    begin: int
    end: int


class Window(TypedDict):
    """When a rule may run. `offsets` are the zone's: [epoch seconds, seconds from UTC], sorted."""

    only: list[Hours]
    never: list[Hours]
    zone: str
    offsets: list[list[int]]


class Breaker(TypedDict):
    """After `failures` within so many seconds the rule only observes."""

    failures: int
    within: float


class Bounds(TypedDict):
    """Resources by ARN, with IAM's wildcards, and by tag."""

    arns: list[str]
    tags: dict[str, str]


class Guard(TypedDict):
    """What may hold a rule back."""

    key: Expr | None
    cooldown: Cooldown | None
    rate: list[Rate]
    lock: Lock | None
    blast: Blast | None
    window: Window | None
    deadline: float | None
    breaker: Breaker | None
    # whether events count that the rule caused itself
    allow_self: bool
    # whether a refused alarm is read again when its guard opens
    recheck: bool
    # what its effects keep to, and what they stay away from: `only` and `except` in the rule
    only: NotRequired[Bounds]
    spares: NotRequired[Bounds]


class Each(TypedDict):
    """One execution per element of `of` (at most 100), named `as_name` in scope."""

    of: Expr
    as_name: str


Verify = TypedDict(
    "Verify",
    {
        "do": str,
        "with": Value,
        "pick": Expr | None,
        # reads `result`
        "until": Expr,
        # seconds
        "hold": float,
        "within": float,
        "every": float,
    },
)


class Wire(TypedDict, total=False):
    """What starts the function: exactly one key."""

    pattern: dict[str, Any]
    schedule: str
    topic: str
    # parameters and their types, for a rule that people run
    manual: dict[str, str]


class Criteria(TypedDict):
    """The conditions, split by what they need: the event alone, or facts as well."""

    event: Condition | None
    facts: Condition | None


class Plan(TypedDict):
    """One compiled rule. `digest` is a hash of all the rest but `source`."""

    schema: int
    rule: str
    pack: str
    source: str
    description: str
    owner: str
    severity: str
    mode: Mode
    saves: float | None
    regions: list[str]
    trigger: TriggerKind
    wire: Wire
    each: Each | None
    let: dict[str, Expr]
    guard: Guard | None
    criteria: Criteria
    facts: list[Fact]
    then: list[Step]
    verify: Verify | None
    on_failure: list[Step]
    # `finally` in the rule
    always: list[Step]
    digest: str


class Approvers(TypedDict):
    """Who is asked before the first effect: IAM principal patterns; seconds."""

    by: list[str]
    within: float


class Stage(TypedDict):
    """The settings of one stage: one account and region."""

    schema: int
    stage: str
    account: str
    region: str
    max_mode: Mode
    params: dict[str, Any]
    # a channel's settings are templates: they may hold secret() references
    channels: dict[str, Value]
    escalate: str | None
    # who answers for rules of `mode: approve`, and how long the question stands
    approvers: Approvers | None
    # what no rule touches: `except` in the settings
    spares: NotRequired[Bounds]
