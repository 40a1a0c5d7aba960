"""A shard: the state of one partition number, what it has counted, and what it has yet to tell."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import msgspec

from schemas.channels import ALERTS, CHANGELOG, DEAD_LETTERS, POSITIONS, REKEYED, position_key
from schemas.dead_letters import BadRecord
from schemas.rekeyed import Reached
from streams import input_positions
from streams.faults import RecordsLost, StateDisagrees, Unfoldable
from streams.forwards import copy_of, original
from streams.letters import dead_letter
from streams.partitioning import partition_of
from streams.ports import Book, Intake, Message, Record, ShardClock
from streams.records import Chunk, LeanRecord
from supply.clock import Reach
from supply.position import COUNTED, Outcome

REACH_STEP_MS: Final = 15 * 60_000
"""How far a shard is, it tells in these steps: every midnight of the world lies on one of them."""

NOWHERE: Final = -2
"""A shard that has made no evaluation yet and may not tell that it never will."""
NOTHING: Final = -1
"""A shard that has read its inputs to their end and found no event in them."""

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Forward:
    """A record for a partition that may be another shard's: an event for the one that its position belongs to, on the
    topic it came from, or what is told of a facility or an item."""

    topic: str
    partition: int
    record: Record


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything a checkpoint writes, encoded: none of it changes while the shard goes on."""

    changelog: Sequence[Record]
    positions: Sequence[Record]
    alerts: Sequence[Record]
    letters: Sequence[Record]
    forwards: Sequence[Forward]
    offsets: dict[str, int]


@dataclass(slots=True)
class Tally:
    """What a shard did since it was last asked, for the metrics."""

    outcomes: Counter[tuple[type[msgspec.Struct], Outcome]] = field(default_factory=Counter)
    faults: Counter[str] = field(default_factory=Counter)
    skipped: int = 0

    def clear(self) -> None:
        """Start counting anew."""
        self.outcomes.clear()
        self.faults.clear()
        self.skipped = 0


