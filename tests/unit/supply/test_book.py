"""What a shard's book publishes: each touched position once, as of when, and the totals of what was published last."""

from schemas.catalogue import OfficialCpm
from supply.book import Book
from supply.catalogue import Catalogue
from supply.position import Outcome
from supply.rules import Rules
from supply.totals import ItemStock
from tests.events import HOSPITAL, ITEM, counted, day, dispensed, instant, lot, ms, received, scheduled, time_of
from tests.unit.supply.shelf import KEY, Shelf, hospital, medicine

OTHER = "DFIMS000605"


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


def test_totals_are_of_what_was_published_last() -> None:
    two = hospital(facility=OTHER)
    shelf = Shelf(counted(100, "2026-01-05"), counted(0, "2026-01-05", facility=OTHER), entries=[two])
    assert shelf.book.stock_by_item() == {}
    shelf.publish()
    assert shelf.book.stock_by_item() == {ITEM: ItemStock(usable=100, cpm=0, counted=2, out=1)}
    shelf.tell(dispensed(100, "2026-01-06 10:00"), received(7, "2026-01-06 10:00", facility=OTHER))
    shelf.publish()
    assert shelf.book.stock_by_item() == {ITEM: ItemStock(usable=7, cpm=0, counted=2, out=1)}


def test_totals_hold_the_cpm_of_counted_positions_only() -> None:
    """Use without stock to set it against would make the cover of the others look short."""
    three_months = ("2025-11-20", "2025-12-20", "2026-01-20")
    used = [dispensed(10, at, facility=code) for code in (HOSPITAL, OTHER) for at in three_months]
    shelf = Shelf(counted(100, "2025-11-01"), *used, entries=[hospital(facility=OTHER)]).until("2026-02-02")
    assert shelf.book.stock_by_item() == {ITEM: ItemStock(usable=70, cpm=10, counted=1, out=0)}
    shelf.tell(counted(5, "2026-02-02 10:00", facility=OTHER))
    shelf.publish()
    assert shelf.book.stock_by_item() == {ITEM: ItemStock(usable=75, cpm=20, counted=2, out=0)}


def test_totals_of_alerts_count_the_firing_ones_through_recovery() -> None:
    shelf = Shelf(counted(10, "2026-01-05"), dispensed(10, "2026-01-06 10:00"), received(90, "2026-02-05"))
    shelf.until("2026-01-08")
    assert dict(shelf.book.open_alerts()) == {("stock_out", "critical"): 1}
    loaded = Shelf(changelog=shelf.changelog)
    assert dict(loaded.book.open_alerts()) == {("stock_out", "critical"): 1}
    loaded.until("2026-02-10")
    assert loaded.book.open_alerts()["stock_out", "critical"] == 0
