"""Between two counts a place that sends sheets uses what nobody has told yet: what looks ahead reckons it off."""

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue import DemandProfile, OfficialCpm, PlannedUse
from schemas.events import ConsumptionReported, Event, StockCounted
from supply.untold import Untold
from tests.compiled import plain_python
from tests.events import HOSPITAL, ITEM, counted, day, dispensed, instant, lot, received, reported, returned
from tests.thoroughness import cases
from tests.unit.supply.assessed import seen
from tests.unit.supply.histories import histories
from tests.unit.supply.shelf import Shelf, medicine, position

MONTHS = ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02", "2026-03")


def by_sheets(first: float = 95, *after: Event) -> list[Event]:
    """90 pieces a month by sheets, received at the end of each, and a count on the first of March."""
    told: list[Event] = [counted(95, "2025-10-01 00:00")]
    for month, following in pairwise(MONTHS):
        told += [received(90, f"{month}-26 10:00"), reported(month, 90, f"{following}-02 09:00")]
    return [*told, counted(first, "2026-03-01 00:00"), *after]


def test_the_stock_of_a_count_runs_out_on_the_same_day_whenever_one_looks() -> None:
    told = [position(*by_sheets(), at=f"2026-03-{day:02}") for day in (2, 11, 25, 31)]
    assert {each.projected_stockout_on for each in told} == {dt.date(2026, 4, 1)}
    assert [each.untold_use for each in told] == [3, 30, 72, 90]
    assert [round(each.cover_days or 0, 2) for each in told] == [30.67, 21.67, 7.67, 1.67]
    assert [each.status for each in told] == ["adequate", "low", "critical", "critical"]
    assert {(each.on_hand, each.usable) for each in told} == {(95, 95)}


def test_a_shortage_is_told_at_the_lead_time_and_ends_with_a_receipt() -> None:
    told = Shelf(*by_sheets(95, received(90, "2026-03-27 10:00")), only=["shortage", "stock_out"]).until("2026-03-31")
    assert [each for each in told.story if each > "2026-03-01"] == [
        "2026-03-17 shortage firing high",
        "2026-03-25 shortage firing critical",
        "2026-03-29 shortage resolved critical",
    ]
    first, last = (next(a for a in told.alerts if str(a.at.date()) == f"2026-03-{on}") for on in ("17", "29"))
    assert first.reason.startswith(
        "Existencia de 95 piezas según el conteo del 2026-03-01, de las que ya se habrían usado cerca de 48 (la unidad "
        "informa por mes), se agota el 2026-04-01, en 15 días"
    )
    assert first.reason_en.startswith(
        "Stock of 95 pieces by the count of 2026-03-01, of which about 48 must have been used since (this place "
        "reports monthly), runs out on 2026-04-01, in 15 days"
    )
    assert first.facts is not None
    assert (first.facts.usable, first.facts.untold_use) == (95, 48)
    assert "Stock of 185 pieces by the count of 2026-03-01 and what came since, of which about 84" in last.reason_en


@pytest.mark.parametrize(("sheet", "sent_on", "untold"), [(24, "2026-03-08", 57), (75, "2026-03-25", 75 + 3)])
def test_a_sheet_that_comes_before_its_month_is_over_tells_of_the_days_until_then(
    sheet: float, sent_on: str, untold: float
) -> None:
    """As much as the CPM says: no date may move for it."""
    asked_on = max(day("2026-03-20"), day(sent_on) + dt.timedelta(2))
    found = position(*by_sheets(95, reported("2026-03", sheet, f"{sent_on} 09:00")), at=f"{asked_on}")
    assert found.untold_use == pytest.approx(untold)
    assert found.projected_stockout_on in (dt.date(2026, 3, 31), dt.date(2026, 4, 1), dt.date(2026, 4, 2))


def test_what_is_reckoned_to_be_used_up_is_a_shortage_but_no_empty_shelf() -> None:
    told = Shelf(*by_sheets(), only=["shortage", "stock_out"]).until("2026-04-20")
    assert told.publish().position.status == "critical"
    assert (told.position.usable, told.position.untold_use, told.position.cover_days) == (95, 95, 0)
    assert told.position.projected_stockout_on == day("2026-04-20")
    assert not [each for each in told.story if "stock_out" in each]
    assert told.alerts[-1].reason_en.startswith("Stock of 95 pieces by the count of 2026-03-01, of which about 95 must")
    assert ", today; supply takes 15 days" in told.alerts[-1].reason_en


def test_a_sheet_that_comes_later_replaces_what_was_reckoned_of_its_month() -> None:
    fewer = by_sheets(200, reported("2026-03", 62, "2026-04-05 09:00"))
    assert position(*fewer[:-1], at="2026-04-05").untold_use == 31 * 3 + 4 * 3
    # The sheet of March is the CPM's, too: (90 + 90 + 62) / 3 a month.
    assert position(*fewer, at="2026-04-06").untold_use == pytest.approx(62 + 5 * 242 / 90, abs=0.001)


