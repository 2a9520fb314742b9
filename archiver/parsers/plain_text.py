"""Splits a page that survives only as plain text, one line a block."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from archiver.items import Article, LinkKind, RelatedLink, Split
from archiver.parsers.authors import byline_names
from archiver.parsers.datelines import line_date, updated_line
from archiver.parsers.dates import fetch_time
from archiver.parsers.language import detected_language
from archiver.parsers.phrases import is_phrase, kind_of_heading, phrases, says
from archiver.parsers.text import clean, ends_sentence, fold, word_count
from archiver.parsers.urls import canonical_url

# A line is prose if it ends as a sentence does and has this many words, or has so many that no headline has them.
SENTENCE_WORDS = 6
PROSE_WORDS = 30
# What a line of prose adds to the run it stands in, at most, and what any other line costs: a subheading between
# paragraphs does not end a story, a list of headlines does.
MOST_GAIN = 60
COST = 14
# A headline has at least and at most so many words.
HEADLINE_WORDS = (4, 32)
TITLE_WORDS = (3, 32)
BLOCK_HEADING_WORDS = 6
# Lines before and after the story's first line that may hold its headline, date and byline.
REACH = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text with what it looks like."""

    text: str
    prose: bool
    dated: datetime | None
    """The date that the line gives, if it gives little else."""
    heading: LinkKind | None
    """The kind of list that it announces, if it does."""

    @property
    def words(self) -> int:
        """Number of words."""
        return word_count(self.text)


def split_text(text: str, *, url: str | None = None, fetched: datetime | None = None) -> Split:
    """Split the plain text of a page, one line a block, into its main story and the headlines of others.

    The story is the densest run of prose; headlines stand before, inside or after it. Article.headline is ""
    if the text has no line that can be it, RelatedLink.url is "" throughout. fetched (now if None) gives the
    year of dates without one; a date line of an update stands for both dates if it is the only one.
    """
    now = fetch_time(fetched)
    texts = [line for raw in text.splitlines() if (line := clean(raw))]
    language = detected_language(" ".join(line for line in texts if ends_sentence(line)) or " ".join(texts))
    lines = [_line(line, language, now) for line in texts]
    start, end = _story(lines)
    title = _headline(lines, start) if end else None
    article = _article(lines, start, end, title, language, url) if end else None
    return Split(article=article, related=tuple(_related(lines, start, end, title)))


def _line(text: str, language: str | None, now: datetime) -> Line:
    dated = line_date(text, language, now)
    words = word_count(text)
    prose = dated is None and (words >= PROSE_WORDS or (words >= SENTENCE_WORDS and ends_sentence(text)))
    prose = prose and not _read_also(text) and not (words < PROSE_WORDS and says("furniture", text))
    heading = kind_of_heading(text) if words <= BLOCK_HEADING_WORDS else None
    return Line(text, prose, dated.at if dated else None, heading)


def _story(lines: list[Line]) -> tuple[int, int]:
    """Start and end of the run of lines whose gains most outweigh their costs; (0, 0) if none does."""
    best, best_run = 0, (0, 0)
    total, start = 0, 0
    for index, line in enumerate(lines):
        total += min(line.words, MOST_GAIN) if line.prose else -COST
        if total <= 0:
            total, start = 0, index + 1
        elif total > best:
            best, best_run = total, (start, index + 1)
    return best_run


def _headline(lines: list[Line], start: int) -> int | None:
    """Index of the line above the story that is its headline: the nearest that is no date, byline or furniture."""
    for index in range(start - 1, max(-1, start - 1 - REACH), -1):
        line = lines[index]
        if line.dated or line.heading or byline_names(line.text) or _is_furniture(line.text):
            continue
        return index if TITLE_WORDS[0] <= line.words <= TITLE_WORDS[1] else None
    return None


def _article(
    lines: list[Line], start: int, end: int, title: int | None, language: str | None, url: str | None
) -> Article:
    inside = _paragraphs(lines[start:end])
    near = [
        *range(max(0, start - REACH), start + 3),
        *range(max(start + 3, end - 1), min(len(lines), end + 2)),
    ]
    beside = [lines[index] for index in near if index < len(lines)]
    published = next((line.dated for line in beside if line.dated and not updated_line(line.text)), None)
    modified = next((line.dated for line in beside if line.dated and updated_line(line.text)), None)
    names = next((found for line in beside if not line.prose and (found := byline_names(line.text))), ())
    return Article(
        url=(canonical_url(url) or url) if url else "",
        headline=lines[title].text if title is not None else "",
        body="\n\n".join(line.text for line in inside),
        authors=names,
        date_published=published or modified,
        date_modified=modified,
        language=language,
    )


def _paragraphs(lines: list[Line]) -> list[Line]:
    """The story's own lines: prose and single subheadings, without dates, bylines and headlines of others."""
    kept = []
    for prose, run in groupby(lines, lambda line: line.prose):
        group = list(run)
        if prose or (len(group) == 1 and not _other(group[0])):
            kept += group
    return kept


def _other(line: Line) -> bool:
    """Whether a line inside the story is no part of it."""
    return bool(
        line.dated
        or line.heading
        or _read_also(line.text)
        or byline_names(line.text)
        or _is_furniture(line.text)
    )


def _is_furniture(text: str) -> bool:
    return is_phrase("furniture", text) or (
        word_count(text) <= 8 and (says("furniture", text) or says("sponsored", text))
    )


def _read_also(text: str) -> str:
    """The headline behind "Read also:", or ""."""
    before, colon, after = text.partition(":")
    if colon and after.strip() and fold(before).strip() in phrases("related"):
        return after.strip()
    return ""


def _related(lines: list[Line], start: int, end: int, title: int | None) -> list[RelatedLink]:
    found: list[RelatedLink] = []
    story = {id(line) for line in _paragraphs(lines[start:end])}
    block, kind = "", LinkKind.RELATED
    for index, line in enumerate(lines):
        if index == title or id(line) in story:
            block, kind = "", LinkKind.RELATED
            continue
        if line.heading is not None:
            block, kind = line.text, line.heading
            continue
        also = _read_also(line.text)
        headline = also or line.text
        if also or _is_headline(line):
            found.append(
                RelatedLink(
                    url="",
                    headline=headline,
                    kind=LinkKind.RELATED if also else kind,
                    block=block,
                    position=len(found),
                )
            )
    return found


def _is_headline(line: Line) -> bool:
    if line.dated or byline_names(line.text) or _is_furniture(line.text):
        return False
    return HEADLINE_WORDS[0] <= line.words <= HEADLINE_WORDS[1]
