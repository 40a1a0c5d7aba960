"""What the notice of an item that is short in many places says: where, who runs out next, who could lend. What is due
there: `test_coming`."""

import datetime as dt

import pytest

from schemas.catalogue import Facility
from supply.wide.thresholds import NationalShortage
from tests.events import ITEM, ms
from tests.unit.supply.wide.nation import HOSPITALS, Nation, daily, heard, rules, stock

AT_ONCE = NationalShortage(hold_days=0, clear_days=0)


def test_it_lists_those_without_stock_first_then_by_day_then_who_could_lend() -> None:
    told = Nation(rules=rules(national=AT_ONCE))
    told.tell(
        stock(HOSPITALS[0], "2026-03-02", "shortage", projected_stockout_on=dt.date(2026, 3, 9), usable=7),
        stock(HOSPITALS[1], "2026-03-02", "shortage", projected_stockout_on=dt.date(2026, 3, 5), usable=3),
        stock(HOSPITALS[2], "2026-03-02", "stock_out", usable=0),
        stock(HOSPITALS[3], "2026-03-02", usable=500, surplus=120),
        stock(HOSPITALS[4], "2026-03-02", usable=900, surplus=220.0),
    )
    (alert,) = told.until("2026-03-02 12:00").alerts
    assert [(place.facility[-1], place.role) for place in alert.places] == [
        ("2", "short"), ("1", "short"), ("0", "short"), ("4", "lends"), ("3", "lends"),
    ]  # fmt: skip
    assert (alert.facility, alert.item) == (None, ITEM)
    assert alert.reason == (
        "Rituximab falta en 3 de 5 unidades que la necesitan (60 %): 1 sin existencia y 2 que se agotan antes de que "
        "llegue un pedido; la próxima en agotarse es Hospital 01, el 2026-03-05. Hay 340 piezas de excedente en 2 "
        "unidades, lo más en Hospital 04: traspáselas y trate el resto con compras, no unidad por unidad."
    )
    assert alert.reason_en == (
        "Rituximab is short in 3 of 5 facilities that need it (60 %): 1 without stock and 2 that run out before an "
        "order could arrive; the next to run out is Hospital 01, on 2026-03-05. 340 pieces are surplus in 2 "
        "facilities, most in Hospital 04: transfer them, and settle the rest with purchasing, not place by place."
    )


def with_lenders(at: str, *surplus: float) -> Nation:
    """Three hospitals are out from a day on; others had a surplus on the 2nd, and the item was heard of there then."""
    told = Nation(rules=rules(national=AT_ONCE))
    told.tell(*(stock(each, at, "stock_out") for each in HOSPITALS[:3]))
    for hospital, pieces in zip(HOSPITALS[3:], surplus, strict=False):
        told.tell(stock(hospital, "2026-03-03", usable=900, surplus=pieces, heard_at=ms("2026-03-02 10:00")))
    return told


def lenders(told: Nation) -> list[str]:
    return [place.facility for place in told.alerts[-1].places if place.role == "lends"]


@pytest.mark.parametrize(
    ("at", "says"),
    [
        ("2026-03-04", "1,796 pieces are surplus in 2 facilities, most in"),
        ("2026-03-05", "About 1,800 pieces are surplus in 2 facilities (as told since 2026-03-03), most in"),
    ],
)
def test_a_surplus_that_was_not_told_just_now_is_about_so_much(at: str, says: str) -> None:
    """It is told anew when a fifth of it is gone, not with every piece."""
    assert says in with_lenders(at, 1535, 261).until(at).alerts[-1].reason_en


@pytest.mark.parametrize(("pieces", "about"), [(1, "1 piece is"), (99, "99 pieces are"), (2856, "2,900 pieces are")])
def test_about_so_much_is_told_in_two_figures(pieces: int, about: str) -> None:
    assert (
        f"About {about} surplus in 1 facility"
        in with_lenders("2026-03-05", pieces).until("2026-03-05").alerts[-1].reason_en
    )


