"""Which positions are watched, and what an alert carries."""

import pytest

from supply.clock import Reach
from supply.rules import Rules
from tests.events import counted, day, instant, ms, scheduled
from tests.unit.supply.shelf import hospital, medicine
from tests.unit.supply.stories import SUPPLIED, stock_of, story


def test_other_items_are_not_watched_unless_the_rules_say_so() -> None:
    other = [medicine(oncology=False)]
    out = counted(0, "2026-03-05 10:00")
    assert story(out, entries=other) == []
    assert story(out, entries=other, rules=Rules(watch="all")) == ["2026-03-06 stock_out firing critical"]


def test_alerts_end_when_the_catalogue_stops_watching_the_item() -> None:
    shelf = stock_of(*SUPPLIED, counted(0, "2026-03-05 10:00")).until("2026-03-10")
    shelf.catalogue.put(medicine(oncology=False))
    shelf.until("2026-03-12")
    assert shelf.story == ["2026-03-06 stock_out firing critical", "2026-03-11 stock_out resolved critical"]
    assert shelf.alerts[-1].reason == "La clave dejó de vigilarse en esta unidad."
    assert shelf.book.open_alerts()["stock_out", "critical"] == 0


@pytest.mark.parametrize("code", ["item|010.000.5432.00", "facility|DFIMS000604"])
def test_and_when_an_entry_leaves_the_catalogue(code: str) -> None:
    shelf = stock_of(*SUPPLIED, counted(0, "2026-03-05 10:00")).until("2026-03-10")
    shelf.catalogue.remove(code)
    assert shelf.until("2026-03-12").story == [
        "2026-03-06 stock_out firing critical",
        "2026-03-11 stock_out resolved critical",
    ]


def test_an_item_that_begins_to_be_watched_is_judged_at_once() -> None:
    """Nothing happens to an item that is out: without an event its alert must come all the same."""
    shelf = stock_of(*SUPPLIED, counted(0, "2026-03-05 10:00"), entries=[medicine(oncology=False)]).until("2026-03-10")
    shelf.catalogue.put(medicine())
    assert shelf.until("2026-03-12").story == ["2026-03-11 stock_out firing critical"]


def test_and_in_service_at_the_next_checkpoint() -> None:
    shelf = stock_of(*SUPPLIED, counted(0, "2026-03-05 10:00"), entries=[medicine(oncology=False)])
    shelf.publish("2026-03-10 15:00")
    shelf.catalogue.put(medicine())
    now = ms("2026-03-10 15:01")
    shelf.book.advance(Reach(now, now))
    shelf.publish("2026-03-10 15:01")
    assert [(alert.condition, alert.at) for alert in shelf.alerts] == [("stock_out", instant("2026-03-10 15:01"))]


def test_a_new_minimum_shows_at_once() -> None:
    shelf = stock_of(*SUPPLIED).until("2026-03-10")
    assert shelf.position.status == "surplus"
    shelf.catalogue.put(medicine(max_months=12))
    assert shelf.until("2026-03-10").position.status == "adequate"


def test_each_alert_carries_the_numbers_behind_it() -> None:
    order = scheduled(200, "2026-02-20", "2026-03-28")
    shelf = stock_of(*SUPPLIED, order, counted(30, "2026-03-05 10:00")).until("2026-03-07")
    alert = shelf.alerts[0]
    assert (alert.condition, alert.state, alert.sequence) == ("shortage", "firing", 1)
    assert alert.since == alert.at
    facts = alert.facts
    assert facts is not None
    assert (facts.usable, facts.cpm, facts.cover_days, facts.lead_time_days) == (30, 90, 10, 15)
    assert facts.cpm_inputs.pieces == 270
    assert [line.quantity for line in facts.due] == [200]
    assert facts.projected_stockout_on == day("2026-03-16")
    assert facts.last_count_on == day("2026-03-05")


def test_a_facility_elsewhere_has_its_own_midnights() -> None:
    shelf = stock_of(*SUPPLIED, counted(0, "2026-03-05 23:30"), entries=[hospital(timezone="America/Tijuana")])
    shelf.until("2026-03-07")
    assert shelf.alerts[0].at.isoformat() == "2026-03-06T08:00:00+00:00"
