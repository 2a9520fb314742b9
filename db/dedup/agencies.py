"""News agencies: which one a byline or an agency line of a text names; a mere mention in the text is none."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache

from archiver.word_lists import word_table

# What joins names of agencies to each other, to places and to initials: "dpa/AFP", "서울=연합뉴스", "AFP, Reuters".
JOINED = re.compile(
    r"\s*(?:[/=,;&+|·•]|\s(?:and|und|et|y|e|i|og|och|en|med|with|mit|avec|con)\s)\s*", re.IGNORECASE
)
# A line that begins a text: a place, the agency in brackets or slashes, and a dash or the like.
DATELINE = re.compile(
    r"^(?P<place>[^()（）/\[\]【】.!?。]{0,60}?(?:\d{1,2}\.?[^()（）/\[\]【】.!?。]{0,20}?\.?)?)\s*"
    r"[(（/\[【](?P<agency>[^()（）\[\]【】]{2,50}?)[)）/\]】](?P<behind>\s*[-–—:.,]+|\s|(?=[^\s\w])|$|(?<=[】）]))"
)
BRACKET = re.compile(r"[(（/\[【]")
# "新华社北京11月20日电", "中新网11月20日电".
TELEGRAM = re.compile(r"^\w{2,4}[^\s，。]{0,8}?\d{1,2}月\d{1,2}日(?:电|電)")
# What stands before the name in a line of its own.
SOURCE = re.compile(
    r"^(?:quelle|source|sources|fuente|fonte|fontes|kilde|källa|источник|джерело|πηγή|kaynak|来源|來源|via|by|von|par|por|di|©|\(c\)|\(©\)|copyright)"
    r"\s*[:：]?\s*",
    re.IGNORECASE,
)
# Paragraphs at the beginning and at the end of a text that may hold an agency line.
FIRST, LAST = 2, 3
# Characters of the longest line that holds nothing but an agency.
LONGEST_LINE = 60
LONGEST_DATELINE = 120
BRACKETS = "()（）[]【】/*–—- .。"
YEAR = re.compile(r"\b(?:19|20)\d\d\b")


def agency_of(authors: Sequence[str], body: str) -> str | None:
    """Return the news agency that the authors or an agency line at either end of body name, or None."""
    for author in authors:
        if found := _named(author):
            return found
    paragraphs = [paragraph.strip() for paragraph in body.split("\n\n", FIRST)[:FIRST]]
    for paragraph in paragraphs:
        if found := _in_dateline(paragraph[:LONGEST_DATELINE]):
            return found
    for paragraph in reversed(body.rsplit("\n\n", LAST)[-LAST:]):
        if len(paragraph) <= LONGEST_LINE and (found := _alone(paragraph)):
            return found
        if found := _at_end(paragraph):
            return found
    return None


def _in_dateline(text: str) -> str | None:
    if TELEGRAM.match(text):
        for length in (2, 3, 4):
            if found := _forms().get(text[:length]):
                return found
    line = DATELINE.match(text) if BRACKET.search(text) else None
    if line is None or (line["place"].strip() and not line["behind"].strip() and text[0].isascii()):
        return None
    return _any_named(line["agency"])


def _alone(line: str) -> str | None:
    """Return the agency that a line is nothing but: "dpa", "© AFP 2026", "Source: Reuters"."""
    return _named(YEAR.sub("", SOURCE.sub("", line.strip(BRACKETS))))


def _at_end(paragraph: str) -> str | None:
    """Return the agency in brackets that end a text: "… said. (AFP)"."""
    text = paragraph.rstrip()
    if not text.endswith((")", "）", "】")):
        return None
    start = max(text.rfind(bracket) for bracket in "(（【")
    before = text[:start].rstrip()
    if start < 0 or len(text) - start > LONGEST_LINE or (before and before[-1] not in '.!?。”"»'):
        return None
    return _named(text[start + 1 : -1])


def _named(text: str) -> str | None:
    """Return the first agency of a text that names agencies only."""
    text = _folded(text)
    if found := _forms().get(text):
        return found
    parts = [part for part in JOINED.split(text) if part]
    names = [_forms().get(part) for part in parts]
    return names[0] if names and all(names) else None


def _any_named(text: str) -> str | None:
    """Return the first agency of a text that joins agencies with places or initials."""
    text = _folded(text)
    parts = [text, *JOINED.split(text)]
    return next((found for part in parts if (found := _forms().get(part))), None)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split()).strip(BRACKETS)


@cache
def _forms() -> dict[str, str]:
    """Return the agency for each form of a name."""
    tables = word_table("", "agencies.toml").values()
    return {_folded(form): name for table in tables for name, forms in table.items() for form in forms}
