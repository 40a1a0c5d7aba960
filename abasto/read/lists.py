"""Lists of alerts and positions as tables that fit a terminal of 100 columns."""

from rich import box
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from abasto.read import phrases, styles
from abasto.read.words import Words, number
from store.queries import AlertLine, AlertPage, PositionLine, PositionPage

LENDERS_IN_A_ROW = 2
"""Facilities with a surplus named in a list; `abasto show` names more."""


def alert_table(page: AlertPage, words: Words) -> RenderableType:
    """What, where, since when, how long the stock at hand lasts, what is coming and who has some, worst first."""
    if not page.alerts:
        return Group(Text(words("no_alerts")), *_left_out(page, words))
    table = _table()
    table.add_column(words("severity"), no_wrap=True)
    table.add_column(words("what"), ratio=1)
    table.add_column(words("where"), ratio=1)
    table.add_column(words("cover"), no_wrap=True)
    table.add_column(words("could_lend"), ratio=1)
    for line in page.alerts:
        table.add_row(*_alert_cells(line, words))
    return Group(table, _footer(page.total, len(page.alerts), "alert", words), *_left_out(page, words))


def _left_out(page: AlertPage, words: Words) -> list[Text]:
    """That there are more, and which option lists them, for who would otherwise miss them."""
    notes = []
    if page.told_by_others == 1:
        notes.append(words("told_by_others.one"))
    elif page.told_by_others:
        notes.append(words("told_by_others", count=f"{page.told_by_others:,}"))
    waiting = {"can_wait.pending": page.pending, "can_wait.low": page.low}
    which = [words(name, count=f"{count:,}") for name, count in waiting.items() if count]
    if which:
        notes.append(words("can_wait", count=f"{page.pending + page.low:,}", which=", ".join(which)))
    return [Text(note, style="dim") for note in notes]


def _alert_cells(line: AlertLine, words: Words) -> list[Text]:
    severity = styles.severity(words, line.severity)
    since = f"{words('since').lower()} {words.local_date(line.since, line.timezone)}"
    severity.append(f"\n{since}", style="dim not bold on default")
    if line.state != "firing":
        severity.append(f"\n{words(line.state)}", style="dim not bold on default")
    if line.facility is None or line.item is None:
        return _wide_cells(line, severity, words)
    medicine = Text(words(line.condition), style="bold")
    medicine.append(f"\n{line.item_name} {line.presentation}".rstrip(), style="not bold")
    medicine.append(f"\n{line.item}", style="not bold dim")
    if line.told_by is not None:
        medicine.append(f"\n{words(f'told_by.{line.told_by}')}", style="not bold yellow")
    resolved = line.state == "resolved"
    return [
        severity,
        medicine,
        _place(line),
        Text("\n").join([phrases.without_due(words, line), phrases.coming(words, line)]),
        Text("") if resolved else phrases.who_has(words, line.elsewhere, LENDERS_IN_A_ROW),
    ]


def _wide_cells(line: AlertLine, severity: Text, words: Words) -> list[Text]:
    """An alert about a whole facility, or about an item everywhere: no one position, but a sentence that says all."""
    what = Text(words(line.condition), style="bold")
    what.append(f"\n{f'{line.item_name} {line.presentation}'.rstrip() or words('all_items')}", style="not bold")
    if line.item is not None:
        what.append(f"\n{line.item}", style="not bold dim")
    what.append(f"\n{phrases.reason(words, line)}", style="not bold")
    where = _place(line) if line.facility is not None else Text(words("everywhere"))
    lenders = Text("") if line.item is None else phrases.who_has(words, line.elsewhere, LENDERS_IN_A_ROW)
    return [severity, what, where, Text(""), Text("") if line.state == "resolved" else lenders]


def position_table(page: PositionPage, words: Words) -> RenderableType:
    """One line for each position: status, stock, CPM, and how long it lasts without and with what is due."""
    if not page.positions:
        return Text(words("no_positions"))
    table = _table()
    table.add_column(words("status"), no_wrap=True)
    table.add_column(words("facility"), ratio=1)
    table.add_column(words("item"), ratio=1)
    table.add_column(words("usable"), justify="right", no_wrap=True)
    table.add_column(words("cover"), no_wrap=True)
    table.add_column(words("cover_with_due"), no_wrap=True)
    for line in page.positions:
        table.add_row(*_position_cells(line, words))
    return Group(table, _footer(page.total, len(page.positions), "position", words))


def _position_cells(line: PositionLine, words: Words) -> list[Text]:
    cpm = words("not_known") if line.cpm is None else number(round(line.cpm, 1))
    return [
        styles.status(words, line.status),
        _place(line),
        styles.two_lines(f"{line.item_name} {line.presentation}".rstrip(), line.item),
        styles.two_lines(words.quantity(line.usable), f"{words('cpm')} {cpm}"),
        phrases.without_due(words, line),
        phrases.with_due(words, line),
    ]


def _place(line: AlertLine | PositionLine) -> Text:
    code = line.facility if line.facility != line.facility_name else ""
    return styles.two_lines(line.facility_name, "\n".join(filter(None, [code, line.facility_state])))


def _table() -> Table:
    return Table(
        box=box.SIMPLE_HEAD, expand=True, pad_edge=False, header_style="bold", show_lines=False, padding=(0, 1)
    )


def _footer(total: int, shown: int, what: str, words: Words) -> Text:
    counted = words(f"one_{what}") if total == 1 else words(f"{what}s_counted", total=f"{total:,}")
    text = f"{counted}. " + (words("shown", shown=shown, total=f"{total:,}") if shown < total else "")
    return Text(text.rstrip(), style="dim")


def print_table(table: RenderableType) -> None:
    """On standard output; as wide as the terminal, or 120 columns in a file."""
    console = Console()
    if not console.is_terminal:
        console = Console(width=120)
    console.print(table)
