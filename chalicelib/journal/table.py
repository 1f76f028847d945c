"""The journal's DynamoDB adapter: admit, record, close. The engine's only way to write.

boto3 arrives as a client that the composition root makes; this module imports its type
serializer only when it first writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from chalicelib.errors import JournalError, TableMissing
from chalicelib.journal.item import Item, changes, from_item, to_item
from chalicelib.journal.record import Execution


class Table:
    """One stage's journal table. `connect` gives the DynamoDB client when first needed."""

    def __init__(self, connect: Callable[[], Any], name: str) -> None:
        self._connect = connect
        self._name = name

    def admit(self, execution: Execution) -> Execution | None:
        """Put the execution if its key is free.

        Returns None when it is admitted, else the execution that holds the key already.
        The condition and the write are one: of two deliveries of the same event, at the
        same instant, DynamoDB lets exactly one through.
        """
        client = self._connect()
        try:
            client.put_item(
                TableName=self._name,
                Item=_serialize(to_item(execution)),
                ConditionExpression="attribute_not_exists(id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except client.exceptions.ConditionalCheckFailedException as refused:
            return from_item(_deserialize(refused.response["Item"]))
        except Exception as error:  # noqa: BLE001 - told as what it is, never swallowed
            self._fail("admit", execution, error)
        return None

    def record(self, execution: Execution) -> None:
        """Write down the steps done so far, so that a crash does not repeat them."""
        self._update("record", execution)

    def close(self, execution: Execution) -> None:
        """Write the execution's end."""
        self._update("close", execution)

    def _update(self, doing: str, execution: Execution) -> None:
        values, absent = changes(execution)
        names = {f"#{name}": name for name in (*values, *absent)} | {"#status": "status"}
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        if absent:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in absent)
        bound = {f":{name}": value for name, value in values.items()} | {":running": "running"}
        try:
            self._connect().update_item(
                TableName=self._name,
                Key=_serialize({"rule": execution.rule, "id": execution.id}),
                UpdateExpression=expression,
                ConditionExpression="#status = :running",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=_serialize(bound),
            )
        except Exception as error:  # noqa: BLE001 - told as what it is, never swallowed
            self._fail(doing, execution, error)

    def _fail(self, doing: str, execution: Execution, error: Exception) -> NoReturn:
        code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
        if code == "ResourceNotFoundException":
            raise TableMissing(self._name, self._connect().meta.region_name) from error
        raise JournalError(
            f"{execution.rule}: could not {doing} execution {execution.id} "
            f"in table {self._name}: {code}: {error}"
        ) from error


def _serialize(item: Mapping[str, Any]) -> Item:
    from boto3.dynamodb.types import TypeSerializer  # noqa: PLC0415 - boto3 is loaded late

    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in item.items()}


def _deserialize(item: Mapping[str, Any]) -> Item:
    from boto3.dynamodb.types import TypeDeserializer  # noqa: PLC0415 - boto3 is loaded late

    deserializer = TypeDeserializer()
    return {name: deserializer.deserialize(value) for name, value in item.items()}
