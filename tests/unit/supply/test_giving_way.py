"""Alerts of one position do not contradict each other, nor themselves while they end."""

import datetime as dt

from tests.events import adjusted, counted, dispensed, lot, received, scheduled, unmet
from tests.unit.supply.shelf import Shelf

SUPPLIED = [
    counted(360, "2025-11-20"),
    *(dispensed(90, f"{month}-15") for month in ("2025-12", "2026-01", "2026-02")),
    received(40, "2026-02-20"),
]
"""A CPM of 90, 3 a day, 130 on hand on 1 March."""


def test_what_is_short_is_not_called_over_by_silence_and_what_nobody_saw_for_months_is_lent_to_nobody() -> None:
    """Three a day, 60 left on 10 February, and no word of it since: the CPM falls with each month, to 10 in May."""
    used = [dispensed(3, f"{dt.date(2025, 11, 1) + dt.timedelta(number)} 10:00") for number in range(102)]
    shelf = Shelf(counted(366, "2025-10-31 09:00"), *used).until("2026-05-31")
    assert shelf.story == ["2026-02-01 low_stock pending medium", "2026-02-02 low_stock firing medium"]
    shelf.tell(counted(400, "2026-05-31 10:00"))
    assert "2026-06-02 low_stock resolved medium" in shelf.until("2026-06-09").story


def test_a_reminder_of_a_stock_out_says_what_has_come() -> None:
    """Critical is told again after three days; five pieces are less than two days."""
    shelf = Shelf(*SUPPLIED, counted(0, "2026-03-09"), received(5, "2026-03-11"), only=["stock_out"]).until(
        "2026-03-13"
    )
    first, last = shelf.alerts
    assert (first.repeat, last.repeat, str(last.at.date())) == (False, True, "2026-03-13")
    assert last.reason == (
        "Existencia de 5 piezas, para 1 día; CPM 90.0 piezas al mes; nada por llegar. "
        "Llegó algo, pero no alcanza: surta primero lo más urgente y pida un traspaso o compre de urgencia."
    )
    assert last.reason_en == (
        "Stock of 5 pieces, for 1 day; CPM 90.0 pieces a month; nothing due. "
        "Something has come, but not enough: serve what is most urgent first, and ask for a transfer or buy urgently."
    )


def test_a_reminder_of_a_surplus_that_comes_down_offers_nothing() -> None:
    events = [received(400, "2026-03-03"), dispensed(90, "2026-03-15"), dispensed(90, "2026-04-05")]
    shelf = Shelf(*SUPPLIED, *events, only=["surplus"]).until("2026-04-11")
    last = shelf.alerts[-1]
    assert (str(last.at.date()), last.repeat) == ("2026-04-10", True)
    assert "nada para prestar" in last.reason
    assert last.reason.endswith("no ofrezca más piezas y siga sin pedir hasta que baje.")
    assert last.reason_en.endswith("offer no more pieces, and order none until it has come down.")


def test_nobody_is_told_to_claim_an_order_and_to_lend_what_there_is_at_once() -> None:
    late = scheduled(60, "2026-02-25", "2026-03-05")
    shelf = Shelf(*SUPPLIED, late, received(300, "2026-03-03"), only=["surplus", "late_arrival"]).until("2026-03-20")
    assert shelf.story == [
        "2026-03-04 surplus pending low",
        "2026-03-06 late_arrival pending medium",
        "2026-03-07 late_arrival firing medium",
        "2026-03-11 surplus firing low",
        "2026-03-11 late_arrival resolved medium",
    ]
    assert shelf.alerts[-1].reason.startswith("La sustituye la alerta «Excedente» de la misma")
    assert "60 piezas con arribo vencido" in shelf.alerts[-2].reason


def test_who_gives_way_and_is_over_as_well_says_why_it_is_over() -> None:
    """The count that leaves nothing to lend makes the data doubtful, too."""
    counts = counted(120, "2026-03-12 10:00")
    shelf = Shelf(*SUPPLIED, received(300, "2026-03-03"), counts, only=["surplus", "data_quality"]).until("2026-03-15")
    ended = shelf.alerts[-1]
    assert shelf.story[-2:] == ["2026-03-14 data_quality firing medium", "2026-03-14 surplus resolved low"]
    assert ended.reason.startswith("La condición dejó de cumplirse: Existencia de 120 piezas, 1.3 meses; el máximo es")
    assert ended.reason_en.startswith(
        "The condition is over: Stock of 120 pieces, 1.3 months; the maximum is 4; nothing"
    )


def test_what_is_about_to_expire_is_no_surplus_and_what_is_late_is_claimed() -> None:
    """430 pieces, for almost five months, all of which expire within a fortnight."""
    late = scheduled(60, "2026-02-25", "2026-03-05")
    came = received(430, "2026-03-03", lot(430, "2026-03-16"))
    used_up = adjusted(-130, "2026-03-02", "expired")
    shelf = Shelf(*SUPPLIED, used_up, late, came, only=["surplus", "late_arrival", "shortage"]).until("2026-03-13")
    assert not any("surplus firing" in line for line in shelf.story)
    assert [line for line in shelf.story if "late" in line] == [
        "2026-03-06 late_arrival pending high",
        "2026-03-07 late_arrival firing high",
        "2026-03-10 late_arrival firing critical",
    ]


