"""The ratio to the hand-written loop that a run is held against: kept beside this file, with where it was taken.

A rate says as much of the machine as of the program. The ratio of the same round says what became of the program: when
it falls by more than `TOLERANCE`, something made Abasto slower.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, Self

REFERENCE = Path(__file__).with_name("reference.toml")
TOLERANCE = 0.15
"""What the ratio may fall by. Medians of three rounds on a shared machine differ by up to a tenth without a change."""


class Load(NamedTuple):
    """What a ratio holds for: short backlogs weigh the start more, more positions cost more memory."""

    events: int
    positions: int
    compiled: bool

    @property
    def words(self) -> str:
        """As a sentence names it."""
        rules = "compiled" if self.compiled else "plain"
        return f"{self.events:,} events of {self.positions:,} positions, {rules} rules"


class Reference(NamedTuple):
    """Ratios, and the day, machine and versions they were taken with."""

    taken_on: str
    machine: str
    versions: str
    ratios: Mapping[Load, float]

    @classmethod
    def read(cls, path: Path = REFERENCE) -> Self | None:
        """The reference on file; None where none was recorded yet."""
        if not path.exists():
            return None
        found = tomllib.loads(path.read_text())
        ratios = {Load(each["events"], each["positions"], each["compiled"]): each["ratio"] for each in found["ratio"]}
        return cls(found["taken_on"], found["machine"], found["versions"], ratios)

    def write(self, path: Path = REFERENCE) -> None:
        """Put it on file in place of the one before."""
        lines = ['# Made by `make bench ARGS="--record"`: Abasto to the hand-written loop, median of the rounds.']
        lines += [f'{name} = "{getattr(self, name)}"' for name in ("taken_on", "machine", "versions")]
        for load, ratio in self.ratios.items():
            lines += ["", "[[ratio]]", f"events = {load.events}", f"positions = {load.positions}"]
            lines += [f"compiled = {str(load.compiled).lower()}", f"ratio = {ratio:.4f}"]
        path.write_text("\n".join([*lines, ""]))


class Verdict(NamedTuple):
    """A sentence for whoever ran it, and whether the run fails by it."""

    sentence: str
    fails: bool


def verdicts(measured: Mapping[Load, float], reference: Reference | None) -> list[Verdict]:
    """One for each load that was measured."""
    return [_verdict(load, ratio, reference) for load, ratio in measured.items()]


def _verdict(load: Load, ratio: float, reference: Reference | None) -> Verdict:
    before = reference.ratios.get(load) if reference else None
    if reference is None or before is None:
        return Verdict(
            f"{load.words}: ratio {ratio:.3f}, and no reference for this load. --record makes this run the reference.",
            fails=False,
        )
    change = ratio / before - 1
    figures = (
        f"{load.words}: ratio {ratio:.3f} to the hand-written loop, {abs(change):.0%} "
        f"{'above' if change >= 0 else 'below'} the {before:.3f} of {reference.taken_on}"
    )
    if change < -TOLERANCE:
        return Verdict(
            f"{figures}, more than the {TOLERANCE:.0%} that noise explains: Abasto has become slower. Find what did "
            f"it, or record a new reference (--record) if the price is meant. The reference: {reference.machine}; "
            f"{reference.versions}.",
            fails=True,
        )
    return Verdict(f"{figures}.", fails=False)
