"""The small language of maps: what it means, and that anything else is refused."""

import datetime as dt

import pytest

from abasto.convert.templates import Value, conditions, expression

ROW: dict[str, Value] = {"site": "A", "quantity": 3.5, "ordered": dt.date(2026, 1, 30), "row": 7, "note": None}


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{quantity}", 3.5),
        ("{-quantity}", -3.5),
        ("{ site }-{row}", "A-7"),
        ("constant", "constant"),
        ("{ordered + 7 days}", dt.date(2026, 2, 6)),
        ("{ordered - 1 day}", dt.date(2026, 1, 29)),
        ("{ordered}/{site}", "2026-01-30/A"),
        ("{note}", None),
        ("{site}-{note}", None),
    ],
)
def test_a_template_over_a_row(template: str, value: Value) -> None:
    assert expression(template).value(ROW) == value


def test_a_template_over_a_group_of_rows() -> None:
    group: list[dict[str, Value]] = [{"quantity": 2}, {"quantity": None}, {"quantity": 5}]
    assert expression("{sum(quantity)}").value(ROW, group) == 7
    assert expression("{min(quantity)}").value(ROW, group) == 2
    assert expression("{max(quantity)}").value(ROW, group) == 5
    assert expression("{sum(quantity)}").value(ROW, group[1:2]) is None


@pytest.mark.parametrize(
    "template", ["{}", "{a * b}", "{sum(a}", "{a + 7}", "{a} {", "a}", "{{a}}", "{__import__('os')}"]
)
def test_anything_else_is_no_template(template: str) -> None:
    with pytest.raises(ValueError, match=r"understood|brace"):
        expression(template)


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("quantity > 3", True),
        ("quantity > 3.5", False),
        ("quantity != 0", True),
        ("site == 'A'", True),
        ("site != 'A'", False),
        ("note == 'x'", False),
        ("note != 'x'", False),
    ],
)
def test_conditions(condition: str, holds: bool) -> None:
    (read,) = conditions(condition)
    assert read.holds(ROW) is holds


@pytest.mark.parametrize(
    "condition", ["quantity", "quantity > site", "quantity = 3", "3 > quantity", "a > 1 and b > 2"]
)
def test_anything_else_is_no_condition(condition: str) -> None:
    with pytest.raises(ValueError, match="is no condition"):
        conditions(condition)
