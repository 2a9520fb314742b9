"""Splits a page that survives only as plain text, one line a block."""

from dataclasses import replace
from datetime import datetime

import numpy as np

from archiver.items import Article, LinkKind, RelatedLink, Split
from archiver.parsers.authors import byline_names
from archiver.parsers.datelines import updated_line
from archiver.parsers.dates import fetch_time
from archiver.parsers.furniture import is_furniture
from archiver.parsers.language import detected_language
from archiver.parsers.model import trees
from archiver.parsers.phrases import is_phrase
from archiver.parsers.plain_text_features import AGREEING, context_rows, line_rows
from archiver.parsers.plain_text_lines import Line, densest_run, is_label, likely_title, read_also, read_line
from archiver.parsers.text import clean, ends_sentence, fold
from archiver.parsers.text_features import Columns
from archiver.parsers.urls import canonical_url

# No page has so much text: what stands behind is not read, so that any text is split in about a second.
MOST_LINES = 8_000
MOST_CHARACTERS = 2_000_000
# From which probability on a line is the story's, or the headline of another. Chosen on cross-validated predictions
# for the pages of benchmarks/README.md: 0.45 to 0.55 and 0.25 to 0.4 differ by less than 0.01 of line F1.
STORY_CHANCE = 0.5
HEADLINE_CHANCE = 0.3
# Prose in the densest run of it needs only this chance, and so does a headline in a text without menus.
RUN_CHANCE = 0.35
BARE_CHANCE = 0.1
# Behind the densest run, a line of prose that ends the story has so many words: a headline may end like a sentence.
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
# Lines before and after the story's first line that may hold its date and byline.
REACH = 6


def split_text(text: str, *, url: str | None = None, fetched: datetime | None = None) -> Split:
    """Split the plain text of a page, one line a block, into its main story and the headlines of others.

    Two learned decisions about each line: is it the story's, is it the headline of another. Headlines stand before,
    inside or after the story; each is given once. Article.headline is "" if the text has no line that can be it,
    RelatedLink.url is "" throughout. fetched (now if None) gives the year of dates without one; a date line of an
    update stands for both dates if it is the only one. Never fails; reads the first MOST_CHARACTERS and MOST_LINES
    of a text.
    """
    now = fetch_time(fetched)
    texts = [line for raw in text[:MOST_CHARACTERS].splitlines() if (line := clean(raw))][:MOST_LINES]
    if not texts:
        return Split(article=None, related=())
    language = detected_language(" ".join(line for line in texts if ends_sentence(line)) or " ".join(texts))
    known = {line: read_line(line, language, now) for line in dict.fromkeys(texts)}
    lines = [known[line] for line in texts]
    rows = line_rows(lines)
    story_chances, headline_chances = line_chances(rows)
    story = _story(lines, story_chances, headline_chances)
    title = likely_title(lines, min(story), rows[:, AGREEING]) if story else None
    article = None
    if story:
        article = _article(lines, story - {title}, title, language)
        article = replace(article, url=canonical_url(url) or url) if url else article
    return Split(article=article, related=tuple(_related(lines, story, title, headline_chances)))


def line_chances(rows: Columns) -> tuple[Columns, Columns]:
    """Return for each of line_rows the probabilities that it is the story's and that it is the headline of another."""
    columns = np.ascontiguousarray(rows.T)
    story, headlines = (trees(name).probabilities(columns) for name in ("lines_story", "lines_headlines"))
    seen = np.concatenate([columns, context_rows(story, headlines, rows[:, 1]).T])
    return (
        trees("lines_story_in_context").probabilities(seen),
        trees("lines_headlines_in_context").probabilities(seen),
    )


def _story(lines: list[Line], chances: Columns, headlines: Columns) -> set[int]:
    """The lines of the story; none if no prose is among them.

    Prose in the densest run of it needs less of a chance, and what stands behind the last line of prose is none: in
    texts of a few lines the models see too little, and lists of headlines look like those of a guide.
    """
    start, end = densest_run(lines)
    likely = (chances > STORY_CHANCE) & (chances >= headlines)
    story = {
        index
        for index, line in enumerate(lines)
        if (
            (likely[index] and not is_label(line))
            or (line.prose and start <= index < end and chances[index] > RUN_CHANCE)
        )
        and not is_furniture(line.text)
    }
    ends = (
        index
        for index in story
        if lines[index].prose and (index < end or lines[index].words >= PARAGRAPH_WORDS)
    )
    last = max(ends, default=-1)
    return {index for index in story if index <= last}


def _article(lines: list[Line], story: set[int], title: int | None, language: str | None) -> Article:
    start, end = min(story), max(story) + 1
    near = [
        *range(max(0, start - REACH), start + 3),
        *range(max(start + 3, end - 1), min(len(lines), end + 2)),
    ]
    beside = [lines[index] for index in near if index < len(lines)]
    published = next((line.dated for line in beside if line.dated and not updated_line(line.text)), None)
    modified = next((line.dated for line in beside if line.dated and updated_line(line.text)), None)
    names = next((found for line in beside if not line.prose and (found := byline_names(line.text))), ())
    return Article(
        url="",
        headline=lines[title].text if title is not None else "",
        body="\n\n".join(lines[index].text for index in sorted(story)),
        authors=names,
        date_published=published or modified,
        date_modified=modified,
        language=language,
    )


def _related(lines: list[Line], story: set[int], title: int | None, chances: Columns) -> list[RelatedLink]:
    found: dict[str, RelatedLink] = {}
    own = fold(lines[title].text) if title is not None else ""
    block, kind = "", LinkKind.RELATED
    has_menus = sum(line.words <= MENU_WORDS for line in lines) > FEW * len(lines)
    least = HEADLINE_CHANCE if has_menus else BARE_CHANCE
    is_short = not has_menus and len(lines) <= FEW_LINES
    for index, line in enumerate(lines):
        if index == title or index in story:
            block, kind = "", LinkKind.RELATED
            continue
        also = read_also(line.text)
        if line.heading is not None and not also and chances[index] <= HEADING_CHANCE:
            block, kind = line.text, line.heading
            continue
        headline = also or line.text
        likely = chances[index] > least or (is_short and PLAIN_WORDS[0] <= line.words <= PLAIN_WORDS[1])
        if fold(headline) != own and (also or (likely and _may_be_headline(line))):
            link = RelatedLink(
                url="",
                headline=headline,
                kind=LinkKind.RELATED if also else kind,
                block=block,
                position=len(found),
            )
            found.setdefault(fold(headline), link)
    return list(found.values())


def _may_be_headline(line: Line) -> bool:
    if line.dated or line.byline or is_phrase("furniture", line.text) or is_furniture(line.text):
        return False
    return HEADLINE_WORDS[0] <= line.words <= HEADLINE_WORDS[1]
