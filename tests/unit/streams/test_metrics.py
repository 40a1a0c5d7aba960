"""What a scrape shows of a worker."""

from typing import get_args

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from schemas.channels import CONSUMPTION, INVENTORY, REKEYED, WIDE_CHANGELOG
from schemas.dead_letters import Fault
from schemas.events import StockDispensed
from schemas.rekeyed import StockNote
from streams.metrics import ShardFigures, WorkerMetrics
from streams.shard import Tally
from supply.position import Outcome
from supply.totals import ItemStock

ITEM = "010.000.5432.00"


def figures(**stock: float) -> ShardFigures:
    return ShardFigures(
        positions=3,
        lag={CONSUMPTION: 7, INVENTORY: None},
        ends_unknown=1,
        newest_ms={CONSUMPTION: 1_000},
        open_alerts={("stock_out", "critical"): 1},
        stock={ITEM: ItemStock(**stock)},  # type: ignore[arg-type] # keyword arguments of one struct
    )


def scraped(metrics: WorkerMetrics) -> dict[tuple[str, tuple[str, ...]], float]:
    families = text_string_to_metric_families(generate_latest(metrics.registry).decode())
    return {
        (sample.name, tuple(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_events_are_counted_by_type_and_outcome() -> None:
    metrics = WorkerMetrics()
    tally = Tally()
    tally.outcomes[StockDispensed, Outcome.COUNTED] += 5
    tally.outcomes[StockDispensed, Outcome.DUPLICATE] += 1
    tally.faults["undecodable"] += 2
    metrics.add(tally)
    metrics.add(tally)
    shown = scraped(metrics)
    assert shown["abasto_events_total", ("counted", "stock.dispensed")] == 5
    assert shown["abasto_events_total", ("duplicate", "stock.dispensed")] == 1
    assert shown["abasto_dead_letters_total", ("undecodable",)] == 2


def test_dead_letters_begin_at_nothing() -> None:
    shown = scraped(WorkerMetrics())
    assert {name: value for name, value in shown.items() if name[0] == "abasto_dead_letters_total"} == {
        ("abasto_dead_letters_total", (fault,)): 0 for fault in get_args(Fault)
    }


def test_stock_and_cover_of_an_item_are_summed_over_the_shards() -> None:
    metrics = WorkerMetrics()
    metrics.show(0, figures(usable=100, cpm=30, counted=1, out=0))
    metrics.show(1, figures(usable=0, cpm=20, counted=2, out=2))
    shown = scraped(metrics)
    assert shown["abasto_stock_pieces", (ITEM,)] == 100
    assert shown["abasto_cpm_pieces", (ITEM,)] == 50
    assert shown["abasto_cover_days", (ITEM,)] == 60
    assert shown["abasto_positions_out", (ITEM,)] == 2
    assert shown["abasto_alerts_open", ("stock_out", "critical")] == 2
    assert shown["abasto_positions", ("1",)] == 3


def test_an_item_never_counted_has_no_stock_and_without_cpm_no_cover() -> None:
    metrics = WorkerMetrics()
    metrics.show(0, figures(usable=0, cpm=12, counted=0, out=0))
    assert ("abasto_stock_pieces", (ITEM,)) not in scraped(metrics)
    metrics.show(0, figures(usable=5, cpm=0, counted=1, out=0))
    assert ("abasto_cover_days", (ITEM,)) not in scraped(metrics)


def test_use_where_nothing_was_ever_counted_shortens_no_cover() -> None:
    metrics = WorkerMetrics()
    metrics.show(0, figures(usable=100, cpm=30, counted=1, out=0))
    metrics.show(1, figures(usable=0, cpm=20, counted=0, out=0))
    shown = scraped(metrics)
    assert shown["abasto_cpm_pieces", (ITEM,)] == 30
    assert shown["abasto_cover_days", (ITEM,)] == 100


def test_a_lag_that_is_not_known_is_not_shown_as_none() -> None:
    metrics = WorkerMetrics()
    metrics.show(4, figures())
    shown = scraped(metrics)
    assert shown["abasto_lag_offsets", ("4", CONSUMPTION)] == 7
    assert ("abasto_lag_offsets", ("4", INVENTORY)) not in shown
    assert shown["abasto_ends_unknown", ("4",)] == 1


def test_a_shard_given_up_is_shown_no_more() -> None:
    metrics = WorkerMetrics()
    metrics.show(0, figures())
    metrics.forget(0)
    assert not [name for name, _ in scraped(metrics) if name in {"abasto_positions", "abasto_lag_offsets"}]


def test_the_stages_of_a_worker_show_each_their_own_and_what_they_share_once() -> None:
    metrics = WorkerMetrics()
    metrics.show(0, figures())
    wide = ShardFigures(
        positions=None,
        lag={REKEYED: 2},
        ends_unknown=1,
        newest_ms={},
        open_alerts={("silent_facility", "high"): 1},
        stock={},
        subjects=9,
    )
    metrics.show(0, wide, WIDE_CHANGELOG)
    shown = scraped(metrics)
    assert shown["abasto_positions", ("0",)] == 3
    assert shown["abasto_wide_subjects", ("0",)] == 9
    assert shown["abasto_ends_unknown", ("0",)] == 2
    assert shown["abasto_alerts_open", ("silent_facility", "high")] == 1
    metrics.forget(0, WIDE_CHANGELOG)
    assert scraped(metrics)["abasto_positions", ("0",)] == 3
    assert ("abasto_wide_subjects", ("0",)) not in scraped(metrics)


def test_notes_are_no_events() -> None:
    metrics, tally = WorkerMetrics(), Tally()
    tally.outcomes[StockNote, Outcome.COUNTED] += 4
    metrics.add(tally)
    shown = scraped(metrics)
    assert shown["abasto_notes_total", ("stock",)] == 4
    assert not any(name == "abasto_events_total" for name, _ in shown)
