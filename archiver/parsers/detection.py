"""Which language a text is in: by letters that one language alone has, by its commonest words, or by a model."""

import re
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

from archiver.parsers.text import word_count
from archiver.word_lists import word_table

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

# Characters of a text that are enough to know its language.
SAMPLE = 1_000
FEWEST_WORDS = 8
ONE_LANGUAGES_LETTERS = {
    "ja": "\u3040-\u30ff", "ko": "\u1100-\u11ff\uac00-\ud7af", "zh": "\u4e00-\u9fff", "el": "\u0370-\u03ff",
    "he": "\u0590-\u05ff", "th": "\u0e00-\u0e7f", "ka": "\u10a0-\u10ff", "hy": "\u0530-\u058f",
    "pa": "\u0a00-\u0a7f", "gu": "\u0a80-\u0aff", "or": "\u0b00-\u0b7f", "ta": "\u0b80-\u0bff", "te": "\u0c00-\u0c7f",
    "kn": "\u0c80-\u0cff", "ml": "\u0d00-\u0d7f", "si": "\u0d80-\u0dff", "lo": "\u0e80-\u0eff",
    "my": "\u1000-\u109f", "am": "\u1200-\u137f", "km": "\u1780-\u17ff",
}  # fmt: skip
"""The letters that tell a language, as a regular expression has them; of two that a text has, the first tells it."""
# The share of a text's letters that such letters have at least: Japanese may have a quarter of kana.
LEAST_LETTERS = 0.2
# The common words of a text's language are at least so many of its words, and so many times those of any other. That
# tells the languages of 95 pages in 100 of those in Latin letters, of 1,900 in some 50 languages, and no wrong one; so
# many of them are different words, as those of a language that is not listed (Malagasy has Afrikaans "sy") are not.
LEAST_COMMON, LEAD = 0.04, 1.25
FEWEST_DIFFERENT = 4
FEWEST_TOLD = 20
# How sure the model must be.
LIKELY = 0.5


def detected_language(text: str) -> str | None:
    """Return the language (BCP 47) that text seems to be in, or None if it is too short to tell."""
    sample = text[:SAMPLE]
    if word_count(sample) < FEWEST_WORDS:
        return None
    found, probability = likeliest_language(sample)
    return found if probability > LIKELY else None


def likeliest_language(text: str) -> tuple[str, float]:
    """Return the language that a text is in most likely, and how sure that is, from 0 to 1.

    The first text of a process that only the model can tell loads it: half a second, and some 100 MB from then on.
    """
    told = _told_by_letters(text) or _told_by_words(text)
    if told is not None:
        return told, 1.0
    found, probability = _identifier().classify(text)
    return str(found), float(probability)


@cache
def common_words(tongue: str) -> frozenset[str]:
    """Return the words that a language's texts are full of; none of one that is not listed."""
    return frozenset(word_table("parsers", "common.toml").get(tongue, "").split())


def _told_by_letters(text: str) -> str | None:
    if text.isascii():
        return None
    least = LEAST_LETTERS * sum(map(str.isalpha, text))
    return next((tongue for tongue, letter in _letters() if len(letter.findall(text)) > least), None)


def _told_by_words(text: str) -> str | None:
    """The language of which a text has plainly the most common words, if one leads."""
    words, languages = text.lower().split(), _languages()
    if len(words) < FEWEST_TOLD:
        return None
    counts = Counter(tongue for word in words for tongue in languages.get(word, ()))
    (first, most), (_, next_most) = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    if most < max(LEAST_COMMON * len(words), LEAD * next_most):
        return None
    return first if len(common_words(first).intersection(words)) >= FEWEST_DIFFERENT else None


@cache
def _languages() -> dict[str, list[str]]:
    """The languages of each of the common words."""
    languages: dict[str, list[str]] = {}
    for tongue in word_table("parsers", "common.toml"):
        for word in common_words(tongue):
            languages.setdefault(word, []).append(tongue)
    return languages


@cache
def _letters() -> list[tuple[str, re.Pattern[str]]]:
    return [(tongue, re.compile(f"[{letters}]")) for tongue, letters in ONE_LANGUAGES_LETTERS.items()]


@cache
def _identifier() -> "LanguageIdentifier":
    from py3langid.langid import MODEL_FILE, LanguageIdentifier  # noqa: PLC0415  # only where nothing else tells

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
