"""Whom a page names for machines as its story's authors."""

import re
from collections.abc import Iterator

from archiver.parsers.bylines import is_office, names_in
from archiver.parsers.credits import without_credits
from archiver.parsers.person_names import is_agency, is_nobody
from archiver.parsers.structured import MOST_TEXTS, Structured, Thing, strings
from archiver.parsers.text import clean, fold

AUTHOR_META = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl",
    "cxenseparse:author", "citation_author", "citation_authors", "article:author_name", "og:article:author",
    "article_author",
)  # fmt: skip
# What stands beside who holds the rights.
RIGHTS = re.compile(
    r"©|\(c\)|\b(?:copyrights?|all rights reserved|alle rechte vorbehalten|tous droits réservés|by|\d{4})\b"
    r"|版权所有|版權所有",
    re.IGNORECASE,
)
# A site's name of so many letters also stands for "Name Online" and "Name Redaktion".
LONG_SITE = 6


def json_authors(structured: Structured, own: frozenset[str]) -> Iterator[str]:
    """Yield the names that JSON-LD gives as the story's authors; own are the site's names."""
    for key in ("author", "creator"):
        found = [
            name
            for item in _stated(structured, key)
            for text in _names(item)
            for name in ([clean(text)] if _is_firm(item) and "," not in text else _stated_names(text, own))
        ]
        if found:
            yield from found
            return


def organizations(structured: Structured) -> frozenset[str]:
    """Return the names that JSON-LD gives as the story's authors and calls organizations, folded."""
    firms = filter(_is_firm, _stated(structured, "author"))
    return frozenset(fold(text) for item in firms for text in _names(item))


def stated_texts(structured: Structured) -> frozenset[str]:
    """Return what JSON-LD gives as the story's authors, word by word."""
    return frozenset(text for item in _stated(structured, "author") for text in _names(item))


def _stated(structured: Structured, key: str) -> list[object]:
    """Whom JSON-LD names under a key: texts and objects, those in place of which it only refers to them, too."""
    value = structured.story.get(key)
    items = value[:MOST_TEXTS] if isinstance(value, list) else [value]
    return [_referred(item, structured.things) for item in items]


def _referred(item: object, things: dict[str, Thing]) -> object:
    if isinstance(item, dict) and "name" not in item:
        identity = item.get("@id")
        return things.get(identity, {}) if isinstance(identity, str) else item
    return item


def _names(item: object) -> list[str]:
    return strings(item.get("name") if isinstance(item, dict) else item)


def _is_firm(item: object) -> bool:
    """Whether JSON-LD calls an author an organization."""
    if not isinstance(item, dict):
        return False
    return any(kind.endswith("Organization") for kind in strings(item.get("@type")))


def _stated_names(text: str, own: frozenset[str]) -> list[str]:
    """The names that a page states for machines; behind a newsroom's stands its address: "River Post, London, UK"."""
    names = [name for name in names_in(text, stated=True) if not is_nobody(name)]
    if names and (is_site(names[0], own) or is_office(names[0])):
        return names[:1] + [name for name in names[1:] if is_agency(name)]
    return names


def owners(structured: Structured) -> frozenset[str]:
    """Return who holds the rights of the page by its meta elements, folded."""
    stated = structured.meta.get("copyright", ())[:MOST_TEXTS]
    return frozenset(fold(RIGHTS.sub(" ", text)).strip(" .,;:-–—|") for text in stated) - {""}


def meta_authors(structured: Structured, own: frozenset[str]) -> Iterator[str]:
    """Yield the names that the first of the meta elements for authors gives that has any, all that another adds."""
    given = (
        [name for text in structured.meta.get(key, ())[:MOST_TEXTS] for name in _stated_names(text, own)]
        for key in AUTHOR_META
    )
    lists = [names for names in given if names]
    if lists:
        yield from max(
            (names for names in lists if set(lists[0]) <= set(names)), key=lambda names: len(set(names))
        )


def item_authors(structured: Structured) -> Iterator[str]:
    """Yield the names that the page's microdata call authors."""
    for text in structured.items.texts("author"):
        yield from names_in(without_credits(clean(text)))


def is_site(name: str, own: frozenset[str]) -> bool:
    """Return whether a name is the site's, with a section or domain behind it or not."""
    folded = fold(name)
    return (
        folded in own
        or (" " in folded and folded.partition(" ")[0] in own)
        or any(len(site) >= LONG_SITE and folded.startswith(site) for site in own)
        or any((len(site) >= LONG_SITE or name[:1].islower()) and folded.endswith(" " + site) for site in own)
    )
