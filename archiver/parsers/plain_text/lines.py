"""The lines of a page that survives as plain text: what each looks like by itself, and which is the title."""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from archiver.items import LinkKind, Origin
from archiver.parsers.authors.story_authors import byline_names
from archiver.parsers.dates.datelines import line_date
from archiver.parsers.dates.stated_dates import dated
from archiver.parsers.models.text_features import Columns
from archiver.parsers.phrases import is_phrase, kind_of_heading, phrases, says
from archiver.parsers.sourced import Dated
from archiver.parsers.text import ends_sentence, fold, word_count

# A line is prose if it ends as a sentence does and has this many words, or has so many that no headline has them.
SENTENCE_WORDS = 6
PROSE_WORDS = 30
# What a line of prose adds to the run it stands in, at most, and what any other line costs: a subheading between
# paragraphs does not end a story, a list of headlines does.
MOST_GAIN = 60
COST = 14
BLOCK_HEADING_WORDS = 6
# Longer lines are no labels, whatever they begin or end with.
LABEL_WORDS = 8
# Characters of a line that are looked at: from its start, and its last ones for how it ends.
HEAD, TAIL = 2_000, 200
# A title has at least and at most so many words, and stands at most so many lines above the story. Of a title whose
# words all recur in the story the score is 1 to 1.5; each line between costs, and so does an end like a sentence's.
# A title that shares nothing with its story must stand within six lines. Chosen on the pages of benchmarks/README.md.
TITLE_WORDS = (3, 32)
TITLE_REACH = 30
TITLE_DISTANCE = 0.04
TITLE_SENTENCE = 0.2
LEAST_TITLE = -0.25


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the text with what it looks like."""

    text: str
    words: int
    prose: bool
    dated: Dated | None
    """The date that the line gives, if it gives little else."""
    byline: bool
    """Whether it says who wrote."""
    heading: LinkKind | None
    """The kind of list that it announces, if it does."""


def read_line(text: str, language: str | None, now: datetime) -> Line:
    """Return a line (as clean makes it) with what it looks like; now gives the year of dates without one."""
    found = line_date(text, language, now)
    words = word_count(text if len(text) <= HEAD else text[:HEAD])
    prose = found is None and (words >= PROSE_WORDS or (words >= SENTENCE_WORDS and ends_sentence(text)))
    prose = prose and not read_also(text) and not (words < PROSE_WORDS and says("furniture", text))
    heading = kind_of_heading(text) if words <= BLOCK_HEADING_WORDS else None
    byline = len(text) <= HEAD and bool(byline_names(text))
    return Line(text, words, prose, dated(found, Origin.TEXT) if found else None, byline, heading)


def read_also(text: str) -> str:
    """Return the headline behind "Read also:", or ""."""
    before, colon, after = text[:HEAD].partition(":")
    if not colon:
        before, colon, after = text[:HEAD].partition("：")
    if colon and after.strip() and fold(before).strip() in phrases("related"):
        return text[len(before) + 1 :].strip()
    return ""


def densest_run(lines: list[Line]) -> tuple[int, int]:
    """Return start and end of the run of lines whose gains most outweigh their costs; (0, 0) if none does."""
    best, best_run = 0, (0, 0)
    total, start = 0, 0
    for index, line in enumerate(lines):
        total += min(line.words, MOST_GAIN) if line.prose else -COST
        if total <= 0:
            total, start = 0, index + 1
        elif total > best:
            best, best_run = total, (start, index + 1)
    return best_run


def likely_title(lines: list[Line], start: int, agreement: Columns) -> int | None:
    """Return the line above the story whose words recur most in it, near ones first; None if no line can be its title.

    start is the story's first line, agreement has a row a line, its first columns as AGREEMENT.
    """
    may = may_be_title(lines, start)
    if not may:
        return None
    sentences = np.array([ends_sentence(lines[index].text[-TAIL:]) for index in may])
    score = agreement[may, 0] + agreement[may, 1] / 2
    score = score - TITLE_DISTANCE * (start - np.array(may)) - TITLE_SENTENCE * sentences
    best = int(score.argmax())
    return may[best] if score[best] > LEAST_TITLE else None


def may_be_title(lines: list[Line], start: int) -> list[int]:
    """Return which lines above the story's first, or that one, can be its headline by their length and words."""
    return [
        index
        for index in range(max(0, start - TITLE_REACH), min(start + 1, len(lines)))
        if TITLE_WORDS[0] <= lines[index].words <= TITLE_WORDS[1]
        and not is_label(lines[index])
        and not (index == start and lines[index].prose)
    ]


def is_label(line: Line) -> bool:
    """Whether a line is no part of a story by its words alone: a date, a byline, a list's heading, furniture."""
    return bool(line.dated or line.heading or line.byline or read_also(line.text) or is_furniture(line))


def is_furniture(line: Line) -> bool:
    """Whether a line is a label such as "Share" or "Advertisement"."""
    if is_phrase("furniture", line.text):
        return True
    return line.words <= LABEL_WORDS and (says("furniture", line.text) or says("sponsored", line.text))
