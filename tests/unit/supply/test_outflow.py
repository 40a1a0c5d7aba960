"""What a place hands out is its use, however it records it; what it gives away is not."""

from collections.abc import Iterable
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.catalogue import CatalogueEntry
from schemas.events import Event
from supply.calendar import month_named
from supply.catalogue import Catalogue
from supply.cpm_policy import CpmPolicy, Outflows
from supply.cpm_presets import ABASTO
from supply.indicators.published import PublishedMonths
from supply.intake import Intake
from supply.ledger_state import MonthRecord
from supply.outflow import outflow_of
from supply.policy_choice import PolicyChoices
from supply.rules import Rules
from supply.stored import _HEAD, read_state, read_summary, write_state
from tests.events import counted, dispensed, instant, issued, ms, reported
from tests.thoroughness import cases
from tests.unit.supply.deliver import deliver, transitions, without_version
from tests.unit.supply.histories import ELSEWHERE, LATENESS_DAYS, deliveries, handed_to_wards, histories
from tests.unit.supply.plans import on, profile
from tests.unit.supply.shelf import KEY, Shelf, hospital, medicine, position
from tests.unit.supply.test_any_order import in_order
from tests.unit.supply.test_by_day import rules_of

OTHER = hospital(facility=ELSEWHERE)
WAREHOUSE = hospital(kind="warehouse")


def to_ward(pieces: int, *, months: int = 1) -> list[MonthRecord]:
    return [MonthRecord(issued=pieces)] * months


def given_away(pieces: int, *, months: int = 1) -> list[MonthRecord]:
    return [MonthRecord(issued=pieces, transferred=pieces)] * months


@pytest.mark.parametrize(
    ("kind", "months", "counted_is"),
    [
        ("hospital", [], "dispensed"),
        ("hospital", [MonthRecord(dispensed=90)], "dispensed"),
        ("hospital", to_ward(90), "dispensed"),
        ("hospital", to_ward(90, months=2), "issued_to_services"),
        ("hospital", [*to_ward(90), MonthRecord(closing=4), *to_ward(1)], "issued_to_services"),
        ("hospital", [*to_ward(90, months=9), MonthRecord(dispensed=1)], "dispensed"),
        ("hospital", given_away(90, months=9), "dispensed"),
        ("hospital", [*given_away(90, months=9), *to_ward(90)], "dispensed"),
        ("hospital", [MonthRecord(issued=90, transferred=89)] * 2, "issued_to_services"),
        ("hospital", [MonthRecord(reported=90)] * 3, "dispensed"),
        ("warehouse", given_away(90, months=2), "issued"),
        ("warehouse", [MonthRecord(dispensed=90)], "issued"),
        ("warehouse", [MonthRecord(dispensed=90)] * 2, "dispensed"),
        ("warehouse", [*[MonthRecord(dispensed=90)] * 9, *given_away(1)], "issued"),
        ("mixing_centre", to_ward(90, months=2), "both"),
    ],
)
def test_what_counts_is_the_policys_unless_the_place_never_records_that(
    kind: Any, months: list[MonthRecord], counted_is: str
) -> None:
    assert outflow_of(dict(enumerate(months)), ABASTO, kind) == counted_is


def test_it_is_the_policy_that_is_asked_and_not_the_kind() -> None:
    issues = CpmPolicy(name="mine", outflows=Outflows(hospital="issued", warehouse="dispensed"))
    assert outflow_of(dict(enumerate([MonthRecord(dispensed=9)] * 2)), issues, "hospital") == "dispensed"
    assert outflow_of(dict(enumerate(to_ward(9, months=2))), issues, "warehouse") == "issued_to_services"


def admitted(*events: Event, entries: Iterable[CatalogueEntry] = ()) -> list[Event]:
    """Events as they come through the door."""
    intake = Intake(Catalogue([hospital(), medicine(), OTHER, *entries]))
    return [intake.admit(None, None, msgspec.json.encode(each), (), ms("2027-01-01"))[1] for each in events]


def three_a_day(make: Any = issued, **more: Any) -> list[Event]:
    """540 pieces on 1 October, of which three leave each noon, until none is left at the end of March."""
    days = [instant("2025-10-01").toordinal() + number for number in range(180)]
    dates = [instant("2025-10-01").fromordinal(day).date() for day in days]
    return [counted(540, "2025-10-01 00:00"), *(make(3, f"{date} 12:00", **more) for date in dates)]


def before(date: str, told: list[Event]) -> list[Event]:
    return [each for each in told if each.time < instant(date)]


