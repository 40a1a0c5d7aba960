"""What one projection costs: `python -m benchmarks.projection [ROUNDS]`.

Prints CPU microseconds a projection, the best of five: the stock-out with and without what is due, and what expires
unused, as every evaluation of a position asks for them; where a plan counts, laying it out from today is part of it.
"""

import argparse
import datetime as dt
import time
from collections.abc import Callable

from schemas.catalogue import DemandProfile, PlannedUse
from supply.demand import Plan, plan_of, use_from
from supply.projection import Change, project

HORIZON_DAYS = 180
TODAY = dt.date(2026, 3, 10)
USABLE, DAILY_USE = 300.0, 3.0

LOTS: list[Change] = [(40, 100.0), (200, 150.0)]
DUE: list[Change] = [(20, 60.0), (50, 120.0)]
TWENTY_LOTS: list[Change] = [(10 * number, 15.0) for number in range(1, 21)]
TWELVE_DUE: list[Change] = [(15 * number, 40.0) for number in range(1, 13)]


def plan_every(days: int, count: int) -> Plan:
    """Treatments every so many days."""
    planned = tuple(PlannedUse(TODAY + dt.timedelta(days * number), 3.0 * days) for number in range(count))
    return plan_of(DemandProfile(facility="DFIMS000604", item="010.000.5432.00", planned=planned))


def projection(lots: list[Change], due: list[Change], plan: Plan | None) -> Callable[[], object]:
    """A projection of the stock with these lots, arrivals and plan."""
    day = TODAY.toordinal()
    return lambda: project(USABLE, use_from(plan, day, DAILY_USE), lots, due, HORIZON_DAYS)


CASES = {
    "no lots, nothing due": projection([], [], None),
    "an ordinary position: 2 lots, 2 due": projection(LOTS, DUE, None),
    "20 lots, 12 due": projection(TWENTY_LOTS, TWELVE_DUE, None),
    "2 lots, 2 due, planned by the month": projection(LOTS, DUE, plan_every(30, 6)),
    "2 lots, 2 due, treatments every week": projection(LOTS, DUE, plan_every(7, 26)),
    "2 lots, 2 due, treatments every other day": projection(LOTS, DUE, plan_every(2, 90)),
}


def microseconds(case: Callable[[], object], rounds: int) -> float:
    """CPU time of one call, the best of five."""
    best = float("inf")
    for _ in range(5):
        started = time.process_time()
        for _ in range(rounds):
            case()
        best = min(best, (time.process_time() - started) / rounds)
    return best * 1e6


def main() -> None:
    """Read the arguments and print a line for each case."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("rounds", type=int, nargs="?", default=20_000)
    rounds = parser.parse_args().rounds
    for name, case in CASES.items():
        print(f"{microseconds(case, rounds):6.1f} us  {name}")


if __name__ == "__main__":
    main()
