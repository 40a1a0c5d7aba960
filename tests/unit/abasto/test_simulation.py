"""A simulation is the same for the same seed, and made of parts that are right."""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from abasto.simulate.days import Days
from abasto.simulate.draws import Draws
from abasto.simulate.shelf import Shelf
from abasto.simulate.simulation import simulate
from tests.unit.abasto.simulated import UNTIL


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_bytes_in_any_process(tmp_path: Path) -> None:
    for hash_seed in ("0", "1234"):
        subprocess.run(
            [sys.executable, "-m", "abasto", "simulate", "--seed", "7", "--months", "2", "--until", "2026-05-31",
             "--scale", "small", "--out", str(tmp_path / hash_seed)],
            env={**os.environ, "PYTHONHASHSEED": hash_seed}, check=True, capture_output=True,
        )  # fmt: skip
    first, second = files(tmp_path / "0"), files(tmp_path / "1234")
    assert len(first) == 12
    assert first == second


def test_another_seed_gives_another_network(tmp_path: Path) -> None:
    for seed in (1, 2):
        simulate(seed, 1, UNTIL, tmp_path / str(seed), small=True)
    assert files(tmp_path / "1")["catalogue/items.csv"] != files(tmp_path / "2")["catalogue/items.csv"]


def test_months_end_where_the_calendar_says() -> None:
    assert Days(dt.date(2026, 3, 31), 1).start == dt.date(2026, 2, 28)
    days = Days(UNTIL, 24)
    assert (days.start, days.count) == (dt.date(2024, 5, 31), 730)
    assert days.zone("America/Hermosillo").suffixes[0] == "-07:00"
    assert days.closed[days.texts.index("2025-12-25")]


def test_a_shelf_gives_the_first_to_expire_and_remembers_days_without_stock() -> None:
    shelf = Shelf()
    shelf.put([(90, "B", 2), (30, "A", 3)], 0, 0)
    assert shelf.take(4, 1, 100) == [(30, "A", 3), (90, "B", 1)]
    assert shelf.take(1, 1, 200) == [(90, "B", 1)]
    for day in (1, 2, 3):
        shelf.end_day(day)
    shelf.put([(99, "C", 1)], 4, 50)
    assert shelf.stock_outs == [(1, 200, 4, 50, 2)]
    assert shelf.month.days_out == 2


@given(st.integers(), st.floats(0.01, 10), st.integers(1, 20), st.integers(0, 20))
def test_draws_stay_in_their_ranges(seed: int, rate: float, high: int, count: int) -> None:
    draws = Draws(seed)
    assert draws.wait(rate) >= 0
    assert 0 <= draws.whole(0, high) <= high
    some = draws.some(range(high), [1.0] * high, count)
    assert some == sorted(set(some))
    assert len(some) == min(high, count)
