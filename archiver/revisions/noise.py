"""What is no change of a text: white space, typography, entities, wrong encodings, lines that only give a date."""

import re
import unicodedata
from functools import cache
from html import unescape

from archiver.revisions.words import month_names, time_words, update_phrases

# Soft hyphens, zero-width spaces and joiners, byte order and directional marks.
INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
# Scripts written without spaces between words.
UNSPACED = re.compile(
    "[\u0e00-\u0e7f\u0e80-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
MARKS = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛′´`‹›ʼ", "'"),
        **dict.fromkeys("“”„‟″«»〝〞", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
    }
)
# Newsrooms set spaces around these, or do not, by the system that they write in.
SPACED_MARKS = re.compile(" ?(\"|''|-{1,3}) ?")
SPACE_BEFORE = re.compile(r" (?=[.,;:!?%)\]])|(?<=[(\[]) ")
# Letters outside ASCII that UTF-8 looks like to whoever reads it as Windows-1252.
MISREAD = re.compile(
    "[\u0080-\u00ff\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013\u2014\u2018-\u201e"
    "\u2020-\u2022\u2026\u2030\u2039\u203a\u20ac\u2122]{2,}"
)
# Of "à" and "í", misread so, the second half counts as white space or as invisible, and is gone.
HALF_MISREAD = ((re.compile("Ã(?= )"), "à"), (re.compile("(?<=[a-z])Ã(?=[a-z])"), "í"))
# A text may have been misread twice.
MISREADINGS = 2
LOST = "\ufffd"
# Characters that may have been lost in one place.
MOST_LOST = 3
# Longer lines are prose, whatever they begin with.
LONGEST_DATE_LINE = 120
# Paragraphs at either end of a text among which a bare date is no part of it; in its midst it may head a chronicle.
EDGE = 3


def settled(text: str) -> str:
    """Return text as versions of it are compared; case and all but spaces around punctuation still count."""
    if "&" in text:
        text = unescape(text)
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _read_rightly(text).translate(MARKS))
        text = INVISIBLE.sub("", text).translate(MARKS)
    text = " ".join(text.split())
    if '"' in text or "-" in text or "''" in text:
        text = SPACED_MARKS.sub(lambda mark: "-" if mark[1][0] == "-" else '"', text)
    text = SPACE_BEFORE.sub("", text)
    return text if text.isascii() else _space_between_unspaced().sub("", text)


@cache
def _space_between_unspaced() -> re.Pattern[str]:
    return re.compile(rf"(?<={UNSPACED.pattern})\s+(?={UNSPACED.pattern})")


def is_same(one: str, other: str) -> bool:
    """Whether two texts differ by noise only."""
    if one == other:
        return True
    return is_settled_same(settled(one), settled(other))


def is_settled_same(one: str, other: str) -> bool:
    """Whether two settled texts are the same but for characters that were lost in one of them."""
    if one == other:
        return True
    if LOST in one and LOST in other:
        return False
    if LOST in one:
        return _fits(one, other)
    return LOST in other and _fits(other, one)


def prose(body: str) -> tuple[str, ...]:
    """Return the paragraphs of a body without the lines that only say when it was written or changed."""
    paragraphs = [paragraph for paragraph in body.split("\n\n") if paragraph.strip()]
    last = len(paragraphs) - EDGE
    return tuple(
        paragraph
        for number, paragraph in enumerate(paragraphs)
        if not is_date_line(paragraph, anywhere=number < EDGE or number >= last)
    )


def is_date_line(line: str, *, anywhere: bool = True) -> bool:
    """Whether a line says only when a text was written or changed; not anywhere: with a word such as "updated"."""
    if len(line) > LONGEST_DATE_LINE:
        return False
    folded = settled(line).casefold()
    rest, said = _without_phrases(folded)
    if not (anywhere or said):
        return False
    is_dated = any(c.isdigit() for c in folded)
    names = month_names()
    words = re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", rest)
    known = time_words()
    is_date = all(_is_time_word(word, known, names) for word in words)
    # "Monday", "May" or "To day" alone may be a heading.
    return is_date and (is_dated or (said and bool(words)))


def _is_time_word(word: str, known: frozenset[str], names: frozenset[str]) -> bool:
    if word in known or word in names:
        return True
    return UNSPACED.search(word) is not None and all(c in known for c in word)


def _without_phrases(folded: str) -> tuple[str, bool]:
    """Return a folded line without the phrases that say "updated" or "published", and whether it had one."""
    rest, count = _phrases().subn(" ", folded)
    return rest, count > 0


@cache
def _phrases() -> re.Pattern[str]:
    longest_first = sorted(update_phrases(), key=len, reverse=True)
    each = (
        re.escape(phrase) if UNSPACED.search(phrase) else rf"(?<!\w){re.escape(phrase)}(?!\w)"
        for phrase in longest_first
    )
    return re.compile("|".join(each))


def _read_rightly(text: str) -> str:
    """Return text with what was read in the wrong encoding read in the right one."""
    for _ in range(MISREADINGS):
        again = MISREAD.sub(_decoded, text)
        for pattern, letter in HALF_MISREAD:
            again = pattern.sub(letter, again)
        if again == text:
            break
        text = again
    return text


def _decoded(found: re.Match[str]) -> str:
    try:
        return b"".join(_byte(c) for c in found[0]).decode("utf-8")
    except UnicodeError:
        return found[0]


def _byte(letter: str) -> bytes:
    """Return the byte that Windows-1252, or what is made of its gaps, shows as letter."""
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def _fits(gappy: str, whole: str) -> bool:
    """Whether whole is gappy with its lost characters filled in."""
    # White space may have been evened out differently around what was lost.
    gappy, whole = gappy.replace(" ", ""), whole.replace(" ", "")
    first, *pieces = re.split(f"{LOST}+", gappy)
    if not whole.startswith(first):
        return False
    position = len(first)
    for number, piece in enumerate(pieces):
        if number == len(pieces) - 1:
            start = len(whole) - len(piece)
            return 0 <= start - position <= MOST_LOST and whole.endswith(piece)
        position = whole.find(piece, position, position + MOST_LOST + len(piece))
        if position < 0:
            return False
        position += len(piece)
    return position == len(whole)
