"""The positions of a country as stored state: a few are lived through by the rules, the rest are copies of those.

To count fifteen months of events of 390,000 positions takes an hour; to copy what they come to takes seconds, and a
shard takes a copy over as it does any position of its changelog.
"""

import datetime as dt
import random
from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec

from schemas.catalogue import Facility, Item
from schemas.channels import ARRIVALS, CONSUMPTION, INPUTS, INVENTORY, position_key
from supply.book import Book
from supply.catalogue import Catalogue
from supply.clock import ShardClock
from supply.intake import Intake
from supply.publication import Record
from supply.rules import Rules

FACILITIES: Final = 13_000
ITEMS: Final = 3_000
SOURCE: Final = "urn:abasto:country"

NOW: Final = dt.datetime(2026, 3, 30, 18, tzinfo=dt.UTC)
"""Noon in Mexico City. The next midnight but one begins a month."""
HISTORY_DAYS: Final = 460
"""Fifteen months: all that a position keeps."""
BUSY_DAYS: Final = 30
"""So long before now events come as often as today; before that every third day: totals of months keep no events."""
OLD_EVENTS_A_DAY: Final = 1 / 3
REVIEW_DAYS: Final = 30
TARGET_MONTHS: Final = 3
LEAD_DAYS: Final = 15
LATE_SHARE, LATE_DAYS = 0.1, 10
"""Of the orders."""
SHORT_SHARE, SENT_SHORT = 0.1, 0.25
"""Of the positions, and of what they order: it does not last them from one month to the next."""
LOT_DAYS: Final = 400
CHUNK_EVENTS: Final = 2_000
PUBLICATION_EVENTS: Final = 40_000
READY_MS: Final = 3_600_000
"""After the last event: no history is being told any more."""


class Stored(NamedTuple):
    """A position that was lived through: its changelog value and its published record."""

    state: bytes
    view: bytes


class Event(NamedTuple):
    """An event on its way, by the instant at which it happens."""

    at: dt.datetime
    topic: str
    key: bytes
    value: bytes


def facility(number: int) -> str:
    """The code of a facility."""
    return f"DFIMS{number:06d}"


def item(number: int) -> str:
    """The code of an item."""
    return f"010.000.{number:04d}.00"


def catalogue(watched_share: float) -> Catalogue:
    """All facilities and items; the first items are watched."""
    known = Catalogue(
        Item(item=item(number), name=f"Medicamento {number}", presentation="500 mg/50 ml", oncology=True, ven="V")
        if number < ITEMS * watched_share
        else Item(item=item(number), name=f"Medicamento {number}", presentation="500 mg/50 ml")
        for number in range(ITEMS)
    )
    for number in range(FACILITIES):
        known.put(Facility(facility=facility(number), name=f"Hospital {number}", kind="hospital", state="Puebla"))
    return known


def keys(count: int) -> Iterator[tuple[str, str]]:
    """Facilities and items of so many positions, spread over both as the hash of their keys spreads a shard's."""
    for number in range(count):
        block, place = divmod(number, FACILITIES)
        yield facility(place), item((place + 101 * block) % ITEMS)


