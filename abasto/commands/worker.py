"""`abasto worker`: count events and judge positions, one process of as many as there are partitions."""

from typing import Annotated

import typer

from abasto.options import Broker


def worker(
    broker: Broker = None,
    create_topics: Annotated[
        bool, typer.Option("--create-topics", help="Make the topics that are missing instead of refusing to start.")
    ] = False,
) -> None:
    """Run a worker until it is told to stop. ABASTO_* variables set the rest (streams/settings.py)."""
    import logging

    from abasto.kafka import settings_for
    from agents.voices import quiet_libraries
    from agents.worker import run_worker

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    quiet_libraries()
    raise typer.Exit(run_worker(settings_for(broker), create_topics=create_topics))
