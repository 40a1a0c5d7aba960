"""Rounds become medians, spreads and ratios of the same round; a program without figures is still shown."""

import pytest

from benchmarks.drain import Drained
from benchmarks.summary import Rounds, Row, markdown, plain, spread_of, table

ROWS = [Row("abasto", "Abasto 1", "everything"), Row("loop", "Loop 2", "nothing"), Row("gone", "Gone 3", "no wheel")]


def rounds_of(**rates: list[float]) -> Rounds:
    """Programs that drained a thousand events at these rates, round by round."""
    rounds = Rounds()
    for program, figures in rates.items():
        for number, rate in enumerate(figures, 1):
            rounds.add(program, number, Drained(1000, 1000 / rate, 0.004))
    return rounds


def test_one_slow_round_does_not_move_the_median() -> None:
    assert spread_of([100.0, 40.0, 110.0]) == (100.0, 40.0, 110.0)


def test_the_ratio_is_of_the_same_round() -> None:
    rounds = rounds_of(abasto=[100, 50, 100], loop=[400, 200, 500])
    ratio = rounds.ratio("abasto", "loop")
    assert ratio == pytest.approx((0.25, 0.2, 0.25))


def test_a_round_that_one_did_not_finish_has_no_ratio() -> None:
    rounds = rounds_of(abasto=[100], loop=[400])
    rounds.add("abasto", 2, Drained(1000, 1000.0, 1.0))
    assert rounds.ratio("abasto", "loop") == pytest.approx((0.25, 0.25, 0.25))
    assert rounds.ratio("abasto", "gone") is None


def test_the_fastest_comes_first_and_who_has_no_figures_last() -> None:
    cells = table(ROWS, rounds_of(abasto=[100_000, 110_000, 90_000], loop=[400_000] * 3), "loop")
    assert [line[0] for line in cells] == ["Loop 2", "Abasto 1", "Gone 3"]
    assert cells[1] == ["Abasto 1", "100,000 (90,000 to 110,000)", "4.0 us", "0.250 (0.225 to 0.275)", "everything"]
    assert cells[2] == ["Gone 3", "none", "none", "none", "no wheel"]


def test_a_remark_cannot_break_the_table_of_the_page() -> None:
    assert markdown([["a|b", "1", "2", "3", "two\nlines"]])[-1] == "| a\\|b | 1 | 2 | 3 | two lines |"


def test_the_terminal_has_straight_columns() -> None:
    lines = plain(table(ROWS, rounds_of(abasto=[1], loop=[2]), "loop"))
    assert len({line.index(remark) for line, remark in zip(lines[1:], ("nothing", "everything"), strict=False)}) == 1
