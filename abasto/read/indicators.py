"""`abasto indicators`: how well a group of positions is supplied, as a table or JSON."""

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from abasto.read.commands import tidied
from abasto.read.lists import print_table
from abasto.read.session import read_model, settings_for
from abasto.read.styles import two_lines
from abasto.read.words import Lang, Words
from abasto.terminal import print_json
from store import queries
from store.queries import IndicatorLine, IndicatorPage, PositionFilter
from store.queries.indicators import By
from supply.indicators.figure import Figure

COLUMNS = ("i.abasto", "i.with_stock", "i.stock_out", "i.cover", "i.orders", "i.month_out", "i.error")

NAME_COLUMNS = 24
"""Wide enough for a name in two or three lines beside seven figures on a terminal of 100 columns."""


def list_indicators(
    database: str | None,
    wanted: PositionFilter,
    *,
    by: By,
    month: str | None,
    limit: int,
    lang: Lang,
    as_json: bool,
) -> None:
    """Prints the indicators of the positions wanted; codes and states in `wanted` are as typed."""
    with read_model(settings_for(database)) as engine, engine.connect() as connection:
        page = queries.indicators(connection, tidied(connection, wanted), by=by, month=month, limit=limit)
    if as_json:
        print_json(page)
    else:
        print_table(indicator_table(page, Words(lang)))


def indicator_table(page: IndicatorPage, words: Words) -> RenderableType:
    """One line for each group; what has no value is a dash, and why is in the JSON."""
    if not page.lines or page.as_of is None:
        return Text(words("no_indicators"))
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column(words(f"by.group.{page.by}"), ratio=1, min_width=NAME_COLUMNS)
    for name in COLUMNS:
        table.add_column(words(name), justify="right", no_wrap=True)
    for line in page.lines:
        table.add_row(_group(line, page, words), *_cells(line, words))
    return Group(table, Text(" ".join(_notes(page, words)), style="dim"))


def _group(line: IndicatorLine, page: IndicatorPage, words: Words) -> Text:
    match page.by:
        case "nation":
            name = words("nation")
        case "state":
            name = line.group or words("no_state")
        case "month":
            name = line.group
        case _:
            name = line.name
    counted = words("one_position") if line.positions == 1 else words("positions_counted", total=f"{line.positions:,}")
    return two_lines(name, counted if name == line.group or not line.group else f"{line.group}\n{counted}")


def _cells(line: IndicatorLine, words: Words) -> list[Text]:
    stock, monthly = line.stock, line.monthly
    cover = stock.cover.median
    return [
        Text(percent(stock.abasto)),
        Text(percent(stock.with_stock)),
        Text(percent(stock.stock_out)),
        Text("-" if cover is None else words.days(cover)),
        two_lines(percent(stock.late_orders), percent(monthly.orders_complete_on_time)),
        two_lines(percent(monthly.stock_out_rate), percent(monthly.days_out_share)),
        two_lines(percent(monthly.forecast_wape), percent(monthly.forecast_bias, signed=True)),
    ]


def percent(figure: Figure, *, signed: bool = False) -> str:
    """`71.4 %`, or a dash where there is no value: never 0 for that."""
    if figure.value is None:
        return "-"
    # Nothing that is not all, or not none, is shown as 100 or 0.
    tenths = round(figure.value * 1000)
    if tenths == 1000 and figure.value < 1:
        tenths = 999
    if tenths == 0 and figure.value > 0:
        tenths = 1
    return f"{tenths / 10:{'+' if signed and tenths else ''},.1f} %"


def _notes(page: IndicatorPage, words: Words) -> list[str]:
    first = page.lines[0]
    notes = [words("i.counted_one") if page.total == 1 else words("i.counted", total=f"{page.total:,}")]
    if len(page.lines) < page.total:
        notes.append(words("shown", shown=len(page.lines), total=f"{page.total:,}"))
    if page.as_of is not None and any(line.stock.with_stock.missing != "stock_not_kept" for line in page.lines):
        notes.append(words("i.stock_at", day=f"{page.as_of:%Y-%m-%d %H:%M} UTC"))
    if any(line.stock.with_stock.missing == "stock_not_kept" for line in page.lines):
        notes.append(words("i.stock_not_kept"))
    if page.by != "month":
        notes.append(words("i.month", month=first.month))
    if any(line.month == page.running_month for line in page.lines):
        notes.append(words("i.running", month=page.running_month))
    return notes
