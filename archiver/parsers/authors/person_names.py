"""What a person's name looks like, in any script."""

import re
from functools import cache

from archiver.parsers.phrases import is_phrase, says
from archiver.parsers.text import UNSPACED, fold
from archiver.word_lists import lines, word_table

NOT_A_NAME = re.compile(
    r"https?:|www\.|@|(?<!\w)\d[\d.:]|\.(?:com|org|net)\b|[{}<>#!?:：]"
    r"|\b(?:google|whatsapp|telegram|facebook|instagram|youtube|twitter|tiktok)\b",
    re.IGNORECASE,
)
# Words between the parts of a name that begin small.
PARTICLES = frozenset({
    "af", "al", "av", "ben", "bin", "d'", "da", "das", "de", "del", "dela", "della", "den", "der", "di", "do", "dos",
    "du", "el", "ibn", "la", "le", "ten", "ter", "van", "vom", "von", "y", "zu", "zum",
})  # fmt: skip
# Those that begin no name: "Zum Beschluss vom 20. November 2026".
NO_FIRST = frozenset({"das", "vom", "zum", "zur"})
# What people are, not who they are.
ROLES = (
    r"(?:editors?|writers?|envoyée?s? spécia(?:le?s?|ux)|reporters?|correspondent|director|contributors?|columnists?"
    r"|journalist(?:in)?|periodista|reporter[oa]|repórter|inviat[oa]|verslaggever|muhabir[i]?|founder|officer|manager"
    r"|professor|analyst|expert|specialist|attorney|redakteur(?:in)?|korrespondent(?:in)?|journaliste|correspondant"
    r"|corresponsal|redactor[ae]?|corrispondente|giornalista|jornalista|redacteur|journalist[ea]?)\b"
)
ROLE = re.compile(r"\b" + ROLES, re.IGNORECASE)
TITLES = re.compile(r"^(?:(?:dr|prof|professor|dipl|ing|mag|med|dott|dra|profa)\b\.?(?:-ing\.)?\s*)+(?=\S)")
# Names in scripts without spaces have few characters, prose has many.
LONGEST_UNSPACED_NAME = 12
LONGEST_THAI_NAME = 30
THAI = re.compile("[\u0e00-\u109f\u1780-\u17ff]")
# Names in Chinese characters alone have few; lines of verse have more.
HAN = re.compile("[\u4e00-\u9fff\\s]+")
LONGEST_HAN_NAME = 8
LATIN = re.compile("[A-Za-z]")
# Marks of sentences, which stand in no name.
SENTENCE = re.compile("[。、，！？；「」『』（）“”…]")


def looks_like_a_name(text: str) -> bool:
    """Return whether a text may be a person's name by its form: two to four words that begin with capitals."""
    words = text.split()
    return (
        2 <= len(words) <= 4
        and len(set(words)) > 1
        # Letters of scripts without capitals are neither small nor large.
        and all(_begins_name(word) for word in words)
        and not any(char.isdigit() for char in text)
        and not NOT_A_NAME.search(text)
        and not ROLE.search(text)
        and may_be_unspaced_name(text)
        and fold(words[0]) not in NO_FIRST
        and not _is_verse(text, words)
        and not _is_kind_of_text(words)
        and not is_nobody(text)
        and not is_phrase("by", text)
        and not any(says(use, text) for use in ("furniture", "updated", "published"))
    )


def _is_verse(text: str, words: list[str]) -> bool:
    """Whether a text in Chinese characters alone has too many for the two parts of a name: "第一章 总 则"."""
    return HAN.fullmatch(text) is not None and (len(text) > LONGEST_HAN_NAME or len(words) > 2)


def _is_kind_of_text(words: list[str]) -> bool:
    """Whether words are, or begin with, what a text is called: "Press Releases IMCO"."""
    kinds = _kinds_of_text()
    return any(fold(" ".join(words[:end])) in kinds for end in range(2, len(words) + 1))


@cache
def _kinds_of_text() -> frozenset[str]:
    """What texts are called that stand where a name might."""
    table = word_table("parsers", "kinds_of_text.toml")
    return frozenset(fold(kind) for text in table.values() for kind in lines(text))


def _begins_name(word: str) -> bool:
    return (word[0].isalpha() and not word[0].islower()) or word[0] == "(" or fold(word) in PARTICLES


def untitled(name: str) -> str:
    """Return a name folded and without the academic titles before it: "Prof. Dr. Ann Lee" is "ann lee"."""
    return TITLES.sub("", fold(name))


def may_be_unspaced_name(text: str) -> bool:
    """Return whether a text is short enough for a name and no sentence, if it is in a script without spaces."""
    if text.isascii() or UNSPACED.search(text) is None:
        return True
    if THAI.search(text):
        return len(text) <= LONGEST_THAI_NAME and LATIN.search(text) is None
    return len(text) <= LONGEST_UNSPACED_NAME and SENTENCE.search(text) is None


def is_nobody(name: str) -> bool:
    """Return whether a name is an account's that is nobody's, or says nothing but what buttons do."""
    folded = fold(name)
    return folded in _nobody() or all(word in _nobody() for word in folded.split())


def is_agency(name: str) -> bool:
    """Return whether a name is that of a news agency."""
    return fold(name) in _agencies()


@cache
def _agencies() -> frozenset[str]:
    tables = word_table("", "agencies.toml").values()
    return frozenset(fold(form) for table in tables for forms in table.values() for form in forms)


@cache
def _nobody() -> frozenset[str]:
    """What stands where an author does and names nobody."""
    tables = word_table("parsers", "nobody.toml").values()
    return frozenset(fold(name) for text in tables for name in lines(text))
