"""Examples of positions and alerts, for `schemas.examples`: one medicine in a hospital, in January 2026."""

import datetime as dt
from typing import Any

import msgspec

from schemas import alerts, positions

HOSPITAL = "DFIMS000604"
WAREHOUSE = "BCIMB002030"
TRASTUZUMAB = "010.000.5423.00"

_MEXICO_CITY = dt.timezone(dt.timedelta(hours=-6))


def january(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """An instant of January 2026 in Mexico City."""
    return dt.datetime(2026, 1, day, hour, minute, tzinfo=_MEXICO_CITY)


WHO: dict[str, Any] = {"facility": HOSPITAL, "item": TRASTUZUMAB}

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
    days_gone=14.5,
    spread_month="2025-10",
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
    origin=WAREHOUSE,
)
_DECEMBER = positions.MonthTotals(
    month="2025-12",
    consumption=112,
    dispensed=110.5,
    issued=0,
    returned=1.5,
    unmet=3,
    days_out=3,
    reported=True,
    closing=41.5,
)

_KNOWN: dict[str, Any] = {
    "status": "critical",
    "on_hand": 36,
    "usable": 30,
    "cpm": 115.9,
    "cpm_inputs": _CPM_INPUTS,
    "cover_days": 7.8,
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
        as_of=january(31, 0),
        version=1,
        official_cpm=None,
        due_quantity=0,
        expires_unused=None,
        last_count_gap=None,
        last_event_at=None,
        months=(),
        **WHO,
        **_UNKNOWN,
    ),
    positions.Position(
        as_of=january(31, 19),
        version=14,
        official_cpm=120.0,
        due_quantity=24,
        expires_unused=0,
        last_count_gap=-2,
        last_event_at=january(31, 18, 30),
        months=(_DECEMBER,),
        rolled_months=(msgspec.structs.replace(_DECEMBER, month="2024-09", closing=None),),
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
        target_months=3,
        **WHO,
        **_KNOWN,
    ),
)

SHORTAGE_NUMBER = "0dbfc9c3f75990ad53c816a68ccd4525"

_SHORTAGE = alerts.Alert(
    alert=SHORTAGE_NUMBER,
    fingerprint="ca43e0a27629dbb970dd7fa04ec03f69",
    condition="shortage",
    state="firing",
    severity="critical",
    since=january(28, 0),
    at=january(29, 0),
    sequence=2,
    reason="Stock for 7 days; the next order takes 14.",
    facts=alerts.AlertFacts(lead_time_days=14, **_KNOWN),
    **WHO,
)

ALERTS = (
    msgspec.structs.replace(
        _SHORTAGE,
        state="resolved",
        severity="medium",
        at=january(31, 0),
        sequence=3,
        reason="The stock is not known any more.",
        facts=alerts.AlertFacts(lead_time_days=14, **_UNKNOWN),
    ),
    _SHORTAGE,
)