@pytest.mark.parametrize(("at", "offered"), [("2026-03-09", [HOSPITALS[3]]), ("2026-03-10", [])])
def test_a_surplus_of_which_nothing_was_told_for_over_a_week_is_not_offered(at: str, offered: list[str]) -> None:
    assert lenders(with_lenders(at, 220).until(at)) == offered


@pytest.mark.parametrize(("at", "old"), [("2026-03-09", False), ("2026-03-10", True)])
def test_of_a_week_ago_it_is_no_old_record_yet(at: str, old: bool) -> None:
    assert ("By records more than 7 days old" in with_lenders(at, 220).until(at).alerts[-1].reason_en) is old


def test_it_is_told_apart_and_of_which_day_it_is() -> None:
    told = with_lenders("2026-03-20", 1535, 220).hear_of_item(heard(HOSPITALS[4], "2026-03-18 10:00"))
    told.until("2026-03-20")
    assert lenders(told) == [HOSPITALS[4]]
    assert told.alerts[-1].reason.endswith(
        "Hay alrededor de 220 piezas de excedente en 1 unidad (según lo informado desde el 2026-03-03), lo más en "
        "Hospital 04: traspáselas y trate el resto con compras, no unidad por unidad. Según datos "
        "de hace más de 7 días habría 1,535 piezas más de excedente en 1 unidad "
        "(lo más en Hospital 03, último registro del 2026-03-02): confírmelas antes de contar con ellas."
    )
    assert told.alerts[-1].reason_en.endswith(
        "About 220 pieces are surplus in 1 facility (as told since 2026-03-03), most in Hospital 04: transfer them, "
        "and settle the rest with purchasing, not place by place. By records more than 7 days old there would be "
        "1,535 more pieces of surplus in 1 facility "
        "(most in Hospital 03, last recorded on 2026-03-02): confirm them before you count on them."
    )


def test_where_only_old_records_tell_of_a_surplus_nobody_is_sent_for_it() -> None:
    (alert,) = with_lenders("2026-03-20", 1535).until("2026-03-20").alerts
    assert "Ninguna unidad con datos recientes tiene excedente: trátela con compras" in alert.reason
    assert "No facility that has told of it lately has a surplus: settle it with purchasing" in alert.reason_en
    assert "transfer" not in alert.reason_en


@pytest.mark.parametrize("restarted", [False, True])
def test_what_was_heard_after_the_judgement_does_not_make_it_known_before(restarted: bool) -> None:
    """However early it is read, and also when the shard begins anew in between."""
    told = with_lenders("2026-03-20", 220).hear_of_item(daily(HOSPITALS[3], "2026-03-20", "2026-03-25")).publish()
    if restarted:
        told.recovered()
    told.until("2026-03-20")
    assert lenders(told) == []
    if restarted:
        told.recovered()
    told.tell(stock(HOSPITALS[5], "2026-03-31", "stock_out")).until("2026-03-31")
    assert lenders(told) == [HOSPITALS[3]]


def test_the_day_of_the_last_record_is_that_of_the_facility() -> None:
    """Half past midnight in Mexico City is the evening before in Tijuana."""
    told = with_lenders("2026-03-20", 220).hear_of_item(heard(HOSPITALS[3], "2026-03-11 00:30"))
    told.catalogue.put(Facility(facility=HOSPITALS[3], name="HGR 1", kind="hospital", timezone="America/Tijuana"))
    assert "(most in HGR 1, last recorded on 2026-03-10)" in told.until("2026-03-20").alerts[-1].reason_en


def test_what_a_release_told_that_did_not_say_when_counts_as_before() -> None:
    told = Nation(rules=rules(national=AT_ONCE))
    told.tell(*(stock(each, "2026-03-20", "stock_out") for each in HOSPITALS[:3]))
    told.tell(stock(HOSPITALS[3], "2026-03-03", usable=900, surplus=220)).until("2026-03-20")
    assert lenders(told) == [HOSPITALS[3]]


