"""A command speaks one language, and each language has a word for everything."""

import re
from typing import get_args

import pytest

from abasto.read.words import EN, ES, Words, number
from schemas.alerts import Condition
from schemas.dead_letters import Fault
from tests.builders import (
    HOSPITAL,
    NOON,
)
from tests.unit.abasto.reading import Run, words_of


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
    assert words_of(run("alerts")) == words_of(run("alerts", "--lang", "en"))


def test_every_fault_has_words() -> None:
    assert {f"fault.{fault}" for fault in get_args(Fault)} <= ES.keys()


def test_both_languages_have_the_same_words() -> None:
    assert ES.keys() == EN.keys()


def test_every_condition_has_a_title() -> None:
    assert set(get_args(Condition)) <= ES.keys()


def test_days_are_those_of_the_facility() -> None:
    late = NOON.replace(hour=4)
    assert Words("es").local_date(late, "America/Mexico_City") == "9 mar 2026"
    assert Words("en", 2026).local_date(late, "Nowhere/Nothing") == "10 Mar"


def test_a_gap_has_its_sign_and_all_its_digits() -> None:
    shown = [number(gap, sign="+") for gap in (-1_234_563, 999_999_688, 5, 0.5)]
    assert shown == ["-1,234,563", "+999,999,688", "+5", "+0.5"]
