"""Rounds made into figures: median, spread, the ratio of the same round, and the tables that show them."""

import statistics
from collections.abc import Callable, Sequence
from typing import NamedTuple

from benchmarks.drain import Drained


class Spread(NamedTuple):
    """A figure over the rounds."""

    median: float
    lowest: float
    highest: float

    def shown(self, form: Callable[[float], str]) -> str:
        """Median, and lowest to highest."""
        return f"{form(self.median)} ({form(self.lowest)} to {form(self.highest)})"


def spread_of(figures: Sequence[float]) -> Spread:
    """The median of the rounds (the mean of the middle two, where they are even) and how far they lie apart."""
    return Spread(statistics.median(figures), min(figures), max(figures))


class Rounds:
    """What every program did in every round over one number of positions."""

    def __init__(self) -> None:
        self._drained: dict[str, dict[int, Drained]] = {}

    def add(self, program: str, number: int, drained: Drained) -> None:
        """Keep what a program did in a round."""
        self._drained.setdefault(program, {})[number] = drained

    def rate(self, program: str) -> Spread | None:
        """Events a second; None when no round came to its end."""
        return self._over(program, lambda drained: drained.rate)

    def cpu_us(self, program: str) -> Spread | None:
        """Microseconds of CPU an event."""
        return self._over(program, lambda drained: drained.cpu_us)

    def ratio(self, program: str, to: str) -> Spread | None:
        """Its rate as a multiple of another's in the same round: what the machine does to both drops out. Rounds that
        one of them did not finish do not count."""
        ours, theirs = self._drained.get(program, {}), self._drained.get(to, {})
        ratios = [ours[number].rate / theirs[number].rate for number in ours if number in theirs]
        return spread_of(ratios) if ratios else None

    def _over(self, program: str, figure: Callable[[Drained], float]) -> Spread | None:
        drained = self._drained.get(program, {})
        return spread_of([figure(each) for each in drained.values()]) if drained else None


class Row(NamedTuple):
    """A program as a table shows it: its name with its release, and what it keeps or why it has no figures."""

    program: str
    name: str
    remark: str


HEADING = ("", "events/s, median (spread)", "CPU an event", "to the loop", "what it does and keeps")


def table(rows: Sequence[Row], rounds: Rounds, limit: str) -> list[list[str]]:
    """A row for each program, the fastest first, those without figures last."""

    def speed(row: Row) -> float:
        rate = rounds.rate(row.program)
        return rate.median if rate else 0.0

    return [_cells(row, rounds, limit) for row in sorted(rows, key=speed, reverse=True)]


def _cells(row: Row, rounds: Rounds, limit: str) -> list[str]:
    rate, cpu_us, ratio = rounds.rate(row.program), rounds.cpu_us(row.program), rounds.ratio(row.program, limit)
    return [
        row.name,
        rate.shown(lambda figure: f"{figure:,.0f}") if rate else "none",
        f"{cpu_us.median:.1f} us" if cpu_us else "none",
        ratio.shown(lambda figure: f"{figure:.3f}") if ratio else "none",
        row.remark,
    ]


def markdown(cells: Sequence[Sequence[str]]) -> list[str]:
    """The table as lines of Markdown."""
    escaped = [[cell.replace("|", "\\|").replace("\n", " ") for cell in line] for line in cells]
    return [f"| {' | '.join(line)} |" for line in [HEADING, ["---"] * len(HEADING), *escaped]]


def plain(cells: Sequence[Sequence[str]]) -> list[str]:
    """The table for a terminal; the last column is free of width."""
    lines = [HEADING, *cells]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADING) - 1)]
    return [
        "  ".join([cell.ljust(width) for cell, width in zip(line, widths, strict=False)] + [line[-1]]).rstrip()
        for line in lines
    ]
