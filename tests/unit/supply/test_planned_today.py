"""On a planned day what was used already is not planned once more, whenever in the day one looks."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue import CatalogueEntry
from schemas.events import Event
from schemas.positions import Position
from supply.rules import Rules
from tests.events import counted, day, dispensed, instant, issued, received, returned, scheduled
from tests.thoroughness import cases
from tests.unit.supply.plans import on, profile
from tests.unit.supply.shelf import RULES, Shelf, hospital, position

EVERY_THREE_WEEKS = profile(*(on(f"2026-{date}", 5, treatments=1) for date in ("03-05", "03-26", "04-16", "05-07")))
TWO_TREATMENTS = counted(10, "2026-03-01 09:00")
ON_ORDER = scheduled(40, "2026-03-02 10:00", "2026-04-10")


def at_midnights_and(*looks: str, events: list[Event]) -> Shelf:
    """A shelf in service: it is told events as they happen, and looked at each midnight and at other instants."""
    shelf, coming = Shelf(entries=[EVERY_THREE_WEEKS]), sorted(events, key=lambda event: event.time)
    for look in looks:
        while coming and coming[0].time <= instant(look):
            shelf.tell(coming.pop(0))
        shelf.until(look).publish(look)
    return shelf


def planned_pieces(found: Position) -> float:
    assert found.planned is not None
    return found.planned.pieces


def test_a_treatment_given_today_is_not_taken_off_once_more() -> None:
    events = [TWO_TREATMENTS, ON_ORDER, dispensed(5, "2026-03-05 10:00")]
    shelf = at_midnights_and("2026-03-03 12:00", "2026-03-05 09:00", "2026-03-05 10:00", events=events)
    assert str(shelf.position.projected_stockout_on) == "2026-03-27"
    assert planned_pieces(shelf.position) == 15
    assert shelf.position.cover_days == pytest.approx(22)
    assert "shortage" not in " ".join(shelf.story)


def test_nor_does_it_go_uncovered() -> None:
    given = [dispensed(5, "2026-03-05 10:00"), dispensed(5, "2026-03-26 10:00")]
    shelf = at_midnights_and("2026-03-06", "2026-03-26 10:00", events=[TWO_TREATMENTS, ON_ORDER, *given])
    assert shelf.position.planned is not None
    assert (shelf.position.status, shelf.position.planned.treatments_at_risk) == ("out", 0)
    half = at_midnights_and("2026-03-26 10:00", events=[counted(2, "2026-03-25"), dispensed(2, "2026-03-26 10:00")])
    assert half.position.planned is not None
    assert (half.position.planned.pieces, half.position.planned.treatments_at_risk) == (13, 1)


@pytest.mark.parametrize(
    ("events", "left"),
    [
        ([], 5),
        ([dispensed(2, "2026-03-05 08:00")], 3),
        ([dispensed(2, "2026-03-05 08:00"), dispensed(3, "2026-03-05 10:00")], 0),
        ([dispensed(2, "2026-03-05 08:00", id="A"), dispensed(2, "2026-03-05 08:00", id="A")], 3),
        ([dispensed(8, "2026-03-05 08:00")], 0),
        ([dispensed(5, "2026-03-05 08:00"), returned(2, "2026-03-05 09:00")], 2),
        ([dispensed(5, "2026-03-04 08:00"), returned(5, "2026-03-05 09:00")], 5),
        ([dispensed(5, "2026-03-05 08:00"), counted(5, "2026-03-05 09:00")], 0),
        ([counted(9, "2026-03-05 07:00"), dispensed(5, "2026-03-05 08:00")], 0),
        ([dispensed(5, "2026-03-05 08:00"), received(20, "2026-03-05 09:00")], 0),
        ([dispensed(5, "2026-03-05 00:00")], 0),
        ([issued(5, "2026-03-05 08:00")], 5),
    ],
)
def test_what_is_left_of_the_day_whatever_happens_on_it(events: list[Event], left: int) -> None:
    found = position(TWO_TREATMENTS, *events, at="2026-03-05 12:00", entries=[EVERY_THREE_WEEKS])
    assert planned_pieces(found) == 15 + left
    next_day = position(TWO_TREATMENTS, *events, at="2026-03-06", entries=[EVERY_THREE_WEEKS])
    assert planned_pieces(next_day) == 15


def test_where_use_is_what_is_issued_that_counts() -> None:
    warehouse: list[CatalogueEntry] = [hospital(kind="warehouse"), EVERY_THREE_WEEKS]
    sent = [TWO_TREATMENTS, issued(5, "2026-03-05 08:00")]
    assert planned_pieces(position(*sent, at="2026-03-05 12:00", entries=warehouse)) == 15


def test_of_a_season_only_the_part_of_today_is_done() -> None:
    season = profile(on("2026-03-01", 93, "2026-03-31"))
    used = [counted(62, "2026-03-01"), dispensed(7, "2026-03-10 08:00")]
    found = position(*used, at="2026-03-10 12:00", entries=[season])
    assert (planned_pieces(found), str(found.projected_stockout_on)) == (63, "2026-03-29")


def test_what_comes_later_in_the_day_for_an_earlier_hour_counts() -> None:
    shelf = at_midnights_and("2026-03-05 15:00", events=[TWO_TREATMENTS])
    assert planned_pieces(shelf.position) == 20
    shelf.tell(dispensed(5, "2026-03-05 10:00"))
    assert planned_pieces(shelf.publish("2026-03-05 15:30").position) == 15


def test_a_restart_forgets_nothing_of_it() -> None:
    before = at_midnights_and("2026-03-05 10:30", events=[TWO_TREATMENTS, dispensed(5, "2026-03-05 10:00")])
    after = Shelf(entries=[EVERY_THREE_WEEKS], changelog=before.changelog)
    after.tell(counted(5, "2026-03-05 11:00"))
    assert planned_pieces(after.publish("2026-03-05 11:30").position) == 15


@pytest.mark.parametrize("rules", [RULES, Rules(lateness_days=0)])
def test_nor_does_an_end_of_history_at_noon(rules: Rules) -> None:
    """Where nothing more may come everything is applied for good: that day's use is still told from earlier ones."""
    events = [TWO_TREATMENTS, dispensed(1, "2026-03-04 10:00"), dispensed(3, "2026-03-05 10:00")]
    shelf = Shelf(*events, rules=rules, entries=[EVERY_THREE_WEEKS]).until("2026-03-05 12:00")
    assert planned_pieces(shelf.position) == 17


