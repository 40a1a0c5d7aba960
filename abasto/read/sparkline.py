"""A year or two of months in one line."""

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
MISSING = "·"


def sparkline(values: Sequence[float | None]) -> str:
    """One sign a value, from nothing to the highest; `·` where there is none. Nothing at all is the lowest bar."""
    highest = max((value for value in values if value is not None), default=0)
    signs = []
    for value in values:
        if value is None:
            signs.append(MISSING)
        elif highest <= 0:
            signs.append(BARS[0])
        else:
            share = max(0.0, value) / highest
            signs.append(BARS[min(len(BARS) - 1, round(share * (len(BARS) - 1)))])
    return "".join(signs)


def consecutive(months: Sequence[str], count: int) -> list[str]:
    """The `count` calendar months up to the last one given, whether or not they are among those given."""
    year, month = map(int, max(months).split("-"))
    last = year * 12 + month - 1
    return [f"{index // 12:04d}-{index % 12 + 1:02d}" for index in range(last - count + 1, last + 1)]
