"""The indicators as metrics: each name, unit and label in one place.

A sample without the label `state` is the nation's; a state that the catalogue does not tell is `unknown`. A figure
without a value has no sample: 0 would be a statement.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import msgspec
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from store.queries import IndicatorLine, NationAndStates
from supply.indicators.cover_distribution import CoverBand
from supply.indicators.figure import Figure

UNKNOWN_STATE = "unknown"
"""To Prometheus an empty label is none, and none is the nation."""

IN_DAYS = frozenset({"mean_days_out"})
"""The figures that are days; all others are shares."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What the read model said at `at` (seconds since 1970) and took `took_s` to say; nobody shall be shown it from
    `good_until` (of the monotonic clock) on."""

    said: NationAndStates
    at: float
    took_s: float
    good_until: float


class IndicatorMetrics(Collector):
    """Shows the newest reading for as long as it is good."""

    def __init__(self, registry: CollectorRegistry, clock: Callable[[], float] = time.monotonic) -> None:
        self.failures = Counter(
            "abasto_indicator_reading_failures",
            "Readings of the indicators that did not come to an end.",
            registry=registry,
        )
        self._clock = clock
        self._newest: Reading | None = None
        registry.register(self)

    def show(self, reading: Reading) -> None:
        """Replaces what a scrape shows."""
        self._newest = reading

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """All families, without samples where there is nothing to say."""
        families = _Families()
        newest = self._newest
        if newest is not None and self._clock() < newest.good_until:
            families.reading(newest)
        yield from families.all()


class _Families:
    """One scrape."""

    def __init__(self) -> None:
        where = ["indicator", "state"]
        self.share = GaugeMetricFamily(
            "abasto_indicator_share", "An indicator that is a share; errors of forecasts may pass 1.", labels=where
        )
        self.days = GaugeMetricFamily("abasto_indicator_days", "An indicator that is a time, in days.", labels=where)
        self.counted = GaugeMetricFamily(
            "abasto_indicator_counted", "Positions (of orders: order lines) that entered an indicator.", labels=where
        )
        self.cover = GaugeMetricFamily(
            "abasto_indicator_cover_positions",
            "Positions by days of cover: 0, then from (included) to (excluded).",
            labels=["days", "state"],
        )
        self.positions = GaugeMetricFamily(
            "abasto_indicator_positions", "Positions looked at, whether an indicator counts them or not.",
            labels=["state"],
        )  # fmt: skip
        self.as_of = GaugeMetricFamily(
            "abasto_indicator_as_of_timestamp_seconds", "The instant of the newest position that the indicators know."
        )
        self.read_at = GaugeMetricFamily(
            "abasto_indicator_read_timestamp_seconds", "When the indicators were read from the read model."
        )
        self.took = GaugeMetricFamily("abasto_indicator_reading_seconds", "How long the latest reading took.")

    def all(self) -> Iterator[GaugeMetricFamily]:
        yield from (self.share, self.days, self.counted, self.cover)
        yield from (self.positions, self.as_of, self.read_at, self.took)

    def reading(self, reading: Reading) -> None:
        said = reading.said
        self.read_at.add_metric([], reading.at)
        self.took.add_metric([], reading.took_s)
        if said.as_of is not None:
            self.as_of.add_metric([], said.as_of.timestamp())
        if said.nation is not None:
            self._line(said.nation, "")
        for line in said.states:
            self._line(line, line.group or UNKNOWN_STATE)

    def _line(self, line: IndicatorLine, state: str) -> None:
        self.positions.add_metric([state], line.positions)
        for group in (line.stock, line.monthly):
            for name, figure in msgspec.structs.asdict(group).items():
                if isinstance(figure, Figure) and figure.value is not None:
                    family = self.days if name in IN_DAYS else self.share
                    family.add_metric([name, state], figure.value)
                    self.counted.add_metric([name, state], figure.counted)
        cover = line.stock.cover
        quartiles = {
            "cover_lower_quartile": cover.lower_quartile,
            "cover_median": cover.median,
            "cover_upper_quartile": cover.upper_quartile,
        }
        for name, days in quartiles.items():
            if days is not None:
                self.days.add_metric([name, state], days)
                self.counted.add_metric([name, state], cover.counted)
        for band in cover.bands if cover.counted else ():
            self.cover.add_metric([_band(band), state], band.positions)


def _band(band: CoverBand) -> str:
    if band.to_days is None:
        return f"{band.from_days}+"
    return "0" if band.to_days == 0 else f"{band.from_days}-{band.to_days}"
