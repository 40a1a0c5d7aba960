"""Which partition a key belongs to: murmur2, as Java's and kafka-python's default partitioners place it."""

_MASK = 0xFFFFFFFF
_MULTIPLIER = 0x5BD1E995
_SEED = 0x9747B28C


def murmur2(key: bytes) -> int:
    """Kafka's 32-bit murmur2 of a key, unsigned (org.apache.kafka.common.utils.Utils.murmur2)."""
    length = len(key)
    whole = length & ~3
    hashed = _SEED ^ length
    for start in range(0, whole, 4):
        word = int.from_bytes(key[start : start + 4], "little") * _MULTIPLIER & _MASK
        word = (word ^ word >> 24) * _MULTIPLIER & _MASK
        hashed = hashed * _MULTIPLIER & _MASK ^ word
    if length > whole:
        hashed = (hashed ^ int.from_bytes(key[whole:], "little")) * _MULTIPLIER & _MASK
    hashed = (hashed ^ hashed >> 13) * _MULTIPLIER & _MASK
    return hashed ^ hashed >> 15


def partition_of(key: str, partitions: int) -> int:
    """The partition of a position key such as `DFIMS000604|010.000.5432.00`."""
    return (murmur2(key.encode()) & 0x7FFFFFFF) % partitions
