"""What a user knows of one site's pages: CSS selectors that decide before the general logic does."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from lxml import etree
from lxml.etree import _Element as Element

from archiver.errors import SourceError
from archiver.parsers.markup.blocks import INLINE, UNREAD, Block, Box, Layout
from archiver.parsers.text import clean, fold

if TYPE_CHECKING:
    from lxml.cssselect import CSSSelector

"""What is told by elements, each with all that is in it."""
VALUES = ("headline", "authors", "date_published", "section")
"""What is told by a text: an element's, or an attribute's."""
# "time@datetime": the attribute that holds the value. `[href$="@x"]` ends in a bracket.
ATTRIBUTE = re.compile(r"@([A-Za-z_][\w:.-]*)$")
# Where an element that shows no text, or one that people read, holds the value for machines.
VALUE_OF = {"meta": "content", "time": "datetime", "data": "value"}
# Elements that hold a value, and characters of one, that are read: no page has as many authors, nor such a headline.
MOST_VALUES = 100
LONGEST_VALUE = 1000
# Characters of a removed element that an explanation shows.
SHOWN = 200
# Elements of a path and characters of each that are shown: a class may be of any length.
PATH_LENGTH = 4
LONGEST_NAME = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteRules:
    """CSS selectors for the parts of a site's pages; a part without any is left to the general logic."""

    valid_from: date | None = None
    """The first day, in UTC, on which the pages are made so; None: ever since."""
    body: tuple[str, ...] = ()
    """What holds the story's text; where it holds any, no other text is the story's."""
    headline: tuple[str, ...] = ()
    """The first selector that finds a text counts; as of dates. `selector@attribute` takes an attribute's."""
    authors: tuple[str, ...] = ()
    date_published: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    timezone: ZoneInfo | None = None
    """In which dates are that name no zone; None: that of the page's other dates, else UTC."""
    related: tuple[str, ...] = ()
    """What holds headlines of other stories, or is the link to one."""
    no_story: tuple[str, ...] = ()
    """What only pages hold that are no stories: lists of a section, advertisements."""
    remove: tuple[str, ...] = ()
    """What is neither text, link nor anything that the page says of itself."""


@dataclass(frozen=True, slots=True)
class Match:
    """What one selector found on one page."""

    key: str
    selector: str
    count: int
    """Elements."""


@dataclass(frozen=True, slots=True, eq=False)
class Removed:
    """An element that a rule removed; it stands empty in its place."""

    element: Element
    selector: str
    path: str
    text: str
    """The beginning of what stood in it."""


@dataclass(frozen=True, slots=True, eq=False)
class Ruling:
    """What the rules of a site found on one page."""

    rules: SiteRules | None
    matches: tuple[Match, ...] = ()
    removed: tuple[Removed, ...] = ()
    body: frozenset[Element] = frozenset()
    related: frozenset[Element] = frozenset()
    headline: tuple[tuple[Element, str], ...] = ()
    """Elements with their values, those of the first selector first."""
    authors: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    is_no_story: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Ruled:
    """Which blocks and links of a page the rules of its site decide, by index."""

    body: frozenset[int] | None = None
    """The blocks that may be text; None leaves it to the general logic."""
    named: frozenset[int] = frozenset()
    """Those of them that stand straight in what a rule names."""
    related: frozenset[int] = frozenset()
    """The blocks that show other stories."""
    links: frozenset[int] = frozenset()
    """The links, of all anchors, that lead to other stories."""


NO_RULING = Ruling(None)


def rules_at(rules: Sequence[SiteRules], moment: datetime) -> SiteRules | None:
    """Return those of a site's rules that hold at a time: the latest that are not from a later day, or None."""
    day = moment.astimezone(UTC).date()
    held = [each for each in rules if each.valid_from is None or each.valid_from <= day]
    return max(held, key=lambda each: each.valid_from or date.min, default=None)


