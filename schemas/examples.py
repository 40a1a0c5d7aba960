"""An example of every message, in its shortest and its fullest form: for the reference and for the tests."""

import datetime as dt
from typing import Any

import msgspec

from schemas import alerts, catalogue, dead_letters, events, positions

_HOSPITAL = "DFIMS000604"
_WAREHOUSE = "BCIMB002030"
_TRASTUZUMAB = "010.000.5423.00"

_MEXICO_CITY = dt.timezone(dt.timedelta(hours=-6))


def _at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, 1, day, hour, minute, tzinfo=_MEXICO_CITY)


_WHO: dict[str, Any] = {"facility": _HOSPITAL, "item": _TRASTUZUMAB}
_STOCK: dict[str, Any] = {"source": "hospital-stock", **_WHO}
_ORDERS: dict[str, Any] = {"source": "purchasing", **_WHO}

_LOTS = (
    events.Lot("LT-2201", dt.date(2026, 9, 30), 30),
    events.Lot("LT-2187", dt.date(2026, 2, 28), 6, "quarantined"),
)

EVENTS: dict[str, tuple[events.Event, events.Event]] = {
    "stock.counted": (
        events.StockCounted(id="count-310", time=_at(31, 8), quantity=0, **_STOCK),
        events.StockCounted(id="count-311", time=_at(31, 18, 30), quantity=42, lots=_LOTS, **_STOCK),
    ),
    "stock.adjusted": (
        events.StockAdjusted(id="adj-87", time=_at(20, 9), delta=-2, reason="damaged", **_STOCK),
        events.StockAdjusted(id="adj-88", time=_at(20, 9, 5), delta=1.5, reason="correction", **_STOCK),
    ),
    "arrival.scheduled": (
        events.ArrivalScheduled(
            id="po-7001-a", time=_at(5, 10), order="PO-7001", quantity=60, expected_on=dt.date(2026, 2, 12), **_ORDERS
        ),
        events.ArrivalScheduled(
            id="po-7001-b",
            time=_at(6, 10),
            order="PO-7001",
            line="2",
            quantity=60,
            expected_on=dt.date(2026, 2, 12),
            deadline=dt.date(2026, 2, 19),
            supplier="LAB-12",
            origin=_WAREHOUSE,
            **_ORDERS,
        ),
    ),
    "arrival.received": (
        events.ArrivalReceived(id="grn-91", time=_at(14, 12), quantity=12, **_ORDERS),
        events.ArrivalReceived(
            id="grn-92", time=_at(15, 12), order="PO-7001", line="2", quantity=36, lots=_LOTS, **_ORDERS
        ),
    ),
    "arrival.cancelled": (
        events.ArrivalCancelled(id="po-7001-c", time=_at(21, 10), order="PO-7001", **_ORDERS),
        events.ArrivalCancelled(id="po-7001-d", time=_at(22, 10), order="PO-7001", line="2", quantity=24, **_ORDERS),
    ),
    "stock.dispensed": (
        events.StockDispensed(id="disp-5501", time=_at(22, 11), quantity=1, **_STOCK),
        events.StockDispensed(id="disp-5502", time=_at(22, 11, 40), quantity=2.5, **_STOCK),
    ),
    "stock.issued": (
        events.StockIssued(id="iss-120", time=_at(23, 7), quantity=4, **_STOCK),
        events.StockIssued(id="iss-121", time=_at(23, 7, 15), quantity=4, destination="DFIMS000015", **_STOCK),
    ),
    "stock.returned": (
        events.StockReturned(id="ret-9", time=_at(24, 16), quantity=1, **_STOCK),
        events.StockReturned(id="ret-10", time=_at(24, 16, 20), quantity=0.5, **_STOCK),
    ),
    "demand.unmet": (
        events.DemandUnmet(id="unmet-31", time=_at(25, 13), quantity=1, **_STOCK),
        events.DemandUnmet(id="unmet-32", time=_at(25, 13, 10), quantity=3, **_STOCK),
    ),
    "consumption.reported": (
        events.ConsumptionReported(
            id="2025-12", source="monthly-sheet", time=_at(3, 9), period="2025-12", quantity=118, **_WHO
        ),
        events.ConsumptionReported(
            id="2025-12-v2",
            source="monthly-sheet",
            time=_at(4, 9),
            period="2025-12",
            quantity=112,
            stockout_days=3,
            **_WHO,
        ),
    ),
}
"""Of every event type its shortest and its fullest form."""

_CPM_INPUTS = positions.CpmInputs(
    state="ok",
    policy="semestral",
    method="ratio",
    window_months=6,
    month_days=30.5,
    months_used=("2025-10", "2025-11", "2025-12"),
    months_left_out=("2025-07", "2025-08", "2025-09"),
    pieces=336,
    days_out=3,
    consumption="both",
    window="rolling",
    window_days="calendar",
    full_month_out="uncorrected",
    idle_months="left_out",
    before_first="counted",
    least_months=2,
    least_days=10,
    unmet=3,
    rounding="up",
    chosen_by=("state", "kind"),
)
_NO_CPM = positions.CpmInputs(
    state="insufficient",
    policy="qat",
    method="normalised",
    window_months=3,
    month_days=None,
    months_used=(),
    months_left_out=("2025-12",),
    pieces=0,
    days_out=31,
)
_DUE = positions.DueArrival(
    order="PO-7001",
    line="2",
    quantity=24,
    expected_on=dt.date(2026, 2, 12),
    deadline=dt.date(2026, 2, 19),
    late=False,
    supplier="LAB-12",
    origin=_WAREHOUSE,
)
_DECEMBER = positions.MonthTotals(
    month="2025-12", consumption=112, dispensed=110.5, issued=0, returned=1.5, unmet=3, days_out=3, reported=True
)

