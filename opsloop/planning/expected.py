"""The state that compiled output asks for: what infra, Chalice and wiring would make of it. Pure.

Chalice's own `Config` says what its configuration comes to for each function, so that settings
which pass through it are read as Chalice reads them.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path as File
from typing import Any

from chalice.config import Config

from chalicelib.plan import Plan, Stage
from chalicelib.plans import INDEX, WAKER
from opsloop.aws.location import Location
from opsloop.compiler.build import COMPILED
from opsloop.compiler.chalice_config import function_name, policy_path
from opsloop.deploy.names import dead_letters_arn, event_rule_name
from opsloop.deploy.wire import RETRIES
from opsloop.planning import terms
from opsloop.planning.fitting import plan_misfit, stage_misfit
from opsloop.planning.permissions import expanded
from opsloop.planning.safeguards import Held
from opsloop.planning.state import Facts, Path, State, Unit, flat, state

CONFIG = ".chalice/config.json"
#: what ships beside the plans
SHIPPED = ("app.py", "chalicelib", "vendor", "requirements.txt")
#: how the waker is woken, as chalicelib/functions.py says it
TICK = {"schedule": "rate(1 minute)", "description": "Wakes what is due."}
#: the fact that tells a plan which says the same and does not do the same
COMPILED_TO: Path = ("rule", "compiled")
#: Lambda's own service may take the role, and nobody else: Chalice's trust policy
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
_PIN = re.compile(r"([A-Za-z0-9][\w.-]*)==([\w.!+-]+)")
_COMMENT = re.compile(r"(?:^|\s+)#.*")


@dataclass(frozen=True, slots=True)
class Output:
    """Compiled output by path, as it is committed, and the hashes of what ships beside it."""

    files: Mapping[str, str]
    package: Facts

    def stages(self) -> dict[str, Stage]:
        """The stages by name."""
        there = re.compile(rf"{re.escape(COMPILED)}/stages/([^/]+)\.json")
        found = {name: there.fullmatch(name) for name in self.files}
        return {match[1]: self._json(name) for name, match in found.items() if match}

    def config(self) -> dict[str, Any]:
        """Chalice's configuration."""
        content: dict[str, Any] = self._json(CONFIG)
        return content

    def plan(self, rule: str) -> Plan | None:
        """The plan of a rule; None for what has none, such as the waker."""
        path = f"{COMPILED}/{rule}.json"
        return self._json(path) if path in self.files else None

    def policy(self, stage: str, name: str) -> dict[str, Any]:
        """The policy of a function."""
        document: dict[str, Any] = self._json(f".chalice/{policy_path(stage, name)}")
        return document

    def misfits(self) -> dict[str, str]:
        """The files that this version of opsloop cannot read, and what is wrong with them."""
        found = {name: self._misfit(name) for name in self.files}
        return {name: said for name, said in found.items() if said is not None}

    def _misfit(self, path: str) -> str | None:
        if re.fullmatch(rf"{COMPILED}/stages/[^/]+\.json", path):
            return stage_misfit(self._json(path))
        if re.fullmatch(rf"{COMPILED}/[^/]+\.json", path) and not path.endswith(f"/{INDEX}"):
            return plan_misfit(self._json(path))
        return None

    def _json(self, path: str) -> Any:
        return json.loads(self.files[path])


def expected(output: Output, name: str) -> State:
    """The state of a stage; of one that the output does not have, nothing."""
    stages = output.stages()
    if name not in stages:
        return State({})
    stage = stages[name]
    config = output.config()
    functions = sorted(config["stages"].get(name, {}).get("lambda_functions", {}))
    units = [stage_unit(stage), *(_function(output, config, stage, one) for one in functions)]
    if functions:
        units.append(Unit("package", "package", output.package))
    return state(units)


def stage_unit(stage: Stage) -> Unit:
    """The settings that all functions of a stage share."""
    facts: dict[Path, Any] = {}
    for key, value in terms.settings(stage).items():
        path = ("settings", key)
        facts |= flat(path, value) if key in ("params", "channels") else {path: value}
    there = {path: value for path, value in facts.items() if value not in (None, {})}
    return Unit("stage", stage["stage"], there)


def rule_facts(plan: Plan) -> Facts:
    """What a rule says, key by key, and a hash of what that was compiled to."""
    said: dict[Path, Any] = {("rule", key): one for key, one in terms.terms(plan).items()}
    return {**said, COMPILED_TO: terms.content(plan)[:12]}


def wiring(plan: Plan | None, stage: Stage, name: str) -> Facts:
    """What wakes the function, and who may: EventBridge or a topic, or people alone."""
    wire: Mapping[str, Any] = TICK if plan is None else plan["wire"]
    location, function = Location.of(stage), function_name(stage["stage"], name)
    if "topic" in wire:
        topic = _topic(location, wire["topic"])
        return {("topic", topic): True, ("invoker", f"sns.amazonaws.com for {topic}"): True}
    if "manual" in wire:
        return {}
    facts: dict[Path, Any] = {
        ("trigger", "state"): "ENABLED",
        ("trigger", "target"): _arn(location, "lambda", f"function:{function}"),
    }
    rule = _arn(location, "events", f"rule/{event_rule_name(stage['stage'], name)}")
    facts[("invoker", f"events.amazonaws.com for {rule}")] = True
    if "pattern" in wire:
        return {("trigger", "pattern"): wire["pattern"], **facts}
    said = wire.get("description") if plan is None else plan["description"]
    if said:
        facts["trigger", "description"] = said
    return {("trigger", "schedule"): wire["schedule"], **facts}