def test_what_is_counted_for_the_first_time_may_be_a_surplus() -> None:
    """9 pieces a month were handed out before anybody counted."""
    handed_out = [dispensed(9, "2026-01-08"), dispensed(9, "2026-02-01")]
    shelf = Shelf(*handed_out, counted(200, "2026-03-10 06:00"), only=["surplus"]).until("2026-03-19")
    assert shelf.story == ["2026-03-11 surplus pending low", "2026-03-18 surplus firing low"]


def surging(last_day: str, *, held: int = 60) -> Shelf:
    """Two pieces a month from October to February, three a day from 9 March on; all that is held expires on a day."""
    told = [counted(held, "2025-09-30", lot(held, last_day))]
    for month in ("2025-10", "2025-11", "2025-12", "2026-01", "2026-02"):
        told += [dispensed(2, f"{month}-10 10:00"), counted(held, f"{month}-11", lot(held, last_day))]
    told += [dispensed(3, f"2026-03-{day:02d} 10:00") for day in range(9, 20)]
    return Shelf(*told, only=["demand_surge", "expiry_risk", "surplus"]).until("2026-03-20")


def test_what_a_surge_would_use_before_it_expires_is_not_offered_to_others() -> None:
    """51 pieces of June run out in May at the pace of March."""
    shelf = surging("2026-06-30")
    assert [line for line in shelf.story if line > "2026-03"] == [
        "2026-03-11 demand_surge pending medium",
        "2026-03-12 demand_surge firing medium",
        "2026-03-12 expiry_risk resolved medium",
        "2026-03-12 surplus resolved low",
    ]
    surge = next(alert for alert in shelf.alerts if alert.condition == "demand_surge" and alert.state == "firing")
    assert "expir" not in surge.reason_en
    assert surge.reason_en.endswith("if so, raise the next order.")


def test_what_not_even_a_surge_would_use_in_time_is_told_by_it() -> None:
    """At 25.4 a month 16 of 51 are used by the end of the month."""
    shelf = surging("2026-03-31")
    surge = next(alert for alert in shelf.alerts if alert.condition == "demand_surge" and alert.state == "firing")
    assert (str(surge.at.date()), surge.severity) == ("2026-03-12", "high")
    assert surge.reason.startswith(
        "Van 9 piezas este mes, ritmo de 25.4 piezas al mes; a ese ritmo se agota el 2026-04-01; aun a ese ritmo "
        "caducarían sin usarse 34.6, las primeras el 2026-03-31; existencia de 51 piezas; "
    )
    assert surge.reason.endswith("; ofrezca lo que aun así caducaría a una unidad que lo use antes.")
    assert "; even at that pace 34.6 would expire unused, the first on 2026-03-31; stock of 51 " in surge.reason_en
    assert surge.reason_en.endswith("; offer what would expire even so to a facility that will use it in time.")


def test_a_shortage_says_what_of_the_stock_expires_and_the_risk_of_expiry_does_not_say_to_order_less() -> None:
    """200 pieces for more than two months, of which 180 expire in a week."""
    counts = counted(200, "2026-03-01 08:00", lot(180, "2026-03-08"), lot(20, "2026-12-31", "B"))
    shelf = Shelf(*SUPPLIED, counts, only=["shortage", "expiry_risk"]).until("2026-03-03")
    said = {alert.condition: alert for alert in shelf.alerts if alert.state == "firing"}
    assert said["shortage"].reason_en == (
        "Stock of 200 pieces, runs out on 2026-03-15, in 13 days; of these 159 would expire unused, the first on "
        "2026-03-08; supply takes 15 days; CPM 90.0 pieces a month; nothing due. Ask for a transfer that comes before "
        "that date, or buy urgently."
    )
    assert said["shortage"].reason.startswith(
        "Existencia de 200 piezas, se agota el 2026-03-15, en 13 días; de ellas caducarían sin usarse 159, las "
        "primeras el 2026-03-08; surtir tarda 15 días; "
    )
    assert said["expiry_risk"].reason_en.endswith(
        "nothing due. Offer what would expire to a facility that will use it in time."
    )


def test_who_went_without_here_is_served_before_others_are_offered_what_would_expire() -> None:
    missed = unmet(3, "2026-02-25")
    shelf = Shelf(*SUPPLIED, missed, received(200, "2026-03-01 10:00", lot(200, "2026-04-10")), only=["expiry_risk"])
    assert "Surta primero a quien quedó sin surtir aquí" in shelf.until("2026-03-03").alerts[-1].reason


def test_what_may_be_lent_and_what_would_expire_are_told_together() -> None:
    """430 pieces are above the maximum by 70; half of the 300 that expire in April would not be used by then."""
    expiring = received(300, "2026-02-20 13:00", lot(300, "2026-04-20"))
    ordered = scheduled(90, "2026-02-21", "2026-04-25")
    used = [dispensed(90, "2026-03-10"), dispensed(30, "2026-03-20")]
    shelf = Shelf(*SUPPLIED, expiring, ordered, *used, only=["surplus", "expiry_risk"]).until("2026-03-24")
    first, *_, last = [alert for alert in shelf.alerts if alert.condition == "surplus" and alert.state != "pending"]
    assert "; 70 pieces may be lent, or up to 144 that would expire unused from 2026-04-20 on; " in first.reason_en
    assert "; para prestar: 70 piezas, o hasta 144 que caducarían sin usarse desde el 2026-04-20; " in first.reason
    assert first.reason_en.endswith("in time: without it there is no surplus.")
    assert last.state == "resolved"
    assert "; nothing to lend but 90 that would expire unused from 2026-04-20 on; " in last.reason_en
