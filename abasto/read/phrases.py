"""Facts as a coordinator says them: how long it lasts, what is coming, who has some."""

import datetime as dt
from collections.abc import Sequence

from rich.text import Text

from abasto.read.words import Words, local
from store.queries import AlertLine, PositionLine, Stock


def without_due(words: Words, line: AlertLine | PositionLine) -> Text:
    """The days that the stock at hand covers, and under them the day it runs out if nothing more comes."""
    why_no_days = _no_days(words, line)
    if why_no_days is not None:
        return why_no_days
    day = line.projected_stockout_on_without_due
    if line.cover_days is None:
        return _day(words, day)
    cover = Text(words.days(line.cover_days), style="bold")
    return cover if day is None else Text("\n").join([cover, _day(words, day)])


def with_due(words: Words, line: AlertLine | PositionLine) -> Text:
    """What is coming, and under it the day that the stock runs out once that is counted in."""
    if not line.due_quantity or _no_days(words, line) is not None:
        return coming(words, line)
    return Text("\n").join([coming(words, line), _day(words, line.projected_stockout_on)])


def _no_days(words: Words, line: AlertLine | PositionLine) -> Text | None:
    """Why no days can be told, if so."""
    if line.usable is None:
        return Text(words("status.unknown"), style="magenta")
    if line.usable <= 0:
        return Text(words("status.out"), style="bold red")
    if not line.cpm:
        return Text(words("status.no_consumption"), style="dim")
    return None


def _day(words: Words, day: dt.date | None) -> Text:
    return Text(words("beyond") if day is None else words("until", day=words.date(day)))


def reason(words: Words, line: AlertLine) -> str:
    """The sentence of an alert in the reader's language. It says what was so at the alert's last transition, and says
    when that was unless the figures beside it are of the same moment."""
    sentence = line.reason_en if words.lang == "en" else line.reason
    if line.as_of is not None and line.as_of <= line.at:
        return sentence
    written, now = (None if at is None else local(at, line.timezone).date() for at in (line.at, line.as_of))
    when = words.local_time if written == now else words.local_date
    return words("reason_as_of", when=when(line.at, line.timezone), sentence=sentence)


def coming(words: Words, line: AlertLine | PositionLine) -> Text:
    """The pieces due, and when the next of them are."""
    if not line.due_quantity:
        return Text(words("nothing_coming"), style="dim")
    pieces = words.quantity(line.due_quantity)
    if line.next_due_on is None:
        return Text(words("coming_late", pieces=pieces), style="yellow")
    return Text(words("coming_on", pieces=pieces, day=words.date(line.next_due_on)))


def lendable(words: Words, stock: Stock) -> str:
    """What a place with a surplus may lend, of what it has; a position of an older release says only the latter."""
    usable = words.quantity(stock.usable)
    return usable if stock.surplus is None else words("lends", surplus=words.quantity(stock.surplus), usable=usable)


def silence(words: Words, stock: Stock) -> Text:
    """Since when a silent place has said nothing, to follow what it had; nothing of one that reports."""
    if stock.silent_since is None:
        return Text("")
    return Text(f" {words('silent_since', day=words.date(stock.silent_since))}", style="bold yellow")


def who_has(words: Words, elsewhere: Sequence[Stock], lenders: int) -> Text:
    """The supplying warehouse's stock, and the first of those with a surplus; of a silent one, since when it is."""
    lines = [
        Text(f"{words('supplier')}: {words.quantity(stock.usable)}", style="" if stock.usable else "red").append_text(
            silence(words, stock)
        )
        for stock in elsewhere
        if stock.supplier
    ]
    with_surplus = [stock for stock in elsewhere if not stock.supplier]
    for stock in with_surplus[:lenders]:
        line = Text(f"{stock.facility_name}: ")
        line.append(lendable(words, stock), style="green")
        if stock.distance_km is not None:
            line.append(f" ({stock.distance_km:,.0f} km)", style="dim")
        line.append_text(silence(words, stock))
        lines.append(line)
    if not with_surplus:
        lines.append(Text(words("nobody"), style="dim"))
    return Text("\n").join(lines)
