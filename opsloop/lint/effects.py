"""Lints of what a rule does: steps that nothing bounds, and actions that nobody checks.

Called by `run`, through the table. A rule that only observes changes nothing, and is told of
nothing here; it is when its `mode` becomes active.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from opsloop.catalogue.pins import pins
from opsloop.catalogue.senders import RECORDS
from opsloop.lint.base import Lint, Seen
from opsloop.problems import Fault, Path
from opsloop.rules.model import Rule

#: verbs of calls after which something is gone for good
_ENDS = frozenset({"delete", "terminate", "purge", "destroy", "deregister", "wipe"})
#: others after which it is
_ENDS_TOO = frozenset({"aws.ec2.release_address", "aws.kms.schedule_key_deletion"})
#: what such a verb takes away that can be put back as it was: settings, marks, memberships
_PUT_BACK = re.compile(
    r"(tags?|alias|aliases|policy|policies|lifecycle|cors|encryption|website|configuration"
    r"|public_access_block|permission|permissions|rule|rules|concurrency|alarms|route"
    r"|login_profile|health_check|hosts|targets|attribute|attributes|association|access_key)$"
)
#: calls that only ask AWS to begin, with the read that says how it went
_CHECKS: Mapping[str, str] = {
    "aws.autoscaling.set_desired_capacity": "aws.autoscaling.describe_auto_scaling_groups",
    "aws.autoscaling.start_instance_refresh": "aws.autoscaling.describe_instance_refreshes",
    "aws.autoscaling.update_auto_scaling_group": "aws.autoscaling.describe_auto_scaling_groups",
    "aws.cloudformation.update_stack": "aws.cloudformation.describe_stacks",
    "aws.dynamodb.update_table": "aws.dynamodb.describe_table",
    "aws.ec2.reboot_instances": "aws.ec2.describe_instance_status",
    "aws.ec2.start_instances": "aws.ec2.describe_instances",
    "aws.ec2.stop_instances": "aws.ec2.describe_instances",
    "aws.ec2.terminate_instances": "aws.ec2.describe_instances",
    "aws.ecs.update_service": "aws.ecs.describe_services",
    "aws.eks.update_nodegroup_config": "aws.eks.describe_nodegroup",
    "aws.elasticache.modify_replication_group": "aws.elasticache.describe_replication_groups",
    "aws.rds.failover_db_cluster": "aws.rds.describe_db_clusters",
    "aws.rds.modify_db_cluster": "aws.rds.describe_db_clusters",
    "aws.rds.modify_db_instance": "aws.rds.describe_db_instances",
    "aws.rds.reboot_db_instance": "aws.rds.describe_db_instances",
    "aws.rds.start_db_cluster": "aws.rds.describe_db_clusters",
    "aws.rds.start_db_instance": "aws.rds.describe_db_instances",
    "aws.rds.stop_db_cluster": "aws.rds.describe_db_clusters",
    "aws.rds.stop_db_instance": "aws.rds.describe_db_instances",
    "aws.redshift.pause_cluster": "aws.redshift.describe_clusters",
    "aws.redshift.resume_cluster": "aws.redshift.describe_clusters",
    "aws.ssm.send_command": "aws.ssm.list_command_invocations",
    "ecs.force_deployment": "aws.ecs.describe_services",
    "ecs.roll_back_deployment": "aws.ecs.describe_services",
}


_OR_ASK = ", or a step before it that asks people"


def unguarded(seen: Seen) -> Iterator[Fault]:
    """A step that takes something away for good, where nothing bounds how often, or how many."""
    rule = seen.rule
    if rule.mode != "active" or rule.trigger.kind == "manual":
        return
    for path, step, do in seen.effects:
        if not is_destructive(do) or _asked_before(rule, path):
            continue
        # a step inside of another is there for each element
        many = step.for_each is not None or "steps" in path
        if many and not _has_blast(rule):
            found = (
                f"{do} for each of a list, which cannot be taken back, and nothing bounds how many"
            )
            yield Fault(found, f"`blast` in the guard{_OR_ASK}", path=(*path, "do"))
        elif not (has_rest(rule) or _has_blast(rule)):
            found = f"{do}, which cannot be taken back, and nothing bounds how often"
            expected = f"`rate`, `cooldown` or `blast` in the guard{_OR_ASK}"
            yield Fault(found, expected, path=(*path, "do"))


def unchained(seen: Seen) -> Iterator[Fault]:
    """Acting on events that do not say who caused them, without a rest in between."""
    rule = seen.rule
    if rule.mode != "active" or has_rest(rule) or not (by := _anonymous(seen)):
        return
    for path, _, do in seen.effects[:1]:
        found = f"{do} on {by}, which does not say who caused it: this rule, perhaps"
        expected = "`cooldown` or `rate` in the guard, so that it cannot run in a circle"
        yield Fault(found, expected, path=(*path, "do"))


def unverified(seen: Seen) -> Iterator[Fault]:
    """Acting without looking whether it helped, where there is a look."""
    rule = seen.rule
    if not seen.acts or rule.verify is not None:
        return
    for path, _step, do in seen.effects:
        if path[0] != "then":
            continue
        if rule.trigger.kind == "alarm":
            expected = "`verify: {alarm: OK}`: the alarm says whether it helped"
        elif do in _CHECKS:
            expected = f"`verify:` with `check: {_CHECKS[do]}`: the call only begins it"
        else:
            continue
        yield Fault(f"{do}, and nothing looks whether it helped", expected, path=(*path, "do"))
        return


def is_destructive(do: str) -> bool:
    """Whether what the action takes away is gone."""
    if do in _ENDS_TOO:
        return True
    words = do.rpartition(".")[2]
    return not _ENDS.isdisjoint(words.split("_")) and not _PUT_BACK.search(words)


def has_rest(rule: Rule) -> bool:
    """Whether a guard ends a circle that goes through this rule."""
    return rule.guard is not None and bool(rule.guard.cooldown or rule.guard.rate)


def _has_blast(rule: Rule) -> bool:
    return rule.guard is not None and rule.guard.blast is not None


def _asked_before(rule: Rule, path: Path) -> bool:
    """Whether people are asked by a step before this one, on the same list."""
    lists = {"then": rule.then, "on_failure": rule.on_failure, "finally": rule.finally_}
    before = lists[str(path[0])][: int(path[1])]
    asks = [step for step in before if step.approve is not None]
    return any(step.approve.on_timeout == "fail" for step in asks if step.approve)


def _anonymous(seen: Seen) -> str | None:
    """What wakes the rule, in words, where it does not say who caused it."""
    when = seen.rule.trigger
    if when.alarm is not None:
        return "an alarm"
    if when.topic is not None:
        return "a topic's message"
    if when.event is None:
        return None
    for one in pins(when.event):
        by_aws = any(source.startswith("aws.") for source in one.sources or ("aws.",))
        if by_aws and not set(one.detail_types or ("",)) <= set(RECORDS):
            kinds = one.detail_types or ()
            return f"'{kinds[0]}'" if len(kinds) == 1 else "events of a service's own"
    return None


LINTS = (
    Lint(
        "OPS301",
        "error",
        finds="In a rule of `mode: active`, a call that deletes, terminates, purges, deregisters "
        "or releases something for good, without `guard.rate`, `cooldown` or `blast`, and without "
        "a step before it that asks people. For each element of a list only `blast` counts: it "
        "bounds how many. Rules that people run are left out, and what can be "
        "put back as it was: tags, policies, settings.",
        why="A burst of events, or one wrong criterion, deletes everything that it is about.",
        fix="Bound it: `rate: 3/1h` is a good beginning. `mode: approve` asks before the first.",
        of_rule=unguarded,
    ),
    Lint(
        "OPS302",
        "error",
        finds="In a rule of `mode: active`, a step that changes something, woken by an alarm, a "
        "topic or an event of a service of AWS's own, without `guard.cooldown` or `rate`. Events "
        "of your own applications are left out.",
        why="A call in CloudTrail says who made it, and a rule refuses what it caused itself. An "
        "alarm or a change of state does not say it: a rule whose action brings the same event "
        "about again would run for ever.",
        fix="`cooldown: 15m` for what one loop is about, or `rate: 10/1h` for the whole rule.",
        of_rule=unchained,
    ),
    Lint(
        "OPS303",
        "warning",
        finds="In a rule of `mode: active` or `approve` without `verify`, a step that an alarm "
        "asked for, or a call that only asks AWS to begin: starting, stopping, modifying, rolling "
        "out. Calls whose answer says that it is done are left out.",
        why="The history would say succeeded where the instance never stopped, and nobody is told.",
        fix="Add `verify`. Where something else looks already, silence it and say what.",
        of_rule=unverified,
    ),
)
