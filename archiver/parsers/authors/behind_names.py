"""What stands behind a name in a byline and is no part of it: roles, degrees, papers, places."""

import re

from archiver.parsers.authors.person_names import ROLES, is_agency, looks_like_a_name

# A role that templates set right behind the name: "Ann Lee Senior Reporter".
ROLE_BEHIND = re.compile(
    r"(?<=\w)\s+(?:(?:senior|staff|chief|deputy|special|political|sports|business|health|news|freelance)\s+"
    r"(?:[A-Z]\w+\s+)?)*" + ROLES + ".*",
    re.IGNORECASE,
)
# Where one was sent, right behind the name, too: "Luc Martin Envoyés spéciaux à Lyon".
SENT = re.compile(
    r"(?<=\w)\s+(?:envoyée?s? spécia|enviad[oa]s? especia|inviat[oaie]\s|sonderkorrespondent).*",
    re.IGNORECASE,
)
# The same in brackets: "Ana López (corresponsal)".
ROLE_NOTE = re.compile(rf"\s*\((?:[^\W\d_]+\s){{0,2}}?{ROLES}(?:\s[^\W\d_]+){{0,3}}\)", re.IGNORECASE)
# Degrees behind a name.
DEGREE = re.compile(
    r"(?:M\.?D|Ph\.?\s?D|R\.?D\.?N?|M\.?P\.?H|M\.?B\.?A|M\.?S\.?c?|C\.?P\.?A|D\.?D\.?S|D\.?V\.?M|J\.?D|L\.?D\.?N|Esq|[JS]r)\.?"
)
DEGREE_BEHIND = re.compile(rf"[,\s]+(?:{DEGREE.pattern})$")
# Whom a reporter writes for and how long that is to read: "Ann Lee for the River Post", "Ann Lee BBC News", "Ann Lee
# 5 min read".
BEHIND_NAME = re.compile(
    r"(?:\s+(?:for\s(?:the\s)?[^\W\d_a-z]|[A-Z]{2,6}\s(?:News|Sport)\b)|\s*\d+\s?(?:-\s)?min).*"
)
# Where one is and when one wrote, behind a name in data too: "Ann Lee in Lund", "سعيد فلاحي من زاكورة" (from Zagora),
# "Ann Lee (now) and Bo Ek (earlier)".
WHERE_AND_WHEN = re.compile(
    r"\s+(?:(?:in|من)\s[^\W\d_a-z][^,]*|\([^\W\d_A-Z][^()]*\)|(?<=[a-z]\s)[A-Z]{2,6}\s[A-Z]{3,})$"
)
# An agency right behind a name of two words: "Ann Lee Reuters".
AGENCY_BEHIND = re.compile(r"(?<=[^\W\d_]{2})\s(?:Reuters|Bloomberg|AFP|EFE|ANSA|DPA|PAP|TASS)$")
# The place behind a name and a full stop: "Ann Lee. Lund".
BEHIND_DOT = re.compile(r"(?<=[^\W\d_]{4})\.\s[^\W\d_].*$")
# A name in capitals with its paper behind it: "ANN LEE River Post".
IN_CAPITALS = re.compile(r"([A-Z]{2}[A-Z.'’-]+(?:\s[A-Z]{2}[A-Z.'’-]+){1,2})(?:\s[A-Z][a-z]+){2,4}")
# What somebody is head or director of, up to the next comma: "Head of Marketing and Sales".
HEAD_OF = re.compile(
    r",\s(?:[A-Z][\w&-]*\s){0,3}(?:head|director|vice president|vp|manager|professor|chair|dean|chief|president"
    r"|minister|secretary|leader|lead)\s(?:of|for)\s[^,;|/]*",
    re.IGNORECASE,
)
# For whom one writes: "Ann Lee on behalf of the council".
ON_BEHALF = re.compile(r"\son behalf of\s.*$", re.IGNORECASE)


def without_role(name: str) -> str:
    """Return a name of several words without the role right behind it."""
    bare = ROLE_BEHIND.sub("", name)
    return bare if " " in bare else name


def without_rest(name: str, *, stated: bool) -> str:
    """Return a name without agency, place, paper or time behind it, and once where it stands there twice.

    stated: the text is the page's author for machines, where a paper may be an author.
    """
    bare, opened, note = name.rstrip(")").rpartition(" (")
    if opened and is_agency(note) and looks_like_a_name(bare):
        name = bare
    if looks_like_a_name(bare := WHERE_AND_WHEN.sub("", name)):
        name = bare
    if looks_like_a_name(bare := AGENCY_BEHIND.sub("", name)):
        name = bare
    if looks_like_a_name(bare := BEHIND_DOT.sub("", name)):
        name = bare
    half = name[: len(name) // 2]
    if " " in half and name in (half + half, f"{half} {half}"):  # once for wide screens, once for narrow ones
        name = half
    if capitals := IN_CAPITALS.fullmatch(name):
        name = capitals[1]
    if not stated and looks_like_a_name(bare := BEHIND_NAME.sub("", name)):
        name = bare
    return name
