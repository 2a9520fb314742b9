"""Who wrote the story: structured data first, then the line that says "By"."""

import re
from collections.abc import Iterator
from itertools import pairwise

from archiver.parsers.blocks import Block, Layout
from archiver.parsers.dates import moment
from archiver.parsers.headline import site_names
from archiver.parsers.phrases import is_phrase, phrases, says
from archiver.parsers.structured import Structured, Thing, strings
from archiver.parsers.text import clean, ends_sentence, fold

BYLINE = re.compile(
    r"by-?line|author|\b(?:autor(?:e|en|es|a)?|auteur|writer|contributor|skribent|journalist|reporter)\b",
    re.IGNORECASE,
)
NOT_A_NAME = re.compile(r"https?:|www\.|@|\d[\d.:]|\.(?:com|org|net)\b", re.IGNORECASE)
YEAR = re.compile(r"(?:19|20)\d\d")
BYLINE_BREAK = re.compile(r"\s*[:：・]\s*|\s+")
NAME_SPLIT = re.compile(
    r"\s*(?:[,;|/•·]|\s(?:and|und|et|y|e|en|och|og|i|и|та|και|und|&|with|avec|mit|con)\s)\s*"
)
AUTHOR_META = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl",
    "cxenseparse:author", "citation_author", "article:author_name", "og:article:author",
)  # fmt: skip
# How far from the headline, in blocks, a line with the names may stand.
REACH = 14
LONGEST_BYLINE = 120
# News agencies and editors sign with a few small letters: "dpa", "hej".
AGENCY = re.compile(r"[a-z]{2,5}")
# A site's name of so many letters also stands for "Name Online" and "Name Redaktion".
LONG_SITE = 6
LONGEST_NAME_WORDS = 5


def authors(layout: Layout, structured: Structured, near: Block | None, url: str) -> tuple[str, ...]:
    """Return the names of the story's authors, in order; near is the headline's block.

    The site's own name counts only where nobody else is named.
    """
    own = site_names(structured, url)
    stated = (_json_authors(structured), _meta_authors(structured), structured.items.get("author", ()))
    editors: list[str] = []
    for candidates in (*stated, _byline_authors(layout, near)):
        found = list(dict.fromkeys(name for text in candidates for name in _names(text)))
        if people := [name for name in found if not _is_site(name, own)]:
            return tuple(people)
        editors = editors or found
    return tuple(editors)


def _is_site(name: str, own: frozenset[str]) -> bool:
    """Whether a name is the site's, with a section or domain behind it or not."""
    folded = fold(name)
    return folded in own or any(len(site) >= LONG_SITE and folded.startswith(site) for site in own)


def _json_authors(structured: Structured) -> Iterator[str]:
    for key in ("author", "creator"):
        value = structured.story.get(key)
        found = [
            name
            for item in (value if isinstance(value, list) else [value])
            for name in _person(item, structured.things)
        ]
        if found:
            yield from found
            return


def _person(item: object, things: dict[str, Thing]) -> list[str]:
    if isinstance(item, dict):
        identity = item.get("@id")
        if "name" not in item and isinstance(identity, str):
            item = things.get(identity, {})
        return strings(item.get("name"))
    return strings(item)


def _meta_authors(structured: Structured) -> Iterator[str]:
    for key in AUTHOR_META:
        if found := [text for text in structured.meta.get(key, ()) if not NOT_A_NAME.search(text)]:
            yield from found
            return


def _byline_authors(layout: Layout, near: Block | None) -> Iterator[str]:
    start = near.index if near else 0
    lines = [
        block
        for block in layout.blocks[max(0, start - 3) : start + REACH]
        if len(block.text) <= LONGEST_BYLINE and block is not near
    ]
    for block in lines:
        links = [
            "".join(text for text, _ in a.parts)
            for a in block.anchors
            if "author" in a.href or a.element.get("rel") == "author"
        ]
        if links:
            yield from links
            return
        if (
            BYLINE.search(block.box.names)
            or (block.box.parent and BYLINE.search(block.box.parent.names))
            or _starts_byline(block.text)
        ):
            yield _without_date(block.text)
            return
    for block in lines:
        if name := _beside_a_date(block.text):
            yield name
            return
    for line, after in pairwise(lines):
        if _is_dated(line.text) and _looks_like_a_name(after.text):
            yield after.text
            return


def _without_date(text: str) -> str:
    """A byline with its date cut out, so that what stands on either side of it are names of their own."""
    found = moment(text)
    return f"{text[: found.start]} | {text[found.end :]}" if found else text


def _is_dated(text: str) -> bool:
    return YEAR.search(text) is not None and len(text) < LONGEST_BYLINE // 2


def _beside_a_date(text: str) -> str | None:
    """The name in a line that gives it together with the date: "Ann Lee | 3 May 2024"."""
    parts = [part.strip() for part in re.split(r"[|•·]", text)]
    if len(parts) < 2 or not any(YEAR.search(part) for part in parts):
        return None
    return next((part for part in parts if _looks_like_a_name(part)), None)


def _looks_like_a_name(text: str) -> bool:
    words = text.split()
    return (
        2 <= len(words) <= 4
        and not re.search(r"\d", text)
        and all(not word[0].islower() for word in words)
        and not says("furniture", text)
    )


def byline_names(text: str) -> tuple[str, ...]:
    """Return the names in a line that says who wrote ("By Ann Lee and Bo Ek"), or () if it is no such line."""
    return tuple(_names(text)) if _starts_byline(text) else ()


def _starts_byline(text: str) -> bool:
    words = BYLINE_BREAK.split(clean(text), maxsplit=1)
    if len(words) < 2 or fold(words[0]) not in phrases("by"):
        return False
    return (
        1 <= len(words[1].split()) <= 2 * LONGEST_NAME_WORDS
        and not words[1][:1].islower()
        and not ends_sentence(text)
    )


def _names(text: str) -> Iterator[str]:
    """The single names in a byline, without "By", titles after a comma, and what is no name at all."""
    for part in NAME_SPLIT.split(clean(text)):
        words = BYLINE_BREAK.split(part)
        while len(words) > 1 and is_phrase("by", words[0]):
            words = words[1:]
        name = " ".join(words).strip(" .,:;-–—|*")
        if (
            name
            and (not name[0].islower() or AGENCY.fullmatch(name))
            and not is_phrase("by", name)
            and len(words) <= LONGEST_NAME_WORDS
            and not NOT_A_NAME.search(name)
            and not says("published", name)
            and not says("updated", name)
        ):
            yield name
