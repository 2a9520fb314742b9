"""Which language the story is in: what the page declares, where its script bears that out, else a guess."""

import re
from functools import cache
from typing import TYPE_CHECKING

from archiver.parsers.blocks import Layout
from archiver.parsers.structured import Structured, first_string
from archiver.parsers.text import word_count

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Characters of the body that are enough to know its language.
SAMPLE = 1_000
LANGUAGE_TAG = re.compile(r"([a-z]{2,3})(?:[-_]([a-z]{4}))?(?:[-_]([a-z]{2}|\d{3}))?(?![a-z])", re.IGNORECASE)
NON_LATIN = {
    "ru": "\u0400-\u04ff", "uk": "\u0400-\u04ff", "bg": "\u0400-\u04ff", "el": "\u0370-\u03ff",
    "ar": "\u0600-\u06ff", "fa": "\u0600-\u06ff", "ur": "\u0600-\u06ff", "he": "\u0590-\u05ff",
    "hi": "\u0900-\u097f", "th": "\u0e00-\u0e7f", "zh": "\u4e00-\u9fff", "ja": "\u3040-\u30ff\u4e00-\u9fff",
    "ko": "\uac00-\ud7af",
}  # fmt: skip
"""The letters of languages that are not written in Latin ones."""


def language(layout: Layout, structured: Structured, body: str) -> str | None:
    """Return the BCP 47 tag that the page declares, or that its text is in."""
    root = layout.root
    declared = [
        root.get("lang"),
        root.get("{http://www.w3.org/XML/1998/namespace}lang"),
        first_string(structured.story.get("inLanguage")),
    ]
    declared += [*structured.meta.get("content-language", ()), *structured.meta.get("og:locale", ())]
    for tag in declared:
        if tag and (found := language_tag(tag)) and _script_fits(found, body):
            return found
    return detected_language(body)


def language_tag(text: str) -> str | None:
    """Return a declared language as a BCP 47 tag, or None if it is none."""
    match = LANGUAGE_TAG.match(text.strip())
    if not match:
        return None
    tongue, script, region = match.groups()
    return "-".join(filter(None, (tongue.lower(), script and script.title(), region and region.upper())))


def _script_fits(tag: str, body: str) -> bool:
    """A template's lang="en" is often left on pages in other scripts."""
    sample = body[:SAMPLE]
    letters = sum(c.isalpha() for c in sample)
    if letters < 40:
        return True
    if own := NON_LATIN.get(tag.partition("-")[0]):
        return len(re.findall(f"[{own}]", sample)) > letters * 0.2
    return sum(c.isalpha() and c < "\u0250" for c in sample) > letters * 0.3 or tag.partition("-")[0] not in (
        "en",
        "de",
        "fr",
        "es",
        "it",
        "pt",
        "nl",
    )


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
