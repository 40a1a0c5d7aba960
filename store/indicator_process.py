"""A program of its own that reads the indicators once: an address on standard input, JSON on standard output.

Not a thread of the projector: 300,000 positions are half a minute of Python, and for as long a thread took the
interpreter away from the projector, which then wrote at a third of its pace (`docs/decisions/indicator-metrics.md`).
Nor a program for people: they have `abasto indicators`.
"""

import os
import sys

import msgspec
from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from store.database import DatabaseNotReady, DatabaseUnusable
from store.queries import NationAndStates, nation_and_states, open_read_model

NICENESS = 10
"""Whoever serves people goes first; these figures may come a little later."""


def main() -> int:
    """Exit code 0 with the answer; 1 with a sentence on standard error."""
    os.nice(NICENESS)
    try:
        with open_read_model(sys.stdin.read()) as engine:
            said = _read(engine)
    except (DatabaseNotReady, DatabaseUnusable) as wrong:
        return _failed(str(wrong))
    except DBAPIError as error:
        return _failed(str(error.orig))
    sys.stdout.buffer.write(msgspec.json.encode(said))
    return 0


def _read(engine: Engine) -> NationAndStates:
    """Everything from one moment: the projector goes on writing between two statements."""
    if engine.dialect.name == "postgresql":
        options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
        with engine.connect().execution_options(**options) as connection:
            return nation_and_states(connection)
    with engine.connect() as connection:
        return _read_only(connection)


def _read_only(connection: Connection) -> NationAndStates:
    connection.execute(text("PRAGMA query_only = ON"))
    return nation_and_states(connection)


def _failed(reason: str) -> int:
    sys.stderr.write(" ".join(reason.split()) + "\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
