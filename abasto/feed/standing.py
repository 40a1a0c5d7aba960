"""How far a publication has come: which records the brokers have confirmed, and from which line on it is not known."""

import asyncio
from dataclasses import dataclass, field

from aiokafka.producer.message_accumulator import BatchBuilder

from abasto.feed.records import Record


@dataclass(eq=False)
class Batch:
    """Records of one partition on their way; for each file the first of them: its line, and how many went before it."""

    builder: BatchBuilder
    records: int = 0
    first: dict[int, tuple[int, int]] = field(default_factory=dict)
    handed_over: bool = False
    """Whether brokers may have it. A batch that still fills has gone nowhere."""


class Standing:
    """What became of the records of a publication. It can be asked at any time, and after one that ended early."""

    def __init__(self) -> None:
        self.confirmed = 0
        self._unconfirmed: set[Batch] = set()
        self._came: dict[int, tuple[int, int]] = {}
        """For each file the line after its last record, and how many records there were."""

    def take(self, record: Record, batch: Batch) -> None:
        """A record was put into a batch."""
        _, before = self._came.get(record.file, (1, 0))
        batch.first.setdefault(record.file, (record.line, before))
        batch.records += 1
        self._unconfirmed.add(batch)
        self._came[record.file] = (record.line + 1, before + 1)

    def expect(self, batch: Batch, confirmed: asyncio.Future[object]) -> None:
        """A batch was handed over, and `confirmed` will tell whether it arrived."""
        batch.handed_over = True

        def told(future: asyncio.Future[object]) -> None:
            # To ask also quiets the event loop: it prints every exception that nobody asked for.
            if not future.cancelled() and future.exception() is None:
                self._unconfirmed.discard(batch)
                self.confirmed += batch.records

        confirmed.add_done_callback(told)

    @property
    def in_doubt(self) -> int:
        """Records that were sent and not confirmed: they may have arrived or not."""
        return sum(batch.records for batch in self._unconfirmed if batch.handed_over)

    @property
    def begun(self) -> bool:
        """Whether anything may have arrived."""
        return bool(self.confirmed or self.in_doubt)

    def go_on_from(self) -> dict[int, int]:
        """For each file that was begun the line before which all records are confirmed."""
        return {file: line for file, (line, _) in self._reached().items()}

    @property
    def sent_again(self) -> int:
        """Records that were sent, confirmed or not, and will be once more by who goes on from those lines."""
        behind = sum(count - self._reached()[file][1] for file, (_, count) in self._came.items())
        return behind - sum(batch.records for batch in self._unconfirmed if not batch.handed_over)

    def _reached(self) -> dict[int, tuple[int, int]]:
        reached = dict(self._came)
        for batch in self._unconfirmed:
            for file, first in batch.first.items():
                reached[file] = min(reached[file], first)
        return reached
