"""The order lines that are still to come, by how they stand on a day."""

from typing import Literal, NamedTuple

from supply.assessment import Assessment
from supply.orders import OrderLine


class Due(NamedTuple):
    """What is still to come: `coming` on its day, `awaited` since its day and not late yet, `late` past its
    deadline."""

    coming: list[OrderLine]
    awaited: list[OrderLine]
    late: list[OrderLine]


def split_due(assessment: Assessment) -> Due:
    """The lines that are still to come, by how they stand today."""
    split = Due([], [], [])
    for line in assessment.due:
        if line.latest_day < assessment.day:
            split.late.append(line)
        elif line.expected_on < assessment.day:
            split.awaited.append(line)
        else:
            split.coming.append(line)
    return split


Delivery = Literal["coming", "late", "none"]
"""What can be asked of who delivers: to come sooner, to come at all, or nothing."""


def delivery(assessment: Assessment) -> Delivery:
    """Whether something is to come that is not late, only what is late, or nothing."""
    if not assessment.due:
        return "none"
    return "coming" if any(line.latest_day >= assessment.day for line in assessment.due) else "late"


def first_due(lines: list[OrderLine]) -> int:
    """The first of the days on which lines were or are expected."""
    return min([line.expected_on for line in lines])


def first_deadline(lines: list[OrderLine]) -> int:
    """The first of the deadlines of lines."""
    return min([line.latest_day for line in lines])


def outstanding(lines: list[OrderLine], scale: int) -> float:
    """The pieces that lines still bring."""
    return sum([line.outstanding for line in lines]) / scale
