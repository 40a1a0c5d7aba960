"""Our CPM beside the averages of a country's own sheets, Côte d'Ivoire's."""

import csv
import math
from collections import defaultdict
from pathlib import Path

import pytest

from supply.calendar import days_in_month, month_number
from supply.cpm import average
from supply.cpm_policy import CpmPolicy
from supply.cpm_presets import COTE_DIVOIRE, CPM_POLICIES
from supply.cpm_window import MonthConsumption
from supply.policy_choice import PolicyChoices
from supply.rules import Rules
from tests.events import ms, reported
from tests.unit.supply.shelf import Shelf

SHARED = Path(__file__).parents[4] / "shared"
IVORY_COAST = SHARED / "data" / "civ_logistics_dev.csv"


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
                MonthConsumption(month - 2 + index, sheet[0], sheet[1], days_in_month(month - 2 + index))
                for index, sheet in enumerate(window)
                if sheet is not None
            ]
            value, _, _ = average(months, rule)
            rows += 1
            agreed += value is not None and math.floor(value + 0.5) == theirs
    return rows, agreed


def test_our_cpm_is_the_countrys_own_on_at_least_99_and_a_half_per_cent(series: list[dict[int, Sheet]]) -> None:
    rows, agreed = agreement(series, COTE_DIVOIRE)
    assert rows > 17_000
    assert agreed / rows >= 0.997


def test_the_default_differs_only_in_months_out_whole(series: list[dict[int, Sheet]]) -> None:
    rows, agreed = agreement(series, CPM_POLICIES["abasto"])
    assert 0.994 <= agreed / rows < 0.995


def test_sheets_told_as_events_give_the_same_averages(series: list[dict[int, Sheet]]) -> None:
    """A sample of the series through book and ledger: each average is asked for in the month after its sheet."""
    rules = Rules(policies=PolicyChoices(COTE_DIVOIRE))
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
    assert (compared, agreed) == agreement(series[::50], COTE_DIVOIRE)
