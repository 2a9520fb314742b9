"""Splits a page that survives only as plain text, one line a block."""

from dataclasses import replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from archiver.items import Article, LinkKind, Origin, RelatedLink, Sources, Split
from archiver.parsers.authors.bylines import byline_names, signed_names
from archiver.parsers.authors.credits import credits_picture
from archiver.parsers.authors.person_names import looks_like_a_name
from archiver.parsers.dates.datelines import updated_line
from archiver.parsers.dates.written_dates import fetch_time
from archiver.parsers.detection import detected_language
from archiver.parsers.models.model import trees
from archiver.parsers.models.networks import averaged, networks
from archiver.parsers.models.text_features import Columns
from archiver.parsers.phrases import is_phrase
from archiver.parsers.plain_text.line_features import AGREEING, line_rows
from archiver.parsers.plain_text.lines import (
    Line,
    densest_run,
    is_label,
    likely_title,
    may_be_title,
    read_also,
    read_line,
)
from archiver.parsers.story.furniture import is_furniture
from archiver.parsers.text import clean, ends_sentence, fold
from archiver.parsers.urls import canonical_url

# No page has so much text: what stands behind is not read, so that any text is split in about a second.
MOST_LINES = 8_000
MOST_CHARACTERS = 2_000_000
# The trees that answer the same as the networks, in the same order.
LINE_TREES = ("lines_story", "lines_headlines", "lines_title")
# What the trees say of a line counts for so much, the networks for the rest.
TREES_SHARE = 0.4
# From which probability on a line is the story's, or the headline of another. Chosen on cross-validated predictions
# for the pages of benchmarks/README.md: 0.45 to 0.55 and 0.25 to 0.4 differ by less than 0.01 of line F1.
STORY_CHANCE = 0.5
HEADLINE_CHANCE = 0.28
# Of a few lines without menus, prose in doubt is the story's where at most half as many headlines are prose.
LIKELY_HEADLINE = 0.4
MOST_PROSE = 0.5
DOUBTED = 0.25
# Of the lines above a story, the likeliest is its headline from this chance on, or one above it with so much of that
# chance: below it stand the standfirst and captions.
TITLE_CHANCE = 0.05
TITLE_SHARE = 0.85
# Prose in the densest run of it needs only this chance, and so does a headline in a text without menus.
RUN_CHANCE = 0.35
BARE_CHANCE = 0.2
# Behind the densest run, lines of prose that end the story have so many words: a headline may end like a sentence.
PARAGRAPH_WORDS = 18
# In a text of so few lines without menus, what is no story and has a headline's words is one.
FEW_LINES = 40
PLAIN_WORDS = (4, 32)
# A text has no menus if at most this share of its lines have one or two words.
MENU_WORDS = 2
FEW = 0.1
# A line whose words announce a list is a headline itself only where the model is sure.
HEADING_CHANCE = 0.8
# A headline has at least and at most so many words.
HEADLINE_WORDS = (2, 60)
# Lines below the headline of which one may be a name of at most so many words.
SIGNED_WITHIN = 2
NAME_WORDS = 3
# Lines before and after the story's first line that may hold its date and byline.
REACH = 6


