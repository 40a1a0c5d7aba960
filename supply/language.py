"""What a condition asks of a language, where both say the same of the same numbers (`supply.spanish`,
`supply.english`)."""

from collections.abc import Callable
from typing import NamedTuple

from supply.assessment import Assessment


class Language(NamedTuple):
    """Quantities, days, a use, the stock and what is due, in words."""

    pieces: Callable[[float], str]
    days: Callable[[int], str]
    a_month: Callable[[float], str]
    stock: Callable[[Assessment], str]
    due: Callable[[Assessment], str]
