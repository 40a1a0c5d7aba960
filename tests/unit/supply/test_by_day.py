"""Windows of days: a peer's user sees the number that the peer makes of its own movements, however lumpy the use."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.alerts import Condition
from schemas.events import DemandUnmet, Event, StockDispensed, StockIssued, StockReturned
from supply.cpm_policy import CpmPolicy
from supply.cpm_presets import CPM_POLICIES
from supply.ledger_state import Days
from supply.policy_choice import PolicyChoices
from supply.position import Outcome
from supply.rules import Rules
from supply.stored import read_state, read_summary, write_state
from tests.events import ITEM, ZONE, counted, day, dispensed, issued, reported, returned, unmet
from tests.thoroughness import cases
from tests.unit.supply.deliver import deliver, transitions, without_version
from tests.unit.supply.histories import LATENESS_DAYS, Delivery, deliveries, handed_to_wards, histories
from tests.unit.supply.model import Model
from tests.unit.supply.shelf import KEY, Shelf, medicine, position
from tests.unit.supply.test_any_order import in_order

NONE: tuple[Condition, ...] = ()


def rules_of(policy: CpmPolicy | str, **more: Any) -> Rules:
    """Rules with one policy everywhere."""
    return Rules(policies=PolicyChoices(CPM_POLICIES[policy] if isinstance(policy, str) else policy), **more)


def on_the_first(pieces: int, *months: str) -> list[Event]:
    """Use on the first of months, nothing on any other day."""
    return [dispensed(pieces, f"{month}-01 10:00") for month in months]


MONTHS = [*(f"2025-{month:02d}" for month in range(7, 13)), *(f"2026-{month:02d}" for month in range(1, 5))]
LUMPY = [counted(5000, "2025-06-30 08:00"), *on_the_first(100, *MONTHS)]


@pytest.mark.parametrize("policy", ["cstock", "open-msupply", "bhima"])
@pytest.mark.parametrize("today", ["2026-04-02", "2026-04-08", "2026-04-15", "2026-04-25"])
def test_lumpy_use_is_averaged_over_the_very_days_of_the_window(policy: str, today: str) -> None:
    """A hundred pieces on the first of each month: each window holds two, three or six of them."""
    found = position(*LUMPY, at=f"{today} 12:00", rules=rules_of(policy))
    assert found.cpm == pytest.approx(100)
    assert found.cpm_inputs.spread_month is None


@pytest.mark.parametrize("at", ["2026-03-16", "2026-03-16 13:00"])
@pytest.mark.parametrize("policy", ["cstock", "commcare"])
def test_a_midnight_is_no_day_without_use(policy: str, at: str) -> None:
    """Three pieces each noon: asked at midnight the window ends with the day that is over."""
    days = [day("2025-12-01") + dt.timedelta(days=number) for number in range(106)]
    told = [counted(900, "2025-11-30 08:00"), *(dispensed(3, f"{each} 12:00") for each in days)]
    today = [] if at == "2026-03-16" else [dispensed(3, "2026-03-16 12:00")]
    assert position(*told, *today, at=at, rules=rules_of(policy)).cpm == pytest.approx(90)


def test_a_figure_over_days_is_published_when_the_days_alone_change_it() -> None:
    """A hundred pieces in February are out of a window of sixty days on 22 April, although nothing is told that day."""
    told = [counted(900, "2025-12-31 08:00"), dispensed(100, "2026-02-20 10:00")]
    shelf = Shelf(*told, rules=rules_of("cstock"), entries=[medicine(oncology=False)])
    assert shelf.until("2026-04-21").position.cpm == 50
    assert shelf.until("2026-04-22").position.cpm == 0


def test_days_out_of_a_part_of_a_month_are_the_days_of_that_part() -> None:
    """Sixty days back from the tenth of March lies the tenth of January: of ten days out from the sixth on six are
    within."""
    told = [
        counted(10, "2025-11-30 08:00"),
        dispensed(10, "2026-01-05 12:00"),
        counted(500, "2026-01-16 00:00"),
        dispensed(110, "2026-02-10 12:00"),
        counted(390, "2026-03-10 10:00"),
    ]
    found = position(*told, at="2026-03-10 12:00", rules=rules_of("cstock"))
    assert (found.cpm_inputs.days_out, found.cpm_inputs.pieces) == (6, 110)
    assert found.cpm == pytest.approx(110 / (60 - 6) * 30)


def test_what_came_back_and_what_was_asked_for_in_vain_count_on_their_days() -> None:
    policy = CpmPolicy(name="mine", window="rolling", window_months=1, method="none", unmet_counts=True)
    told = [
        counted(500, "2025-12-31 08:00"),
        dispensed(50, "2026-02-05 12:00"),
        returned(4, "2026-02-06 12:00"),
        unmet(9, "2026-02-06 13:00"),
        dispensed(20, "2026-02-20 12:00"),
        returned(3, "2026-02-21 12:00"),
        unmet(5, "2026-02-21 13:00"),
        issued(70, "2026-02-22 12:00"),
        dispensed(10, "2026-03-02 12:00"),
    ]
    found = position(*told, at="2026-03-10 12:00", rules=rules_of(policy))
    assert (found.cpm_inputs.pieces, found.cpm_inputs.unmet) == (27, 5)
    assert found.cpm == pytest.approx(32)


def test_what_comes_after_the_lateness_window_counts_on_its_day() -> None:
    rules = rules_of("cstock", lateness_days=3)
    late: list[Event] = [dispensed(30, "2026-02-09 10:00", id="late"), dispensed(7, "2026-02-12 10:00", id="later")]
    told = [counted(900, "2025-12-31 08:00"), *(dispensed(3, f"2026-03-{number:02d} 12:00") for number in range(1, 31))]
    shelf = Shelf(*told, rules=rules).until("2026-04-11")
    assert shelf.tell(*late) == [Outcome.LATE, Outcome.LATE]
    found = shelf.publish("2026-04-11 12:00").position
    # Sixty days back from the eleventh of April lies the eleventh of February.
    assert found.cpm_inputs.pieces == 97
    assert found.cpm == position(*told, *late, at="2026-04-11 12:00", rules=rules).cpm


# ------------------------------------------------------------------------------ whatever comes, in whatever order

SIXTY_DAYS = CpmPolicy(
    name="sixty days",
    window="rolling",
    window_months=2,
    window_days="calendar",
    method="none",
    before_first="counted",
    unmet_counts=True,
)


def of_sixty_days(history: list[Event], as_of: dt.datetime) -> float:
    """What left, or only counts tell of, less what came back, and what was asked for in vain, on sixty days."""
    zone = ZoneInfo(ZONE)
    last = (as_of.astimezone(zone) - dt.timedelta(microseconds=1)).date()
    told = {each.id: each for each in history if each.time < as_of}.values()
    within = [each for each in told if 0 <= (last - each.time.astimezone(zone).date()).days < 60]
    to_services = [each for each in told if isinstance(each, StockIssued) and each.destination is None]
    two_months = len({each.time.astimezone(zone).strftime("%Y-%m") for each in to_services}) > 1
    if two_months and not any(isinstance(each, StockDispensed) for each in told):
        used = sum(each.quantity for each in within if isinstance(each, DemandUnmet) or each in to_services)
    else:
        used = sum(each.quantity for each in within if isinstance(each, StockDispensed | DemandUnmet))
    by_counts = Model(history, as_of).by_counts
    used += sum(pieces for day, pieces in by_counts.items() if 0 <= (last - day).days < 60)
    return used - sum(each.quantity for each in within if isinstance(each, StockReturned))


@given(st.data(), (histories(sheets=False) | histories(sheets=False).map(handed_to_wards)).filter(bool))
@cases(60)
def test_the_window_holds_what_happened_on_its_days(data: st.DataObject, history: list[Event]) -> None:
    found = deliver(data.draw(deliveries(history)), rules_of(SIXTY_DAYS, lateness_days=LATENESS_DAYS)).position
    inputs = found.cpm_inputs
    assert inputs.spread_month is None
    assert inputs.pieces + (inputs.unmet or 0) == of_sixty_days(history, found.as_of)


@given(st.data(), histories(), st.sampled_from(["bhima", "cstock"]))
@cases(40)
def test_order_chunks_crashes_and_sleep_change_nothing(data: st.DataObject, history: list[Event], name: str) -> None:
    rules = rules_of(name, lateness_days=LATENESS_DAYS)
    delivery: Delivery = data.draw(deliveries(history))
    expected, found = deliver(in_order(history), rules), deliver(delivery, rules)
    asleep = deliver(delivery, rules, awake_limit=0)
    assert without_version(found) == without_version(expected) == without_version(asleep)
    assert transitions(found.alerts) == transitions(expected.alerts) == transitions(asleep.alerts)


# ------------------------------------------------------------------------------ what is kept


def kept(shelf: Shelf) -> Days | None:
    """The days of the stored position."""
    return read_state(shelf.changelog[KEY.encode()]).ledger.days


def test_an_ordinary_position_keeps_no_days() -> None:
    shelf = Shelf(*LUMPY).until("2026-04-15")
    assert kept(shelf) is None
    running = CpmPolicy(name="mine", window="running_month")
    assert kept(Shelf(*LUMPY, rules=rules_of(running)).until("2026-04-15")) is None


def test_the_days_of_the_window_are_kept_and_no_more() -> None:
    days = [day("2024-01-01") + dt.timedelta(days=number) for number in range(800)]
    told = [counted(90_000, "2023-12-31 08:00"), *(dispensed(90, f"{each} 12:00") for each in days)]
    stored: dict[str, bytes] = {}
    for name in ("abasto", "cstock", "bhima"):
        shelf = Shelf(rules=rules_of(name))
        for start in range(0, len(told), 20):
            shelf.tell(*told[start : start + 20])
            shelf.until(str(day("2024-01-01") + dt.timedelta(days=start + 19)))
        stored[name] = shelf.changelog[KEY.encode()]
    days_kept = read_state(stored["bhima"]).ledger.days
    assert days_kept is not None
    assert len(days_kept.months) <= 8
    assert len(stored["cstock"]) - len(stored["abasto"]) < 200
    assert len(stored["bhima"]) - len(stored["abasto"]) < 400


@pytest.mark.parametrize("before", ["an older release", "another policy"])
def test_until_the_days_are_there_a_part_of_a_month_is_spread_evenly_and_says_so(before: str) -> None:
    """A hundred pieces on the first of February, of which twenty days of 28 lie in the window."""
    told = [*LUMPY[:-2], counted(4200, "2026-02-19 10:00")]
    first = Shelf(*told, rules=rules_of("abasto" if before == "another policy" else "cstock")).until("2026-02-20")
    stored = first.changelog[KEY.encode()]
    if before == "an older release":
        state = read_state(stored)
        state.ledger.days = None
        stored = write_state(state, read_summary(stored))
    shelf = Shelf(changelog={KEY.encode(): stored}, rules=rules_of("cstock"), only=NONE)
    shelf.tell(*on_the_first(100, "2026-03", "2026-04"), counted(4000, "2026-04-09 10:00"))
    found = shelf.publish("2026-04-09 12:00").position
    assert found.cpm_inputs.spread_month == "2026-02"
    assert found.cpm == pytest.approx((100 * 20 / 28 + 200) / 60 * 30)
    shelf.tell(counted(4000, "2026-05-09 10:00"))
    found = shelf.publish("2026-05-09 12:00").position
    assert found.cpm_inputs.spread_month is None
    assert found.cpm == pytest.approx(100 / 60 * 30)


def test_a_sheet_has_no_days() -> None:
    told = [counted(900, "2025-12-31 08:00"), reported("2026-01", 310, "2026-02-01 10:00")]
    told += [reported("2026-02", 280, "2026-03-01 10:00"), counted(300, "2026-03-01 11:00")]
    found = position(*told, at="2026-03-10 12:00", rules=rules_of("cstock"))
    assert found.cpm_inputs.spread_month == "2026-01"


def test_days_follow_an_item_that_begins_to_allow_parts_of_pieces() -> None:
    shelf = Shelf(*LUMPY, rules=rules_of("cstock")).until("2026-04-02")
    finer = Shelf(changelog=shelf.changelog, entries=[medicine(decimals=2)], rules=rules_of("cstock"))
    finer.tell(dispensed(2.5, "2026-04-20 10:00"), counted(3997.5, "2026-04-25 09:00"))
    assert finer.publish("2026-04-25 12:00").position.cpm_inputs.pieces == 202.5
    assert finer.position.item == ITEM
