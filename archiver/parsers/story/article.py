"""Which blocks of a page are its main story."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from itertools import accumulate, zip_longest

import numpy as np

from archiver.parsers.authors.bylines import byline_names
from archiver.parsers.authors.credits import credits_picture
from archiver.parsers.dates.datelines import line_date, updated_line
from archiver.parsers.dates.written_dates import moment
from archiver.parsers.markup.blocks import Block, Box, Layout
from archiver.parsers.markup.names import bit
from archiver.parsers.models.block_chances import CHANCE, block_chances
from archiver.parsers.models.boxes import is_hidden
from archiver.parsers.models.features import BlockTable
from archiver.parsers.models.text_features import Columns
from archiver.parsers.phrases import is_phrase, is_phrase_of, kind_of_heading, says
from archiver.parsers.rules import Ruled
from archiver.parsers.story.asides import without_asides
from archiver.parsers.story.between import (
    with_lines,
    with_tables,
    without_contents,
    without_pulled,
)
from archiver.parsers.story.comments import without_comments
from archiver.parsers.story.doubted import alike, with_doubted
from archiver.parsers.story.endings import without_ends
from archiver.parsers.story.furniture import is_furniture
from archiver.parsers.story.linked import LINKED_WHOLE, is_linked_whole
from archiver.parsers.story.reasons import Reason
from archiver.parsers.story.standfirst import Announced, standfirst
from archiver.parsers.story.twins import without_twins
from archiver.parsers.story.unfolded import without_unfolded
from archiver.parsers.text import fold, folds_to, word_count
from archiver.parsers.titles.title_lines import lines_of

# In a box that is by name an advertisement, a block is the story's only from this chance on.
CERTAIN = 0.95
# From this one on if it is prose in a box like those of the text: a last paragraph behind an advertisement.
DOUBTED = 0.12
# The same in the very box that holds most of the text: the last entries of a live blog of a day.
DOUBTED_THERE = 0.05
# What the page hides is the story's from this one on: it may open as the reader goes on.
CERTAIN_HIDDEN = 0.7
# A story has at least this many words; below, a page is a list, a form or a teaser.
STORY_WORDS = 25
MOST_LINKED = 0.5
# The first blocks of a story, among which its date and byline may stand, or the last ones, and their length in
# characters. Of 56 paragraphs among the last that begin with an author's name, 50 are no text but say who that is.
EDGE = 3
LONGEST_EDGE = 220
# No headline is longer, in characters.
LONGEST_REPEAT = 1_000
DATE_LINE_WORDS = 7
YEARLESS_WORDS = 3
# A line that has none is a rule, "* * *", or a row of stars; a cell of a table may say "✓" or "$$".
SAYS = re.compile(r"\w")
CELLS = frozenset({"td", "th", "pre"})
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"  # empty paragraphs hold it so that they keep their height
# The title of a film or recording with how long it takes: "The bridge from above | 02:41".
MEDIA = re.compile(r"\s[|·•]\s*\d{1,2}:\d\d(?::\d\d)?$")
# The fewest words of a standfirst or headline that names a day without its year.
LEAD_WORDS = 8
# Those of a line that gives two dates, with the names and labels beside them.
TWO_DATES, TWO_DATES_WORDS = 2, 12
NUMBERS = re.compile(r"[\d:.,|/–-]+")
LIST_HEADING_WORDS, HEADING_WORDS = 4, 10
# A caption is at most so long, in characters.
LONGEST_CAPTION = 260
# Words of a paragraph of text, at least.
TEXT_WORDS = 20
# How agencies rule off who else reported, in so many blocks at the end.
RULED_OFF = re.compile(r"_{2,}")
NOTES = 3
# "About us - Contact - Privacy policy": so many parts at least, of so many words at most.
MENU_MARKS = "-–—|·•/"
MENU_MARK = re.compile(rf"\s+[{MENU_MARKS}]\s+")
FEWEST_IN_MENU = 4
MENU_WORDS = 4
PROMOTED_NAMES = bit("advert") | bit("signup")
# What only they may read is text.
OF_SUBSCRIBERS = re.compile(r"subscribers?[-_]?(?:preview|only|content|text|exclusive)")
# Boxes that hold text where a site rule says that the text is in there, unless they are mostly links.
TEXT_TAGS = frozenset({"p", "li", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "dt", "dd"})
KEEPS = (None, Reason.ALIKE)
LABEL_USES = ("sponsored", "related", "popular", "furniture")


@dataclass(frozen=True, slots=True, eq=False)
class Story:
    """The blocks of the main story."""

    blocks: tuple[Block, ...]
    """In page order, the standfirst first among them."""
    lead: Block | None
    """The standfirst, if one stands apart from the text."""
    chances: Columns
    """Each block's probability of being part of the story."""
    trees_say: Columns
    """The same by the trees alone, which is what the links are decided by."""
    reasons: Mapping[int, Reason] = field(default_factory=dict)
    """Of the blocks, by index, that more than their chance decided."""
    is_ruled: bool = False
    """Whether a site rule says what is the text: it may be as short as it is."""
    is_news: bool = False
    """Whether the page says that it is a newsroom's."""


