"""What is published of an assessed position: quantities in pieces, days as dates, what is not known as null."""

import datetime as dt
from collections.abc import Mapping

from schemas.alerts import AlertFacts
from schemas.positions import DueArrival, MonthTotals, Number, OrderMonth, PlannedDemand, Position, SupplierLeadTime
from supply import order_months
from supply.assessment import Assessment, Place
from supply.calendar import instant, month_name
from supply.catalogue import valid_on
from supply.conditions.surplus import may_be_lent, may_lend
from supply.cpm_policy import Outflow
from supply.cpm_window import consumption_of, days_out_of
from supply.lead_times import by_supplier
from supply.ledger_state import Ledger, MonthRecord
from supply.observed import heard_at
from supply.order_book import known_deliveries
from supply.pace import pace
from supply.replenishment import target_stock


def in_pieces(amount: int, scale: int) -> Number:
    """An amount in smallest units as pieces: an integer where it is whole."""
    if scale == 1:
        return amount
    whole, rest = divmod(amount, scale)
    return amount / scale if rest else whole


def stockout_date(assessment: Assessment, days: int | None) -> dt.date | None:
    """The date of a projected stock-out some days from the assessment."""
    return None if days is None else dt.date.fromordinal(assessment.day + days)


def due_of(assessment: Assessment) -> tuple[DueArrival, ...]:
    """What is still to come, by expected date."""
    if not assessment.due:
        return ()
    lines = sorted(assessment.due, key=lambda line: (line.expected_on, line.order, line.line or ""))
    return tuple(
        DueArrival(
            order=line.order,
            line=line.line,
            quantity=in_pieces(line.outstanding, assessment.scale),
            expected_on=dt.date.fromordinal(line.expected_on),
            deadline=None if line.deadline is None else dt.date.fromordinal(line.deadline),
            late=line.latest_day < assessment.day,
            supplier=line.supplier,
            origin=line.origin,
        )
        for line in lines
    )


def months_of(months: Mapping[int, MonthRecord], outflow: Outflow, scale: int) -> tuple[MonthTotals, ...]:
    """Months as they are published, oldest first."""
    return tuple(
        MonthTotals(
            month=month_name(month),
            consumption=in_pieces(consumption_of(record, outflow), scale),
            dispensed=in_pieces(record.dispensed, scale),
            issued=in_pieces(record.issued, scale),
            returned=in_pieces(record.returned, scale),
            unmet=in_pieces(record.unmet, scale),
            days_out=days_out_of(record),
            reported=record.reported >= 0,
            closing=None if record.closing is None else in_pieces(max(0, record.closing), scale),
            by_counts=in_pieces(record.by_counts, scale),
        )
        for month, record in sorted(months.items())
    )


def _on_hand(assessment: Assessment) -> tuple[Number | None, Number | None]:
    if assessment.on_hand is None:
        return None, None
    return in_pieces(assessment.on_hand, assessment.scale), in_pieces(max(0, assessment.on_hand), assessment.scale)


def last_count_date(ledger: Ledger, place: Place) -> dt.date | None:
    """The local date of the latest count."""
    return None if ledger.counted_at is None else dt.date.fromordinal(place.calendar.day(ledger.counted_at))


def orders_of(ledger: Ledger, assessment: Assessment) -> tuple[OrderMonth, ...]:
    """What became of the order lines, by the month they were due in."""
    return tuple(
        OrderMonth(
            month_name(month),
            counts.decided,
            counts.complete,
            counts.complete_on_time,
            counts.cancelled,
            counts.not_over,
        )
        for month, counts in order_months.counts_of(ledger, assessment.day, assessment.month).items()
    )


def _surplus(assessment: Assessment, place: Place, *, in_doubt: bool) -> int | None:
    if may_lend(assessment) and not in_doubt:
        return may_be_lent(assessment, place)
    known = assessment.planned is not None or assessment.observed_cpm is not None
    return 0 if known and assessment.usable is not None else None


def _planned(assessment: Assessment, place: Place) -> PlannedDemand | None:
    if assessment.planned is None or place.plan is None:
        return None
    return PlannedDemand(
        dt.date.fromordinal(place.plan.last_day), round(assessment.planned, 3), assessment.treatments_at_risk
    )


