"""A plan in the words of its rule, so that a reviewer reads what the author wrote. Pure.

The trigger is not in it: what AWS is told of that stands among the facts of its wiring.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from chalicelib.expressions.values import tagged
from chalicelib.plan import Condition, Criteria, Expr, Fact, Guard, Plan, Stage, Step, Value, Verify

#: a rule is the same rule under another name, in another pack
_NAMES = ("digest", "source", "rule", "pack")
#: how the compiler calls a step to which its author gave no id: by its place
_UNNAMED = re.compile(r"(?:[a-z_]+-)?step-\d+(?:-\d+)*")


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
        "facts": {fact["name"]: _fact(fact) for fact in plan["facts"]},
        "if": _criteria(plan["criteria"]),
        "guard": plan["guard"] and _guard(plan["guard"]),
        "then": [_step(step) for step in plan["then"]],
        "verify": plan["verify"] and _verify(plan["verify"]),
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
    return _as_written(said)


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


def _criteria(criteria: Criteria) -> list[Any]:
    both = [one for one in (criteria["event"], criteria["facts"]) if one is not None]
    return [each for one in both for each in _all(condition(one))]


def _all(said: Any) -> list[Any]:
    return list(said["all"]) if isinstance(said, dict) and "all" in said else [said]


def _fact(fact: Fact) -> dict[str, Any]:
    said = {"do": fact["do"], "with": text(fact["with"]) or None, "pick": _text(fact["pick"])}
    return _there(said) | ({"or": fact["or"]["value"]} if fact["or"] else {})


def _guard(guard: Guard) -> dict[str, Any]:
    said = dict(guard)
    said["key"] = _text(guard["key"])
    if guard["window"] is not None:
        # a zone's changes of the clock are no one's to review
        said["window"] = {key: one for key, one in guard["window"].items() if key != "offsets"}
    if guard["blast"] is not None:
        said["blast"] = _with_texts(guard["blast"])
    there = {key: value for key, value in said.items() if value not in (None, [], False)}
    return _as_written(there)


def _as_written(said: dict[str, Any]) -> dict[str, Any]:
    """Bounds as rules and settings spell them."""
    bounds = {key: said[key] for key in ("only", "spares") if key in said}
    for key, bound in bounds.items():
        said[key] = {name: one for name, one in bound.items() if one}
    return {"except" if key == "spares" else key: one for key, one in said.items()}


def _step(step: Step) -> dict[str, Any]:
    said = {
        "id": None if _UNNAMED.fullmatch(step["id"]) else step["id"],
        "if": condition(step["if"]) if step["if"] else None,
        "for_each": step["for_each"] and _with_texts(step["for_each"]),
        "at_once": step.get("at_once"),
        step["kind"]: _what(step),
        "with": text(step["with"]) or None if "with" in step else None,
        "retry": step["retry"],
        "timeout": step["timeout"],
        "on_error": "continue" if step["on_error"] == "continue" else None,
    }
    return _there(said)


def _what(step: Step) -> Any:
    """What stands behind the key that says what kind of step it is."""
    match step["kind"]:
        case "do":
            return step["do"]
        case "wait":
            return step["wait"]
        case "steps":
            return [_step(one) for one in step["steps"]]
        case "approve":
            asked = step["approve"]
            prompt = text(asked["prompt"]) if asked["prompt"] else None
            return _there({**asked, "prompt": prompt})
    return text(step["message"])


def _verify(verify: Verify) -> dict[str, Any]:
    said = {
        "check": verify["do"],
        "with": text(verify["with"]) or None,
        "pick": _text(verify["pick"]),
        "until": _text(verify["until"]),
    }
    times = {key: verify[key] for key in ("hold", "within", "every")}
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
