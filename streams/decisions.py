"""What a coordinator decided of the last transaction of a producer's id.

Kafka tells by its request DescribeTransactions (KIP-664, since 3.0), which aiokafka does not have.
"""

import asyncio
from typing import Final, Literal

from aiokafka.client import AIOKafkaClient, ConnectionGroup, CoordinationType
from aiokafka.errors import (
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    KafkaConnectionError,
    NodeNotReadyError,
    NotCoordinatorError,
    RequestTimedOutError,
    for_code,
)
from aiokafka.protocol.api import Request, RequestStruct, Response
from aiokafka.protocol.types import CompactArray, CompactString, Int16, Int32, Int64, Schema, TaggedFields

from streams.clients import connection
from streams.settings import Settings

Decision = Literal["commit", "abort"]

NOT_FOUND: Final = 105
"""The error of an id that never had a producer, or none for a week."""
RETRY_SECONDS: Final = 0.02
UNREACHABLE: Final = (KafkaConnectionError, NodeNotReadyError, RequestTimedOutError)

_ABORTED: Final = {"Ongoing", "PrepareAbort", "CompleteAbort", "PrepareEpochFence"}
"""What is under way when the id is granted anew is aborted."""
_UNDER_WAY: Final = {"PrepareCommit", "PrepareAbort"}


class _Described(Response):
    API_KEY = 65
    API_VERSION = 0
    SCHEMA = Schema(
        ("throttle_time_ms", Int32),
        (
            "transactions",
            CompactArray(
                ("error_code", Int16),
                ("transactional_id", CompactString("utf-8")),
                ("state", CompactString("utf-8")),
                ("timeout_ms", Int32),
                ("began_ms", Int64),
                ("producer_id", Int64),
                ("producer_epoch", Int16),
                (
                    "topics",
                    CompactArray(
                        ("topic", CompactString("utf-8")), ("partitions", CompactArray(Int32)), ("tags", TaggedFields)
                    ),
                ),
                ("tags", TaggedFields),
            ),
        ),
        ("tags", TaggedFields),
    )


class _Describe(RequestStruct):
    FLEXIBLE_VERSION = True
    API_KEY = 65
    API_VERSION = 0
    RESPONSE_TYPE = _Described
    SCHEMA = Schema(("transactional_ids", CompactArray(CompactString("utf-8"))), ("tags", TaggedFields))


class _Question(Request[_Describe]):
    API_KEY = 65

    def __init__(self, name: str) -> None:
        self._name = name

    def build(self, request_struct_class: type[_Describe]) -> _Describe:
        return request_struct_class([self._name], {})


async def last_decision(settings: Settings, name: str) -> Decision | None:
    """What became, or becomes when the id is granted anew, of the last transaction of an id; `None`: it had none.

    An id that was granted and then did nothing tells no more of the time before: `commit`, the usual one.
    """
    client = AIOKafkaClient(**connection(settings))
    try:
        while True:
            try:
                await client.bootstrap()
                break
            except KafkaConnectionError:
                await asyncio.sleep(RETRY_SECONDS)
        state = await _state(client, name)
    finally:
        await client.close()
    if state is None:
        return None
    return "abort" if state in _ABORTED else "commit"


async def await_decided(client: AIOKafkaClient, name: str) -> None:
    """Come back when all partitions were told of the last decision, or its coordinator believes so."""
    while await _state(client, name) in _UNDER_WAY:  # noqa: ASYNC110 - the event is the broker's
        await asyncio.sleep(RETRY_SECONDS)


async def _state(client: AIOKafkaClient, name: str) -> str | None:
    """The state of an id as its coordinator calls it; `None` when it knows of no such id. Asks until it is told."""
    while True:
        try:
            node = await client.coordinator_lookup(CoordinationType.TRANSACTION, name)
            answer = await client.send(node, _Question(name), group=ConnectionGroup.COORDINATION)
            ((code, _, state, *_),) = answer.transactions
            if code == NOT_FOUND:
                return None
            if not code:
                return str(state)
            raise for_code(code)
        except (*UNREACHABLE, CoordinatorLoadInProgressError, CoordinatorNotAvailableError, NotCoordinatorError):
            await asyncio.sleep(RETRY_SECONDS)
