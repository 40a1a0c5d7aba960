"""The indicators among the projector's metrics: what `abasto indicators --json` says, or nothing."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from abasto.cli import app
from schemas.catalogue import Facility
from schemas.positions import OrderMonth
from store import indicator_process
from store.database import open_engine
from store.indicator_metrics import IndicatorMetrics, Reading
from store.indicator_reader import GOOD_FOR_PAUSES, IndicatorReader
from store.metrics import ProjectorMetrics
from store.queries import NationAndStates, nation_and_states
from tests.builders import NOON, TRASTUZUMAB, WAREHOUSE, catalogue, cpm_inputs, due, month, months, position
from tests.unit.store.conftest import Project, projector
from tests.unit.store.log import Log
from tests.unit.store.read_model import PUEBLA

SOON_S = 60.0
"""A process starts in half a second, on a machine with much else to do in more."""

NOT_AGAIN_S = 3600.0
NONE = cpm_inputs(state="insufficient", months_used=(), pieces=0)
Samples = dict[tuple[str, str], float]


def publish(log: Log) -> None:
    """Ciudad de México with a stock-out, Puebla, and a place that the catalogue does not know and nobody counted."""
    log.publish(*catalogue(), Facility(facility=PUEBLA, name="UMAE Puebla", kind="hospital", state="Puebla"))
    out = (*months("2026-01", 3), month("2026-02", 50, days_out=14), month("2026-03", 0, days_out=9))
    orders = (OrderMonth("2026-02", 3, 2, 1),)
    log.publish(
        position(on_hand=0, target=300, due=(due(60, NOON.date(), late=True),), due_quantity=60, shown=out),
        position(item=TRASTUZUMAB, on_hand=400, target=300, orders=orders),
        position(WAREHOUSE, on_hand=None, cpm=None, cover_days=None),
        position(PUEBLA, on_hand=150, target=300, shown=(*months("2026-01", 3), month("2026-02", 125))),
        position("NOWHERE", on_hand=None, cpm=None, cover_days=None, shown=(), cpm_inputs=NONE),
    )


def samples(registry: CollectorRegistry, name: str, label: str = "indicator") -> Samples:
    """By the indicator (or another label) and the state."""
    return {
        (sample.labels.get(label, ""), sample.labels.get("state", "")): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == name
    }


def eventually(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + SOON_S
    while not holds():
        assert time.monotonic() < deadline, f"not within {SOON_S:.0f} s"
        time.sleep(0.02)


@contextmanager
def reading(database: str, metrics: ProjectorMetrics, pause_s: float = NOT_AGAIN_S) -> Iterator[None]:
    reader = IndicatorReader(database, metrics.indicators, pause_s=pause_s)
    reader.start()
    try:
        yield
    finally:
        reader.close()


def failures(metrics: ProjectorMetrics) -> float:
    return metrics.registry.get_sample_value("abasto_indicator_reading_failures_total") or 0.0


def was_read(metrics: ProjectorMetrics) -> bool:
    return metrics.registry.get_sample_value("abasto_indicator_read_timestamp_seconds") is not None


def answered(database: str, by: str) -> list[dict[str, Any]]:
    told = CliRunner().invoke(app, ["indicators", "--by", by, "--database", database, "--json"])
    assert told.exit_code == 0, told.output
    lines: list[dict[str, Any]] = json.loads(told.stdout)["lines"]
    return lines


def figures(line: Mapping[str, Any]) -> dict[str, tuple[float, int]]:
    """Value and count of every figure of a line that has one."""
    cover = line["stock"]["cover"]
    found = {name: each for group in ("stock", "monthly") for name, each in line[group].items() if name != "cover"}
    named = {name: (each["value"], each["counted"]) for name, each in found.items()}
    quartiles = ("lower_quartile", "median", "upper_quartile")
    named |= {f"cover_{name}": (cover[name], cover["counted"]) for name in quartiles}
    return {name: (value, counted) for name, (value, counted) in named.items() if value is not None}


def test_the_metrics_are_what_abasto_indicators_says(
    log: Log, project: Project, database: str, metrics: ProjectorMetrics
) -> None:
    publish(log)
    project()
    with reading(database, metrics):
        eventually(lambda: was_read(metrics))
    lines = {("unknown" if by == "state" and not line["group"] else line["group"]): line
             for by in ("nation", "state") for line in answered(database, by)}  # fmt: skip
    assert lines.keys() == {"", "Ciudad de México", "Puebla", "unknown"}
    told = {(name, state): figure for state, line in lines.items() for name, figure in figures(line).items()}
    shares, days = (samples(metrics.registry, f"abasto_indicator_{unit}") for unit in ("share", "days"))
    assert shares | days == {key: value for key, (value, _) in told.items()}
    assert samples(metrics.registry, "abasto_indicator_counted") == {key: count for key, (_, count) in told.items()}
    assert {name for name, _ in days} == {
        "mean_days_out",
        "cover_lower_quartile",
        "cover_median",
        "cover_upper_quartile",
    }
    assert shares["stock_out", ""] == 1 / 3
    assert shares["abasto", "Puebla"] == 0.5
    assert samples(metrics.registry, "abasto_indicator_positions") == {
        ("", state): line["positions"] for state, line in lines.items()
    }
    bands = samples(metrics.registry, "abasto_indicator_cover_positions", "days")
    assert [count for (_, state), count in bands.items() if not state] == [
        band["positions"] for band in lines[""]["stock"]["cover"]["bands"]
    ]
    assert [days for days, state in bands if not state] == ["0", "0-15", "15-30", "30-60", "60-90", "90-180", "180+"]


def test_what_has_no_value_has_no_sample(log: Log, project: Project, database: str, metrics: ProjectorMetrics) -> None:
    """Nobody counted it, nobody used it: it is there, and that is all."""
    log.publish(*catalogue(), position(on_hand=None, cpm=None, cover_days=None, shown=(), cpm_inputs=NONE))
    project()
    with reading(database, metrics):
        eventually(lambda: was_read(metrics))
    for name in ("share", "days", "counted", "cover_positions"):
        assert samples(metrics.registry, f"abasto_indicator_{name}") == {}
    assert samples(metrics.registry, "abasto_indicator_positions") == {("", ""): 1, ("", "Ciudad de México"): 1}


def test_an_empty_read_model_shows_no_indicator(database: str, metrics: ProjectorMetrics) -> None:
    with reading(database, metrics):
        eventually(lambda: was_read(metrics))
    shown = {family.name for family in metrics.indicators.collect() if family.samples}
    assert shown == {"abasto_indicator_read_timestamp_seconds", "abasto_indicator_reading_seconds"}


def test_figures_go_when_they_were_not_read_again_for_too_long(log: Log, project: Project, engine: Engine) -> None:
    publish(log)
    project()
    with engine.connect() as connection:
        said = nation_and_states(connection)
    now = [100.0]
    registry = CollectorRegistry()
    metrics = IndicatorMetrics(registry, lambda: now[0])
    metrics.show(Reading(said, 1_800_000_000.0, 1.0, good_until=200.0))
    assert ("abasto", "") in samples(registry, "abasto_indicator_share")
    now[0] = 200.0
    assert not any(family.samples for family in metrics.collect())


def test_a_long_reading_is_repeated_seldom_and_stands_for_longer(metrics: ProjectorMetrics) -> None:
    """A twentieth of a core at most."""
    reader = IndicatorReader("sqlite:///unused", metrics.indicators)
    assert [reader._pause_after(took_s) for took_s in (1.0, 36.0)] == [60.0, 720.0]
    before = time.monotonic()
    reader._note(NationAndStates(as_of=NOON, nation=None, states=[]), 36.0)
    newest = metrics.indicators._newest
    assert newest is not None
    assert newest.good_until - before == pytest.approx(GOOD_FOR_PAUSES * (720 + 36), abs=30)


def test_a_read_model_that_cannot_be_read_is_no_reason_not_to_project(
    log: Log, engine: Engine, metrics: ProjectorMetrics, caplog: pytest.LogCaptureFixture
) -> None:
    """Counted each time, said once."""
    log.publish(*catalogue(), position())

    with reading("sqlite:////nowhere/abasto.db", metrics, pause_s=0.001):
        eventually(lambda: failures(metrics))
        projector(engine, log, metrics).run()
        log.publish(position(version=2))
        projector(engine, log, metrics).run()
    assert metrics.registry.get_sample_value("abasto_projector_records_total", {"topic": "abasto.positions.v1"}) == 2
    assert samples(metrics.registry, "abasto_indicator_share") == {}
    assert caplog.text.count("The indicators cannot be read for the metrics: There is no database at") == 1


def test_closing_does_not_wait_for_a_reading(database: str, metrics: ProjectorMetrics) -> None:
    """Nor is a reading that was cut short a failure."""
    started = time.monotonic()
    with reading(database, metrics):
        pass
    assert time.monotonic() - started < SOON_S / 2
    assert failures(metrics) == 0


def test_a_reading_writes_nothing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def write(connection: Any) -> NationAndStates:
        connection.execute(text("DELETE FROM positions"))
        raise AssertionError("it wrote")

    monkeypatch.setattr(indicator_process, "nation_and_states", write)
    opened = open_engine(database)
    with pytest.raises(DBAPIError, match=r"read-?only"):
        indicator_process._read(opened)
    opened.dispose()
