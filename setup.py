"""Compiles the rules and the door to machine code where that is asked for: `ABASTO_COMPILED=1 pip wheel .`

The program is the same without: these modules are plain Python, and tests run them both ways. What is left out here
holds messages and stored state: msgspec reads the types of their fields from the class, where mypyc keeps none.
"""

import os
from pathlib import Path

from setuptools import Extension, setup

COMPILED = [
    "schemas/channels.py",
    "schemas/decode.py",
    "schemas/plausibility.py",
    "supply/agenda.py",
    "supply/assessing.py",
    "supply/assessment.py",
    "supply/book.py",
    "supply/bounds.py",
    "supply/by_day.py",
    "supply/calendar.py",
    "supply/calm.py",
    "supply/calm_state.py",
    "supply/catalogue.py",
    "supply/clock.py",
    *sorted(map(str, Path("supply/conditions").glob("*.py"))),
    "supply/count_gap.py",
    "supply/counted_use.py",
    "supply/cover.py",
    "supply/cpm.py",
    "supply/cpm_window.py",
    "supply/demand.py",
    "supply/doubted_sheet.py",
    "supply/due.py",
    "supply/entries.py",
    "supply/evaluation.py",
    "supply/expiring.py",
    "supply/finding.py",
    "supply/held_back.py",
    "supply/holdings.py",
    "supply/intake.py",
    "supply/late.py",
    "supply/lead_times.py",
    "supply/ledger.py",
    "supply/month_ends.py",
    "supply/months.py",
    "supply/need.py",
    "supply/notice.py",
    "supply/observed.py",
    "supply/order_book.py",
    "supply/order_months.py",
    "supply/outflow.py",
    "supply/pace.py",
    "supply/places.py",
    "supply/planned_month.py",
    "supply/position.py",
    "supply/projection.py",
    "supply/publication.py",
    "supply/quarantine.py",
    "supply/rekeying.py",
    "supply/replenishment.py",
    "supply/scale.py",
    "supply/sheets.py",
    "supply/shelf.py",
    "supply/stand_in.py",
    "supply/status.py",
    "supply/telling.py",
    "supply/totals.py",
    "supply/treatments.py",
    "supply/turns.py",
    "supply/untold.py",
    "supply/used_today.py",
    "supply/views.py",
    "supply/waiting.py",
    "streams/letters.py",
    "streams/partitioning.py",
    "streams/shard.py",
]


def extensions() -> list[Extension]:
    """The compiled modules; none unless asked for, so that who changes the code sees the change run."""
    if os.environ.get("ABASTO_COMPILED") != "1":
        return []
    from mypyc.build import mypycify  # noqa: PLC0415 # needed by those who compile only

    return mypycify(COMPILED, opt_level="3")


setup(ext_modules=extensions())
