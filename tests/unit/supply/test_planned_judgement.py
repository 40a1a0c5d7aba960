"""Where a use is planned, cover, status, surplus and stock-out go by the plan, as the projection does."""

import pytest

from schemas.events import Event
from tests.events import counted, day, dispensed, lot, received, scheduled
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


def test_a_season_is_told_in_pieces_and_tenths() -> None:
    """200 pieces over the 31 days of March, a day of which is over."""
    season = profile(on("2026-03-01", 200, "2026-03-31"))
    (alert,) = Shelf(counted(60, "2026-03-01 12:00"), entries=[season], only={"shortage"}).until("2026-03-03").alerts
    assert "; por usar según plan: 193.5 piezas hasta el 2026-03-31;" in alert.reason
    assert "; 193.5 pieces planned until 2026-03-31;" in alert.reason_en


def test_a_plan_beyond_the_horizon_is_a_plan() -> None:
    far = profile(on("2026-03-12", 10), on("2026-12-20", 10))
    found = position(*USE, at="2026-03-10 12:00", entries=[far])
    assert (found.status, found.surplus) == ("surplus", 210 - 3 * 2 - 10)
    assert found.cover_days == pytest.approx((day("2026-12-21") - day("2026-03-10")).days + (210 - 6 - 20) / 3)


def test_stock_that_covers_a_whole_plan_is_adequate_where_nobody_knows_what_comes_after() -> None:
    found = position(counted(100, "2026-03-01"), at="2026-03-10 12:00", entries=[profile(on("2026-03-20", 20))])
    assert (found.status, found.cover_days, found.surplus) == ("adequate", None, 0)


def test_what_expires_before_it_is_planned_to_be_used_is_told_without_a_cpm() -> None:
    told = [counted(60, "2026-03-05", lot(60, "2026-04-20"))]
    plan = profile(on("2026-05-10", 50))
    story = Shelf(*told, entries=[plan], only={"expiry_risk"}).until("2026-03-10").story
    assert story == ["2026-03-06 expiry_risk pending high", "2026-03-07 expiry_risk firing high"]
    assert Shelf(*told, only={"expiry_risk"}).until("2026-03-10").story == []


def test_use_that_is_planned_is_no_surge() -> None:
    used = [dispensed(12, f"2026-03-{each:02} 09:00") for each in range(1, 25)]
    stocked = [*USE, received(900, "2026-02-20"), *used]
    assert "demand_surge" in " ".join(Shelf(*stocked, only={"demand_surge"}).until("2026-03-25").story)
    season = profile(on("2026-03-01", 372, "2026-03-31"))
    assert Shelf(*stocked, entries=[season], only={"demand_surge"}).until("2026-03-25").story == []


HEARD: list[Event] = [
    counted(400, "2025-10-01 09:00"),
    *(dispensed(60, f"{month}-28 12:00") for month in ("2025-10", "2025-11", "2025-12", "2026-01")),
    counted(55, "2026-02-14 18:00"),
]
"""Two a day; nothing is heard after 14 February."""


@pytest.mark.parametrize("treatments", [("2026-03-05",), ("2026-03-05", "2026-03-26")])
def test_days_that_pass_in_silence_bring_no_treatment_nearer_to_being_covered(treatments: tuple[str, ...]) -> None:
    """What is used before the plan begins gets less by every day that nobody tells of."""
    plan = profile(*(on(each, 40, treatments=4) for each in treatments))
    silent = Shelf(*HEARD, entries=[plan], only=["shortage"]).until("2026-03-25")
    assert silent.story == ["2026-02-18 shortage firing critical"]
    came = received(60, "2026-03-03 10:00")
    told = Shelf(*HEARD, came, entries=[plan], only=["shortage"]).until("2026-03-06").story
    assert told == ["2026-02-18 shortage firing critical", "2026-03-05 shortage resolved critical"]


def test_between_two_treatments_nothing_need_be_heard() -> None:
    plan = profile(*(on(each, 40, treatments=4) for each in ("2026-02-14", "2026-03-07")))
    ordered = dispensed(40, "2026-02-14 19:00"), scheduled(60, "2026-02-26 10:00", "2026-03-03")
    assert Shelf(*HEARD, *ordered, entries=[plan], only=["shortage"]).until("2026-03-01").story == [
        "2026-02-20 shortage firing critical",
        "2026-02-28 shortage resolved critical",
    ]
