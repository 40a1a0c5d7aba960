"""Histories of a position for property tests: sets of events, and the ways in which they may reach a shard."""

import datetime as dt
from typing import NamedTuple

from hypothesis import strategies as st

from schemas.channels import INPUTS, TOPIC_OF
from schemas.events import ConsumptionReported, Event, Lot, StockDispensed, StockIssued
from tests import events as told
from tests.events import lot

START = dt.date(2026, 1, 3)
DAYS = 110
LATENESS_DAYS = 3
ELSEWHERE = "DFIMS000015"
"""Another facility."""
REASONS = ("correction", "expired", "found", "damaged", "lost", "quarantined", "released", "released")

_quantities = st.integers(1, 40)
_orders = st.sampled_from(["P-1", "P-2"])
_lines = st.sampled_from([None, "1"])


def _date(day: int) -> str:
    return (START + dt.timedelta(days=day)).isoformat()


@st.composite
def lots(draw: st.DrawFn, quantity: int, day: int) -> tuple[Lot, ...]:
    """Lots that hold a part of a quantity, some out of date or in quarantine."""
    made: list[Lot] = []
    while quantity > 0 and draw(st.booleans()):
        held = draw(st.integers(1, quantity))
        quantity -= held
        expires = day + draw(st.integers(-5, 60))
        state = draw(st.sampled_from(["available", "available", "quarantined"]))
        made.append(lot(held, _date(expires), f"L{len(made)}", state=state))
    return tuple(made)


@st.composite
def event(draw: st.DrawFn, number: int) -> Event:
    """An event of any kind, at six, noon or eighteen hours."""
    day = draw(st.integers(0, DAYS))
    at = f"{_date(day)} {draw(st.sampled_from(['06:00', '12:00', '18:00']))}"
    quantity, named = draw(_quantities), f"e{number}"
    kind = draw(st.sampled_from("cccaadddddddddiruRsSxxpp"))
    match kind:
        case "c":
            counted = draw(st.sampled_from([0, quantity, quantity * 3]))
            return told.counted(counted, at, *draw(lots(counted, day)), id=named)
        case "a":
            reason = draw(st.sampled_from(REASONS))
            signed = {
                "found": quantity,
                "released": quantity,
                "correction": draw(st.sampled_from([quantity, -quantity])),
            }
            return told.adjusted(signed.get(reason, -quantity), at, reason, id=named)
        case "d":
            return told.dispensed(quantity, at, id=named)
        case "i":
            return told.issued(quantity, at, id=named, destination=draw(st.sampled_from([None, ELSEWHERE])))
        case "r":
            return told.returned(quantity, at, id=named)
        case "u":
            return told.unmet(quantity, at, id=named)
        case "R":
            order = draw(st.none() | _orders)
            line = None if order is None else draw(_lines)
            return told.received(quantity, at, *draw(lots(quantity, day)), order=order, line=line, id=named)
        case "s" | "S":
            expected = day + draw(st.integers(-5, 40))
            deadline = draw(st.none() | st.integers(0, 20))
            more = {} if deadline is None else {"deadline": _date(expected + deadline)}
            order, line = draw(_orders), draw(_lines)
            return told.scheduled(quantity, at, _date(expected), order, line=line, id=named, **more)
        case "x":
            rest = draw(st.none() | _quantities)
            return told.cancelled(at, rest, draw(_orders), line=draw(_lines), id=named)
        case _:
            month = (START + dt.timedelta(days=day)).strftime("%Y-%m")
            out = draw(st.none() | st.integers(0, 31))
            return told.reported(month, quantity, at, stockout_days=out, id=named)


@st.composite
def histories(draw: st.DrawFn, most: int = 45, sheets: bool = True) -> list[Event]:
    """A set of events, each with an id of its own."""
    made = [draw(event(number)) for number in range(draw(st.integers(1, most)))]
    return made if sheets else [each for each in made if not isinstance(each, ConsumptionReported)]


def handed_to_wards(history: list[Event]) -> list[Event]:
    """The same where the pharmacy records as issued what others dispense."""
    return [
        StockIssued(**{field: getattr(each, field) for field in each.__struct_fields__})
        if isinstance(each, StockDispensed)
        else each
        for each in history
    ]


class Delivery(NamedTuple):
    """Events in the order in which they come, and what happens after each of them (by index)."""

    events: list[Event]
    advances: set[int]
    publications: set[int]
    crashes: set[int]


@st.composite
def deliveries(draw: st.DrawFn, history: list[Event], lateness_days: float | None = LATENESS_DAYS) -> Delivery:
    """A way in which a set of events may come: some twice, each topic out of order by less than the lateness window
    (by anything with `None`), the topics one far ahead of another."""
    repeated = draw(st.lists(st.sampled_from(history), max_size=8))
    copies = [*history, *repeated]
    if lateness_days is None:
        ordered = draw(st.permutations(copies))
    else:
        delays = draw(st.lists(st.integers(0, int(lateness_days * 24) - 1), min_size=len(copies), max_size=len(copies)))
        late = {
            topic: [
                each
                for _, _, each in sorted(
                    (each.time + dt.timedelta(hours=delay), number, each)
                    for number, (each, delay) in enumerate(zip(copies, delays, strict=True))
                    if TOPIC_OF[each.__class__] == topic
                )
            ]
            for topic in INPUTS
        }
        turns = draw(st.permutations([topic for topic in INPUTS for _ in late[topic]]))
        if draw(st.booleans()):
            turns = sorted(turns, key=draw(st.permutations(INPUTS)).index)
        queues = {topic: iter(queue) for topic, queue in late.items()}
        ordered = [next(queues[topic]) for topic in turns]
    moments = st.sets(st.integers(0, len(ordered) - 1), max_size=12)
    return Delivery(ordered, draw(moments), draw(moments), draw(moments.map(lambda found: set(list(found)[:2]))))
