"""The reading commands: what a coordinator reads, and what a script gets."""

import datetime as dt
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
import typer
from sqlalchemy import Engine
from typer.testing import CliRunner, Result

from abasto.commands.cpm import cpm
from abasto.commands.indicators import indicators
from abasto.commands.projector import db_app, projector_app
from abasto.commands.read import alerts, dead_letters_app, positions, show
from abasto.read import letters
from abasto.read.figures import percent
from abasto.read.sparkline import consecutive, sparkline
from abasto.read.words import EN, ES, Words
from abasto.terminal import FailingClearly
from schemas.alerts import Condition
from schemas.dead_letters import Fault
from schemas.positions import SupplierLeadTime
from store import queries
from store.database import open_engine, writing
from store.resend import Resent, SentBefore, Unconfirmed
from supply.indicators.figure import Figure
from tests.builders import (
    HOSPITAL,
    NOON,
    RITUXIMAB,
    TRASTUZUMAB,
    WAREHOUSE,
    alert,
    catalogue,
    dead_letter,
    due,
    month,
    position,
)
from tests.unit.store.conftest import database, engine, log, metrics, project
from tests.unit.store.log import Log
from tests.unit.store.read_model import PUEBLA, publish_network

__all__ = ["database", "engine", "log", "metrics", "project"]

Run = Callable[..., Result]


@pytest.fixture
def run(database: str, engine: Engine, log: Log, project: Callable[[], None]) -> Run:
    """Runs a command on a read model of four places."""
    publish_network(log)
    project()
    return lambda *arguments: invoke(*arguments, database=database)


def invoke(*arguments: str, database: str) -> Result:
    app = typer.Typer(cls=FailingClearly)
    for command in (positions, alerts, show, indicators, cpm):
        app.command()(command)
    for group, name in ((dead_letters_app, "dead-letters"), (projector_app, "projector"), (db_app, "db")):
        app.add_typer(group, name=name)
    return CliRunner().invoke(app, arguments, env={"ABASTO_DATABASE": database, "COLUMNS": "120"})


def words_of(result: Result) -> str:
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


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


