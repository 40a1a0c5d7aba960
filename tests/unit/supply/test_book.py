"""A shard's book: what it publishes, what it stores, and that it holds a million positions without waking them."""

import msgspec
import pytest

from schemas.catalogue import OfficialCpm
from schemas.channels import INPUTS
from schemas.dead_letters import BadRecord
from supply.agenda import Agenda
from supply.book import REVISITS_AT_ONCE, Book
from supply.catalogue import Catalogue
from supply.clock import Reach
from supply.position import Outcome, Position
from supply.rules import Rules
from supply.stored import _HEAD, STATE_VERSION, UnreadableState, read_summary
from supply.totals import ItemStock
from tests.events import HOSPITAL, ITEM, counted, day, dispensed, instant, lot, ms, received, scheduled, time_of
from tests.unit.supply.shelf import Shelf, hospital, medicine

OTHER = "DFIMS000605"
KEY = f"{HOSPITAL}|{ITEM}"


def test_a_publication_holds_each_touched_position_once_and_then_none_is_touched() -> None:
    shelf = Shelf(counted(100, "2026-01-05"), dispensed(1, "2026-01-06"))
    assert (shelf.book.touched, len(shelf.book)) == (1, 1)
    publication = shelf.book.publish(None)
    assert [key for key, _ in publication.changelog] == [key for key, _ in publication.positions] == [KEY.encode()]
    assert shelf.book.touched == 0
    assert shelf.book.publish(None) == ([], [], [], [])


def test_versions_rise_by_one_with_each_publication_of_a_position() -> None:
    shelf = Shelf(counted(100, "2026-01-05"))
    versions = [shelf.publish().position.version]
    for number in range(3):
        shelf.tell(dispensed(1, f"2026-01-1{number}"))
        versions.append(shelf.publish().position.version)
    shelf = Shelf(dispensed(1, "2026-01-20"), changelog=shelf.changelog)
    versions.append(shelf.publish().position.version)
    assert versions == [1, 2, 3, 4, 5]


def test_a_position_is_published_as_of_its_latest_event_or_evaluation_and_in_service_as_of_now() -> None:
    stock = counted(100, "2026-01-05 09:00")
    assert Shelf(stock).publish().position.as_of.timestamp() * 1000 == ms("2026-01-05 09:00") + 1
    assert Shelf(stock).publish("2026-01-09 10:00").position.as_of.timestamp() * 1000 == ms("2026-01-09 10:00")
    assert Shelf(stock).until("2026-02-09").position.as_of == instant("2026-02-01")
    told_nothing_new = Shelf(stock).until("2026-01-09").position.as_of
    assert told_nothing_new.timestamp() * 1000 == ms("2026-01-05 09:00") + 1


def test_in_service_an_instant_never_comes_twice() -> None:
    shelf = Shelf(counted(100, "2026-01-05"))
    first = shelf.publish("2026-01-09").position.as_of
    shelf.tell(dispensed(1, "2026-01-06"))
    assert shelf.publish("2026-01-08").position.as_of > first


def test_a_key_that_is_not_owned_is_somebody_elses() -> None:
    asked: list[str] = []

    def owns(key: str) -> bool:
        asked.append(key)
        return key == KEY

    book = Book(Catalogue([hospital(), medicine()]), Rules(), owns=owns)
    mine, other = counted(1, "2026-01-05"), counted(1, "2026-01-05", facility=OTHER)
    assert book.take(f"{OTHER}|{ITEM}", other, time_of(other)) is Outcome.ELSEWHERE
    assert [book.take(KEY, mine, time_of(mine)) for _ in range(2)] == [Outcome.COUNTED, Outcome.DUPLICATE]
    assert asked == [f"{OTHER}|{ITEM}", KEY]
    assert len(book) == 1


