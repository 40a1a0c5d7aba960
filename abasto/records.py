"""A record on its way to Kafka."""

import msgspec


class Record(msgspec.Struct, frozen=True, gc=False):
    """Topic, key and bytes; without a value the record removes its key from a compacted topic."""

    topic: str
    key: bytes | None
    value: bytes | None
