"""How values look on a terminal, in a pipe, and as JSON."""

import sys
from io import TextIOWrapper

from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from archiver.wording import (
    by_number,
    byte_text,
    counted,
    date_text,
    day_text,
    duration_text,
    fields_of,
    iso_text,
    json_text,
    listed,
    minute_text,
    printable,
    span_text,
)
from db.searching.excerpt import MARK_END, MARK_START, PLAIN_MARK

__all__ = [
    "MARK_END",
    "MARK_START",
    "Output",
    "by_number",
    "byte_text",
    "counted",
    "date_text",
    "day_text",
    "duration_text",
    "fields_of",
    "iso_text",
    "listed",
    "marked",
    "minute_text",
    "plain_marks",
    "print_json",
    "printable",
    "span_text",
    "write_utf8",
]

# Columns of a text that is read rather than scanned, however wide the terminal is.
READING_WIDTH = 88
# Columns of a text beside its margin, however narrow the terminal is.
NARROWEST = 10
# Columns of a table in a pipe: enough for all of them, so that nothing is cut.
PIPE_WIDTH = 200
# Columns of the longest bar.
BAR_WIDTH = 40


class Output(Console):
    """Standard output or standard error: styled and wrapped on a terminal, plain lines elsewhere."""

    def __init__(self, *, stderr: bool = False) -> None:
        super().__init__(stderr=stderr, highlight=False, markup=False, emoji=False)
        if not self.is_terminal:
            self.width = PIPE_WIDTH

    def on_broken_pipe(self) -> None:
        """Leave it to main to end quietly."""
        raise BrokenPipeError

    def say(self, *parts: str | Text | tuple[str, str], margin: str = "") -> None:
        """Print parts, texts or pairs of text and style, behind each other; wrapped on a terminal only.

        margin stands before the first line; lines that follow are indented by as much.
        """
        text = Text.assemble(*map(_harmless, parts))
        columns = max(self.width - len(margin), NARROWEST) if self.is_terminal else None
        lines = text.wrap(self, columns) if columns else [text]
        for number, line in enumerate(lines):
            line.rstrip()
            before = " " * len(margin) if number else margin
            self.print(Text.assemble((before, "cyan"), line), soft_wrap=True)

    def say_whole(self, *parts: str | tuple[str, str], indent: int, style: str = "") -> None:
        """Print an address or a command, with what stands beside it, in one piece, so that it can be copied."""
        self.print(Text.assemble(" " * indent, *map(_harmless, parts), style=style), soft_wrap=True)

    def print_rows(self, table: Table) -> None:
        """Print a table of texts; on a terminal too narrow for it, each row as a paragraph of its own."""
        needed = Measurement.get(self, self.options.update(max_width=PIPE_WIDTH), table).maximum
        if needed <= self.width:
            self.print(table)
            return
        names = [str(column.header) for column in table.columns]
        for title, *cells in zip(*(map(str, column.cells) for column in table.columns), strict=True):
            for line in title.split("\n"):
                self.say((line, "bold"))
            about = zip(names[1:], cells, strict=True)
            self.say(listed(f"{name} {cell}" for name, cell in about if cell), margin="  ")

    def paragraph(self, text: Text) -> None:
        """Print text wrapped to columns that are good to read, on a terminal or not."""
        for line in text.wrap(self, min(READING_WIDTH, self.width)):
            line.rstrip()
            self.print(line, soft_wrap=True)


def _harmless(part: str | Text | tuple[str, str]) -> str | Text | tuple[str, str]:
    if isinstance(part, Text):  # made of stored text, which holds no such characters
        return part
    return printable(part) if isinstance(part, str) else (printable(part[0]), part[1])


def print_json(value: object) -> None:
    """Print value as one line of JSON in UTF-8: dataclasses as objects, times as ISO 8601."""
    sys.stdout.write(f"{json_text(value)}\n")


def marked(snippet: str, *, bold: bool) -> Text:
    """Return a search's snippet with its matches in bold, or between plain marks."""
    if not bold:
        return Text(plain_marks(snippet))
    text = Text()
    for index, part in enumerate(snippet.split(MARK_START)):
        match, _, rest = part.partition(MARK_END) if index else ("", "", part)
        text.append(match, "bold yellow")
        text.append(rest)
    return text


def plain_marks(snippet: str) -> str:
    """Return a search's snippet with its matches between plain marks."""
    return snippet.replace(MARK_START, PLAIN_MARK).replace(MARK_END, PLAIN_MARK)


def bar(number: int, most: int) -> str:
    """Return a bar as long as number is, beside others of which most is the largest."""
    return "█" * max(round(number / max(most, BAR_WIDTH) * BAR_WIDTH), 1)


def write_utf8() -> None:
    """Write standard output in UTF-8 from here on, whatever the terminal's locale: programs will read it."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="replace")
