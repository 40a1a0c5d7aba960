"""An example of every message, in its shortest and its fullest form: for the reference and for the tests."""

import datetime as dt
from typing import Any

import msgspec

from schemas import alerts, catalogue, dead_letters, events, positions
from schemas.stock_examples import ALERTS, HOSPITAL, POSITIONS, TRASTUZUMAB, WAREHOUSE, WHO, january
from schemas.wide_alert_examples import WIDE_ALERTS

_STOCK: dict[str, Any] = {"source": "hospital-stock", **WHO}
_ORDERS: dict[str, Any] = {"source": "purchasing", **WHO}

_SHEET: dict[str, Any] = {"source": "monthly-sheet", "period": "2025-12", **WHO}

_LOTS = (
    events.Lot("LT-2201", dt.date(2026, 9, 30), 30),
    events.Lot("LT-2187", dt.date(2026, 2, 28), 6, "quarantined"),
)

_SCHEDULED = events.ArrivalScheduled(
    id="po-7001-a",
    time=january(5, 10),
    order="PO-7001",
    quantity=60,
    expected_on=dt.date(2026, 2, 12),
    **_ORDERS,
)

EVENTS: dict[str, tuple[events.Event, events.Event]] = {
    "stock.counted": (
        events.StockCounted(id="count-310", time=january(31, 8), quantity=0, **_STOCK),
        events.StockCounted(id="count-311", time=january(31, 18, 30), quantity=42, lots=_LOTS, **_STOCK),
    ),
    "stock.adjusted": (
        events.StockAdjusted(id="adj-87", time=january(20, 9), delta=-2, reason="damaged", **_STOCK),
        events.StockAdjusted(id="adj-88", time=january(20, 9, 5), delta=1.5, reason="correction", **_STOCK),
    ),
    "arrival.scheduled": (
        _SCHEDULED,
        msgspec.structs.replace(
            _SCHEDULED,
            id="po-7001-b",
            time=january(6, 10),
            line="2",
            deadline=dt.date(2026, 2, 19),
            supplier="LAB-12",
            origin=WAREHOUSE,
        ),
    ),
    "arrival.received": (
        events.ArrivalReceived(id="grn-91", time=january(14, 12), quantity=12, **_ORDERS),
        events.ArrivalReceived(
            id="grn-92", time=january(15, 12), order="PO-7001", line="2", quantity=36, lots=_LOTS, **_ORDERS
        ),
    ),
    "arrival.cancelled": (
        events.ArrivalCancelled(id="po-7001-c", time=january(21, 10), order="PO-7001", **_ORDERS),
        events.ArrivalCancelled(
            id="po-7001-d", time=january(22, 10), order="PO-7001", line="2", quantity=24, **_ORDERS
        ),
    ),
    "stock.dispensed": (
        events.StockDispensed(id="disp-5501", time=january(22, 11), quantity=1, **_STOCK),
        events.StockDispensed(id="disp-5502", time=january(22, 11, 40), quantity=2.5, **_STOCK),
    ),
    "stock.issued": (
        events.StockIssued(id="iss-120", time=january(23, 7), quantity=4, **_STOCK),
        events.StockIssued(id="iss-121", time=january(23, 7, 15), quantity=4, destination="DFIMS000015", **_STOCK),
    ),
    "stock.returned": (
        events.StockReturned(id="ret-9", time=january(24, 16), quantity=1, **_STOCK),
        events.StockReturned(id="ret-10", time=january(24, 16, 20), quantity=0.5, **_STOCK),
    ),
    "demand.unmet": (
        events.DemandUnmet(id="unmet-31", time=january(25, 13), quantity=1, **_STOCK),
        events.DemandUnmet(id="unmet-32", time=january(25, 13, 10), quantity=3, **_STOCK),
    ),
    "consumption.reported": (
        events.ConsumptionReported(id="2025-12", time=january(3, 9), quantity=118, **_SHEET),
        events.ConsumptionReported(id="2025-12-v2", time=january(4, 9), quantity=112, stockout_days=3, **_SHEET),
    ),
}
"""Of every event type its shortest and its fullest form."""

DEAD_LETTERS = (
    dead_letters.DeadLetter(
        topic="abasto.inventory.v1",
        partition=3,
        offset=1042,
        at=january(31, 18, 31),
        fault="undecodable",
        field=None,
        reason="the record has no value (a tombstone); expected an event in JSON",
        key=None,
        value=None,
    ),
    dead_letters.DeadLetter(
        topic="abasto.consumption.v1",
        partition=0,
        offset=77,
        at=january(31, 18, 32),
        fault="invalid_field",
        field="quantity",
        reason="quantity is -5; expected a number above 0 and up to 1000000000",
        key=b"DFIMS000604|010.000.5423.00",
        value=b'{"type":"stock.dispensed","quantity":-5}',
        headers=(("traceparent", b"00-4bf92f35"), ("note", None)),
    ),
)

_TREATMENT = catalogue.PlannedUse(dt.date(2026, 2, 10), 6, treatments=2)
_SEASON = catalogue.PlannedUse(dt.date(2026, 3, 1), 90, until=dt.date(2026, 3, 31))

ENTRIES: tuple[catalogue.CatalogueEntry, ...] = (
    catalogue.Item(item=TRASTUZUMAB, name="Trastuzumab"),
    catalogue.Item(
        item=TRASTUZUMAB,
        name="Trastuzumab",
        presentation="440 mg, one vial",
        oncology=True,
        ven="V",
        pack_size=4,
        decimals=1,
        critical_months=0.5,
        min_months=1.0,
        max_months=3.0,
        lead_time_days=14,
    ),
    catalogue.Facility(facility=HOSPITAL, name="Hospital de Oncología", kind="hospital"),
    catalogue.Facility(
        facility=WAREHOUSE,
        name="Almacén Tijuana",
        kind="warehouse",
        state="Baja California",
        supplier="BCIMB000001",
        latitude=32.5,
        longitude=-117.0,
        aliases=("BCIMB002031",),
        timezone="America/Tijuana",
    ),
    catalogue.OfficialCpm(cpm=120.0, **WHO),
    catalogue.OfficialCpm(cpm=112.5, valid_from=dt.date(2026, 1, 1), valid_until=dt.date(2026, 12, 31), **WHO),
    catalogue.DemandProfile(planned=(_TREATMENT,), **WHO),
    catalogue.DemandProfile(planned=(_TREATMENT, _SEASON), **WHO),
)


OUTPUTS: dict[type[msgspec.Struct], tuple[msgspec.Struct, ...]] = {
    positions.Position: POSITIONS,
    alerts.Alert: (*ALERTS, *WIDE_ALERTS),
    dead_letters.DeadLetter: DEAD_LETTERS,
    catalogue.Item: ENTRIES[:2],
    catalogue.Facility: ENTRIES[2:4],
    catalogue.OfficialCpm: ENTRIES[4:6],
    catalogue.DemandProfile: ENTRIES[6:],
}
"""The same of what Abasto publishes, and of the catalogue it reads; of alerts also those about many places."""
