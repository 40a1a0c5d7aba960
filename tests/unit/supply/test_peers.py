"""Our CPM beside what others compute: their own test cases, and the averages of a country's own sheets."""

import csv
import json
import math
from collections import defaultdict
from pathlib import Path
from typing import Any

import msgspec
import pytest

from supply.calendar import month_named, month_number
from supply.cpm import MonthConsumption, average
from supply.rules import CPM_POLICIES, CpmPolicy, Rules
from tests.events import counted, dispensed, ms, received, reported
from tests.unit.supply.shelf import Shelf, position

SHARED = Path(__file__).parents[4] / "shared"
GOLDEN = SHARED / "golden" / "peer_cases.json"
IVORY_COAST = SHARED / "data" / "civ_logistics_dev.csv"

A_MONTH_OF_31 = month_named("2026-01")


def policy(method: Any, **more: Any) -> CpmPolicy:
    """A policy of a peer."""
    return msgspec.structs.replace(CPM_POLICIES["abasto"], method=method, **more)


def mean(months: list[tuple[float, int]], rule: CpmPolicy) -> float:
    """The average of months given as (amount, days out)."""
    drawn = [MonthConsumption(A_MONTH_OF_31 + index, int(amount), out) for index, (amount, out) in enumerate(months)]
    value, _, _ = average(drawn, rule)
    assert value is not None
    return value


def plain_average(values: list[int]) -> float:
    return mean([(value, 0) for value in values], policy("none"))


def olmis3_average_consumption(adjusted: list[int]) -> float:
    return math.ceil(plain_average(adjusted))


def qat_amc(full_demands: list[int]) -> float:
    return round(plain_average(full_demands))


def qat_full_demand(actual: int, days: int, stockout_days: int) -> float:
    return mean([(actual, stockout_days)], policy("normalised", month_days=float(days)))


def msh_adjusted_amc(consumed: int, months: int, stockout_days: int) -> float:
    """MSH's `C / (M - out / 30.5)` is our `ratio` with months of 30.5 days."""
    spread = [stockout_days // months + (number < stockout_days % months) for number in range(months)]
    amounts = [consumed // months + (number < consumed % months) for number in range(months)]
    return round(mean(list(zip(amounts, spread, strict=True)), policy("ratio", month_days=30.5)), 2)


def msupply_days_out_of_stock(movements: list[list[int]], window_start_day: int, window_end_day: int) -> float:
    """Their window of days lies within our January."""

    def days_out(before: int) -> int:
        events = [counted(0, "2026-01-01")]
        for day, delta in movements:
            at = f"2026-01-{day:02d} 12:00"
            if day < before:
                events.append(received(delta, at) if delta > 0 else dispensed(-delta, at))
        return sum(month.days_out for month in position(*events, at=f"2026-01-{before:02d}").months)

    return days_out(window_end_day + 1) - days_out(window_start_day)


FUNCTIONS = {
    function.__name__: function
    for function in (
        plain_average,
        olmis3_average_consumption,
        qat_amc,
        qat_full_demand,
        msh_adjusted_amc,
        msupply_days_out_of_stock,
    )
}


def golden_cases() -> list[Any]:
    """The cases whose meaning the four methods cover already."""
    if not GOLDEN.exists():
        return [pytest.param(None, marks=pytest.mark.skip(reason="the golden cases lie outside this checkout"))]
    cases = json.loads(GOLDEN.read_text())
    return [pytest.param(case, id=case["id"]) for case in cases if case["function"] in FUNCTIONS]


@pytest.mark.parametrize("case", golden_cases())
def test_golden_cases_of_the_peers(case: dict[str, Any]) -> None:
    found = FUNCTIONS[case["function"]](**case["inputs"])
    assert found == pytest.approx(case["expected"], abs=max(case["tolerance"], 1e-9))


# ------------------------------------------------------------------------------ Côte d'Ivoire

Sheet = tuple[int, int, int]
"""(distributed, days out, the average that the country's own system computed)"""


@pytest.fixture(scope="module")
def series() -> list[dict[int, Sheet]]:
    """The sheets of each site and product by month."""
    if not IVORY_COAST.exists():
        pytest.skip("the country's sheets lie outside this checkout: they may not be redistributed")
    found: dict[tuple[str, str], dict[int, Sheet]] = defaultdict(dict)
    with IVORY_COAST.open(newline="") as file:
        for row in csv.DictReader(file):
            month = month_number(int(row["year"]), int(row["month"]))
            out = min(31, int(float(row["stock_stockout_days"])))
            average_shown = int(float(row["average_monthly_consumption"]))
            found[row["site_code"], row["product_code"]][month] = int(row["stock_distributed"]), out, average_shown
    return list(found.values())


def agreement(series: list[dict[int, Sheet]], rule: CpmPolicy) -> tuple[int, int]:
    """Rows whose window lies whole in the file: how many, and for how many our CPM, rounded half up, is theirs."""
    rows = agreed = 0
    for sheets in series:
        for month, (_, _, theirs) in sheets.items():
            window = [sheets.get(month - back) for back in (2, 1, 0)]
            if None in window:
                continue
            months = [
                MonthConsumption(month - 2 + index, sheet[0], sheet[1])
                for index, sheet in enumerate(window)
                if sheet is not None
            ]
            value, _, _ = average(months, rule)
            rows += 1
            agreed += value is not None and math.floor(value + 0.5) == theirs
    return rows, agreed


def test_our_cpm_is_the_countrys_own_on_at_least_99_and_a_half_per_cent(series: list[dict[int, Sheet]]) -> None:
    rows, agreed = agreement(series, CPM_POLICIES["cote-divoire"])
    assert rows > 17_000
    assert agreed / rows >= 0.997


def test_the_default_differs_only_in_months_out_whole(series: list[dict[int, Sheet]]) -> None:
    rows, agreed = agreement(series, CPM_POLICIES["abasto"])
    assert 0.994 <= agreed / rows < 0.995


def test_sheets_told_as_events_give_the_same_averages(series: list[dict[int, Sheet]]) -> None:
    """A sample of the series through book and ledger: each average is asked for in the month after its sheet."""
    rules = Rules(cpm=CPM_POLICIES["cote-divoire"])
    compared = agreed = 0
    for sheets in series[::50]:
        shelf = Shelf(rules=rules)
        for month, (distributed, out, theirs) in sorted(sheets.items()):
            year, following = divmod(month + 1, 12)
            at = f"{year}-{following + 1:02d}-01 08:00"
            period = f"{month // 12}-{month % 12 + 1:02d}"
            shelf.tell(reported(period, distributed, at, stockout_days=out))
            found = shelf.publish(at).position
            assert found.as_of.timestamp() * 1000 >= ms(at)
            if len(found.cpm_inputs.months_used) == 3 and found.cpm is not None:
                compared += 1
                agreed += math.floor(found.cpm + 0.5) == theirs
    assert compared > 300
    assert (compared, agreed) == agreement(series[::50], rules.cpm)
