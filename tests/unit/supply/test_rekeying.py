"""What positions tell of their facility and item: what changed at a look, once, and nothing of single events."""

from schemas.channels import facility_key, item_key
from schemas.events import Event
from schemas.rekeyed import Heard, Rekeyed, StockNote
from tests.events import HOSPITAL, ITEM, adjusted, cancelled, counted, dispensed, ms, reported, scheduled
from tests.unit.supply.shelf import Shelf, medicine
from tests.unit.supply.telling import MONTHS, stock_notes, told


def heard_at(notes: list[tuple[str, Rekeyed]]) -> list[int]:
    """When the facility was heard."""
    return [at for key, note in notes if key == facility_key(HOSPITAL) and isinstance(note, Heard) for at in note.at_ms]


def test_a_day_is_told_by_its_last_event_once_it_is_over() -> None:
    shelf = Shelf(counted(500, "2026-01-05 08:00"), dispensed(1, "2026-01-05 17:30"), dispensed(1, "2026-01-07 09:00"))
    assert told(shelf) == []
    assert heard_at(told(shelf, "2026-01-20")) == [ms("2026-01-05 17:30"), ms("2026-01-07 09:00")]
    assert heard_at(told(shelf, "2026-02-20")) == []


def test_in_service_the_first_event_of_a_day_is_told_at_once() -> None:
    shelf = Shelf(counted(500, "2026-01-05 08:00"))
    assert heard_at(told(shelf, now="2026-01-05 08:01")) == [ms("2026-01-05 08:00")]
    shelf.tell(dispensed(1, "2026-01-05 09:00"))
    assert heard_at(told(shelf, now="2026-01-05 09:01")) == []


def test_orders_of_purchasing_do_not_speak_for_a_facility() -> None:
    shelf = Shelf(counted(500, "2026-01-05 08:00"), *_moved_every_day("2026-01-06", "2026-01-20"))
    assert heard_at(told(shelf, "2026-01-20")) == [ms("2026-01-05 08:00")]
    assert str(shelf.position.last_event_at) == "2026-01-05 14:00:00+00:00"
    service = Shelf(counted(500, "2026-01-05 08:00"), *_moved_every_day("2026-01-06", "2026-01-08"))
    assert heard_at(told(service, now="2026-01-08 09:01")) == [ms("2026-01-05 08:00")]
    never = Shelf(*_moved_every_day("2026-01-06", "2026-01-08"))
    assert heard_at(told(never, "2026-01-20", now="2026-01-20 09:00")) == []
    assert never.position.last_event_at is None


def _moved_every_day(first: str, last: str) -> list[Event]:
    days = range(int(first[-2:]), int(last[-2:]) + 1)
    moved = [scheduled(60, f"2026-01-{each:02} 09:00", "2026-02-20") for each in days]
    return [*moved, cancelled(f"{last} 09:00")]


def test_a_note_goes_to_facility_and_item_and_again_only_when_something_changed() -> None:
    shelf = Shelf(counted(1000, "2026-01-01 08:00"), *MONTHS)
    notes = told(shelf, "2026-03-20")
    assert {key for key, note in notes if isinstance(note, StockNote)} == {facility_key(HOSPITAL), item_key(ITEM)}
    assert [note.trouble for note in stock_notes(notes)][-1] is None
    quiet = told(shelf, "2026-03-31")
    assert stock_notes(quiet) == []
    shelf.tell(counted(0, "2026-04-02 10:00"))
    (out,) = stock_notes(told(shelf, "2026-04-05"))
    assert (out.trouble, out.usable, out.needed, out.watched) == ("stock_out", 0, True, True)
    assert out.alert == next(alert.alert for alert in reversed(shelf.alerts) if alert.condition == "stock_out")
    assert out.at_ms == ms("2026-04-03")


def test_after_a_recovery_nothing_is_told_twice() -> None:
    shelf = Shelf(counted(1000, "2026-01-01 08:00"), *MONTHS, counted(0, "2026-04-02 10:00"))
    assert stock_notes(told(shelf, "2026-04-05"))
    again = Shelf(changelog=shelf.changelog)
    assert stock_notes(told(again, "2026-04-08")) == []


