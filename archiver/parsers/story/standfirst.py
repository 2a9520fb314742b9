"""The standfirst: the lines between a story's headline and its text that sum it up."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, takewhile

from archiver.parsers.markup.blocks import HEADINGS, Block, Box, Layout
from archiver.parsers.markup.names import LONGEST_NAME, bit, called, name_bits
from archiver.parsers.models.boxes import form
from archiver.parsers.models.text_features import Columns
from archiver.parsers.text import fold, word_count
from archiver.parsers.titles.titles import words_of

# Lines between headline and text that may be the standfirst, blocks among which they are looked for, as buttons to
# share it stand there too, and its length in words.
REACH = 10
FAR = 40
MOST_LINES = 5
WORDS = (4, 90)
# Unless its box or the page's description says that it is one: the nearest blocks, the boxes around the headline
# that it must share, the fewest words.
NEAR = 3
SHARED = 4
PLAIN_WORDS = 8
# On pages that are not a newsroom's, the block must also have this chance of being text: blogs show a description
# of the site or a call to subscribe in the same place (below it, gold has one of four), newsrooms hardly ever do (9 of
# 10 such blocks are standfirsts) unless it is a line of a few words.
CHANCE = 0.4
FEW_WORDS = 12
MOST_LINKED = 0.5
DESCRIPTION_SIZE = 60
# Characters of a kicker that a standfirst may have before what the description begins with.
KICKER_SIZE = 30
# The share of its words that a line has from the headline from which on it is the headline again.
SAME = 0.9
# The share of a paragraph in bold letters that sets it apart from the next one.
BOLD = 0.8
LEAD_NAMES = bit("lead")
# What only a standfirst's box is called, and what an introduction's is: where the page's description repeats it, one of
# few words or unlikely to be text is the standfirst; the first also in newsrooms. Of subtitles and excerpts gold of
# blogs leaves most out, repeated or not.
is_lead = called(
    r"(?<![a-z])(?:lead(?![-_]?(?:image|img|photo|picture|media|asset|video|caption|form|gen))|lede|stand[-_]?first"
    r"|(?<!card[-_])dec?k|sub[-_]?head(?:line)?|sub[-_]?line|preface|chap[oô]|chapeau|ingress|preamble|entradilla"
    r"|bajada|linha[-_]?fina|sommario|perex|zajawka|manchet|vorspann)"
    r"(?:[-_]?(?:text|paragraph))?(?![a-z])"
)
is_introduction = called(r"(?<![a-z])intro(?:duction)?(?![a-z])")
# A paragraph is called so for the letter that it begins with.
is_initial = called(r"(?<![a-z])(?:first|drop[-_]?cap)(?![a-z])")
# A class of stylesheets for how far lines stand apart: "leading-6", "md:leading-tight".
LINE_HEIGHT = re.compile(r"(?<![a-z])leading(?![a-z])[^\s]*")
# What tells of a picture, the author or a film is none, and right below the headline neither what invites.
OFF_NAMES = bit("author")
AROUND = 3
is_caption = called(r"video[-_]?desc|(?<![a-z])caption(?![a-z])")
OTHER_NAMES = bit("caption") | bit("signup") | bit("advert") | bit("share") | bit("tag") | OFF_NAMES
FIGURES = frozenset({"figure", "figcaption"})


@dataclass(frozen=True, slots=True, eq=False)
class Announced:
    """What a page announces its story with."""

    headline: Block | None
    """The block that shows the headline."""
    descriptions: tuple[str, ...]
    """The page's descriptions for search engines and for those who share it."""
    is_news: bool
    """Whether its data call it a news article."""
    is_article: bool = False
    """Whether it is shared as an article."""
    entries: frozenset[str] = frozenset()
    """The headlines, folded, of the entries that its data list: those of a live blog."""
    title: str = ""
    """The headline, of which the block may show but a line."""
    url: str = ""
    """The page's address."""


