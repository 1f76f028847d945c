from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chalicelib.actions.base import WouldCall
from chalicelib.errors import StepError
from tests.actions.world import ACCOUNT, REGION, World

AT = {"cluster": "shop", "service": "checkout"}
SERVICE = f"arn:aws:ecs:{REGION}:{ACCOUNT}:service/shop/checkout"
DAY = datetime(2026, 11, 1, tzinfo=UTC)


def _definition(revision: int, family: str = "checkout") -> str:
    return f"arn:aws:ecs:{REGION}:{ACCOUNT}:task-definition/{family}:{revision}"


class Service:
    """A service as ECS describes it, with what its deployments came to: moto has no such record."""

    def __init__(self, aws: World, *, present: str, state: str, through: list[str]) -> None:
        primary = {"id": "ecs-svc/2", "status": "PRIMARY", "taskDefinition": present}
        self.described = {
            "serviceArn": SERVICE,
            "status": "ACTIVE",
            "taskDefinition": present,
            "deployments": [
                {"id": "ecs-svc/1", "status": "ACTIVE", "taskDefinition": "?"},
                {**primary, "rolloutState": state},
            ],
        }
        deployments = [
            {"targetServiceRevisionArn": f"r/{number}", "createdAt": DAY + timedelta(days=number)}
            for number in range(len(through))
        ]
        revisions = [
            {"serviceRevisionArn": f"r/{number}", "taskDefinition": definition}
            for number, definition in enumerate(through)
        ]
        self.asked = aws.answer("ecs", "DescribeServices", {
            "services": [self.described], "failures": [],
        })  # fmt: skip
        self.listed = aws.answer("ecs", "ListServiceDeployments", {
            "serviceDeployments": deployments,
        })  # fmt: skip
        aws.answer("ecs", "DescribeServiceRevisions", {"serviceRevisions": revisions})
        begun = {"id": "ecs-svc/3", "status": "PRIMARY", "taskDefinition": "new"}
        self.updates = aws.answer("ecs", "UpdateService", {
            "service": {**self.described, "deployments": [begun]},
        })  # fmt: skip


def test_forces_a_deployment(aws: World) -> None:
    service = Service(aws, present=_definition(3), state="COMPLETED", through=[])
    assert aws.do("ecs.force_deployment", AT) == {
        "service": SERVICE,
        "deployment": "ecs-svc/3",
        "task_definition": _definition(3),
    }
    assert service.updates == [{**AT, "forceNewDeployment": True}]


def test_forces_a_deployment_in_moto(aws: World) -> None:
    ecs = aws.client("ecs")
    ecs.create_cluster(clusterName="shop")
    container = {"name": "c", "image": "i", "memory": 128}
    ecs.register_task_definition(family="checkout", containerDefinitions=[container])
    ecs.create_service(
        cluster="shop", serviceName="checkout", taskDefinition="checkout", desiredCount=1
    )
    result = aws.do("ecs.force_deployment", AT)
    assert (result["service"], result["task_definition"]) == (SERVICE, _definition(1))
    assert aws.sent == ["ecs.describe_services", "ecs.update_service"]


@pytest.mark.parametrize(
    ("present", "state", "through", "completed", "target"),
    [
        # a failed deployment of 3 goes back to 2, the last that went through
        (3, "FAILED", [1, 2], False, 2),
        (3, "IN_PROGRESS", [1, 2], False, 2),
        # which may well be of a higher number, where someone chose an old one by hand
        (1, "FAILED", [2, 3], False, 3),
        # after an alarm: 3 went through, and back it goes to an older one
        (3, "COMPLETED", [1, 2, 3], True, 2),
        # never forward: 3 came after 2, and 2 has just been gone back to
        (2, "COMPLETED", [1, 2, 3, 2], True, 1),
    ],
)
def test_goes_back_to_what_ran_well(
    aws: World, present: int, state: str, through: list[int], *, completed: bool, target: int
) -> None:
    definitions = [_definition(number) for number in through]
    service = Service(aws, present=_definition(present), state=state, through=definitions)
    assert aws.do("ecs.roll_back_deployment", {**AT, "completed": completed}) == {
        "service": SERVICE,
        "changed": True,
        "from": _definition(present),
        "to": _definition(target),
        "deployment": "ecs-svc/3",
    }
    assert service.updates == [{**AT, "taskDefinition": _definition(target)}]
    assert service.listed == [{**AT, "status": ["SUCCESSFUL"]}]


