"""Whatever happens to the workers between two records: each event counts once, and each output is committed once.

Hypothesis draws the course: what is published, who reads how much of it, which checkpoint fails at which step, who
crashes, sleeps through a rebalance or hands its shards over. The shards, their checkpoints, recovery and assignment are
the real ones; only Kafka is in memory (tests/fakes/kafka.py).
"""

import asyncio
import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable
from typing import Any, Final

import msgspec
import pytest
from hypothesis import settings as drawn
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from schemas.alerts import Alert
from schemas.channels import ALERTS, CHANGELOG, DEAD_LETTERS, INPUTS, POSITIONS, TOPIC_OF
from schemas.dead_letters import DeadLetter
from schemas.encode import to_json
from schemas.events import Event, StockCounted
from streams.faults import CheckpointFailed
from supply.rules import Rules
from tests import events as told
from tests.events import instant
from tests.fakes.kafka import STEPS, MemoryKafka
from tests.thoroughness import cases
from tests.unit.streams.memory_worker import HOMES, HOSPITALS, PARTITIONS, Worker, stand_in

RULES: Final = Rules(lateness_days=1)
LATEST_HOURS: Final = 23
"""No event is published later than this after it happened: less than the window."""
ENOUGH_ROUNDS: Final = 10
"""Of reading all: the first, one for what was sent on, one that finds nothing; more would have no end."""
START: Final = instant("2025-03-01 12:00")

SIGNS: Final = {
    "stock.dispensed": -1, "stock.issued": -1, "stock.returned": 1, "arrival.received": 1, "stock.adjusted": 1,
    "demand.unmet": 0,
}  # fmt: skip


def stock(events: Iterable[Event]) -> float | None:
    """The model: the last count, and what moved after it; each event once, in any order."""
    once = {(each.source, each.id): each for each in events}.values()
    count = max((each for each in once if isinstance(each, StockCounted)), key=lambda each: each.time, default=None)
    if count is None:
        return None
    return count.quantity + sum(moved(each) for each in once if each.time > count.time)


def moved(event: Event) -> float:
    """By how much an event changes the shelf."""
    quantity: float = getattr(event, "quantity", 0) or getattr(event, "delta", 0)
    return SIGNS[str(event.__struct_config__.tag)] * quantity


