"""Authors of whom a page tells behind its text: "Ann Lee is a reporter", "About the author", "Contact Ann Lee at …"."""

import re
from collections.abc import Iterator

from archiver.parsers.authors.labelled_names import LONGEST_LABEL
from archiver.parsers.authors.person_names import looks_like_a_name
from archiver.parsers.authors.signatures import Places
from archiver.parsers.authors.sole_bylines import may_be_signed
from archiver.parsers.markup.blocks import Layout

_WORD = r"[^\W\d_a-z][\w.'’-]*"
_NAME = rf"(?P<name>(?:{_WORD}\s(?:(?:van|von|de|der|den|del|da|di|du|la|le|al)\s){{0,2}}){{1,3}}[^\W\d_a-z][\w'’-]*)"
# The verb behind a name that is told of.
_IS = r"(?:is|was|ist|est|es|é|è|is een|er|är|jest)"
_WORK = (
    r"(?:reporter|(?:\w+[- ])?writer|journalist\w*|editor|correspondent|columnist|contributor|freelance\w*|blogger"
    r"|redakteur(?:in)?|korrespondent(?:in)?|autorin?|journaliste|rédact(?:eur|rice)|periodista|redactora?|giornalista"
    r"|jornalista|dziennikar\w+)"
)
TELLS = re.compile(
    rf"{_NAME},?\s(?:{_IS}\s(?:[^.]{{0,80}}?\s)?{_WORK}\b"
    r"|(?:covers|writes|reports|schreibt|berichtet|couvre|écrit|escribe|cubre)\s)"
)
BEGINS = re.compile(rf"{_NAME}(?=,?\s[^\W\d_A-Z])")
CONTACT = re.compile(
    rf"(?i:contact|reach|e-?mail|follow)\s(?:(?i:(?:staff\s)?(?:reporter|writer)|columnist|editor)\s)?{_NAME}\s(?:at|by|on|via)\s"
)
# What heads a paragraph on the author.
ABOUT = re.compile(
    r"(?:more )?about (?:the )?(?:author|writer|reporter)|(?:mehr )?über (?:den autor|die autorin)|zu[rm] autor(?:in)?"
    r"|à propos de l['’]auteure?|(?:sobre|acerca de) (?:el autor|la autora)|sobre [oa] autora?|(?:sull['’]|l['’])autore"
    r"|over de auteur|om (?:författaren|forfatteren)|o autor(?:ze|ovi|ke|ce)|об авторе|про автора|yazar hakkında",
    re.IGNORECASE,
)
# Blocks before the last of a text and behind it that are looked at, and characters of one.
WITHIN, BEHIND = 1, 4
LONGEST_TOLD = 400


def told_authors(layout: Layout, places: Places) -> Iterator[str]:
    """Yield the name of the one of whom lines behind a text tell as of its author; places as those of signature."""
    last = places[2] if len(places) > 2 else None
    if last is None:
        return
    above = ""
    for block in layout.blocks[max(0, last.index - WITHIN) : last.index + 1 + BEHIND]:
        text = block.text[:LONGEST_TOLD]
        is_about = len(above) <= LONGEST_LABEL and ABOUT.fullmatch(above.rstrip(" :")) is not None
        found = _told(text, above, is_about=is_about, is_behind=block.index > last.index)
        if found and len(block.text) <= LONGEST_TOLD and looks_like_a_name(found) and may_be_signed(block):
            yield found
            return
        above = text


def _told(text: str, above: str, *, is_about: bool, is_behind: bool) -> str:
    """The name of whom a line tells, by itself or by the line above it, or ""."""
    if is_about and looks_like_a_name(text):
        return text
    begun = BEGINS.match(text)
    if begun and (is_about or begun["name"] == above):
        return begun["name"]
    told = CONTACT.match(text) if "@" in text else TELLS.match(text) if is_behind else None
    return told["name"] if told else ""