ALERTS_OF_USE = [
    "2026-02-28 low_stock pending medium",
    "2026-03-01 low_stock firing medium",
    "2026-03-15 shortage firing high",
    "2026-03-15 low_stock resolved medium",
    "2026-03-23 shortage firing critical",
    "2026-03-30 stock_out firing critical",
    "2026-03-30 shortage resolved critical",
]


@pytest.mark.parametrize(
    ("make", "entries", "destination", "outflow"),
    [
        (dispensed, (), None, "dispensed"),
        (issued, (), None, "issued_to_services"),
        (issued, (), "Oncología, piso 3", "issued_to_services"),
        (issued, (), "DFIMS000999", "issued_to_services"),
        (dispensed, (WAREHOUSE,), None, "dispensed"),
        (issued, (WAREHOUSE,), ELSEWHERE, "issued"),
    ],
)
def test_a_shelf_that_wards_or_patients_empty_is_short_however_it_is_recorded(
    make: Any, entries: tuple[CatalogueEntry, ...], destination: str | None, outflow: str
) -> None:
    more = {} if destination is None else {"destination": destination}
    told = admitted(*three_a_day(make, **more))
    found = position(*before("2026-03-10", told), at="2026-03-10", entries=entries)
    assert (found.cpm, found.status, found.surplus) == (90, "low", 0)
    assert found.cpm_inputs.consumption == outflow
    shelf = Shelf(*told, entries=entries).until("2026-04-05")
    assert [line for line in shelf.story if "surplus" not in line] == ALERTS_OF_USE


@pytest.mark.parametrize("destination", [ELSEWHERE, "dfims 000015"])
def test_what_was_given_to_other_facilities_is_not_missed(destination: str) -> None:
    told = admitted(*three_a_day(destination=destination))
    found = position(*before("2026-03-10", told), at="2026-03-10")
    assert (found.cpm, found.status, found.surplus) == (0, "no_consumption", 60)
    assert Shelf(*told).until("2026-04-05").story == []


def test_beside_what_wards_use_a_transfer_is_no_use() -> None:
    lent = [issued(60, f"2026-{month}-20 10:00", destination=ELSEWHERE) for month in ("01", "02")]
    found = position(*admitted(*three_a_day(), *lent), at="2026-03-10")
    assert (found.cpm, found.cpm_inputs.pieces) == (90, 270)
    assert {month.month: (month.consumption, month.issued) for month in found.months}["2026-02"] == (84, 144)


@pytest.mark.parametrize("asked_on", ["2026-01-20", "2026-02-08", "2026-03-10"])
def test_of_a_window_of_days_the_very_days_count(asked_on: str) -> None:
    """Sixty days, of which the oldest month holds a part, and all that wards use of the month leaves on its tenth."""
    told = [counted(900, "2025-09-30"), *(issued(60, f"2025-{month}-10 10:00") for month in (10, 11, 12))]
    told += [issued(60, f"2026-{month}-10 10:00") for month in ("01", "02", "03")]
    of_wards = before(asked_on, told)
    of_patients = [counted(900, "2025-09-30")]
    of_patients += [dispensed(60, f"{each.time:%Y-%m-%d} 10:00") for each in of_wards[1:]]
    found, same = (position(*each, at=asked_on, rules=rules_of("cstock")) for each in (of_wards, of_patients))
    assert (found.cpm, found.cpm_inputs.pieces) == (same.cpm, same.cpm_inputs.pieces)
    assert found.cpm_inputs.spread_month is None


def test_days_that_an_older_release_did_not_keep_are_spread_evenly() -> None:
    told = [counted(900, "2025-09-30"), *(issued(60, f"2025-{month}-10 10:00") for month in (11, 12))]
    shelf = Shelf(*told, rules=rules_of("cstock")).until("2026-01-05")
    state, summary = read_state(shelf.changelog[KEY.encode()]), read_summary(shelf.changelog[KEY.encode()])
    assert state.ledger.days is not None
    state.ledger.days.other_since = -1
    for days in state.ledger.days.months.values():
        days.other = []
    again = Shelf(changelog={KEY.encode(): write_state(state, summary)}, rules=rules_of("cstock"))
    again.tell(issued(60, "2026-01-10 10:00"))
    inputs = again.publish("2026-01-20").position.cpm_inputs
    # Ten of the thirty days of November lie in the window.
    assert inputs.spread_month == "2025-11"
    assert inputs.pieces == pytest.approx(60 * 10 / 30 + 120)


