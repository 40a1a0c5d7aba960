"""Codes come in as people type them and go out in one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codes import normalise_facility, normalise_item, shown


@pytest.mark.parametrize(
    "typed",
    [
        "010.000.5432.00",
        "010.000.5432.00 ",
        "0100005432 00",
        "010-000-5432-00",
        "010 000 5432 00",
        "010000543200",
        "010/000/5432/00",
        "\ufeff010.000.5432.00\u00a0",
        " 010. 000. 5432. 00\t",
    ],
)
def test_an_item_code_has_one_spelling_however_it_was_typed(typed: str) -> None:
    assert normalise_item(typed) == "010.000.5432.00"


@pytest.mark.parametrize(
    "typed", ["", " ", "010.000.5432", "010.000.5432.000", "01.0000.5432.00", "O10.000.5432.00", "٠١٠.000.5432.00"]
)
def test_what_is_no_item_code_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValueError, match=r"is no item code; expected 12 digits such as 010\.000\.5432\.00$"):
        normalise_item(typed)


@pytest.mark.parametrize("typed", ["10000543200", "10.000.5432.00"])
def test_a_leading_zero_eaten_by_a_spreadsheet_is_not_guessed_but_named(typed: str) -> None:
    with pytest.raises(ValueError, match="a spreadsheet may have dropped its leading zero"):
        normalise_item(typed)


@pytest.mark.parametrize("typed", ["DFIMS000604", " dfims000604", "DFIMS 000604\n", "dfims\u200b000604"])
def test_a_facility_code_has_one_spelling_however_it_was_typed(typed: str) -> None:
    assert normalise_facility(typed) == "DFIMS000604"


@pytest.mark.parametrize("code", ["C4001", "site-7", "a.b_c"])
def test_codes_of_other_countries_are_taken(code: str) -> None:
    assert normalise_facility(code) == code.upper()


@pytest.mark.parametrize("typed", ["", "X", "DFIMS000604|010", "-DF", "Straße", "ıx", "A" * 33, "DF/604"])
def test_what_is_no_facility_code_is_refused_with_an_example(typed: str) -> None:
    with pytest.raises(ValueError, match=r"is no facility code; expected 2 to 32 letters.* such as DFIMS000604$"):
        normalise_facility(typed)


@given(st.text())
def test_a_normalised_code_stays_as_it_is(typed: str) -> None:
    for normalise in (normalise_item, normalise_facility):
        try:
            code = normalise(typed)
        except ValueError:
            continue
        assert normalise(code) == code
        assert "|" not in code  # it would make two positions share a key


def test_a_text_shown_in_a_sentence_is_short_and_harmless() -> None:
    assert shown("a" * 200) == '"' + "a" * 80 + '…"'
    assert shown("a\x1b[31m\nb") == '"a\\u001b[31m\\u000ab"'
