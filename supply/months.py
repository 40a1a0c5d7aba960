"""What happened to one position month by month, in the item's smallest unit."""

from supply.ledger_state import Ledger, MonthRecord


def month_record(ledger: Ledger, month: int) -> MonthRecord:
    """The record of a month, made when it is the first entry there."""
    record = ledger.months.get(month)
    if record is None:
        record = ledger.months[month] = MonthRecord()
    return record


def report(ledger: Ledger, at: int, amount: int, detail: tuple[int, int | None]) -> None:
    """A sheet's total of a month, with its days out of stock where it tells them, that came at an instant."""
    month, days_out = detail
    record = month_record(ledger, month)
    record.reported = amount
    ledger.sheet_at = at
    record.reported_out = -1 if days_out is None else days_out


def forget_months(ledger: Ledger, oldest_month: int) -> None:
    """Drop months before `oldest_month`; they travel once more (`Ledger.rolled`)."""
    if ledger.months and min(ledger.months) < oldest_month:
        for month in [month for month in ledger.months if month < oldest_month]:
            record = ledger.months.pop(month)
            if month >= ledger.oldest_month:
                ledger.rolled[month] = record
    ledger.oldest_month = max(ledger.oldest_month, oldest_month)
