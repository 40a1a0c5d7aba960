"""A facility that says nothing for longer than it usually does is one alert."""

import pytest

from supply.calendar import calendar_of
from supply.wide.rhythm import allowed_pause, usual_pause
from supply.wide.thresholds import SilentFacility
from tests.events import ITEM, ZONE, ms
from tests.unit.supply.wide.nation import HOSPITALS, Nation, daily, entries, heard, rules, stock

HOSPITAL = HOSPITALS[0]


def nation(*, items: int = 1, silent: SilentFacility | None = None) -> Nation:
    """A hospital with watched items, heard every day from the 1st to the 10th."""
    told = Nation(rules=rules(silent))
    for number in range(items):
        told.tell(stock(HOSPITAL, "2026-03-02", item=f"010.000.{number:04d}.00"))
    return told.tell(daily(HOSPITAL, "2026-03-01", "2026-03-10"))


def test_three_whole_days_without_an_event_are_a_silence_and_two_are_not() -> None:
    assert nation().until("2026-03-13").story == []
    assert nation().until("2026-03-14").story == ["2026-03-14 silent_facility firing medium"]


def test_the_first_event_ends_it_at_once_in_service_and_at_midnight_in_a_replay() -> None:
    replayed = nation().tell(heard(HOSPITAL, "2026-03-16 09:00")).until("2026-03-19")
    assert replayed.story == ["2026-03-14 silent_facility firing medium", "2026-03-17 silent_facility resolved medium"]
    service = nation().until("2026-03-15").tell(heard(HOSPITAL, "2026-03-16 09:00")).publish("2026-03-16 09:01")
    assert service.story[-1] == "2026-03-16 silent_facility resolved medium"
    assert service.alerts[-1].reason == "Hospital 00 volvió a reportar el 2026-03-16."


def test_people_are_reminded_of_a_silence_with_its_days_as_of_then() -> None:
    """High is told again after seven days."""
    last = nation().until("2026-03-24").alerts[-1]
    assert (last.repeat, last.severity, last.at.date().isoformat()) == (True, "high", "2026-03-24")
    assert "13 días sin ningún registro" in last.reason


def test_silences_long_ago_are_told_however_late_their_notes_are_read() -> None:
    at_once = nation().tell(daily(HOSPITAL, "2026-03-20", "2026-03-31")).until("2026-03-31")
    assert at_once.story == ["2026-03-14 silent_facility firing medium", "2026-03-17 silent_facility firing high",
                             "2026-03-21 silent_facility resolved high"]  # fmt: skip


@pytest.mark.parametrize(
    ("items", "until", "severity"),
    [
        (9, "2026-03-14", "medium"),
        (10, "2026-03-14", "high"),
        (9, "2026-03-16", "medium"),
        (9, "2026-03-17", "high"),
        (10, "2026-03-17", "critical"),
    ],
)
def test_severity_comes_from_the_items_it_holds_and_the_days_it_is_silent(
    items: int, until: str, severity: str
) -> None:
    assert nation(items=items).until(until).alerts[-1].severity == severity


def test_a_facility_without_watched_items_makes_no_alert() -> None:
    told = Nation().tell(stock(HOSPITAL, "2026-03-02", watched=False), daily(HOSPITAL, "2026-03-01", "2026-03-10"))
    assert told.until("2026-05-01").story == []


def test_a_facility_that_leaves_the_catalogue_is_not_watched_any_more() -> None:
    told = nation().until("2026-03-15")
    told.catalogue.remove(f"facility|{HOSPITAL}")
    told.until("2026-03-17")
    assert told.story[-1] == "2026-03-16 silent_facility resolved medium"
    assert told.alerts[-1].reason.startswith("Ya no se vigila")


def test_it_says_since_when_how_long_what_is_usual_and_what_to_do() -> None:
    told = nation(items=2).tell(stock(HOSPITAL, "2026-03-05", "stock_out")).until("2026-03-14")
    alert = told.alerts[0]
    assert alert.reason == (
        "Hospital 00 no reporta desde el 2026-03-10 a las 10:00: 3 días sin ningún registro; suele reportar cada día. "
        "Guarda 3 claves vigiladas; 1 alerta de existencias sin confirmar. "
        "Llame a la unidad: pida el conteo de hoy y que revise su envío de datos."
    )
    assert alert.reason_en == (
        "Hospital 00 has not reported since 2026-03-10 at 10:00: 3 days without any record; it usually reports every "
        "day. It holds 3 watched items; 1 stock alert cannot be confirmed. "
        "Call the facility: ask for today's count and to look at what sends its data."
    )
    assert (alert.facility, alert.item, alert.facts) == (HOSPITAL, None, None)
    (place,) = alert.places
    assert (place.item, place.role, place.alert) == (ITEM, "unconfirmed", f"stock_out-{HOSPITAL}")


