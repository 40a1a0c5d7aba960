"""The capacity model: formulas over the figures beside it. `benchmarks.scaling.capacity` prints it."""

import math
from collections.abc import Sequence
from typing import Final, NamedTuple

from benchmarks.scaling.figures import ASSUMED, BUSY, DAY_SECONDS, MEASURED, QUIET, Load, lasting, size
from streams.settings import Settings
from streams.topics import COMPACTED_SEGMENT_BYTES

ITEMS: Final = 3_000
SERIES_A_PARTITION: Final = 11
"""Positions, subjects, ends unknown, and lag and age of each of four topics."""
SERIES_A_WORKER: Final = 100
"""Events by type and outcome, dead letters by fault, checkpoints by duration and topic, the process itself."""
WORKERS: Final = (1, 10, 100)
COPIES: Final = 3
PARTITIONED_TOPICS: Final = 9
"""All of `streams.topics` but the catalogue."""
YEARS: Final = 5
MONTHS_AT_FIRST: Final = 17
"""As the published records of `benchmarks.scaling.country` have them: 16 with use, and the running one."""
INDICATORS_LIMIT_SECONDS: Final = 600.0
"""`store.indicator_reader.LONGEST_READING_S`."""
REACHED_SECONDS: Final = 900.0
"""`streams.shard.REACH_STEP_MS`."""
SLOWER_SECONDS: Final = 3.0
"""What is then done about the cost of checkpoints: an event is visible three seconds later."""
WORKER_BYTES: Final = 8e9
SHARDS: Final = 8
"""Of one worker, where a limit is asked for."""
BROKERS: Final = 3
NAMED: Final = 16_000
"""Items and facilities of a country."""

SETTINGS: Final = Settings()
AWAKE: Final = SETTINGS.awake_positions + SETTINGS.checkpoint_keys
"""Positions that a shard holds decoded at most."""

Figure = tuple[str, str]


class Case(NamedTuple):
    """A health system: its positions, events, and the partitions chosen for it."""

    name: str
    positions: int
    events_a_day: int
    load: Load
    partitions: int
    countries: int = 1

    @property
    def mean(self) -> float:
        """Events a second, mean of a day."""
        return self.events_a_day / DAY_SECONDS

    @property
    def peak(self) -> float:
        """Events a second in the busiest hour."""
        return self.mean * ASSUMED["peak"].value

    @property
    def of_a_shard(self) -> float:
        """Positions of one shard."""
        return self.positions / self.partitions

    @property
    def record_bytes(self) -> float:
        """What a published position writes: changelog and position record."""
        return self.load.state + self.load.view

    @property
    def transactions(self) -> float:
        """Checkpoints a second at the peak, by the default interval."""
        return self.transactions_every(SETTINGS.checkpoint_seconds)

    def transactions_every(self, interval: float) -> float:
        """Checkpoints a second at the peak: of a shard one each interval, or with the next event where that is later.
        The second stage has one after each that told of an item."""
        positions, wide = self.peak / self.partitions, self.peak * self.load.item_notes / self.partitions
        return self.partitions * (checkpoints(positions, interval) + checkpoints(wide, interval))

    @property
    def reached(self) -> float:
        """Records a second by which every shard hears from every shard how far it is."""
        return self.partitions**2 / REACHED_SECONDS


def checkpoints(events_a_second: float, interval: float) -> float:
    """Checkpoints a second of a shard, events falling at random: 1 / (T + exp(-r T) / r)."""
    return 1 / (interval + math.exp(-events_a_second * interval) / events_a_second)


def topics(case: Case, event: float) -> list[Figure]:
    """What lies on the brokers' disks, all copies."""
    stored = event + ASSUMED["overhead"].value
    inputs = case.events_a_day * stored * SETTINGS.input_retention_days
    heads = case.partitions * COMPACTED_SEGMENT_BYTES
    changelog, positions = 1.1 * case.positions * case.load.state, 1.1 * case.positions * case.load.view
    alerts = case.positions * case.load.alerts * 1_340 * 365
    return [
        ("positions", f"{case.positions:,}"),
        ("events a second, mean and peak", f"{case.mean:,.0f}, {case.peak:,.0f}"),
        ("partitions of each topic", f"{case.partitions:,}"),
        ("positions of a shard", f"{case.of_a_shard:,.0f}"),
        (f"inputs, {SETTINGS.input_retention_days} days", size(COPIES * inputs)),
        ("changelog: compacted, and a tenth not yet", size(COPIES * changelog)),
        ("position records: the same", size(COPIES * positions)),
        ("open segments of both, which no compaction touches, at most", size(COPIES * 2 * heads)),
        ("alerts, a year, all items watched", size(COPIES * alerts)),
    ]


def broker(case: Case, event: float) -> list[Figure]:
    """What the brokers do a second."""
    load = case.load
    stored = event + ASSUMED["overhead"].value
    at_peak = case.peak * (stored + case.record_bytes)
    cleaned = 10 * case.mean * case.record_bytes
    midnight = case.positions * load.republished * case.record_bytes
    month = case.positions * case.record_bytes
    disk = ASSUMED["disk"].value * 1e6
    read = case.peak * (stored + load.view)
    of_a_core = ASSUMED["core"].value / MEASURED["commit_broker"].value * 1e3
    cores, slower = case.transactions / of_a_core, case.transactions_every(SLOWER_SECONDS) / of_a_core
    return [
        ("produced at the peak, before copies", size(at_peak) + "/s"),
        ("read at the peak: workers, projector, copies", size(read + (COPIES - 1) * at_peak) + "/s"),
        ("rewritten by compaction, each copy, mean", size(cleaned) + "/s"),
        ("checkpoints a second at the peak", f"{case.transactions:,.0f}"),
        ("cores of brokers for those", f"{cores:,.1f}"),
        (f"the same, a checkpoint every {SLOWER_SECONDS:g} s", f"{slower:,.1f}"),
        ("copies of partitions on all brokers", f"{COPIES * PARTITIONED_TOPICS * case.partitions:,}"),
        ("records that tell how far shards are, mean", f"{case.reached:,.0f}/s"),
        ("written at an ordinary midnight", size(midnight)),
        ("written at a month's turn", size(month)),
        (
            f"{BROKERS * case.countries} brokers write a month's turn in",
            lasting(COPIES * month / disk / BROKERS / case.countries),
        ),
        ("brokers for the peak and compaction", f"{max(3, math.ceil(COPIES * (at_peak + cleaned) / disk)):,}"),
    ]


