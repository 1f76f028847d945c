"""A plan in the words of its rule, so that a reviewer reads what the author wrote. Pure.

The trigger is not in it: what AWS is told of that stands among the facts of its wiring.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, Literal

from chalicelib.expressions.values import tagged
from chalicelib.plan import (
    Approve,
    Condition,
    Criteria,
    Expr,
    Fact,
    ForEach,
    Plan,
    Retry,
    Stage,
    Step,
    Value,
    Verify,
)
from opsloop.compiler import verifying
from opsloop.planning import guarding
from opsloop.rules.durations import spelled
from opsloop.rules.steps import Retry as Retries

#: a rule is the same rule under another name, in another pack
_NAMES = ("digest", "source", "rule", "pack")
#: how the compiler calls a step to which its author gave no id: by its place
_UNNAMED = re.compile(r"(?:[a-z_]+-)?step-\d+(?:-\d+)*")

#: what every retry, and every verification, has where its rule says nothing
_BACKOFF = Retries(attempts=1).backoff
_TIMES: Mapping[Literal["hold", "within", "every"], float] = {
    "hold": verifying.HOLD,
    "within": verifying.WITHIN,
    "every": verifying.EVERY,
}


def terms(plan: Plan) -> dict[str, Any]:
    """What the rule says, key by key as a rule file has them; what it does not say is not there."""
    said = {
        "description": plan["description"],
        "owner": plan["owner"],
        "severity": plan["severity"],
        "mode": plan["mode"],
        "saves": plan["saves"],
        "regions": plan["regions"],
        "manual": plan["wire"].get("manual"),
        "each": plan["each"] and _with_texts(plan["each"]),
        "let": {name: expr["text"] for name, expr in plan["let"].items()},
        "facts": {one["name"]: fact(one) for one in plan["facts"]},
        "if": criteria(plan["criteria"]),
        "guard": plan["guard"] and guarding.guard(plan["guard"], alarm=plan["trigger"] == "alarm"),
        "then": [_step(step) for step in plan["then"]],
        "verify": plan["verify"] and verification(plan["verify"]),
        "on_failure": [_step(step) for step in plan["on_failure"]],
        "finally": [_step(step) for step in plan["always"]],
    }
    return {key: value for key, value in said.items() if value not in (None, [], {}, "")}


def settings(stage: Stage) -> dict[str, Any]:
    """What a stage's settings say; channels as rules/opsloop.yaml has them."""
    said: dict[str, Any] = {
        key: value for key, value in stage.items() if key not in ("schema", "stage")
    }
    said["channels"] = {name: text(one) for name, one in stage["channels"].items()}
    return guarding.settings(said)


def content(plan: Plan) -> str:
    """A hash of all that the rule does, whatever it is called."""
    said = {key: value for key, value in plan.items() if key not in _NAMES}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def text(value: Value) -> Any:
    """A value as the rule has it, with its templates."""
    match tagged(value):
        case "lit", plain:
            return plain
        case "expr", expr:
            return _template(expr)
        case "join", parts:
            return "".join(one if isinstance(one, str) else _template(one) for one in parts)
        case "map", inner:
            return {key: text(one) for key, one in inner.items()}
        case "list", items:
            return [text(one) for one in items]
    raise TypeError(f"a value of another schema: {sorted(value)}")


def _template(expr: Expr) -> str:
    return f"${{{expr['text']}}}"


def condition(one: Condition) -> Any:
    """A condition as `if` has it."""
    match tagged(one):
        case "test", expr:
            return expr["text"]
        case "not", inner:
            return {"not": condition(inner)}
        case key, conditions:
            return {key: [condition(each) for each in conditions]}


def criteria(given: Criteria) -> list[Any]:
    """What `if` asks for, one by one: all of it has to hold."""
    both = [one for one in (given["event"], given["facts"]) if one is not None]
    return [each for one in both for each in _all(condition(one))]


def _all(said: Any) -> list[Any]:
    return list(said["all"]) if isinstance(said, dict) and "all" in said else [said]


def fact(given: Fact) -> dict[str, Any]:
    """One look-up."""
    said = {"do": given["do"], "with": text(given["with"]) or None, "pick": _text(given["pick"])}
    return _there(said) | ({"or": given["or"]["value"]} if given["or"] else {})


def _step(step: Step) -> dict[str, Any]:
    said = {
        "id": None if is_unnamed(step) else step["id"],
        "if": condition(step["if"]) if step["if"] else None,
        **(_loop(step["for_each"]) if step["for_each"] else {}),
        "at_once": step.get("at_once"),
        step["kind"]: _what(step),
        "with": text(step["with"]) or None if "with" in step else None,
        "retry": step["retry"] and _retry(step["retry"]),
        "timeout": step["timeout"] and spelled(step["timeout"]),
        "on_error": "continue" if step["on_error"] == "continue" else None,
    }
    return _there(said)


def is_unnamed(step: Step) -> bool:
    """Whether its author gave it no id."""
    return _UNNAMED.fullmatch(step["id"]) is not None


def _loop(given: ForEach) -> dict[str, Any]:
    name = given["as_name"]
    return {"for_each": given["of"]["text"], "as": None if name == "item" else name}


def _retry(given: Retry) -> dict[str, Any]:
    backoff = None if given["backoff"] == _BACKOFF else spelled(given["backoff"])
    return _there({"attempts": given["attempts"], "backoff": backoff, "on": given["on"] or None})


def _what(step: Step) -> Any:
    """What stands behind the key that says what kind of step it is."""
    match step["kind"]:
        case "do":
            return step["do"]
        case "wait":
            return spelled(step["wait"])
        case "steps":
            return [_step(one) for one in step["steps"]]
        case "approve":
            return question(step["approve"])
    return text(step["message"])


def question(asked: Approve) -> dict[str, Any]:
    """Who is asked, and what silence means where it is no failure."""
    said = {
        "by": asked["by"],
        "within": spelled(asked["within"]),
        "prompt": text(asked["prompt"]) if asked["prompt"] else None,
        "on_timeout": None if asked["on_timeout"] == "fail" else asked["on_timeout"],
    }
    return _there(said)


def verification(verify: Verify) -> dict[str, Any]:
    """What is looked at, what has to hold, and the times that are not everyone's."""
    times: dict[str, Any] = {
        key: None if verify[key] == usual else spelled(verify[key]) for key, usual in _TIMES.items()
    }
    said = {
        "check": verify["do"],
        "with": text(verify["with"]) or None,
        "pick": _text(verify["pick"]),
        "until": _text(verify["until"]),
    }
    return _there({**said, **times})


def _with_texts(said: Any) -> dict[str, Any]:
    """A map in which expressions stand as texts."""
    named = {key.removesuffix("_name"): one for key, one in said.items()}
    return _there({key: _text(one) for key, one in named.items()})


def _text(one: Any) -> Any:
    """The text of an expression; anything else as it is."""
    return one["text"] if isinstance(one, dict) and "text" in one else one


def _there(said: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in said.items() if value is not None}
