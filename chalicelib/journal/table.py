"""The journal's DynamoDB adapter: admit, record, close. The engine's only way to write.

boto3 arrives as a client that the composition root makes; this module imports its type
serializer only when it first writes. `transaction` has what is written together.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, JournalError, TableMissing
from chalicelib.guards.gate import Pause
from chalicelib.journal import memory, pauses
from chalicelib.journal.item import Item, changes, from_item, to_item
from chalicelib.journal.memory import Remembered, Written
from chalicelib.journal.record import UNFINISHED, Execution, Status

_FREE = "attribute_not_exists(id)"
#: how often DynamoDB is asked for what it could not do just then; seconds of the pauses between
TRIES = 10
PAUSE = 0.02
LONGEST_PAUSE = 1.0


class Table:
    """One stage's journal table. `connect` gives the DynamoDB client when first needed."""

    def __init__(self, connect: Callable[[], Any], name: str, clock: Clock) -> None:
        self._connect = connect
        self._name = name
        self._clock = clock

    def admit(self, execution: Execution, charges: Sequence[Written] = ()) -> Execution | None:
        """Put the execution if its key is free, and its guards' new states with it.

        Returns None when it is admitted, else the execution that holds the key already.
        Condition and writes are one: of two deliveries of the same event, at the same
        instant, DynamoDB lets exactly one through. Raises Conflict where a guard's state is
        no longer the one that the charges were reckoned from.
        """
        put = self._put(to_item(execution), _FREE) | {
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD"
        }
        if charges:
            there = self._together("admit", execution, {"Put": put}, charges)
            return None if there is None else _other(execution, there)
        return self._alone("admit", execution, put)

    def record(self, execution: Execution, charges: Sequence[Written] = ()) -> None:
        """Write down how far it is, so that a crash does not repeat what is done."""
        self._update("record", execution, charges)

    def one(self, rule: str, execution_id: str) -> Execution | None:
        """The execution as it is now, read consistently."""
        items = self._read(rule, (execution_id,))
        return from_item(items[execution_id]) if execution_id in items else None

    def take(self, seen: Execution, taken: Execution, charges: Sequence[Written] = ()) -> bool:
        """Take over an unfinished execution; False where somebody else was faster.

        Every taking changes the attempt, so that of two wake-ups one goes on, and whoever had
        the execution before can write no more. Raises Conflict for the guards' states.
        """
        update = self._end(taken, seen.attempt, UNFINISHED)
        if charges:
            other = self._together("take", taken, {"Update": update}, charges)
            return other is None or (bool(other) and _other(taken, other) is None)
        client = self._connect()
        try:
            self._patiently("update_item", update)
        except client.exceptions.ConditionalCheckFailedException as refused:
            there = refused.response.get("Item")
            return there is not None and _other(taken, there) is None
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(f"take execution {taken.id} of", taken.rule, error)
        return True

    def due(self, attention: str, now: str) -> Iterator[tuple[str, str]]:
        """Rules and ids of what one shard of unfinished executions has to be looked at for."""
        pages = (
            self._connect()
            .get_paginator("query")
            .paginate(
                TableName=self._name,
                IndexName="attention",
                KeyConditionExpression="#attention = :attention AND #due <= :now",
                ExpressionAttributeNames={"#attention": "attention", "#due": "due"},
                ExpressionAttributeValues=_serialize({":attention": attention, ":now": now}),
            )
        )
        try:
            for page in pages:
                for item in map(_deserialize, page["Items"]):
                    yield item["rule"], item["id"]
        except Exception as error:  # noqa: BLE001 - as above
            self._fail("read what is due in", attention, error)

    def decide(self, seen: Execution, decided: Execution) -> bool:
        """Write down an answer; False where there was one, or somebody went on meanwhile."""
        update = self._end(decided, seen.attempt, ("waiting",))
        client = self._connect()
        try:
            self._patiently("update_item", update)
        except client.exceptions.ConditionalCheckFailedException as refused:
            there = refused.response.get("Item")
            return there is not None and _other(decided, there) is None
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(f"write down the answer to {decided.id} of", decided.rule, error)
        return True

    def settle(self, refused: Execution) -> None:
        """Write down that a refusal waits for nothing any more."""
        update = self._end(refused, refused.attempt, ("refused",))
        try:
            self._connect().update_item(**update)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(f"settle execution {refused.id} of", refused.rule, error)

    def orphan(self, ended: Execution) -> None:
        """Close an execution whose rule is gone, if nobody goes on with it meanwhile."""
        update = self._end(ended, ended.attempt, UNFINISHED)
        try:
            self._patiently("update_item", update)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(f"close execution {ended.id} of", ended.rule, error)

    def recurred(self, rule: str, execution_id: str) -> None:
        """A closed loop did not stay closed: say so where it stands, if it was closed."""
        client = self._connect()
        loops = _serialize({":recurred": "recurred", ":closed": "closed"})
        try:
            client.update_item(
                TableName=self._name,
                Key=_serialize({"rule": rule, "id": execution_id}),
                UpdateExpression="SET #loop = :recurred",
                ConditionExpression="#loop = :closed",
                ExpressionAttributeNames={"#loop": "loop"},
                ExpressionAttributeValues=loops,
            )
        except client.exceptions.ConditionalCheckFailedException:
            return  # it was never verified, or is marked already
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(f"mark execution {execution_id} of", rule, error)

    def close(self, execution: Execution, charges: Sequence[Written] = ()) -> None:
        """Write the execution's end, and with it what its guards get back. Raises Conflict."""
        self._update("close", execution, charges)

    def remembered(self, rule: str, key: str) -> Remembered:
        """What the guards of a rule and of one of its keys remember, read consistently."""
        ids = (memory.item_id("rule", ""), memory.item_id("key", key))
        return memory.from_items(key, self._read(rule, ids))

    def _read(self, rule: str, ids: Sequence[str]) -> dict[str, Item]:
        keys = [_serialize({"rule": rule, "id": each}) for each in ids]
        left: Any = {self._name: {"Keys": keys, "ConsistentRead": True}}
        items: dict[str, Item] = {}
        for _ in self._tries():
            try:
                answer = self._connect().batch_get_item(RequestItems=left)
            except Exception as error:  # noqa: BLE001 - as above
                self._fail("read", f"{ids[0]} of {rule}", error)
            read = map(_deserialize, answer["Responses"].get(self._name, []))
            items |= {item["id"]: item for item in read}
            left = answer.get("UnprocessedKeys")
            if not left:
                return items
        raise JournalError(f"could not read {rule}: DynamoDB left items unread {TRIES} times")

    def pauses(self) -> list[Pause]:
        """What is paused in this stage."""
        try:
            answer = self._connect().query(
                TableName=self._name,
                KeyConditionExpression="#rule = :pause",
                ExpressionAttributeNames={"#rule": "rule"},
                ExpressionAttributeValues=_serialize({":pause": pauses.PARTITION}),
            )
        except Exception as error:  # noqa: BLE001 - as above
            self._fail("read", "the pauses", error)
        return [pauses.from_item(_deserialize(item)) for item in answer["Items"]]

    def count_refusals(self, rule: str, counts: Mapping[str, int]) -> None:
        """Add to the day's count of events refused without an entry of their own."""
        now = self._clock.now()
        names = {f"#{number}": guard for number, guard in enumerate(sorted(counts))}
        values = {f":{number}": counts[guard] for number, guard in enumerate(sorted(counts))}
        adds = ", ".join(f"#{number} :{number}" for number in range(len(names)))
        try:
            self._connect().update_item(
                TableName=self._name,
                Key=_serialize({"rule": rule, "id": memory.refusals_id(now)}),
                UpdateExpression=f"SET lower_bound = :true, expires = :expires ADD {adds}",
                ExpressionAttributeNames=names,
                ExpressionAttributeValues=_serialize(
                    values | {":true": True, ":expires": int(now) + memory.KEPT}
                ),
            )
        except Exception as error:  # noqa: BLE001 - as above
            self._fail("count the refusals of", rule, error)

    def _alone(self, doing: str, execution: Execution, put: dict[str, Any]) -> Execution | None:
        client = self._connect()
        try:
            self._patiently("put_item", put)
        except client.exceptions.ConditionalCheckFailedException as refused:
            return _other(execution, refused.response["Item"])
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(f"{doing} execution {execution.id} of", execution.rule, error)
        return None

    def _together(
        self,
        doing: str,
        execution: Execution,
        write: dict[str, Any],
        charges: Sequence[Written],
    ) -> Item | None:
        """One transaction, under the random token that botocore makes for its own retries.

        A token of the execution's own would let a duplicate pass for ten minutes. Returns the
        item that stands in the execution's way, as DynamoDB has it; empty where there is none.
        """
        client = self._connect()
        items = [write, *(self._charge(execution.rule, charge) for charge in charges)]
        try:
            client.transact_write_items(TransactItems=items)
        except client.exceptions.TransactionCanceledException as cancelled:
            first, *others = cancelled.response["CancellationReasons"]
            if first["Code"] == "ConditionalCheckFailed":
                return dict(first.get("Item", {}))
            codes = {reason["Code"] for reason in (first, *others)} - {"None"}
            if codes <= {"ConditionalCheckFailed", "TransactionConflict"}:
                raise Conflict(f"{execution.rule}: a guard's state changed meanwhile") from None
            self._fail(f"{doing} execution {execution.id} of", execution.rule, cancelled)
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(f"{doing} execution {execution.id} of", execution.rule, error)
        return None

    def _mine(self, doing: str, execution: Execution, item: Mapping[str, Any]) -> None:
        """Nothing, where it is written already and only the answer was lost.

        Whoever takes an execution changes its attempt, so under ours only we have written.
        """
        there = from_item(_deserialize(item)) if item else None
        if there is None or (there.attempt, there.status) != (execution.attempt, execution.status):
            raise JournalError(
                f"could not {doing} execution {execution.id} of {execution.rule} "
                f"in table {self._name}: it is not this function's any more"
            )

    def _charge(self, rule: str, charge: Written) -> dict[str, Any]:
        item = memory.to_item(rule, charge, self._clock.now())
        if charge.replaces == 0:
            return {"Put": self._put(item, _FREE)}
        put = self._put(item, "version = :read")
        put["ExpressionAttributeValues"] = _serialize({":read": charge.replaces})
        return {"Put": put}

    def _put(self, item: Item, condition: str) -> dict[str, Any]:
        return {
            "TableName": self._name,
            "Item": _serialize(item),
            "ConditionExpression": condition,
        }

    def _update(self, doing: str, execution: Execution, charges: Sequence[Written]) -> None:
        update = self._end(execution, execution.attempt, ("running",))
        if charges:
            there = self._together(doing, execution, {"Update": update}, charges)
            if there is not None:
                self._mine(doing, execution, there)
            return
        client = self._connect()
        try:
            self._patiently("update_item", update)
        except client.exceptions.ConditionalCheckFailedException as refused:
            self._mine(doing, execution, refused.response.get("Item", {}))
        except Exception as error:  # noqa: BLE001 - as above
            self._fail(f"{doing} execution {execution.id} of", execution.rule, error)

    def _patiently(self, operation: str, request: Mapping[str, Any]) -> None:
        """Write one item, again and again while a transaction has it: botocore does not."""
        client = self._connect()
        crossed: Exception | None = None
        for _ in self._tries():
            try:
                getattr(client, operation)(**request)
            except client.exceptions.TransactionConflictException as error:
                crossed = error
            else:
                return
        if crossed is not None:
            raise crossed

    def _tries(self) -> Iterator[int]:
        """The first at once, each other one after a pause, longer and longer."""
        for number in range(TRIES):
            if number:
                longest = min(LONGEST_PAUSE, PAUSE * 2**number)
                self._clock.sleep(longest * random.random())  # noqa: S311 - jitter, no secret
            yield number

    def _end(
        self, execution: Execution, attempt: str, statuses: Sequence[Status]
    ) -> dict[str, Any]:
        """The update to this state, for whoever has the attempt."""
        values, absent = changes(execution)
        names = {f"#{name}": name for name in {*values, *absent, "status", "attempt"}}
        expression = "SET " + ", ".join(f"#{name} = :{name}" for name in values)
        if absent:
            expression += " REMOVE " + ", ".join(f"#{name}" for name in absent)
        bound = {f":{name}": value for name, value in values.items()}
        bound |= {f":in{number}": status for number, status in enumerate(statuses)}
        allowed = ", ".join(f":in{number}" for number in range(len(statuses)))
        return {
            "TableName": self._name,
            "Key": _serialize({"rule": execution.rule, "id": execution.id}),
            "UpdateExpression": expression,
            "ConditionExpression": f"#status IN ({allowed}) AND #attempt = :mine",
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": _serialize(bound | {":mine": attempt}),
        }

    def _fail(self, doing: str, rule: str, error: Exception) -> NoReturn:
        # an answer that never came leaves botocore's error with a response of None
        answer = getattr(error, "response", None) or {}
        code = answer.get("Error", {}).get("Code", type(error).__name__)
        if code == "ResourceNotFoundException":
            raise TableMissing(self._name, self._connect().meta.region_name) from error
        raise JournalError(
            f"could not {doing} {rule} in table {self._name}: {code}: {error}"
        ) from error


def _other(execution: Execution, item: Mapping[str, Any]) -> Execution | None:
    """The execution that holds the key; None where it is this very attempt.

    An answer that was lost makes botocore ask again, and the second time the key is taken, by
    the first.
    """
    there = from_item(_deserialize(item))
    return None if there.attempt == execution.attempt else there


def _serialize(item: Mapping[str, Any]) -> Item:
    from boto3.dynamodb.types import TypeSerializer  # noqa: PLC0415 - boto3 is loaded late

    serializer = TypeSerializer()
    return {name: serializer.serialize(value) for name, value in item.items()}


def _deserialize(item: Mapping[str, Any]) -> Item:
    from boto3.dynamodb.types import TypeDeserializer  # noqa: PLC0415 - boto3 is loaded late

    deserializer = TypeDeserializer()
    return {name: deserializer.deserialize(value) for name, value in item.items()}
