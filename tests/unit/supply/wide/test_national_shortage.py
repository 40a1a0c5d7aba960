"""One item short in many places is one notice that lists them."""

import pytest

from schemas.catalogue import Item
from schemas.rekeyed import Trouble
from supply.wide.thresholds import NationalShortage
from tests.events import ITEM
from tests.unit.supply.wide.nation import HOSPITALS, Nation, entries, rules, stock

AT_ONCE = NationalShortage(hold_days=0, clear_days=0)


def nation(short: int, needed_in: int, limits: NationalShortage = AT_ONCE, *, ven: str | None = "V") -> Nation:
    """The item is out in some of the hospitals that need it."""
    told = Nation(rules=rules(national=limits), catalogue=entries(ven))
    for number, hospital in enumerate(HOSPITALS[:needed_in]):
        told.tell(stock(hospital, "2026-03-02", "stock_out" if number < short else None))
    return told.until("2026-03-02 12:00")


@pytest.mark.parametrize(
    ("short", "needed_in", "holds"),
    [
        (3, 10, True),  # 30 % and three places
        (2, 6, False),  # a third, but two places
        (3, 11, False),  # three places, but 27 %
        (19, 40, True),
        (11, 40, False),
        (12, 40, True),
    ],
)
def test_it_takes_a_share_of_the_places_that_need_the_item(short: int, needed_in: int, holds: bool) -> None:
    assert bool(nation(short, needed_in).story) == holds


@pytest.mark.parametrize(("short", "holds"), [(4, False), (5, True)])
def test_or_a_number_of_them_whatever_the_share(short: int, holds: bool) -> None:
    limits = NationalShortage(places=5, share=0.9, hold_days=0)
    assert bool(nation(short, 40, limits).story) == holds


@pytest.mark.parametrize(
    ("short", "ven", "severity"),
    [
        (4, "V", "high"),
        (5, "V", "critical"),
        (4, "E", "medium"),
        (5, "E", "high"),
        (4, "N", "low"),
        (5, "N", "medium"),
        (5, None, "high"),
    ],
)
def test_severity_comes_from_the_ven_class_and_the_share(short: int, ven: str | None, severity: str) -> None:
    assert nation(short, 10, ven=ven).story == [f"2026-03-02 national_shortage firing {severity}"]


@pytest.mark.parametrize(("worst", "severity"), [("medium", "high"), ("high", "high"), ("critical", "critical")])
def test_it_is_no_milder_than_the_worst_alert_that_it_stands_for(worst: str, severity: str) -> None:
    told = Nation(rules=rules(national=AT_ONCE))
    for number, hospital in enumerate(HOSPITALS[:10]):
        trouble: Trouble | None = "shortage" if number < 3 else None
        told.tell(stock(hospital, "2026-03-02", trouble, severity=worst if number == 1 else None))
    assert told.until("2026-03-02 12:00").story == [f"2026-03-02 national_shortage firing {severity}"]


def test_it_gets_worse_with_its_places_also_between_its_thresholds() -> None:
    """Of four in eleven one recovers: three are 27 %, fewer than it takes to begin and more than it takes to end."""
    told = nation(4, 11).tell(stock(HOSPITALS[0], "2026-03-05")).until("2026-03-05 12:00")
    told.tell(stock(HOSPITALS[1], "2026-03-06", "stock_out", severity="critical")).until("2026-03-06 12:00")
    assert told.story[1:] == ["2026-03-06 national_shortage firing critical"]


def joins(told: Nation, number: int, at: str) -> Nation:
    """One more hospital is out of the item."""
    return told.tell(stock(HOSPITALS[number], at, "stock_out")).until(f"{at[:10]} 12:00")


def test_a_place_that_joins_is_told_on_the_same_alert() -> None:
    told = joins(nation(4, 10), 4, "2026-03-04").until("2026-03-05")
    assert [(alert.sequence, alert.repeat, len(alert.places)) for alert in told.alerts] == [
        (1, False, 4),
        (2, False, 5),
    ]
    assert len({alert.alert for alert in told.alerts}) == 1
    assert told.alerts[-1].reason.startswith("Se suma: Hospital 04. Rituximab falta en 5 de 10")
    assert told.alerts[-1].reason_en.startswith("Joining: Hospital 04. Rituximab is short in 5 of 10")


def test_a_place_that_joins_without_making_it_worse_is_told_too() -> None:
    told = joins(nation(5, 11), 5, "2026-03-04")
    told = joins(told, 6, "2026-03-05")
    assert told.story == [
        "2026-03-02 national_shortage firing high",
        "2026-03-04 national_shortage firing critical",
        "2026-03-05 national_shortage firing critical",
    ]


def test_the_first_three_that_join_are_named_and_the_rest_counted() -> None:
    told = nation(4, 20, NationalShortage(share=0.2, hold_days=0, clear_days=0))
    for number in range(4, 9):
        told.tell(stock(HOSPITALS[number], "2026-03-04", "stock_out"))
    told.until("2026-03-04")
    assert told.alerts[-1].reason.startswith("Se suma: Hospital 04, Hospital 05, Hospital 06 y 2 más. ")
    assert told.alerts[-1].reason_en.startswith("Joining: Hospital 04, Hospital 05, Hospital 06 and 2 more. ")