def test_nor_does_a_day_of_twenty_five_hours() -> None:
    """Entries are settled when they are a day old: on the first of November New York's day is longer."""
    there: list[CatalogueEntry] = [
        hospital(timezone="America/New_York"),
        profile(on("2026-11-01", 5), on("2026-11-20", 5)),
    ]
    used = dispensed(5, "2026-11-01 00:10", zone="America/New_York")
    shelf = Shelf(counted(20, "2026-10-20"), used, entries=there).until("2026-11-01 22:30")
    assert planned_pieces(shelf.position) == 5


MOVEMENTS = st.lists(
    st.tuples(st.sampled_from([dispensed, returned]), st.integers(1, 9), st.integers(0, 4 * 24 - 1)), max_size=12
)


@given(st.data(), MOVEMENTS, st.integers(1, 5))
@cases(100)
def test_the_plan_of_today_is_less_what_the_hours_so_far_used(
    data: st.DataObject, moved: list[tuple[type, int, int]], hours: int
) -> None:
    """Nine pieces a day over ten days; events of the first four in any order, looked at some hours after the last."""
    begins = instant("2026-03-01")
    events = [
        make(pieces, str((begins + dt.timedelta(hours=hour)).replace(tzinfo=None)), id=f"E-{number}")
        for number, (make, pieces, hour) in enumerate(moved)
    ]
    at = begins + dt.timedelta(hours=hours + max([hour for _, _, hour in moved], default=0))
    shelf = Shelf(entries=[profile(on("2026-03-01", 90, "2026-03-10"))])
    for event in data.draw(st.permutations([counted(500, "2026-03-01"), *events])):
        if data.draw(st.booleans()):
            shelf.publish()
        shelf.tell(event)
    net = sum((1 if make is dispensed else -1) * pieces for make, pieces, hour in moved if hour // 24 == _days(at))
    found = shelf.publish(str(at.replace(tzinfo=None))).position
    assert planned_pieces(found) == pytest.approx(9 * (10 - _days(at)) - min(9, max(0, net)))


def _days(at: dt.datetime) -> int:
    return at.date().toordinal() - day("2026-03-01").toordinal()
