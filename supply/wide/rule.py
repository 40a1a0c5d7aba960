"""What a rule over a whole facility, or over an item everywhere, gives."""

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple

from schemas.alerts import SEVERITIES, AlertPlace, AlertState, Condition, PlaceRole, Severity
from schemas.catalogue import Facility, Item
from schemas.rekeyed import StockNote
from supply.calendar import LocalCalendar, instant
from supply.catalogue import Catalogue
from supply.finding import Finding
from supply.language import Sentences
from supply.rules import AlertTiming
from supply.wide.thresholds import WideRules


class Scene(NamedTuple):
    """A facility or an item at an instant.

    `short`: how many of its places are short of the item; `heard`: the last event of each day on which a facility was
    heard before it, by local day; `item` and `facility` as the catalogue has them, `None` where it has not.
    """

    at_ms: int
    code: str
    calendar: LocalCalendar
    facility: Facility | None
    item: Item | None
    places: Mapping[str, StockNote]
    short: int
    heard: Mapping[int, int]
    rules: WideRules
    catalogue: Catalogue

    @property
    def day(self) -> int:
        """The local day of the instant."""
        return self.calendar.day(self.at_ms)


class WideRule(NamedTuple):
    """A condition of a whole facility or of an item everywhere.

    `judge` says whether it holds, and `None` that nobody watches it; `explain` writes its sentences, given the state
    that the alert has come to; `places` lists the positions concerned.
    """

    condition: Condition
    judge: Callable[[Scene], Finding | None]
    timing: Callable[[WideRules], AlertTiming]
    explain: Callable[[Scene, AlertState], Sentences]
    places: Callable[[Scene], tuple[AlertPlace, ...]]


def alert_place(note: StockNote, role: PlaceRole) -> AlertPlace:
    """A position as an alert lists it."""
    return AlertPlace(
        facility=note.facility,
        item=note.item,
        role=role,
        as_of=instant(note.at_ms),
        status=note.status,
        alert=note.alert or note.surplus_alert,
        usable=note.usable,
        cpm=note.cpm,
        projected_stockout_on=note.projected_stockout_on,
        surplus=note.surplus,
        due_quantity=note.due_quantity,
        late_quantity=note.late_quantity,
        next_due_on=note.next_due_on,
    )


def counted(count: int, one: str, many: str) -> str:
    """A number and its noun: `1 alert`, `1,250 alerts`."""
    return f"{count:,} {one if count == 1 else many}"


def no_milder(severity: Severity, notes: Iterable[StockNote]) -> Severity:
    """A severity, or the worst of the alerts of positions where that is worse: who is shown one notice instead of those
    must not take it for less."""
    return max([severity, *(note.severity for note in notes if note.severity)], key=SEVERITIES.index)
