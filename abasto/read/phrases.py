"""Facts as a coordinator says them: until when it lasts, what is coming, who has some."""

import datetime as dt
from collections.abc import Sequence

from rich.text import Text

from abasto.read.words import Words
from store.queries import AlertLine, PositionLine, Stock


def until_when(words: Words, line: AlertLine | PositionLine) -> Text:
    """The projected stock-out with the days until then, and under it what is coming."""
    return Text("\n").join([_lasts(words, line), _coming(words, line.due_quantity, line.next_due_on)])


def _lasts(words: Words, line: AlertLine | PositionLine) -> Text:
    if line.usable is None:
        return Text(words("status.unknown"), style="magenta")
    if line.usable <= 0:
        return Text(words("status.out"), style="bold red")
    if not line.cpm:
        return Text(words("status.no_consumption"), style="dim")
    if line.projected_stockout_on is None:
        return Text(words("beyond"))
    text = Text(words.date(line.projected_stockout_on), style="bold")
    if line.cover_days is not None:
        text.append(f", {words.days(line.cover_days)}", style="not bold")
    return text


def _coming(words: Words, quantity: float | None, next_on: dt.date | None) -> Text:
    if not quantity:
        return Text(words("nothing_coming"), style="dim")
    pieces = words.quantity(quantity)
    if next_on is None:
        return Text(words("coming_late", pieces=pieces), style="yellow")
    return Text(words("coming_on", pieces=pieces, day=words.date(next_on)))


def who_has(words: Words, elsewhere: Sequence[Stock], lenders: int) -> Text:
    """The supplying warehouse's stock, and the first of those with a surplus."""
    lines = [
        Text(f"{words('supplier')}: {words.quantity(stock.usable)}", style="" if stock.usable else "red")
        for stock in elsewhere
        if stock.supplier
    ]
    with_surplus = [stock for stock in elsewhere if not stock.supplier]
    for stock in with_surplus[:lenders]:
        line = Text(f"{stock.facility_name}: ")
        line.append(words.quantity(stock.usable), style="green")
        if stock.distance_km is not None:
            line.append(f" ({stock.distance_km:,.0f} km)", style="dim")
        lines.append(line)
    if not with_surplus:
        lines.append(Text(words("nobody"), style="dim"))
    return Text("\n").join(lines)
