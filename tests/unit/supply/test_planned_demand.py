"""Planned demand: treatments by date and seasons stand in for the CPM, from the plan's first day to its last."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue import PlannedUse
from schemas.events import Event
from schemas.positions import PlannedDemand
from supply.catalogue import Catalogue
from supply.rules import Rules
from tests.compiled import plain_python
from tests.events import HOSPITAL, ITEM, counted, day, dispensed, lot, scheduled
from tests.thoroughness import cases
from tests.unit.supply.deliver import deliver, transitions, without_version
from tests.unit.supply.histories import LATENESS_DAYS, START, deliveries, histories
from tests.unit.supply.plans import TODAY, Spans, on, plans, profile
from tests.unit.supply.shelf import Shelf, position
from tests.unit.supply.test_any_order import in_order

USE = [counted(190, "2026-02-01"), dispensed(90, "2026-02-10")]
"""Three pieces a day, and a hundred left."""


def test_a_position_shows_what_is_planned_and_counts_on_it() -> None:
    plan = profile(on("2026-03-10", 6), on("2026-03-20", 96), on("2026-03-31", 30))
    found = position(*USE, at="2026-03-10 12:00", entries=[plan])
    assert found.planned == PlannedDemand(day("2026-03-31"), 132, None)
    assert found.projected_stockout_on == day("2026-03-20")
    assert found.cpm == pytest.approx(90)
    assert found.cover_days == pytest.approx(10 + 94 / 96)
    without = position(*USE, at="2026-03-10 12:00")
    assert (without.planned, str(without.projected_stockout_on)) == (None, "2026-04-12")


def test_beyond_its_last_day_the_cpm_counts_again() -> None:
    plan = profile(on("2026-03-10", 10))
    assert str(position(*USE, at="2026-03-10 12:00", entries=[plan]).projected_stockout_on) == "2026-04-10"
    assert position(*USE, at="2026-03-11", entries=[plan]).planned is None


def test_before_a_plan_begins_an_item_without_a_cpm_goes_on_as_since_it_is_here() -> None:
    """Opened on 2 March with 300 pieces, ten a day, and a campaign planned for August: nothing is left to lend."""
    days = [dispensed(10, f"2026-03-{number:02} 10:00") for number in range(2, 31)]
    shelf = Shelf(counted(300, "2026-03-02 07:00"), *days, entries=[profile(on("2026-08-01", 600))]).until("2026-04-01")
    assert (str(shelf.position.projected_stockout_on), shelf.position.status) == ("2026-04-02", "critical")
    assert [line for line in shelf.story if "shortage" in line or "surplus" in line] == [
        "2026-03-17 shortage firing high",
        "2026-03-25 shortage firing critical",
    ]
    never = position(counted(300, "2026-03-02 07:00"), at="2026-04-01", entries=[profile(on("2026-08-01", 600))])
    assert never.projected_stockout_on == day("2026-08-01")


def test_planned_treatments_of_an_item_without_a_cpm_make_a_shortage_and_a_stock_out() -> None:
    events: list[Event] = [counted(5, "2026-03-01"), dispensed(5, "2026-03-12")]
    plan = profile(on("2026-03-30", 9))
    shelf = Shelf(*events, entries=[plan]).until("2026-03-20")
    assert shelf.story == [
        "2026-03-02 low_stock pending medium",
        "2026-03-03 low_stock firing medium",
        "2026-03-13 stock_out firing critical",
        "2026-03-13 low_stock resolved medium",
    ]
    assert Shelf(*events).until("2026-03-20").story == ["2026-03-13 stock_out firing critical"]
    waiting = Shelf(counted(5, "2026-03-01"), entries=[plan]).until("2026-03-20")
    assert waiting.story[2:] == ["2026-03-15 shortage firing high", "2026-03-15 low_stock resolved medium"]
    assert Shelf(counted(5, "2026-03-01")).until("2026-03-20").story == []
    never = Shelf(counted(0, "2026-03-01"), entries=[plan]).until("2026-03-20")
    assert never.story == ["2026-03-02 stock_out firing high", "2026-03-15 stock_out firing critical"]


def test_a_plan_loaded_later_takes_effect_the_next_midnight() -> None:
    shelf = Shelf(counted(5, "2026-03-01")).until("2026-03-05")
    shelf.catalogue.put(profile(on("2026-03-08", 9)))
    assert shelf.until("2026-03-07").story == ["2026-03-06 shortage firing critical"]
    shelf.catalogue.remove(f"demand_profile|{HOSPITAL}|{ITEM}")
    assert shelf.until("2026-03-10").story[1:] == ["2026-03-09 shortage resolved critical"]
    assert shelf.position.planned is None


def test_arrivals_and_lots_count_beside_a_plan() -> None:
    plan = profile(on("2026-03-01", 0), on("2026-03-20", 60), on("2026-04-20", 60))
    events = [
        counted(70, "2026-03-05", lot(70, "2026-03-25")),
        scheduled(60, "2026-03-06", "2026-04-20"),
        scheduled(60, "2026-03-06", "2026-03-08", "P-2"),
    ]
    found = position(*events, at="2026-03-10", entries=[plan])
    assert (found.expires_unused, str(found.projected_stockout_on_without_due)) == (10, "2026-03-26")
    assert str(found.projected_stockout_on) == "2026-03-26"
    moved = position(*events, scheduled(60, "2026-03-09", "2026-03-26", "P-2"), at="2026-03-10", entries=[plan])
    assert moved.projected_stockout_on is None


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ([on("2026-03-10", 6, "2026-03-09")], "ends before it begins"),
        ([on("2026-03-10", 6), on("2026-03-10", 7)], "begins before the one before it has ended"),
        ([on("2026-03-01", 6, "2026-03-31"), on("2026-03-31", 7)], "begins before the one before it has ended"),
    ],
)
def test_a_plan_that_contradicts_itself_leaves_the_older_one(wrong: list[PlannedUse], fault: str) -> None:
    known = Catalogue([profile(on("2026-03-10", 6))])
    with pytest.raises(ValueError, match=fault):
        known.put(profile(*wrong))
    plan = known.plan(HOSPITAL, ITEM)
    assert plan is not None
    assert plan.spans == [(TODAY.toordinal(), TODAY.toordinal(), 6)]


@plain_python
@given(st.data(), histories(), plans())
@cases(40)
def test_calm_positions_and_any_order_with_a_plan(data: st.DataObject, history: list[Event], spans: Spans) -> None:
    """As `test_any_order` has it, with a plan that begins, pauses and ends on the way."""
    rules = Rules(lateness_days=LATENESS_DAYS)
    delivery = data.draw(deliveries(history))
    at = START + dt.timedelta(data.draw(st.integers(0, 60)))
    entries = [
        profile(
            *(PlannedUse(at + dt.timedelta(first), pieces, at + dt.timedelta(last)) for first, last, pieces in spans)
        )
    ]
    found, expected = deliver(delivery, rules, entries=entries), deliver(in_order(history), rules, entries=entries)
    with pytest.MonkeyPatch.context() as patch:
        for room in ("supply.book", "supply.calm"):
            patch.setattr(f"{room}.is_calm", lambda *_: False)
        restless = deliver(delivery, rules, entries=entries)
    assert without_version(found) == without_version(expected) == without_version(restless)
    assert transitions(found.alerts) == transitions(expected.alerts) == transitions(restless.alerts)
