"""Alerts as a coordinator reads them: what, where, since when, until when, what comes and who could lend."""

import datetime as dt
import json
import re
from collections.abc import Callable

import msgspec
import pytest

from tests.builders import (
    HOSPITAL,
    WAREHOUSE,
    alert,
    catalogue,
    due,
    position,
)
from tests.unit.abasto.reading import LASTING, Run, invoke, words_of
from tests.unit.store.log import Log
from tests.unit.store.read_model import PUEBLA


def test_alerts_say_what_where_since_when_until_when_what_comes_and_who_could_lend(run: Run) -> None:
    shown = run("alerts", "--state", "open").stdout
    assert shown.index("Risk of shortage") < shown.index("Stock-out") < shown.index("Low stock")
    for fact in ("Rituximab", "010.000.5433.00", HOSPITAL, "since 8 Mar", "out", "60 due 19 Mar"):
        assert fact in shown
    for fact in ("warehouse: 15", "UMAE Puebla: 700", "108 km", "3 alerts."):
        assert fact in " ".join(shown.split())


def test_alerts_in_spanish(run: Run) -> None:
    shown = words_of(run("alerts", "--lang", "es", "--state", "all", "--severity", "high"))
    for fact in ("Riesgo de desabasto", "Desabasto", "desde 8 mar", "llegan 60 el 19 mar", "resuelta", "3 alertas."):
        assert fact in shown


def test_alerts_as_json_have_every_fact(run: Run) -> None:
    answer = json.loads(run("alerts", "--json", "--condition", "stock_out").stdout)
    assert answer["total"] == 1
    (alert,) = answer["alerts"]
    assert (alert["alert"], alert["state"], alert["usable"], alert["due_quantity"]) == ("aaa1", "firing", 0, 60)
    assert alert["elsewhere"][0]["supplier"] is True


@pytest.mark.parametrize(
    ("filters", "total"),
    [
        (("--state", "firing"), 2),
        (("--facility", "dfims000605"), 2),
        (("--item", "0100005433 00"), 2),
        (("--in", "ciudad de mexico"), 2),
        (("--in", "ciudad de mexico", "--state", "open"), 3),
        (("--since", "2026-03-09"), 0),
        (("--search", "trastuzumab oncologia"), 1),
    ],
)
def test_alert_filters_take_what_people_type(run: Run, filters: tuple[str, ...], total: int) -> None:
    assert json.loads(run("alerts", "--json", *filters).stdout)["total"] == total


def test_an_alert_tells_the_day_that_its_days_of_cover_lead_to(
    database: str, log: Log, project: Callable[[], None]
) -> None:
    log.publish(*catalogue(), position(due=(due(300, dt.date(2026, 3, 19)),), **LASTING), alert("aaa1"))
    project()
    shown = invoke("alerts", database=database).stdout
    assert [fact for fact in ("7 days", "until 17 Mar", "300 due 19 Mar") if fact not in shown] == []
    assert "16 Jun" not in shown


@pytest.mark.parametrize(
    ("seen_after", "lang", "shown"),
    [
        ({"hours": 0}, "en", "aaa1 No stock."),
        ({"hours": 4}, "en", "As of 10 Mar 2026 13:00: No stock."),
        ({"days": 4}, "en", "As of 10 Mar 2026: No stock."),
        ({"days": 4}, "es", "Al 10 mar 2026: Sin existencia."),
    ],
)
def test_a_sentence_older_than_the_figures_beside_it_says_as_of_when_it_is(
    database: str, log: Log, project: Callable[[], None], seen_after: dict[str, int], lang: str, shown: str
) -> None:
    said = alert("aaa1", reason="Sin existencia.", reason_en="No stock.")
    log.publish(*catalogue(), said, position(on_hand=40, as_of=said.at + dt.timedelta(**seen_after)))
    project()
    page = words_of(invoke("show", HOSPITAL, "rituximab", "--lang", lang, database=database))
    assert shown in page


def test_the_sentence_of_a_wide_alert_says_as_of_when_it_is_beside_the_stock_of_now(
    run: Run, log: Log, project: Callable[[], None]
) -> None:
    national = alert("nnn1", condition="national_shortage", reason_en="Short.")
    log.publish(msgspec.structs.replace(national, facility=None, facts=None))
    project()
    assert "As of 10 Mar: Short." in words_of(run("alerts"))


def test_an_alert_of_an_older_release_speaks_spanish_rather_than_not_at_all(run: Run) -> None:
    (line,) = json.loads(run("alerts", "--condition", "stock_out", "--json").stdout)["alerts"]
    assert line["reason_en"] == line["reason"] == "No hay existencia utilizable."
    assert "No hay existencia utilizable." in words_of(run("show", HOSPITAL, "rituximab", "--lang", "en"))


@pytest.mark.parametrize(
    ("lang", "in_list", "heading"),
    [("en", "UMAE Puebla: 400 to lend of", "To lend"), ("es", "Puebla: 400 para", "Para prestar")],
)
def test_who_has_some_is_told_with_what_it_may_lend(
    run: Run, log: Log, project: Callable[[], None], lang: str, in_list: str, heading: str
) -> None:
    log.publish(position(PUEBLA, version=2, on_hand=700, status="surplus", surplus=400))
    log.publish(position(WAREHOUSE, version=2, on_hand=15, status="low", surplus=0))
    project()
    assert in_list in words_of(run("alerts", "--item", "010.000.5433", "--state", "firing", "--lang", lang))
    shown = words_of(run("show", HOSPITAL, "010.000.5433.00", "--lang", lang))
    assert f"Existencia {heading}" in shown or f"On hand {heading}" in shown
    assert re.search("Almacén Central .{7,30} 15 0 4 d", shown)
    assert re.search("UMAE Puebla .{9,30} 700 400 210 d", shown)


@pytest.mark.parametrize(("lang", "said"), [("en", "has not reported since"), ("es", "no reporta desde el")])
def test_a_silent_lender_is_never_named_without_that_word(
    run: Run, log: Log, project: Callable[[], None], lang: str, said: str
) -> None:
    silence = alert("sss1", 1, "firing", "critical", "silent_facility", facility=PUEBLA)
    log.publish(msgspec.structs.replace(silence, item=None, facts=None))
    project()
    listed = words_of(run("alerts", "--item", "010.000.5433", "--state", "firing", "--lang", lang))
    assert said not in listed.partition("UMAE")[0]
    assert said in listed
    assert said in words_of(run("show", HOSPITAL, "010.000.5433.00", "--lang", lang))


def test_an_alert_about_a_whole_facility_says_all_in_its_language_and_stands_for_its_own(
    run: Run, log: Log, project: Callable[[], None]
) -> None:
    silence = alert("sss1", 1, "firing", "critical", "silent_facility")
    log.publish(
        msgspec.structs.replace(silence, item=None, facts=None, reason="No reporta.", reason_en="It says nothing.")
    )
    project()
    shown = words_of(run("alerts"))
    assert "Silent facility" in shown
    assert "It says nothing." in shown
    assert "2 more are told by an alert about a whole facility or item: --each lists them." in shown
    assert "Stock-out" not in shown
    en_espanol = words_of(run("alerts", "--lang", "es", "--each"))
    assert "No reporta." in en_espanol
    assert "sin confirmar" in en_espanol
    assert "Desabasto" in en_espanol