def split_text(text: str, *, url: str | None = None, fetched: datetime | None = None) -> Split:
    """Split the plain text of a page, one line a block, into its main story and the headlines of others.

    Two learned decisions about each line: is it the story's, is it the headline of another. Headlines stand before,
    inside or after the story; each is given once. Article.headline is "" if the text has no line that can be it,
    RelatedLink.url is "" throughout. fetched (now if None) gives the year of dates without one; a date line of an
    update stands for both dates if it is the only one. Reads the first MOST_CHARACTERS and MOST_LINES of a text, and
    fails on none; raises TypeError if text is bytes.
    """
    if isinstance(text, bytes):
        raise TypeError(
            "text is a text, not bytes: give text.decode() in its encoding, or the page to split_page"
        )
    now = fetch_time(fetched)
    read = text[:MOST_CHARACTERS].replace("\0", "")
    whole = read.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # no halves of pairs
    texts = [line for raw in whole.splitlines() if (line := clean(raw))][:MOST_LINES]
    if not texts:
        return Split(article=None, related=())
    language = detected_language(" ".join(line for line in texts if ends_sentence(line)) or " ".join(texts))
    known = {line: read_line(line, language, now) for line in dict.fromkeys(texts)}
    lines = [known[line] for line in texts]
    rows = line_rows(lines)
    story_chances, headline_chances, title_chances = line_chances(rows)
    story = _story(lines, story_chances, headline_chances)
    title = None
    if story:
        first = min((index for index in story if lines[index].prose), default=min(story))
        title = _title(lines, first, title_chances, rows[:, AGREEING])
        if title is not None:  # lines above it are headlines of others
            story = {index for index in story if index > title or lines[index].prose}
    article = None
    if story:
        signed = None if title is None else _signed(lines, title, first)
        article = _article(lines, story - {title, signed}, title, signed, language)
        if url:
            article = replace(
                article, url=canonical_url(url) or url, sources=replace(article.sources, url=Origin.URL)
            )
    return Split(article=article, related=tuple(_related(lines, story, title, headline_chances)))


def line_chances(rows: Columns) -> tuple[Columns, Columns, Columns]:
    """Return for each of line_rows the probabilities that it is the story's, the headline of another, its own.

    The trees see a line and those near it, the networks the whole text in its order: what they say is averaged.
    """
    columns = np.ascontiguousarray(rows.T)
    story, headlines, title = (
        averaged(said, trees(name).probabilities(columns), TREES_SHARE)
        for said, name in zip(networks("lines").answers(rows).T, LINE_TREES, strict=True)
    )
    return story, headlines, title


def _title(lines: list[Line], start: int, chances: Columns, agreement: Columns) -> int | None:
    """The line that is the story's headline, given the story's first line of prose; None if no line can be."""
    may = may_be_title(lines, start)
    if _is_short(lines) and (above := _above_byline(lines, start)) in may:
        return above
    best = max((float(chances[index]) for index in may), default=0.0)
    if best > TITLE_CHANCE:
        return next(index for index in may if chances[index] >= TITLE_SHARE * best)
    return likely_title(lines, start, agreement)


def _above_byline(lines: list[Line], start: int) -> int | None:
    """The line right above the byline and date that stand right above the text, given its first line of prose."""
    above = start - 1
    while above >= 0 and (lines[above].byline or lines[above].dated or _is_name(lines[above])):
        above -= 1
    return above if above < start - 1 else None


def _story(lines: list[Line], chances: Columns, headlines: Columns) -> set[int]:
    """The lines of the story; none if no prose is among them.

    Prose in the densest run of it needs less of a chance, and what stands behind the last line of prose is none: in
    texts of a few lines the models see too little, and lists of headlines look like those of a guide.
    """
    start, end = densest_run(lines)
    likely = (chances > STORY_CHANCE) & (chances >= headlines)
    if _is_short(lines):
        prose = np.array([line.prose for line in lines])
        others = (headlines > LIKELY_HEADLINE) & (headlines > chances)
        if (others & prose).sum() <= MOST_PROSE * (others & ~prose).sum():
            likely |= prose & (chances > DOUBTED)
        likely &= ~_listed(lines)
    story = {
        index
        for index, line in enumerate(lines)
        if (
            (likely[index] and not is_label(line))
            or (line.prose and start <= index < end and chances[index] > RUN_CHANCE)
        )
        and not is_furniture(line.text)
        and not credits_picture(line.text)
    }
    last, words = -1, 0
    for index in sorted(story):
        words = (words if index - 1 in story else 0) + lines[index].words if lines[index].prose else 0
        if lines[index].prose and (index < end or words >= PARAGRAPH_WORDS):
            last = index
    return _without_copies(lines, {index for index in story if index <= last})


def _without_copies(lines: list[Line], story: set[int]) -> set[int]:
    """The lines of a story without the paragraphs that stand there a second time, for paper or other screens."""
    first = {lines[index].text: index for index in sorted(story, reverse=True) if lines[index].prose}
    return {index for index in story if first.get(lines[index].text, index) == index}


