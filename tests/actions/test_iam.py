import pytest

from chalicelib.actions.base import WouldCall
from chalicelib.errors import StepError
from tests.actions.world import World


@pytest.fixture
def key(aws: World) -> str:
    client = aws.client("iam")
    client.create_user(UserName="mallory")
    made: str = client.create_access_key(UserName="mallory")["AccessKey"]["AccessKeyId"]
    return made


def _status(aws: World) -> list[str]:
    keys = aws.client("iam").list_access_keys(UserName="mallory")["AccessKeyMetadata"]
    return [one["Status"] for one in keys]


def test_disables_a_key_once(aws: World, key: str) -> None:
    given = {"user": "mallory", "access_key": key}
    first = aws.do("iam.disable_access_key", given)
    created = first.pop("created")
    assert first == {**given, "changed": True}
    assert created.endswith("Z")
    again = aws.do("iam.disable_access_key", given)
    assert again == {**given, "changed": False, "created": created}
    assert (aws.effects(), _status(aws)) == (["iam.update_access_key"], ["Inactive"])


def test_a_dry_run_says_what_it_would_do(aws: World, key: str) -> None:
    given = {"user": "mallory", "access_key": key}
    with pytest.raises(WouldCall) as raised:
        aws.do("iam.disable_access_key", given, aws.tools(dry_run=True))
    assert raised.value.as_dict() == {
        "would_call": "iam.update_access_key",
        "parameters": {"UserName": "mallory", "AccessKeyId": key, "Status": "Inactive"},
    }
    assert (aws.effects(), _status(aws)) == ([], ["Active"])


@pytest.mark.parametrize(
    ("user", "access_key", "message"),
    [
        (
            "mallory",
            "AKIA0000000000000000",
            (
                "NoSuchAccessKey: user mallory has no access key AKIA0000000000000000: deleted, "
                "another user's, or root's"
            ),
        ),
        (
            "mallory",
            "ASIA0000000000000000",
            (
                "TemporaryKey: ASIA0000000000000000 belongs to a session, which has no key to "
                "disable"
            ),
        ),
        (
            "nobody",
            "AKIA0000000000000000",
            "NoSuchEntity: ListAccessKeys: The user with name nobody cannot be found.",
        ),
    ],
)
@pytest.mark.usefixtures("key")
def test_says_why_it_cannot(aws: World, user: str, access_key: str, message: str) -> None:
    with pytest.raises(StepError) as raised:
        aws.do("iam.disable_access_key", {"user": user, "access_key": access_key})
    assert (str(raised.value), aws.effects()) == (message, [])
