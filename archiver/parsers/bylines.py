"""Lines that say who wrote: "By Ann Lee and Bo Ek", "Ann Lee | 3 May 2024", in many languages."""

import re
from collections.abc import Iterator

from archiver.parsers.dates import moment
from archiver.parsers.phrases import is_phrase, phrases, says
from archiver.parsers.text import clean, ends_sentence, fold

NOT_A_NAME = re.compile(r"https?:|www\.|@|(?<!\w)\d[\d.:]|\.(?:com|org|net)\b|[{}<>#!?:：]", re.IGNORECASE)
ADDRESS = re.compile(r"https?:|www\.|@\w", re.IGNORECASE)
# Texts with such phrases head lists or are buttons.
LABELS = ("related", "popular", "latest", "section", "sponsored")
YEAR = re.compile(r"(?:19|20)\d\d")
BYLINE_BREAK = re.compile(r"\s*[:：・]\s*|\s+")
NAME_SPLIT = re.compile(
    r"\s*(?:[,;|/•·]|\s(?:and|und|et|y|e|en|och|og|i|и|та|και|und|&|with|avec|mit|con)\s)\s*"
)
PART_BREAK = re.compile(r"\s+[-–—]\s+|[|•·]")
BEHIND_TIME = re.compile(r"\d[:.h]\d\d,\s+([^\d,]+)$")
# News agencies and editors sign with a few small letters: "dpa", "hej".
AGENCY = re.compile(r"[a-z]{2,5}")
# Words between the parts of a name that begin small.
PARTICLES = frozenset({
    "af", "al", "av", "ben", "bin", "d'", "da", "das", "de", "del", "dela", "della", "den", "der", "di", "do", "dos",
    "du", "el", "ibn", "la", "le", "ten", "ter", "van", "vom", "von", "y", "zu", "zum",
})  # fmt: skip
# What people are, not who they are.
ROLES = (
    r"(?:editors?|reporters?|correspondent|director|contributors?|columnists?|journalist(?:in)?|founder|officer|manager"
    r"|professor|analyst|expert|specialist|attorney|redakteur(?:in)?|korrespondent(?:in)?|journaliste|correspondant"
    r"|corresponsal|redactor[ae]?|corrispondente|giornalista|jornalista|redacteur|journalist[ea]?)\b"
)
ROLE = re.compile(r"\b" + ROLES, re.IGNORECASE)
# A role that templates set right behind the name: "Ann Lee Senior Reporter".
ROLE_BEHIND = re.compile(
    r"(?<=\w)\s+(?:(?:senior|staff|chief|deputy|special|political|sports|business|health|news|freelance)\s+)*"
    + ROLES
    + ".*",
    re.IGNORECASE,
)
# Degrees behind a name.
DEGREE = re.compile(
    r"(?:M\.?D|Ph\.?\s?D|R\.?D\.?N?|M\.?P\.?H|M\.?B\.?A|M\.?S\.?c?|C\.?P\.?A|D\.?D\.?S|D\.?V\.?M|J\.?D|L\.?D\.?N|Esq|[JS]r)\.?"
)
TEAM = re.compile(
    r"\b(?:redaktion|editorial|newsroom|news desk|staff|team|redacción|redação|redazione|rédaction|redactie"
    r"|redaksjonen|redaktionen|redakcja|redakce|редакция|редакція)\b",
    re.IGNORECASE,
)
# What Korean and Chinese papers write behind a name: reporter.
CALLED = re.compile(r"\s*(?:기자|특파원|記者|记者)$")
LONGEST_LINE = 120
# Characters of the authors stated for machines that are read.
MOST_NAMES = 2_000
LONGEST_NAME_WORDS = 5
LONGEST_TEAM_WORDS = 3
# Words of the longest phrase that stands before a name.
LONGEST_PHRASE = 4


def byline_names(text: str) -> tuple[str, ...]:
    """Return the names in a line that says who wrote ("By Ann Lee and Bo Ek"), or () if it is no such line."""
    return tuple(names_in(text)) if _starts_byline(text) else ()


