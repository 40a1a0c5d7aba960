"""A shelf to tell events to, driven as a shard drives its book, and what it publishes, decoded."""

import sys
from collections.abc import Collection, Iterable, Mapping
from typing import Any, get_args

import msgspec

from schemas.alerts import Alert, Condition
from schemas.catalogue import CatalogueEntry, Facility, Item
from schemas.channels import INPUTS, TOPIC_OF, position_key
from schemas.events import Event
from schemas.positions import Position
from supply.book import Book
from supply.catalogue import Catalogue
from supply.clock import Reach, ShardClock
from supply.holdings import AWAKE_LIMIT
from supply.position import Outcome
from supply.publication import Publication
from supply.rules import Rules
from tests.events import HOSPITAL, ITEM, ZONE, ms, time_of

decode_position = msgspec.json.Decoder(Position).decode
decode_alert = msgspec.json.Decoder(Alert).decode

RULES = Rules()
ALL_CONDITIONS: tuple[Condition, ...] = get_args(Condition)
KEY = position_key(HOSPITAL, ITEM)
"""Of the position that most tests are about."""


def hospital(**more: Any) -> Facility:
    """The facility of the tests."""
    return Facility(**{"facility": HOSPITAL, "name": "Hospital", "kind": "hospital", "timezone": ZONE, **more})


def medicine(**more: Any) -> Item:
    """The item of the tests: vital, oncology."""
    return Item(**{"item": ITEM, "name": "Rituximab", "oncology": True, "ven": "V", **more})


class Shelf:
    """A book with the hospital and the item of the tests, or others, and everything it has published: alerts of some
    conditions `only`, where a story is about these."""

    def __init__(
        self,
        *events: Event,
        rules: Rules = RULES,
        entries: Iterable[CatalogueEntry] = (),
        changelog: Mapping[bytes, bytes] | None = None,
        awake_limit: int = AWAKE_LIMIT,
        at_once: int = sys.maxsize,
        only: Collection[Condition] = ALL_CONDITIONS,
    ) -> None:
        self.only = only
        self.catalogue = Catalogue([hospital(), medicine(), *entries])
        self.rules = rules
        self.book = Book(self.catalogue, rules, awake_limit=awake_limit, at_once=at_once)
        self.clock = ShardClock(INPUTS, rules.lateness_ms)
        self.changelog: dict[bytes, bytes] = dict(changelog or {})
        self.positions: dict[str, Position] = {}
        self.raw: dict[str, dict[str, Any]] = {}
        self.alerts: list[Alert] = []
        for key, value in self.changelog.items():
            self.book.load(key, value)
        self.tell(*events)

    def tell(self, *events: Event, read_at_ms: int = 0) -> list[Outcome]:
        """Fold events, read at an instant of the wall clock; what became of them comes back."""
        outcomes = []
        for event in events:
            at_ms = time_of(event)
            outcomes.append(self.book.take(position_key(event.facility, event.item), event, at_ms))
            self.clock.seen(TOPIC_OF[event.__class__], at_ms, read_at_ms)
        return outcomes

    def advance(self) -> None:
        """Evaluate as far as the events allow."""
        self.book.advance(self.clock.limit((), None))

    def until(self, at: str) -> "Shelf":
        """All events are told: evaluate every midnight up to an instant, and publish."""
        end = ms(at)
        self.book.advance(Reach(end, end))
        self.keep(self.book.publish(None))
        return self

    def publish(self, at: str | None = None) -> "Shelf":
        """Publish; with an instant as the service does, evaluated then."""
        self.keep(self.book.publish(None if at is None else ms(at)))
        return self

    def keep(self, publication: Publication) -> None:
        """Remember what was published."""
        self.changelog.update(publication.changelog)
        for key, value in publication.positions:
            self.positions[key.decode()] = decode_position(value)
            self.raw[key.decode()] = msgspec.json.decode(value)
        alerts = [decode_alert(value) for _, value in publication.alerts]
        self.alerts += [alert for alert in alerts if alert.condition in self.only]

    @property
    def position(self) -> Position:
        """The one position."""
        (position,) = self.positions.values()
        return position

    @property
    def story(self) -> list[str]:
        """The alerts' transitions in short, without reminders: `2026-03-02 stock_out firing critical`."""
        told = [alert for alert in self.alerts if not alert.repeat]
        return [f"{alert.at.date()} {alert.condition} {alert.state} {alert.severity}" for alert in told]


def position(*events: Event, at: str, rules: Rules = RULES, entries: Iterable[CatalogueEntry] = ()) -> Position:
    """The position that events lead to, as of an instant."""
    return Shelf(*events, rules=rules, entries=entries).publish(at).position


def as_of(at: str, *events: Event) -> tuple[float | None, float | None]:
    """On hand and usable."""
    found = position(*events, at=at)
    return found.on_hand, found.usable
