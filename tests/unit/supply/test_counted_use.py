"""What a count finds missing was used where nothing else tells of use."""

import datetime as dt
from typing import Any

import pytest

from schemas.events import Event
from supply.cpm_presets import CPM_POLICIES
from supply.policy_choice import PolicyChoices
from supply.position import Outcome
from supply.rules import Rules
from tests.events import adjusted, counted, day, dispensed, issued, lot, received, reported
from tests.unit.supply.shelf import Shelf, hospital, position


def counts(stock: int, first: str, last: str, every: int = 7, a_day: int = 3) -> list[Event]:
    """Counts at the end of a day every so many days, of a shelf that so many pieces leave each day."""
    begins, days = day(first), (day(last) - day(first)).days
    on = [(begins + dt.timedelta(days=number), stock - a_day * number) for number in range(0, days + 1, every)]
    return [counted(max(0, left), f"{each} 23:59:59") for each, left in on]


def recorded(first: str, last: str) -> list[Event]:
    """Three pieces dispensed at each noon."""
    begins, days = day(first), (day(last) - day(first)).days
    return [dispensed(3, f"{begins + dt.timedelta(days=number)} 12:00") for number in range(days + 1)]


def by_counts(*events: Event, at: str = "2026-04-10", **more: Any) -> dict[str, float]:
    """What only counts tell of each month."""
    months = position(*events, at=at, **more).months
    return {month.month: month.by_counts for month in months if month.by_counts}


@pytest.mark.parametrize("every", [1, 7])
def test_what_counts_find_missing_is_the_use_of_a_place_that_only_counts(every: int) -> None:
    found = position(*counts(600, "2025-11-30", "2026-04-05", every), at="2026-04-05")
    assert found.cpm == pytest.approx(90, abs=3)
    assert found.status != "no_consumption"
    assert [month.consumption for month in found.months if month.month in found.cpm_inputs.months_used][:2] == [93, 84]


def test_a_place_that_ceases_to_record_is_told_by_its_counts_from_its_last_record_on() -> None:
    """In the first month its gaps wait: an item that is used once a month leaves no more often."""
    told = [counted(900, "2025-10-31 08:00"), *recorded("2025-11-01", "2026-01-31")]
    told += counts(900 - 3 * 99, "2026-02-07", "2026-03-28")
    assert by_counts(*told[:-4], at="2026-03-01") == {}
    # Of the day of the last record the rest: it is the first of those of which nothing tells.
    found = by_counts(*told)
    assert sum(found.values()) == 3 * 56
    assert found["2026-02"] == pytest.approx(84, abs=2)


def test_a_gap_where_movements_are_recorded_is_no_use() -> None:
    told = [counted(900, "2025-10-31 08:00"), *recorded("2025-11-01", "2026-03-31")]
    assert by_counts(*told, counted(300, "2026-03-31 20:00")) == {}
    once_a_month = [dispensed(90, f"{month}-15") for month in ("2025-12", "2026-01", "2026-02", "2026-03")]
    gaps = [
        counted(700, "2026-01-10"),
        counted(500, "2026-02-10"),
        counted(300, "2026-03-10"),
        counted(100, "2026-04-10"),
    ]
    assert by_counts(counted(900, "2025-12-01"), *once_a_month, *gaps, at="2026-04-12") == {}


def test_a_miscount_and_its_correction_leave_nothing() -> None:
    told = [*counts(600, "2025-11-30", "2026-01-31"), counted(100, "2026-02-28 20:00")]
    assert sum(by_counts(*told).values()) == 500
    corrected = [*told, counted(414, "2026-03-01 20:00")]
    assert sum(by_counts(*corrected).values()) == 600 - 414


def test_what_is_spread_is_spread_whole() -> None:
    told = by_counts(counted(100, "2026-01-16"), counted(0, "2026-03-16"))
    assert told == {"2026-01": 27, "2026-02": 47, "2026-03": 26}


def test_a_gap_of_years_tells_of_the_last_year() -> None:
    told = by_counts(counted(3650, "2023-04-01"), counted(0, "2026-04-01"))
    assert min(told) == "2025-04"
    assert 1190 < sum(told.values()) < 1240


