"""Tells partitions that a transaction has ended, where brokers may have forgotten to.

A coordinator decides a transaction, then has a marker written on each of its partitions. Brokers of Kafka 4.3 and 4.4
lose the marker where a partition has no leader just then (KAFKA-20734): one that alone holds its partitions and was
killed in between comes back, holds the transaction for complete and tells nobody. What it wrote stays open: readers
stop before it, and recovery would take the state before it for the last. The next commit that touches such a partition
ends it too late, and two checkpoints that both followed on one state become true.

So a shard has everything ended that it may have left open, before its state is read and while it is at work. To commit
is right: a coordinator grants the id of a producer only when all of its transactions are decided, and one that was
aborted while its partition had no leader cannot be told from these by anybody. If it was one of ours, the input
positions in it disagree with the group's offsets, and recovery refuses.

Private names of `AIOKafkaProducer`, under a contract test: `_txn_manager` (the id and epoch that were granted) and
`_sender` (its `_find_coordinator` and `_coordinator_dead`). aiokafka itself makes a partition part of a transaction
only with a record for it.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.client import ConnectionGroup, CoordinationType
from aiokafka.errors import (
    ConcurrentTransactions,
    CoordinatorLoadInProgressError,
    CoordinatorNotAvailableError,
    InvalidProducerEpoch,
    KafkaConnectionError,
    NodeNotReadyError,
    NotCoordinatorError,
    OperationNotAttempted,
    ProducerFenced,
    RequestTimedOutError,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.protocol.transaction import AddOffsetsToTxnRequest, AddPartitionsToTxnRequest, EndTxnRequest

_RETRY_SECONDS = 0.02

_ELSEWHERE = {CoordinatorNotAvailableError, NotCoordinatorError}
_NOT_YET = _ELSEWHERE | {
    ConcurrentTransactions,
    CoordinatorLoadInProgressError,
    OperationNotAttempted,
    UnknownTopicOrPartitionError,
}


async def end_everywhere(producer: AIOKafkaProducer, places: Iterable[tuple[str, int]], group: str) -> None:
    """Commit a transaction without records on partitions, given by topic and number, and on the offsets of a group.

    Whatever the producer's id left open there is committed with it. Call it outside of the producer's own transactions.
    Comes back when that is decided, and asks again until it is. Raises `ProducerFenced` when the id was granted to
    another producer, and what else a coordinator refuses for good as the `KafkaError` it is.
    """
    granted = producer._txn_manager  # noqa: SLF001 # see the module's docstring
    ours = {
        "transactional_id": granted.transactional_id,
        "producer_id": granted.producer_id,
        "producer_epoch": granted.producer_epoch,
    }
    topics: dict[str, list[int]] = defaultdict(list)
    for topic, partition in places:
        topics[topic].append(partition)
    await _ask(producer, AddPartitionsToTxnRequest(**ours, topics=list(topics.items())))
    await _ask(producer, AddOffsetsToTxnRequest(**ours, group_id=group))
    await _ask(producer, EndTxnRequest(**ours, transaction_result=True))


async def _ask(producer: AIOKafkaProducer, request: Any) -> None:
    """Ask the coordinator until it agrees."""
    sender = producer._sender  # noqa: SLF001 # see the module's docstring
    while refusals := await _refusals(producer, sender, request):
        if refusals & {InvalidProducerEpoch, ProducerFenced}:
            raise ProducerFenced
        for final in refusals - _NOT_YET:
            raise final
        if refusals & _ELSEWHERE:
            sender._coordinator_dead(CoordinationType.TRANSACTION)  # noqa: SLF001 # see the module's docstring
        await asyncio.sleep(_RETRY_SECONDS)


async def _refusals(producer: AIOKafkaProducer, sender: Any, request: Any) -> set[type[Exception]]:
    name = producer._txn_manager.transactional_id  # noqa: SLF001 # see the module's docstring
    node = await sender._find_coordinator(CoordinationType.TRANSACTION, name)  # noqa: SLF001 # see the module's docstring
    try:
        answer = await producer.client.send(node, request, group=ConnectionGroup.COORDINATION)
    except (KafkaConnectionError, NodeNotReadyError, RequestTimedOutError):
        return {NotCoordinatorError}
    each_of_many = getattr(answer, "errors", None)
    codes = [answer.error_code] if each_of_many is None else [code for _, each in each_of_many for _, code in each]
    return {for_code(code) for code in codes if code}
