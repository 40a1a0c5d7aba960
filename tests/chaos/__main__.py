"""`python -m tests.chaos --rounds 100 --seed 1`: a campaign of faults on real servers; its exit code is 0 when nothing
differs from a replay."""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import typer

from tests.chaos.campaign import KINDS, Plan, drawn, run_campaign
from tests.servers.reaper import Reaper


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--rounds", type=int, default=100, help="faults that strike, one after another")
    parser.add_argument("--seed", type=int, help="what everything follows from; without it a new one, which is told")
    parser.add_argument("--brokers", type=int, choices=KINDS, default=1, help="one, or three of which two are enough")
    parser.add_argument("--only", action="append", metavar="FAULT", help="one to choose from; may be given again")
    parser.add_argument("--months", type=int, default=2, help="of events of a national network: 60,000 a month")
    parser.add_argument("--database-gone", type=float, default=60.0, help="seconds the database is gone at most")
    parser.add_argument("--folder", type=Path, help="where logs go; a new one without it, told at the end")
    chosen = parser.parse_args()
    faults = KINDS[chosen.brokers].faults
    unknown = [name for name in chosen.only or [] if name not in faults]
    if unknown:
        parser.error(f"no such fault: {', '.join(unknown)}; there are: {', '.join(faults)}")
    seed = random.SystemRandom().randrange(1_000_000) if chosen.seed is None else chosen.seed
    folder = chosen.folder or Path(tempfile.mkdtemp(prefix="abasto-chaos-"))
    began = time.monotonic()

    def tell(sentence: str) -> None:
        typer.echo(f"{time.monotonic() - began:7.1f} s  {sentence}")

    plan = Plan(
        seed=seed,
        names=drawn(seed, chosen.rounds, chosen.only or list(faults)),
        months=chosen.months,
        small=False,
        database_gone_seconds=chosen.database_gone,
        brokers=chosen.brokers,
    )
    with Reaper() as reaper:
        found = run_campaign(plan, folder, reaper, tell)
    for difference in found:
        tell(difference)
    tell(f"{'FAILED: ' if found else 'nothing lost, doubled, missed or repeated: '}seed {seed}, logs in {folder}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