def names_in(text: str, *, stated: bool = False) -> Iterator[str]:
    """Yield the single names in a byline, without "By", titles after a comma, and what is no name at all.

    stated: the text is the page's author for machines, so that an account's name in small letters is one too.
    """
    text = text[:MOST_NAMES]
    if ADDRESS.search(text):
        return
    for number, part in enumerate(NAME_SPLIT.split(clean(text))):
        name = CALLED.sub("", _without_phrase(part).strip(" .,:;-–—|*"))
        if not name or (number and ROLE.search(name)):
            continue
        if " " in (bare := ROLE_BEHIND.sub("", name)):
            name = bare
        if (stated or not name[0].islower() or AGENCY.fullmatch(name)) and _may_be_name(name):
            yield name


def people_in(text: str) -> Iterator[str]:
    """Yield the names in a line of names, roles and the like that look like persons'."""
    for part in PART_BREAK.split(text):
        yield from (name for name in names_in(part) if looks_like_a_name(name) and not is_label(name))


def _may_be_name(name: str) -> bool:
    return (
        len(name.split()) <= LONGEST_NAME_WORDS
        and not NOT_A_NAME.search(name)
        and not DEGREE.fullmatch(name)
        and not is_phrase("by", name)
        and not says("published", name)
        and not says("updated", name)
    )


def _without_phrase(part: str) -> str:
    """A name without the "By", "Text:" or "Written by" before it."""
    words = [word for word in BYLINE_BREAK.split(part) if word]
    for size in range(min(LONGEST_PHRASE, len(words) - 1), 0, -1):
        if is_phrase("by", " ".join(words[:size])):
            return _without_phrase(" ".join(words[size:]))
    return " ".join(words)


def looks_like_a_name(text: str) -> bool:
    """Whether a text may be a person's name by its form: two to four words that begin with capitals."""
    words = text.split()
    return (
        2 <= len(words) <= 4
        # Letters of scripts without capitals are neither small nor large.
        and all(_begins_name(word) for word in words)
        and not any(char.isdigit() for char in text)
        and not NOT_A_NAME.search(text)
        and not ROLE.search(text)
        and not any(says(use, text) for use in ("furniture", "updated", "published"))
    )


def _begins_name(word: str) -> bool:
    return (word[0].isalpha() and not word[0].islower()) or word[0] == "(" or fold(word) in PARTICLES


def is_label(text: str) -> bool:
    """Whether a text heads a list, names a section or is a button, by its words."""
    return any(says(use, text) for use in LABELS)


def is_team(text: str) -> bool:
    """Whether a line is nothing but the name of a newsroom: "City Desk Staff"."""
    return len(text.split()) <= LONGEST_TEAM_WORDS and TEAM.search(text) is not None


def without_date(text: str) -> str:
    """A byline with its date cut out, so that what stands on either side of it are names of their own."""
    found = moment(text)
    return f"{text[: found.start]} | {text[found.end :]}" if found else text


def is_dated(text: str) -> bool:
    """Whether a line is short and gives a year."""
    return YEAR.search(text) is not None and len(text) < LONGEST_LINE // 2


def beside_a_date(text: str) -> str | None:
    """Return the name in a line that gives it together with the date: "Ann Lee | 3 May 2024", "3 May by Ann Lee"."""
    if not YEAR.search(text):
        return None
    if (behind := BEHIND_TIME.search(text)) and looks_like_a_name(behind[1]):
        return behind[1]
    parts = PART_BREAK.split(without_date(text))
    if len(parts) < 2:
        return None
    for part in map(str.strip, parts):
        if names := byline_names(part):
            return names[0]
        if looks_like_a_name(part):
            return part
    return None


def _starts_byline(text: str) -> bool:
    words = BYLINE_BREAK.split(clean(text), maxsplit=1)
    if len(words) < 2:
        return False
    rest = words[1]
    if fold(words[0]) not in phrases("by"):
        rest = _without_phrase(clean(text)) if is_phrase("by", " ".join(text.split()[:2]).rstrip(":")) else ""
    return (
        1 <= len(rest.split()) <= 2 * LONGEST_NAME_WORDS
        and not rest[:1].islower()
        and not ends_sentence(text)
    )
