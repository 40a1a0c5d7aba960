"""`python -m tests.fuzz --records 1000000 --seed 7`: bad input to a real worker; its exit code is 0 when each record
is an event or a dead letter and all sums are exact."""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

import typer

from tests.fuzz.run import run_fuzz
from tests.servers.reaper import Reaper

SHOWN = 20


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, help="what everything follows from; without it a new one, which is told")
    chosen = parser.parse_args()
    seed = random.SystemRandom().randrange(1_000_000) if chosen.seed is None else chosen.seed
    began = time.monotonic()

    def tell(sentence: str) -> None:
        typer.echo(f"{time.monotonic() - began:7.1f} s  {sentence}")

    with tempfile.TemporaryDirectory(prefix="abasto-fuzz-") as folder, Reaper() as reaper:
        found = run_fuzz(chosen.records, seed, Path(folder), reaper, tell)
    for difference in found[:SHOWN]:
        tell(difference)
    tell(f"{f'FAILED, {len(found):,} differences: ' if found else 'every record counted or refused, '}seed {seed}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