@pytest.mark.parametrize(("heard_until", "alerts"), [("2026-03-21", 1), ("2026-03-24", 1), ("2026-03-25", 2)])
def test_a_silence_within_a_week_after_the_last_is_the_same_alert_and_a_later_one_another(
    heard_until: str, alerts: int
) -> None:
    """The first ends on the 21st; the next begins four days after the last report."""
    first, again = (nation().tell(daily(HOSPITAL, "2026-03-20", heard_until)).until("2026-04-10") for _ in range(2))
    assert [alert.alert for alert in first.alerts] == [alert.alert for alert in again.alerts]
    assert len({alert.alert for alert in first.alerts}) == alerts
    assert len({alert.fingerprint for alert in first.alerts}) == 1


def test_a_silence_that_goes_on_as_the_same_alert_counts_on_also_after_a_recovery() -> None:
    told = nation().tell(daily(HOSPITAL, "2026-03-15", "2026-03-18")).until("2026-03-20").recovered()
    told.until("2026-03-22")
    assert [(alert.state, alert.sequence) for alert in told.alerts] == [("firing", 1), ("resolved", 2), ("firing", 3)]
    assert len({(alert.alert, alert.since) for alert in told.alerts}) == 1


@pytest.mark.parametrize(("stands", "silence"), [("low", "medium"), ("high", "high"), ("critical", "critical")])
def test_it_is_no_milder_than_the_worst_alert_that_it_stands_for(stands: str, silence: str) -> None:
    told = nation().tell(stock(HOSPITAL, "2026-03-05", "stock_out", severity=stands)).until("2026-03-14")
    assert told.story == [f"2026-03-14 silent_facility firing {silence}"]


def test_an_item_that_comes_into_trouble_while_it_is_silent_is_told() -> None:
    told = nation().tell(stock(HOSPITAL, "2026-03-15", "shortage")).until("2026-03-15")
    assert [(alert.state, alert.sequence, len(alert.places)) for alert in told.alerts] == [
        ("firing", 1, 0), ("firing", 2, 1),
    ]  # fmt: skip
    assert told.alerts[-1].reason.startswith("Se suma: Rituximab. Hospital 00 no reporta")


def test_a_surplus_alert_cannot_be_confirmed_either() -> None:
    lends = stock(HOSPITAL, "2026-03-05", status="surplus", surplus=220, surplus_alert="up4")
    (alert,) = nation().tell(lends).until("2026-03-14").alerts
    assert "1 stock alert cannot be confirmed" in alert.reason_en
    assert [(place.role, place.alert) for place in alert.places] == [("unconfirmed", "up4")]


def test_a_surplus_that_begins_while_it_is_silent_is_no_message_of_its_own() -> None:
    """Months without use make one of any stock."""
    lends = stock(HOSPITAL, "2026-03-15", status="surplus", surplus=220, surplus_alert="up4")
    assert len(nation().tell(lends).until("2026-03-16").alerts) == 1


DAY = calendar_of(ZONE).day(ms("2026-03-01"))
THRESHOLDS = SilentFacility()


@pytest.mark.parametrize(
    ("days", "pause"),
    [
        ([0, 1], 0),
        ([0, 7, 14, 21], 6),
        # Mondays to Fridays: one pause in five is the week-end.
        ([0, 1, 2, 3, 4, 7, 8, 9, 10, 11, 14], 2),
        # A single long silence is no rhythm.
        ([*range(10), 30], 0),
    ],
)
def test_the_usual_pause_is_what_nine_of_ten_do_not_exceed(days: list[int], pause: int) -> None:
    assert usual_pause([DAY + day for day in days]) == pause


@pytest.mark.parametrize(
    ("days", "allowed"),
    [
        ([0, 1, 2, 3], 31),  # heard on four days: its rhythm is not known
        ([0, 1, 2, 3, 4], 3),
        ([0, 2, 4, 6, 8], 3),  # twice a pause of one day is less than three
        ([0, 3, 6, 9, 12], 4),
        ([0, 7, 14, 21, 28], 12),
    ],
)
def test_at_least_three_days_are_allowed_and_twice_the_usual_pause_if_that_is_more(
    days: list[int], allowed: int
) -> None:
    assert allowed_pause([DAY + day for day in days], THRESHOLDS) == allowed


def test_who_reports_by_the_week_is_not_called_silent_after_three_days() -> None:
    weekly = Nation().tell(stock(HOSPITAL, "2026-01-06"))
    weekly.tell(heard(HOSPITAL, *(f"2026-01-{day:02d} 10:00" for day in (1, 8, 15, 22, 29))))
    assert weekly.until("2026-02-10").story == []
    assert weekly.until("2026-02-11").story == ["2026-02-11 silent_facility firing medium"]


def test_the_threshold_of_the_rules_holds() -> None:
    assert nation(silent=SilentFacility(days=5)).until("2026-03-15").story == []
    assert nation(silent=SilentFacility(days=5)).until("2026-03-16").story != []


def test_the_catalogue_alone_makes_no_silence() -> None:
    assert len(entries()) > 1
    assert Nation().until("2026-12-31").story == []
