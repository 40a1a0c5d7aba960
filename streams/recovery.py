"""Recovery: a shard's state is what its changelog holds, and it goes on where that state stopped counting."""

import asyncio
import logging
from collections.abc import Mapping, Sequence

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from streams import input_positions
from streams.clients import bulk_reader, close_reader
from streams.faults import BrokerUnreachable, RecordsLost, StateDisagrees
from streams.settings import PREFIX, Settings
from streams.shard import Shard
from supply.stored import UnreadableState

log = logging.getLogger(__name__)

POLL_MS = 200
"""How long one read of the changelog may wait; after each the assignment may be called off."""

COUNT_AGAIN = (
    "To count all events again instead, delete the changelog, positions and alerts topics and the consumer group, and "
    "make them anew with `abasto topics create`"
)


async def recover(shards: Sequence[Shard], settings: Settings) -> int:
    """Read the changelog of fresh shards and set their input positions; the number of records read comes back.

    The shards' producers must have been claimed before: then no older owner can write behind what is read here.
    Cancelling it leaves nothing behind but shards that nobody uses.
    """
    reader = bulk_reader(settings, group=settings.group)
    try:
        await reader.start()
        progress, records = await _read_changelogs(reader, shards)
        await asyncio.gather(*(_place(reader, shard, progress.get(shard.partition), settings) for shard in shards))
        return records
    except UnreadableState as newer:
        raise StateDisagrees(f"{_changelog(shards)}: {newer}") from newer
    except KafkaError as unanswered:
        raise BrokerUnreachable(f"recovery from {_changelog(shards)} failed: {unanswered!r}") from unanswered
    finally:
        await close_reader(reader)


async def _read_changelogs(reader: AIOKafkaConsumer, shards: Sequence[Shard]) -> tuple[dict[int, bytes | None], int]:
    """Load every shard's book; the latest record of the input positions by shard comes back."""
    by_partition = {TopicPartition(shard.changelog, shard.partition): shard for shard in shards}
    reader.assign(list(by_partition))
    await reader.seek_to_beginning(*by_partition)
    ends = await reader.end_offsets(list(by_partition))
    progress: dict[int, bytes | None] = {}
    records = 0
    unread = {partition for partition, end in ends.items() if end > 0}
    while unread:
        for partition, batch in (await reader.getmany(*unread, timeout_ms=POLL_MS)).items():
            shard = by_partition[partition]
            load = shard.book.load
            records += len(batch)
            for record in batch:
                if record.key == input_positions.KEY:
                    progress[shard.partition] = record.value
                elif record.key is not None:
                    load(record.key, record.value)
        # The end of a transactional log is a commit marker, which no record ever reaches: positions are compared.
        unread = {partition for partition in unread if await reader.position(partition) < ends[partition]}
    return progress, records


async def _place(reader: AIOKafkaConsumer, shard: Shard, progress: bytes | None, settings: Settings) -> None:
    """Set where the shard goes on counting."""
    inputs = {topic: TopicPartition(topic, shard.partition) for topic in shard.positions}
    starts = await reader.beginning_offsets(list(inputs.values()))
    ends = await reader.end_offsets(list(inputs.values()))
    committed = {topic: await reader.committed(partition) for topic, partition in inputs.items()}
    where = f"{shard.changelog}:{shard.partition}"
    positions = input_positions.decode(progress, where) if progress is not None else None
    shard.positions = starting_offsets(
        where,
        positions.offsets if positions else None,
        committed,
        starts={topic: starts[partition] for topic, partition in inputs.items()},
        ends={topic: ends[partition] for topic, partition in inputs.items()},
        accept_lost_records=settings.accept_lost_records,
    )
    if positions:
        shard.committed = dict(positions.offsets)
        shard.clock.restore(positions.clock)


def starting_offsets(
    where: str,
    counted: Mapping[str, int] | None,
    committed: Mapping[str, int | None],
    *,
    starts: Mapping[str, int],
    ends: Mapping[str, int],
    accept_lost_records: bool = False,
) -> dict[str, int]:
    """The next offset to count of each input topic.

    `counted` is what the state of the changelog partition named by `where` has counted up to, `committed` what the
    consumer group says; both were written by the same transactions and must agree. `starts` and `ends` bound what
    the input topics still hold.
    """
    group = {topic: offset for topic, offset in committed.items() if offset is not None}
    if counted is None:
        if group:
            raise StateDisagrees(
                f"{where} holds no input positions, but the consumer group has counted up to {_listed(group)}: the "
                f"state is gone. Restore the changelog topic. {COUNT_AGAIN}"
            )
        return dict(starts)
    if set(counted) != set(starts):
        raise StateDisagrees(f"{where} counted {sorted(counted)}, but the input topics are {sorted(starts)}")
    if not group:
        log.warning("%s: the consumer group has no offsets (expired?); the changelog's own positions hold", where)
    elif group != dict(counted):
        raise StateDisagrees(
            f"{where} has counted up to {_listed(counted)}, but the consumer group says {_listed(group)}: somebody "
            f"moved the group's offsets, or the broker lost what it had confirmed, as one may whose disk was full. Set "
            f"the group's offsets back to what was counted. {COUNT_AGAIN}"
        )
    for topic, offset in counted.items():
        if offset > ends[topic]:
            raise StateDisagrees(
                f"{where} has counted {topic} up to {offset}, which now ends at {ends[topic]}: the topic was made anew "
                "or lost its end"
            )
        if offset < starts[topic] and not accept_lost_records:
            raise RecordsLost(
                f"{topic}: records {offset} to {starts[topic] - 1} of partition {where.rpartition(':')[2]} were "
                "deleted before they were counted. Keep the topic for longer; "
                f"{PREFIX}ACCEPT_LOST_RECORDS=true starts without them"
            )
    return {topic: max(offset, starts[topic]) for topic, offset in counted.items()}


def _changelog(shards: Sequence[Shard]) -> str:
    return ", ".join(sorted({shard.changelog for shard in shards}))


def _listed(offsets: Mapping[str, int]) -> str:
    return ", ".join(f"{topic} {offset}" for topic, offset in sorted(offsets.items()))