def story(
    layout: Layout,
    table: BlockTable,
    announced: Announced,
    fetched: datetime,
    ruled: Ruled,
) -> Story:
    """Return the main story's blocks; none if the page has no text of its own.

    ruled.body, where a site rule gives it, is all that the text, standfirst included, is chosen from.
    """
    chances, trees_say = block_chances(table)
    reasons: dict[int, Reason] = dict.fromkeys(ruled.related, Reason.RULE_RELATED)
    likely = _likely(layout, table, chances, ruled, reasons)
    if ruled.body is None:
        likely = with_doubted(layout, likely, announced, chances, reasons)
        likely = without_contents(layout, likely, reasons) if announced.is_news else likely
    own = without_comments(layout, likely, reasons, STORY_WORDS)
    own = without_twins(without_asides(layout, own, announced, reasons), reasons)
    own = _without_repeats(layout, own, announced, reasons)
    own = with_tables(layout, own, ruled.body, reasons)
    if ruled.body is None:
        own = without_unfolded(layout, own, announced.headline, fetched, reasons)
        own = without_ends(layout, own, announced.headline, chances, reasons)
        own = without_pulled(with_lines(layout, own, announced, chances, reasons), reasons)
    chosen = _without_edges(own, fetched, reasons)
    is_ruled = ruled.body is not None
    if is_ruled and not chosen:  # it holds nothing that reads as text
        return story(layout, table, announced, fetched, replace(ruled, body=None))
    if not is_ruled and not _is_enough(chosen):
        return no_story(Story(tuple(chosen), None, chances, trees_say, reasons), Reason.SHORT)
    leads = standfirst(layout, announced, chosen, chances, lambda block: _may_lead(block, ruled, fetched))
    reasons.update(dict.fromkeys((block.index for block in leads), Reason.STANDFIRST))
    chosen = [*leads, *(block for block in chosen if block not in leads)]
    lead = leads[0] if leads else None
    return Story(tuple(chosen), lead, chances, trees_say, reasons, is_ruled, announced.is_news)


def no_story(found: Story, reason: Reason) -> Story:
    """Return a story without blocks; those that it had are left out for the reason."""
    reasons = {**found.reasons, **dict.fromkeys((block.index for block in found.blocks), reason)}
    return replace(found, blocks=(), lead=None, reasons=reasons)


def _is_enough(blocks: Iterable[Block]) -> bool:
    return any(words >= STORY_WORDS for words in accumulate(word_count(block.text) for block in blocks))


def stands_beside(text: str, fetched: datetime) -> bool:
    """Return whether a line is a label, a credit, a date, a byline or the like, and neither headline nor text."""
    if _label(text) or _edge(text, fetched):
        return True
    dated = line_date(text, None, fetched)
    return dated is not None and (dated.has_year or word_count(text) < LEAD_WORDS)


def _may_lead(block: Block, ruled: Ruled, fetched: datetime) -> bool:
    """Whether a block may be the standfirst: it is no label, byline or date line."""
    is_ruled_out = block.index in ruled.related or (ruled.body is not None and block.index not in ruled.body)
    return not (is_ruled_out or stands_beside(block.text, fetched))


