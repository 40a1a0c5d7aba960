"""Whatever the order, the repetition and the chunks in which events come: the same positions, the same alerts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace as changed

from schemas.events import Event
from supply.cpm_presets import ABASTO, OPEN_MSUPPLY
from supply.policy_choice import PolicyChoices
from supply.rules import Rules, StockLevels
from tests.compiled import plain_python
from tests.thoroughness import cases
from tests.unit.supply.assessed import TIMINGS
from tests.unit.supply.deliver import deliver, transitions, without_version
from tests.unit.supply.histories import LATENESS_DAYS, Delivery, deliveries, histories

RULES = Rules(lateness_days=LATENESS_DAYS)


def in_order(history: list[Event]) -> Delivery:
    """Events by their time, in one chunk."""
    return Delivery(sorted(history, key=lambda each: each.time), set(), set(), set())


@given(st.data(), histories())
@cases(75)
def test_within_the_window_order_repetition_chunks_and_crashes_change_nothing(
    data: st.DataObject, history: list[Event]
) -> None:
    expected = deliver(in_order(history), RULES)
    found = deliver(data.draw(deliveries(history)), RULES)
    assert without_version(found) == without_version(expected)
    assert transitions(found.alerts) == transitions(expected.alerts)


@given(st.data(), histories(most=25))
@cases(50)
def test_with_a_window_longer_than_the_history_any_order_will_do(data: st.DataObject, history: list[Event]) -> None:
    rules = changed(RULES, lateness_days=400)
    expected = deliver(in_order(history), rules)
    found = deliver(data.draw(deliveries(history, lateness_days=None)), rules)
    assert without_version(found) == without_version(expected)
    assert transitions(found.alerts) == transitions(expected.alerts)


RULES_OF_OTHERS = {
    "default": RULES,
    "a rolling window": changed(RULES, policies=PolicyChoices(OPEN_MSUPPLY)),
    "the running month counts": changed(RULES, policies=PolicyChoices(changed(ABASTO, window="running_month"))),
    "long lead times": changed(RULES, levels=dict.fromkeys(RULES.levels, StockLevels(lead_time_days=75))),
    "touchy": changed(
        RULES,
        timings={
            condition: changed(
                timing,
                hold_days=timing.hold_days / 4,
                enter_pieces=1,
                enter_share=timing.enter_share / 3,
                leave_share=timing.leave_share / 3,
            )
            for condition, timing in TIMINGS.items()
        },
        levels=dict.fromkeys(RULES.levels, StockLevels(min_months=0.2, max_months=0.6)),
    ),
    "lead times beyond the horizon": changed(
        RULES, horizon_days=20, levels=dict.fromkeys(RULES.levels, StockLevels(lead_time_days=40, max_months=60))
    ),
    "short lead times": changed(RULES, levels=dict.fromkeys(RULES.levels, StockLevels(lead_time_days=2))),
}


@plain_python
@given(st.data(), histories(), st.sampled_from(sorted(RULES_OF_OTHERS)))
@cases(75)
def test_skipping_evaluations_of_calm_positions_changes_nothing(
    data: st.DataObject, history: list[Event], name: str
) -> None:
    rules = RULES_OF_OTHERS[name]
    delivery = data.draw(deliveries(history))
    expected = deliver(delivery, rules)
    with pytest.MonkeyPatch.context() as patch:
        for room in ("supply.book", "supply.calm"):
            patch.setattr(f"{room}.is_calm", lambda *_: False)
        found = deliver(delivery, rules)
    assert without_version(found) == without_version(expected)
    assert transitions(found.alerts) == transitions(expected.alerts)


@given(st.data(), histories())
@cases(30)
def test_sleeping_positions_wake_as_they_were(data: st.DataObject, history: list[Event]) -> None:
    delivery = data.draw(deliveries(history))
    expected = deliver(delivery, RULES)
    found = deliver(delivery, RULES, awake_limit=0)
    assert without_version(found) == without_version(expected)
    assert transitions(found.alerts) == transitions(expected.alerts)


@given(st.data(), histories())
@cases(30)
def test_versions_rise_by_one_with_every_publication(data: st.DataObject, history: list[Event]) -> None:
    delivery = data.draw(deliveries(history))
    shelf = deliver(delivery._replace(crashes=set()), RULES)
    assert 1 <= shelf.position.version <= len(delivery.publications) + 1