def environment(variables: Mapping[str, str]) -> Facts:
    """Variables that are not opsloop's own by a hash: anybody may read the comment made of it."""
    return {
        ("environment", name): value if name.startswith("OPSLOOP_") else _veiled(value)
        for name, value in variables.items()
    }


def _veiled(value: str) -> str:
    return f"sha256:{hashlib.sha256(value.encode()).hexdigest()[:12]}"


def package_facts(files: Mapping[str, bytes]) -> Facts:
    """What ships beside the plans: each file's hash, and what requirements.txt says."""
    facts: dict[Path, Any] = {
        _file(name): hashlib.sha256(content).hexdigest()
        for name, content in files.items()
        if ships(name)
    }
    return facts | dict(_required(files.get("requirements.txt", b"").decode()))


def _file(name: str) -> Path:
    return ("vendored" if name.startswith("vendor/") else "file", name)


def _required(text: str) -> Iterator[tuple[Path, Any]]:
    """What is pinned, by its version; whatever else pip may take from anywhere, as it stands."""
    for line in text.splitlines():
        said = _COMMENT.sub("", line).strip()
        if pin := _PIN.fullmatch(said):
            yield ("requirement", canonical(pin[1])), pin[2]
        elif said:
            yield ("unpinned", said), True


def package_on_disk(project: File) -> Facts:
    """The same of a checkout."""
    folders = [path for name in ("chalicelib", "vendor") for path in (project / name).rglob("*")]
    paths = [project / "app.py", project / "requirements.txt", *folders]
    return package_facts(
        {
            path.relative_to(project).as_posix(): path.read_bytes()
            for path in paths
            if path.is_file()
        }
    )


def ships(name: str) -> bool:
    """Whether a file of the project is code of the package: plans are compared as rules."""
    if name == "app.py" or name.startswith("vendor/"):
        return True
    inside = name.startswith("chalicelib/") and not name.startswith(f"{COMPILED}/")
    # chalicelib.freshness leaves none of it; bytecode elsewhere is code like any other
    return inside and "__pycache__" not in name


def canonical(name: str) -> str:
    """A distribution's name as all tools compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _function(output: Output, config: Mapping[str, Any], stage: Stage, name: str) -> Unit:
    plan = output.plan(name)
    facts = {
        **wiring(plan, stage, name),
        **(rule_facts(plan) if plan else {}),
        **dict(_settings(Config(stage["stage"], name, config_from_disk=dict(config)))),
        **_surroundings(stage, name),
    }
    policy = expanded(output.policy(stage["stage"], name))
    return Unit(
        kind="waker" if name == WAKER else "rule",
        name=name,
        facts=facts,
        policies={function_name(stage["stage"], name): policy},
        content=terms.content(plan) if plan else None,
        held=Held(plan, stage) if plan else None,
    )


def _settings(config: Config) -> Iterator[tuple[Path, Any]]:
    """What Chalice gives to a function."""
    settings = {
        "runtime": config.lambda_python_version,
        "handler": f"app.{config.function_name}",
        "architecture": config.lambda_architecture,
        "memory": config.lambda_memory_size,
        "timeout": config.lambda_timeout,
        "layers": sorted(config.layers or []),
        "subnets": sorted(config.subnet_ids or []),
        "security groups": sorted(config.security_group_ids or []),
        "tracing": "Active" if config.xray_enabled else None,
    }
    yield from ((("function", key), one) for key, one in settings.items() if one not in (None, []))
    yield from environment(config.environment_variables).items()
    yield from ((("tag", key), one) for key, one in (config.tags or {}).items() if not _own(key))
    if config.reserved_concurrency is not None:
        yield ("concurrency", "reserved"), config.reserved_concurrency
    if config.log_retention_in_days:
        yield ("log", "retention"), config.log_retention_in_days


def _own(tag: str) -> bool:
    """Chalice adds its own version as a tag: nobody's to review."""
    return tag == "aws-chalice"


def _surroundings(stage: Stage, name: str) -> Facts:
    location = Location.of(stage)
    queue = dead_letters_arn(stage["stage"], location.region, location.account, location.partition)
    return {
        ("function", "role"): function_name(stage["stage"], name),
        ("role", "trust"): TRUST,
        ("failures", "destination"): queue,
        ("failures", "retries"): RETRIES,
    }


def _topic(location: Location, topic: str) -> str:
    return topic if topic.startswith("arn:") else _arn(location, "sns", topic)


def _arn(location: Location, service: str, resource: str) -> str:
    return f"arn:{location.partition}:{service}:{location.region}:{location.account}:{resource}"
