"""The dashboard "Abasto": which alerts are open, the indicators, what lasts how long, and whether the engine keeps up.

`python -m deploy.grafana.dashboard` writes the JSON that Grafana is provisioned with; with `--check` it fails when the
checked-in file is stale.
"""

import json
import sys
from pathlib import Path

from deploy.grafana.indicators import INDICATORS
from deploy.grafana.panels import DATASOURCE, Json, Panel, Query, Row, laid_out

FILE = Path(__file__).parent / "dashboards" / "abasto.json"

RATE = "[$__rate_interval]"


def days_of_all_pieces(which: str = "") -> str:
    """How long the pieces of items would last over all workers: each sees its own positions, so pieces and CPM are
    added up first."""
    return f"sum by (item) (abasto_stock_pieces{which}) / (sum by (item) (abasto_cpm_pieces{which}) > 0) * 30"


def quantiles(histogram: str) -> tuple[Query, Query]:
    """Median and 99th percentile of a histogram, over all processes."""
    rate = f"sum by (le) (rate({histogram}_bucket{RATE}))"
    return (
        Query(f"histogram_quantile(0.5, {rate})", "half of them within"),
        Query(f"histogram_quantile(0.99, {rate})", "99 of 100 within"),
    )


ALERTS = Row(
    "Alerts",
    (
        Panel(
            "stat",
            "How many alerts are open, and how grave are they?",
            "Alerts firing now, by severity. The inbox with what to do about each: `abasto alerts`.",
            "none",
            (
                # Zero, and not "no data", as long as a worker answers.
                Query("sum(abasto_alerts_open) or 0 * sum(abasto_positions)", "all"),
                Query("sum by (severity) (abasto_alerts_open)", "{{severity}}"),
            ),
        ),
        Panel(
            "timeseries",
            "Which conditions are open?",
            "Alerts firing, by condition. A steep rise in many facilities at once is more often a late supplier, or a "
            "silent source, than many separate troubles.",
            "none",
            (Query("sum by (condition) (abasto_alerts_open)", "{{condition}}"),),
            width=16,
            stacked=True,
        ),
    ),
)

STOCK = Row(
    "Stock of items, as the workers count it",
    (
        Panel(
            "bargauge",
            "Which items would be used up first?",
            "Usable pieces of the whole network / its average monthly consumption (CPM) x 30 days, the 15 shortest. "
            "An item may last long in total and be missing where it is needed: the indicators look at each place.",
            "d",
            (Query(f"sort(bottomk(15, {days_of_all_pieces()}))", "{{item}}"),),
            height=16,
            steps=((None, "red"), (30, "orange"), (60, "green")),
            decimals=0,
        ),
        Panel(
            "timeseries",
            "How long would all pieces of the chosen items last?",
            "As on the left, over time.",
            "d",
            (Query(days_of_all_pieces('{item=~"$item"}'), "{{item}}"),),
            width=16,
        ),
        Panel(
            "timeseries",
            "How much usable stock is there of the chosen items?",
            "Pieces in all facilities; expired and quarantined lots are not counted.",
            "none",
            (Query('sum by (item) (abasto_stock_pieces{item=~"$item"})', "{{item}}"),),
        ),
        Panel(
            "timeseries",
            "In how many places is nothing of the chosen items?",
            "Positions counted and without usable pieces, whether anybody needs the item there or not.",
            "none",
            (Query('sum by (item) (abasto_positions_out{item=~"$item"})', "{{item}}"),),
        ),
    ),
)

EVENTS = Row(
    "Events",
    (
        Panel(
            "timeseries",
            "How many events arrive, and of what type?",
            "Events admitted per second. A type that stops while others go on is a source that fell silent.",
            "eps",
            (Query(f"sum by (type) (rate(abasto_events_total{RATE}))", "{{type}}"),),
            stacked=True,
        ),
        Panel(
            "timeseries",
            "What becomes of them?",
            "counted: moved a position. duplicate: known already, without effect. late: older than the lateness "
            "window, only its month counts. elsewhere: sent on to the partition of its position.",
            "eps",
            (Query(f"sum by (outcome) (rate(abasto_events_total{RATE}))", "{{outcome}}"),),
            stacked=True,
        ),
        Panel(
            "timeseries",
            "What is refused, and why?",
            "Records that became dead letters, by fault. Each is kept with its reason: `abasto dead-letters list`.",
            "none",
            (Query(f"sum by (fault) (increase(abasto_dead_letters_total{RATE}))", "{{fault}}"),),
            stacked=True,
        ),
    ),
)

