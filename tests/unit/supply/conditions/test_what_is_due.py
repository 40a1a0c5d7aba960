"""How alerts speak of what is due."""

import pytest

from supply.language import ENGLISH, SPANISH
from supply.orders import OrderLine
from tests.unit.supply.assessed import TODAY, assessed


@pytest.mark.parametrize(
    ("today", "said", "said_in_english"),
    [
        (5, "por llegar 50 piezas, lo próximo el 2026-03-15", "50 pieces due, the next on 2026-03-15"),
        (
            6,
            "sin llegar aún 50 piezas con fecha del 2026-03-15 y plazo hasta el 2026-03-18",
            "50 pieces, due on 2026-03-15, not come yet, deadline 2026-03-18",
        ),
        (9, "50 piezas con arribo vencido", "50 pieces past the deadline"),
    ],
)
def test_what_was_due_and_has_not_come_is_not_called_the_next_arrival(
    today: int, said: str, said_in_english: str
) -> None:
    position = assessed(45, day=TODAY + today, due=(OrderLine("P-1", None, 50, TODAY + 5, deadline=TODAY + 8),))
    assert SPANISH.due(position) == said
    assert ENGLISH.due(position) == said_in_english


def test_what_comes_after_what_has_not_come_is_the_next_arrival() -> None:
    lines = (
        OrderLine("P-1", None, 50, TODAY - 2, deadline=TODAY + 8),
        OrderLine("P-2", None, 1, TODAY - 1, deadline=TODAY + 4),
        OrderLine("P-3", None, 30, TODAY + 5),
    )
    assert SPANISH.due(assessed(45, due=lines)) == (
        "por llegar 30 piezas, lo próximo el 2026-03-15; "
        "sin llegar aún 51 piezas con fecha del 2026-03-08 y plazo hasta el 2026-03-14"
    )
