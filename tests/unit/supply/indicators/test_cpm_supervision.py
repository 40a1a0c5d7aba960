"""The official CPM beside the observed one, and the pace of the month."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from supply.cpm import Cpm
from supply.indicators.cpm_supervision import CpmBeside, beside, supervise
from supply.pace import pace
from tests.unit.supply.assessed import INPUTS

OUT = CpmBeside(80, None, 5, out_throughout=True)
TABLE = [CpmBeside(120, 90, 40), CpmBeside(60, 90, 60), CpmBeside(20, None, None), OUT]


def test_too_much_here_does_not_make_up_for_too_little_there() -> None:
    """The table of the docstring."""
    found = supervise(TABLE, 0.4)
    assert (found.difference.value, found.difference.whole, found.difference.left_out) == (
        0,
        180,
        {"no_cpm": 1, "out_throughout": 1},
    )
    assert (found.off_by.part, found.off_by.whole) == (60, 180)
    assert (found.pace.part, found.pace.whole, found.pace.counted) == (250, 180, 2)
    assert found.pace.left_out == {"no_cpm": 1, "out_throughout": 1}


def test_an_item_out_in_every_month_of_the_window_is_not_registered_too_high() -> None:
    out = beside(100, Cpm(0, changed(INPUTS, state="uncorrected")), 7)
    assert out == CpmBeside(100, None, 7, out_throughout=True)
    found = supervise([out], 0.5)
    for figure in (found.difference, found.off_by, found.pace):
        assert (figure.value, figure.counted, figure.missing) == (None, 0, "out_throughout")


def test_what_is_registered_stands_beside_what_the_cpm_observes() -> None:
    assert beside(100, Cpm(0, INPUTS), 7) == CpmBeside(100, 0, 7)
    assert beside(100, Cpm(None, changed(INPUTS, state="insufficient")), 7) == CpmBeside(100, None, 7)


@pytest.mark.parametrize(
    ("used", "gone", "expected"), [(30, 0.2, 150), (30, 1, 30), (0, 0.2, 0), (-4, 0.2, 0), (30, 0, None)]
)
def test_pace_is_consumption_so_far_by_the_share_of_the_month_gone(
    used: float, gone: float, expected: float | None
) -> None:
    assert pace(used, gone) == expected


def test_without_an_official_cpm_there_is_a_pace_but_no_difference() -> None:
    found = supervise([CpmBeside(None, 90, 45)], 0.5)
    assert (found.difference.value, found.difference.missing, found.off_by.missing) == (
        None,
        "no_official",
        "no_official",
    )
    assert found.pace.value == 1


@pytest.mark.parametrize(
    ("official", "observed", "sign"), [(100, 99, -0.01), (100, 100, 0), (100, 101, 0.01), (100, 0, -1)]
)
def test_more_used_than_registered_is_above_0(official: float, observed: float, sign: float) -> None:
    assert supervise([CpmBeside(official, observed, 0)], 0.5).difference.value == sign


def test_an_official_cpm_of_0_is_no_percentage() -> None:
    found = supervise([CpmBeside(0, 5, 0)], 0.5)
    assert (found.difference.value, found.difference.part, found.difference.missing) == (None, 5, "not_used")


@pytest.mark.parametrize(
    ("position", "gone", "missing"),
    [
        (CpmBeside(5, None, 5), 0.5, "no_cpm"),
        (OUT, 0.5, "out_throughout"),
        (CpmBeside(5, 5, None), 0.5, "month_not_known"),
        (CpmBeside(5, 5, 5), 0, "month_just_begun"),
        (CpmBeside(5, 0, 5), 0.5, "not_used"),
    ],
)
def test_a_pace_that_cannot_be_told_says_why(position: CpmBeside, gone: float, missing: str) -> None:
    found = supervise([position], gone).pace
    assert (found.value, found.missing) == (None, missing)


amounts = st.none() | st.integers(0, 10**9) | st.floats(0, 1e9).map(lambda amount: round(amount, 3))


@given(st.lists(st.builds(CpmBeside, official=amounts, observed=amounts, used=amounts)), st.floats(1e-6, 1))
def test_any_cpm(positions: list[CpmBeside], gone: float) -> None:
    found = supervise(positions, gone)
    for figure in (found.difference, found.off_by, found.pace):
        assert figure.counted + sum(figure.left_out.values()) == len(positions)
        assert (figure.value is None) == (figure.missing is not None)
        assert figure.value is None or math.isfinite(figure.value)
    assert found.off_by.value is None or found.off_by.value >= abs(found.difference.value or 0)