@pytest.mark.parametrize(
    ("present", "state", "completed", "reason"),
    [
        (3, "COMPLETED", False, "the present deployment has gone through"),
        (2, "IN_PROGRESS", False, "the present task definition is one that went through before"),
        (2, "IN_PROGRESS", True, "the present task definition is one that went through before"),
        (1, "FAILED", False, "the present task definition is one that went through before"),
    ],
)
def test_leaves_alone_what_is_well_or_on_its_way(
    aws: World, present: int, state: str, *, completed: bool, reason: str
) -> None:
    through = [_definition(1), _definition(2)]
    service = Service(aws, present=_definition(present), state=state, through=through)
    assert aws.do("ecs.roll_back_deployment", {**AT, "completed": completed}) == {
        "service": SERVICE,
        "changed": False,
        "from": _definition(present),
        "to": _definition(present),
        "reason": reason,
    }
    assert service.updates == []


def test_another_family_is_older_by_having_gone_through(aws: World) -> None:
    through = [_definition(9, "old-name"), _definition(1)]
    service = Service(aws, present=_definition(1), state="COMPLETED", through=through)
    aws.do("ecs.roll_back_deployment", {**AT, "completed": True})
    assert service.updates == [{**AT, "taskDefinition": _definition(9, "old-name")}]


@pytest.mark.parametrize(
    ("through", "completed"), [([], False), ([_definition(3)], True), ([_definition(4)], True)]
)
def test_nothing_to_go_back_to(aws: World, through: list[str], *, completed: bool) -> None:
    state = "COMPLETED" if completed else "FAILED"
    service = Service(aws, present=_definition(3), state=state, through=through)
    with pytest.raises(StepError) as raised:
        aws.do("ecs.roll_back_deployment", {**AT, "completed": completed})
    assert str(raised.value) == (
        f"NothingStable: {SERVICE}: ECS records no successful deployment in the last 90 days to go "
        "back to"
    )
    assert service.updates == []


@pytest.mark.parametrize("name", ["ecs.roll_back_deployment", "ecs.force_deployment"])
@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"status": "DRAINING"},
            (
                "ServiceNotActiveException: checkout in shop is DRAINING, deployed by ECS; "
                "expected it ACTIVE, and deployed by ECS itself"
            ),
        ),
        (
            {"deploymentController": {"type": "CODE_DEPLOY"}},
            (
                "ServiceNotActiveException: checkout in shop is ACTIVE, deployed by CODE_DEPLOY; "
                "expected it ACTIVE, and deployed by ECS itself"
            ),
        ),
    ],
)
def test_refuses_what_it_cannot_deploy(
    aws: World, name: str, change: dict[str, Any], message: str
) -> None:
    service = Service(aws, present=_definition(3), state="FAILED", through=[])
    service.described |= change
    with pytest.raises(StepError) as raised:
        aws.do(name, AT)
    assert (str(raised.value), service.updates) == (message, [])


@pytest.mark.parametrize("name", ["ecs.roll_back_deployment", "ecs.force_deployment"])
def test_a_service_that_is_not_there(aws: World, name: str) -> None:
    aws.client("ecs").create_cluster(clusterName="shop")
    with pytest.raises(StepError) as raised:
        aws.do(name, AT)
    assert str(raised.value) == "ServiceNotFoundException: checkout in shop: MISSING"


def test_a_dry_run_says_where_it_would_go(aws: World) -> None:
    service = Service(aws, present=_definition(3), state="FAILED", through=[_definition(2)])
    with pytest.raises(WouldCall) as raised:
        aws.do("ecs.roll_back_deployment", AT, aws.tools(dry_run=True))
    assert raised.value.as_dict() == {
        "would_call": "ecs.update_service",
        "parameters": {**AT, "taskDefinition": _definition(2)},
    }
    assert service.updates == []
