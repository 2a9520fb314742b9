"""Which language the story is in: what the page declares, where its script bears that out, else a guess."""

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from lxml.etree import _Element as Element

from archiver.items import Origin
from archiver.parsers.blocks import Block, Layout
from archiver.parsers.sourced import Sourced
from archiver.parsers.structured import Structured, first_string
from archiver.parsers.text import word_count

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Characters of the body that are enough to know its language.
SAMPLE = 1_000
# Characters of the body that are enough to know its script.
SCRIPT_SAMPLE = 300
LANGUAGE_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?![a-z])", re.IGNORECASE)
# Too few letters to judge by.
FEWEST_LETTERS = 40
LATIN_LETTER = re.compile(r"[A-Za-z\u00aa-\u024f]")
LATIN = frozenset({"en", "de", "fr", "es", "it", "pt", "nl"})
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
            return Sourced(found, origin)
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
    return "-".join(filter(None, (tongue.lower(), script and script.title(), region and region.upper())))


def _script_fits(tag: str, body: str) -> bool:
    """A template's lang="en" is often left on pages in other scripts."""
    tongue, body = tag.partition("-")[0], body[:SCRIPT_SAMPLE]
    letters = sum(map(str.isalpha, body))
    if letters < FEWEST_LETTERS:
        return True
    if tongue in NON_LATIN:
        return len(_letter_of(tongue).findall(body)) > letters * 0.2
    return tongue not in LATIN or body.isascii() or len(LATIN_LETTER.findall(body)) > letters * 0.3


@cache
def _letter_of(tongue: str) -> re.Pattern[str]:
    return re.compile(f"[{NON_LATIN[tongue]}]")


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # loads a model of 4 MB: only where it is needed

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def detected_language(text: str) -> str | None:
    """Return the language that text seems to be in, or None if it is too short to tell."""
    sample = text[:SAMPLE]
    if word_count(sample) < 8:
        return None
    found, probability = _identifier().classify(sample)
    return str(found) if probability > 0.5 else None
