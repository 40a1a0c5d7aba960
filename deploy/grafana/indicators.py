"""The dashboard's row of indicators. It computes none: `supply/indicators` defines them, `store.queries.indicators`
feeds them, and the projector shows them as metrics (`store/indicator_metrics.py`)."""

from deploy.grafana.panels import Panel, Query, Row

NATION = 'state=""'
STATES = 'state!=""'


def share(which: str, where: str = NATION) -> str:
    """Indicators that are shares. While two projectors change places, both show them: once is enough."""
    return f'max by (indicator, state) (abasto_indicator_share{{indicator=~"{which}", {where}}})'


INDICATORS = Row(
    "Indicators, as of `abasto indicators` (docs/indicators.md)",
    (
        Panel(
            "stat",
            "What is the % abasto?",
            "Of the pieces that should be there (the targets), those that are, each position capped at its own target.",
            "percentunit",
            (Query(share("abasto"), "% abasto"),),
            steps=((None, "blue"),),
            decimals=1,
        ),
        Panel(
            "stat",
            "What share of the positions is with stock?",
            "Positions with something usable, of those counted once, needed or not.",
            "percentunit",
            (Query(share("with_stock"), "with stock"),),
            steps=((None, "blue"),),
            decimals=1,
        ),
        Panel(
            "stat",
            "What share of the positions is out of stock?",
            "Positions with nothing usable, of those counted once where the item is needed. One never counted is "
            "unknown, not out.",
            "percentunit",
            (Query(share("stock_out"), "stock-out"),),
            steps=((None, "green"), (0.05, "orange"), (0.15, "red")),
            decimals=1,
        ),
        Panel(
            "bargauge",
            "Which states have the lowest % abasto?",
            "The 15 lowest. A state without a target to compare with is not shown; unknown: the catalogue does not "
            "tell the state.",
            "percentunit",
            (Query(f"sort(bottomk(15, {share('abasto', STATES)}))", "{{state}}"),),
            height=16,
            steps=((None, "blue"),),
            decimals=1,
        ),
        Panel(
            "timeseries",
            "How did they move?",
            "The three of the nation, over time.",
            "percentunit",
            (Query(share("abasto|with_stock|stock_out"), "{{indicator}}"),),
        ),
        Panel(
            "timeseries",
            "For how long is there stock?",
            "Positions by days of cover: 0, then up to 15, 30, 60, 90, 180 days and beyond.",
            "none",
            (Query(f"max by (days) (abasto_indicator_cover_positions{{{NATION}}})", "{{days}}"),),
            stacked=True,
        ),
        Panel(
            "timeseries",
            "How was the last month that is over?",
            "Positions that had a day out, share of the days out, order lines complete and on time, and the error of "
            "our own CPM (pieces). Each steps when a month ends.",
            "percentunit",
            (Query(share("stock_out_rate|days_out_share|orders_complete_on_time|forecast_wape"), "{{indicator}}"),),
        ),
        Panel(
            "timeseries",
            "How old are the indicators?",
            "Since they were read from the read model: every minute, less often where it is large. They are gone when "
            "they could not be read for three times as long; the projector's log says why.",
            "s",
            (Query("time() - max(abasto_indicator_read_timestamp_seconds)", "age"),),
        ),
    ),
)
