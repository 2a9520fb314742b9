"""The headline of a page whose titles name but its site: the line right above its text."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from archiver.items import Origin
from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.story.article import Story, stands_beside
from archiver.parsers.story.reasons import Reason
from archiver.parsers.text import ends_sentence, word_count
from archiver.parsers.titles.headline import FEWEST_IN_ADDRESS, SPELLED
from archiver.parsers.titles.stated_titles import Headline
from archiver.parsers.titles.title_lines import HEADLINE_NAMES
from archiver.parsers.titles.titles import letters_of, likeness_of, names_in_path, spelled, words_of

# How far above the text it stands, in blocks, and its words.
REACH = 8
WORDS = (3, 30)
# Words of a line that may be the text's first without being marked.
SHORT = 20
# A heading further above the text, in blocks, shows the site's name.
FAR = 8
# A title up to this share of common words is another one.
UNLIKE = 0.34
# A line is a link from this share of it on.
LINKED = 0.5
# The share of a line in bold letters that makes it one to look at.
BOLD = 0.8
# A title for sharing names the site if the text has from the first share on of the words of the line above, and of its
# own up to the second share of that. Of so many characters of the text.
SHARED, FOREIGN = 0.3, 0.6
# A title of the tab tells of the text from this share of its words on.
MOSTLY = 0.5
MOST_READ = 20_000


def line_above(layout: Layout, title: Headline, found: Story, url: str, fetched: datetime) -> Headline | None:
    """Return the headline that stands right above a story's text, or None where the page tells its title elsewhere.

    It is a heading, a line called so or in bold letters, else the last line of some words, and may be the text's first.
    """
    if not found.blocks or not _is_unshown(title, found.blocks[0]):
        return None
    first = found.blocks[0]
    stated = words_of(title.text)
    lines: list[Block] = []
    end = first.index + (2 if _is_linked(first) or word_count(first.text) < WORDS[0] else 1)
    for block in reversed(layout.blocks[max(0, first.index - REACH) : end]):
        if _may_be(block, fetched) and likeness_of(words_of(block.text), stated) <= UNLIKE:
            lines.append(block)
        if (
            _is_linked(block) and word_count(block.text) >= WORDS[0]
        ):  # a list above the story, or its own headline
            break
    marked = [block for block in lines if _is_marked(block)]
    plain = [
        block
        for block in lines
        if not (block.anchors or ends_sentence(block.text))
        and (block.index < first.index or word_count(block.text) <= SHORT)
    ]
    best = marked[-1] if marked else next((block for block in plain if block.index <= first.index), None)
    if best is None or not _is_told_of(best, title, found):
        best = _named_by_address(layout.blocks[: first.index], url)
    if best is None:
        return None
    return Headline(best.text, best, Origin.TEXT)


def without_headline(found: Story, title: Headline) -> Story:
    """Return the story without the block that shows its headline, if it is one of its own."""
    shown = title.block
    if shown is None or shown not in found.blocks:
        return found
    kept = tuple(block for block in found.blocks if block is not shown)
    lead = found.lead if found.lead is not shown else None
    return replace(found, blocks=kept, lead=lead, reasons={**found.reasons, shown.index: Reason.REPEATS})


def _is_unshown(title: Headline, first: Block) -> bool:
    """Whether nothing right above a text shows the page's only title, that of its tab or for sharing."""
    if not title.text:
        return True
    if title.origin is Origin.META:
        return title.block is None
    if title.origin is not Origin.TITLE:
        return False
    if title.block is None or not 0 <= first.index - title.block.index <= FAR:
        return True
    return letters_of(title.block.text) not in letters_of(title.text)


def _named_by_address(above: Sequence[Block], url: str) -> Block | None:
    """The last heading above a text whose words the page's address spells."""
    name = max(names_in_path(url), key=len, default=frozenset())
    if len(name) < FEWEST_IN_ADDRESS:
        return None
    headings = (block for block in reversed(above) if block.heading and not block.anchors)
    return next((block for block in headings if spelled(block.text, name) >= SPELLED), None)


def _is_told_of(line: Block, title: Headline, found: Story) -> bool:
    """Whether a text has the words of a line rather than those of the page's title; one for its tab may name all."""
    told = words_of(" ".join(block.text for block in found.blocks if block is not line)[:MOST_READ])
    own, stated = (words_of(text) for text in (line.text, title.text))
    ours = len(own & told) / max(1, len(own))
    its = len(stated & told) / max(1, len(stated))
    if title.origin is Origin.META:
        return ours >= SHARED and its <= FOREIGN * ours
    return its < MOSTLY or its <= ours


def _may_be(block: Block, fetched: datetime) -> bool:
    if not WORDS[0] <= word_count(block.text) <= WORDS[1] or stands_beside(block.text, fetched):
        return False
    return not (block.box.hidden or any(box.tag == "nav" for box in block.box.lineage()))


def _is_linked(block: Block) -> bool:
    return block.link_share > LINKED


def _is_marked(block: Block) -> bool:
    """Whether a line is a heading, called one or in bold letters."""
    named = block.heading > 0 or block.box.meanings & HEADLINE_NAMES != 0
    return named or (block.emphasised >= BOLD * len(block.text) and not ends_sentence(block.text))
