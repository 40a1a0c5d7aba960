"""The published position is what the plain model of the ledger says."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.events import Event
from supply.rules import Rules
from tests.thoroughness import cases
from tests.unit.supply.deliver import deliver
from tests.unit.supply.histories import LATENESS_DAYS, deliveries, handed_to_wards, histories
from tests.unit.supply.model import Model

RULES = Rules(lateness_days=LATENESS_DAYS)
FIELDS = ("dispensed", "issued", "returned", "unmet")


@given(st.data(), histories() | histories().map(handed_to_wards))
@cases(125)
def test_stock_counts_months_their_ends_and_days_out_are_the_models(data: st.DataObject, history: list[Event]) -> None:
    found = deliver(data.draw(deliveries(history)), RULES).position
    model = Model(history, found.as_of)
    assert found.on_hand == model.on_hand
    assert found.usable == (None if model.on_hand is None else max(0, model.on_hand))
    assert found.last_count_on == model.last_count_on
    assert found.last_count_gap == model.gap
    reported = {month.month for month in found.months if month.reported}
    for month in found.months:
        expected = model.months[month.month]
        assert {field: getattr(month, field) for field in FIELDS} == {field: expected[field] for field in FIELDS}
        assert month.by_counts == model.of_month(month.month), month.month
        if month.month not in reported:
            assert month.days_out == expected["days_out"], month.month
            used = expected["to_services"] if model.hands_to_services else expected["dispensed"]
            assert month.consumption == used - expected["returned"] + month.by_counts, month.month
        assert month.closing == model.closings.get(month.month), month.month
    shown = {month.month for month in found.months}
    assert not any(any(month.values()) for name, month in model.months.items() if name not in shown)
    assert model.closings.keys() <= shown