@pytest.mark.parametrize(
    "command",
    [
        ("alerts", "--state", "all"),
        ("positions",),
        ("show", HOSPITAL, "010.000.5433.00"),
        ("indicators",),
        ("cpm",),
        ("dead-letters", "list"),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize(("lang", "other"), [("en", ES), ("es", EN)], ids=["en", "es"])
def test_a_command_speaks_one_language(run: Run, command: tuple[str, ...], lang: str, other: dict[str, str]) -> None:
    """What the events and the catalogue hold (names, reasons, policies) is in no language of ours."""
    shown = words_of(run(*command, "--lang", lang))
    own = EN if lang == "en" else ES
    foreign = {word for name, word in other.items() if word not in own.values() and "{" not in word and len(word) > 5}
    assert {word for word in foreign if re.search(rf"\b{re.escape(word)}\b", shown)} == set()


def test_unasked_the_words_are_english_as_the_messages_around_them(run: Run) -> None:
    assert run("alerts").stdout == run("alerts", "--lang", "en").stdout


def test_a_position_says_how_long_supply_was_observed_to_take(
    run: Run, database: str, log: Log, project: Callable[[], None]
) -> None:
    assert "Supply takes 15 days" in words_of(run("show", HOSPITAL, "010.000.5433.00"))
    known = (SupplierLeadTime(None, 2, None, None), SupplierLeadTime("LAB-12", 6, 12, 19))
    log.publish(position(version=9, lead_time_days=19, lead_time_source="observed", lead_times=known))
    project()
    shown = words_of(run("show", HOSPITAL, "010.000.5433.00"))
    assert "Supply takes 19 days (6 deliveries: median 12, nine in ten within 19, LAB-12)" in shown
    spanish = words_of(invoke("show", HOSPITAL, "010.000.5433.00", "--lang", "es", database=database))
    assert "Surtir tarda 19 días (6 entregas: mediana 12, nueve de cada diez en 19, LAB-12)" in spanish


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


def test_positions_come_worst_first_and_unknown_is_not_zero(run: Run) -> None:
    shown = run("positions").stdout
    order = [shown.index(f"\n {word}") for word in (" out ", "critical", "low", "unknown", "surplus")]
    assert order == sorted(order)
    assert "not known" in shown
    assert "7 positions." in shown


LASTING: dict[str, Any] = {
    "on_hand": 25,
    "due_quantity": 300,
    "projected_stockout_on": dt.date(2026, 6, 16),
    "projected_stockout_on_without_due": dt.date(2026, 3, 17),
}
"""A week's stock, and three months' more to come."""


@pytest.mark.parametrize(
    ("lang", "cover", "with_due"),
    [
        ("en", ("Cover", "7 days", "until 17 Mar"), ("With what is due", "300 due 19 Mar", "until 16 Jun")),
        ("es", ("Cobertura", "7 días", "hasta el 17 mar"), ("Con lo por llegar", "llegan 300 el", "hasta el 16 jun")),
    ],
)
def test_how_long_the_stock_lasts_stands_apart_from_how_long_it_lasts_with_what_is_due(
    database: str, log: Log, project: Callable[[], None], lang: str, cover: tuple[str, ...], with_due: tuple[str, ...]
) -> None:
    log.publish(*catalogue(), position(due=(due(300, dt.date(2026, 3, 19)),), **LASTING))
    project()
    lines = invoke("positions", "--lang", lang, database=database).stdout.splitlines()
    headings = next(line for line in lines if cover[0] in line)
    middle = headings.index(with_due[0])
    for facts, columns in ((cover, slice(headings.index(cover[0]), middle)), (with_due, slice(middle, None))):
        column = " ".join(line[columns].strip() for line in lines)
        assert [fact for fact in facts if fact not in column] == []


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


def test_a_list_that_is_cut_says_so(run: Run) -> None:
    assert "7 positions. Showing 2 of 7. More with --limit." in words_of(run("positions", "--limit", "2"))


def test_positions_can_be_filtered_and_sorted(run: Run) -> None:
    answer = json.loads(run("positions", "--json", "--status", "surplus", "--sort", "facility", "--oncology").stdout)
    assert [line["facility"] for line in answer["positions"]] == ["BCIMS000118", "PLIMS000130"]


def test_indicators_of_the_nation_say_what_they_are_of(run: Run) -> None:
    shown = words_of(run("indicators"))
    for fact in ("All facilities", "7 positions", "83.3 %", "16.7 %", "of 2026-02", "Stock as of 2026-03-10 18:02 UTC"):
        assert fact in shown, fact


def test_what_an_indicator_lacks_is_a_dash_and_its_reason_is_in_the_json(run: Run) -> None:
    assert " - " in run("indicators").stdout
    (nation,) = json.loads(run("indicators", "--json").stdout)["lines"]
    abasto = nation["stock"]["abasto"]
    assert (abasto["value"], abasto["missing"], abasto["left_out"]) == (
        None,
        "no_target",
        {"no_target": 6, "never_counted": 1},
    )
    assert nation["monthly"]["orders_complete_on_time"]["missing"] == "nothing_there"


@pytest.mark.parametrize(
    ("by", "first"),
    [("state", "State"), ("facility", "Facility"), ("item", "Item"), ("month", "Month"), ("nation", "Nation")],
)
def test_indicators_by_each_kind_of_group(run: Run, by: str, first: str) -> None:
    assert first in run("indicators", "--by", by).stdout


def test_indicators_take_what_people_type(run: Run) -> None:
    answer = json.loads(
        run("indicators", "--by", "facility", "--in", "puebla", "--item", "0100005433 00", "--json").stdout
    )
    assert [line["group"] for line in answer["lines"]] == ["PLIMS000130"]
    earlier = words_of(run("indicators", "--month", "2026-01", "--lang", "es"))
    assert "Existencia al terminar 2026-01, con el CPM y el objetivo de ese día" in earlier
    assert "de lo que estaba por llegar no se guarda el atraso. Se dejan fuera posiciones cuya existencia" in earlier
    assert "no se habían contado, o aún no se guardaba. Desabasto, pedidos completos a tiempo" in earlier
    assert "Of earlier months, the stock at the end of the month" in words_of(run("indicators", "--by", "month"))
    assert "y error del CPM de 2026-01." in earlier
    assert "2027-01 has not begun" in run("indicators", "--month", "2027-01").stderr
    assert run("indicators", "--search", "x").exit_code == 2
    assert "No position meets these filters." in run("indicators", "--item", "999.999.0000.00").stdout


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "-"),
        (0, "0.0 %"),
        (0.0001, "0.1 %"),
        (0.125, "12.5 %"),
        (0.9999, "99.9 %"),
        (1, "100.0 %"),
        (12.5, "1,250.0 %"),
    ],
)
def test_what_is_not_all_and_not_none_is_shown_as_neither(value: float | None, shown: str) -> None:
    assert percent(Figure(value=value, part=1, whole=1, counted=1)) == shown


