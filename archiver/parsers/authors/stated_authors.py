"""Whom a page names for machines as its story's authors."""

import re
from collections.abc import Iterator
from itertools import chain

from archiver.parsers.authors.bylines import is_office, names_in
from archiver.parsers.authors.credits import without_credits
from archiver.parsers.authors.person_names import is_agency, is_nobody
from archiver.parsers.phrases import is_phrase
from archiver.parsers.structured import MOST_TEXTS, Structured, Thing, first_string, strings
from archiver.parsers.text import clean, fold

AUTHOR_META = (
    "author", "article:author", "parsely-author", "sailthru.author", "dc.creator", "dcterms.creator", "byl",
    "cxenseparse:author", "citation_author", "citation_authors", "article:author_name", "og:article:author",
    "article_author", "authors", "creator", "dc:creator", "article:byline", "article-author", "article.author",
    "author_name", "byline", "news_author", "shareaholic:article_author_name", "rbauthors",
)  # fmt: skip
# Those in which names stand as in a catalogue: "Lee, Ann".
OF_LIBRARIES = frozenset({"dc.creator", "dcterms.creator", "dc:creator", "citation_author"})
CATALOGUED = re.compile(r"([^\W\d_][\w'’-]+(?: [\w'’-]+)?), ([^\W\d_][\w.'’-]*(?: [\w.'’-]+)?)")
# Labels and what they are of, as plugins for search engines state them for the cards of Twitter and Slack.
LABELLED = (("twitter:label1", "twitter:data1"), ("twitter:label2", "twitter:data2"))
TAG = re.compile(r"</?[a-z][^<>]*>", re.IGNORECASE)
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
    if not isinstance(item, dict):
        return strings(item)
    given, family = (first_string(item.get(key)) for key in ("givenName", "familyName"))
    return strings(item.get("name")) or ([f"{given} {family}"] if given and family else [])


def _is_firm(item: object) -> bool:
    """Whether JSON-LD calls an author an organization."""
    if not isinstance(item, dict):
        return False
    return any(kind.endswith("Organization") for kind in strings(item.get("@type")))


def _stated_names(text: str, own: frozenset[str]) -> list[str]:
    """The names that a page states for machines; behind a newsroom's stands its address: "River Post, London, UK"."""
    names = [name for name in names_in(TAG.sub(" | ", text), stated=True) if not is_nobody(name)]
    if names and (is_site(names[0], own) or is_office(names[0])):
        return names[:1] + [name for name in names[1:] if is_agency(name)]
    return names


def _in_order(name: str) -> str:
    """A name as people write it, where it stands as in a catalogue."""
    found = CATALOGUED.fullmatch(name.strip())
    return f"{found[2]} {found[1]}" if found else name


def owners(structured: Structured) -> frozenset[str]:
    """Return who holds the rights of the page by its meta elements, folded."""
    stated = structured.meta.get("copyright", ())[:MOST_TEXTS]
    return frozenset(fold(RIGHTS.sub(" ", text)).strip(" .,;:-–—|") for text in stated) - {""}


def meta_authors(structured: Structured, own: frozenset[str]) -> Iterator[str]:
    """Yield the names that the first of the meta elements for authors gives that has any, all that another adds."""
    given = (
        [
            name
            for text in structured.meta.get(key, ())[:MOST_TEXTS]
            for name in _stated_names(_in_order(text) if key in OF_LIBRARIES else text, own)
        ]
        for key in AUTHOR_META
    )
    labelled = (
        _stated_names(data[0], own)
        for label, value in LABELLED
        if is_phrase("by", structured.meta.get(label, [""])[0]) and (data := structured.meta.get(value))
    )
    lists = [names for names in chain(given, labelled) if names]
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
