"""The lines of a page that show its title: up to the name of its section or site, or one part of it each."""

import re
from collections.abc import Sequence
from dataclasses import replace

from archiver.parsers.dates.written_dates import moment
from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.markup.names import bit
from archiver.parsers.text import word_count
from archiver.parsers.titles.stated_titles import Headline
from archiver.parsers.titles.titles import PARTING_MARKS, is_name_of_site, letters_of, marks_in

HEADLINE_NAMES = bit("headline")
# The fewest words of a headline, its most characters, and the most lines over which it is set.
HEADING_WORDS = 3
LONGEST_HEADLINE = 300
MOST_LINES = 5
# Characters of a line that gives a date and its time.
LONGEST_DATE = 40
# Blocks among which the parts of a title are looked for.
MOST_BLOCKS = 2_000
# The address of a site's first page; what a link covers of a heading that is all its name.
HOME = re.compile(r"(?:https?:)?(?://[^/?#]+)?/?", re.IGNORECASE)
MOST_OF_LINK = 0.9


def title_lines(layout: Layout, names: frozenset[str]) -> list[tuple[Block, str]]:
    """Return the blocks that may show a title, with their letters: headings, lines of some words that are no links."""
    return [
        (block, letters_of(block.text))
        for block in layout.blocks[:MOST_BLOCKS]
        if 0 < len(block.text) < LONGEST_HEADLINE
        and (
            block.heading
            or block.box.meanings & HEADLINE_NAMES
            or not (block.linked or word_count(block.text) < HEADING_WORDS)
        )
        and not (is_name_of_site(block.text, names) or leads_home(block) or _is_date(block.text))
    ]


def _is_date(text: str) -> bool:
    """Whether a line is nothing but a date."""
    if len(text) > LONGEST_DATE or not any(map(str.isdigit, text)):
        return False
    found = moment(text)
    return found is not None and 2 * (found.end - found.start) > len(text)


def leads_home(block: Block) -> bool:
    """Return whether a block is a link to the site's first page: its name."""
    return block.link_share > MOST_OF_LINK and all(HOME.fullmatch(anchor.href) for anchor in block.anchors)


def shown_part(lines: list[tuple[Block, str]], title: Headline) -> Headline | None:
    """Return the part of a title, up to or from one of its marks, that the page shows as a heading or in own lines."""
    letters, marks = letters_of(title.text), marks_in(title.text)
    in_series = title.text.startswith(("[", "【", "（"))
    found: list[tuple[bool, int, bool, Block]] = []
    for block, own in lines:
        begins = letters.startswith(own) and len(own) in marks
        ends = letters.endswith(own) and len(letters) - len(own) in marks
        if own and (begins or ends):
            is_first = begins and not in_series
            found.append((is_first and not block.linked, len(own), is_first, block))
    several = _in_lines(lines, title, letters, marks)
    if several is not None and (not found or several.text == title.text):
        return several
    if not found:
        return None
    _, size, _, block = max(found, key=lambda one: one[:3])
    return replace(title, text=title.text if size == len(letters) else block.text, block=block)


def lines_of(title: str, own: Sequence[Block], layout: Layout) -> list[Block]:
    """Return the first blocks of a text that, one right below the other, are lines of the title."""
    letters = letters_of(title)
    found: list[Block] = []
    for block in own[:MOST_LINES]:
        before, line, after = (
            letters_of(layout.blocks[index].text[:LONGEST_HEADLINE])
            if 0 <= index < len(layout.blocks)
            else ""
            for index in range(block.index - 1, block.index + 2)
        )
        goes_on = (before and before + line in letters) or (after and line + after in letters)
        if not line or not goes_on:
            break
        found.append(block)
    return found


def _in_lines(
    lines: list[tuple[Block, str]], title: Headline, letters: str, marks: frozenset[int]
) -> Headline | None:
    """A title, or what stands before one of its marks, that the page shows in several lines, the last of them."""
    for at, (block, own) in enumerate(lines):
        if not own or not letters.startswith(own) or len(own) in marks:
            continue
        so_far = own
        for number, (below, more) in enumerate(lines[at + 1 : at + MOST_LINES], 1):
            so_far += more
            if below.index != block.index + number or not more or not letters.startswith(so_far):
                break
            if len(so_far) in marks:
                return replace(title, text=_beginning(title.text, len(so_far)), block=below)
    return None


def _beginning(text: str, count: int) -> str:
    """A text up to its last of so many letters, and what closes it."""
    letters = 0
    for at, char in enumerate(text):
        letters += len(letters_of(char))
        if letters > count or (letters == count and char in PARTING_MARKS):
            return text[:at].rstrip()
    return text
