"""The catalogue: every action's name and where it is. The engine calls actions through it.

A literal table, and nothing is imported until an action of its module is first used. Names
`aws.<service>.<operation>` are not in it: they are boto3's, and `actions.aws` makes the call.
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from chalicelib.actions.aws_errors import in_our_words
from chalicelib.actions.base import Action, Tools
from chalicelib.actions.reads import is_read
from chalicelib.errors import PlanError

TABLE = {
    "ec2.quarantine_instance": "chalicelib.actions.ec2:quarantine_instance",
    "ec2.release_instance": "chalicelib.actions.ec2:release_instance",
    "ecs.force_deployment": "chalicelib.actions.ecs:force_deployment",
    "ecs.roll_back_deployment": "chalicelib.actions.ecs:roll_back_deployment",
    "http.get": "chalicelib.actions.http:get",
    "http.post": "chalicelib.actions.http:post",
    "http.request": "chalicelib.actions.http:request",
    "iam.disable_access_key": "chalicelib.actions.iam:disable_access_key",
    "notify": "chalicelib.actions.notify:notify",
    "s3.block_public_access": "chalicelib.actions.s3:block_public_access",
    "tags.apply": "chalicelib.actions.tags:apply",
    "tags.read": "chalicelib.actions.tags:read",
}


def find(name: str) -> Action:
    """The action of this name. Raises PlanError, saying what there is."""
    if name.startswith("aws."):
        return _generic(name)
    if name not in TABLE:
        there = ", ".join([*TABLE, "aws.<service>.<operation>"])
        raise PlanError(f"found the action {name!r}; expected one of {there}")
    module, attribute = TABLE[name].split(":")
    found: Action = getattr(import_module(module), attribute)
    return found


def _generic(name: str) -> Action:
    parts = name.split(".")
    if len(parts) != 3 or not all(parts):  # noqa: PLR2004 - aws, service, operation
        raise PlanError(f"found the action {name!r}; expected aws.<service>.<operation>")
    _, service, operation = parts

    def operate(tools: Tools, /, **parameters: Any) -> Any:
        from chalicelib.actions.aws import call  # noqa: PLC0415 - imported when first used

        return call(tools, service, operation, parameters)

    return Action(name, operate, "read" if is_read(service, operation) else "once")


class Catalogue:
    """The engine's road to actions."""

    def call(self, name: str, tools: Tools, parameters: Mapping[str, Any]) -> Any:
        """The action's result, as JSON.

        Raises StepError for what failed, in AWS's words where AWS answered; WouldCall for
        the first effect of a dry run; PlanError for an action that there is not.
        """
        function = find(name).function
        with in_our_words():
            return function(tools, **parameters)