def test_of_the_month_of_the_count_only_the_days_after_it_count() -> None:
    told = [*by_sheets(), counted(95, "2026-03-11 12:00"), reported("2026-03", 62, "2026-04-01 09:00")]
    assert position(*told, at="2026-04-01 12:00").untold_use == 41


def test_what_single_movements_tell_is_in_the_book_already() -> None:
    assert position(*by_sheets(95, dispensed(5, "2026-03-09")), at="2026-03-20").untold_use == pytest.approx(52.25)
    taken_over = by_sheets(95, dispensed(45, "2026-03-09"))
    assert position(*taken_over, at="2026-03-20").untold_use == 0
    both = by_sheets(
        95, *(dispensed(30, f"2026-03-{on}") for on in ("05", "12")), reported("2026-03", 62, "2026-04-01 06:00")
    )
    assert position(*both, at="2026-04-01 12:00").untold_use == 2
    # Of the days after it as much goes untold as of the sheet.
    assert position(*both, at="2026-04-12").untold_use == pytest.approx(2 + 11 * 242 / 90 * 2 / 62, abs=0.001)


def test_a_stray_movement_takes_off_no_more_than_itself() -> None:
    for stray in (returned(2, "2026-03-10"), dispensed(1, "2026-03-10")):
        found = position(*by_sheets(95, stray), at="2026-04-12")
        assert found.status == "critical"
        assert found.untold_use == pytest.approx(95, abs=2)


def test_where_half_of_it_is_told_singly_the_other_half_is_reckoned() -> None:
    halves = [dispensed(45, f"{month}-15") for month in MONTHS[:-1]]
    march = [dispensed(3, f"2026-03-{on:02} 12:00") for on in range(1, 32, 2)]
    told = sorted([*by_sheets(95), *halves, *march], key=lambda each: each.time)
    for asked_on, untold in (("2026-03-16", 21), ("2026-03-30", 42)):
        found = position(*(each for each in told if each.time < instant(asked_on)), at=asked_on)
        assert found.untold_use == pytest.approx(untold, abs=2)
    shelf = Shelf(*told, only=["shortage"]).until("2026-04-10")
    assert [line for line in shelf.story if line > "2026-03-01"] == [
        "2026-03-17 shortage firing high",
        "2026-03-25 shortage firing critical",
    ]


def test_where_movements_tell_all_that_sheets_do_nothing_is_reckoned_and_the_position_keeps_calm() -> None:
    told = [counted(600, "2025-11-30")]
    for month, following in (("2025-12", "2026-01"), ("2026-01", "2026-02"), ("2026-02", "2026-03")):
        told += [dispensed(90, f"{month}-15"), reported(month, 90, f"{following}-02")]
    shelf = Shelf(*told).until("2026-03-25")
    version = shelf.position.version
    assert (shelf.position.untold_use, shelf.position.usable) == (0, 330)
    assert shelf.until("2026-03-28").position.version == version


def test_what_comes_is_not_owed_to_the_days_of_an_empty_shelf() -> None:
    came = by_sheets(9, received(90, "2026-03-21 00:00"))
    # Nine pieces were used in three days; the ninety last from their own day on.
    told = position(*came, at="2026-03-26")
    assert (told.usable, told.untold_use) == (99, 9 + 5 * 3)
    empty = position(*by_sheets(0, received(90, "2026-03-21 00:00")), at="2026-03-26")
    assert (empty.usable, empty.untold_use) == (90, 5 * 3)


def test_what_expires_first_was_used_first() -> None:
    told = [*by_sheets(), counted(95, "2026-03-02 00:00", lot(30, "2026-03-11"), lot(65, "2026-05-31", "L2"))]
    before, after = position(*told, at="2026-03-11"), position(*told, at="2026-03-12")
    assert (before.usable, before.untold_use, before.expires_unused) == (95, 27, 0)
    assert (after.usable, after.untold_use) == (65, 0)
    assert position(*told, at="2026-03-15").untold_use == 9


def test_a_plan_stands_in_for_the_cpm_also_in_the_days_since_the_count() -> None:
    planned = tuple(PlannedUse(on=day(on), pieces=20) for on in ("2026-03-03", "2026-03-24"))
    told = Shelf(*by_sheets(), entries=[DemandProfile(facility=HOSPITAL, item=ITEM, planned=planned)])
    # Two days by the CPM, and one treatment.
    assert told.publish("2026-03-20").position.untold_use == 26


def test_where_the_sheets_are_too_old_for_a_cpm_what_stands_in_for_it_is_reckoned_with() -> None:
    official = OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=60, valid_from=day("2026-01-01"))
    told = [reported("2025-11", 70, "2025-12-02"), counted(95, "2026-04-01 00:00")]
    assert [position(*told, at="2026-04-11", entries=each).untold_use for each in ([official], [])] == [
        20,
        pytest.approx(70 / 3, abs=0.001),  # as it was used before
    ]


