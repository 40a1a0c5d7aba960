"""Driven by the wall clock: touched positions are evaluated at every checkpoint, and time never goes back."""

import datetime as dt
from collections import defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schemas.alerts import Alert
from schemas.channels import INPUTS
from schemas.events import Event
from supply.calendar import milliseconds
from supply.position import Outcome
from supply.rules import Rules
from tests.events import counted, dispensed, ms
from tests.thoroughness import cases
from tests.unit.supply.assessed import TIMINGS
from tests.unit.supply.histories import LATENESS_DAYS, histories
from tests.unit.supply.shelf import Shelf

CLOCK_CHANGE = dt.timedelta(hours=1)
RULES = Rules(lateness_days=LATENESS_DAYS)


def serve(arrivals: list[tuple[int, Event]], every_hours: int) -> Shelf:
    """Tell a shelf events at the hours they arrive; checkpoints come with the clock, all inputs always read."""
    shelf = Shelf(rules=RULES)
    queue = sorted(arrivals, key=lambda each: each[0])
    hour = queue[0][0]
    while queue:
        while queue and queue[0][0] <= hour:
            (outcome,) = shelf.tell(queue.pop(0)[1])
            assert outcome in (Outcome.COUNTED, Outcome.DUPLICATE)
        now_ms = hour * 3_600_000
        shelf.book.advance(shelf.clock.limit(INPUTS, now_ms))
        shelf.keep(shelf.book.publish(now_ms))
        hour += every_hours
    return shelf


@given(
    st.data(),
    histories(),
    st.integers(4, 60),
)
@cases(75)
def test_late_events_lead_to_the_position_of_the_sorted_ones(
    data: st.DataObject, history: list[Event], every_hours: int
) -> None:
    hours = [milliseconds(each.time) // 3_600_000 for each in history]
    delays = st.integers(0, LATENESS_DAYS * 24 - 1)
    late = [(hour + data.draw(delays), each) for hour, each in zip(hours, history, strict=True)]
    found = serve(late, every_hours)
    expected = Shelf(*sorted(history, key=lambda each: each.time), rules=RULES)
    expected.keep(expected.book.publish(milliseconds(found.position.as_of)))
    assert found.raw.keys() == expected.raw.keys()
    # Whether a surplus is in doubt, alerts say, which take days to fire.
    apart = {"version": None, "surplus": None}
    for key, message in found.raw.items():
        assert {**message, **apart} == {**expected.raw[key], **apart}


@given(st.data(), histories(), st.integers(4, 60))
@cases(50)
def test_the_transitions_of_an_alert_follow_each_other(
    data: st.DataObject, history: list[Event], every_hours: int
) -> None:
    delays = st.integers(0, LATENESS_DAYS * 24 - 1)
    late = [(milliseconds(each.time) // 3_600_000 + data.draw(delays), each) for each in history]
    severities = ["low", "medium", "high", "critical"]
    by_alert = defaultdict(list)
    for alert in serve(late, every_hours).alerts:
        by_alert[alert.alert].append(alert)
    for transitions in by_alert.values():
        assert [each.sequence for each in transitions] == list(range(1, len(transitions) + 1))
        assert all(before.at < after.at for before, after in pairwise(transitions))
        assert all(each.since == transitions[0].at for each in transitions)
        timing = TIMINGS[transitions[0].condition]
        last_change = transitions[0]
        for before, after in pairwise(transitions):
            if before.state == "resolved":
                assert after.state != "resolved"
                assert after.at - before.at <= dt.timedelta(days=timing.quiet_days) + CLOCK_CHANGE
            elif severities.index(after.severity) < severities.index(before.severity):
                assert after.state == "firing"
                if before.state == "pending":
                    continue
                assert after.at - last_change.at >= dt.timedelta(days=timing.fall_days) - CLOCK_CHANGE
            if not after.repeat:
                last_change = after


@given(histories(), st.integers(4, 60))
@cases(50)
def test_no_alert_fires_or_ends_before_its_time(history: list[Event], every_hours: int) -> None:
    arrivals = [(milliseconds(each.time) // 3_600_000, each) for each in history]
    last: dict[str, Alert] = {}
    for alert in serve(arrivals, every_hours).alerts:
        timing, before = TIMINGS[alert.condition], last.get(alert.alert)
        if before is not None and before.state == "pending" and alert.state == "firing":
            assert alert.at - before.at >= dt.timedelta(days=timing.hold_days) - CLOCK_CHANGE
        if before is not None and before.state == "firing" and alert.reason.startswith("La condición dejó"):
            assert alert.at - before.at >= dt.timedelta(days=timing.clear_days) - CLOCK_CHANGE
        if alert.repeat:
            assert before is not None
            assert before.severity == alert.severity
            assert alert.at - before.at >= dt.timedelta(days=RULES.repeat_days[alert.severity]) - CLOCK_CHANGE
        last[alert.alert] = alert


def test_what_is_used_at_noon_moves_no_date() -> None:
    """Ten a day, told at noon: what runs out does so on one day, whatever the hour it is asked at."""
    days = [dt.date(2025, 11, 1) + dt.timedelta(number) for number in range(140)]
    used = [dispensed(10, f"{each} 12:00") for each in days]
    shelf = Shelf(counted(1500, "2025-11-01 08:00"), *used[:122])
    told = set()
    for each, event in zip(days[122:], used[122:], strict=True):
        for hour in ("06:00", "14:00", "22:00"):
            if hour == "14:00":
                shelf.tell(event)
            at = ms(f"{each} {hour}")
            shelf.book.advance(shelf.clock.limit(INPUTS, at))
            shelf.keep(shelf.book.publish(at))
            told.add(str(shelf.position.projected_stockout_on))
    assert len(told) == 1
    assert [line for line in shelf.story if "resolved" in line and "shortage" in line] == []
