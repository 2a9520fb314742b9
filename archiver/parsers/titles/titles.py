"""The words of titles: which of them name the site, and how alike two titles are."""

import re
from html import unescape
from unicodedata import combining, normalize
from urllib.parse import unquote, urlsplit

from archiver.parsers.text import UNSPACED, WORD, clean, fold

# Behind a space rather than with it: a pattern that begins with spaces is tried at every one of them.
TITLE_BREAK = re.compile(r"(?<=\s)(?:--|::|[\-–—·•»«:])\s+|[|｜│ㅣ丨]\s*")
# Before the site's name some leave the space out: "The flood- River Post".
SITE_BREAK = re.compile(rf"{TITLE_BREAK.pattern}|(?<=\w)[-–—]\s+|(?<=\s)[/~‹›<>]\s+|(?<=\w)(?:--|_)(?=\w)")
BARS = "|｜│ㅣ丨"
# What is left of a break where the site's name was cut off.
BREAK_MARKS = " |-–—·•:/~‹›<>_"
# A title that begins with a number below nothing: "-5 degrees".
MINUS = re.compile(r"[-–]\d")
# The site's name is told from within a longer one ("News Example Online") by more letters than this.
SHORTEST_SITE = 3
# What may stand between a title and the name of its section or site.
PARTING_MARKS = frozenset("|｜│ㅣ丨-–—_‹›«»<>·•：[]【】（）")
LATIN_WORD = re.compile(r"[^\W_]+")
APOSTROPHE = re.compile("['’]")
SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ø": "oe", "æ": "ae", "å": "aa"})


def names_in_path(url: str) -> list[frozenset[str]]:
    """Return the words of each part of an address's path, in small letters."""
    return [frozenset(LATIN_WORD.findall(part)) for part in unquote(urlsplit(url).path).lower().split("/")]


def spelled(title: str, name: frozenset[str]) -> float:
    """Return how far name, a part of an address, is a title's words, 0 to 1: accents dropped or as two letters."""
    folded = APOSTROPHE.sub("", title.lower())
    return max(
        2 * len(words & name) / max(len(words) + len(name), 1)
        for words in (
            frozenset(LATIN_WORD.findall(_without_accents(folded))),
            frozenset(LATIN_WORD.findall(folded.translate(SPELT_OUT))),
        )
    )


def _without_accents(text: str) -> str:
    return "".join(char for char in normalize("NFKD", text) if not combining(char))


def letters_of(text: str) -> str:
    """Return the folded letters and digits of a text, without all that stands between them."""
    return "".join(WORD.findall(fold(text)))


def without_site(title: str, names: frozenset[str]) -> str:
    """Return a title without the parts at either end that name the site, by one of its folded names."""
    title = clean(unescape(title) if "&" in title else title)
    marks = list(SITE_BREAK.finditer(title))
    start, end = 0, len(title)
    while marks and _names_the_site(title[marks[-1].end() : end], names):
        end = marks.pop().start()
    while marks and _names_the_site(title[start : marks[0].start()], names):
        start = marks.pop(0).end()
    own = title[start:end].rstrip(BREAK_MARKS)
    return own if MINUS.match(own) else own.lstrip(BREAK_MARKS)


def _names_the_site(part: str, names: frozenset[str]) -> bool:
    folded = fold(part)
    return is_name_of_site(part, names) or any(
        folded and (folded in name or name in folded) and len(name) > SHORTEST_SITE for name in names
    )


def is_name_of_site(text: str, names: frozenset[str]) -> bool:
    """Whether a text is nothing but the site's name, written as one word in its address or not."""
    folded = fold(text)
    return folded in names or folded.replace(" ", "") in names


def marks_in(title: str) -> frozenset[int]:
    """Return after how many letters marks stand that may part a title from a site, and how many it has in all."""
    letters, marks = 0, set()
    before = ""
    for char in title:
        # Where words have no spaces between them, one parts a title from the name behind it.
        if char in PARTING_MARKS or (char == " " and UNSPACED.match(before)):
            marks.add(letters)
        else:
            letters += len(letters_of(char))
        before = char
    return frozenset({*marks, letters})


def words_of(text: str) -> frozenset[str]:
    """Return the folded words of a text."""
    return frozenset(WORD.findall(fold(text)))


def likeness_of(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of the words of the longer of two texts that both have."""
    return len(one & other) / max(len(one), len(other), 1)
