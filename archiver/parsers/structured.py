"""What a page says of itself for machines: JSON-LD (https://schema.org) and `<meta>`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape

from lxml.etree import _Element as Element

from archiver.parsers.decoding import element_text

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
PAGE_TYPES = frozenset(["webpage", "itempage", "collectionpage", "profilepage"])
CONTROL = re.compile(r"[\x00-\x1f]+")
COMMENT = re.compile(r"^\s*(?:<!--|//\s*<!\[CDATA\[|/\*.*?\*/)|(?:-->|//\s*\]\]>)\s*$", re.DOTALL)
TRAILING_COMMA = re.compile(r",\s*(?=[}\]])")
ITEMPROPS = frozenset({"author", "datePublished", "dateModified", "articleSection"})
"""The microdata that tells of the story; that of listed stories stands in other items."""
# An object nested deeper than this is no metadata.
DEEPEST = 12

Thing = dict[str, object]
"""A JSON-LD object."""


@dataclass(frozen=True, slots=True)
class Structured:
    """The machine-readable part of a page."""

    story: Thing
    """The JSON-LD object of the story; empty if there is none."""
    page: Thing
    """The JSON-LD object of the web page around it; empty if there is none."""
    things: dict[str, Thing]
    """Every JSON-LD object that has an @id, by it: authors are often only referred to."""
    meta: dict[str, list[str]]
    """`<meta>` contents by name, property or itemprop in lower case."""
    items: dict[str, list[str]]
    """Texts of the elements that bear one of ITEMPROPS (microdata), by it."""


def structured(root: Element) -> Structured:
    """Read JSON-LD and meta elements. Broken JSON is mended where that is plain, else passed over."""
    objects = [thing for script in _scripts(root) for thing in _objects(script)]
    things = {
        identity: thing
        for thing in objects
        if isinstance(identity := thing.get("@id"), str) and len(thing) > 1
    }
    stories = [thing for thing in objects if types(thing) & STORY_TYPES]
    pages = [thing for thing in objects if types(thing) & PAGE_TYPES]
    return Structured(
        story=max(stories, key=_weight, default={}),
        page=pages[0] if pages else {},
        things=things,
        meta=_meta(root),
        items=_items(root),
    )


def types(thing: Thing) -> set[str]:
    """Return the object's @type as lower-case names without their vocabulary."""
    named = thing.get("@type")
    names = named if isinstance(named, list) else [named]
    return {name.rpartition("/")[2].rpartition(":")[2].lower() for name in names if isinstance(name, str)}


def strings(value: object) -> list[str]:
    """Return the texts in a JSON-LD value: a string, a list of them, or objects with @value, name or url."""
    if isinstance(value, str):
        # Many publishing systems escape JSON as if it were HTML.
        return [unescape(value)] if value.strip() else []
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    if isinstance(value, dict):
        return next((strings(value[key]) for key in ("@value", "name", "url", "@id") if value.get(key)), [])
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


def _scripts(root: Element) -> Iterator[object]:
    for script in root.iter("script"):
        if "ld+json" in (script.get("type") or "").lower() and script.text:
            yield _json(script.text)


def _json(text: str) -> object:
    for attempt in (
        text,
        COMMENT.sub("", text),
        TRAILING_COMMA.sub("", CONTROL.sub(" ", COMMENT.sub("", text))),
    ):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


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
            # What a list or a neighbouring story holds is not this page's.
            if isinstance(item, dict | list) and key not in (
                "itemListElement",
                "isPartOf",
                "hasPart",
                "comment",
                "mentions",
            ):
                yield from _objects(item, depth + 1)


def _meta(root: Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in root.iter("meta"):
        attributes = element.attrib
        content = attributes.get("content")
        if content and content.strip():
            for key in ("name", "property", "itemprop", "http-equiv"):
                if name := attributes.get(key):
                    found.setdefault(name.strip().lower(), []).append(content.strip())
    return found


def _items(root: Element) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for element in root.iterfind(".//*[@itemprop]"):
        name = element.get("itemprop")
        if name in ITEMPROPS and element.tag != "meta":
            named = element.find(".//*[@itemprop='name']") if name == "author" else None
            inner = element if named is None else named
            if text := (inner.get("content") or inner.get("datetime") or element_text(inner)).strip():
                found.setdefault(name, []).append(text)
    return found
