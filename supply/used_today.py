"""What was used of a position on the day of an instant so far: the use of the day is reckoned less that. Else what
runs out would do so a day earlier each noon, and a day later again each midnight.

A ledger keeps figures by month. The entries of today are still apart in service, and where a use is planned always
(`Position.settle_some`), so nothing is stored for this.
"""

from bisect import bisect_left
from collections.abc import Sequence

from supply import entries
from supply.assessment import Place
from supply.entries import Entry
from supply.ledger_state import Ledger
from supply.outflow import outflow_of


def used_today(pending: Sequence[Entry], ledger: Ledger, at_ms: int, place: Place) -> int:
    """What counts as consumption of the entries on the local day of an instant and before it, less what came back.

    Smallest unit, never below zero: what comes back of an earlier day's use takes nothing from today's plan. A count
    takes nothing off: what it finds missing may have been used, lost, or never recorded.
    """
    begins = place.calendar.midnight(place.calendar.day(at_ms))
    first, end = bisect_left(pending, (begins,)), bisect_left(pending, (at_ms,))
    if first == end:
        return 0
    outflow = outflow_of(ledger.months, place.chosen.policy, place.facility.kind)
    used = 0
    for number in range(first, end):
        _, kind, _, amount, detail = pending[number]
        if kind == entries.RETURNED:
            used -= amount
        elif kind == entries.DISPENSED:
            used += amount if outflow in ("dispensed", "both") else 0
        elif kind == entries.ISSUED and outflow != "dispensed":
            used += amount if outflow != "issued_to_services" or detail is None else 0
    return max(0, used)
