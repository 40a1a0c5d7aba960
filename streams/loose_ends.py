"""Tells partitions that a transaction has ended, where brokers may have forgotten to.

A coordinator decides a transaction, then has a marker written on each of its partitions. Brokers of Kafka 4.3 and 4.4
lose the marker where a partition has no leader just then (KAFKA-20734): one that alone holds its partitions and was
killed in between comes back, holds the transaction for complete and tells nobody. What it wrote stays open: readers
stop before it, and recovery would take the state before it for the last. The next commit that touches such a partition
ends it too late, and two checkpoints that both followed on one state become true.

So a shard has everything ended that its predecessors may have left open, as the coordinator decided it, before its
state is read; and while it is at work what it committed itself.

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
    NotCoordinatorError,
    OperationNotAttempted,
    ProducerFenced,
    UnknownTopicOrPartitionError,
    for_code,
)
from aiokafka.protocol.transaction import AddOffsetsToTxnRequest, AddPartitionsToTxnRequest, EndTxnRequest

from streams.decisions import RETRY_SECONDS, UNREACHABLE, Decision, await_decided

_ELSEWHERE = {CoordinatorNotAvailableError, NotCoordinatorError}
_NOT_YET = _ELSEWHERE | {
    ConcurrentTransactions,
    CoordinatorLoadInProgressError,
    OperationNotAttempted,
    UnknownTopicOrPartitionError,
}


async def end_everywhere(
    producer: AIOKafkaProducer, places: Iterable[tuple[str, int]], group: str, decision: Decision = "commit"
) -> None:
    """End a transaction without records on partitions, given by topic and number, and on the offsets of a group.

    Whatever the producer's id left open there ends with it, as decided. Call it outside of the producer's own
    transactions. Comes back when all partitions were told, and asks again until then. Raises `ProducerFenced` when the
    id was granted to another producer, and what else a coordinator refuses for good as the `KafkaError` it is.
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
    await _ask(producer, EndTxnRequest(**ours, transaction_result=decision == "commit"))
    # That it is decided is all that the answer says. Whoever reads at once would stop before what is told next.
    await await_decided(producer.client, granted.transactional_id)


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
        await asyncio.sleep(RETRY_SECONDS)


async def _refusals(producer: AIOKafkaProducer, sender: Any, request: Any) -> set[type[Exception]]:
    name = producer._txn_manager.transactional_id  # noqa: SLF001 # see the module's docstring
    node = await sender._find_coordinator(CoordinationType.TRANSACTION, name)  # noqa: SLF001 # see the module's docstring
    try:
        answer = await producer.client.send(node, request, group=ConnectionGroup.COORDINATION)
    except UNREACHABLE:
        return {NotCoordinatorError}
    each_of_many = getattr(answer, "errors", None)
    codes = [answer.error_code] if each_of_many is None else [code for _, each in each_of_many for _, code in each]
    return {for_code(code) for code in codes if code}
