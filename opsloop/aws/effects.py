"""What it means to call an operation twice, where neither reading nor a client token settles it.

`idempotent`: the second call leaves what the first one left, or is refused because it was
already done. `once`: each call makes, starts or sends something anew. What is not known to
settle a state counts as `once`: after a crash it is not repeated. Pure; the tables are ours.
"""

from __future__ import annotations

from typing import Literal

#: a verb that brings something into a state, ends something, or only computes
_SETTLING = """
    abort accept acknowledge activate add allow amend analyze apply approve archive associate
    assume attach authorize cancel change check classify clear close compare complete configure
    confirm contains continue count deactivate deauthorize decapsulate decline decode decrease
    decrypt define delete deny deprecate deprovision deregister derive detach detect disable
    disallow disassociate disconnect discover dissociate drain enable encapsulate encrypt end
    enter estimate evaluate evict exit expire filter finalize flush forget get global grant
    group increase infer invalidate is join label leave link list lock logout mark modify
    monitor move offboard onboard open opt override pause phone prepare preview promote purge
    put re rebalance redact register reject release remove rename render reorder replace reset
    resolve resume retire retrieve revoke set share shrink sign simulate skip stop subscribe
    suggest suspend sync tag terminate transact translate unarchive unassign undeprecate
    ungroup unlabel unlink unlock unmonitor unregister unshare unsubscribe unsuspend untag
    update validate verify view withdraw
"""
_SETTLES = frozenset(_SETTLING.split())

#: words that stand in front of the verb
_BEFORE_THE_VERB = frozenset({"admin", "batch", "bulk"})

#: a verb that begins something, where it only brings about a state
_SETTLES_AFTER_ALL = frozenset(
    {
        "autoscaling.create_or_update_tags",
        "cloudtrail.start_logging",
        "config.start_configuration_recorder",
        "docdb.start_db_cluster",
        "dynamodb.batch_write_item",
        "ec2.create_tags",
        "ec2.start_instances",
        "guardduty.start_monitoring_members",
        "iam.generate_credential_report",
        "kinesis.start_stream_encryption",
        "kms.schedule_key_deletion",
        "lightsail.start_instance",
        "lightsail.start_relational_database",
        "neptune.start_db_cluster",
        "rds.start_db_cluster",
        "rds.start_db_instance",
        "redshift.create_tags",
        "securityhub.batch_import_findings",
        "synthetics.start_canary",
        "transfer.start_server",
        "workspaces.create_tags",
        "workspaces.start_workspaces",
        "workspaces.start_workspaces_pool",
    }
)

#: a verb that settles a state, where each call does more
_ONCE_AFTER_ALL = frozenset(
    {
        "batch.register_job_definition",
        "cloudwatch.put_metric_data",
        "codepipeline.put_action_revision",
        "config.put_evaluations",
        "dynamodb.update_item",
        "ec2.register_image",
        "ecs.register_task_definition",
        "emr.add_instance_groups",
        "emr.add_job_flow_steps",
        "events.put_events",
        "events.put_partner_events",
        "firehose.put_record",
        "firehose.put_record_batch",
        "iam.reset_service_specific_credential",
        "kinesis.put_record",
        "kinesis.put_records",
        "logs.put_log_events",
        "personalize-events.put_events",
        "pinpoint.put_events",
        "route53domains.register_domain",
        "sagemaker-metrics.batch_put_metrics",
        "ses.verify_email_address",
        "ses.verify_email_identity",
        "stepfunctions.get_activity_task",
        "support.add_attachments_to_set",
        "support.add_communication_to_case",
        "xray.put_telemetry_records",
        "xray.put_trace_segments",
    }
)


def of(service: str, method: str) -> Literal["idempotent", "once"]:
    """The effect of a call that neither only reads nor takes a client token.

    The mark `idempotent` in botocore's models does not count: Step Functions' StartExecution
    has it, and is so only for who names the execution.
    """
    name = f"{service}.{method}"
    if name in _ONCE_AFTER_ALL:
        return "once"
    if name in _SETTLES_AFTER_ALL or _verb(method) in _SETTLES:
        return "idempotent"
    return "once"


def _verb(method: str) -> str:
    words = method.split("_")
    return words[1] if words[0] in _BEFORE_THE_VERB and len(words) > 1 else words[0]
