"""Which AWS operations only read: what a dry run and a fact may really call. Pure.

Judged by name, and on the safe side: what does not begin with a reading verb is an effect,
and so is what reads by its name but mints a credential, queues a job or hands out a link
that writes. A test holds this against AWS's own access levels.
"""

from __future__ import annotations

import re

_READS = re.compile(
    r"(?:batch_describe|batch_get|describe|get|head|list|lookup|query|scan|search|select)(?:_|$)"
)

#: `get_session_token`, `get_role_credentials`, `get_tokens_from_refresh_token`
_MINTS = re.compile(r"get_(?:\w+_)?(?:tokens?|credentials)(?:_(?:for|from|with)_\w+)?$")

_EFFECTS = frozenset(
    {
        "appfabric.batch_get_user_access_tasks",
        "athena.get_session_endpoint",
        "cognito-identity.get_id",
        "connectparticipant.get_authentication_url",
        "datazone.get_iam_portal_login_url",
        "emr.get_on_cluster_app_ui_presigned_url",
        "emr.get_persistent_app_ui_presigned_url",
        "gamelift.get_compute_access",
        "gamelift.get_instance_access",
        "lightsail.get_instance_access_details",
        "lightsail.get_relational_database_master_user_password",
        "mturk.get_file_upload_url",
        "pca-connector-scep.get_challenge_password",
        "quicksight.get_dashboard_embed_url",
        "quicksight.get_session_embed_url",
        "s3control.get_data_access",
        "security-ir.get_case_attachment_upload_url",
        "socialmessaging.get_whatsapp_message_media",
        "stepfunctions.get_activity_task",
    }
)


def is_read(service: str, operation: str) -> bool:
    """Whether boto3's `operation` (in snake case) of `service` changes nothing."""
    if f"{service}.{operation}" in _EFFECTS or _MINTS.match(operation):
        return False
    return _READS.match(operation) is not None