def standfirst(
    layout: Layout,
    announced: Announced,
    chosen: list[Block],
    chances: Columns,
    may_lead: Callable[[Block], bool],
) -> list[Block]:
    """Return the blocks that are the standfirst of the story whose text is chosen: one, the lines of a list, or none.

    It stands below the headline and before the text, or is the text's first block, and is called so by its box,
    repeated in the page's description or, in newsrooms, right below the headline in the same box; where a page is
    shared as an article, both and above its byline or date. chances are the blocks' of being text; may_lead says what
    is no label, byline or date.
    """
    headline = announced.headline
    if headline is None:
        return []
    if not announced.is_news and _is_marked_news(headline):
        announced = replace(announced, is_news=True)
    first = max(chosen[0].index, headline.index)
    between = layout.blocks[headline.index + 1 : min(first, headline.index + FAR) + 1]
    for block in islice((block for block in between if _may_be(block)), REACH):
        may_be_one = not _goes_on(chosen) if block is chosen[0] else may_lead(block)
        if not may_be_one or _repeats(block, headline):
            continue
        is_one = _is_standfirst(block, announced, chosen, chances)
        # Blogs have a call to subscribe there, but then no byline or date below it.
        if not is_one and announced.is_article and _sums_up(block, announced, chosen):
            is_one = not all(map(may_lead, layout.blocks[block.index + 1 : first]))
        if is_one:
            return [block, *_next_lines(layout, block, may_lead)]
    return []


def _is_marked_news(headline: Block) -> bool:
    """Whether microdata call the story around a headline a news article."""
    return any("NewsArticle" in box.element.get("itemtype", "") for box in headline.box.lineage())


def _is_standfirst(block: Block, announced: Announced, chosen: list[Block], chances: Columns) -> bool:
    if _is_told(block, announced):
        names, repeated = _names(block), _is_repeated(block, announced.descriptions)
        if (is_lead(names) and (announced.is_news or repeated)) or (is_introduction(names) and repeated):
            return True
        is_short = word_count(block.text) < FEW_WORDS and block.box.tag != "li"
        return (
            block is chosen[0] or bool(chances[block.index] > CHANCE) or (announced.is_news and not is_short)
        )
    below = announced.headline is not None and _is_below(block, announced.headline, chosen)
    return announced.is_news and below


def _sums_up(block: Block, announced: Announced, chosen: list[Block]) -> bool:
    """Whether a line right below the headline of what may be no newsroom's story sums it up."""
    names = _names(block)
    is_told = is_lead(names) or (
        word_count(block.text) >= FEW_WORDS
        and (is_introduction(names) or _is_repeated(block, announced.descriptions))
    )
    # It may share a box of its own with the byline.
    return (
        is_told
        and announced.headline is not None
        and _is_below(block, announced.headline, chosen, MOST_LINES)
    )


def _is_told(block: Block, announced: Announced) -> bool:
    """Whether a block is called so, or says what the page says that it tells."""
    return _is_called_so(block) or _is_repeated(block, announced.descriptions)


def _goes_on(chosen: list[Block]) -> bool:
    """Whether a text's first paragraph is set as one of the next is, or its only one: many descriptions repeat it."""
    first, around = chosen[0], chosen[0].box.parent
    if first.heading or _is_called(first.box) or first.emphasised >= BOLD * len(first.text):
        return False
    after = [block.box for block in chosen[1 : 1 + NEAR]]
    is_alike = (box.parent is around and _is_set_as(first.box, box) for box in after)
    if after and not any(is_alike):
        return False
    if around is None or not _is_called(around):
        return True
    # A box that is called so and holds most of the text is the text's own.
    held = sum(len(block.text) for block in chosen if around.first_block <= block.index < around.end_block)
    return 2 * held >= sum(len(block.text) for block in chosen)


def _is_set_as(first: Box, other: Box) -> bool:
    """Whether a text's first paragraph is set as another one, but perhaps for its initial."""
    return first.tag == other.tag and (first.names == other.names or is_initial(first.names))


def _repeats(block: Block, headline: Block) -> bool:
    """Whether a line says in other words, or fewer, no more than the headline does."""
    words = words_of(block.text)
    return len(words & words_of(headline.text)) >= SAME * len(words)


def _is_repeated(block: Block, descriptions: tuple[str, ...]) -> bool:
    """Whether a block says what a description of the page begins with, or is marked as the story's description."""
    text = ""
    for description in descriptions:
        described = fold(description)[:DESCRIPTION_SIZE]
        if len(described) > DESCRIPTION_SIZE // 2:
            text = text or fold(block.text[:200])[: DESCRIPTION_SIZE + KICKER_SIZE]
            # A kicker may stand before it.
            if f" {described}" in f" {text}":
                return True
    marked = islice(block.box.element.iter(), 2)
    return any(element.get("itemprop") == "description" for element in marked)


