"""Facilities and items to tell notes of, driven as a shard drives its book, and the alerts that come of it."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import msgspec

from schemas.alerts import Alert
from schemas.catalogue import CatalogueEntry, Facility, Item
from schemas.channels import facility_key, item_key
from schemas.positions import Status
from schemas.rekeyed import Heard, Rekeyed, StockNote, Trouble
from supply.catalogue import Catalogue
from supply.clock import Reach
from supply.rules import Rules
from supply.wide.book import WideBook
from supply.wide.clock import WideClock
from supply.wide.thresholds import NationalShortage, SilentFacility, WideRules
from tests.events import ITEM, ZONE, ms

HOSPITALS = tuple(f"DFIMS{number:06d}" for number in range(40))

_STATUS: dict[Trouble | None, Status] = {
    "stock_out": "out",
    "shortage": "critical",
    "low_stock": "low",
    None: "adequate",
}

decode_alert = msgspec.json.Decoder(Alert).decode


def rules(silent: SilentFacility | None = None, national: NationalShortage | None = None) -> Rules:
    """The default rules, but for these thresholds."""
    return Rules(
        wide=WideRules(silent_facility=silent or SilentFacility(), national_shortage=national or NationalShortage())
    )


def entries(ven: str | None = "V") -> list[CatalogueEntry]:
    """Forty hospitals and one item."""
    item = msgspec.convert({"item": ITEM, "name": "Rituximab", "oncology": True, "ven": ven}, Item)
    hospitals = [
        Facility(facility=code, name=f"Hospital {code[-2:]}", kind="hospital", timezone=ZONE) for code in HOSPITALS
    ]
    return [item, *hospitals]


def stock(facility: str, at: str, trouble: Trouble | None = None, **more: Any) -> StockNote:
    """A note of a position of the item."""
    known = {
        "status": _STATUS[trouble],
        "item": ITEM,
        "needed": True,
        "watched": True,
        "alert": None if trouble is None else f"{trouble}-{facility}",
    }
    return StockNote(facility=facility, at_ms=ms(at), trouble=trouble, **{**known, **more})


def heard(facility: str, *at: str) -> Heard:
    """A facility was heard."""
    return Heard(facility=facility, at_ms=tuple(ms(each) for each in at))


def daily(facility: str, first: str, last: str, hour: str = "10:00") -> Heard:
    """A facility was heard on each day of a span."""
    day, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    days = [day + dt.timedelta(days=number) for number in range((end - day).days + 1)]
    return heard(facility, *(f"{each} {hour}" for each in days))


class Nation:
    """A book of facilities and items, and everything it has published."""

    def __init__(self, *, rules: Rules | None = None, catalogue: Iterable[CatalogueEntry] | None = None) -> None:
        self.catalogue = Catalogue(entries() if catalogue is None else catalogue)
        self.rules = rules or Rules()
        self.changelog: dict[bytes, bytes] = {}
        self.alerts: list[Alert] = []
        self.book = WideBook(self.catalogue, self.rules, WideClock(1))

    def tell(self, *notes: Rekeyed) -> "Nation":
        """Take notes in, each under the keys that it is told by."""
        for note in notes:
            if isinstance(note, StockNote):
                self.book.take(item_key(note.item), note, note.at_ms)
            if isinstance(note, StockNote | Heard):
                self.book.take(facility_key(note.facility), note, 0)
        return self

    def hear_of_item(self, *notes: Heard) -> "Nation":
        """Take in that the item was heard of at facilities."""
        for note in notes:
            self.book.take(item_key(ITEM), note, 0)
        return self

    def until(self, at: str) -> "Nation":
        """Judge up to an instant, and publish."""
        self.book.advance(Reach(ms(at), ms(at)))
        return self.publish()

    def publish(self, at: str | None = None) -> "Nation":
        """Publish; with an instant as in service, judged then."""
        publication = self.book.publish(None if at is None else ms(at))
        self.changelog.update(publication.changelog)
        self.alerts += [decode_alert(value) for _, value in publication.alerts]
        return self

    def recovered(self) -> "Nation":
        """Begin again from what was stored."""
        self.book = WideBook(self.catalogue, self.rules, WideClock(1))
        for key, value in self.changelog.items():
            self.book.load(key, value)
        return self

    @property
    def story(self) -> list[str]:
        """The alerts' transitions in short: `2026-03-02 national_shortage firing critical`."""
        return [f"{alert.at.date()} {alert.condition} {alert.state} {alert.severity}" for alert in self.alerts]
