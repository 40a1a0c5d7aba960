"""Verify our CPM against the averages that other people's monthly sheets carry.

A sheet has one row for each site, product and month. A row is compared when the file holds the whole window of months
that its average needs; what an average before that was computed from nobody can see in the file.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from abasto.tables import Cell, Row, Table, Unreadable
from abasto.terminal import Failure
from supply.calendar import month_name, month_number
from supply.cpm import cpm
from supply.cpm_policy import CpmPolicy
from supply.cpm_window import window
from supply.ledger_state import Ledger, MonthRecord
from supply.policy_choice import Chosen

DAYS_OUT_LIMIT = 31

PARTS = 1000
"""Quantities are kept in thousandths of a piece: some sheets carry parts of one."""

COLUMNS = (
    "year",
    "month",
    "site_code",
    "product_code",
    "stock_distributed",
    "stock_stockout_days",
    "average_monthly_consumption",
)


class SheetRow(msgspec.Struct, frozen=True):
    """A row of a monthly sheet: what it says was used (in `1/PARTS`), days out of stock, and the average it carries."""

    line: int
    site: str
    product: str
    month: int
    distributed: int
    days_out: int
    average: float


class Disagreement(msgspec.Struct, frozen=True):
    """A row whose average is not ours."""

    line: int
    site: str
    product: str
    month: str
    theirs: float
    ours: int | None


class Verification(msgspec.Struct, kw_only=True):
    """`rows` were compared and `agreed` gave the same figure; `not_comparable` rows lack a part of their window."""

    rows: int
    agreed: int
    agreement: float | None
    rows_in_file: int
    not_comparable: int
    policy: str
    disagreements: list[Disagreement]


def read_sheet(table: Table) -> list[SheetRow]:
    """The rows of a monthly sheet.

    Raises:
        Failure: naming the columns, or the line and field that cannot be read.
    """
    if not set(COLUMNS) <= set(table.columns):
        raise Failure(
            f"{table.name} lacks columns of a monthly sheet: expected {', '.join(COLUMNS)}; "
            f"found {', '.join(table.columns)}"
        )
    return [_row(table.name, row) for row in table.rows]


def _row(name: str, row: Row) -> SheetRow:
    where = f"{name}, line {row.number}"

    def number(column: str) -> float:
        cell = row.cells.get(column)
        try:
            value = float(cell) if isinstance(cell, str | int | float) else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise Failure(f"{where}: {column} is {_shown(cell)}; expected a number")
        return value

    def code(column: str) -> str:
        if isinstance(cell := row.cells.get(column), Unreadable):
            raise Failure(f"{where}: {column} is {_shown(cell)}; expected a code")
        return row.text(column) or ""

    year, month = int(number("year")), int(number("month"))
    if not 1 <= month <= 12 or not 2000 <= year <= 2100:
        raise Failure(f"{where}: year and month are {year} and {month}; expected a calendar month")
    return SheetRow(
        line=row.number,
        site=code("site_code"),
        product=code("product_code"),
        month=month_number(year, month),
        distributed=round(number("stock_distributed") * PARTS),
        days_out=min(DAYS_OUT_LIMIT, max(0, int(number("stock_stockout_days")))),
        average=number("average_monthly_consumption"),
    )


def _shown(cell: Cell) -> str:
    match cell:
        case None:
            return "empty"
        case Unreadable(reason):
            return reason
        case _:
            return repr(str(cell))


def verify_monthly(rows: Iterable[SheetRow], policy: CpmPolicy, advance: Callable[[int], None]) -> Verification:
    """Compare the CPM as of the end of each row's month, rounded half up as sheets do, with the row's average."""
    series: dict[tuple[str, str], list[SheetRow]] = defaultdict(list)
    for row in rows:
        series[row.site, row.product].append(row)
    outflow = policy.outflows.of("hospital")
    compared = agreed = total = 0
    disagreements: list[Disagreement] = []
    for history in series.values():
        ledger = Ledger()
        for row in history:
            if row.month in ledger.months:
                same = f"{row.site} {row.product} {month_name(row.month)}"
                raise Failure(f"line {row.line}: {same} stands in the sheet twice; which of the rows is right?")
            ledger.months[row.month] = MonthRecord(reported=row.distributed, reported_out=row.days_out)
        for row in history:
            total += 1
            _, absent, _ = window(ledger, outflow, policy, row.month + 1, row.month + 1)
            if absent:
                continue
            compared += 1
            figure = cpm(ledger, "hospital", Chosen(policy), row.month + 1, row.month + 1, PARTS).value
            ours = None if figure is None else math.floor(figure + 0.5)
            if ours == row.average:
                agreed += 1
            else:
                disagreements.append(
                    Disagreement(row.line, row.site, row.product, month_name(row.month), row.average, ours)
                )
        advance(len(history))
    disagreements.sort(key=lambda d: d.line)
    return Verification(
        rows=compared,
        agreed=agreed,
        agreement=agreed / compared if compared else None,
        rows_in_file=total,
        not_comparable=total - compared,
        policy=policy.name,
        disagreements=disagreements,
    )
