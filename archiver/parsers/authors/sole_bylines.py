"""The only byline of a page, or the only author whom it links, wherever that stands; and where none ever does."""

import re
from collections.abc import Iterator
from itertools import islice

from archiver.parsers.authors.bylines import AMBIGUOUS, byline_names
from archiver.parsers.authors.lone_names import LONE_WORDS
from archiver.parsers.authors.person_names import looks_like_a_name
from archiver.parsers.markup.blocks import Anchor, Block, Layout
from archiver.parsers.markup.names import bit, called
from archiver.parsers.text import clean

# What is in the address of an author's page.
OF_AUTHORS = re.compile(
    r"author|/(?:auteure?s?|autor(?:en?|es|i|y|a)?|editors?|writers?|contributors?|reporters?|szerzok?|yazar(?:lar)?|skribent(?:er)?|redakteure?|autorzy)/[^/?#]"
    r"|^(?:https://(?:substack|medium)\.com)?/@[\w.-]+/?(?:[?#]|$)"
)
# Blocks of a page among which its only byline is looked for.
MOST_BLOCKS = 2_000
# Characters of a link to authors, and of a byline that stands far from the headline and the text.
LONGEST_SOLE = 60
# One word behind the names, as teasers of other stories have: "By Ann Lee, Lund".
PLACED = re.compile(r",\s[^\s,]+$")
# Boxes that name others than the story's author: readers who comment, photographers, people who are quoted, menus.
is_unsigned = called(
    r"(?<![a-z_-])(?:comments?|bread-?crumbs?)(?![a-z_-])|comment-?(?:list|body|meta|author)|caption|pull-?quote"
    r"|hmedia|related-?media|taboola|outbrain|(?<![a-z])trc[-_]|(?<![a-z_-])(?:main-|sub-|nav-)?menu(?![a-z])"
)
# How many boxes around a line are asked: those farther out hold the whole page.
MOST_AROUND = 4
QUOTING = frozenset({"blockquote", "figcaption", "figure", "nav"})
# The same where a byline stands far from the story.
UNSIGNED = bit("comment") | bit("nav") | bit("foot")


def sole_byline(layout: Layout) -> Iterator[str]:
    """The names of the page's only byline, wherever it stands but among comments and in menus."""
    found: set[tuple[str, ...]] = set()
    for block in layout.blocks[:MOST_BLOCKS]:
        if block.heading or len(block.text) > LONGEST_SOLE:
            continue
        names = byline_names(block.text)
        if not names or not all(map(_is_sole_name, names)) or AMBIGUOUS.match(block.text):
            continue
        if PLACED.search(block.text):
            continue
        is_most = 2 * sum(map(len, names)) >= len(block.text)
        if is_most and may_be_signed(block) and not block.box.meanings_around & UNSIGNED:
            found.add(names)
    if len(found) == 1:
        yield from found.pop()


def sole_link(layout: Layout) -> Iterator[str]:
    """The name of the only one whom the page links as its author, or of whom it tells behind the link."""
    found: set[str] = set()
    for block in layout.blocks[:MOST_BLOCKS]:
        for anchor in block.anchors[:1]:
            name = clean(link_text(anchor)) if leads_to_author(anchor) else ""
            is_told = block.text.startswith(f"{name} ") and block.text[len(name) + 1].islower()
            if not name or not (is_told or anchor.element.get("rel") == "author") or not _is_sole_name(name):
                continue
            if may_be_signed(block) and not block.box.meanings_around & UNSIGNED:
                found.add(name)
    if len(found) == 1:
        yield from found


def may_be_signed(block: Block) -> bool:
    """Whether a line stands in no box of those that never name the story's author."""
    around = islice(block.box.lineage(), MOST_AROUND)
    return not any(box.tag in QUOTING or is_unsigned(box.names) for box in around)


def _is_sole_name(name: str) -> bool:
    return looks_like_a_name(name) and len(name.split()) <= LONE_WORDS and "(" not in name


def link_text(anchor: Anchor) -> str:
    return "".join(text for text, _ in anchor.parts)


def leads_to_author(anchor: Anchor) -> bool:
    """Whether a link leads to an author."""
    return OF_AUTHORS.search(anchor.href) is not None or anchor.element.get("rel") == "author"
