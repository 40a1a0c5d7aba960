"""What one event costs the rules: admitted, folded into its position, evaluated daily and published.

    python benchmarks/book.py [EVENTS] [DAYS] [--profile]

Prints CPU microseconds an event, and what of them went into daily evaluations and publications. Fewer days are a
backlog (few evaluations), more days a replay of history.
"""

import argparse
import cProfile
import datetime as dt
import gc
import pstats
import random
import time

import msgspec

from schemas.catalogue import Facility, Item
from schemas.channels import ARRIVALS, CONSUMPTION, INPUTS, INVENTORY
from supply.book import Book
from supply.calendar import calendar_of
from supply.catalogue import Catalogue
from supply.clock import ShardClock
from supply.intake import Intake
from supply.publication import Publication
from supply.rules import Rules

POSITIONS = 1250
"""One shard of twelve of a national network: 15,000 positions."""
CHUNK_EVENTS = 2_000
PUBLICATION_EVENTS = 40_000
"""Checkpoints are larger under backlog."""

ITEMS = [f"010.000.{number:04d}.00" for number in range(POSITIONS // 5)]
FACILITIES = [f"DFIMS{number:06d}" for number in range(5)]
START = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)

Record = tuple[str, bytes, bytes]


def catalogue() -> Catalogue:
    """Every item vital and watched, every facility a hospital."""
    known = Catalogue(Item(item=code, name=code, oncology=True, ven="V") for code in ITEMS)
    for code in FACILITIES:
        known.put(Facility(facility=code, name=code, kind="hospital"))
    return known


def records(events: int, days: float) -> list[Record]:
    """Counts, receipts and dispensing, out of order by up to five hours: counts agree with the book but for that."""
    drawn = random.Random(1)
    stock: dict[tuple[str, str], int] = {}
    made = []
    for number in range(events):
        at = START + dt.timedelta(days=days * number / events - drawn.random() * 0.2)
        facility, item, kind = drawn.choice(FACILITIES), drawn.choice(ITEMS), drawn.random()
        body = {"id": f"e{number:09d}", "source": "urn:abasto:bench", "time": at.isoformat()}
        body |= {"facility": facility, "item": item}
        held = stock.setdefault((facility, item), drawn.randrange(100, 900))
        if kind < 0.1 or number < 2 * POSITIONS:
            topic, what = INVENTORY, {"type": "stock.counted", "quantity": held}
        elif kind < 0.17 or held < 9:
            quantity = drawn.randrange(1, 100)
            topic, what = ARRIVALS, {"type": "arrival.received", "quantity": quantity}
            stock[facility, item] += quantity
        else:
            quantity = drawn.randrange(1, 9)
            topic, what = CONSUMPTION, {"type": "stock.dispensed", "quantity": quantity}
            stock[facility, item] -= quantity
        made.append((topic, f"{facility}|{item}".encode(), msgspec.json.encode({**body, **what})))
    return made


def run(made: list[Record], known: Catalogue) -> None:
    """Fold the records as a shard does under backlog, and print what it cost."""
    rules = Rules()
    book, intake, clock = Book(known, rules), Intake(known), ShardClock(INPUTS, rules.lateness_ms)
    now_ms = time.time_ns() // 1_000_000
    advancing = publishing = 0.0
    published: list[Publication] = []
    started = time.process_time()
    for first in range(0, len(made), CHUNK_EVENTS):
        for topic, record_key, value in made[first : first + CHUNK_EVENTS]:
            key, event, at_ms = intake.admit(topic, record_key, value, (), now_ms)
            book.take(key, event, at_ms)
            clock.seen(topic, at_ms)
        before = time.process_time()
        book.advance(clock.limit((), None))
        advanced = time.process_time()
        advancing += advanced - before
        if (first + CHUNK_EVENTS) % PUBLICATION_EVENTS == 0:
            published.append(book.publish(None))
            publishing += time.process_time() - advanced
    total = time.process_time() - started
    positions = sum(len(each.positions) for each in published)
    alerts = sum(len(each.alerts) for each in published)
    state = sum(len(value) for each in published for _, value in each.changelog)
    print(
        f"{total / len(made) * 1e6:.2f} us an event: evaluations {advancing / len(made) * 1e6:.2f}, "
        f"publications {publishing / len(made) * 1e6:.2f} ({publishing / max(1, positions) * 1e6:.0f} us a position); "
        f"{positions} positions of {state // max(1, positions)} B of state, {alerts} alerts"
    )


def main() -> None:
    """Read the arguments and run once."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("events", type=int, nargs="?", default=100_000)
    parser.add_argument("days", type=float, nargs="?", default=60.0)
    parser.add_argument("--profile", action="store_true", help="show where the time goes; the figures grow by it")
    asked = parser.parse_args()
    made, known = records(asked.events, asked.days), catalogue()
    calendar_of("America/Mexico_City")
    gc.disable()
    if asked.profile:
        profile = cProfile.Profile()
        profile.runcall(run, made, known)
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)
    else:
        run(made, known)


if __name__ == "__main__":
    main()