def apply_rules(root: Element, rules: SiteRules | None) -> Ruling:
    """Return what the rules find on a page, whose tree is changed by it.

    What is to be removed is emptied first: nothing is found in it. Inline elements that are to be the body or
    related become boxes of their own.
    """
    if rules is None:
        return NO_RULING
    matches: list[Match] = []
    removed = _removed(root, rules.remove, matches)
    body, related = (
        frozenset(
            element for _, elements in _found(key, getattr(rules, key), root, matches) for element in elements
        )
        for key in ("body", "related")
    )
    for element in body | related:
        if element.tag in INLINE and element.tag != "a":
            element.tag = "div"
    headline, authors, dates, sections = (tuple(_values(key, rules, root, matches)) for key in VALUES)
    others = [elements for _, elements in _found("no_story", rules.no_story, root, matches)]
    return Ruling(
        rules,
        tuple(matches),
        tuple(removed),
        body,
        related,
        headline,
        tuple(text for _, text in authors),
        tuple(text for _, text in dates),
        tuple(text for _, text in sections),
        any(others),
    )


def ruled(layout: Layout, ruling: Ruling) -> Ruled:
    """Return which blocks and links of a page the rules decide; a body without text decides nothing."""
    if not ruling.body and not ruling.related:
        return Ruled()
    related, links = _inside(layout, ruling.related)
    body, _ = _inside(layout, ruling.body)
    named = frozenset(block.index for block in layout.blocks if block.box.element in ruling.body)
    return Ruled(body - related or None, named, related, links)


def ruled_headline(layout: Layout, ruling: Ruling) -> tuple[str, Block | None] | None:
    """Return the headline that the rules give and the block that shows it, or None."""
    if not ruling.headline:
        return None
    element, text = ruling.headline[0]
    boxes = {box.element: box for box in layout.boxes if box.tag not in ("html", "body")}
    around: Element | None = element
    while around is not None and around not in boxes:
        around = around.getparent()
    inside = _blocks(layout, boxes[around]) if around is not None else []
    folded = fold(text)
    near = [block for block in inside if fold(block.text) in folded or folded in fold(block.text)]
    exact = [block for block in (*inside, *layout.blocks) if fold(block.text) == folded]
    shown = [*exact[:1], *near[-1:]] if near else exact
    return text, shown[0] if shown else None


def box_selector(text: str) -> str:
    """Return a selector of elements as it is written; SourceError if it is none."""
    if ATTRIBUTE.search(text):
        raise SourceError(
            f"{text!r} ends in an attribute: here, elements are chosen, with all that is in them"
        )
    return _checked(text, text)


def value_selector(text: str) -> str:
    """Return a selector of elements or, ending in @attribute, of their attributes; SourceError if it is none."""
    return _checked(text, ATTRIBUTE.sub("", text))


def shown_text(element: Element, most: int) -> str:
    """Return the text that a reader sees in an element, words of different boxes apart; most is its length."""
    parts: list[str] = []
    length = 0
    walk = etree.iterwalk(element, events=("start", "end"))
    for event, inner in walk:
        apart = "" if inner.tag in INLINE else " "
        if event == "end":
            text = f"{apart}{inner.tail or ''}" if inner is not element else ""
        elif inner.tag in UNREAD and inner is not element:
            walk.skip_subtree()
            continue
        else:
            text = f"{apart}{inner.text or ''}"
        parts.append(text)
        length += len(text)
        if length > most:
            break
    return "".join(parts)[:most]


def element_path(element: Element) -> str:
    """Return where an element stands, as short as can be: "main > article.story > p"."""
    names: list[str] = []
    around: Element | None = element
    while (
        around is not None and len(names) < PATH_LENGTH and (not names or around.tag not in ("html", "body"))
    ):
        kind = (around.get("class") or "").split()[:1]
        names.append(".".join((str(around.tag), *kind))[:LONGEST_NAME])
        around = around.getparent()
    return " > ".join(reversed(names))


