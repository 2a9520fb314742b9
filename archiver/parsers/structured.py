"""What a page says of itself for machines: JSON-LD (https://schema.org), `<meta>`, `<link>`, `<time>`, microdata."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import cast

from lxml import etree
from lxml.etree import _Element as Element

from archiver.parsers.markup.decoding import element_text
from archiver.parsers.text import fold

# What schema.org calls a single story, or what sites use for one.
STORY_TYPES = frozenset(
    [
        "newsarticle",
        "reportagenewsarticle",
        "analysisnewsarticle",
        "opinionnewsarticle",
        "reviewnewsarticle",
        "backgroundnewsarticle",
        "askpublicnewsarticle",
        "article",
        "blogposting",
        "liveblogposting",
        "socialmediaposting",
        "techarticle",
        "scholarlyarticle",
        "satiricalarticle",
        "advertisercontentarticle",
        "report",
        "review",
        "medicalwebpage",
        "recipe",
        "howto",
        "podcastepisode",
        "videoobject",
        "newsitem",
        "posting",
    ]
)
NEWSROOM = "newsmediaorganization"
PAGE_TYPES = frozenset({"webpage", "itempage", "collectionpage", "searchresultspage", "profilepage"})
CONTROL = re.compile(r"[\x00-\x1f]+")
COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\s*\]\]>)\s*$", re.DOTALL)
# How an attribute begins that gives a day.
DAY = re.compile(r"\d{4}-\d\d-\d\d")
TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
ITEMPROPS = frozenset({"author", "datePublished", "dateModified", "articleSection"})
"""The microdata that tells of the story; that of listed stories stands in other items."""
TIMES = ("time", "abbr", "relative-time", "time-ago", "bsp-timestamp")
"""The elements that give a time; the last three are those of GitHub and of publishing systems."""
MARKED = etree.XPath("//*[@itemprop]")
# An object nested deeper than this is no metadata.
DEEPEST = 12
# Characters that are read of all JSON-LD together, of one meta element and of one text or address, texts of one
# property, and values of one name or list.
MOST_JSON = 1_500_000
LONGEST_META = 10_000
LONGEST_TEXT = 2_000
MOST_TEXTS = 50
MOST_VALUES = 500
# Entries of a live blog whose headlines are read.
MOST_ENTRIES = 500
# Parts of JSON-LD that tell of other stories than the page's: what lists, comments and series hold.
OTHERS = frozenset({"itemListElement", "isPartOf", "hasPart", "comment", "mentions"})

Thing = dict[str, object]
"""A JSON-LD object."""


@dataclass(frozen=True, slots=True)
class Structured:
    """The machine-readable part of a page."""

    story: Thing
    """The JSON-LD object of the story; empty if there is none."""
    page: Thing
    """The JSON-LD object of the web page around it; empty if there is none."""
    is_of_newsroom: bool
    """Whether some JSON-LD object is a news organization, or a meta element gives words for news searches."""
    things: dict[str, Thing]
    """Every JSON-LD object that has an @id, by it: authors are often only referred to."""
    crumbs: list[tuple[str, str]]
    """Name and address, each perhaps "", of the steps of the first BreadcrumbList, from the site's first page down."""
    meta: dict[str, list[str]]
    """`<meta>` contents by name, property or itemprop in lower case."""
    items: "Microdata"
    title: str
    """The text of `<title>`, or ""."""
    canonical: list[str]
    """The addresses of `<link rel="canonical">`."""
    times: list[Element]
    """The page's first elements that give a time: `<time>`, and `<abbr title="2026-11-20T08:00:00Z">`."""
    base: str
    """What the first `<base>` with an address says that the page's links are relative to, or ""."""


