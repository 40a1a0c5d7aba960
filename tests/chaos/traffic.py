"""What is published while faults strike: a part of the records for each round."""

import asyncio
import itertools
import time
from collections.abc import Sequence
from threading import Semaphore
from typing import Final

from aiokafka.errors import KafkaConnectionError

from abasto.feed.publish import send
from abasto.feed.records import Record
from abasto.terminal import Failure
from streams.settings import Settings

SLACK: Final = 1.3
"""A part takes longer than its round by this factor, so that no fault strikes a quiet system."""

BROKER_BACK_WITHIN_SECONDS: Final = 60.0


class Traffic:
    """No part is published before its round, each at a steady `rate` (records a second) from then on: rounds of a slow
    machine, which last longer, do not run out of records."""

    def __init__(self, records: Sequence[Record], round_seconds: Sequence[float]) -> None:
        lasting = list(itertools.accumulate(round_seconds))
        ends = [round(len(records) * until / lasting[-1]) for until in lasting]
        self.rate = len(records) / (lasting[-1] * SLACK)
        self._parts = [records[first:end] for first, end in itertools.pairwise([0, *ends])]
        self._begun = Semaphore(0)
        self._abandoned = False

    def next_round(self) -> None:
        """The next part may go out."""
        self._begun.release()

    def abandon(self) -> None:
        """No further round comes, nor what belongs to it."""
        self._abandoned = True
        self._begun.release()

    def publish(self, settings: Settings) -> None:
        """Publish part after part as the rounds come, until the last or the end."""
        for part in self._parts:
            self._begun.acquire()
            if self._abandoned:
                return
            self._send(part, settings)

    def _send(self, part: Sequence[Record], settings: Settings) -> None:
        """A part that begins while the broker is away begins again, as who publishes would."""
        deadline = time.monotonic() + BROKER_BACK_WITHIN_SECONDS
        while True:
            try:
                asyncio.run(send(part, settings, self.rate))
                return
            except Failure as refused:
                never_connected = isinstance(refused.__cause__, KafkaConnectionError)
                if not never_connected or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
