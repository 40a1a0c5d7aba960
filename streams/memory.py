"""How often Python looks for garbage in a process that holds millions of objects and hardly any garbage."""

import gc

YOUNG_OBJECTS = 50_000
"""Python's own 700 has it look after every hundred events; a chunk makes tens of thousands of objects that stay."""

YOUNG_LOOKS, MIDDLE_LOOKS = 20, 50
"""Looks at the young between two at the middle generation, and so on. Measured over 400,000 events and 15,000
positions: a tenth of all CPU went into looking at positions that stay."""


def spare_the_collector() -> None:
    """Look for garbage seldom; what exists by now is never looked at again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, YOUNG_LOOKS, MIDDLE_LOOKS)
