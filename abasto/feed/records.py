"""A record on its way to Kafka."""

import datetime as dt

import msgspec

RECORD_BYTES = 890_000
"""The largest value that is sent: with a key and the batch's header it just fits a batch of `BATCH_BYTES`, which is
what brokers take by default."""

KEY_BYTES = 4_096
"""The longest key that is sent. Those of positions have some thirty bytes."""


class Record(msgspec.Struct, frozen=True, gc=False):
    """Topic, key and bytes; without a value the record removes its key from a compacted topic. `at` is when its
    event happened, where it is one. `file` (from 0 on, as the command names them) and `line` (from 1 on) are where it
    was read."""

    topic: str
    key: bytes | None
    value: bytes | None
    at: dt.datetime | None = None
    file: int = 0
    line: int = 0
