"""Each condition as a story that a coordinator can read: `tests/scenarios`."""

from pathlib import Path
from typing import get_args

import pytest

from schemas.alerts import Condition
from tests.scenarios.story import alerts_of, in_short, read

STORIES = {path.stem: path for path in (Path(__file__).parents[2] / "scenarios").glob("*.md")}


def test_every_condition_has_its_story() -> None:
    assert STORIES.keys() == set(get_args(Condition))


@pytest.mark.parametrize("condition", sorted(STORIES))
def test_the_coordinator_sees_what_the_story_says(condition: str) -> None:
    scenario = read(STORIES[condition])
    found = alerts_of(scenario)
    assert [in_short(alert) for alert in found] == [told.line for told in scenario.sees]
    assert any(told.line.split()[1:3] == [condition, "resolved"] for told in scenario.sees)
    for alert, told in zip(found, scenario.sees, strict=True):
        if told.sentences:
            assert (alert.reason, alert.reason_en) == told.sentences
    assert any(told.sentences and told.line.split()[1] == condition for told in scenario.sees)
