"""Reads records whose header names are no UTF-8, so that such a record cannot stop a partition.

A header name is text by Kafka's protocol, but no broker checks it, and some clients send any bytes. aiokafka then fails
on the whole batch, for ever. Here such a batch is read once more, slowly, with the bytes of those names escaped.

Private names: `aiokafka.consumer.fetcher.MemoryRecords`, through which every fetched batch comes, and aiokafka's own
reader in Python, `_DefaultRecordBatchPy` with `_maybe_uncompress` and `_buffer`.
"""

from collections.abc import Iterator
from typing import Any, SupportsIndex, overload

import aiokafka.consumer.fetcher
from aiokafka.record.default_records import _DefaultRecordBatchPy
from aiokafka.record.memory_records import MemoryRecords

from streams.records import LeanRecord

_LENGTH = slice(8, 12)
"""Where a batch says how many bytes follow its first twelve."""


class ForgivingRecords:
    """The batches of one fetch, in the shape of aiokafka's `MemoryRecords`."""

    def __init__(self, fetched: bytes) -> None:
        self._fetched = memoryview(fetched)
        self._records = MemoryRecords(fetched)
        self._at = 0

    def size_in_bytes(self) -> int:
        """Bytes fetched, a last batch that is not whole included."""
        return self._records.size_in_bytes()

    def has_next(self) -> bool:
        """Whether there is another whole batch."""
        return self._records.has_next()

    def next_batch(self) -> "ForgivingBatch":
        """The next batch."""
        rest = self._fetched[self._at :]
        size = 12 + int.from_bytes(rest[_LENGTH], "big")
        self._at += size
        return ForgivingBatch(self._records.next_batch(), rest[:size])


class ForgivingBatch:
    """One batch: aiokafka's own in all but what happens to header names that are no UTF-8."""

    def __init__(self, batch: Any, raw: memoryview) -> None:
        self._batch = batch
        self._raw = raw

    def __getattr__(self, name: str) -> Any:
        return getattr(self._batch, name)

    def __next__(self) -> Any:
        return next(self._batch)

    def __iter__(self) -> Iterator[LeanRecord]:
        try:
            return iter(list(self._batch))
        except UnicodeDecodeError:
            slow = _DefaultRecordBatchPy(self._raw)
            slow._maybe_uncompress()  # noqa: SLF001 # see the module's docstring
            slow._buffer = _EscapingBytes(slow._buffer)  # noqa: SLF001 # see the module's docstring
            return iter(list(slow))


class _EscapingBytes(bytearray):
    """Bytes that become text whatever they are."""

    @overload
    def __getitem__(self, where: SupportsIndex, /) -> int: ...
    @overload
    def __getitem__(self, where: slice, /) -> "_EscapingBytes": ...
    def __getitem__(self, where: SupportsIndex | slice, /) -> "int | _EscapingBytes":
        if isinstance(where, slice):
            return _EscapingBytes(super().__getitem__(where))
        return super().__getitem__(where)

    def decode(self, encoding: str = "utf-8", errors: str = "backslashreplace") -> str:
        return super().decode(encoding, errors)


def forgive_header_names() -> None:
    """Let every consumer of the process read records whatever the names of their headers are."""
    setattr(aiokafka.consumer.fetcher, "MemoryRecords", ForgivingRecords)  # noqa: B010 # mypy: a class of another type
