"""Positions, alerts, dead letters and catalogue entries as tests need them: a line each, the rest made up."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from schemas.alerts import Alert, AlertFacts
from schemas.catalogue import Facility, Item, OfficialCpm
from schemas.dead_letters import DeadLetter
from schemas.positions import CpmInputs, DueArrival, MonthTotals, Position

HOSPITAL = "DFIMS000604"
WAREHOUSE = "DFIMS000001"
RITUXIMAB = "010.000.5433.00"
TRASTUZUMAB = "010.000.5423.00"
NOON = dt.datetime(2026, 3, 10, 18, 0, tzinfo=dt.UTC)
"""Noon in Mexico City."""


def month(name: str, consumption: float = 100, **changed: Any) -> MonthTotals:
    """One month of a position: what was consumed was dispensed."""
    totals = MonthTotals(
        month=name,
        consumption=consumption,
        dispensed=consumption,
        issued=0,
        returned=0,
        unmet=0,
        days_out=0,
        reported=False,
    )
    return msgspec.structs.replace(totals, **changed)


def months(last: str, count: int, consumption: float = 100) -> tuple[MonthTotals, ...]:
    """`count` months up to and including `last`, oldest first."""
    year, number = map(int, last.split("-"))
    index = year * 12 + number - 1
    return tuple(
        month(f"{each // 12:04d}-{each % 12 + 1:02d}", consumption) for each in range(index - count + 1, index + 1)
    )


def cpm_inputs(**changed: Any) -> CpmInputs:
    """The inputs of a CPM of 100 from three complete months."""
    inputs = CpmInputs(
        state="ok",
        policy="default",
        method="normalised",
        window_months=3,
        month_days=30,
        months_used=("2025-12", "2026-01", "2026-02"),
        months_left_out=(),
        pieces=300,
        days_out=0,
    )
    return msgspec.structs.replace(inputs, **changed)


def due(quantity: float, expected_on: dt.date, order: str = "P-1", **changed: Any) -> DueArrival:
    """Pieces of an order still to come."""
    arrival = DueArrival(order=order, line=None, quantity=quantity, expected_on=expected_on, deadline=None, late=False)
    return msgspec.structs.replace(arrival, **changed)


def position(
    facility: str = HOSPITAL,
    item: str = RITUXIMAB,
    version: int = 1,
    on_hand: float | None = 250,
    shown: Sequence[MonthTotals] | None = None,
    **changed: Any,
) -> Position:
    """A position with a CPM of 100 and the months of the last quarter."""
    cover = None if on_hand is None else on_hand * 30 / 100
    published = Position(
        facility=facility,
        item=item,
        as_of=NOON + dt.timedelta(minutes=version),
        version=version,
        on_hand=on_hand,
        usable=None if on_hand is None else max(0, on_hand),
        status="unknown" if on_hand is None else "out" if on_hand <= 0 else "adequate",
        cpm=100.0,
        cpm_inputs=cpm_inputs(),
        official_cpm=None,
        cover_days=cover,
        due=(),
        due_quantity=0,
        projected_stockout_on=None if cover is None else NOON.date() + dt.timedelta(days=int(cover)),
        projected_stockout_on_without_due=None,
        expires_unused=0,
        last_count_on=None if on_hand is None else NOON.date() - dt.timedelta(days=1),
        last_count_gap=None,
        last_event_at=NOON,
        months=tuple(shown) if shown is not None else months("2026-03", 4),
    )
    return msgspec.structs.replace(published, **changed)


def alert(
    number: str = "a-1",
    sequence: int = 1,
    state: str = "firing",
    severity: str = "high",
    condition: str = "stock_out",
    facility: str = HOSPITAL,
    item: str = RITUXIMAB,
    **changed: Any,
) -> Alert:
    """A transition of an alert, one hour after the one before."""
    transition = Alert(
        alert=number,
        fingerprint=f"{condition}|{facility}|{item}",
        condition=condition,  # type: ignore[arg-type] # tests name conditions as text
        facility=facility,
        item=item,
        state=state,  # type: ignore[arg-type] # and states
        severity=severity,  # type: ignore[arg-type] # and severities
        since=NOON - dt.timedelta(days=2),
        at=NOON + dt.timedelta(hours=sequence),
        sequence=sequence,
        reason="No hay existencia utilizable.",
        facts=facts(),
    )
    return msgspec.structs.replace(transition, **changed)


def facts(**changed: Any) -> AlertFacts:
    """The numbers behind an alert of an item that is out."""
    behind = AlertFacts(
        status="out",
        on_hand=0,
        usable=0,
        cpm=100.0,
        cpm_inputs=cpm_inputs(),
        cover_days=0.0,
        lead_time_days=15,
        due=(),
        projected_stockout_on=NOON.date(),
        projected_stockout_on_without_due=NOON.date(),
        last_count_on=NOON.date(),
    )
    return msgspec.structs.replace(behind, **changed)


def dead_letter(offset: int = 7, **changed: Any) -> DeadLetter:
    """A count of an item nobody knows."""
    letter = DeadLetter(
        topic="abasto.inventory.v1",
        partition=0,
        offset=offset,
        at=NOON,
        fault="unknown_item",
        field="item",
        reason="Item 010.000.9999.00 is not in the catalogue.",
        key=b"DFIMS000604|010.000.9999.00",
        value=b'{"type":"stock.counted","id":"1","source":"h","time":"2026-03-10T12:00:00-06:00",'
        b'"facility":"DFIMS000604","item":"010.000.9999.00","quantity":5}',
        headers=(("traceparent", b"00-1"),),
    )
    return msgspec.structs.replace(letter, **changed)


def catalogue() -> list[Item | Facility | OfficialCpm]:
    """A hospital and its warehouse, two oncology items, one official CPM."""
    return [
        Item(item=RITUXIMAB, name="Rituximab", presentation="500 mg/50 ml", oncology=True, ven="V", lead_time_days=15),
        Item(item=TRASTUZUMAB, name="Trastuzumab", presentation="440 mg", oncology=True, ven="V"),
        Facility(
            facility=HOSPITAL,
            name="Hospital de Oncología CMN Siglo XXI",
            kind="hospital",
            state="Ciudad de México",
            supplier=WAREHOUSE,
            aliases=("DFIMS000605",),
        ),
        Facility(facility=WAREHOUSE, name="Almacén Central", kind="warehouse", state="Ciudad de México"),
        OfficialCpm(facility=HOSPITAL, item=RITUXIMAB, cpm=120, valid_from=dt.date(2026, 1, 1)),
    ]
