"""An item that gets decimals: what is stored becomes finer, and says what it said."""

from hypothesis import given
from hypothesis import strategies as st

from schemas.events import ConsumptionReported, Event
from supply.clock import Reach
from supply.rules import Rules
from tests.thoroughness import cases
from tests.unit.supply.deliver import END
from tests.unit.supply.histories import histories
from tests.unit.supply.shelf import Shelf, medicine

FIELDS = ("on_hand", "usable", "status", "due", "due_quantity", "months", "last_count_gap", "last_count_on")
RULES = Rules(lateness_days=3)


@given(histories(), st.floats(0, 1), st.booleans(), st.booleans())
@cases(75)
def test_a_position_says_the_same_in_a_finer_unit(
    history: list[Event], share: float, settled: bool, asleep: bool
) -> None:
    history = sorted(history, key=lambda each: each.time)
    first = round(len(history) * share)
    whole, refined = Shelf(*history, rules=RULES), Shelf(*history[:first], rules=RULES)
    if settled:
        refined.advance()
    if asleep:
        refined = Shelf(rules=RULES, changelog=refined.publish().changelog)
    refined.catalogue.put(medicine(decimals=2))
    refined.tell(*history[first:])
    for shelf in (whole, refined):
        shelf.book.advance(Reach(END, END))
        shelf.publish()
    if refined.positions:
        # A gap that is spread over the days of two months is rounded to the unit.
        spread = any(isinstance(event, ConsumptionReported) for event in history)
        fields = [field for field in FIELDS if field != "last_count_gap" or not spread]
        # And so is what a count tells of the use of months.
        if any(month.by_counts for month in whole.position.months):
            fields.remove("months")
        assert [getattr(refined.position, field) for field in fields] == [
            getattr(whole.position, field) for field in fields
        ]
