"""Driven by the wall clock: touched positions are evaluated at every checkpoint, and time never goes back."""

import datetime as dt
from collections import defaultdict
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schemas.channels import INPUTS
from schemas.events import Event
from supply.calendar import milliseconds
from supply.position import Outcome
from supply.rules import Rules
from tests.thoroughness import cases
from tests.unit.supply.histories import LATENESS_DAYS, histories
from tests.unit.supply.shelf import Shelf

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
    for key, message in found.raw.items():
        assert {**message, "version": None} == {**expected.raw[key], "version": None}


@given(st.data(), histories(), st.integers(4, 60))
@cases(50)
def test_the_transitions_of_an_alert_follow_each_other(
    data: st.DataObject, history: list[Event], every_hours: int
) -> None:
    delays = st.integers(0, LATENESS_DAYS * 24 - 1)
    late = [(milliseconds(each.time) // 3_600_000 + data.draw(delays), each) for each in history]
    by_alert = defaultdict(list)
    for alert in serve(late, every_hours).alerts:
        by_alert[alert.alert].append(alert)
    for transitions in by_alert.values():
        assert [each.sequence for each in transitions] == list(range(1, len(transitions) + 1))
        assert all(before.at < after.at for before, after in pairwise(transitions))
        assert all(each.since == transitions[0].at for each in transitions)
        assert [each.state for each in transitions[:-1]].count("resolved") == 0
        severities = ["low", "medium", "high", "critical"]
        assert all(
            severities.index(before.severity) <= severities.index(after.severity)
            for before, after in pairwise(transitions)
        )


@given(histories(), st.integers(4, 60))
@cases(50)
def test_no_alert_fires_or_ends_before_its_time(history: list[Event], every_hours: int) -> None:
    arrivals = [(milliseconds(each.time) // 3_600_000, each) for each in history]
    opened: dict[str, dt.datetime] = {}
    for alert in serve(arrivals, every_hours).alerts:
        timing = RULES.timings[alert.condition]
        if alert.state == "pending":
            opened[alert.alert] = alert.at
        elif alert.state == "firing" and alert.sequence == 2 and alert.alert in opened:
            assert alert.at - opened[alert.alert] >= dt.timedelta(days=timing.hold_days) - dt.timedelta(hours=1)
