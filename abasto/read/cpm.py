"""`abasto cpm`: the official CPM beside the observed one and this month's pace, as a table or JSON."""

from rich.console import RenderableType
from rich.text import Text

from abasto.read.commands import tidied
from abasto.read.figures import counted, figure_table, percent
from abasto.read.lists import print_table
from abasto.read.session import read_model, settings_for
from abasto.read.styles import two_lines
from abasto.read.words import Lang, Words, number
from abasto.terminal import print_json
from store import queries
from store.queries import CpmLine, CpmPage, PositionFilter
from store.queries.supervision import SupervisedBy
from supply.indicators.figure import Figure

COLUMNS = ("c.official", "c.observed", "c.difference", "c.off_by", "c.pace")


def list_cpm(
    database: str | None, wanted: PositionFilter, *, by: SupervisedBy, limit: int, lang: Lang, as_json: bool
) -> None:
    """Prints the CPM supervision of the positions wanted; codes and states in `wanted` are as typed."""
    with read_model(settings_for(database)) as engine, engine.connect() as connection:
        page = queries.cpm_supervision(connection, tidied(connection, wanted), by=by, limit=limit)
    if as_json:
        print_json(page)
    else:
        print_table(cpm_table(page, Words(lang)))


def cpm_table(page: CpmPage, words: Words) -> RenderableType:
    """One line for each group; what is not known is a dash, and why is in the JSON."""
    if not page.lines or page.share_gone is None:
        return Text(words("no_indicators"))
    notes = counted(words, shown=len(page.lines), total=page.total)
    notes.append(words("c.note", month=page.running_month, gone=f"{page.share_gone * 100:.0f} %"))
    if page.by != "position":
        notes.append(words("c.sets"))
    return figure_table(words, page.by, COLUMNS, (_cells(line, page, words) for line in page.lines), notes)


def _cells(line: CpmLine, page: CpmPage, words: Words) -> list[Text]:
    cpm = line.cpm
    compared = cpm.difference.counted > 0
    official, off = cpm.difference.whole or 0, cpm.difference.part or 0
    name = line.name or line.group or words("nation" if page.by == "nation" else "no_state")
    code = line.group.replace("|", " ") if line.group != name else ""
    below = [code, _out_throughout(line, page, words)]
    if page.by != "position":
        below.insert(1, _counted(line, words))
    return [
        two_lines(name, "\n".join(filter(None, below))),
        Text(_pieces(official) if compared else "-"),
        Text(_pieces(official + off) if compared else "-"),
        two_lines(percent(cpm.difference, signed=True), _pieces(off, signed=True) if compared else ""),
        Text(percent(cpm.off_by)),
        two_lines(percent(cpm.pace), _paces(cpm.pace)),
    ]


def _counted(line: CpmLine, words: Words) -> str:
    """Of how many positions the columns speak: those that are compared, and those with a pace."""
    compared, paced = line.cpm.difference.counted, line.cpm.pace.counted
    return words("c.of", compared=f"{compared:,}", paced=f"{paced:,}", all=f"{line.positions:,}")


def _out_throughout(line: CpmLine, page: CpmPage, words: Words) -> str:
    """That nothing is observed where there was nothing to hand out: neither compared nor given a pace."""
    # Where the month has just begun there is no pace to leave any out of.
    out = max(figure.left_out.get("out_throughout", 0) for figure in (line.cpm.difference, line.cpm.pace))
    if not out:
        return ""
    return words("c.out_one") if page.by == "position" else words("c.out", out=f"{out:,}")


def _paces(pace: Figure) -> str:
    """What the percentage is of: it holds for all positions with a CPM, also those without an official one."""
    return "" if pace.part is None or pace.whole is None else f"{_pieces(pace.part)} / {_pieces(pace.whole)}"


def _pieces(amount: float, *, signed: bool = False) -> str:
    return ("+" if signed and amount > 0 else "") + number(round(amount, 1))