def test_the_official_cpm_is_shown_beside_the_observed_one_by_the_local_day() -> None:
    official = OfficialCpm(facility=HOSPITAL, item=ITEM, cpm=30, valid_from=day("2026-02-01"))
    stock = counted(100, "2026-01-05")
    assert Shelf(stock, entries=[official]).publish("2026-01-31 20:00").position.official_cpm is None
    assert Shelf(stock, entries=[official]).publish("2026-02-01 00:00").position.official_cpm == 30


def test_the_calendar_alone_changes_what_is_published() -> None:
    """Stock is ample and nothing happens: all the same a lot expires, an arrival becomes late, a month begins."""
    stock = counted(1000, "2026-01-05 09:00", lot(100, "2026-01-12"))
    shelf = Shelf(stock, scheduled(50, "2026-01-05 10:00", "2026-01-20"), entries=[medicine(oncology=False)]).publish()
    assert (shelf.position.usable, shelf.position.due[0].late) == (1000, False)
    shelf.until("2026-01-19")
    assert (shelf.position.usable, shelf.position.as_of) == (900, instant("2026-01-13"))
    shelf.until("2026-01-30")
    assert (shelf.position.due[0].late, shelf.position.as_of) == (True, instant("2026-01-21"))
    shelf.until("2026-02-05")
    assert shelf.position.as_of == instant("2026-02-01")
    shelf.tell(scheduled(50, "2026-02-05 10:00", "2026-02-10", order="P-2"))
    shelf.until("2026-02-10")
    assert [line.late for line in shelf.position.due] == [True, False]
    shelf.until("2026-02-20")
    assert [line.late for line in shelf.position.due] == [True, True]


# ------------------------------------------------------------------------- stored state

RICH = [
    counted(1000, "2025-11-20", lot(400, "2026-03-05"), lot(100, "2027-01-31")),
    *(dispensed(90, f"{month}-15") for month in ("2025-12", "2026-01", "2026-02")),
    scheduled(50, "2026-02-20", "2026-03-18", deadline="2026-03-28", line="2", supplier="Laboratorio"),
    received(5, "2026-02-21", lot(5, "2026-09-30"), order="P-1", line="2"),
    counted(40, "2026-03-01 10:00"),
]


def test_a_book_loaded_from_its_changelog_goes_on_as_if_nothing_had_happened() -> None:
    straight, stopped = Shelf(*RICH), Shelf(*RICH)
    for shelf in (straight, stopped):
        shelf.advance()
        shelf.publish()
    loaded = Shelf(changelog=stopped.changelog)
    more = [dispensed(3, "2026-03-02 10:00"), received(10, "2026-02-27", order="P-1", line="2")]
    straight.tell(*more)
    loaded.tell(*more)
    assert loaded.until("2026-03-20").raw == straight.until("2026-03-20").raw
    assert loaded.story == straight.story[-len(loaded.story) :]


def test_what_was_told_before_a_crash_is_told_twice_after_it() -> None:
    shelf = Shelf(*RICH)
    shelf.publish()
    assert set(Shelf(changelog=shelf.changelog).tell(*RICH)) == {Outcome.DUPLICATE}


def test_only_the_events_of_the_lateness_window_are_remembered() -> None:
    shelf = Shelf()
    for number in range(1, 31):
        shelf.tell(dispensed(1, f"2026-01-{number:02d} 10:00"))
        shelf.book.advance(shelf.clock.limit(INPUTS, ms(f"2026-01-{number:02d} 12:00")))
        shelf.publish(f"2026-01-{number:02d} 12:00")
    held = shelf.book._positions.find(KEY)
    assert isinstance(held, Position)
    assert held.seen == {entry[2] for entry in held.pending}
    assert len(held.pending) <= 9


def test_the_last_stored_value_of_a_key_wins_and_none_removes_it() -> None:
    shelf = Shelf(counted(100, "2026-01-05"))
    (old,) = shelf.book.publish(None).changelog
    shelf.tell(dispensed(40, "2026-01-06"))
    (new,) = shelf.book.publish(None).changelog
    book = Book(shelf.catalogue, Rules())
    book.load(*old)
    book.load(*new)
    assert book.stock_by_item()[ITEM] == ItemStock(usable=60, cpm=0, counted=1, out=0)
    book.load(KEY.encode(), None)
    assert (len(book), book.stock_by_item()[ITEM]) == (0, ItemStock())


