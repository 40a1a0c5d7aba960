"""How many cases the property tests draw: enough to notice a slip at every run, many more when asked to search."""

import os

from hypothesis import settings

TIMES = 20
"""With ABASTO_THOROUGH (`make thorough`) so many times as many: a quarter of an hour instead of a minute."""


def number_of_cases(usual: int) -> int:
    """How many cases this run draws where it usually draws so many."""
    return usual * TIMES if os.environ.get("ABASTO_THOROUGH") else usual


def cases(usual: int) -> settings:
    """Decorates a property test that draws another number than the usual 100: a case costs more, or finds less."""
    return settings(max_examples=number_of_cases(usual))
