"""The words in which a chosen link shows its story: of several places the best, whole, without what stands around."""

import re
from collections.abc import Sequence

from archiver.parsers.phrases import is_phrase
from archiver.parsers.related.link_parts import LEADS_IN
from archiver.parsers.related.links import Candidate, worth
from archiver.parsers.related.overlays import CARD_WORDS, TEASER_WORDS
from archiver.parsers.text import word_count
from archiver.parsers.titles.titles import SHORTEST_SITE, TITLE_BREAK, letters_of
from archiver.parsers.urls import host, site

# What a text ends with that is cut off, and the characters from which on a beginning tells one text from others.
CUT = ("…", "..")
TELLING = 10
# Bullets, arrows and the like, apart from the words.
POINTERS_BEFORE = re.compile(r"^(?:[•●■▪▶►▸→➜➔⟶↗☞★✔]\ufe0f?\s+)+")
POINTERS_BEHIND = re.compile(r"(?:\s+[→➜➔⟶↗▶►▸]\ufe0f?)+$")
_DAY_FIRST = r"(?:0?[1-9]|[12]\d|3[01])([./-])(?:0?[1-9]|[12]\d|3[01])\1(?:19|20)\d\d"
DAY = rf"(?:{_DAY_FIRST}|(?:19|20)\d\d([./-])(?:0[1-9]|1[0-2])\2[0-3]\d)"
DAY_BEFORE = re.compile(rf"^[\[(]?{DAY}[\])]?(?:\s*[,|:–—-])?\s+")
DAY_BEHIND = re.compile(rf"\s+[\[(]{DAY}[\])]$")
# Marks that point to the story unless they are the quotation marks of a pair.
QUOTES = ("«»", "‹›")
# The share of a site's name behind a headline that its address has at least: "Harbour Post Online".
MOST_OF_NAME = 0.4


def shown_headline(places: Sequence[Candidate]) -> str:
    """Return the headline that links to one address show."""
    best = max(places, key=worth)
    text = _whole(best.headline, [one.headline for one in places])
    return _without_site(_without_label(_without_day(_without_marks(text))), best.target)


def _whole(text: str, others: Sequence[str]) -> str:
    """A text that a list cut off in the midst of a word, without dots, as one of the others has it in full."""
    if len(text) < TELLING or not text[-1].isalpha():
        return text
    for other in others:
        goes_on = other.startswith(text) and other[len(text) :][:1].isalpha()
        if goes_on and not other.endswith(CUT) and word_count(other) <= TEASER_WORDS:
            return other
    return text


def _without_marks(text: str) -> str:
    """A headline without bullets and arrows around it, or a "«" or "»" that has no other to be paired with."""
    text = POINTERS_BEFORE.sub("", POINTERS_BEHIND.sub("", text)) or text
    for pair in QUOTES:
        if text.count(pair[0]) != text.count(pair[1]):
            return text.strip(f"{pair} ") or text
    return text


def _without_day(text: str) -> str:
    """A headline without the day, in numbers with its year, before it or in brackets behind it."""
    own = DAY_BEHIND.sub("", DAY_BEFORE.sub("", text))
    return own if word_count(own) >= CARD_WORDS else text


def _without_label(text: str) -> str:
    """A headline without the "Related:" or "Previous article:" before it in its link; "Latest:" is part of one."""
    for mark in LEADS_IN:
        label, found, rest = text.partition(mark)
        rest = rest.strip()
        if found and is_phrase("related", label) and word_count(rest) >= CARD_WORDS:
            return rest
    return text


def _without_site(text: str, target: str) -> str:
    """A headline without the name, behind it, of the site that it leads to."""
    marks = list(TITLE_BREAK.finditer(text))
    if not marks:
        return text
    name, own = text[marks[-1].end() :], text[: marks[-1].start()].rstrip()
    label = site(host(target)).partition(".")[0]
    letters = letters_of(name)
    is_named = len(label) > SHORTEST_SITE and label in letters and len(label) >= MOST_OF_NAME * len(letters)
    return own if is_named and word_count(own) >= CARD_WORDS else text