def structured(root: Element) -> Structured:
    """Read what a page says of itself. Broken JSON is mended where that is plain, else passed over."""
    found = _Found()
    for element in root.iter("script", "meta", "link", *TIMES, "title", "base"):
        found.add(element)
    objects = [thing for value in found.json for thing in _objects(value)]
    things = {
        identity: thing
        for thing in objects
        if isinstance(identity := thing.get("@id"), str) and len(thing) > 1
    }
    kinds = [types(thing) for thing in objects]
    stories = [thing for thing, named in zip(objects, kinds, strict=True) if named & STORY_TYPES]
    pages = [thing for thing, named in zip(objects, kinds, strict=True) if named & PAGE_TYPES]
    return Structured(
        story=max(stories, key=_weight, default={}),
        page=pages[0] if pages else {},
        is_of_newsroom="news_keywords" in found.meta or any(NEWSROOM in named for named in kinds),
        things=things,
        crumbs=_crumbs(next((thing for thing in objects if "breadcrumblist" in types(thing)), {})),
        meta=found.meta,
        items=Microdata(root),
        title=found.title,
        canonical=found.canonical,
        times=found.times,
        base=found.base,
    )


def json_ld(root: Element) -> list[Thing]:
    """Return every typed JSON-LD object of a page, outermost first."""
    found = _Found()
    for element in root.iter("script"):
        found.add(element)
    return [thing for value in found.json for thing in _objects(value)]


