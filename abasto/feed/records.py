"""A record on its way to Kafka."""

import datetime as dt

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False):
    """Topic, key and bytes; without a value the record removes its key from a compacted topic. `at` is when its
    event happened, where it is one."""

    topic: str
    key: bytes | None
    value: bytes | None
    at: dt.datetime | None = None