def _count_gap(assessment: Assessment) -> Number | None:
    gap, scale = assessment.observed.count_gap, assessment.scale
    return None if gap is None else in_pieces(round(gap * scale), scale)


def _untold_use(assessment: Assessment) -> Number:
    return round(assessment.untold.pieces, 3) if assessment.untold.pieces else 0


def position_of(
    ledger: Ledger,
    assessment: Assessment,
    place: Place,
    version: int,
    official_cpm: float | None,
    *,
    surplus_in_doubt: bool = False,
) -> Position:
    """The message of a position as of its assessment."""
    on_hand, usable = _on_hand(assessment)
    due, cpm, instead = due_of(assessment), assessment.cpm.value, assessment.instead
    reckoned = cpm if instead is None else instead.cpm
    projection = assessment.projection
    return Position(
        facility=place.facility.facility,
        item=place.item.item,
        as_of=instant(assessment.at_ms),
        version=version,
        on_hand=on_hand,
        usable=usable,
        status=assessment.status,
        cpm=cpm,
        cpm_inputs=assessment.cpm.inputs,
        official_cpm=official_cpm,
        cover_days=assessment.cover_days,
        due=due,
        due_quantity=sum(line.quantity for line in due),
        projected_stockout_on=stockout_date(assessment, projection.days_with_due),
        projected_stockout_on_without_due=stockout_date(assessment, projection.days_without_due),
        expires_unused=None if usable is None else projection.expires_unused,
        last_count_on=last_count_date(ledger, place),
        last_count_gap=_count_gap(assessment),
        last_event_at=None if (heard := heard_at(ledger)) is None else instant(heard),
        months=months_of(ledger.months, assessment.outflow, assessment.scale),
        rolled_months=months_of(ledger.rolled, assessment.outflow, assessment.scale) if ledger.rolled else (),
        target=None if reckoned is None else target_stock(reckoned, place.levels.target_months),
        lead_time_days=assessment.lead_time.days,
        lead_time_source=assessment.lead_time.source,
        lead_times=lead_times_of(ledger),
        planned=_planned(assessment, place),
        orders=orders_of(ledger, assessment) if ledger.orders or ledger.orders_by_month else (),
        surplus=_surplus(assessment, place, in_doubt=surplus_in_doubt),
        target_months=place.levels.target_months,
        stand_in_cpm=None if instead is None else instead.cpm,
        stand_in_source=None if instead is None else instead.source,
        untold_use=_untold_use(assessment),
    )


def lead_times_of(ledger: Ledger) -> tuple[SupplierLeadTime, ...]:
    """What is known of each supplier, the one that delivered last in front."""
    deliveries = known_deliveries(ledger)
    if not deliveries:
        return ()
    return tuple(
        SupplierLeadTime(record.supplier or None, record.number, record.median_days, record.p90_days)
        for record in by_supplier(deliveries)
    )


def facts_of(ledger: Ledger, assessment: Assessment, place: Place) -> AlertFacts:
    """The numbers behind an alert's transition."""
    on_hand, usable = _on_hand(assessment)
    projection = assessment.projection
    return AlertFacts(
        status=assessment.status,
        on_hand=on_hand,
        usable=usable,
        cpm=assessment.cpm.value,
        cpm_inputs=assessment.cpm.inputs,
        cover_days=assessment.cover_days,
        lead_time_days=assessment.lead_time.days,
        due=due_of(assessment),
        projected_stockout_on=stockout_date(assessment, projection.days_with_due),
        projected_stockout_on_without_due=stockout_date(assessment, projection.days_without_due),
        last_count_on=last_count_date(ledger, place),
        last_count_gap=_count_gap(assessment),
        expires_unused=None if usable is None else projection.expires_unused,
        unmet=assessment.observed.unmet,
        pace=pace(assessment.observed.used, assessment.observed.share_gone),
        official_cpm=valid_on(place.official, assessment.day),
        treatments_at_risk=assessment.treatments_at_risk,
        planned=_planned(assessment, place),
        stand_in_cpm=None if assessment.instead is None else assessment.instead.cpm,
        stand_in_source=None if assessment.instead is None else assessment.instead.source,
        untold_use=_untold_use(assessment),
    )