ENGINE = Row(
    "Engine",
    (
        Panel(
            "timeseries",
            "How far behind is the worker?",
            "Offsets between what was counted and the last known end of each input. Above zero for long: more events "
            "than one worker can count, so start another one, up to the number of partitions.",
            "none",
            (Query("sum by (topic) (abasto_lag_offsets)", "{{topic}}"),),
        ),
        Panel(
            "timeseries",
            "How old is the newest event counted?",
            "Age of the newest event of each input, by the time the event itself tells. Some are quiet at night.",
            "s",
            (Query("min by (topic) (abasto_newest_event_age_seconds)", "{{topic}}"),),
        ),
        Panel(
            "timeseries",
            "How long does a checkpoint take?",
            "From its snapshot to its commit. One that takes 45 s is given up, and the worker starts again.",
            "s",
            quantiles("abasto_checkpoint_seconds"),
        ),
        Panel(
            "timeseries",
            "How far behind is the read model?",
            "Records published and not yet in the database.",
            "none",
            (Query("sum by (topic) (abasto_projector_lag_records)", "{{topic}}"),),
        ),
        Panel(
            "timeseries",
            "How old is what people see?",
            "The read model holds everything published up to this long ago. It rises when Kafka, the projector or the "
            "database is away.",
            "s",
            (Query("time() - max(abasto_projector_fresh_timestamp_seconds)", "age"),),
        ),
        Panel(
            "timeseries",
            "How soon can a person see what was published?",
            "From publication to visible in the database, of the oldest record of each batch.",
            "s",
            quantiles("abasto_projector_delay_seconds"),
        ),
        Panel(
            "stat",
            "Does every process answer?",
            "Processes whose metrics Prometheus could read at the last attempt.",
            "none",
            (Query("sum by (job) (up)", "{{job}}"),),
            steps=((None, "red"), (1, "green")),
        ),
        Panel(
            "timeseries",
            "Does every worker look after its shards?",
            "How long ago each worker last did. It does so many times a second: one that falls behind hangs.",
            "s",
            (Query("time() - (abasto_worker_alive_timestamp_seconds > 0)", "{{instance}}"),),
        ),
        Panel(
            "stat",
            "Did anything happen that never should?",
            "In the span shown: versions or sequences that jumped on their way to the read model, and shards that "
            "another owner took over. A worker that hung or was cut off explains the latter; the former is a fault.",
            "none",
            (
                Query(
                    "sum(increase(abasto_projector_faults_total[$__range])) or 0 * max(abasto_projector_broker_up)",
                    "broken promises",
                ),
                Query("sum(increase(abasto_shards_fenced_total[$__range]))", "shards taken over"),
            ),
            steps=((None, "green"), (1, "red")),
            decimals=0,
        ),
        Panel(
            "timeseries",
            "Is the database keeping up?",
            "Time of one transaction of the projector.",
            "s",
            quantiles("abasto_projector_batch_seconds"),
        ),
    ),
)


def dashboard() -> Json:
    """The dashboard as Grafana reads it."""
    return {
        "uid": "abasto",
        "title": "Abasto",
        "description": "Open alerts, the indicators, stock by item, and whether the engine keeps up.",
        "tags": ["abasto"],
        "schemaVersion": 41,
        "editable": False,
        "graphTooltip": 1,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "timezone": "browser",
        "templating": {"list": [_items()]},
        "panels": laid_out((ALERTS, INDICATORS, STOCK, EVENTS, ENGINE)),
    }


def text() -> str:
    """The file's content."""
    return json.dumps(dashboard(), indent=2, ensure_ascii=False) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or say whether it is stale."""
    if arguments != ["--check"]:
        FILE.write_text(text(), encoding="utf-8")
        return 0
    if FILE.read_text(encoding="utf-8") == text():
        return 0
    sys.stderr.write(f"{FILE} is stale: run `python -m deploy.grafana.dashboard`\n")
    return 1


def _items() -> Json:
    """The choice of items at the head of the page, all of them at first."""
    query = "label_values(abasto_stock_pieces, item)"
    return {
        "name": "item",
        "label": "Item",
        "type": "query",
        "datasource": DATASOURCE,
        "query": {"query": query, "refId": "items"},
        "definition": query,
        "refresh": 2,
        "sort": 1,
        "multi": True,
        "includeAll": True,
        "current": {"text": ["All"], "value": ["$__all"]},
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
