"""What the first page of a site says of the site: its name, its language, its feeds and its sections."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import islice
from urllib.parse import unquote, urlsplit

from lxml.etree import _Element as Element

from archiver.parsers.language import language_tag
from archiver.parsers.markup.decoding import element_text, page_tree
from archiver.parsers.related.link_addresses import FILES, is_offer
from archiver.parsers.sites.discovery import feed_addresses
from archiver.parsers.structured import Structured, first_string, json_ld, structured, types
from archiver.parsers.text import clean
from archiver.parsers.urls import canonical_url, host, same_site
from archiver.word_lists import word_table

SITE_TYPES = frozenset({"website", "newsmediaorganization", "organization", "newspaper", "corporation"})
# What stands between a site's name and its motto in a title.
TITLE_BREAK = re.compile(r"\s+[|·•:–—-]\s+|:\s+|\s+[|–—]|[|–—]\s+")
NOT_A_LETTER = re.compile(r"[\W_]+")
LONGEST_NAME = 80
# Elements that hold a site's menus, by tag, role, class or id.
MENU = re.compile(
    r"(?:^|[-_\s])(?:nav|navi|navbar|navigation|menu|sections|ressorts|rubriken|rubriques)", re.IGNORECASE
)
# Characters of the longest name of a section, and folders of its address.
LONGEST_SECTION = 40
DEEPEST_SECTION = 3
MOST_LINKS = 5_000
FIGURES = re.compile(r"\d{3}")
# The later pages of a list: each shows what the first one showed some days ago.
PAGING = re.compile(
    "/(?:page|seite|pagina|página|pagine|strona|strana|stranica|sida|side|sivu|sayfa|oldal|halaman|trang|stranitsa"
    r"|страница|сторінка|σελίδα)[-_/]?\d+/?$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteProfile:
    """What a site says of itself."""

    name: str | None
    language: str | None
    """BCP 47, as the page declares it."""
    feeds: tuple[str, ...]
    """Canonical addresses, in page order."""
    sections: tuple[str, ...]
    """Canonical addresses in its menus that may be sections of news, in page order."""


def site_profile(html: bytes, url: str, content_type: str | None = None) -> SiteProfile:
    """Return what a site's first page, found at url, says of the site.

    The name is og:site_name, else that of the site or its publisher in JSON-LD, else the part of the title that
    is like the host. Raises PageError if the page cannot be read.
    """
    root = page_tree(html, content_type, url)
    said = structured(root)
    return SiteProfile(
        name=next((name for text in _names(root, said, url) if (name := clean(text)[:LONGEST_NAME])), None),
        language=next((tag for text in _languages(root, said) if (tag := language_tag(text))), None),
        feeds=feed_addresses(html, url),
        sections=tuple(dict.fromkeys(_sections(root, url))),
    )


def _names(root: Element, said: Structured, url: str) -> Iterator[str]:
    yield from said.meta.get("og:site_name", ())
    for thing in json_ld(root):
        if types(thing) & SITE_TYPES:
            yield first_string(thing.get("name")) or ""
        yield first_string(thing.get("publisher")) or ""
    yield from said.meta.get("application-name", ())
    parts = [part for text in TITLE_BREAK.split(said.title) if (part := text.strip())]
    letters = _letters(host(url).removeprefix("www."))
    yield next((part for part in parts if _letters(part) and _letters(part) in letters), "")
    yield from parts[:1]


def _letters(text: str) -> str:
    return NOT_A_LETTER.sub("", text.casefold())


def _languages(root: Element, said: Structured) -> Iterator[str]:
    yield root.get("lang") or ""
    for key in ("content-language", "og:locale"):
        yield from said.meta.get(key, ())


def _sections(root: Element, url: str) -> Iterator[str]:
    for link in islice(root.iter("a"), MOST_LINKS):
        href = (link.get("href") or "").strip()
        if not href or href.startswith("#") or not _is_in_menu(link):
            continue
        address = canonical_url(href, url)
        text = element_text(link, LONGEST_SECTION + 1).strip()
        has_name = any(map(str.isalpha, text)) and len(text) <= LONGEST_SECTION
        if address and has_name and _may_be_section(address, url):
            yield address


def _is_in_menu(link: Element) -> bool:
    return any(
        element.tag == "nav"
        or element.get("role") == "navigation"
        or MENU.search(f"{element.get('class') or ''} {element.get('id') or ''}")
        for element in link.iterancestors()
    )


@cache
def _no_section() -> frozenset[str]:
    """Return the words of addresses of pages in menus that are no sections of news."""
    texts = word_table("parsers", "no_sections.toml").values()
    return frozenset(word for text in texts for word in text.split())


def _may_be_section(address: str, url: str) -> bool:
    """Whether an address looks like that of a section: short, of words, of this site, and not of its services."""
    parts = urlsplit(address)
    folders = [folder.lower() for folder in parts.path.split("/") if folder]
    if parts.query or not same_site(address, url) or len(folders) > DEEPEST_SECTION:
        return False
    if not folders and host(address) == host(url):
        return False
    if address.lower().endswith(FILES) or is_offer(address) or FIGURES.search(parts.path):
        return False
    if PAGING.search(unquote(parts.path)):
        return False
    words = {word for folder in folders for word in (folder, *folder.split("-"))}
    return not words & _no_section() and all(folder.count("-") < 4 for folder in folders)
