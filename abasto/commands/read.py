"""`abasto positions`, `alerts`, `show` and `dead-letters`: what the read model says."""

import datetime as dt
from pathlib import Path
from typing import Annotated, Literal, cast

import typer

from abasto.options import Broker, Json
from schemas.alerts import AlertState, Condition, Severity
from schemas.dead_letters import Fault
from schemas.positions import Status

Database = Annotated[
    str | None,
    typer.Option(
        "--database",
        metavar="URL",
        help="The read model: sqlite:///FILE or postgresql://USER@HOST/NAME. Else ABASTO_DATABASE, else the local one.",
        show_default=False,
    ),
]


AlertStates = Literal["open", "firing", "pending", "resolved", "all"]
LetterStates = Literal["open", "resent", "all"]
Order = Literal["worst", "cover", "stockout", "facility", "item"]

Language = Annotated[
    Literal["en", "es"],
    typer.Option("--lang", envvar="ABASTO_LANG", help="Headings and words in English or Spanish; names stay."),
]
Limit = Annotated[int, typer.Option("--limit", min=1, max=100_000, help="Lines at most.")]
Place = Annotated[str | None, typer.Option("--facility", metavar="CODE", help="One facility, by its code or an alias.")]
Medicine = Annotated[
    str | None,
    typer.Option("--item", metavar="CODE", help="One item; the start of a code takes all packs of a medicine."),
]
InState = Annotated[str | None, typer.Option("--in", metavar="STATE", help="Facilities of one state (entidad).")]
Oncology = Annotated[
    bool | None, typer.Option("--oncology/--other", help="Oncology items, or all others.", show_default=False)
]
Search = Annotated[
    str | None, typer.Option("--search", metavar="WORDS", help="Words from the names of item and facility.")
]


def positions(
    *,
    facility: Place = None,
    item: Medicine = None,
    status: Annotated[Status | None, typer.Option("--status", help="One status only.")] = None,
    in_state: InState = None,
    oncology: Oncology = None,
    search: Search = None,
    sort: Annotated[Order, typer.Option("--sort", help="Order of the lines.")] = "worst",
    limit: Limit = 50,
    lang: Language = "en",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """List stock positions, worst first."""
    from abasto.read.commands import list_positions
    from store.queries import PositionFilter

    wanted = PositionFilter(
        facility=facility,
        item=item,
        facility_state=in_state,
        status=status,
        oncology=oncology,
        words=search,
    )
    list_positions(database, wanted, sort=sort, limit=limit, lang=lang, as_json=as_json)


def alerts(
    *,
    state: Annotated[AlertStates | None, typer.Option("--state", help="open: firing and pending.")] = None,
    condition: Annotated[Condition | None, typer.Option("--condition", help="One condition only.")] = None,
    severity: Annotated[Severity | None, typer.Option("--severity", help="This severity or worse.")] = None,
    facility: Place = None,
    item: Medicine = None,
    in_state: InState = None,
    search: Search = None,
    since: Annotated[
        dt.datetime | None,
        typer.Option("--since", formats=["%Y-%m-%d"], help="Conditions that began on this day or later."),
    ] = None,
    each: Annotated[
        bool,
        typer.Option("--each", help="List also what an alert about a whole facility or item tells already."),
    ] = False,
    limit: Limit = 50,
    lang: Language = "en",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """List alerts, worst first, with what a coordinator checks anyway.

    Unasked, those that fire: what is pending or of low severity can wait, and is only counted. --state, --severity,
    --condition, --facility and --item list whatever meets them.
    """
    from abasto.read.commands import list_alerts
    from store.queries import AlertFilter

    one_state: AlertState | None
    match state:
        case None | "open" | "all":
            one_state = None
        case _:
            one_state = state
    # Who asks for one place or one item wants to see it all.
    one_of_many = facility is not None or item is not None
    wanted = AlertFilter(
        state=one_state,
        still_open=state in (None, "open"),
        condition=condition,
        severity=severity,
        facility=facility,
        facility_state=in_state,
        item=item,
        since=since.astimezone() if since else None,
        each=each or one_of_many or state in ("resolved", "all"),
        waiting=one_of_many or state is not None or severity is not None or condition is not None,
        words=search,
    )
    list_alerts(database, wanted, limit=limit, lang=lang, as_json=as_json)


def show(
    facility: Annotated[str, typer.Argument(help="The facility, by its code or an alias.")],
    item: Annotated[str, typer.Argument(help="The item, by its code or by words of its name.")],
    lang: Language = "en",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Show one position: every number with the inputs it came from, the last months, what is due, who has some."""
    from abasto.read.commands import show_position

    show_position(database, facility, item, lang=lang, as_json=as_json)


dead_letters_app = typer.Typer(
    help="Records that could not count: list them, look at one, send a mended one again.", no_args_is_help=True
)

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="topic:partition:offset, as `list` shows it.")]


@dead_letters_app.command("list")
def list_dead_letters(
    *,
    state: Annotated[LetterStates, typer.Option("--state", help="open: not sent again yet.")] = "open",
    fault: Annotated[Fault | None, typer.Option("--fault", help="One kind of fault.")] = None,
    topic: Annotated[str | None, typer.Option("--topic", help="Those of one topic.")] = None,
    limit: Limit = 50,
    lang: Language = "en",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """List dead letters, newest first."""
    from abasto.read.letters import list_letters

    list_letters(
        database,
        state=None if state == "all" else state,
        fault=fault,
        topic=topic,
        limit=limit,
        lang=lang,
        as_json=as_json,
    )


@dead_letters_app.command("show")
def show_dead_letter(number: Number, lang: Language = "en", database: Database = None, as_json: Json = False) -> None:
    """Show a dead letter: what is wrong with it, and the record as it was."""
    from abasto.read.letters import show_letter

    show_letter(database, number, lang=lang, as_json=as_json)


@dead_letters_app.command("resend")
def resend_dead_letter(
    number: Annotated[
        str | None, typer.Argument(metavar="[NUMBER]", help="topic:partition:offset, as `list` shows it.")
    ] = None,
    *,
    fault: Annotated[
        Fault | None, typer.Option("--fault", help="Instead of one: all open ones of a fault, as they were.")
    ] = None,
    topic: Annotated[str | None, typer.Option("--topic", help="With --fault: those of one topic.")] = None,
    mended: Annotated[
        Path | None,
        typer.Option(
            "--with", metavar="FILE", help="Send the bytes of this file instead.", exists=True, dir_okay=False
        ),
    ] = None,
    again: Annotated[
        bool, typer.Option("--again", help="Send it though it was sent again before, or may have been.")
    ] = False,
    broker: Broker = None,
    lang: Language = "en",
    database: Database = None,
    as_json: Json = False,
) -> None:
    """Send a dead letter again: as it was, because what it lacked is there now, or mended; or all of a fault.

    Once: a second time needs --again. The same event counts once within 7 days of its time; an older one is not
    recognised and counts each time it is sent.
    """
    from abasto.read.letters import resend_letter, resend_letters

    if (number is None) == (fault is None):
        raise typer.BadParameter("give the NUMBER of one dead letter, or --fault for all of a kind")
    if number is None:
        if mended is not None or again:
            raise typer.BadParameter("--with and --again are for one dead letter, by its NUMBER")
        resend_letters(database, cast("Fault", fault), topic, broker=broker, lang=lang, as_json=as_json)
        return
    if topic is not None:
        raise typer.BadParameter("--topic goes with --fault")
    resend_letter(database, number, mended, again=again, broker=broker, lang=lang, as_json=as_json)