def _checked(text: str, selector: str) -> str:
    if not selector.strip():
        raise SourceError(f"{text!r} is no CSS selector: it is empty")
    from cssselect import SelectorError  # noqa: PLC0415 - only where a site has rules

    try:
        # A prefix that is bound to nothing shows only when the selector is used.
        _compiled(selector)(etree.Element("html"))
    except (SelectorError, etree.XPathError, ValueError) as error:
        raise SourceError(f"{text!r} is no CSS selector: {error}") from error
    return text


@lru_cache(maxsize=512)
def _compiled(selector: str) -> "CSSSelector":
    from lxml.cssselect import CSSSelector  # noqa: PLC0415 - only where a site has rules

    return CSSSelector(selector, translator="html")


def _removed(root: Element, selectors: tuple[str, ...], matches: list[Match]) -> list[Removed]:
    """Empty what is to be removed, each outermost element once."""
    chosen: dict[Element, str] = {}
    for selector, elements in _found("remove", selectors, root, matches):
        for element in elements:
            chosen.setdefault(element, selector)
    removed: list[Removed] = []
    if not chosen:
        return removed
    walk = etree.iterwalk(root, events=("start",))
    for _, element in walk:
        if element in chosen:
            walk.skip_subtree()
            text = clean(shown_text(element, SHOWN))
            removed.append(Removed(element, chosen[element], element_path(element), text))
    for each in removed:
        each.element.clear(keep_tail=True)  # type: ignore[call-arg]  # the stubs lack the argument
    return removed


def _found(
    key: str, selectors: tuple[str, ...], root: Element, matches: list[Match]
) -> Iterator[tuple[str, list[Element]]]:
    """Yield each selector with what it finds, and note how much that was."""
    for selector in selectors:
        try:
            found = _compiled(ATTRIBUTE.sub("", selector))(root)
        except etree.XPathError:  # the page is larger than libxml2 searches
            found = []
        elements = [item for item in found if isinstance(item, Element)] if isinstance(found, list) else []
        matches.append(Match(key, selector, len(elements)))
        yield selector, elements


def _values(key: str, rules: SiteRules, root: Element, matches: list[Match]) -> Iterator[tuple[Element, str]]:
    for selector, elements in _found(key, getattr(rules, key), root, matches):
        attribute = ATTRIBUTE.search(selector)
        for element in elements[:MOST_VALUES]:
            if text := clean(_value(element, attribute[1] if attribute else "")):
                yield element, text


def _value(element: Element, attribute: str) -> str:
    if attribute:
        return element.get(attribute.lower()) or ""
    for_machines = VALUE_OF.get(str(element.tag))
    return (for_machines and element.get(for_machines)) or shown_text(element, LONGEST_VALUE)


def _inside(layout: Layout, elements: frozenset[Element]) -> tuple[frozenset[int], frozenset[int]]:
    """The blocks and the anchors, by index, that stand in some elements."""
    if not elements:
        return frozenset(), frozenset()
    holds: list[bool] = []
    for box in layout.boxes:
        outer = box.parent
        held = outer is not None and holds[outer.index]
        holds.append(held or _meets(box.element, outer.element if outer else None, elements))
    blocks = (block.index for block in layout.blocks if holds[block.box.index])
    links = (
        anchor.index
        for anchor in layout.anchors
        if holds[anchor.box.index] or _meets(anchor.element, anchor.box.element, elements)
    )
    return frozenset(blocks), frozenset(links)


def _meets(element: Element, end: Element | None, elements: frozenset[Element]) -> bool:
    """Whether the element, or one around it inside of end, is among some."""
    inner: Element | None = element
    while inner is not None and inner is not end:
        if inner in elements:
            return True
        inner = inner.getparent()
    return False


def _blocks(layout: Layout, box: Box) -> list[Block]:
    return layout.blocks[box.first_block : box.end_block]
