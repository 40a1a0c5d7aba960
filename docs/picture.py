"""Draws what a command prints as an SVG for the README: `docs/picture.py FILE.svg COMMAND...`.

.venv/bin/python docs/picture.py docs/alert.svg abasto show DFIMS000061 010.000.6097.00
"""

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

WIDTH = 118

# Rich's own template loads a font from the web; a picture in a repository asks for nothing.
FORMAT = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" xml:space="preserve">
<style>
.{unique_id}-matrix {{ font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: {char_height}px;
  line-height: {line_height}px; white-space: pre; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g></svg>
"""


def main() -> None:
    """Run the command and write the picture."""
    target, *command = sys.argv[1:]
    environment = os.environ | {"COLUMNS": str(WIDTH), "FORCE_COLOR": "1"}
    printed = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    console = Console(record=True, width=WIDTH, file=StringIO(), force_terminal=True)
    console.print(Text.from_ansi(printed.strip("\n")))
    picture = console.export_svg(title=" ".join(command), theme=DIMMED_MONOKAI, code_format=FORMAT, unique_id="abasto")
    Path(target).write_text(picture, encoding="utf-8")


if __name__ == "__main__":
    main()
