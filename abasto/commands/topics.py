"""`abasto topics`: the topics of the plan, made with the settings that the engine relies on."""

from collections.abc import Coroutine
from typing import Any, TypeVar

import typer

from abasto.options import Broker, Json

Answer = TypeVar("Answer")

topics_app = typer.Typer(help="The topics of Abasto in Kafka: make them, check them.", no_args_is_help=True)


@topics_app.command()
def create(broker: Broker = None, as_json: Json = False) -> None:
    """Make the topics that are missing; those that are there are checked and left as they are."""
    from abasto.kafka import settings_for
    from abasto.terminal import print_json
    from streams.topic_check import ensure_topics

    created = _asked(ensure_topics(settings_for(broker), create=True))
    if as_json:
        print_json({"created": created})
    else:
        typer.echo(f"Created {len(created)} topics: {', '.join(created)}" if created else "All topics are there")


@topics_app.command()
def check(broker: Broker = None, as_json: Json = False) -> None:
    """List what is missing or not as planned, and what to do about it; nothing is changed.

    The status is 1 when there is something. With --json it says `missing`, and `different` with the remedy of each.
    """
    from abasto.kafka import settings_for
    from abasto.terminal import Failure, print_json
    from streams.topic_check import compare_topics

    missing, different = _asked(compare_topics(settings_for(broker)))
    if as_json:
        print_json({"missing": missing, "different": different})
    for each in () if as_json else different:
        harm = "positions would be wrong" if each.wrong_answers else "records are deleted sooner than planned"
        typer.echo(f"{each}: {harm}\n  {each.remedy}")
    sentences = [f"{len(different)} settings of topics are not as planned"] if different else []
    if missing:
        sentences.append(f"missing topics: {', '.join(missing)}. Create them with `abasto topics create`")
    if sentences:
        raise Failure("; ".join(sentences))
    if not as_json:
        typer.echo("All topics are there and as they must be")


def _asked(question: Coroutine[Any, Any, Answer]) -> Answer:
    import asyncio

    from abasto.terminal import Failure
    from streams.faults import EngineFault

    try:
        return asyncio.run(question)
    except EngineFault as fault:
        raise Failure(str(fault)) from fault