def test_a_bias_has_its_sign() -> None:
    biases = [Figure(value=value, part=1, whole=1, counted=1) for value in (0.02, -0.02, 0)]
    assert [percent(figure, signed=True) for figure in biases] == ["+2.0 %", "-2.0 %", "0.0 %"]


def test_the_official_cpm_stands_beside_the_observed_one(database: str, log: Log, project: Callable[[], None]) -> None:
    log.publish(*catalogue(), position(official_cpm=120), position(WAREHOUSE))
    project()
    shown = words_of(invoke("cpm", database=database))
    for fact in ("Rituximab", "120 100 -16.7 % 16.7 %", "-20", "2 groups. 31 % of 2026-03 is gone."):
        assert fact in shown, fact
    (nation,) = json.loads(invoke("cpm", "--by", "nation", "--json", database=database).stdout)["lines"]
    assert nation["cpm"]["difference"]["left_out"] == {"no_official": 1}
    assert "Va 31 % de 2026-03." in words_of(invoke("cpm", "--by", "item", "--lang", "es", database=database))


@pytest.mark.parametrize(
    ("lang", "of", "sets"),
    [
        (
            "en",
            "1 compared, 2 with a pace, of 3",
            "difference and off by are of the positions compared; the pace is of",
        ),
        ("es", "comparadas 1, con ritmo 2, de 3", "diferencia y error son de las posiciones comparadas; el ritmo, de"),
    ],
)
def test_a_line_of_cpm_supervision_says_of_how_many_positions_each_figure_is(
    database: str, log: Log, project: Callable[[], None], lang: str, of: str, sets: str
) -> None:
    log.publish(position(official_cpm=120), position(WAREHOUSE), position(TRASTUZUMAB, cpm=None))
    project()
    shown = words_of(invoke("cpm", "--by", "nation", "--lang", lang, database=database))
    assert sets in shown
    assert of in shown
    by_position = words_of(invoke("cpm", "--by", "position", "--lang", lang, database=database))
    assert sets not in by_position


def test_show_tells_each_number_with_its_inputs(run: Run) -> None:
    shown = words_of(run("show", "DFIMS000605", "010.000.5433.00", "--lang", "es"))
    for fact in (
        "Hospital de Oncología CMN Siglo XXI",
        "100 piezas al mes",
        "de 2025-12, 2026-01, 2026-02: 300 piezas, 0 días sin existencia",
        "método normalizado, política default, ventana de 3 meses de 30 días",
        "0 días 0 / 100 x 30",
        "último conteo 9 mar 2026",
        "2025-12 ████ 2026-03",
        "2026-03 en curso",
        "P-1 60 19 mar 2026",
        "Desabasto, activa desde 8 mar 2026",
        "UMAE Puebla Puebla · 108 km 700",
    ):
        assert fact in shown