def _listed(lines: list[Line]) -> NDArray[np.bool_]:
    """Which lines stand below the heading of a list, down to the next line of prose."""
    listed, in_list = np.zeros(len(lines), np.bool_), False
    for index, line in enumerate(lines):
        in_list = line.heading is not None or (in_list and not line.prose)
        listed[index] = in_list
    return listed


def _signed(lines: list[Line], title: int, first: int) -> int | None:
    """The line right below the headline that is nothing but a name, given the first line of prose; None if none is."""
    below = range(title + 1, min(title + 1 + SIGNED_WITHIN, first))
    return next((index for index in below if _is_name(lines[index])), None)


def _is_name(line: Line) -> bool:
    if line.dated or line.words > NAME_WORDS:
        return False
    return bool(signed_names(line.text)) or (looks_like_a_name(line.text) and not is_label(line))


def _article(
    lines: list[Line], story: set[int], title: int | None, signed: int | None, language: str | None
) -> Article:
    start, end = min(story), max(story) + 1
    near = [
        *range(max(0, start - REACH), start + 3),
        *range(max(start + 3, end - 1), min(len(lines), end + 2)),
    ]
    beside = [lines[index] for index in near if index < len(lines)]
    published = next((line.dated for line in beside if line.dated and not updated_line(line.text)), None)
    modified = next((line.dated for line in beside if line.dated and updated_line(line.text)), None)
    names = next((found for line in beside if not line.prose and (found := byline_names(line.text))), ())
    if not names and signed is not None:
        names = signed_names(lines[signed].text) or (lines[signed].text,)
    dated = published or modified
    return Article(
        url="",
        headline=lines[title].text if title is not None else "",
        body="\n\n".join(lines[index].text for index in sorted(story)),
        authors=names,
        date_published=dated.at if dated else None,
        date_modified=modified.at if modified else None,
        language=language,
        sources=Sources(
            headline=None if title is None else Origin.TEXT,
            body=Origin.TEXT,
            authors=Origin.BYLINE if names else None,
            date_published=dated.origin if dated else None,
            date_published_precision=dated.precision if dated else None,
            date_modified=modified.origin if modified else None,
            date_modified_precision=modified.precision if modified else None,
            language=Origin.TEXT if language else None,
        ),
    )


def _related(lines: list[Line], story: set[int], title: int | None, chances: Columns) -> list[RelatedLink]:
    found: dict[str, RelatedLink] = {}
    own = {fold(lines[index].text) for index in story if lines[index].prose}
    if title is not None:
        own.add(fold(lines[title].text))
    block, kind = "", LinkKind.RELATED
    least = HEADLINE_CHANCE if _has_menus(lines) else BARE_CHANCE
    short = _is_short(lines)
    for index, line in enumerate(lines):
        if index == title or index in story:
            block, kind = "", LinkKind.RELATED
            continue
        also = read_also(line.text)
        if line.heading is not None and not also and chances[index] <= HEADING_CHANCE:
            block, kind = line.text, line.heading
            continue
        headline = also or line.text
        likely = chances[index] > least or (short and PLAIN_WORDS[0] <= line.words <= PLAIN_WORDS[1])
        if fold(headline) not in own and (also or (likely and _may_be_headline(line))):
            link = RelatedLink(
                url="",
                headline=headline,
                kind=LinkKind.RELATED if also else kind,
                block=block,
                position=len(found),
            )
            found.setdefault(fold(headline), link)
    return list(found.values())


def _has_menus(lines: list[Line]) -> bool:
    """Whether many lines have a word or two."""
    return sum(line.words <= MENU_WORDS for line in lines) > FEW * len(lines)


def _is_short(lines: list[Line]) -> bool:
    """Whether a text is a few lines without menus."""
    return len(lines) <= FEW_LINES and not _has_menus(lines)


def _may_be_headline(line: Line) -> bool:
    if line.dated or line.byline or is_phrase("furniture", line.text) or is_furniture(line.text):
        return False
    return HEADLINE_WORDS[0] <= line.words <= HEADLINE_WORDS[1]
