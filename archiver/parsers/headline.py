"""The story's headline as the reader sees it, without the site's name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archiver.parsers.blocks import Block, Layout
from archiver.parsers.decoding import element_text
from archiver.parsers.structured import Structured, first_string, strings, types
from archiver.parsers.text import WORD, clean, fold, word_count
from archiver.parsers.urls import host

TITLE_BREAK = re.compile(r"\s+(?:[|\-–—·•»«:]|--|::)\s+|\s*[|｜]\s*")


@dataclass(frozen=True, slots=True)
class Headline:
    """The story's headline and the block that shows it, if one does."""

    text: str
    block: Block | None


def site_names(structured: Structured, url: str) -> frozenset[str]:
    """Return the folded names by which the page calls its own site."""
    names = [*structured.meta.get("og:site_name", ()), *structured.meta.get("application-name", ())]
    for thing in (structured.story, structured.page):
        names += strings(thing.get("publisher")) + strings(thing.get("sourceOrganization"))
    folded = {fold(name) for name in names}
    bare = host(url).removeprefix("www.")
    return frozenset(folded | {bare, bare.partition(".")[0]} - {""})


def headline(layout: Layout, structured: Structured, url: str) -> Headline:
    """Return the headline as the reader sees it, without the site's name; "" if the page has none."""
    names = site_names(structured, url)
    titles = [_without_site(text, names) for text in _machine_titles(layout, structured)]
    shown = list(_shown_titles(layout))
    best = max(
        shown,
        key=lambda title: max((_likeness(title.text, text) for text in titles), default=0.0),
        default=None,
    )
    if (newsroom := _newsroom_title(structured, names, best)) is not None:
        return newsroom
    if best and (
        any(_likeness(best.text, text) >= 0.5 for text in titles)
        or (len(shown) == 1 and word_count(best.text) >= 3)
    ):
        return best
    for text in titles:
        if text and fold(text) not in names:
            return _shown_part(layout, text) or Headline(text, _block_saying(layout, text))
    return best or Headline("", None)


def _newsroom_title(structured: Structured, names: frozenset[str], best: Headline | None) -> Headline | None:
    """The headline of a NewsArticle in JSON-LD: newsrooms fill it in with the kicker that the h1 may lack.

    On the pages of benchmarks/README.md it is the headline as published on 83% of those that have one, the h1
    on 73%. Of blogs the h1 is: theirs is more often written for search engines.
    """
    if not any("news" in kind or "liveblog" in kind for kind in types(structured.story)):
        return None
    stated = first_string(structured.story.get("headline"))
    text = _without_site(stated, names) if stated else ""
    if not text or (best and _is_cut(text, best.text)):
        return None
    return Headline(text, best.block if best else None)


def _is_cut(text: str, shown: str) -> bool:
    """Whether a title is the shown one, cut to a length."""
    return len(text) < len(shown) and fold(shown).startswith(fold(text).rstrip(". …"))


def _machine_titles(layout: Layout, structured: Structured) -> Iterator[str]:
    yield from strings(structured.story.get("headline"))[:1]
    yield from structured.meta.get("og:title", ())[:1]
    yield from structured.meta.get("twitter:title", ())[:1]
    for title in layout.root.iter("title"):
        yield clean(element_text(title))
        break


def _shown_titles(layout: Layout) -> Iterator[Headline]:
    for box in layout.boxes:
        if box.tag == "h1" or "headline" in box.names.split():
            blocks = [b for b in layout.blocks[box.first_block : box.end_block] if b.text]
            if blocks and (text := " ".join(b.text for b in blocks)) and len(text) < 300:
                yield Headline(text, blocks[-1])


def _without_site(title: str, names: frozenset[str]) -> str:
    """A title without the parts at either end that name the site."""
    title = clean(title)
    marks = list(TITLE_BREAK.finditer(title))
    start, end = 0, len(title)
    while marks and _names_the_site(title[marks[-1].end() : end], names):
        end = marks.pop().start()
    while marks and _names_the_site(title[start : marks[0].start()], names):
        start = marks.pop(0).end()
    return title[start:end].strip(" |-–—·•»«:")


def _names_the_site(part: str, names: frozenset[str]) -> bool:
    folded = fold(part)
    return folded in names or any(
        folded and (folded in name or name in folded) and len(name) > 3 for name in names
    )


def _shown_part(layout: Layout, title: str) -> Headline | None:
    """The part of a title, between its dashes and bars, that the page also shows as a block of its own."""
    parts = [part for part in TITLE_BREAK.split(title) if word_count(part) >= 3]
    for part in sorted(parts, key=len, reverse=True):
        if part != title and (block := _block_saying(layout, part)):
            return Headline(part, block)
    return None


def _likeness(one: str, other: str) -> float:
    """Share of the words of the longer text that both have."""
    a, b = set(WORD.findall(fold(one))), set(WORD.findall(fold(other)))
    return len(a & b) / max(len(a), len(b), 1)


def _block_saying(layout: Layout, text: str) -> Block | None:
    folded = fold(text)
    return next((block for block in layout.blocks if not block.linked and fold(block.text) == folded), None)
