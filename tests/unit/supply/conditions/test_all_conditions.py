"""What all conditions share: severities, their order, who silences whom."""

from pathlib import Path
from typing import Any

import pytest

from supply.assessment import Assessment
from supply.bounds import Bounds
from supply.conditions import IN_TURN, RULES, low_stock, shortage, stock_out
from supply.finding import Rule, severity_for
from supply.language import ENGLISH, SPANISH
from supply.rules import AlertTiming
from tests.events import counted, dispensed
from tests.unit.supply.assessed import TIMINGS, assessed, place
from tests.unit.supply.shelf import Shelf

ROOT = Path(__file__).parents[4]


@pytest.mark.parametrize(
    ("ven", "severities"),
    [
        ("V", ["critical", "critical", "high", "medium"]),
        ("E", ["high", "high", "medium", "low"]),
        (None, ["high", "high", "medium", "low"]),
        ("N", ["medium", "medium", "low", "low"]),
    ],
)
def test_severity_comes_from_condition_ven_class_and_days_left(ven: Any, severities: list[str]) -> None:
    found = [
        stock_out.judge(assessed(0), place(ven), AlertTiming()),
        shortage.judge(assessed(21, days=7), place(ven), AlertTiming()),
        shortage.judge(assessed(24, days=8), place(ven), AlertTiming()),
        low_stock.judge(assessed(80), place(ven), AlertTiming()),
    ]
    assert [finding.severity for finding in found] == severities


def test_severity_never_falls_below_the_mildest() -> None:
    assert severity_for("low", "N") == "low"


def test_the_worst_condition_comes_first() -> None:
    assert [rule.condition for rule in RULES][:3] == ["stock_out", "shortage", "low_stock"]
    assert {rule.condition for rule in RULES} <= set(TIMINGS)


def test_who_silences_others_is_judged_before_them() -> None:
    judged = [rule.condition for rule in IN_TURN]
    assert set(judged) == {rule.condition for rule in RULES}
    for rule in RULES:
        assert all(judged.index(silenced) > judged.index(rule.condition) for silenced in rule.silences)


def test_who_silences_whom_is_said_and_the_others_stand_beside_each_other() -> None:
    assert {rule.condition: rule.silences for rule in RULES if rule.silences} == {
        "stock_out": {"shortage", "low_stock", "surplus", "expiry_risk"},
        "shortage": {"low_stock", "surplus"},
        "low_stock": {"surplus"},
        "data_quality": {"surplus"},
        "unmet_demand": {"surplus"},
        "demand_surge": {"surplus", "expiry_risk"},
        "surplus": {"late_arrival"},
    }


def test_every_file_of_a_condition_has_its_line() -> None:
    files = {path.stem for path in (ROOT / "supply" / "conditions").glob("*.py")}
    assert files - {"__init__"} == {rule.condition for rule in RULES}


def test_the_documents_table_says_how_long_each_holds_and_clears() -> None:
    table = (ROOT / "docs" / "decisions" / "alerts.md").read_text()
    rows = [[cell.strip() for cell in line.split("|")] for line in table.splitlines() if line.startswith("| `")]
    said = {row[1].strip("`"): (days_said(row[4]), days_said(row[5])) for row in rows if len(row) == 8}
    assert said == {rule.condition: (rule.timing.hold_days, rule.timing.clear_days) for rule in RULES}


def days_said(cell: str) -> float:
    """`none`, `1 day`, `7 days`."""
    return 0 if cell == "none" else float(cell.split(maxsplit=1)[0])


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.condition)
@pytest.mark.parametrize(
    "position",
    [assessed(None, None), assessed(0, None), assessed(0, 0), assessed(500, 0), assessed(500), assessed(0, on_hand=-2)],
    ids=["never counted", "empty, no CPM", "empty, not used", "not used", "ample", "below zero"],
)
def test_each_judges_and_explains_whatever_is_known(rule: Rule, position: Assessment) -> None:
    finding = rule.judge(position, place(), TIMINGS[rule.condition])
    assert not (finding.holds and finding.over)
    for language in (SPANISH, ENGLISH):
        assert rule.explain(position, place(), language).endswith(".")
        for holds in (True, False):
            advice = rule.advise(position, place(), finding._replace(holds=holds))
            assert language.say(*advice).endswith(".")
    for is_open in (True, False):
        bounds = Bounds(position.scale, position.day, 180, position.day + 20)
        rule.keep(position, place(), TIMINGS[rule.condition], is_open, bounds)
        assert position.day < bounds.until_day <= position.day + 20


def test_a_stock_that_nobody_told_anything_of_for_over_a_week_is_said_to_be_of_its_day() -> None:
    told = [counted(100, "2026-01-05"), dispensed(10, "2026-01-05 09:00"), counted(0, "2026-01-06 08:00")]
    alerts = Shelf(*told, only=["stock_out"]).until("2026-01-17").alerts
    dated = {str(alert.at.date()): "as last recorded on 2026-01-06" in (alert.reason_en or "") for alert in alerts}
    assert dated == {"2026-01-07": False, "2026-01-10": False, "2026-01-13": False, "2026-01-16": True}
    assert "Sin existencia según el último registro, del 2026-01-06" in alerts[-1].reason
