"""The figures go between their marks; what people wrote around them stays."""

import pytest

from benchmarks.report import BEGIN, END, PAGE, put_into, section


def test_only_what_is_between_the_marks_is_replaced() -> None:
    page = f"before\n{BEGIN}\nold figures\n{END}\nafter\n"
    assert put_into(page, "new") == f"before\n{BEGIN}\n\nnew\n\n{END}\nafter\n"


def test_a_page_without_marks_is_left_alone() -> None:
    with pytest.raises(ValueError, match="lacks the marks"):
        put_into("before\nafter\n", "new")


def test_the_page_has_the_marks() -> None:
    assert "new figures" in put_into(PAGE.read_text(), "new figures")


def test_each_table_stands_under_its_title() -> None:
    lines = section(["two cores"], {"15,000 positions": [["Abasto", "1", "2", "3", "all"]]}).splitlines()
    assert lines[0] == "- two cores"
    assert lines.index("15,000 positions:") < lines.index("| Abasto | 1 | 2 | 3 | all |")
