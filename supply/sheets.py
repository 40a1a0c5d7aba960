"""Which of a place's use monthly sheets (`consumption.reported`) tell, and which single movements.

One rule for all that ask: what must be in the book untold (`supply.untold`), which months a CPM has data of
(`supply.cpm_window`) and whether a sheet is awaited (`supply.count_gap`). See docs/decisions/cpm.md.
"""

from typing import Final

from supply.calendar import days_in_month
from supply.cpm_policy import Outflow
from supply.ledger_state import MonthRecord

MONTHS_WITHOUT_SHEET: Final = 3
"""After so many months with movements and no sheet none is awaited any more: a CPM's window would hold no data."""


def moved_of(record: MonthRecord, outflow: Outflow) -> int:
    """What single movements tell of a month's consumption."""
    if outflow == "dispensed":
        return record.dispensed - record.returned
    if outflow == "issued":
        return record.issued - record.returned
    if outflow == "issued_to_services":
        return record.issued - record.transferred - record.returned
    return record.dispensed + record.issued - record.returned


def come_as_sheets(months: dict[int, MonthRecord]) -> bool:
    """Whether consumption comes as monthly sheets here."""
    return any(record.reported >= 0 for record in months.values())


def share_untold(months: dict[int, MonthRecord], outflow: Outflow, month: int) -> float:
    """How much of a month's use (0 to 1) no single movement tells as long as the month has no sheet.

    It is what the latest telling sheet before it told beyond the movements of its own month. None of it where the
    movements of a month since then, this one included, tell half of that as well: they have taken the place of sheets.
    Nor where there were movements in `MONTHS_WITHOUT_SHEET` months since the latest sheet: sheets have ceased.
    """
    sheet = _telling_sheet(months, month)
    if sheet is None or _have_ceased(months, outflow, month):
        return 0.0
    record = months[sheet]
    moved = moved_of(record, outflow)
    most = 0
    for number, other in months.items():
        if sheet < number <= month and other.reported < 0:
            most = max(most, moved_of(other, outflow))
    if record.reported == 0:
        return 0.0 if moved > 0 or most > 0 else 1.0
    days, days_out = days_in_month(sheet), _days_out(record)
    # What a month told that was out on some days is less than it would have been.
    length = 1.0 if days_out >= days else days / (days - days_out)
    if 2 * (most - moved * length) >= (record.reported - moved) * length:
        return 0.0
    return max(0.0, min(1.0, 1 - moved / record.reported))


def _telling_sheet(months: dict[int, MonthRecord], month: int) -> int | None:
    """The latest month up to one with a sheet that tells how use is told here: one of some use, of a month that had
    stock on half of its days; where there is none such, the latest of some use, else the latest."""
    best, best_rank = None, -1
    for number, record in months.items():
        if number > month or record.reported < 0:
            continue
        rank = (record.reported > 0) + (record.reported > 0 and 2 * _days_out(record) <= days_in_month(number))
        if best is None or rank > best_rank or (rank == best_rank and number > best):
            best, best_rank = number, rank
    return best


def _days_out(record: MonthRecord) -> int:
    """By the book or the sheet, whichever says more: a month that either doubts is a poor witness."""
    return max(record.days_out, record.reported_out)


def _have_ceased(months: dict[int, MonthRecord], outflow: Outflow, month: int) -> bool:
    latest = max([number for number, record in months.items() if record.reported >= 0], default=month)
    if month <= latest:
        return False
    return sum([number > latest and moved_of(record, outflow) > 0 for number, record in months.items()]) >= (
        MONTHS_WITHOUT_SHEET
    )