def test_show_tells_the_stock_at_the_end_of_each_month(database: str, log: Log, project: Callable[[], None]) -> None:
    """Of a month without a sheet the end is known, what was used is not: a dash, not 0."""
    sheets = (month("2026-01", 80, reported=True, closing=40), month("2026-02", 0, closing=35), month("2026-03", 7))
    log.publish(*catalogue(), position(shown=sheets))
    project()
    shown = words_of(invoke("show", HOSPITAL, RITUXIMAB, "--lang", "en", database=database))
    assert "Stock at the end" in shown
    assert "2026-03 running 7 0 0 - 2026-02 - 0 0 35 2026-01 reported 80 0 0 40" in shown
    assert "█·▂" in shown


def test_show_finds_an_item_by_words_and_names_the_candidates_when_several_fit(run: Run) -> None:
    assert json.loads(run("show", HOSPITAL, "rituximab", "--json").stdout)["position"]["version"] == 2
    several = run("show", HOSPITAL, "mg")
    assert several.exit_code == 1
    assert "2 items of DFIMS000604 fit mg" in several.stderr
    assert "010.000.5423.00 Trastuzumab 440 mg" in several.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("show", "NOBODY", "x"), "No facility is called NOBODY"),
        (("show", HOSPITAL, "aspirina"), "Nothing was ever reported of aspirina in DFIMS000604"),
        (
            ("alerts", "--in", "Atlantis"),
            "No facility is in Atlantis. States in the catalogue: Ciudad de México, Puebla",
        ),
        (("dead-letters", "show", "1"), "No dead letter is called 1"),
    ],
)
def test_what_is_not_there_is_told_in_a_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 1
    assert sentence in result.stderr
    assert "Traceback" not in result.output


def test_a_database_that_is_missing_or_not_migrated_says_what_to_do(tmp_path: Path) -> None:
    missing = invoke("alerts", database=f"sqlite:///{tmp_path}/none.db")
    assert (missing.exit_code, "Make it with: abasto db migrate" in missing.stderr) == (1, True)
    made = invoke("db", "migrate", database=f"sqlite:///{tmp_path}/none.db")
    assert (made.exit_code, "is ready" in made.stdout) == (0, True)
    empty = invoke("alerts", database=f"sqlite:///{tmp_path}/none.db")
    assert (empty.exit_code, empty.stdout) == (0, "No alert meets these filters.\n")


