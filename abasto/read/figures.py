"""A table of figures by group: a name, columns of numbers, and notes that say what was counted."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from abasto.read.words import Words
from supply.indicators.figure import Figure

NAME_COLUMNS = 24
"""Wide enough for a name in two or three lines beside seven figures on a terminal of 100 columns."""


def figure_table(
    words: Words, by: str, columns: Iterable[str], rows: Iterable[Sequence[Text]], notes: Iterable[str]
) -> RenderableType:
    """One line for each group, its name first; `columns` and `by` name the words of the headings."""
    table = Table(box=box.SIMPLE_HEAD, expand=True, pad_edge=False, header_style="bold", padding=(0, 1))
    table.add_column(words(f"by.group.{by}"), ratio=1, min_width=NAME_COLUMNS)
    for name in columns:
        table.add_column(words(name), justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return Group(table, Text(" ".join(notes), style="dim"))


def counted(words: Words, *, shown: int, total: int) -> list[str]:
    """How many groups there are, and how many of them are shown."""
    notes = [words("i.counted_one") if total == 1 else words("i.counted", total=f"{total:,}")]
    if shown < total:
        notes.append(words("shown", shown=shown, total=f"{total:,}"))
    return notes


def percent(figure: Figure, *, signed: bool = False) -> str:
    """`71.4 %`, or a dash where there is no value: never 0 for that."""
    if figure.value is None:
        return "-"
    # Nothing that is not all, or not none, is shown as 100 or 0.
    tenths = round(figure.value * 1000)
    if tenths == 1000 and figure.value < 1:
        tenths = 999
    if tenths == 0 and figure.value > 0:
        tenths = 1
    return f"{tenths / 10:{'+' if signed and tenths else ''},.1f} %"
