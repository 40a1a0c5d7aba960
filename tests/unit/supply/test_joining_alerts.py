"""A hospital that joins is not judged by the first part of its history, and others are judged all the same."""

import datetime as dt

import pytest

from schemas.channels import INPUTS
from supply.clock import IDLE_MS
from tests.events import counted, dispensed, received
from tests.unit.supply.live import NOW, OTHER, SECOND_MS, Live, history
from tests.unit.supply.shelf import Shelf, medicine


@pytest.mark.parametrize("at_once", [1, 10, 1000])
def test_while_history_is_told_nobody_is_alarmed_by_its_first_part(at_once: int) -> None:
    """In the middle of it the shelf is empty, at its end it is full."""
    told = [counted(5, "2025-08-01"), counted(0, "2025-10-01"), *history(100), counted(400, "2026-02-28 20:00")]
    live = Live().tell_all(told, at_once)
    assert live.shelf.alerts == []
    for _ in range(3):
        live.checkpoint(after_ms=IDLE_MS)
    assert {alert.condition for alert in live.shelf.alerts} <= {"surplus", "data_quality"}
    assert {alert.at.date().isoformat() for alert in live.shelf.alerts} <= {"2026-03-01"}
    assert live.shelf.position.status == "surplus"


def test_also_where_its_other_items_are_told_of_now() -> None:
    live = Live()
    live.shelf.catalogue.put(medicine(item=OTHER))
    told = [counted(5, "2025-08-01"), counted(0, "2025-10-01"), *history(100), counted(400, "2026-02-28 20:00")]
    for number, event in enumerate(told):
        live.tell(event, dispensed(1, f"2026-03-01 12:{number // 60:02}:{number % 60:02}", item=OTHER))
        assert not [alert for alert in live.shelf.alerts if alert.item != OTHER]


@pytest.mark.parametrize("at_once", [1, 7, 30])
def test_a_shard_that_is_told_its_own_past_judges_each_day_of_it(at_once: int) -> None:
    """All tell of one time, oldest first: nobody is ahead of anybody."""
    told = [*history(300, until="2025-10-01"), counted(0, "2025-10-03"), *history(100), counted(0, "2026-02-28 20:00")]
    expected = Shelf(*told).until("2026-03-01 12:00").story
    shelf, wall = Shelf(), NOW
    for first in range(0, len(told), at_once):
        shelf.tell(*told[first : first + at_once], read_at_ms=wall)
        wall += SECOND_MS
        reach = shelf.clock.limit(INPUTS, wall)
        shelf.book.advance(reach)
        shelf.keep(shelf.book.publish(wall if reach is not None and reach.live else None))
    for _ in range(3):
        wall += IDLE_MS
        shelf.book.advance(shelf.clock.limit(INPUTS, wall))
        shelf.keep(shelf.book.publish(wall))
    assert shelf.story == expected
    assert next(line for line in shelf.story if "stock_out firing" in line).startswith("2025-10")


def test_when_it_has_ended_what_is_wrong_now_is_told_as_of_now() -> None:
    live = Live().tell_all([*history(100), counted(0, "2026-02-28 20:00")], 7)
    assert live.shelf.story == []
    for _ in range(3):
        live.checkpoint(after_ms=IDLE_MS)
    assert stock_outs(live) == ["2026-03-01 stock_out firing critical"]
    live.tell(received(60, "2026-03-01 12:02"))
    assert stock_outs(live)[1:] == ["2026-03-01 stock_out resolved critical"]


def stock_outs(live: Live) -> list[str]:
    """The other alert there is is of the count that found so much less."""
    return [line for line in live.shelf.story if "data_quality" not in line]


def test_who_always_tells_of_the_week_before_last_is_judged_all_the_same() -> None:
    """A record each ten seconds, of ten days before: an hour of event time takes an hour."""
    live = Live()
    for number in range(30):
        at = dt.datetime.fromisoformat("2026-02-19 12:00:00") + dt.timedelta(seconds=10 * number)
        live.shelf.tell(counted(0, str(at)) if number else dispensed(3, str(at)))
        live.checkpoint(after_ms=10 * SECOND_MS)
    assert stock_outs(live) == ["2026-03-01 stock_out firing critical"]


def test_what_runs_out_now_is_told_although_other_items_past_is_told_beside_it() -> None:
    live = Live(*history(60))
    live.shelf.catalogue.put(medicine(item=OTHER))
    for number, event in enumerate(history(100)):
        live.tell(dispensed(1, f"{event.time:%Y-%m-%d %H:%M}", item=OTHER))
        if number == 50:
            live.tell(counted(0, "2026-03-01 12:00"))
            assert "2026-03-01 stock_out firing critical" in live.shelf.story
    assert [line for line in live.shelf.story if "stock_out" in line] == ["2026-03-01 stock_out firing critical"]