def _likely(
    layout: Layout, table: BlockTable, chances: Columns, ruled: Ruled, reasons: dict[int, Reason]
) -> list[Block]:
    """The blocks that the models choose, and prose they doubt in boxes just like those of what they choose."""
    if ruled.body is not None:
        return [block for block in layout.blocks if _is_ruled(block, table, chances, ruled, reasons)]
    is_sure = chances > CHANCE
    sure = [layout.blocks[index] for index in np.flatnonzero(is_sure).tolist()]
    text = np.concatenate([[0.0], np.cumsum(table.size * is_sure, dtype=np.float64)])
    prose = table.prose.tolist()
    is_alike = alike([block for block in sure if block.box.tag == "p" and prose[block.index]])

    def holds_most(box: Box | None) -> bool:
        return box is not None and 2 * (text[box.end_block] - text[box.first_block]) >= text[-1]

    @cache
    def is_mostly_hidden() -> bool:
        return bool(2 * sum(len(block.text) for block in sure if is_hidden(block.box)) > text[-1])

    def is_likely(block: Block, chance: float) -> bool:
        if chance <= CHANCE:
            is_prose = block.box.tag == "p" and prose[block.index]
            least = DOUBTED_THERE if holds_most(block.box.parent) else DOUBTED
            if chance <= least or not (is_prose and is_alike(block)):
                return False
            reasons.setdefault(block.index, Reason.ALIKE)
        # A box that is called so and holds most of the text is the text's own.
        elif chance <= CERTAIN and (box := _promoted(block)) and not holds_most(box):
            reasons[block.index] = Reason.PROMOTED
        is_doubted = chance <= CERTAIN_HIDDEN and not block.heading
        if is_doubted and is_hidden(block.box) and not is_mostly_hidden():
            reasons[block.index] = Reason.HIDDEN
        return reasons.get(block.index) in KEEPS

    weighed = np.flatnonzero(chances > DOUBTED_THERE)
    return [
        layout.blocks[index]
        for index, chance in zip(weighed.tolist(), chances[weighed].tolist(), strict=True)
        if is_likely(layout.blocks[index], chance)
    ]


def _is_ruled(
    block: Block, table: BlockTable, chances: Columns, ruled: Ruled, reasons: dict[int, Reason]
) -> bool:
    """Whether a block is in the body that a rule gives and reads as text, or is likely to be.

    What looks like text there is kept whatever the models say; captions, buttons and lists of links are not.
    """
    chance = chances[block.index]
    if ruled.body is None or block.index not in ruled.body:
        if chance > CHANCE:
            reasons.setdefault(block.index, Reason.OUTSIDE_RULE)
        return False
    is_text = block.box.tag in TEXT_TAGS or block.index in ruled.named
    reads = table.prose[block.index] or (is_text and block.link_share <= MOST_LINKED)
    if not reads and (chance <= CHANCE or block.link_share > LINKED_WHOLE):
        return False
    reason = Reason.RULE_BODY
    if chance <= CERTAIN:
        in_figure = any(box.tag == "figure" for box in block.box.lineage())
        reason = Reason.CAPTION if in_figure else Reason.PROMOTED if _promoted(block) else reason
    reasons[block.index] = reason
    return reason is Reason.RULE_BODY


def _promoted(block: Block) -> Box | None:
    """The block's own box, or the one around it, if it is by name an advertisement or an invitation.

    A heading's name is made of its words: one about sponsors is none of theirs.
    """
    boxes = (block.box.parent,) if block.heading else (block.box, block.box.parent)
    named = (box for box in boxes if box and box.meanings & PROMOTED_NAMES)
    return next((box for box in named if not OF_SUBSCRIBERS.search(box.names)), None)


def _without_repeats(
    layout: Layout, own: list[Block], announced: Announced, reasons: dict[int, Reason]
) -> list[Block]:
    """Leave out the headline, what says the same and, above the text, the lines over which it is set."""
    headline = announced.headline
    said = lines_of(announced.title, own, layout)
    if headline is not None:
        title = fold(headline.text[: LONGEST_REPEAT + 1])
        said += [
            block
            for block in own
            if len(block.text) <= LONGEST_REPEAT and (block is headline or folds_to(block.text, title))
        ]
    reasons.update(dict.fromkeys((block.index for block in said), Reason.REPEATS))
    return [block for block in own if block not in said] if said else own


def _without_labels(chosen: list[Block], reasons: dict[int, Reason]) -> list[Block]:
    """Leave out lines that are no prose by their words alone, and what is linked right below them."""
    kept: list[Block] = []
    is_below_label = False
    for block, after in zip_longest(chosen, chosen[1:]):
        if is_below_label and is_linked_whole(block) and not block.heading:
            reasons[block.index] = Reason.LINKED
            continue
        reason = _label(block.text) if block.box.tag != "pre" else None
        is_below_label = reason is Reason.LABEL and block.text.endswith((":", "："))  # "Links:"
        is_cell = block.box.tag in CELLS or reasons.get(block.index) is Reason.TABLE
        if not is_cell and SAYS.search(block.text) is None:
            reason = Reason.LABEL
        if reason is None or (reason is Reason.LABEL and after is not None and _heads_text(block, after)):
            kept.append(block)
        else:
            reasons[block.index] = reason
    return kept


