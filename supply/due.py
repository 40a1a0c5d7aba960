"""The order lines that are still to come, by how they stand on a day."""

from typing import Literal, NamedTuple

from supply.assessment import Assessment
from supply.demand import next_use
from supply.orders import OrderLine
from supply.projection import DUST_PIECES


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


class StillToCome(NamedTuple):
    """What is still to come, in smallest units: all of it, of this what is `late`, and the first day on which what is
    not late is or was expected, 0 where there is none."""

    quantity: int
    late: int
    next_on: int


def still_to_come(assessment: Assessment) -> StillToCome:
    """What is still to come, added up."""
    if not assessment.due:
        return StillToCome(0, 0, 0)
    coming, awaited, late = split_due(assessment)
    in_time = coming + awaited
    return StillToCome(
        sum([line.outstanding for line in assessment.due]),
        sum([line.outstanding for line in late]),
        first_due(in_time) if in_time else 0,
    )


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


def next_planned(assessment: Assessment) -> tuple[int, float] | None:
    """The next planned day that uses something, and the pieces; `None` where there is none."""
    following = next_use(assessment.use)
    if following is None or assessment.planned_until is None:
        return None
    used_on = assessment.day + following[0]
    return (used_on, following[1]) if used_on <= assessment.planned_until else None


class Covering(NamedTuple):
    """The lines that bring what is waited for and what the next planned use, on `used_on`, takes; all of them are there
    on `there_on`."""

    lines: list[OrderLine]
    there_on: int
    used_on: int


def covering(assessment: Assessment) -> Covering | None:
    """What covers the next planned use of an empty shelf, the first to come in front; `None` where nothing is planned,
    or what is due by then is not enough for it and those who wait before it. What is late covers nothing."""
    planned = next_planned(assessment)
    if planned is None or assessment.usable is None or assessment.usable > 0:
        return None
    used_on, missing = planned[0], planned[1] + assessment.waits.pieces
    coming = [(on, line) for line in assessment.due if (on := line.arrives_on(assessment.day)) is not None]
    lines: list[OrderLine] = []
    for there_on, line in sorted(coming, key=lambda each: (each[0], each[1].order, each[1].line or "")):
        if there_on > used_on:
            break
        lines.append(line)
        missing -= line.outstanding / assessment.scale
        if missing <= DUST_PIECES:
            return Covering(lines, there_on, used_on)
    return None
