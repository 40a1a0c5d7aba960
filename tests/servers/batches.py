"""The batches of a partition as the broker stored them: clients do not show who wrote a record."""

import struct
from pathlib import Path
from typing import NamedTuple

from tests.servers.kafka import KafkaServer

HEADER = struct.Struct(">qiibIhiqqqhii")
"""Of a record batch of version 2: base offset, length, leader epoch, magic, CRC, attributes, last offset delta, two
timestamps, producer id and epoch, base sequence, records."""

BEFORE_LENGTH_BYTES = 12
"""Base offset and the length itself, which the length does not count."""


class Batch(NamedTuple):
    """What a batch says of itself; `producer_id` is -1 when its producer is not idempotent."""

    producer_id: int
    base_sequence: int
    records: int


def stored_batches(kafka: KafkaServer, topic: str, partition: int) -> list[Batch]:
    """All batches of a partition, in order."""
    segments = sorted(Path(kafka.folder).glob(f"data/**/{topic}-{partition}/*.log"))
    assert segments, f"no files of {topic}-{partition} below {kafka.folder}"
    content = b"".join(segment.read_bytes() for segment in segments)
    batches: list[Batch] = []
    at = 0
    while at + HEADER.size <= len(content):
        _, length, _, magic, *_, producer_id, _, base_sequence, records = HEADER.unpack_from(content, at)
        if not length:
            break  # a segment is made larger than its content
        assert magic == 2
        batches.append(Batch(producer_id, base_sequence, records))
        at += BEFORE_LENGTH_BYTES + length
    return batches