def test_what_left_today_is_not_planned_once_more() -> None:
    told = [counted(90, "2026-01-01"), *(issued(5, f"2026-{on}") for on in ("02-05 10:00", "03-05 10:00"))]
    planned = [profile(on("2026-03-05", 5), on("2026-03-26", 5))]
    found = position(*told, at="2026-03-05 12:00", entries=planned)
    assert found.planned is not None
    assert found.planned.pieces == 5
    lent = issued(5, "2026-03-05 11:00", destination=ELSEWHERE)
    assert position(*told[:-1], issued(5, "2026-03-04"), lent, at="2026-03-05 12:00", entries=planned).planned == (
        position(*told[:-1], issued(5, "2026-03-04"), at="2026-03-05 12:00", entries=planned).planned
    )


def test_more_for_the_wards_than_ever_is_a_surge() -> None:
    more = [issued(9, f"2026-02-{day:02d} 15:00") for day in range(1, 20)]
    told = before("2026-02-20", three_a_day())
    shelf = Shelf(counted(900, "2025-10-01 00:00"), *told[1:], *more, only=["demand_surge"])
    assert shelf.until("2026-02-20").story[0].endswith("demand_surge pending medium")


def test_what_sheets_say_and_wards_got_is_not_on_the_shelf_any_more() -> None:
    sheets = [reported("2026-01", 93, "2026-02-01 09:00"), reported("2026-02", 84, "2026-03-01 09:00")]
    assert position(*before("2026-03-10", three_a_day()), *sheets, at="2026-03-10").untold_use == 0


def test_indicators_of_earlier_months_count_the_same() -> None:
    found = position(*before("2026-03-10", three_a_day()), at="2026-03-10")
    told = PublishedMonths(found.months, found.cpm_inputs)
    january = told.use(month_named("2026-01"))
    assert january is not None
    assert (january.used, january.needed) == (93, True)
    assert january.forecast == pytest.approx((93 + 90) / 2)


def test_no_calm_outlasts_a_change_of_what_counts() -> None:
    """What lay there for years is offered, until the second month in which a ward got some of it."""
    told = [counted(900, "2025-10-01"), issued(30, "2025-12-10 10:00"), issued(1, "2026-01-14 10:00")]
    shelf = Shelf(*told[:-1]).until("2026-01-14")
    assert shelf.position.surplus == 870
    shelf.tell(told[-1])
    assert shelf.until("2026-01-15").position.cpm == 10
    assert shelf.story == ["2026-01-15 surplus pending low"]


def test_what_an_older_release_stored_of_issues_reads_as_the_use_of_wards() -> None:
    shelf = Shelf(*before("2026-01-10", three_a_day())).until("2026-01-11")
    stored = shelf.changelog[KEY.encode()]
    head, state = stored[: _HEAD.size], msgspec.msgpack.decode(stored[_HEAD.size :], strict=False)
    months = next(each for each in state[4] if isinstance(each, dict) and each)
    assert len(months) == 4
    for number in months:
        months[number] = months[number][:9]
    again = Shelf(issued(3, "2026-01-11 12:00"), changelog={KEY.encode(): head + msgspec.msgpack.encode(state)})
    found = again.until("2026-01-12").position
    assert (found.cpm, found.cpm_inputs.consumption) == (92, "issued_to_services")


def test_parts_of_a_piece_are_transferred_as_such() -> None:
    told = [counted(90, "2026-01-01"), issued(5, "2026-01-10"), issued(20, "2026-01-12", destination=ELSEWHERE)]
    shelf = Shelf(*told, issued(5, "2026-02-10")).until("2026-03-01")
    finer = Shelf(changelog=shelf.changelog, entries=[medicine(decimals=2)])
    finer.tell(issued(2.5, "2026-03-02 10:00"))
    assert [month.consumption for month in finer.until("2026-03-03").position.months] == [5, 5, 2.5]


@given(st.data(), histories().map(handed_to_wards), st.sampled_from(["abasto", "cstock"]))
@cases(60)
def test_in_whatever_order_it_comes_the_same_counts(data: st.DataObject, history: list[Event], name: str) -> None:
    rules = rules_of(name, lateness_days=LATENESS_DAYS)
    delivery = data.draw(deliveries(history))
    expected, found = deliver(in_order(history), rules), deliver(delivery, rules)
    asleep = deliver(delivery, rules, awake_limit=0)
    assert without_version(found) == without_version(expected) == without_version(asleep)
    assert transitions(found.alerts) == transitions(expected.alerts) == transitions(asleep.alerts)


def test_a_policy_that_counts_both_counts_transfers_as_it_says() -> None:
    both = Rules(policies=PolicyChoices(CpmPolicy(name="mine", outflows=Outflows(hospital="both"))))
    found = position(*admitted(*three_a_day(destination=ELSEWHERE)), at="2026-03-10", rules=both)
    assert (found.cpm, found.cpm_inputs.consumption) == (90, "both")
