"""What it costs to judge one item in all facilities of a country, and how large the notice of its shortage is.

    cd build/compiled && PYTHONPATH=../.. ../../.venv/bin/python -m benchmarks.scaling.national [--short 0.05]

The book of the second stage is told how the item stands in each facility: a share is short of it, one in ten has a
surplus. Then one facility after the other is told of anew, with a checkpoint after each, as in service.
"""

import argparse
import datetime as dt
import time

import msgspec

from benchmarks.machine import machine
from benchmarks.scaling.country import NOW, catalogue, facility, item
from schemas.channels import item_key
from schemas.rekeyed import Reached, StockNote
from supply.catalogue import Catalogue
from supply.rules import Rules
from supply.wide.book import WideBook
from supply.wide.clock import WideClock
from supply.wide.subject import write_place

PLACES = (70, 1_300, 13_000)
JUDGEMENTS = 50
DAY_MS = 86_400_000


def main() -> None:
    """A line for each size of a country."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", type=float, default=0.05, help="share of the facilities that are short of the item")
    chosen = parser.parse_args()
    print(machine())
    known = catalogue(1.0)
    for places in PLACES:
        print(_judged(known, places, chosen.short), flush=True)


def _judged(known: Catalogue, places: int, share: float) -> str:
    clock = WideClock(1)
    book = WideBook(known, Rules(), clock)
    now_ms = round(NOW.timestamp() * 1000)
    book.take("", Reached(shard=0, at_ms=now_ms), now_ms)
    for number in range(places):
        book.take(item_key(item(0)), _note(number, now_ms, short=number < places * share), now_ms)
    book.advance(clock.limit((), None))
    first = book.publish(now_ms + 1)
    # It holds for a day, then it is told.
    now_ms += 2 * DAY_MS
    book.take(item_key(item(0)), _note(0, now_ms, short=share > 0), now_ms)
    told = book.publish(now_ms + 1)
    notice = max((len(value) for _, value in told.alerts), default=0)
    stored = len(told.changelog[-1][1])
    began = time.process_time()
    for number in range(JUDGEMENTS):
        now_ms += 1_000
        book.take(item_key(item(0)), _note(number, now_ms, short=number < places * share), now_ms)
        book.publish(now_ms + 1)
    each = (time.process_time() - began) / JUDGEMENTS
    place = len(write_place(_note(1, now_ms, short=True)))
    return (
        f"{places:,} facilities, {share:.0%} short: {each * 1e3:.2f} ms of CPU a judgement; the notice {notice:,} B, "
        f"the stored item {stored:,} B, a place {place} B, {len(first.changelog):,} records the first time"
    )


def _note(number: int, at_ms: int, *, short: bool) -> StockNote:
    lends = not short and number % 10 == 9
    code = facility(number)
    note = StockNote(
        facility=code,
        item=item(0),
        at_ms=at_ms,
        status="critical" if short else "surplus" if lends else "adequate",
        needed=True,
        watched=True,
        usable=120,
        cpm=100.0,
        surplus=50 if lends else None,
        heard_at=at_ms,
    )
    if not short:
        return note
    return msgspec.structs.replace(
        note,
        trouble="shortage",
        alert=f"{number:032x}",
        severity="high",
        projected_stockout_on=NOW.date() + dt.timedelta(days=7),
    )


if __name__ == "__main__":
    main()