def test_a_projector_that_cannot_start_says_why(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    environment = {"ABASTO_DATABASE": f"sqlite:///{tmp_path}/none.db", "ABASTO_PROJECTOR_METRICS_PORT": "0"}
    result = CliRunner().invoke(projector_app, (), env=environment)
    assert result.exit_code == 2
    assert "Make it with: abasto db migrate" in caplog.text


def test_dead_letters_are_listed_with_their_reasons(run: Run) -> None:
    shown = words_of(run("dead-letters", "list"))
    assert "abasto.inventory.v1:0:1" in shown
    assert "Item 010.000.9999.00 is not in the catalogue." in shown
    assert "2 dead letters." in shown
    assert json.loads(run("dead-letters", "list", "--fault", "undecodable", "--json").stdout)["total"] == 1


def test_dead_letters_in_spanish_name_the_fault_as_the_option_does(run: Run) -> None:
    shown = words_of(run("dead-letters", "list", "--lang", "es"))
    for fact in ("Número", "Rechazado (UTC)", "clave desconocida (unknown_item)", "2 registros rechazados."):
        assert fact in shown
    page = words_of(run("dead-letters", "show", "abasto.inventory.v1:0:1", "--lang", "es"))
    for fact in ("Motivo Item 010.000.9999.00 is not in the catalogue. clave desconocida (unknown_item)", "Contenido"):
        assert fact in page


def test_every_fault_has_words() -> None:
    assert {f"fault.{fault}" for fault in get_args(Fault)} <= ES.keys()


def test_a_dead_letter_does_not_upset_the_terminal(database: str, log: Log, project: Callable[[], None]) -> None:
    log.publish(dead_letter(3, value=b"\xff\x1b[31m\x07{", key=None))
    project()
    shown = invoke("dead-letters", "show", "abasto.inventory.v1:0:3", database=database).stdout
    assert r"\xff\x1b[31m\x07{" in shown
    assert not re.search("[\x07\x1b]", shown)


def test_a_dead_letter_that_would_be_refused_again_is_not_sent(run: Run, tmp_path: Path) -> None:
    still = run("dead-letters", "resend", "abasto.inventory.v1:0:1")
    assert still.exit_code == 1
    assert "was not sent:\n  Item 010.000.9999.00 is not in the catalogue; add it there" in still.stderr
    assert "abasto catalogue load" in still.stderr
    (tmp_path / "mended.json").write_text('{"type": "stock.counted"}', encoding="utf-8")
    mended = run("dead-letters", "resend", "abasto.inventory.v1:0:1", "--with", str(tmp_path / "mended.json"))
    assert mended.exit_code == 1
    assert "was not sent" in mended.stderr


def test_a_dead_letter_sent_again_tells_what_was_sent_and_where_it_lies(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = "abasto.inventory.v1:0:1"
    facts = {"mended": True, "sent_before": None, "recognised": True}
    place = {"topic": "abasto.consumption.v1", "partition": 3, "offset": 9}
    where = msgspec.convert({"number": number, **facts, **place}, Resent)
    monkeypatch.setattr(letters, "resend", lambda *_, **__: where)
    once = [
        ["Dead letter", number],
        ["Sent again", "mended"],
        ["Lies now at", "abasto.consumption.v1:3:9"],
    ]
    assert facts_of(run("dead-letters", "resend", number)) == once
    where = msgspec.structs.replace(where, sent_before=NOON)
    before = "2026-03-10 18:00 UTC; not older than 7 days, the same event counts once"
    assert facts_of(run("dead-letters", "resend", number)) == [*once, ["Sent before", before]]
    where = msgspec.structs.replace(where, recognised=False)
    before = "2026-03-10 18:00 UTC; older than 7 days, the event is not recognised and counts again"
    assert facts_of(run("dead-letters", "resend", number)) == [*once, ["Sent before", before]]


def test_a_dead_letter_that_was_sent_before_is_sent_only_when_asked_again(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def unsure(*_: object, again: bool) -> Resent:
        asked.append(again)
        raise Unconfirmed("no answer") if again else SentBefore("sent before")

    monkeypatch.setattr(letters, "resend", unsure)
    number = "abasto.inventory.v1:0:1"
    assert f"{number} was not sent:\n  sent before" in run("dead-letters", "resend", number).stderr
    assert f"{number} may have been sent:\n  no answer" in run("dead-letters", "resend", number, "--again").stderr
    assert asked == [False, True]


def test_a_dead_letter_that_was_perhaps_sent_says_so(run: Run, database: str) -> None:
    number = "abasto.inventory.v1:0:1"
    with writing(open_engine(database)) as editing:
        queries.note_sending(editing, number, NOON, mended=True, topic="abasto.inventory.v1")
    assert "perhaps sent 2026-03-10 18:00 UTC, not confirmed" in words_of(run("dead-letters", "list"))
    assert ["Perhaps sent", "2026-03-10 18:00:00 UTC, not confirmed"] in facts_of(run("dead-letters", "show", number))


def facts_of(result: Result) -> list[list[str]]:
    return [re.split(" {2,}", line.strip()) for line in result.stdout.splitlines()]


def test_a_month_without_a_sheet_is_a_gap_in_the_sparkline_and_nothing_used_is_the_lowest_bar() -> None:
    assert sparkline([0, 50, None, 100, -5]) == "▁▅·█▁"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([]) == ""
    assert consecutive(["2025-11", "2026-02"], 4) == ["2025-11", "2025-12", "2026-01", "2026-02"]


def test_both_languages_have_the_same_words() -> None:
    assert ES.keys() == EN.keys()


def test_every_condition_has_a_title() -> None:
    assert set(get_args(Condition)) <= ES.keys()


def test_days_are_those_of_the_facility() -> None:
    late = NOON.replace(hour=4)
    assert Words("es").local_date(late, "America/Mexico_City") == "9 mar 2026"
    assert Words("en", 2026).local_date(late, "Nowhere/Nothing") == "10 Mar"


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