def test_where_something_has_come_but_not_enough_nobody_says_there_is_nothing() -> None:
    told = Nation(rules=rules(national=AT_ONCE))
    for number, hospital in enumerate(HOSPITALS[:3]):
        told.tell(stock(hospital, "2026-03-02", "stock_out", usable=4 if number == 0 else 0))
    (alert,) = told.until("2026-03-02 12:00").alerts
    assert "2 sin existencia y 1 que se agota antes" in alert.reason
    assert [place.usable for place in alert.places] == [0, 0, 4]


def ending(at: str, *last: str) -> Nation:
    """Hospitals that run out in three days by what was last recorded there, as each next look tells."""
    told = Nation(rules=rules(national=AT_ONCE))
    runs_out = dt.date.fromisoformat(at) + dt.timedelta(days=3)
    told.tell(*(stock(each, at, "stock_out", usable=0, heard_at=ms(at)) for each in HOSPITALS[:2]))
    for number, (hospital, day) in enumerate(zip(HOSPITALS[2:], last, strict=False)):
        on = runs_out + dt.timedelta(days=number)
        told.tell(stock(hospital, at, "shortage", usable=3, projected_stockout_on=on, heard_at=ms(day)))
    return told.until(at)


def test_who_runs_out_next_by_news_of_yesterday_runs_out_on_a_day() -> None:
    (alert,) = ending("2026-03-13", "2026-03-12").alerts
    assert "antes de que llegue un pedido; la próxima en agotarse es Hospital 02, el 2026-03-16. " in alert.reason
    assert "before an order could arrive; the next to run out is Hospital 02, on 2026-03-16. " in alert.reason_en


@pytest.mark.parametrize("at", ["2026-03-07", "2026-03-12"])
def test_the_day_on_which_a_silent_one_runs_out_is_told_with_that_of_its_last_record(at: str) -> None:
    (alert,) = ending(at, "2026-03-05").alerts
    assert f"el 2026-03-{int(at[-2:]) + 3:02d} según su último registro, del 2026-03-05. " in alert.reason
    assert f"on 2026-03-{int(at[-2:]) + 3:02d} by its last record, of 2026-03-05. " in alert.reason_en


def test_after_a_week_of_silence_it_is_none_that_will_run_out_on_a_day_but_may_have() -> None:
    (alert,) = ending("2026-03-19", "2026-03-05").alerts
    assert (
        "; de 1 unidad no hay registros desde hace más de 7 días (Hospital 02, último del 2026-03-05) y ya puede "
        in (alert.reason)
    )
    assert (
        "; of 1 facility nothing was recorded for more than 7 days (Hospital 02, last on 2026-03-05), and it may "
        in (alert.reason_en)
    )
    assert "2026-03-2" not in alert.reason + alert.reason_en


def test_who_is_heard_of_runs_out_next_though_a_silent_one_may_have_before() -> None:
    told = ending("2026-03-19", "2026-03-05", "2026-03-05", "2026-03-18")
    reason = told.alerts[-1].reason_en
    assert "the next to run out is Hospital 04, on 2026-03-24; of 2 facilities nothing was recorded " in reason
    told.hear_of_item(heard(HOSPITALS[2], "2026-03-20 10:00")).until("2026-03-22")
    reason = told.alerts[-1].reason_en
    assert "is Hospital 02, on 2026-03-22 by its last record, of 2026-03-20; of 1 facility nothing was " in reason


def test_of_those_without_stock_it_is_said_how_many_nothing_was_recorded_of_for_over_a_week() -> None:
    told = Nation(rules=rules(national=AT_ONCE))
    for hospital, last in zip(HOSPITALS, ("2026-03-05", "2026-03-11", "2026-03-12", "2026-03-18"), strict=False):
        told.tell(stock(hospital, "2026-03-19", "stock_out", usable=0, heard_at=ms(last)))
    (alert,) = told.until("2026-03-19").alerts
    assert ": 4 sin existencia (2 según registros de hace más de 7 días) y 0 que se agotan " in alert.reason
    assert ": 4 without stock (2 by records more than 7 days old) and 0 that run out " in alert.reason_en
    told.hear_of_item(*(heard(each, "2026-03-21 09:00") for each in HOSPITALS[:4])).until("2026-03-22")
    assert ": 4 without stock and 0 that run out " in told.alerts[-1].reason_en
