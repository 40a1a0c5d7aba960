"""Cover: how long the stock lasts, in months (cobertura) and in days: at the use of the past, or the planned one."""


def months_of_stock(usable: float, cpm: float | None) -> float | None:
    """Usable pieces / CPM; `None` without consumption to divide by."""
    return usable / cpm if cpm is not None and cpm > 0 else None


def days_of_stock(usable: float, daily_use: float) -> float | None:
    """Usable pieces / pieces used a day (CPM / days of a month); `None` without consumption."""
    return usable / daily_use if daily_use > 0 else None
