"""What the capacity model goes by: measured figures with the command of each, assumptions with their reason."""

from collections.abc import Callable
from typing import Final, NamedTuple

DAY_SECONDS: Final = 86_400
SLICE: Final = "`benchmarks.scaling.slice`"
TABLES: Final = "`benchmarks.scaling.tables`"


class Known(NamedTuple):
    """A figure: what it is, its value and unit, and the command that gives it, or why it is assumed."""

    what: str
    value: float
    unit: str
    source: str


MEASURED: Final = {
    "reached": Known("a record that tells how far a shard is, with key", 57, "B", SLICE),
    "tick": Known("CPU of the figures for a scrape, a shard, each second, 3,000 items", 1.3, "ms", SLICE),
    "commit_worker": Known(
        "CPU of the worker for a checkpoint of some events", 2.1, "ms", "`benchmarks.scaling.commits`"
    ),
    "commit_broker": Known(
        "CPU of the broker for such a checkpoint, one copy", 4.4, "ms", "`benchmarks.scaling.commits`"
    ),
    "backlog": Known("CPU of an event in a backlog, positions awake", 8.0, "us", "`make bench`, 15,000 positions"),
    "recovery": Known(
        "records of 3 kB taken over in a second", 33_000, "/s", "`benchmarks.scaling.wave`: 195,000 in 5.8 s"
    ),
    "rows": Known(
        "positions from Kafka into PostgreSQL, one projector", 7_100, "/s", "`benchmarks.projector`, updates, slowest"
    ),
    "position_row": Known("row of `positions` with its indexes", 4_347, "B", TABLES),
    "month_row": Known("row of `consumption_months` with its indexes", 238, "B", TABLES),
    "transition_row": Known("row of `alert_transitions` with its indexes", 991, "B", TABLES),
    "log": Known("write-ahead log of a position written again", 1_900, "B", TABLES),
    "indicators": Known("reading the indicators, a position", 120, "us", "docs/deploy.md: 300,000 in 36 s"),
    "judged_some": Known("CPU to judge an item in 1,300 facilities", 1.2, "ms", "`benchmarks.scaling.national`"),
    "judged_all": Known("CPU to judge an item in 13,000 facilities", 15, "ms", "`benchmarks.scaling.national`"),
}

ASSUMED: Final = {
    "share": Known(
        "items that a facility holds, of 3,000",
        0.1,
        "",
        "a clinic holds some hundred, a large hospital a thousand; all is the bound",
    ),
    "peak": Known("events in the busiest hour by the mean hour", 4, "", "most is entered in six hours of daytime"),
    "overhead": Known(
        "Kafka's own bytes for a record sent alone",
        70,
        "B",
        "a batch head of 61 and a record head; larger batches have less",
    ),
    "disk": Known(
        "what a broker writes for long, all copies counted",
        100,
        "MB/s",
        "half of a modest solid-state disk; replaces a measurement",
    ),
    "core": Known(
        "share of a core that is planned for",
        0.5,
        "",
        "the rest is for the midnight, for takeovers and for what was not measured",
    ),
    "watched": Known("share of the items that make alerts", 1, "", "the bound: by default only oncology items do"),
}


class Load(NamedTuple):
    """A position that so many events a day concern: what it takes and costs. Bytes are with keys."""

    state: float
    view: float
    asleep: float
    awake: float
    service_us: float
    look_us: float
    publish_us: float
    republished: float
    month_look_us: float
    month_publish_us: float
    alerts: float
    item_notes: float

    def rows(self) -> list[tuple[str, float, str, Callable[[float], str]]]:
        """The figures for the table of inputs: name, value, source, how to show it."""
        return [
            ("changelog record", self.state, SLICE, size),
            ("position record", self.view, SLICE, size),
            ("memory of a position asleep", self.asleep, SLICE, size),
            ("memory of a position that was looked at, awake", self.awake, SLICE, size),
            (
                "CPU of an event in service, positions asleep, with its checkpoint's encoding",
                self.service_us,
                SLICE,
                microseconds,
            ),
            ("CPU to look at a position at midnight", self.look_us, SLICE, microseconds),
            ("CPU to publish one of them", self.publish_us, SLICE, microseconds),
            ("positions published anew at an ordinary midnight", self.republished, SLICE, percent),
            ("CPU to look at a position at a month's turn", self.month_look_us, SLICE, microseconds),
            ("CPU to publish it", self.month_publish_us, SLICE, microseconds),
            ("transitions of alerts at a midnight, a position", self.alerts, SLICE, "{:.3f}".format),
            ("notes about items, an event", self.item_notes, SLICE, "{:.3f}".format),
        ]


QUIET: Final = Load(1_059, 3_843, 1_137, 27_300, 183, 71, 88, 0.72, 106, 84, 0.058, 0.018)
"""97,500 positions in one shard; memory asleep and the events in service from 390,000 in four."""
BUSY: Final = Load(2_979, 3_897, 3_066, 52_200, 208, 154, 100, 0.75, 208, 102, 0.054, 0.005)
"""The same runs with ten times the events."""


def size(number: float) -> str:
    """Bytes for a reader."""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1_000:
            return f"{number:,.0f} {unit}" if number >= 10 or unit == "B" else f"{number:,.1f} {unit}"
        number /= 1_000
    return f"{number:,.1f} PB" if number < 10 else f"{number:,.0f} PB"


def lasting(seconds: float) -> str:
    """A time for a reader."""
    if seconds < 120:
        return f"{seconds:,.0f} s" if seconds >= 10 else f"{seconds:,.1f} s"
    if seconds < 7_200:
        return f"{seconds / 60:,.0f} min"
    return f"{seconds / 3_600:,.1f} h" if seconds < 2 * DAY_SECONDS else f"{seconds / DAY_SECONDS:,.0f} days"


def microseconds(number: float) -> str:
    """Microseconds for a reader."""
    return f"{number:,.0f} us"


def percent(share: float) -> str:
    """A share for a reader."""
    return f"{share:.0%}"
