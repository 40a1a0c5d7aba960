"""What counts as consumption of one position in fact, beside what its policy says of the kind of facility.

A policy that counts dispensing alone takes issues for transfers, which they are where the facility dispenses too. A
hospital pharmacy that hands everything to its wards, and records that as issues, dispenses nothing: by the policy
nobody would use what runs out there. Every figure asks here, so that no two count different things.
"""

from typing import Final

from schemas.catalogue import FacilityKind
from supply.cpm_policy import CpmPolicy, Outflow
from supply.ledger_state import MonthRecord

MONTHS_OF_USE: Final = 2
"""What left once may have been lent, or cleared away."""


def outflow_of(months: dict[int, MonthRecord], policy: CpmPolicy, kind: FacilityKind) -> Outflow:
    """What counts as consumption: what the policy says, unless there is none of it in all months kept, and pieces left
    the other way in two months or more. What went to another facility was given away, and is never use of a place
    that dispenses."""
    counted = policy.outflows.of(kind)
    if counted == "both":
        return counted
    others = 0
    for record in months.values():
        if counted == "dispensed":
            if record.dispensed:
                return counted
            other = record.issued - record.transferred
        else:
            if record.issued:
                return counted
            other = record.dispensed
        if other > 0:
            others += 1
    if others < MONTHS_OF_USE:
        return counted
    return "issued_to_services" if counted == "dispensed" else "dispensed"
