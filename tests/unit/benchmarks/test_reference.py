"""A run fails when Abasto lost more of its ratio to the hand-written loop than noise explains, and only then."""

from pathlib import Path

import pytest

from benchmarks.reference import Load, Reference, verdicts

LOAD = Load(2_000_000, 15_000, compiled=True)
REFERENCE = Reference("2026-11-23", "2 cores", "Python 3.11", {LOAD: 0.2})


@pytest.mark.parametrize(
    ("ratio", "fails"), [(0.3, False), (0.2, False), (0.1701, False), (0.1699, True), (0.05, True)]
)
def test_a_fall_by_more_than_15_percent_fails(ratio: float, fails: bool) -> None:
    [verdict] = verdicts({LOAD: ratio}, REFERENCE)
    assert verdict.fails is fails


def test_a_failure_says_what_fell_by_how_much_since_when_and_what_to_do() -> None:
    [verdict] = verdicts({LOAD: 0.15}, REFERENCE)
    for words in ("2,000,000 events of 15,000 positions", "0.150", "25% below", "0.200 of 2026-11-23", "--record"):
        assert words in verdict.sentence
    assert "2 cores" in verdict.sentence
    assert "Python 3.11" in verdict.sentence


@pytest.mark.parametrize(
    "other", [LOAD._replace(events=100_000), LOAD._replace(positions=300_000), LOAD._replace(compiled=False)]
)
def test_another_load_is_not_held_against_this_one(other: Load) -> None:
    [verdict] = verdicts({other: 0.01}, REFERENCE)
    assert not verdict.fails
    assert "no reference for this load" in verdict.sentence


def test_without_a_reference_nothing_fails_and_the_run_says_so(tmp_path: Path) -> None:
    assert Reference.read(tmp_path / "none.toml") is None
    [verdict] = verdicts({LOAD: 0.2}, None)
    assert not verdict.fails
    assert "no reference" in verdict.sentence


def test_what_is_recorded_is_what_is_read(tmp_path: Path) -> None:
    both = REFERENCE._replace(ratios={LOAD: 0.2, LOAD._replace(positions=300_000): 0.1})
    both.write(tmp_path / "reference.toml")
    assert Reference.read(tmp_path / "reference.toml") == both
