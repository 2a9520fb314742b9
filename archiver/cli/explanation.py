"""How an explanation of a split looks: a line a block, in colour on a terminal."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from rich.cells import set_cell_size
from rich.text import Text

from archiver.cli.rendering import Output, counted, printable

if TYPE_CHECKING:
    from archiver.parsers.explain import BlockDecision, Explanation

# Columns of a terminal from which on a block's path has room beside its text.
WIDE = 140
# Columns of what stands before the text, and of the path where it has room.
DECISION_WIDTH = 17
WHY_WIDTH = 30
PATH_WIDTH = 44
KEY_WIDTH = 17
# Characters of a text in a pipe.
LONGEST_TEXT = 160
# Links that are no stories are listed from this chance on: below are menus, by the hundred.
LEAST_SHOWN = 0.05
STYLES = {
    "headline": "bold",
    "lead": "green",
    "story": "green",
    "related": "cyan",
    "byline": "yellow",
    "date": "yellow",
    "removed": "red",
    "left out": "dim",
}


def print_explanation(output: Output, name: str, explanation: "Explanation", rules_of: str) -> None:
    """Print why a file is split as it is; rules_of says where the rules come from, or why there are none."""
    output.say((name, "bold"))
    _print_rules(output, explanation, rules_of)
    if explanation.verdict:
        _row(output, "no article", explanation.verdict)
    output.print()
    for block in explanation.blocks:
        _print_block(output, block)
    output.print()
    for field in explanation.fields:
        if field.value:
            _row(output, field.field, f"{field.value}{f' ({field.origin})' if field.origin else ''}")
    output.print()
    for line in _links(explanation):
        output.print(_fitted(output, line), soft_wrap=True)


def _print_rules(output: Output, explanation: "Explanation", rules_of: str) -> None:
    since = f" from {explanation.valid_from}" if explanation.valid_from else ""
    _row(output, "rules", f"{rules_of}{since}" if explanation.has_rules else f"none hold: {rules_of}")
    for match in explanation.rules:
        found = f"matched {counted(match.count, 'element') if match.count else 'nothing'}"
        note = f": {match.note}" if match.note else ""
        _row(output, f"  {match.key}", f"`{match.selector}` {found}{note}")


def _row(output: Output, key: str, text: str) -> None:
    output.say(text, margin=set_cell_size(key, KEY_WIDTH) + " ")


def _print_block(output: Output, block: "BlockDecision") -> None:
    """Print a block as one line; on a narrow terminal as two."""
    style = STYLES[block.decision]
    decision = f"related {block.kind}" if block.kind not in (None, "related") else str(block.decision)
    chance = "    " if block.chance is None else f"{block.chance:.2f}"
    text = printable(block.text)
    if output.is_terminal and output.width < WIDE:
        _print_line(output, (f"{set_cell_size(decision, DECISION_WIDTH)} {chance}  {text}", style))
        _print_line(
            output, (f"{' ' * DECISION_WIDTH}       {printable(block.why)} · {printable(block.path)}", "dim")
        )
        return
    why = set_cell_size(printable(block.why), WHY_WIDTH)
    path = set_cell_size(_end_of(printable(block.path), PATH_WIDTH), PATH_WIDTH)
    _print_line(output, (f"{set_cell_size(decision, DECISION_WIDTH)} {chance}  {why}  {path}  {text}", style))


def _print_line(output: Output, *parts: tuple[str, str]) -> None:
    output.print(_fitted(output, Text.assemble(*parts)), soft_wrap=True)


def _fitted(output: Output, line: Text) -> Text:
    """Return a line as long as the terminal is wide; in a pipe somewhat longer."""
    width = output.width if output.is_terminal else output.width + LONGEST_TEXT
    line.truncate(width, overflow="ellipsis")
    line.rstrip()
    return line


def _end_of(path: str, width: int) -> str:
    """Return the end of a path, which tells the most, in so many characters."""
    return path if len(path) <= width else "…" + path[1 - width :]


def _links(explanation: "Explanation") -> Iterator[Text]:
    """Yield a line for each link that is another story, then for those that were weighed and are none."""
    shown = [link for link in explanation.links if link.kind or link.chance >= LEAST_SHOWN]
    for link in sorted(shown, key=lambda link: link.kind is None):
        taken = "related" if link.kind == "related" else f"related {link.kind}"
        kind = taken if link.kind else f"below {explanation.least:g}"
        heading = f" [{printable(link.block)}]" if link.block else ""
        yield Text(
            f"{set_cell_size(kind, DECISION_WIDTH)} {link.chance:.2f}  {printable(link.headline)}{heading}"
            f"  {printable(link.url)}",
            STYLES["related"] if link.kind else STYLES["left out"],
        )
    if unlikely := len(explanation.links) - len(shown):
        text = f"{counted(unlikely, 'link')} below a chance of {LEAST_SHOWN:g}"
        yield Text(f"{set_cell_size('left out', DECISION_WIDTH)} {text}", STYLES["left out"])
