"""`abasto indicators`: how well a group of positions is supplied, as a table or JSON."""

from rich.console import RenderableType
from rich.text import Text

from abasto.read.commands import tidied
from abasto.read.figures import counted, figure_table, percent
from abasto.read.lists import print_table
from abasto.read.session import read_model, settings_for
from abasto.read.styles import two_lines
from abasto.read.words import Lang, Words
from abasto.terminal import print_json
from store import queries
from store.queries import IndicatorLine, IndicatorPage, PositionFilter
from store.queries.indicators import By

COLUMNS = ("i.abasto", "i.with_stock", "i.stock_out", "i.cover", "i.orders", "i.month_out", "i.error")


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
    rows = ([_group(line, page, words), *_cells(line, words)] for line in page.lines)
    return figure_table(words, page.by, COLUMNS, rows, _notes(page, words))


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
    size = words("one_position") if line.positions == 1 else words("positions_counted", total=f"{line.positions:,}")
    return two_lines(name, size if name == line.group or not line.group else f"{line.group}\n{size}")


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


def _notes(page: IndicatorPage, words: Words) -> list[str]:
    first = page.lines[0]
    notes = counted(words, shown=len(page.lines), total=page.total)
    if page.as_of is not None and not all(line.month_end for line in page.lines):
        notes.append(words("i.stock_at", day=f"{page.as_of:%Y-%m-%d %H:%M} UTC"))
    if any(line.month_end for line in page.lines):
        notes.append(words("i.ends") if page.by == "month" else words("i.end", month=first.month))
    if any("end_not_known" in line.stock.with_stock.left_out for line in page.lines):
        notes.append(words("i.end_not_known"))
    if page.by != "month":
        notes.append(words("i.month", month=first.month))
    if any(line.month == page.running_month for line in page.lines):
        notes.append(words("i.running", month=page.running_month))
    return notes
