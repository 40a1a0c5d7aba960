"""Dead letters are listed with their reasons, shown without upsetting the terminal, and sent again."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from abasto.read import letters
from store import queries
from store.database import open_engine, writing
from store.resend import Resent, ResentAll, SentBefore
from store.sender import Unconfirmed
from tests.builders import (
    NOON,
    dead_letter,
)
from tests.unit.abasto.reading import Run, facts_of, invoke, words_of
from tests.unit.store.log import Log


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


def test_all_of_a_fault_are_sent_again_and_what_stays_is_listed(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not sent again:" in (left := run("dead-letters", "resend", "--fault", "unknown_item")).stdout
    assert (left.exit_code, "is not in the catalogue" in left.stdout) == (1, True)
    monkeypatch.setattr(letters, "resend_all", lambda *_: ResentAll(sent=1_200, kept=[]))
    done = run("dead-letters", "resend", "--fault", "unknown_item", "--lang", "es")
    assert (done.exit_code, words_of(done)) == (0, "1,200 reenviados tal como estaban.")
    done = run("dead-letters", "resend", "--fault", "unknown_item", "--json")
    assert json.loads(done.stdout) == {"sent": 1200, "kept": []}


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("abasto.inventory.v1:0:1", "--fault", "unknown_item"),
        ("abasto.inventory.v1:0:1", "--topic", "abasto.inventory.v1"),
        ("--fault", "unknown_item", "--again"),
    ],
    ids=["nothing", "one and all", "a topic of one", "all again"],
)
def test_one_letter_or_all_of_a_fault_is_asked_for(run: Run, arguments: tuple[str, ...]) -> None:
    assert run("dead-letters", "resend", *arguments).exit_code == 2
