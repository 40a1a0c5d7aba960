"""What is needed of an item that was out in every month of the CPM's window.

What could not be handed out does not tell what is needed: reckoned with its CPM, which is 0 or nearly so, one piece
would last for ever. Until there is a month with stock again, cover, projection and status reckon with the CPM that is
registered for the place, else with the CPM as it was in the last month with stock.
"""

from typing import NamedTuple

from schemas.catalogue import FacilityKind
from schemas.positions import StandInSource
from supply.calendar import days_in_month
from supply.cpm import cpm
from supply.cpm_window import days_out_of
from supply.ledger_state import Ledger
from supply.policy_choice import Chosen


class StandIn(NamedTuple):
    """Pieces a month, and where they are from."""

    cpm: float
    source: StandInSource


def stand_in(
    ledger: Ledger,
    kind: FacilityKind,
    chosen: Chosen,
    running_month: int,
    first_whole_month: int,
    scale: int,
    official: float | None,
) -> StandIn | None:
    """What to reckon with in place of an `uncorrected` CPM; `None` where nothing is registered, and no month with
    stock is remembered. The arguments are those of `supply.cpm.cpm`; `official`: the CPM that is registered today."""
    if official:
        return StandIn(official, "registered")
    for month in sorted([number for number in ledger.months if number < running_month], reverse=True):
        if days_out_of(ledger.months[month]) < days_in_month(month):
            before = cpm(ledger, kind, chosen, month + 1, first_whole_month, scale)
            if before.inputs.state == "ok" and before.value:
                return StandIn(before.value, "before")
    return None
