"""A run as a section of `docs/benchmarks.md`, between two marks: what stands around it is written by hand."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks.summary import markdown

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN = "<!-- make bench ARGS=--write: begin -->"
END = "<!-- make bench ARGS=--write: end -->"


def section(circumstances: Sequence[str], tables: Mapping[str, Sequence[Sequence[str]]]) -> str:
    """The circumstances as a list, then each table under its title."""
    lines = [f"- {each}" for each in circumstances]
    for title, cells in tables.items():
        lines += ["", f"{title}:", "", *markdown(cells)]
    return "\n".join(lines)


def put_into(page: str, written: str) -> str:
    """The page with this between its marks. Raises ValueError when it has none."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page lacks the marks {BEGIN} and {END}, between which the figures belong")
    return f"{before}{BEGIN}\n\n{written}\n\n{END}{after}"