class Shard:
    """Counts the chunks of one partition number of all input topics, once each.

    Plain and synchronous: it knows no Kafka client, and a checkpoint taken between two calls never sees half a
    chunk. `positions` are the next offsets to count, by topic, and `committed` the ones of the last checkpoint.
    `changelog` is the topic of its state. A shard that `tells` writes what concerns whole facilities and items, and how
    far it is, for the shards that judge those.
    """

    def __init__(  # noqa: PLR0913 # all that differs between stages, each by its name
        self,
        partition: int,
        topics: Collection[str],
        partitions: int,
        *,
        intake: Intake,
        book: Callable[[Callable[[str], bool]], Book],
        clock: ShardClock,
        wall_ms: Callable[[], int],
        changelog: str = CHANGELOG,
        tells: bool = False,
    ) -> None:
        self.partition = partition
        self.changelog = changelog
        self._tells = tells
        self._reached = self._told = NOWHERE
        self.positions = dict.fromkeys(topics, 0)
        self.committed: dict[str, int] | None = None
        self.tally = Tally()
        self.newest_ms: dict[str, int] = {}
        self.book = book(self._owns)
        self.clock = clock
        self._partitions = partitions
        self._intake = intake
        self._wall_ms = wall_ms
        self._letters: list[Record] = []
        self._forwards: list[Forward] = []
        self._half_counted: Chunk | None = None

    @property
    def unsaved(self) -> bool:
        """Whether there is anything that a checkpoint would save."""
        return bool(
            self.positions != self.committed
            or self.book.touched
            or self._letters
            or self._forwards
            or self._reached != self._told
        )

    @property
    def pending(self) -> int:
        """Records that the next checkpoint will write, outputs not counted."""
        return self.book.touched + len(self._letters) + len(self._forwards)

    def outputs(self) -> set[tuple[str, int]]:
        """Every topic and partition that it may write to."""
        own = {(topic, self.partition) for topic in (self.changelog, POSITIONS, ALERTS, DEAD_LETTERS)}
        others = (*self.positions, REKEYED) if self._tells else ()
        return own | {(topic, number) for topic in others for number in range(self._partitions)}

    def take(self, chunk: Chunk) -> None:
        """Count a chunk: what of it was counted before is skipped; what is missing before it stops the worker."""
        if self._half_counted is not None:
            raise StateDisagrees(f"{self._half_counted} was counted in part and must not be built upon")
        start = self.positions[chunk.topic]
        if chunk.start > start:
            raise RecordsLost(
                f"{chunk.topic}:{self.partition}: counted up to {start}, but the next chunk starts at {chunk.start}"
            )
        if chunk.end <= start:
            self.tally.skipped += len(chunk.records)
            return
        self._half_counted = chunk
        newest_ms = self._count(chunk, start)
        self.positions[chunk.topic] = chunk.end
        self._half_counted = None
        if newest_ms is not None:
            self.newest_ms[chunk.topic] = newest_ms
            self.clock.seen(chunk.topic, newest_ms, self._wall_ms())

    def _count(self, chunk: Chunk, start: int) -> int | None:
        """Count the records from `start` on, good and bad; the newest event time of the chunk comes back."""
        topic, now_ms = chunk.topic, self._wall_ms()
        admit, take, outcomes = self._intake.admit, self.book.take, self.tally.outcomes
        newest_ms: int | None = None
        counted: list[type[msgspec.Struct]] = []
        for record in chunk.records:
            if record.offset < start:
                self.tally.skipped += 1
                continue
            try:
                key, event, at_ms = admit(topic, record.key, record.value, record.headers, now_ms)
                outcome = take(key, event, at_ms)
            except BadRecord as bad:
                self._letters.append(dead_letter(bad, topic, self.partition, record, now_ms))
                self.tally.faults[bad.fault] += 1
                continue
            except Exception as unexpected:
                raise Unfoldable(
                    f"{topic}:{self.partition}:{record.offset}: the rules failed on this record: {unexpected!r}. It is "
                    "not lost: the worker takes it up again once the program is mended"
                ) from unexpected
            if outcome is COUNTED:
                counted.append(event.__class__)
            else:
                outcomes[event.__class__, outcome] += 1
            if outcome is Outcome.ELSEWHERE:
                self._forwards.append(self._forward(topic, record, event))
            elif newest_ms is None or at_ms > newest_ms:
                newest_ms = at_ms
        for kind, count in Counter(counted).items():
            outcomes[kind, COUNTED] += count
        return newest_ms

    def _forward(self, topic: str, record: LeanRecord, event: Message) -> Forward:
        key = position_key(event.facility, event.item)
        origin, _ = original(topic, self.partition, record)
        return Forward(topic, partition_of(key, self._partitions), (key.encode(), copy_of(event, origin)))

    def _owns(self, key: str) -> bool:
        return partition_of(key, self._partitions) == self.partition

    def advance(self, caught_up: Collection[str], wall_ms: int | None) -> None:
        """Make the daily evaluations that are due, given the topics read to their end and the wall clock, if any."""
        self._advance(self.clock.limit(caught_up, wall_ms), caught_up)

    def _advance(self, reach: Reach | None, caught_up: Collection[str]) -> None:
        self.book.advance(reach)
        if self._tells and not self.book.behind:
            if reach is not None:
                self._reached = max(self._reached, reach.evaluate_ms // REACH_STEP_MS * REACH_STEP_MS)
            elif len(caught_up) == len(self.positions) and max(self.clock.snapshot().values(), default=-1) < 0:
                self._reached = NOTHING

    def judged_at(self, caught_up: Collection[str], wall_ms: int | None) -> int | None:
        """The wall clock if positions may be judged at it: all is read, and what is being read is no history. The days
        before come first: whoever is judged as of now is not asked about them any more."""
        reach = self.clock.limit(caught_up, wall_ms)
        if reach is None or not reach.live:
            return None
        self._advance(reach, caught_up)
        return wall_ms

    def snapshot(self, now_ms: int | None) -> Snapshot:
        """Encode what changed and start afresh; with `now_ms` touched positions are evaluated at that instant."""
        if self._half_counted is not None:
            raise StateDisagrees(f"{self._half_counted} was counted in part and must not be saved")
        offsets = dict(self.positions)
        publication = self.book.publish(now_ms)
        progress = (input_positions.KEY, input_positions.encode(offsets, self.clock.snapshot()))
        letters, self._letters = self._letters, []
        forwards, self._forwards = self._forwards, []
        if self._tells:
            forwards += self._tell(publication.rekeyed)
        return Snapshot(
            # First: whatever a reader sees of a changelog whose end is missing, it sees that the state has gone on.
            changelog=[progress, *publication.changelog],
            positions=publication.positions,
            alerts=publication.alerts,
            letters=letters,
            forwards=forwards,
            offsets=offsets,
        )

    def _tell(self, rekeyed: Sequence[Record]) -> list[Forward]:
        """What concerns whole facilities and items, then how far this shard is: readers rely on that order."""
        keys = {key for key, _ in rekeyed}
        partitions = {key: partition_of(key.decode(), self._partitions) for key in keys}
        told = [Forward(REKEYED, partitions[record[0]], record) for record in rekeyed]
        if self._reached != self._told:
            self._told = self._reached
            reached = _encode(Reached(shard=self.partition, at_ms=None if self._told == NOTHING else self._told))
            key = f"shard|{self.partition}".encode()
            told += [Forward(REKEYED, partition, (key, reached)) for partition in range(self._partitions)]
        return told