def _without_edges(chosen: list[Block], fetched: datetime, reasons: dict[int, Reason]) -> list[Block]:
    """Leave out labels and, at either end, dates, bylines, copyright lines."""
    kept = _without_labels(chosen, reasons)
    edges: dict[int, Reason] = {}
    start, end = 0, len(kept)
    for at in range(max(1, end - NOTES - 1), end):
        if RULED_OFF.fullmatch(kept[at].text):
            reasons.update(dict.fromkeys((block.index for block in kept[at:]), Reason.NOTES))
            end = at
            break
    while start < end and (reason := _edge(kept[start].text, fetched)):
        reasons[kept[start].index] = reason
        start += 1
    while start < end and (reason := _edge(kept[end - 1].text, fetched) or _heads_a_list(kept[end - 1])):
        end -= 1
        reasons[kept[end].index] = reason
    kept = kept[start:end]
    for block in kept[:EDGE]:
        if reason := _edge(block.text, fetched):
            reasons[block.index] = edges[block.index] = reason
    return [block for block in kept if block.index not in edges]


def _heads_text(block: Block, after: Block) -> bool:
    """Whether a heading that might announce other stories stands right above a paragraph: "Background"."""
    if not block.heading or after.index != block.index + 1 or after.linked or after.heading:
        return False
    return is_phrase("related", block.text) and word_count(after.text) >= TEXT_WORDS


def _heads_a_list(block: Block) -> Reason | None:
    """The reason to leave out the last block of a story if it heads what comes after it."""
    words = word_count(block.text)
    announces = words <= LIST_HEADING_WORDS and kind_of_heading(block.text) is not None
    heads = announces or (block.heading > 0 and words <= HEADING_WORDS)
    return Reason.HEADS_NEXT if heads else None


def _label(text: str) -> Reason | None:
    """What a text is that is no prose: "Advertisement" or "Share", a caption with its credit, a menu in a line."""
    if not text.strip(INVISIBLE):
        return Reason.LABEL
    if len(text) <= LONGEST_CAPTION:
        if text[-1].isdigit() and MEDIA.search(text):
            return Reason.LABEL
        if credits_picture(text):
            return Reason.CREDIT
    if is_furniture(text) or is_phrase_of(LABEL_USES, text):
        return Reason.LABEL
    # Few texts have so many marks: the expression looks for them slowly.
    if sum(map(text.count, MENU_MARKS)) < FEWEST_IN_MENU - 1:
        return None
    parts = MENU_MARK.split(text)
    is_menu = len(parts) >= FEWEST_IN_MENU and all(len(part.split()) <= MENU_WORDS for part in parts)
    return Reason.MENU if is_menu else None


def _edge(text: str, fetched: datetime) -> Reason | None:
    """What a line is that stands before or after a text and is no part of it."""
    if len(text) > LONGEST_EDGE:
        return None
    if _is_dates(text, fetched):
        return Reason.DATE
    if byline_names(text):
        return Reason.BYLINE
    return Reason.COPYRIGHT if "©" in text else None


def _is_dates(text: str, fetched: datetime) -> bool:
    """Whether a line says when the story appeared, and perhaps when it was changed, and little else."""
    dated = line_date(text, None, fetched)
    if dated is not None:
        words = word_count(text[: dated.start] + text[dated.end :])
        # "1. Set goals", "2.1 May problems": a number and a word that means a month somewhere.
        sure = dated.has_year or words <= YEARLESS_WORDS or updated_line(text) or says("published", text)
        return sure and words <= DATE_LINE_WORDS
    rest, dates = text, 0
    while dates < TWO_DATES and (found := moment(rest, fetched=fetched)) is not None:
        rest, dates = f"{rest[: found.start]} {rest[found.end :]}", dates + 1
    return dates == TWO_DATES and word_count(NUMBERS.sub(" ", rest)) <= TWO_DATES_WORDS


def without(main: Story, blocks: frozenset[int], headlines: frozenset[str]) -> Story:
    """Return the story without the blocks, by index, that show other stories, and without those stories' headlines."""
    reasons = dict(main.reasons)
    kept: list[Block] = []
    for block in main.blocks:
        if block.index in blocks:
            reasons[block.index] = Reason.LINKED
        elif block.text in headlines:
            reasons[block.index] = Reason.OTHER_HEADLINE
        else:
            kept.append(block)
    lead = main.lead if main.lead in kept else None
    found = replace(main, blocks=tuple(kept), lead=lead, reasons=reasons)
    enough = bool(kept) if main.is_ruled else _is_enough(kept)
    return found if enough else no_story(found, Reason.SHORT)
