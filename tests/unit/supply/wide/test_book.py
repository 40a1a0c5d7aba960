"""The same notes give the same alerts, however they came and however often a shard began again."""

import datetime as dt
import random

import pytest

from schemas.channels import REKEYED, facility_key
from schemas.dead_letters import BadRecord
from schemas.rekeyed import TROUBLES, Heard, Reached, Rekeyed
from supply.clock import Reach
from supply.position import Outcome
from supply.stored import UnreadableState
from supply.wide.clock import LIVE_MS, WideClock
from supply.wide.intake import WideIntake
from tests.events import ms
from tests.unit.supply.wide.nation import HOSPITALS, Nation, daily, heard, stock

END = "2026-06-01"
DAYS = [f"2026-03-{day:02d}" for day in range(1, 32)] + [f"2026-04-{day:02d}" for day in range(1, 31)]


def notes(seed: int) -> list[Rekeyed]:
    """Two months of six hospitals that fall silent, run out and recover."""
    chance = random.Random(seed)
    told: list[Rekeyed] = []
    for hospital in HOSPITALS[:6]:
        for day in DAYS:
            if chance.random() < 0.6 or not day.endswith(("5", "6", "7", "8", "9")):
                told.append(heard(hospital, f"{day} 10:00"))
            if chance.random() < 0.15:
                trouble = chance.choice([*TROUBLES, None])
                severity = chance.choice(["low", "high", "critical"])
                surplus = 40 if trouble is None else None
                told.append(stock(hospital, day, trouble, severity=severity, surplus=surplus, heard_at=ms(day)))
    return told


@pytest.mark.parametrize("seed", range(5))
def test_the_order_and_the_chunks_of_notes_do_not_matter(seed: int) -> None:
    all_at_once = Nation().tell(*notes(seed)).hear_of_item(*_heard(notes(seed))).until(END)
    assert {alert.condition for alert in all_at_once.alerts} == {"silent_facility", "national_shortage"}
    by_the_day = Nation()
    told = notes(seed)
    for day in DAYS:
        today = [note for note in told if day in _days(note)]
        random.Random(seed).shuffle(today)
        by_the_day.tell(*today).hear_of_item(*_heard(today)).until(f"{day} 00:00")
        by_the_day.recovered()
    by_the_day.until(END)
    assert _sorted(by_the_day) == _sorted(all_at_once)


def _heard(notes: list[Rekeyed]) -> list[Heard]:
    """Whoever is heard, is heard of the item."""
    return [note for note in notes if isinstance(note, Heard)]


def _days(note: Rekeyed) -> list[str]:
    times = note.at_ms if isinstance(note.at_ms, tuple) else (note.at_ms or 0,)
    return [str((dt.datetime.fromtimestamp(at / 1000, dt.UTC) - dt.timedelta(hours=6)).date()) for at in times]


def _sorted(nation: Nation) -> list[tuple[object, ...]]:
    return sorted(
        (alert.at, alert.condition, alert.facility or "", alert.sequence, str(alert)) for alert in nation.alerts
    )


def test_what_is_told_again_after_a_recovery_changes_nothing() -> None:
    told = Nation().tell(stock(HOSPITALS[0], "2026-03-02"), daily(HOSPITALS[0], "2026-03-01", "2026-03-31"))
    told.until("2026-03-31")
    again = told.book.take(facility_key(HOSPITALS[0]), daily(HOSPITALS[0], "2026-03-20", "2026-03-25"), 0)
    assert again is Outcome.DUPLICATE
    forgotten = told.book.take(facility_key(HOSPITALS[0]), daily(HOSPITALS[0], "2026-03-01", "2026-03-05"), 0)
    assert forgotten is Outcome.DUPLICATE
    assert told.book.touched == 0


def test_an_alert_that_is_open_goes_on_after_a_recovery() -> None:
    told = Nation().tell(stock(HOSPITALS[0], "2026-03-02"), daily(HOSPITALS[0], "2026-03-01", "2026-03-10"))
    told.until("2026-03-15").recovered()
    assert dict(told.book.open_alerts()) == {("silent_facility", "medium"): 1}
    told.tell(heard(HOSPITALS[0], "2026-03-15 10:00")).until("2026-03-16")
    first, last = told.alerts
    assert (last.alert, last.state, last.sequence) == (first.alert, "resolved", 2)


@pytest.mark.parametrize("restarted", [False, True])
def test_what_was_told_before_all_shards_were_live_is_judged_when_they_are_and_not_at_midnight(restarted: bool) -> None:
    """Also when the worker starts anew in between."""
    notes = [stock(each, "2026-03-02 09:00", "stock_out", severity="critical") for each in HOSPITALS[:10]]
    nation = Nation().tell(*notes).publish()
    if restarted:
        nation.recovered()
    nation.book.advance(Reach(ms("2026-03-02 09:10"), ms("2026-03-02 09:10"), live=True))
    nation.publish("2026-03-02 09:10")
    assert [(each.condition, each.state) for each in nation.alerts] == [("national_shortage", "pending")]


def test_state_of_a_newer_release_is_refused() -> None:
    told = Nation().tell(stock(HOSPITALS[0], "2026-03-02")).until("2026-03-03")
    for key, value in told.changelog.items():
        with pytest.raises(UnreadableState, match="state version 9"):
            told.book.load(key, b"\x09" + value[1:])


def test_nothing_is_judged_before_every_shard_has_told_how_far_it_is() -> None:
    clock = WideClock(2)
    assert clock.limit({REKEYED}, None) is None
    clock.reached(Reached(shard=0, at_ms=5_000))
    assert clock.limit({REKEYED}, None) is None
    clock.reached(Reached(shard=1, at_ms=3_000))
    assert clock.limit({REKEYED}, None) == Reach(3_000, 3_000)


def test_a_shard_without_events_holds_nobody_up_and_all_without_give_no_time() -> None:
    clock = WideClock(2)
    clock.reached(Reached(shard=0, at_ms=None))
    clock.reached(Reached(shard=1, at_ms=3_000))
    assert clock.limit((), None) == Reach(3_000, 3_000)
    clock.reached(Reached(shard=1, at_ms=None))
    assert clock.limit((), None) is None


@pytest.mark.parametrize(
    ("behind_ms", "caught_up", "live"), [(LIVE_MS, True, True), (LIVE_MS + 1, True, False), (0, False, False)]
)
def test_in_service_the_wall_clock_holds_once_all_is_read_and_the_shards_are_live(
    behind_ms: int, caught_up: bool, live: bool
) -> None:
    clock, wall_ms = WideClock(1), ms("2026-03-01 12:00")
    clock.reached(Reached(shard=0, at_ms=wall_ms - behind_ms))
    expected = wall_ms if live else wall_ms - behind_ms
    assert clock.limit({REKEYED} if caught_up else (), wall_ms) == Reach(expected, expected, live)


def test_how_far_the_shards_are_is_stored() -> None:
    clock, again = WideClock(2), WideClock(2)
    clock.reached(Reached(shard=0, at_ms=None))
    clock.reached(Reached(shard=1, at_ms=3_000))
    again.restore(clock.snapshot())
    assert again.limit((), None) == Reach(3_000, 3_000)


@pytest.mark.parametrize(
    ("key", "value"),
    [(None, b"{}"), (b"k", None), (b"k", b"{"), (b"\xff", b'{"note":"reached","shard":1,"at_ms":null}')],
)
def test_what_no_shard_has_written_is_a_bad_record(key: bytes | None, value: bytes | None) -> None:
    with pytest.raises(BadRecord):
        WideIntake().admit(REKEYED, key, value, (), 0)
