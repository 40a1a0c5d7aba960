"""The worker's metrics: every name, unit and label in one place."""

import collections
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from schemas.alerts import Condition, Severity
from schemas.channels import CHANGELOG
from schemas.dead_letters import Fault
from schemas.messages import EVENT_TYPES
from streams.ports import ItemStock
from streams.shard import Tally

CHECKPOINT_BUCKETS_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 45.0)
"""From the quickest commit measured to the limit at which a checkpoint is given up."""

COVER_DAYS_A_MONTH = 30.0
"""Cover is stock / CPM x 30 days (design section 5)."""


@dataclass(frozen=True, slots=True)
class ShardFigures:
    """What a scrape shows of one shard, copied on the event loop so that a scrape never touches live state. `subjects`
    are facilities and items of a shard that judges these; another has `positions`."""

    positions: int | None
    lag: Mapping[str, int | None]
    """Behind the last end that the broker told of each input topic; `None` before the first time."""
    ends_unknown: int
    """Input topics whose end the broker has not told lately: there may be more than `lag` says."""
    newest_ms: Mapping[str, int]
    open_alerts: Mapping[tuple[Condition, Severity], int]
    stock: Mapping[str, ItemStock]
    subjects: int | None = None


class WorkerMetrics:
    """Counters that the engine moves, and the collector of what the shards hold."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = Counter(
            "abasto_events", "Events admitted, by type and by what became of them.", ["type", "outcome"],
            registry=self.registry,
        )  # fmt: skip
        self.notes = Counter(
            "abasto_notes", "Notes about positions that were taken in by the shards of facilities and items, by kind.",
            ["note"], registry=self.registry,
        )  # fmt: skip
        self.dead_letters = Counter(
            "abasto_dead_letters", "Records refused, by fault.", ["fault"], registry=self.registry
        )
        for fault in get_args(Fault):
            self.dead_letters.labels(fault)  # what was never 0 has no increase when the first one comes
        self.skipped = Counter(
            "abasto_records_skipped",
            "Records read again after a rebalance and already counted.",
            registry=self.registry,
        )
        self.checkpoint_seconds = Histogram(
            "abasto_checkpoint_seconds", "Time from a checkpoint's snapshot to its commit.",
            buckets=CHECKPOINT_BUCKETS_SECONDS, registry=self.registry,
        )  # fmt: skip
        self.checkpoint_records = Counter(
            "abasto_checkpoint_records", "Records written by checkpoints, by topic.", ["topic"], registry=self.registry
        )
        self.fenced = Counter("abasto_shards_fenced", "Shards that another owner took over.", registry=self.registry)
        self.recovery_seconds = Gauge(
            "abasto_recovery_seconds", "How long the latest recovery of shards took.", registry=self.registry
        )
        self.recovered_records = Counter(
            "abasto_recovered_records", "Changelog records read to recover shards.", registry=self.registry
        )
        self.catalogue_entries = Gauge(
            "abasto_catalogue_entries", "Entries of the catalogue in use.", registry=self.registry
        )
        self.catalogue_rejected = Counter(
            "abasto_catalogue_entries_rejected", "Catalogue records that could not be read.", registry=self.registry
        )
        self.alive_at = Gauge(
            "abasto_worker_alive_timestamp_seconds",
            "When the worker last looked after its shards, in seconds since 1970; 0 before it has any to look after.",
            registry=self.registry,
        )
        self._shards: dict[tuple[str, int], ShardFigures] = {}
        self.registry.register(ShardCollector(self._shards))

    def add(self, tally: Tally) -> None:
        """Move the counters by what a shard has done since the last time, and clear its tally."""
        for (kind, outcome), count in tally.outcomes.items():
            tag = str(kind.__struct_config__.tag)
            if tag in EVENT_TYPES:
                self.events.labels(tag, outcome).inc(count)
            else:
                self.notes.labels(tag).inc(count)
        for fault, count in tally.faults.items():
            self.dead_letters.labels(fault).inc(count)
        self.skipped.inc(tally.skipped)
        tally.clear()

    def show(self, partition: int, figures: ShardFigures, changelog: str = CHANGELOG) -> None:
        """Replace what a scrape shows of a shard, named by its partition and the topic of its state."""
        self._shards[changelog, partition] = figures

    def forget(self, partition: int, changelog: str = CHANGELOG) -> None:
        """Show nothing more of a shard that is no longer ours."""
        self._shards.pop((changelog, partition), None)


class ShardCollector(Collector):
    """Shows the latest figures of all owned shards."""

    def __init__(self, shards: Mapping[tuple[str, int], ShardFigures]) -> None:
        self._shards = shards

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Build the metrics from figures that nobody changes any more."""
        shards = dict(self._shards)
        positions = GaugeMetricFamily("abasto_positions", "Positions held, by partition.", labels=["partition"])
        lag = GaugeMetricFamily(
            "abasto_lag_offsets", "Offsets between what was counted and the end of the input.",
            labels=["topic", "partition"],
        )  # fmt: skip
        age = GaugeMetricFamily(
            "abasto_newest_event_age_seconds", "Age of the newest event counted.", labels=["topic", "partition"]
        )
        unknown = GaugeMetricFamily(
            "abasto_ends_unknown", "Input topics whose end the broker has not told lately.", labels=["partition"]
        )
        subjects = GaugeMetricFamily(
            "abasto_wide_subjects", "Facilities and items that are judged as a whole, by partition.",
            labels=["partition"],
        )  # fmt: skip
        now_ms = time.time() * 1000
        ends_unknown: collections.Counter[int] = collections.Counter()
        for (_, partition), figures in shards.items():
            if figures.positions is not None:
                positions.add_metric([str(partition)], figures.positions)
            if figures.subjects is not None:
                subjects.add_metric([str(partition)], figures.subjects)
            ends_unknown[partition] += figures.ends_unknown
            for topic, behind in figures.lag.items():
                if behind is not None:
                    lag.add_metric([topic, str(partition)], behind)
            for topic, newest_ms in figures.newest_ms.items():
                age.add_metric([topic, str(partition)], (now_ms - newest_ms) / 1000)
        for partition, count in ends_unknown.items():
            unknown.add_metric([str(partition)], count)
        figures_of_all = list(shards.values())
        yield from (positions, subjects, lag, unknown, age, _open_alerts(figures_of_all), *_stock(figures_of_all))