class Course(RuleBasedStateMachine):
    """Two workers at two partitions of three topics."""

    def __init__(self) -> None:
        super().__init__()
        self.kafka = MemoryKafka()
        self.runner = asyncio.Runner()
        self.patch = pytest.MonkeyPatch()
        self.workers = [Worker(self.kafka, RULES), Worker(self.kafka, RULES)]
        self.published: list[Event] = []
        self.sent_astray: list[tuple[str, int, int]] = []
        self.refused: set[str] = set()
        self.now = START
        stand_in(self.kafka, self.patch)

    # ------------------------------------------------------------------------------------------------ what is told

    @initialize()
    def begin(self) -> None:
        self._rebalance((0, 1))
        for number, facility in enumerate(HOSPITALS):
            self._publish(told.counted(40, self._at(0), facility=facility, id=f"first {number}"))

    @rule(
        kind=st.sampled_from(["counted", *"ddddd", "issued", "returned", "received", "adjusted", "unmet"]),
        facility=st.sampled_from(HOSPITALS),
        quantity=st.integers(1, 30),
        hours_late=st.integers(0, LATEST_HOURS),
        astray=st.sampled_from([False, False, False, True]),
    )
    def publish(self, kind: str, facility: str, quantity: int, hours_late: int, astray: bool) -> None:
        make = told.dispensed if kind == "d" else getattr(told, kind)
        event = make(quantity, self._at(hours_late), facility=facility, id=f"e{len(self.published)}")
        self._publish(event, astray=astray)

    @rule(data=st.data(), astray=st.booleans())
    def publish_again(self, data: st.DataObject, astray: bool) -> None:
        recent = [each for each in self.published if self.now - each.time < dt.timedelta(hours=23)]
        if recent:
            self._publish(data.draw(st.sampled_from(recent)), astray=astray)

    @rule(value=st.binary(max_size=5) | st.none(), topic=st.sampled_from(INPUTS), partition=st.integers(0, 1))
    def publish_garbage(self, value: bytes | None, topic: str, partition: int) -> None:
        offset = self.kafka.publish(topic, partition, None, value)
        self.refused.add(f"{topic}:{partition}:{offset}")

    # What was sent astray is as late as the shard that sends it on: were days to pass meanwhile, too late.
    @precondition(lambda self: not self._is_under_way())
    @rule(hours=st.sampled_from([13, 24, 24, 100, 400]), used=st.integers(1, 30))
    def days_pass(self, hours: int, used: int) -> None:
        """Every hospital tells of a day: evaluations go as far as the topic that was heard least of."""
        self.now += dt.timedelta(hours=hours)
        for facility in HOSPITALS:
            for make, quantity in ((told.dispensed, used), (told.adjusted, 1), (told.received, 2)):
                self._publish(make(quantity, self._at(0), facility=facility, id=f"e{len(self.published)}"))

    def _at(self, hours_late: int) -> str:
        """An instant that no other event has."""
        happened = self.now - dt.timedelta(hours=hours_late) + dt.timedelta(seconds=len(self.published))
        return f"{happened:%Y-%m-%d %H:%M:%S}"

    def _publish(self, event: Event, *, astray: bool = False) -> None:
        home, topic = HOMES[event.facility], TOPIC_OF[event.__class__]
        partition = 1 - home if astray else home
        offset = self.kafka.publish(topic, partition, None, to_json(event))
        self.published.append(event)
        if astray:
            self.sent_astray.append((topic, partition, offset))

    def _is_under_way(self) -> bool:
        return any(self.kafka.offsets.get((topic, number), 0) <= at for topic, number, at in self.sent_astray)

    # ------------------------------------------------------------------------------------------------ what workers do

    @rule(who=st.integers(0, 1), topic=st.sampled_from(INPUTS), most=st.integers(1, 8))
    def read(self, who: int, topic: str, most: int) -> None:
        for partition in range(PARTITIONS):
            self.workers[who].read(topic, partition, most)

    @rule(who=st.integers(0, 1), records=st.integers(1, 5))
    def read_some_again(self, who: int, records: int) -> None:
        """And all that comes after them."""
        following = self.workers[who].next
        following.update({place: max(0, offset - records) for place, offset in following.items()})
        for topic in INPUTS:
            self.read(who, topic, 1_000)

    @rule(who=st.integers(0, 1))
    def save(self, who: int) -> None:
        try:
            self.runner.run(self.workers[who].save())
        except CheckpointFailed:
            self.crash(who)

    @rule(who=st.integers(0, 1), most=st.integers(1, 30))
    def read_all_and_save(self, who: int, most: int) -> None:
        for topic in INPUTS:
            self.read(who, topic, most)
        self.save(who)

    # ------------------------------------------------------------------------------------------------ what goes wrong

    @rule(step=st.sampled_from(STEPS))
    def let_the_next_transaction_fail(self, step: str) -> None:
        self.kafka.fails_at = step

    @rule(who=st.integers(0, 1))
    def crash(self, who: int) -> None:
        self.workers[who] = Worker(self.kafka, RULES)

    @rule(who=st.integers(0, 1))
    def stop_in_order(self, who: int) -> None:
        self.runner.run(self.workers[who].assignment.release(save=True))
        self.crash(who)

    @rule(owners=st.tuples(st.integers(0, 1), st.integers(0, 1)))
    def rebalance(self, owners: tuple[int, int]) -> None:
        self._rebalance(owners)

    @rule(sleeper=st.integers(0, 1), most=st.integers(1, 30))
    def sleep_through_a_rebalance(self, sleeper: int, most: int) -> None:
        """Whoever wakes goes on as if its shards were still its own."""
        self._rebalance((1 - sleeper, 1 - sleeper), sleeper)
        self.read_all_and_save(sleeper, most)

    def _rebalance(self, owners: tuple[int, ...], sleeper: int | None = None) -> None:
        awake = [number for number in range(len(self.workers)) if number != sleeper]
        for number in awake:
            self.runner.run(self.workers[number].assignment.revoke())
        for number in awake:
            mine = [partition for partition, owner in enumerate(owners) if owner == number]
            self.runner.run(self.workers[number].assign(mine))

    @rule(partition=st.integers(0, 1))
    def compact(self, partition: int) -> None:
        self.kafka.compact(CHANGELOG, partition)

    # ------------------------------------------------------------------------------------------------ what must hold

    def teardown(self) -> None:
        try:
            self.kafka.fails_at = None
            self._rebalance((0, 1))
            self._read_to_the_end()
            self._check()
        finally:
            self.patch.undo()
            self.runner.close()

    def _read_to_the_end(self) -> None:
        before: dict[tuple[str, int], int] = {}
        for _ in range(ENOUGH_ROUNDS):
            before = dict(self.kafka.offsets)
            for who in range(len(self.workers)):
                self.read_all_and_save(who, 1_000)
            if before == self.kafka.offsets:
                return
        raise AssertionError(f"after {ENOUGH_ROUNDS} rounds there is still more to read: {before}")

    def _check(self) -> None:
        positions, alerts = self._committed()
        for facility in HOSPITALS:
            events = [each for each in self.published if each.facility == facility]
            assert positions[facility]["on_hand"] == stock(events), facility
        letters = [msgspec.json.decode(value, type=DeadLetter).number for value in self._values(DEAD_LETTERS)]
        assert sorted(letters) == sorted(self.refused)
        assert (positions, alerts) == self._undisturbed()

    def _committed(self) -> tuple[dict[str, dict[str, Any]], set[tuple[object, ...]]]:
        """The last positions by facility, without version, and the transitions of all alerts; each committed once."""
        versions: dict[str, list[int]] = defaultdict(list)
        positions: dict[str, dict[str, Any]] = {}
        for value in self._values(POSITIONS):
            position = msgspec.json.decode(value)
            versions[position["facility"]].append(position.pop("version"))
            positions[position["facility"]] = position
        for facility, risen in versions.items():
            assert risen == list(range(1, len(risen) + 1)), f"versions of {facility}"
        alerts = [msgspec.json.decode(value, type=Alert) for value in self._values(ALERTS)]
        for numbers in Counter((each.alert, each.sequence) for each in alerts).items():
            assert numbers[1] == 1, numbers
        return positions, {(a.alert, a.sequence, a.state, a.severity, a.since, a.at) for a in alerts}

    def _values(self, topic: str) -> list[bytes]:
        return [each.value for number in range(PARTITIONS) for each in self.kafka.records(topic, number) if each.value]

    def _undisturbed(self) -> tuple[dict[str, dict[str, Any]], set[tuple[object, ...]]]:
        """The same events at their places, read by one worker in one go."""
        self.kafka = MemoryKafka()
        stand_in(self.kafka, self.patch)
        self.workers = [Worker(self.kafka, RULES)]
        for event in tuple(self.published):
            self._publish(event)
        self._rebalance((0, 0))
        self._read_to_the_end()
        return self._committed()


# A failing course is made short for minutes; what is left of it is worth the wait.
@pytest.mark.timeout(900)
def test_each_event_counts_once_and_each_output_is_committed_once() -> None:
    run_state_machine_as_test(Course, settings=drawn(cases(100), stateful_step_count=60, report_multiple_bugs=False))
