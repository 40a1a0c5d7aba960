"""Lead times as they were: the days from the order of a line to the day on which it was whole, by supplier.

Source: lead time from order to receipt, and stock for a service level under lead times that vary: MSH, Managing Access
to Medicines and Health Technologies (2012), chapter 23; docs/decisions/projection.md says what is decided here.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from schemas.positions import LeadTimeSource
from supply.orders import OrderLine

LEAST_DELIVERIES: Final = 5
"""With fewer the slowest of ten cannot be told from a single mishap."""
DELIVERIES_KEPT: Final = 30
"""Of a position, its suppliers together: more than two years of monthly orders, in less than 1 kB."""

Delivery = tuple[int, int, str]
"""(day on which the line was whole, days since it was ordered, supplier: the company, else the facility of origin, else
empty)"""


class LeadTime(NamedTuple):
    """The days from order to shelf to reckon with, and where they come from."""

    days: int
    source: LeadTimeSource


class SupplierRecord(NamedTuple):
    """What is known of one supplier of a position; days are `None` while it has fewer than five deliveries."""

    supplier: str
    number: int
    median_days: int | None
    p90_days: int | None


def delivery_of(line: OrderLine) -> Delivery | None:
    """What a line says of its supplier's lead time: nothing while it is not whole, nor when its goods came no later
    than on the day its schedule did, because then nobody knows since when they were asked for."""
    ordered_on, received_on = line.ordered_on, line.received_on
    if ordered_on == 0 or received_on <= ordered_on or not line.whole:
        return None
    return received_on, received_on - ordered_on, line.supplier or line.origin or ""


def with_lines(kept: list[Delivery], lines: Iterable[OrderLine]) -> list[Delivery]:
    """The newest deliveries among those kept and those of some lines, oldest first.

    The newest of a set, so it does not matter when a line was put away.
    """
    found = [delivery for line in lines if (delivery := delivery_of(line)) is not None]
    return sorted([*kept, *found])[-DELIVERIES_KEPT:] if found else kept


def by_supplier(deliveries: list[Delivery]) -> list[SupplierRecord]:
    """The suppliers, the one that delivered last in front."""
    return [
        SupplierRecord(supplier, len(days), _ranked(days, 5), _ranked(days, 9))
        for supplier, days in _days_by_supplier(deliveries).items()
    ]


def observed(deliveries: list[Delivery], tenths: int) -> int | None:
    """The lead time that so many tenths of the deliveries did not exceed, of the supplier that delivered last among
    those with at least five; `None` when there is none."""
    if len(deliveries) >= LEAST_DELIVERIES:
        for days in _days_by_supplier(deliveries).values():
            if len(days) >= LEAST_DELIVERIES:
                return _ranked(days, tenths)
    return None


def _days_by_supplier(deliveries: list[Delivery]) -> dict[str, list[int]]:
    days: dict[str, list[int]] = {}
    for _, taken, supplier in reversed(deliveries):
        found = days.get(supplier)
        if found is None:
            days[supplier] = [taken]
        else:
            found.append(taken)
    return days


def _ranked(days: list[int], tenths: int) -> int | None:
    """A value that occurs, by the nearest rank (Hyndman and Fan, 1996, definition 1); in whole numbers, because
    0.9 x 10 may be a little more than 9."""
    if len(days) < LEAST_DELIVERIES:
        return None
    return sorted(days)[(tenths * len(days) + 9) // 10 - 1]