def test_what_was_told_is_stored_with_it_and_told_again_if_that_was_lost() -> None:
    before = Shelf(counted(1000, "2026-01-01 08:00"), *MONTHS).until("2026-03-20")
    lost, kept = Shelf(changelog=before.changelog), Shelf(changelog=before.changelog)
    for shelf in (lost, kept):
        shelf.tell(counted(0, "2026-04-02 10:00"))
    assert stock_notes(told(lost, "2026-04-05")) == stock_notes(told(kept, "2026-04-05"))


def test_a_surplus_is_told_with_its_pieces() -> None:
    shelf = Shelf(counted(10_000, "2026-01-01 08:00"), *MONTHS)
    note = stock_notes(told(shelf, "2026-04-02"))[-1]
    assert note.status == "surplus"
    assert (note.usable, note.cpm, note.surplus) == (9_900, 100, 9_500)


def test_of_what_nothing_is_used_all_may_be_lent_as_long_as_it_is_seen() -> None:
    """500 pieces, not one used for half a year, and counted each month."""
    counts = [counted(500, f"{month}-20 08:00") for month in ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02")]
    shelf = Shelf(counted(500, "2025-09-20 08:00"), *counts)
    assert stock_notes(told(shelf, "2026-03-02"))[-1].surplus == 500
    assert (shelf.position.status, shelf.position.surplus) == ("no_consumption", 500)
    shelf.tell(adjusted(-300, "2026-03-03 08:00"))
    assert [note.surplus for note in stock_notes(told(shelf, "2026-03-05"))] == [200]
    assert stock_notes(told(shelf, "2026-05-02"))[-1].surplus is None


def test_what_was_lent_since_is_told_and_a_small_part_of_it_is_not() -> None:
    """400 pieces are the most to have: of 9,300 that may be lent 8,000 leave, then 100."""
    shelf = Shelf(counted(10_000, "2026-01-01 08:00"), *MONTHS)
    assert stock_notes(told(shelf, "2026-04-02"))[-1].surplus == 9_500
    shelf.tell(adjusted(-8_000, "2026-04-06 10:00"))
    assert [note.surplus for note in stock_notes(told(shelf, "2026-04-09"))] == [1_300]
    shelf.tell(adjusted(-100, "2026-04-10 10:00"))
    assert stock_notes(told(shelf, "2026-04-12")) == []


def test_a_surplus_of_which_half_was_missed_is_offered_to_nobody() -> None:
    shelf = Shelf(counted(2000, "2026-01-01 08:00"), *MONTHS)
    assert stock_notes(told(shelf, "2026-04-05"))[-1].surplus
    assert shelf.position.surplus
    shelf.tell(counted(1000, "2026-04-06 10:00"))
    doubted = stock_notes(told(shelf, "2026-04-09"))[-1]
    assert (doubted.status, doubted.surplus) == ("surplus", None)
    assert "data_quality firing" in " ".join(shelf.story)
    assert (shelf.position.status, shelf.position.surplus) == ("surplus", 0)


def test_how_bad_it_is_is_told_and_told_again_when_it_gets_worse() -> None:
    """100 a month, and 15 days from order to shelf: within 7 days it is critical."""
    shelf = Shelf(counted(1000, "2026-01-01 08:00"), *MONTHS, counted(40, "2026-04-02 10:00"))
    assert [(note.trouble, note.severity) for note in stock_notes(told(shelf, "2026-04-05"))][-1] == (
        "shortage",
        "high",
    )
    shelf.tell(counted(20, "2026-04-06 10:00"))
    assert [note.severity for note in stock_notes(told(shelf, "2026-04-08"))][-1] == "critical"


def test_what_has_come_to_an_empty_shelf_is_told_though_it_does_not_end_the_stock_out() -> None:
    shelf = Shelf(counted(1000, "2026-01-01 08:00"), *MONTHS, counted(0, "2026-04-02 10:00"))
    assert [note.usable for note in stock_notes(told(shelf, "2026-04-05"))][-1] == 0
    shelf.tell(counted(4, "2026-04-06 10:00"))
    assert [(note.trouble, note.usable) for note in stock_notes(told(shelf, "2026-04-08"))] == [("stock_out", 4)]


def item_heard(notes: list[tuple[str, Rekeyed]]) -> list[int]:
    """When the item was heard of where there is a surplus, or too little."""
    return [at for key, note in notes if key == item_key(ITEM) and isinstance(note, Heard) for at in note.at_ms]


def test_of_who_has_a_surplus_it_is_told_on_which_days_the_item_was_heard_of() -> None:
    """Nothing else would tell one that still reports from one that fell silent."""
    shelf = Shelf(counted(10_000, "2026-01-01 08:00"), *MONTHS)
    before = told(shelf, "2026-04-02")
    assert stock_notes(before)[-1].heard_at == ms("2026-01-10")
    assert item_heard(before) == [ms("2026-02-10"), ms("2026-03-10")]
    shelf.tell(dispensed(1, "2026-04-06 09:00"), dispensed(1, "2026-04-08 09:00"), dispensed(1, "2026-04-08 12:00"))
    assert item_heard(told(shelf, "2026-04-20")) == [ms("2026-04-06 09:00"), ms("2026-04-08 12:00")]
    assert item_heard(told(shelf, "2026-04-25")) == []


def test_so_it_is_of_who_is_short() -> None:
    shelf = Shelf(counted(1000, "2026-01-01 08:00"), *MONTHS, counted(40, "2026-04-02 10:00"))
    assert stock_notes(told(shelf, "2026-04-05"))[-1].trouble == "shortage"
    shelf.tell(dispensed(1, "2026-04-06 09:00"), dispensed(1, "2026-04-08 09:00"))
    assert item_heard(told(shelf, "2026-04-12")) == [ms("2026-04-06 09:00"), ms("2026-04-08 09:00")]
    assert item_heard(told(shelf, "2026-04-25")) == []


def test_of_who_has_neither_too_much_nor_too_little_it_is_not() -> None:
    shelf = Shelf(counted(400, "2026-01-01 08:00"), *MONTHS)
    assert stock_notes(told(shelf, "2026-04-02"))[-1].surplus is None
    shelf.tell(dispensed(1, "2026-04-06 09:00"))
    assert item_heard(told(shelf, "2026-04-20")) == []


def test_of_an_item_that_makes_no_alerts_nobody_asks_who_has_some() -> None:
    shelf = Shelf(counted(10_000, "2026-01-01 08:00"), *MONTHS, entries=[medicine(oncology=False)])
    notes = told(shelf, "2026-04-02")
    assert stock_notes(notes)[-1].surplus is not None
    assert item_heard(notes) == []


def test_a_surplus_alert_is_told_to_its_facility() -> None:
    shelf = Shelf(counted(10_000, "2026-01-01 08:00"), *MONTHS)
    notes = told(shelf, "2026-04-02")
    (alert,) = {alert.alert for alert in shelf.alerts if alert.condition == "surplus" and alert.state == "firing"}
    under_facility = [note for key, note in notes if key == facility_key(HOSPITAL) and isinstance(note, StockNote)]
    assert under_facility[-1].surplus_alert == alert


def test_a_surplus_by_months_without_stock_is_not_offered() -> None:
    """Out in every month of the window, the CPM does not tell what is needed here, nor what may be lent."""
    out = [
        reported(month, 5, f"{sent} 08:00", stockout_days=31)
        for month, sent in (("2025-12", "2026-01-02"), ("2026-01", "2026-02-02"), ("2026-02", "2026-03-02"))
    ]
    shelf = Shelf(counted(0, "2025-11-20"), *out, counted(90, "2026-03-03 10:00"))
    notes = stock_notes(told(shelf, until="2026-03-05", now="2026-03-05 12:00"))
    assert (shelf.position.cpm, shelf.position.cpm_inputs.state) == (5, "uncorrected")
    assert (shelf.position.status, shelf.position.surplus) == ("surplus", None)
    assert [note.surplus for note in notes] == [None] * len(notes)
    assert notes