@pytest.mark.parametrize("stored", [b"", b"\x01", b"\x02" + b"x" * 64])
def test_state_of_a_newer_release_is_refused(stored: bytes) -> None:
    book = Book(Catalogue(), Rules())
    with pytest.raises(UnreadableState, match="release"):
        book.load(KEY.encode(), stored)


def test_state_carries_its_version_and_when_to_look_at_it_next() -> None:
    shelf = Shelf(counted(100, "2026-01-05 09:00")).publish()
    stored = shelf.changelog[KEY.encode()]
    assert stored[0] == STATE_VERSION == 1
    assert read_summary(stored).next_at == ms("2026-01-06")
    assert read_summary(stored).usable == 100


def test_recovered_positions_sleep_until_they_are_due() -> None:
    """Older values of the changelog book positions too: none of them may wake one."""
    shelf = Shelf(counted(100, "2026-01-05"))
    stored = shelf.book.publish(None).changelog
    for number in range(10, 20):
        shelf.tell(dispensed(1, f"2026-01-{number}"))
        today = ms(f"2026-01-{number}")
        shelf.book.advance(Reach(today, today))
        stored += shelf.book.publish(None).changelog
    book = Book(shelf.catalogue, Rules())
    for key, value in stored:
        book.load(key, value)
    end = ms("2026-01-20") - 1
    book.advance(Reach(end, end))
    assert book.awake == 0
    book.advance(Reach(end + 1, end + 1))
    assert book.awake == 1


def test_beyond_the_limit_positions_are_put_to_sleep() -> None:
    shelf = Shelf(counted(100, "2026-01-05"), awake_limit=0)
    assert shelf.book.awake == 1
    shelf.publish()
    assert (shelf.book.awake, len(shelf.book)) == (0, 1)
    shelf.tell(dispensed(40, "2026-01-06"))
    assert shelf.until("2026-02-01").position.on_hand == 60


@pytest.mark.parametrize("restarted", [False, True])
def test_what_came_to_pass_today_in_a_backlog_is_judged_once_all_is_read_and_not_at_midnight(restarted: bool) -> None:
    """Also when the worker starts anew in between."""
    shelf = Shelf(counted(100, "2026-01-05"), dispensed(10, "2026-01-05 09:00"), counted(0, "2026-01-06 08:00"))
    shelf.until("2026-01-06 09:00")
    assert shelf.alerts == []
    if restarted:
        shelf = Shelf(changelog=shelf.changelog)
    now = ms("2026-01-06 09:01")
    shelf.book.advance(Reach(now, 0))
    assert shelf.book.touched == 0  # something is still to be read
    shelf.book.advance(Reach(now, 0, live=True))
    assert shelf.book.touched == 1
    assert shelf.publish("2026-01-06 09:01").story == ["2026-01-06 stock_out firing critical"]
    shelf.book.advance(Reach(now + 1, 0, live=True))
    assert shelf.book.touched == 0  # once is enough


def test_the_end_of_a_backlog_does_not_wake_everything_at_once() -> None:
    facilities = [f"DFIMS{number:06d}" for number in range(REVISITS_AT_ONCE + 1)]
    entries = [hospital(facility=code) for code in facilities]
    shelf = Shelf(*(counted(1, "2026-01-05", facility=code) for code in facilities), entries=entries).publish()
    touched = []
    for number in range(3):
        shelf.book.advance(Reach(number, 0, live=True))
        touched.append(shelf.book.touched)
        shelf.publish("2026-01-05 12:00")
    assert touched == [REVISITS_AT_ONCE, 1, 0]