class Microdata:
    """The texts of the elements that bear one of ITEMPROPS; read when first asked for, as JSON-LD often says all."""

    def __init__(self, root: Element) -> None:
        self._root = root
        self._texts: dict[str, list[str]] | None = None

    def texts(self, name: str) -> list[str]:
        """Return the texts of the elements with itemprop=name, in page order."""
        if self._texts is None:
            self._texts = self._read()
        return self._texts.get(name, [])

    def _read(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        read: Counter[str] = Counter()
        home: Element | None = None
        for element in cast("list[Element]", MARKED(self._root)):
            name = element.get("itemprop", "")
            if name not in ITEMPROPS or element.tag == "meta" or read[name] >= MOST_TEXTS:
                continue
            if name == "author":
                # Comments and teasers name their own authors, each in a box of its own.
                home = _box_around(element) if home is None else home
                if _box_around(element) is not home:
                    continue
            read[name] += 1
            if text := _item_text(element, name):
                found.setdefault(name, []).append(text)
        return found


@dataclass(slots=True)
class _Found:
    """What one pass over the page's elements has found so far."""

    json: list[object] = field(default_factory=list)
    json_size: int = 0
    meta: dict[str, list[str]] = field(default_factory=dict)
    title: str = ""
    canonical: list[str] = field(default_factory=list)
    times: list[Element] = field(default_factory=list)
    base: str = ""

    def add(self, element: Element) -> None:
        """Take from a script, meta, link, time, abbr, title or base element what it says."""
        tag = element.tag
        if tag == "meta":
            self._add_meta(element)
        elif tag == "script":
            if "ld+json" in (element.get("type") or "").lower() and element.text:
                self.json_size += len(element.text)
                if self.json_size <= MOST_JSON:
                    self.json.append(_json(element.text))
        elif tag == "link":
            self._add_link(element)
        elif tag in TIMES:
            is_time = tag != "abbr" or DAY.match(element.get("title") or "")
            if is_time and len(self.times) < MOST_TEXTS:
                self.times.append(element)
        elif tag == "base":
            self.base = self.base or element.get("href") or ""
        elif not self.title:  # pictures (svg) have titles of their own, farther down
            self.title = element_text(element, LONGEST_TEXT).strip()

    def _add_link(self, element: Element) -> None:
        href = element.get("href") or ""
        if 0 < len(href) <= LONGEST_TEXT and "canonical" in (element.get("rel") or "").lower().split():
            self.canonical.append(href)

    def _add_meta(self, element: Element) -> None:
        content = (element.get("content") or "").strip()[:LONGEST_META]
        if content:
            for key in ("name", "property", "itemprop", "http-equiv"):
                if name := element.get(key):
                    named = self.meta.setdefault(name.strip().lower(), [])
                    if len(named) < MOST_VALUES:
                        named.append(content)


def is_news(structured: Structured) -> bool:
    """Whether the page's data call its story a news article, or whose it is a newsroom."""
    return structured.is_of_newsroom or any(
        "news" in kind or "liveblog" in kind for kind in types(structured.story)
    )


def entry_headlines(structured: Structured) -> frozenset[str]:
    """Return the headlines of a live blog's entries as its data list them, folded."""
    updates = structured.story.get("liveBlogUpdate")
    if not isinstance(updates, list):
        return frozenset()
    said = (
        first_string(update.get("headline")) for update in updates[:MOST_ENTRIES] if isinstance(update, dict)
    )
    return frozenset(fold(headline) for headline in said if headline)


def types(thing: Thing) -> set[str]:
    """Return the object's @type as lower-case names without their vocabulary."""
    named = thing.get("@type")
    if isinstance(named, str):
        return {named.rpartition("/")[2].rpartition(":")[2].lower()}
    names = named if isinstance(named, list) else []
    return {name.rpartition("/")[2].rpartition(":")[2].lower() for name in names if isinstance(name, str)}


def strings(value: object, depth: int = 0) -> list[str]:
    """Return the texts in a JSON-LD value: a string, a list of them, or objects with @value, name or url."""
    if depth > DEEPEST:
        return []
    if isinstance(value, str):
        # Many publishing systems escape JSON as if it were HTML, some twice.
        return [unescape(unescape(value)) if "&" in value else value] if value.strip() else []
    if isinstance(value, list):
        return [text for item in value[:MOST_VALUES] for text in strings(item, depth + 1)]
    if isinstance(value, dict):
        return next(
            (strings(value[key], depth + 1) for key in ("@value", "name", "url", "@id") if value.get(key)), []
        )
    return []


def first_string(value: object) -> str | None:
    """Return the first text in a JSON-LD value, or None."""
    found = strings(value)
    return found[0] if found else None


def _weight(story: Thing) -> tuple[bool, bool, int]:
    """The page's own story says more of itself than the stories it lists."""
    kinds = types(story)
    return (
        "headline" in story or "name" in story,
        bool(kinds - {"videoobject", "review", "podcastepisode"}),
        len(story),
    )


def _crumbs(trail: Thing) -> list[tuple[str, str]]:
    steps = trail.get("itemListElement")
    found = []
    for step in steps[:MOST_VALUES] if isinstance(steps, list) else ():
        if not isinstance(step, dict):
            continue
        page = step.get("item")
        inner = page if isinstance(page, dict) else {}
        name = first_string(step.get("name")) or first_string(inner.get("name")) or ""
        place = page if isinstance(page, str) else inner.get("@id") or inner.get("url")
        position = step.get("position")
        found.append((position if isinstance(position, int) else 0, name, first_string(place) or ""))
    return [(name, place) for _, name, place in sorted(found, key=lambda each: each[0])]


def _json(text: str) -> object:
    for mended in (str, _without_comments, _without_faults, unescape):
        try:
            return json.loads(mended(text), strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _without_comments(text: str) -> str:
    return COMMENT.sub("", text)


def _without_faults(text: str) -> str:
    return TRAILING_COMMA.sub("", CONTROL.sub(" ", _without_comments(text)))


def _objects(value: object, depth: int = 0) -> Iterator[Thing]:
    """Yield every typed object of a JSON-LD document, outermost first."""
    if depth > DEEPEST:
        return
    if isinstance(value, list):
        for item in value:
            yield from _objects(item, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            yield value
        for key, item in value.items():
            if isinstance(item, dict | list) and key not in OTHERS:
                yield from _objects(item, depth + 1)


def _box_around(element: Element) -> Element | None:
    """The box that holds an author and those named beside them."""
    parent = element.getparent()
    return parent if parent is None or parent.tag not in ("span", "li", "a") else parent.getparent()


def _item_text(element: Element, name: str) -> str:
    named = element.find(".//*[@itemprop='name']") if name == "author" else None
    inner = element if named is None else named
    return (inner.get("content") or inner.get("datetime") or element_text(inner, LONGEST_TEXT)).strip()