def reckoned(shelf: Shelf, at: dt.date) -> float:
    found = shelf.publish(f"{at} 00:00").position
    assert 0 <= found.untold_use <= (found.usable or 0)
    return float(found.usable or 0) - float(found.untold_use)


def test_the_dust_of_a_sum_leaves_nothing_rather_than_less() -> None:
    assert seen(0.3)._replace(untold=Untold(0.1 + 0.2)).left == 0


@given(st.floats(1, 500), st.floats(0.1, 300), st.integers(1, 60))
def test_what_is_left_is_never_below_nothing(first: float, sheet: float, days: int) -> None:
    told = [counted(900, "2025-10-01"), reported("2026-01", round(sheet, 3), "2026-02-02")]
    fine = [medicine(decimals=3)]
    at = f"{day('2026-03-01') + dt.timedelta(days)}"
    found = position(*told, counted(round(first, 3), "2026-03-01 00:00"), at=at, entries=fine)
    assert (found.cover_days or 0) >= 0
    assert found.untold_use <= (found.usable or 0)


@given(histories(most=25), st.integers(60, 120), st.integers(0, 60))
@cases(60)
def test_without_events_the_reckoned_stock_never_rises(history: list[Event], pieces: int, use: int) -> None:
    last = max(each.time for each in history).date()
    sheets: list[Event] = [
        each
        for each in by_sheets(pieces, reported("2026-03", use, "2026-04-02"))
        if isinstance(each, ConsumptionReported)
    ]
    kept = [each for each in history if not isinstance(each, StockCounted) or each.time < instant("2026-03-01")]
    shelf = Shelf(*sorted([*kept, *sheets], key=lambda each: each.time))
    from_day = max(last, day("2026-04-03"))
    path = [reckoned(shelf, from_day + dt.timedelta(days=days)) for days in range(1, 120, 3)]
    assert all(later <= before + 0.002 for before, later in pairwise(path)), path


@plain_python
@pytest.mark.parametrize(
    "told",
    [
        by_sheets(100, dispensed(45, "2026-03-01 12:00"), returned(5, "2026-03-18 10:00")),
        by_sheets(120, dispensed(46, "2026-03-01 12:00"), returned(1, "2026-03-18 10:00")),
    ],
)
def test_a_movement_that_is_taken_back_makes_sheets_the_custom_once_more(
    monkeypatch: pytest.MonkeyPatch, told: list[Event]
) -> None:
    """Looked at every day, whatever is known of calm, the alerts are the same."""
    calm = Shelf(*told).until("2026-03-31")
    for room in ("supply.book", "supply.calm"):
        monkeypatch.setattr(f"{room}.is_calm", lambda *_: False)
    restless = Shelf(*told).until("2026-03-31")
    assert calm.story == restless.story


def test_a_movement_that_tells_the_first_days_keeps_nobody_calm_for_the_rest() -> None:
    """135 pieces, of which 20 told tell seven days: from the twenty-second day on less than 90 are left."""
    first_days = dispensed(20, "2026-03-01 12:00"), received(60, "2026-03-01 14:00")
    told = Shelf(*by_sheets(95, *first_days)).until("2026-03-31")
    assert [each for each in told.story if each > "2026-03"] == [
        "2026-03-23 low_stock pending medium",
        "2026-03-24 low_stock firing medium",
    ]


OUT_IN_FEBRUARY = [
    [reported("2026-02", 0, "2026-03-02 08:00", stockout_days=28)],
    [dispensed(9, "2026-02-02"), reported("2026-02", 9, "2026-03-02 08:00", stockout_days=27)],
]
"""A month in which next to nothing could be used, and what was left in single movements."""


@pytest.mark.parametrize("february", OUT_IN_FEBRUARY)
@pytest.mark.parametrize(
    ("stray", "short_on"), [(returned(1, "2026-03-03 09:00"), 18), (dispensed(1, "2026-03-03 09:00"), 17)]
)
def test_a_month_that_was_out_does_not_say_that_movements_tell_all(
    february: list[Event], stray: Event, short_on: int
) -> None:
    """One movement in the month after a stock-out put an end to the reckoning, and to the shortage with it."""
    before = [each for each in by_sheets() if not (isinstance(each, ConsumptionReported) and each.period == "2026-02")]
    told = sorted([*before, *february, stray], key=lambda each: each.time)
    found = position(*told, at="2026-03-20")
    assert found.untold_use == pytest.approx(57, abs=1)
    assert found.cover_days == pytest.approx(38 / 3, abs=0.5)
    fired = [each for each in Shelf(*told, only=["shortage"]).until("2026-03-31").story if each > "2026-03"]
    assert fired[0] == f"2026-03-{short_on} shortage firing high"


def test_a_month_without_use_does_not_either() -> None:
    told = sorted(
        [*by_sheets(), reported("2026-02", 0, "2026-03-02 10:00"), returned(1, "2026-03-03")], key=lambda e: e.time
    )
    # 60 a month, as foretold when March began.
    assert position(*told, at="2026-03-21").untold_use == pytest.approx(20 * 2)
