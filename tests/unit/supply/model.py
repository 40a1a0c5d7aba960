"""The ledger once more, from the design's words, as plainly as can be: sort all events, walk the days.

A movement at or before the latest count is already inside that count; on hand = latest count + movements after it. A
day out is a whole local day with nothing on hand on which nothing left the shelf either, after the item was first here.
A month closes with what is usable at the midnight that begins the next. `model_gap` says what
sheets explain of the gap at a count.
"""

import datetime as dt
from collections import defaultdict
from typing import Any
from zoneinfo import ZoneInfo

import xxhash

from schemas import events
from tests.events import ZONE
from tests.unit.supply.model_gap import Gap, Told, left_of_the_last

AT_ONE_INSTANT = (
    events.StockAdjusted,
    events.ArrivalReceived,
    events.StockDispensed,
    events.StockIssued,
    events.StockReturned,
    events.StockCounted,
)
MILLISECOND = dt.timedelta(milliseconds=1)
LEAVES = {events.StockDispensed: "dispensed", events.StockIssued: "issued"}
UNDATED = dt.date.max
"""Of pieces in quarantine of which no lot is known."""


def _order(event: events.Event) -> tuple[Any, ...]:
    turn = AT_ONE_INSTANT.index(type(event)) if type(event) in AT_ONE_INSTANT else -1
    return event.time, turn, xxhash.xxh3_64_intdigest(f"{event.source}\0{event.id}".encode())


def _fell(before: float | None, after: float | None) -> bool:
    return before is not None and after is not None and after < before


