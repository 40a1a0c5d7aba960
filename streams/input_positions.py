"""The record of the changelog that says how far a shard's state has counted its inputs."""

import msgspec

from streams.faults import StateDisagrees

KEY = b"input-positions"
"""Its key. A position's key has a `|`, so no position can have this one."""

VERSION = 1
"""Rises when a field is added or changes its meaning; older versions stay readable."""


class InputPositions(msgspec.Struct, frozen=True, kw_only=True):
    """`offsets`: by input topic, the next offset to count. `clock`: the newest event times, as the clock keeps them."""

    version: int
    offsets: dict[str, int]
    clock: dict[str, int]


def encode(offsets: dict[str, int], clock: dict[str, int]) -> bytes:
    """The record's value; JSON, so that an operator can read it with any consumer."""
    return msgspec.json.encode(InputPositions(version=VERSION, offsets=offsets, clock=clock))


def decode(value: bytes, where: str) -> InputPositions:
    """The record of a changelog partition, named by `where`; `StateDisagrees` when a newer release wrote it."""
    try:
        version = msgspec.json.decode(value, type=_Version).version
        if version > VERSION:
            raise StateDisagrees(
                f"{where} was written by a newer release (input positions of version {version}, this release reads up "
                f"to {VERSION}): run that release or a later one"
            )
        return msgspec.json.decode(value, type=InputPositions)
    except msgspec.MsgspecError as unreadable:
        raise StateDisagrees(f"{where}: the record of the input positions cannot be read: {unreadable}") from unreadable


class _Version(msgspec.Struct):
    version: int
