"""`abasto publish`: events of JSONL files onto Kafka."""

from typing import Annotated

import typer

from abasto.options import Broker, Json


def publish(
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...", help="JSONL files of events, sent as one in the order of time; - reads standard input."
        ),
    ],
    broker: Broker = None,
    rate: Annotated[
        float | None, typer.Option("--rate", min=0.001, metavar="N", help="Send N events a second at most.")
    ] = None,
    skip_bad: Annotated[
        bool, typer.Option("--skip-bad", help="Leave bad lines out instead of sending nothing.")
    ] = False,
    raw_bad: Annotated[
        bool,
        typer.Option(
            "--raw-bad", help="Send bad lines as they are, each as one record: they end among the dead letters."
        ),
    ] = False,
    from_line: Annotated[
        list[int] | None,
        typer.Option(
            "--from-line",
            min=1,
            metavar="N",
            help="Begin with this line, to go on after an interruption. Of several files, once for each.",
            show_default=False,
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Publish events. Every line is validated first, and nothing is sent when one is bad.

    A table, CSV or XLSX, becomes events with `abasto convert`.

    An event sent again counts once within 7 days of its time; an older one is not recognised: publish history once.
    When the broker is lost, or on Ctrl-C, it says what is confirmed and from which line to go on.
    """
    from abasto.feed.publish import run

    if skip_bad and raw_bad:
        raise typer.BadParameter("--skip-bad and --raw-bad exclude each other")
    if from_line and len(from_line) != len(files):
        raise typer.BadParameter(
            f"--from-line: {len(from_line)} for {len(files)} files; give one for each, in their order"
        )
    run(
        files,
        broker=broker,
        rate=rate,
        on_bad="skip" if skip_bad else "send" if raw_bad else "refuse",
        as_json=as_json,
        from_lines=from_line or (),
    )