def _open_alerts(shards: Sequence[ShardFigures]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "abasto_alerts_open", "Alerts firing now, by condition and severity.", labels=["condition", "severity"]
    )
    total: collections.Counter[tuple[Condition, Severity]] = collections.Counter()
    for figures in shards:
        for alert, count in figures.open_alerts.items():
            total[alert] += count
    for (condition, severity), count in total.items():
        family.add_metric([condition, severity], count)
    return family


def _stock(shards: Sequence[ShardFigures]) -> Iterator[GaugeMetricFamily]:
    usable: dict[str, float] = {}
    monthly: dict[str, float] = {}
    out: dict[str, int] = {}
    for figures in shards:
        for item, stock in figures.stock.items():
            # What is used where nothing was ever counted has no stock to be set against.
            if stock.counted:
                usable[item] = usable.get(item, 0.0) + stock.usable
                out[item] = out.get(item, 0) + stock.out
                monthly[item] = monthly.get(item, 0.0) + stock.cpm
    pieces = GaugeMetricFamily("abasto_stock_pieces", "Usable pieces of an item in all facilities.", labels=["item"])
    cpm = GaugeMetricFamily("abasto_cpm_pieces", "CPM of an item in all facilities, in pieces.", labels=["item"])
    cover = GaugeMetricFamily(
        "abasto_cover_days",
        "Days that the usable pieces of an item last at its CPM, in the positions of this worker.",
        labels=["item"],
    )
    without = GaugeMetricFamily("abasto_positions_out", "Positions of an item without usable stock.", labels=["item"])
    for item, total in usable.items():
        pieces.add_metric([item], total)
        without.add_metric([item], out[item])
        cpm.add_metric([item], monthly[item])
        if monthly[item] > 0:
            cover.add_metric([item], total / monthly[item] * COVER_DAYS_A_MONTH)
    yield from (pieces, cpm, cover, without)
