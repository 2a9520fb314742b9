"""Which language the story is in: what the page declares, where script and words bear that out, else a guess."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from lxml.etree import _Element as Element

from archiver.items import Origin
from archiver.parsers.detection import SAMPLE, common_words, detected_language, likeliest_language
from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.sourced import Sourced
from archiver.parsers.structured import Structured, first_string

# Characters of the body that are enough to know its script.
SCRIPT_SAMPLE = 300
LANGUAGE_TAG = re.compile(
    r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?![a-z\d]|[-_]\d)", re.IGNORECASE
)
# Countries and charsets that pages give for languages, or begin with.
NO_LANGUAGES = frozenset({"cn", "jp", "gb", "utf", "iso"})
# Too few letters to judge by.
FEWEST_LETTERS = 40
LATIN_LETTER = re.compile(r"[A-Za-z\u00aa-\u024f]")
# Languages in Latin letters of whose common words no text has so few of so many: a tenth and more on 500 pages, a
# hundredth on those that state a wrong one.
IN_LATIN = frozenset({"en", "de", "fr", "es", "it", "pt", "nl"})
FEWEST_WORDS, LEAST_COMMON = 40, 0.04
# How sure it must be that the text is in another language than the page says, and what stands for none.
SURELY, NONE = 0.95, "zxx"
NON_LATIN = {
    tongue: letters
    for tongues, letters in (
        ("ru uk bg", "\u0400-\u04ff"), ("el", "\u0370-\u03ff"), ("ar fa ur", "\u0600-\u06ff"),
        ("he", "\u0590-\u05ff"), ("hi", "\u0900-\u097f"), ("th", "\u0e00-\u0e7f"), ("zh", "\u4e00-\u9fff"),
        ("ja", "\u3040-\u30ff\u4e00-\u9fff"), ("ko", "\uac00-\ud7af"),
    )
    for tongue in tongues.split()
}  # fmt: skip
"""The letters of languages that are not written in Latin ones, as a regular expression has them."""


def language(layout: Layout, structured: Structured, blocks: Iterable[Block]) -> Sourced[str | None]:
    """Return the BCP 47 tag that the page declares, or that its text, the story's blocks, is in."""
    body = _beginning(blocks)
    for tag, origin in _declared(layout.root, structured):
        if tag and (found := language_tag(tag)) and _script_fits(found, body):
            other = _other_language(found, body)
            return Sourced(other or found, Origin.TEXT if other else origin)
    guess = detected_language(body)
    return Sourced(guess, Origin.TEXT if guess else None)


def _declared(root: Element, structured: Structured) -> Iterator[tuple[str | None, Origin]]:
    yield root.get("lang"), Origin.HTML
    yield root.get("{http://www.w3.org/XML/1998/namespace}lang"), Origin.HTML
    yield first_string(structured.story.get("inLanguage")), Origin.JSON_LD
    for name in ("content-language", "og:locale"):
        for text in structured.meta.get(name, ()):
            yield text, Origin.META


def _beginning(blocks: Iterable[Block]) -> str:
    """As much of the text as tells its language."""
    texts: list[str] = []
    size = 0
    for block in blocks:
        texts.append(block.text)
        size += len(block.text) + 1
        if size >= SAMPLE:
            break
    return " ".join(texts)[:SAMPLE]


def language_tag(text: str) -> str | None:
    """Return a declared language as a BCP 47 tag, or None if it is none."""
    match = LANGUAGE_TAG.match(text.strip())
    if not match:
        return None
    tongue, script, region = match.groups()
    if tongue.lower() in NO_LANGUAGES:
        return None
    return "-".join(filter(None, (tongue.lower(), script and script.title(), region and region.upper())))


def _script_fits(tag: str, body: str) -> bool:
    """A template's lang="en" is often left on pages in other scripts."""
    tongue, body = tag.partition("-")[0], body[:SCRIPT_SAMPLE]
    letters = sum(map(str.isalpha, body))
    if letters < FEWEST_LETTERS:
        return True
    if tongue in NON_LATIN:
        return len(_letter_of(tongue).findall(body)) > letters * 0.2
    return tongue not in IN_LATIN or body.isascii() or len(LATIN_LETTER.findall(body)) > letters * 0.3


def _other_language(tag: str, body: str) -> str | None:
    """The language of a text that is plainly not in the one that its page states, or None."""
    tongue = tag.partition("-")[0]
    words = body.lower().split() if tongue in IN_LATIN else ()
    if len(words) < FEWEST_WORDS:
        return None
    common = common_words(tongue)
    if sum(word in common for word in words) >= LEAST_COMMON * len(words):
        return None
    found, probability = likeliest_language(body)
    return found if probability > SURELY and found not in (NONE, tongue) else None


@cache
def _letter_of(tongue: str) -> re.Pattern[str]:
    return re.compile(f"[{NON_LATIN[tongue]}]")