def lived(known: Catalogue, rules: Rules, count: int, events_a_day: float, now: dt.datetime = NOW) -> list[Stored]:
    """So many positions after fifteen months, each judged an hour after `now`."""
    chance = random.Random(1)
    places = [(facility(number), item(number * ITEMS // count)) for number in range(count)]
    happened = sorted(event for place in places for event in _history(*place, events_a_day, now, chance))
    book, intake, clock = Book(known, rules), Intake(known), ShardClock(INPUTS, rules.lateness_ms)
    newest: dict[bytes, Record] = {}
    views: dict[bytes, bytes] = {}
    now_ms = round(now.timestamp() * 1000)
    for number, event in enumerate(happened, 1):
        key, message, at_ms = intake.admit(event.topic, event.key, event.value, (), now_ms)
        book.take(key, message, at_ms)
        clock.seen(event.topic, at_ms)
        if number % CHUNK_EVENTS == 0:
            book.advance(clock.limit((), None))
        if number % PUBLICATION_EVENTS == 0:
            book.publish(None)
    book.advance(clock.limit(INPUTS, now_ms))
    book.publish(None)
    book.advance(clock.limit(INPUTS, now_ms + READY_MS))
    published = book.publish(now_ms + READY_MS)
    newest = {record[0]: record for record in published.changelog}
    views = dict(published.positions)
    wanted = [position_key(*place).encode() for place in places]
    return [Stored(newest[key][1], views[key]) for key in wanted if key in newest]


def _history(place: str, code: str, events_a_day: float, now: dt.datetime, chance: random.Random) -> Iterator[Event]:
    """A position that is counted every month and then orders up to three months of use; some are always sent less."""
    use = max(1.0, events_a_day) * 10 ** chance.uniform(0, 2)
    """Pieces a day: each event takes one at least."""
    sent = SENT_SHORT if chance.random() < SHORT_SHARE else 1.0
    stock = held = round(use * REVIEW_DAYS * 2)
    at = now - dt.timedelta(days=HISTORY_DAYS + chance.random() * REVIEW_DAYS)
    orders: list[tuple[dt.datetime, int, int]] = []
    number, reviewed_at = 0, at
    yield _event(INVENTORY, place, code, at, "c0", type="stock.counted", quantity=stock)
    while True:
        rate = events_a_day if at > now - dt.timedelta(days=BUSY_DAYS) else OLD_EVENTS_A_DAY
        at += dt.timedelta(days=chance.expovariate(rate))
        if at >= now:
            return
        number += 1
        if at - reviewed_at >= dt.timedelta(days=REVIEW_DAYS):
            reviewed_at = at
            wanted = max(1, round(sent * (use * REVIEW_DAYS * TARGET_MONTHS - held)))
            yield _event(INVENTORY, place, code, at, f"c{number}", type="stock.counted", quantity=held)
            ordered = {"order": f"o{number}", "quantity": wanted}
            expected = (at + dt.timedelta(days=LEAD_DAYS)).date().isoformat()
            yield _event(
                ARRIVALS, place, code, at, f"s{number}", type="arrival.scheduled", expected_on=expected, **ordered
            )
            late = LATE_DAYS if chance.random() < LATE_SHARE else 0
            orders.append((at + dt.timedelta(days=chance.uniform(5, LEAD_DAYS) + late), number, wanted))
        while orders and orders[0][0] <= at:
            _, order, quantity = orders.pop(0)
            held += quantity
            expires = (at + dt.timedelta(days=LOT_DAYS)).date().isoformat()
            lot = {"lot": f"L{order}", "expires_on": expires, "quantity": quantity}
            received = {"order": f"o{order}", "quantity": quantity, "lots": [lot]}
            yield _event(ARRIVALS, place, code, at, f"r{number}", type="arrival.received", **received)
        taken = min(held, max(1, round(use / rate * chance.uniform(0.5, 1.5))))
        if taken:
            held -= taken
            yield _event(CONSUMPTION, place, code, at, f"d{number}", type="stock.dispensed", quantity=taken)
        else:
            yield _event(CONSUMPTION, place, code, at, f"u{number}", type="demand.unmet", quantity=max(1, round(use)))


def today(place: str, code: str, at: dt.datetime, number: int, chance: random.Random) -> Event:
    """One event of a position just now: nine of ten are dispensings."""
    drawn, quantity = chance.random(), chance.randrange(1, 9)
    match drawn:
        case _ if drawn < 0.9:
            return _event(CONSUMPTION, place, code, at, f"t{number}", type="stock.dispensed", quantity=quantity)
        case _ if drawn < 0.95:
            return _event(INVENTORY, place, code, at, f"t{number}", type="stock.adjusted", delta=-1, reason="damaged")
        case _:
            return _event(ARRIVALS, place, code, at, f"t{number}", type="arrival.received", quantity=quantity)


def _event(topic: str, place: str, code: str, at: dt.datetime, name: str, **content: object) -> Event:
    whole = {"id": f"{place}{code}{name}", "source": SOURCE, "time": at.isoformat(), "facility": place, "item": code}
    return Event(at, topic, position_key(place, code).encode(), msgspec.json.encode(whole | content))
