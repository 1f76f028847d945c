"""The history of a rule that has guards: what those remember lies in the same partition."""

from __future__ import annotations

from chalicelib.journal.table import Table
from opsloop.history.reader import Reader, Wanted
from opsloop.local.account import embedded_account
from tests.history.test_history_reader import FakeClock, execution


def test_what_guards_remember_is_no_execution() -> None:
    with embedded_account("dev", "eu-west-1") as session:
        client = session.client("dynamodb")
        table = Table(lambda: client, "opsloop-dev", FakeClock())
        kept = execution(1)
        assert table.admit(kept) is None
        table.count_refusals(kept.rule, {"cooldown": 3})
        for name in ("guard", "guard#bucket"):
            key = {"rule": {"S": kept.rule}, "id": {"S": name}}
            client.put_item(TableName="opsloop-dev", Item={**key, "version": {"N": "1"}})
        found = Reader(client, "opsloop-dev", FakeClock()).newest(Wanted(rule=kept.rule))
        assert found == [kept]