def test_a_change_of_the_catalogue_does_not_wake_everything_at_once() -> None:
    facilities = [f"DFIMS{number:06d}" for number in range(2 * REVISITS_AT_ONCE + 1)]
    entries = [hospital(facility=code) for code in facilities]
    shelf = Shelf(*(counted(1, "2026-01-05", facility=code) for code in facilities), entries=entries)
    shelf.publish()
    shelf.catalogue.put(medicine(name="new"))
    touched = []
    for _ in range(4):
        shelf.book.advance(Reach(0, 0))
        touched.append(shelf.book.touched)
        shelf.book.publish(None)
    assert touched == [REVISITS_AT_ONCE, REVISITS_AT_ONCE, 1, 0]


# ------------------------------------------------------------------------------- totals


def test_totals_are_of_what_was_published_last() -> None:
    two = hospital(facility=OTHER)
    shelf = Shelf(counted(100, "2026-01-05"), counted(0, "2026-01-05", facility=OTHER), entries=[two])
    assert shelf.book.stock_by_item() == {}
    shelf.publish()
    assert shelf.book.stock_by_item() == {ITEM: ItemStock(usable=100, cpm=0, counted=2, out=1)}
    shelf.tell(dispensed(100, "2026-01-06 10:00"), received(7, "2026-01-06 10:00", facility=OTHER))
    shelf.publish()
    assert shelf.book.stock_by_item() == {ITEM: ItemStock(usable=7, cpm=0, counted=2, out=1)}
    shelf.until("2026-02-02")
    assert shelf.book.stock_by_item()[ITEM].cpm == 0


def test_totals_of_alerts_count_the_firing_ones_through_recovery() -> None:
    shelf = Shelf(counted(10, "2026-01-05"), dispensed(10, "2026-01-06 10:00"), received(90, "2026-02-05"))
    shelf.until("2026-01-08")
    assert dict(shelf.book.open_alerts()) == {("stock_out", "critical"): 1}
    loaded = Shelf(changelog=shelf.changelog)
    assert dict(loaded.book.open_alerts()) == {("stock_out", "critical"): 1}
    loaded.until("2026-02-10")
    assert loaded.book.open_alerts()["stock_out", "critical"] == 0


def test_a_late_count_opens_nothing_and_touches_nothing() -> None:
    shelf = Shelf(counted(10, "2026-01-05"), dispensed(1, "2026-02-06")).until("2026-03-01")
    with pytest.raises(BadRecord):
        shelf.tell(counted(5, "2026-01-06"))
    assert shelf.book.touched == 0


# ------------------------------------------------------------------------------- agenda


def test_the_agenda_hands_out_what_is_due_in_the_order_of_time() -> None:
    agenda = Agenda()
    for key, at in (("b", 20), ("a", 10), ("c", 20), ("d", 30)):
        agenda.book(key, at)
    found = []
    for at, key in agenda.due(20):
        found.append((at, key))
        if key == "a":
            agenda.book("e", 15)
    assert found == [(10, "a"), (15, "e"), (20, "b"), (20, "c")]
    assert list(agenda.due(20)) == []
    assert list(agenda.due(30)) == [(30, "d")]


def test_a_position_stored_by_the_release_before_is_read() -> None:
    """It kept neither when an alert was last told nor resolved ones, nor what was told of the position elsewhere: its
    alert goes on with the next sequence."""
    shelf = Shelf(counted(30, "2026-02-01 09:00"), dispensed(30, "2026-03-01 12:00")).until("2026-03-03")
    (firing,) = [alert for alert in shelf.alerts if alert.condition == "stock_out"]
    (key,) = shelf.changelog
    head, state = shelf.changelog[key][: _HEAD.size], msgspec.msgpack.decode(shelf.changelog[key][_HEAD.size :])
    *before, alerts, resolved, _told = state
    assert (resolved, set(alerts)) == ({}, {"stock_out"})
    older = head + msgspec.msgpack.encode([*before, {name: told[:5] for name, told in alerts.items()}])
    again = Shelf(received(90, "2026-03-04 10:00"), changelog={key: older}).until("2026-03-06")
    assert [(alert.alert, alert.sequence, alert.state) for alert in again.alerts] == [(firing.alert, 2, "resolved")]
