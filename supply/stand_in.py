"""What is needed of an item whose CPM does not tell: it was out in every month of the window, or but for some days.

What could not be handed out does not tell what is needed: reckoned with its CPM, which is 0 or nearly so, one piece
would last for ever. Until there is a month with use again, or whole months on the shelf without (`supply.need`), cover,
projection and status reckon with the CPM that is registered for the place, else with the CPM as it was before. Where
there are too few data for a CPM, the registered one is reckoned with too.
"""

from typing import NamedTuple

from schemas.catalogue import FacilityKind
from schemas.positions import StandInSource
from supply.calendar import days_in_month
from supply.cpm import Cpm, cpm
from supply.cpm_window import days_out_of
from supply.ledger_state import Ledger
from supply.policy_choice import Chosen


class StandIn(NamedTuple):
    """Pieces a month, and where they are from."""

    cpm: float
    source: StandInSource


def tells_nothing(consumption: Cpm) -> bool:
    """Whether a CPM does not tell what is needed of an item that is."""
    inputs = consumption.inputs
    return inputs.state != "ok" or (not consumption.value and inputs.days_out > 0)


def stand_in(
    ledger: Ledger,
    kind: FacilityKind,
    chosen: Chosen,
    running_month: int,
    first_whole_month: int,
    scale: int,
    official: float | None,
) -> StandIn | None:
    """What to reckon with in place of a CPM that tells nothing; `None` where nothing is registered, and no month with
    stock is remembered. The arguments are those of `supply.cpm.cpm`; `official`: the CPM that is registered today."""
    if official:
        return StandIn(official, "registered")
    for month in sorted([number for number in ledger.months if number < running_month], reverse=True):
        if days_out_of(ledger.months[month]) < days_in_month(month):
            before = cpm(ledger, kind, chosen, month + 1, first_whole_month, scale)
            if before.inputs.state == "ok" and before.value:
                return StandIn(before.value, "before")
    return None