def test_a_place_that_comes_and_goes_is_told_once_until_the_reminder() -> None:
    """High is told again after seven days."""
    told = nation(4, 11)
    for day in range(4, 12):
        short: Trouble | None = "stock_out" if day % 2 == 0 else None
        told.tell(stock(HOSPITALS[4], f"2026-03-{day:02d}", short)).until(f"2026-03-{day:02d} 12:00")
    assert [(alert.at.day, alert.repeat, len(alert.places)) for alert in told.alerts] == [
        (2, False, 4), (4, False, 5), (11, True, 4),
    ]  # fmt: skip
    # What the reminder did not list is news again.
    joins(told, 4, "2026-03-12")
    assert [(alert.at.day, alert.repeat, len(alert.places)) for alert in told.alerts[3:]] == [(12, False, 5)]


def test_in_service_a_place_that_is_short_for_an_hour_is_not_told() -> None:
    told = nation(4, 11).until("2026-03-03 12:00").publish("2026-03-03 12:00")
    told.tell(stock(HOSPITALS[4], "2026-03-03 12:30", "stock_out")).publish("2026-03-03 12:31")
    told.tell(stock(HOSPITALS[4], "2026-03-03 13:30")).publish("2026-03-03 13:31").until("2026-03-05")
    assert len(told.story) == 1


def test_a_place_that_joined_is_not_told_again_after_a_recovery() -> None:
    told = joins(nation(4, 11), 4, "2026-03-04").recovered()
    assert len(told.until("2026-03-07").story) == 2


@pytest.mark.parametrize(("again", "alerts"), [("2026-03-12", 1), ("2026-03-13", 2)])
def test_one_that_begins_again_within_a_week_is_the_same_alert_and_a_later_one_another(again: str, alerts: int) -> None:
    told = nation(4, 10)
    for hospital in HOSPITALS[:4]:
        told.tell(stock(hospital, "2026-03-05"))
    told.until("2026-03-05 12:00")
    for hospital in HOSPITALS[:4]:
        told.tell(stock(hospital, again, "stock_out"))
    told.until(f"{again} 12:00")
    assert [alert.state for alert in told.alerts] == ["firing", "resolved", "firing"]
    assert len({alert.alert for alert in told.alerts}) == alerts
    assert told.alerts[-1].sequence == (3 if alerts == 1 else 1)


def test_it_has_to_hold_for_a_day_and_to_be_over_for_one() -> None:
    told = nation(3, 10, NationalShortage())
    assert told.story == ["2026-03-02 national_shortage pending high"]
    told.until("2026-03-03 12:00")
    assert told.story[1:] == ["2026-03-03 national_shortage firing high"]
    told.tell(stock(HOSPITALS[0], "2026-03-05"), stock(HOSPITALS[1], "2026-03-05")).until("2026-03-05 12:00")
    assert len(told.story) == 2
    assert told.until("2026-03-06 12:00").story[2:] == ["2026-03-06 national_shortage resolved high"]


@pytest.mark.parametrize(("better", "over"), [(1, False), (2, True)])
def test_it_leaves_well_below_where_it_entered(better: int, over: bool) -> None:
    """Of four in ten it enters at three; it leaves below 21 % or with fewer than three places."""
    told = nation(4, 10)
    for hospital in HOSPITALS[:better]:
        told.tell(stock(hospital, "2026-03-10"))
    assert told.until("2026-03-20").story[-1].endswith("resolved high") == over


@pytest.mark.parametrize(("better", "over"), [(10, False), (11, True)])
def test_one_that_entered_by_its_share_leaves_below_its_part_of_that(better: int, over: bool) -> None:
    """Twenty of forty: it enters at a half, and leaves below a quarter."""
    told = nation(20, 40, NationalShortage(places=100, share=0.5, leave_factor=0.5, hold_days=0, clear_days=0))
    for hospital in HOSPITALS[:better]:
        told.tell(stock(hospital, "2026-03-10"))
    assert told.until("2026-03-20").story[-1].endswith("resolved critical") == over


@pytest.mark.parametrize(("better", "over"), [(5, False), (6, True)])
def test_one_that_entered_by_its_number_leaves_below_its_part_of_that(better: int, over: bool) -> None:
    """Ten of forty, a quarter: it enters at ten, whatever the share, and leaves below five."""
    told = nation(10, 40, NationalShortage(places=10, share=0.9, leave_factor=0.5, hold_days=0, clear_days=0))
    for hospital in HOSPITALS[:better]:
        told.tell(stock(hospital, "2026-03-10"))
    assert told.until("2026-03-20").story[-1].endswith("resolved high") == over


def test_a_place_that_is_only_low_is_not_short_and_one_that_does_not_need_it_does_not_count() -> None:
    told = Nation(rules=rules(national=AT_ONCE))
    for hospital in HOSPITALS[:5]:
        told.tell(stock(hospital, "2026-03-02", "low_stock"))
    for hospital in HOSPITALS[5:8]:
        told.tell(stock(hospital, "2026-03-02", "shortage"))
    for hospital in HOSPITALS[8:]:
        told.tell(stock(hospital, "2026-03-02", needed=False))
    told.until("2026-03-03")
    assert told.story == ["2026-03-02 national_shortage firing high"]
    assert "3 de 8 unidades" in told.alerts[0].reason


def test_an_item_that_leaves_the_catalogue_is_not_watched_any_more() -> None:
    told = nation(5, 10)
    assert isinstance(told.catalogue.item(ITEM), Item)
    told.catalogue.remove(f"item|{ITEM}")
    assert told.until("2026-03-03 12:00").story[-1] == "2026-03-03 national_shortage resolved critical"