class Model:
    """The state after every event before an instant."""

    def __init__(self, history: list[events.Event], as_of: dt.datetime) -> None:
        self.on_hand: float | None = None
        self.expired: float = 0
        self.gaps: list[Gap] = []
        self.sheets = False
        self.last_count_on: dt.date | None = None
        self.counted_at = as_of
        self.reported: set[str] = set()
        self.here = False
        self.lots: list[list[Any]] = []
        self.aside: list[list[Any]] = []
        self.months: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(int))
        self.closings: dict[str, float] = {}
        self.by_counts: dict[dt.date, int] = defaultdict(int)
        self.waiting = 0
        self.left_at: dt.datetime | None = None
        self.here_at: dt.datetime | None = None
        told = {(each.source, each.id): each for each in history if each.time < as_of}
        queue = sorted(told.values(), key=_order)
        zone = ZoneInfo(ZONE)
        today, last = queue[0].time.astimezone(zone).date(), as_of.astimezone(zone).date()
        while today <= last:
            self.today = today
            self._expire()
            if today.day == 1 and self.on_hand is not None:
                self.closings[f"{today - dt.timedelta(days=1):%Y-%m}"] = max(0, self.on_hand)
            out = self.here and self._is_empty()
            while queue and queue[0].time.astimezone(zone).date() == today:
                event = queue.pop(0)
                before, after = self.on_hand, self._apply(event)
                left = not isinstance(event, events.StockCounted) and _fell(before, after)
                out = out and not left and self._is_empty()
            if out and today < last:
                self.months[f"{today:%Y-%m}"]["days_out"] += 1
            today += dt.timedelta(days=1)

    @property
    def gap(self) -> float | None:
        """Counted - book at the latest count, less what sheets say."""
        sheets = {name: self.months[name]["reported"] for name in self.reported}
        used = "to_services" if self.hands_to_services else "dispensed"
        single = {name: month[used] - month["returned"] for name, month in self.months.items()}
        days_out = {name: max(month["days_out"], month["reported_out"]) for name, month in self.months.items()}
        return left_of_the_last(self.gaps, Told(sheets, single, days_out))

    @property
    def hands_to_services(self) -> bool:
        """Whether nothing was dispensed, and issued in two months to what is no facility."""
        months = self.months.values()
        return not any(month["dispensed"] for month in months) and sum(month["to_services"] > 0 for month in months) > 1

    def _is_empty(self) -> bool:
        return self.on_hand is not None and self.on_hand <= 0

    def _expire(self) -> None:
        for held in [held for held in self.lots if held[0] < self.today]:
            self.lots.remove(held)
            self.expired += held[1]
            self.on_hand = (self.on_hand or 0) - held[1]

    def _apply(self, event: events.Event) -> float | None:
        month = self.months[f"{self.today:%Y-%m}"]
        match event:
            case events.StockCounted():
                self._count(event)
            case events.ArrivalReceived():
                usable, lots = self._usable(event)
                self.here = self.here or self._usable(event, expired_too=True)[0] > 0
                if self.on_hand is not None:
                    self.on_hand += usable
                    self.expired += sum(each.quantity for each in self._past(event))
                    self.aside = sorted(self.aside + self._quarantined(event))
                    if event.lots:
                        self.lots = sorted(self.lots + lots)
                        self._trim(self.on_hand)
            case events.StockAdjusted(delta=delta):
                self.here = self.here or delta > 0
                if self.on_hand is not None:
                    self._adjust(delta, event.reason)
            case events.StockReturned(quantity=quantity):
                self.here = True
                month["returned"] += quantity
                self._move(quantity)
            case events.ConsumptionReported(period=period, quantity=quantity, stockout_days=out):
                self.sheets = True
                self.months[period].update(reported=quantity, reported_out=out or 0)
                self.reported.add(period)
            case events.DemandUnmet(quantity=quantity):
                month["unmet"] += quantity
            case events.StockDispensed(quantity=quantity) | events.StockIssued(quantity=quantity):
                self.here = True
                month[LEAVES[type(event)]] += quantity
                if isinstance(event, events.StockIssued) and event.destination is None:
                    month["to_services"] += quantity
                self.left_at = event.time
                self._move(-quantity)
        if self.here and self.here_at is None:
            self.here_at = event.time
        return self.on_hand

    def _count(self, event: events.StockCounted) -> None:
        usable, lots = self._usable(event)
        expired = sum(each.quantity for each in self._past(event)) if event.lots else self._expired_in(usable)
        usable -= 0 if event.lots else expired
        if self.on_hand is not None:
            found = self._found(event, usable - self.on_hand, lots)
            self._judge(int(found), event)
            self.gaps.append(Gap(self.counted_at, event.time, found, after_sheet=self.sheets))
        self.on_hand, self.last_count_on, self.counted_at = usable, self.today, event.time
        self.here = self.here or self._usable(event, expired_too=True)[0] > 0
        self.aside = self._quarantined(event) or self.aside
        self.expired = expired
        if event.lots:
            self.lots = lots
        else:
            self._trim(usable)

    def _expired_in(self, counted: float) -> float:
        """What a count of which nobody told the lots holds beyond the book is what stood there expired."""
        return 0 if self.on_hand is None else min(self.expired, max(0, counted - max(0, self.on_hand)))

    def _found(self, event: events.StockCounted, more: float, lots: list[list[Any]]) -> float:
        """Counted - book, pieces in quarantine included. What left it is no loss, nor is what expired there; a lot
        counted as usable of which more is found than the book says has come back from it."""
        told = self._quarantined(event)
        if told:
            by_date = {False: 0.0, True: 0.0}
            for held, sign in [*((each, 1) for each in told), *((each, -1) for each in self.aside)]:
                by_date[held[0] < self.today] += sign * held[1]
            entered = by_date[False] + max(0, by_date[True])
            return more + entered if entered > 0 else max(min(more, 0), more + entered)
        for held in self.aside:
            back = max(0, min(held[1], more, sum(h[1] for h in lots if [h[0], h[2]] == [held[0], held[2]])))
            held[1] -= back
            more -= back
        self.aside = [held for held in self.aside if held[1]]
        return more

    def _judge(self, gap: int, count: Any) -> None:
        """What a count finds missing was used where nothing left for over a month; before that it waits to be told."""
        begins, left = self.counted_at, self.left_at or self.here_at
        if left is not None and left > begins:
            begins, self.waiting = left, 0
        if gap >= 0:
            waiting = min(gap, self.waiting)
            self.waiting -= waiting
            gap -= waiting
            for day in sorted(self.by_counts, reverse=True):
                taken = min(gap, self.by_counts[day])
                self.by_counts[day] -= taken
                gap -= taken
            return
        newly_expired = sum(each.quantity for each in self._past(count)) - self.expired if count.lots else 0
        missing = int(max(0, -gap - max(0, newly_expired)))
        if self.sheets or (left is not None and count.time - left <= dt.timedelta(days=31)):
            self.waiting += missing
        else:
            if self.waiting and left is not None:
                begins = left
            self._spread(self.waiting + missing, min(begins, count.time - dt.timedelta(milliseconds=1)), count.time)
            self.waiting = 0

    def _spread(self, pieces: int, begins: dt.datetime, ends: dt.datetime) -> None:
        zone, told = ZoneInfo(ZONE), 0
        day, length = begins.astimezone(zone).date(), (ends - begins) // MILLISECOND
        while day <= ends.astimezone(zone).date():
            next_day = day + dt.timedelta(days=1)
            over = dt.datetime(next_day.year, next_day.month, next_day.day, tzinfo=zone)
            by_then = pieces * ((min(over, ends) - begins) // MILLISECOND) // length
            self.by_counts[day] += by_then - told
            day, told = next_day, by_then

    def of_month(self, name: str) -> int:
        """What only counts tell of the use of a month."""
        return sum(pieces for day, pieces in self.by_counts.items() if f"{day:%Y-%m}" == name)

    def _adjust(self, delta: float, reason: str) -> None:
        back: list[list[Any]] = []
        if reason == "expired":
            gone = min(self.expired, -delta)
            self.expired -= gone
            delta += gone
            delta += sum(held[1] for held in self._out_of(self.aside, -delta, past=True))
        if reason == "quarantined":
            # Copies: the shelf gives them up when it moves.
            dated = self._out_of([[*held] for held in self.lots], -delta, past=False)
            undated = [UNDATED, -delta - sum(held[1] for held in dated), ""]
            self.aside = sorted(held for held in [*self.aside, *dated, undated] if held[1])
        usable = max(0, self.on_hand or 0)
        if reason in {"damaged", "lost"} and -delta > usable:
            whole = -delta <= sum(held[1] for held in self.aside)
            destroyed = self._out_of(self.aside, -delta if whole else -delta - usable, past=None)
            delta += sum(held[1] for held in destroyed)
        if reason == "released":
            back = self._out_of(self.aside, delta, past=False)
            past = sum(held[1] for held in self._out_of(self.aside, delta - sum(each[1] for each in back), past=True))
            self.expired += past
            delta -= past
        self._move(delta)
        self.lots = sorted(self.lots + [held for held in back if held[0] != UNDATED])
        self._trim(self.on_hand or 0)

    def _out_of(self, lots: list[list[Any]], amount: float, *, past: bool | None) -> list[list[Any]]:
        """Take pieces out of lots, those past their date, the others or all (`None`), first expiry first."""
        out = []
        for held in lots:
            if past is None or (held[0] < self.today) == past:
                taken = min(amount, held[1])
                amount -= taken
                held[1] -= taken
                out.append([held[0], taken, held[2]])
        lots[:] = [held for held in lots if held[1]]
        return [held for held in out if held[1]]

    def _past(self, event: Any) -> list[events.Lot]:
        return [each for each in event.lots if each.expires_on < self.today and each.state == "available"]

    def _quarantined(self, event: Any) -> list[list[Any]]:
        held = [each for each in event.lots if each.state == "quarantined" and each.quantity]
        return sorted([each.expires_on, each.quantity, each.lot] for each in held)

    def _usable(self, event: Any, *, expired_too: bool = False) -> tuple[float, list[list[Any]]]:
        lots = [[each.expires_on, each.quantity, each.lot] for each in event.lots if each.state == "available"]
        quarantined = sum(held[1] for held in self._quarantined(event))
        past = 0 if expired_too else sum(each.quantity for each in self._past(event))
        return event.quantity - quarantined - past, sorted(held for held in lots if held[0] >= self.today and held[1])

    def _move(self, delta: float) -> None:
        if self.on_hand is not None:
            self.on_hand += delta
            if delta < 0:
                self._take(-delta)

    def _take(self, amount: float) -> None:
        for held in self.lots:
            taken = min(amount, held[1])
            held[1] -= taken
            amount -= taken
        self.lots = [held for held in self.lots if held[1]]

    def _trim(self, amount: float) -> None:
        self._take(max(0, sum(held[1] for held in self.lots) - max(0, amount)))