def _next_lines(layout: Layout, lead: Block, may_lead: Callable[[Block], bool]) -> Iterator[Block]:
    """The lines right behind the first one of a standfirst that has several."""
    after = layout.blocks[lead.index + 1 : lead.index + 1 + MOST_LINES]
    return takewhile(lambda block: _is_next_line(block, lead) and _may_be(block) and may_lead(block), after)


def _is_next_line(block: Block, lead: Block) -> bool:
    """Whether a block is another line of a standfirst that is set as a list or in several headings."""
    if block.box.tag != lead.box.tag or block.link_share > 0:
        return False
    mine, its = block.box.parent, lead.box.parent
    if mine is not None and its is not None and mine.tag == its.tag == "li":
        return mine.parent is its.parent
    return mine is its and block.box.tag != "p"


def _may_be(block: Block) -> bool:
    return (
        block.link_share <= MOST_LINKED
        and not block.box.hidden
        and WORDS[0] <= word_count(block.text) <= WORDS[1]
        and not any(box.tag in FIGURES for box in block.box.lineage())
        and not _tells_of_others(block)
    )


def _tells_of_others(block: Block) -> bool:
    """Whether a block is by the names of its boxes a caption, the author's biography or what a film is about."""
    small = [box for box in islice(block.box.lineage(), AROUND) if _holds(box) <= MOST_LINES]
    names = " ".join(box.names for box in small)
    is_off = any(box.meanings & OFF_NAMES for box in small) and not is_lead(names)
    return is_off or is_caption(names)


def _is_called_so(block: Block) -> bool:
    return any(map(_is_called, _named(block))) or is_lead(_heading_before(block))


def _is_called(box: Box) -> bool:
    meanings = box.meanings
    if meanings & LEAD_NAMES and "leading" in box.names:
        meanings = name_bits(LINE_HEIGHT.sub("", box.names))
    return meanings & LEAD_NAMES != 0 or is_lead(box.names)


def _names(block: Block) -> str:
    return " ".join((*(box.names for box in _named(block)), _heading_before(block)))


def _heading_before(block: Block) -> str:
    """The names of the heading whose paragraph a block is: libxml2 ends the heading before it."""
    before = block.box.element.getprevious() if block.box.tag == "p" else None
    if before is None or before.tag not in HEADINGS or len(before) or (before.text or "").strip():
        return ""
    return str(before.get("class") or "")[:LONGEST_NAME].lower()


def _named(block: Block) -> list[Box]:
    """The boxes around a block whose names tell what it is: the nearest, and those that hold nothing else."""
    boxes = list(block.box.lineage())
    near = 3 if len(boxes) > 1 and boxes[1].tag == "li" else 2
    return boxes[:near] + list(takewhile(lambda box: _holds(box) == 1, boxes[near:SHARED]))


def _holds(box: Box) -> int:
    return box.end_block - box.first_block


def _is_below(block: Block, headline: Block, chosen: list[Block], lines: int = 1) -> bool:
    """Whether a block stands right below the headline, in a box that holds both and not the text in its manner."""
    if (
        (block is chosen[0] and form(block.box) in {form(after.box) for after in chosen[1 : 1 + NEAR]})
        or block.index - headline.index > NEAR
        or (word_count(block.text) < PLAIN_WORDS and not is_lead(_names(block)))
        or block.box.meanings & OTHER_NAMES
        or 2 * sum(map(str.isdigit, block.text)) > sum(map(str.isalnum, block.text))
    ):
        return False
    outer = block.box.parent if block.box.tag != "li" else block.box
    if outer is not None and outer.tag == "li" and outer.parent is not None:
        outer = outer.parent.parent
    around = list(headline.box.lineage())[:SHARED]
    while outer is not None and outer not in around and (_holds(outer) <= lines or _is_called(outer)):
        if outer.meanings & OTHER_NAMES and not _is_called(outer):
            return False
        outer = outer.parent
    return outer in around