_KNOWN: dict[str, Any] = {"on_hand": 36, "usable": 30, "cpm": 115.9, "cpm_inputs": _CPM_INPUTS, "cover_days": 7.8}
_PROJECTED: dict[str, Any] = {
    "due": (_DUE,),
    "projected_stockout_on": dt.date(2026, 2, 18),
    "projected_stockout_on_without_due": dt.date(2026, 2, 8),
    "last_count_on": dt.date(2026, 1, 31),
}
_UNKNOWN: dict[str, Any] = {
    "status": "unknown",
    "on_hand": None,
    "usable": None,
    "cpm": None,
    "cpm_inputs": _NO_CPM,
    "cover_days": None,
    "due": (),
    "projected_stockout_on": None,
    "projected_stockout_on_without_due": None,
    "last_count_on": None,
}

POSITIONS = (
    positions.Position(
        as_of=_at(31, 0),
        version=1,
        official_cpm=None,
        due_quantity=0,
        expires_unused=None,
        last_count_gap=None,
        last_event_at=None,
        months=(),
        **_WHO,
        **_UNKNOWN,
    ),
    positions.Position(
        as_of=_at(31, 19),
        version=14,
        status="critical",
        official_cpm=120.0,
        due_quantity=24,
        expires_unused=0,
        last_count_gap=-2,
        last_event_at=_at(31, 18, 30),
        months=(_DECEMBER,),
        rolled_months=(msgspec.structs.replace(_DECEMBER, month="2024-09"),),
        target=348,
        lead_time_days=19,
        lead_time_source="observed",
        lead_times=(
            positions.SupplierLeadTime("LAB-12", 6, 12, 19),
            positions.SupplierLeadTime(None, 1, None, None),
        ),
        planned=positions.PlannedDemand(dt.date(2026, 3, 31), 96),
        orders=(
            positions.OrderMonth("2025-12", decided=3, complete=2, complete_on_time=1, cancelled=1),
            positions.OrderMonth("2026-02", not_over=1),
        ),
        surplus=0,
        **_WHO,
        **_KNOWN,
        **_PROJECTED,
    ),
)

_FINGERPRINT = "ca43e0a27629dbb970dd7fa04ec03f69"
_ALERT = "0dbfc9c3f75990ad53c816a68ccd4525"

ALERTS = (
    alerts.Alert(
        alert=_ALERT,
        fingerprint=_FINGERPRINT,
        condition="shortage",
        state="resolved",
        severity="medium",
        since=_at(28, 0),
        at=_at(31, 0),
        sequence=3,
        reason="The stock is not known any more.",
        facts=alerts.AlertFacts(lead_time_days=14, **_UNKNOWN),
        **_WHO,
    ),
    alerts.Alert(
        alert=_ALERT,
        fingerprint=_FINGERPRINT,
        condition="shortage",
        state="firing",
        severity="critical",
        since=_at(28, 0),
        at=_at(29, 0),
        sequence=2,
        reason="Stock for 7 days; the next order takes 14.",
        facts=alerts.AlertFacts(status="critical", lead_time_days=14, **_KNOWN, **_PROJECTED),
        **_WHO,
    ),
)

DEAD_LETTERS = (
    dead_letters.DeadLetter(
        topic="abasto.inventory.v1",
        partition=3,
        offset=1042,
        at=_at(31, 18, 31),
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
        at=_at(31, 18, 32),
        fault="invalid_field",
        field="quantity",
        reason="quantity is -5; expected a number above 0 and up to 1000000000",
        key=b"DFIMS000604|010.000.5423.00",
        value=b'{"type":"stock.dispensed","quantity":-5}',
        headers=(("traceparent", b"00-4bf92f35"), ("note", None)),
    ),
)

ENTRIES: tuple[catalogue.CatalogueEntry, ...] = (
    catalogue.Item(item=_TRASTUZUMAB, name="Trastuzumab"),
    catalogue.Item(
        item=_TRASTUZUMAB,
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
    catalogue.Facility(facility=_HOSPITAL, name="Hospital de Oncología", kind="hospital"),
    catalogue.Facility(
        facility=_WAREHOUSE,
        name="Almacén Tijuana",
        kind="warehouse",
        state="Baja California",
        supplier="BCIMB000001",
        latitude=32.5,
        longitude=-117.0,
        aliases=("BCIMB002031",),
        timezone="America/Tijuana",
    ),
    catalogue.OfficialCpm(facility=_HOSPITAL, item=_TRASTUZUMAB, cpm=120.0),
    catalogue.OfficialCpm(facility=_HOSPITAL, item=_TRASTUZUMAB, cpm=112.5, valid_from=dt.date(2026, 1, 1)),
    catalogue.DemandProfile(
        facility=_HOSPITAL, item=_TRASTUZUMAB, planned=(catalogue.PlannedUse(dt.date(2026, 2, 10), 6),)
    ),
    catalogue.DemandProfile(
        facility=_HOSPITAL,
        item=_TRASTUZUMAB,
        planned=(
            catalogue.PlannedUse(dt.date(2026, 2, 10), 6),
            catalogue.PlannedUse(dt.date(2026, 3, 1), 90, until=dt.date(2026, 3, 31)),
        ),
    ),
)


OUTPUTS: dict[type[msgspec.Struct], tuple[msgspec.Struct, ...]] = {
    positions.Position: POSITIONS,
    alerts.Alert: ALERTS,
    dead_letters.DeadLetter: DEAD_LETTERS,
    catalogue.Item: ENTRIES[:2],
    catalogue.Facility: ENTRIES[2:4],
    catalogue.OfficialCpm: ENTRIES[4:6],
    catalogue.DemandProfile: ENTRIES[6:],
}
"""The same of what Abasto publishes, and of the catalogue it reads."""