def workers(case: Case, entry: float, *, head: bool) -> list[list[str]]:
    """A row for each number of workers, none of the CPM registered."""
    load = case.load
    rows: list[list[str]] = []
    if head:
        rows.append(
            [
                "case", "workers", "positions each", "memory, all asleep", "from a midnight on",
                "cores each at the peak", f"a checkpoint every {SLOWER_SECONDS:g} s", "an ordinary midnight",
                "a month's turn", "takeover after a death", "Prometheus series of all",
            ]
        )  # fmt: skip
    for number in WORKERS:
        held, shards = case.positions / number, case.partitions / number
        named = entry * NAMED * case.countries
        asleep = held * load.asleep + named
        awake = min(held, shards * AWAKE) * (load.awake - load.asleep)
        counted = case.peak / number * load.service_us / 1e6 + shards * MEASURED["tick"].value / 1e3
        saved = MEASURED["commit_worker"].value / 1e3 / number
        midnight = held * (load.look_us + load.republished * load.publish_us) / 1e6
        month = held * (load.month_look_us + load.month_publish_us) / 1e6
        read = 1.1 * held + shards * COMPACTED_SEGMENT_BYTES / load.state
        takeover = SETTINGS.session_seconds + read / max(1, number - 1) / MEASURED["recovery"].value
        series = number * 4 * ITEMS + case.partitions * SERIES_A_PARTITION + number * SERIES_A_WORKER
        rows.append(
            [
                case.name, f"{number}", f"{held:,.0f}", size(asleep), size(asleep + awake),
                f"{counted + case.transactions * saved:,.2f}",
                f"{counted + case.transactions_every(SLOWER_SECONDS) * saved:,.2f}",
                lasting(midnight), lasting(month), lasting(takeover), f"{series:,.0f}",
            ]
        )  # fmt: skip
    return rows


def read_model(case: Case) -> list[Figure]:
    """What one projector and its database would have to do."""
    rate = MEASURED["rows"].value
    load = case.load
    a_day = case.events_a_day + case.positions * load.republished
    months = MONTHS_AT_FIRST
    later = months + 12 * YEARS
    row, month = MEASURED["position_row"].value, MEASURED["month_row"].value
    transitions = case.positions * load.alerts * 365 * MEASURED["transition_row"].value
    reading = case.positions * MEASURED["indicators"].value / 1e6
    return [
        ("rows of `positions` a second at the peak", f"{case.peak:,.0f}"),
        ("projectors' worth of that", f"{case.peak / rate:,.1f}"),
        ("an ordinary midnight through one projector", lasting(case.positions * load.republished / rate)),
        ("a month's turn through one projector", lasting(case.positions / rate)),
        ("share of a day that one projector is busy", f"{a_day / rate / DAY_SECONDS:,.0%}"),
        ("write-ahead log, mean", size(a_day / DAY_SECONDS * MEASURED["log"].value) + "/s"),
        (f"database at first, {months} months a position", size(case.positions * (row + months * month))),
        (f"and after {YEARS} years more of months", size(case.positions * (row + later * month))),
        ("transitions of alerts, a year, all items watched", size(transitions)),
        (f"one reading of the indicators (given up after {INDICATORS_LIMIT_SECONDS:g} s)", lasting(reading)),
    ]


def limits() -> Sequence[Sequence[str]]:
    """What one of each carries at most, by the figures above."""
    busy, quiet = _limits(BUSY), _limits(QUIET)
    return [
        ["one", "busy", "quiet", "by"],
        *[[one, carries, other, by] for (one, carries, by), (_, other, _) in zip(busy, quiet, strict=True)],
    ]


def _limits(load: Load) -> Sequence[tuple[str, str, str]]:
    core, disk = ASSUMED["core"].value, ASSUMED["disk"].value * 1e6
    commit, rows = MEASURED["commit_broker"].value / 1e3, MEASURED["rows"].value
    record = load.state + load.view
    held = (WORKER_BYTES - SHARDS * AWAKE * (load.awake - load.asleep)) / load.asleep
    step = SETTINGS.checkpoint_keys * (load.month_look_us + load.month_publish_us) / 1e6
    return (
        ("worker", f"{core / load.service_us * 1e6:,.0f} events/s", "half a core, checkpoints not counted"),
        ("worker", f"{WORKER_BYTES / load.asleep:,.0f} positions", "8 GB, all asleep"),
        ("worker", f"{held:,.0f} positions", f"8 GB, a midnight in all of its {SHARDS} shards at once"),
        ("shard", f"{step:,.1f} s", "without a pause, at a month's turn, however many positions it has"),
        ("core of a broker", f"{core / commit:,.0f} checkpoints/s", "half of it, one copy"),
        ("broker", f"{disk / COPIES / record:,.0f} positions/s", "its disk, three copies, no compaction"),
        ("projector", f"{rows:,.0f} positions/s", "its slowest round"),
    )