def test_sheets_tell_the_use_of_a_place_that_sends_them() -> None:
    told = [*counts(600, "2025-11-30", "2026-03-31"), reported("2025-11", 90, "2025-12-02")]
    assert by_counts(*told) == {}


def test_what_has_expired_or_is_set_aside_was_not_used() -> None:
    first = counted(100, "2026-01-25 20:00")
    assert by_counts(first, counted(100, "2026-02-28 20:00", lot(30, "2026-02-15"), lot(70, "2027-01-31"))) == {}
    aside = lot(30, "2027-01-31", state="quarantined")
    assert by_counts(first, counted(100, "2026-02-28 20:00", aside)) == {}
    assert sum(by_counts(first, counted(90, "2026-02-28 20:00", aside)).values()) == 10


def test_a_transfer_that_was_recorded_is_no_gap_of_a_warehouse_either() -> None:
    warehouse = [hospital(kind="warehouse")]
    told = counts(600, "2025-11-30", "2026-03-31")
    assert position(*told, at="2026-04-01", entries=warehouse).cpm == pytest.approx(90, abs=3)
    assert by_counts(*told[:9], issued(5, "2026-01-31"), *told[9:11], entries=warehouse).keys() == {
        "2025-12",
        "2026-01",
    }


@pytest.mark.parametrize(
    "late", [dispensed(10, "2026-02-10"), issued(10, "2026-02-10"), adjusted(-10, "2026-02-10", "lost")]
)
def test_what_is_told_after_the_lateness_window_stands_in_place_of_what_a_count_tells(late: Event) -> None:
    shelf = Shelf(*counts(600, "2025-11-30", "2026-03-29"), counted(243, "2026-03-30")).until("2026-04-10")
    before = {month.month: month.by_counts for month in shelf.position.months}
    assert shelf.tell(late) == [Outcome.LATE]
    after = {month.month: month.by_counts for month in shelf.publish("2026-04-10 12:00").position.months}
    assert after == {**before, "2026-02": before["2026-02"] - 10}


@pytest.mark.parametrize("policy", ["cstock", "commcare"])
def test_windows_of_days_infer_use_from_counts_and_receipts_as_the_peer_does(policy: str) -> None:
    told = counts(400, "2026-01-01", "2026-05-28")
    told = [*told[:8], received(600, "2026-02-20 10:00"), *counts(400 - 3 * 56 + 600, "2026-02-26", "2026-05-28")]
    rules = Rules(policies=PolicyChoices(CPM_POLICIES[policy]))
    assert position(*told, at="2026-05-29", rules=rules).cpm == pytest.approx(90, abs=0.6)


def test_a_place_that_only_counts_is_told_of_what_runs_out_and_offers_nothing() -> None:
    told = counts(400, "2025-12-01", "2026-04-20", every=1)
    shelf = Shelf(*told, only=["surplus", "low_stock", "shortage", "stock_out"]).until("2026-04-20")
    assert [line for line in shelf.story if "firing" in line][:4] == [
        "2026-03-17 low_stock firing medium",
        "2026-03-30 shortage firing high",
        "2026-04-07 shortage firing critical",
        "2026-04-15 stock_out firing critical",
    ]


def test_who_comes_back_with_a_count_is_judged_by_what_it_finds_used() -> None:
    """Silent for two months, and short in time."""
    told = [counted(657, "2025-09-30 08:00"), *recorded("2025-10-01", "2026-02-10"), counted(75, "2026-04-12 09:00")]
    told += recorded("2026-04-12", "2026-05-06")
    shelf = Shelf(*told, only=["low_stock", "shortage"]).until("2026-05-06")
    assert [line for line in shelf.story if line > "2026-04" and "firing" in line] == [
        "2026-04-14 low_stock firing medium",
        "2026-04-21 shortage firing high",
        "2026-04-29 shortage firing critical",
    ]


def test_a_loss_that_a_count_finds_is_no_surge() -> None:
    told = [*counts(900, "2025-11-30", "2026-03-08", every=1), counted(300, "2026-03-10 20:00")]
    assert Shelf(*told, only=["demand_surge"]).until("2026-03-20").story == []
