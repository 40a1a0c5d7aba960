"""Where a use is planned, cover, status, surplus and stock-out go by the plan, as the projection does."""

import pytest

from schemas.events import Event
from tests.events import counted, day, dispensed, received
from tests.unit.supply.plans import on, profile
from tests.unit.supply.shelf import Shelf, position

USE: list[Event] = [counted(300, "2026-02-01"), dispensed(90, "2026-02-10")]
"""Three pieces a day by the CPM."""


def test_what_the_plan_uses_is_no_surplus() -> None:
    plenty = [*USE, received(300, "2026-03-09")]
    flat = position(*plenty, at="2026-03-10 12:00")
    assert (flat.status, flat.surplus) == ("surplus", 150)
    season = profile(on("2026-03-10", 480, "2026-05-20"))
    planned = position(*plenty, at="2026-03-10 12:00", entries=[season])
    assert (planned.status, planned.surplus) == ("adequate", 0)
    little = profile(on("2026-03-10", 72, "2026-05-20"))
    left_over = position(*plenty, at="2026-03-10 12:00", entries=[little])
    assert (left_over.status, left_over.surplus) == ("surplus", 510 - 72 - 3 * (120 - 72))


def test_cover_is_how_long_the_plan_lets_the_stock_last() -> None:
    found = position(*USE, at="2026-03-10 12:00", entries=[profile(on("2026-03-12", 200), on("2026-03-20", 40))])
    assert found.cover_days == pytest.approx(10 + 10 / 40 - 6 / 40)
    nothing = position(*USE, at="2026-03-10 12:00", entries=[profile(on("2026-03-10", 0, "2026-03-29"))])
    assert nothing.cover_days == pytest.approx(20 + 210 / 3)


def test_a_stock_out_is_not_over_when_the_plan_needs_it_all_at_once() -> None:
    plan = profile(on("2026-03-10", 0), on("2026-03-14", 200))
    shelf = Shelf(*USE, counted(0, "2026-03-10 09:00"), received(30, "2026-03-12 09:00"), entries=[plan])
    story = shelf.until("2026-03-14").story
    assert [line for line in story if "stock_out" in line] == ["2026-03-11 stock_out firing critical"]
    enough = Shelf(*USE, counted(0, "2026-03-10 09:00"), received(230, "2026-03-12 09:00"), entries=[plan])
    assert "2026-03-13 stock_out resolved critical" in enough.until("2026-03-14").story


@pytest.mark.parametrize("before", [[counted(5, "2026-02-01")], [counted(5, "2026-03-01")]])
def test_a_planned_use_without_a_cpm_has_a_status_of_its_own(before: list[Event]) -> None:
    plan = profile(on("2026-03-20", 9))
    assert position(*before, at="2026-03-10 12:00").status in ("no_consumption", "unknown")
    assert position(*before, at="2026-03-10 12:00", entries=[plan]).status == "critical"


def test_a_sentence_and_its_numbers_tell_of_the_plan() -> None:
    plan = profile(on("2026-03-20", 9), on("2026-03-25", 4))
    (shortage,) = Shelf(counted(5, "2026-02-01"), entries=[plan], only={"shortage"}).until("2026-03-07").alerts
    assert "CPM 0.0 piezas al mes; por usar según plan: 13 piezas hasta el 2026-03-25; " in shortage.reason
    assert "CPM 0.0 pieces a month; 13 pieces planned until 2026-03-25; " in shortage.reason_en
    facts = shortage.facts
    assert facts is not None
    assert facts.planned is not None
    assert (facts.planned.pieces, facts.planned.until) == (13, day("2026-03-25"))
