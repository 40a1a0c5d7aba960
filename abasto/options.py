"""Options that several commands share, so that they are spelled and explained in one way."""

from typing import Annotated

import typer

Broker = Annotated[
    str | None,
    typer.Option(
        "--broker",
        metavar="HOST:PORT",
        help="Kafka; several addresses with commas. Else ABASTO_BROKERS, else the local one. "
        "ABASTO_SECURITY_PROTOCOL and its neighbours say how to sign in.",
        show_default=False,
    ),
]

Json = Annotated[bool, typer.Option("--json", help="Print the result as JSON, for scripts.")]
