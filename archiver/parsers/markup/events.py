"""A tree as the steps of a walk: what begins and ends, in page order, with all that the layout of a page asks of it."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any, cast

from lxml.etree import _Element as Element
from lxml.etree import iterwalk

from archiver.parsers import compiled
from archiver.parsers.markup.decoding import element_text

# Elements whose content is never read as text.
UNREAD = frozenset({
    "script", "style", "template", "svg", "math", "iframe", "object", "embed", "canvas", "audio", "video",
    "map", "select", "textarea", "input", "datalist", "head", "progress", "meter", "dialog", "rt", "rp", "meta", "link",
})  # fmt: skip
# Elements that stand inside a line of text. All others begin a block.
INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "nobr", "q", "ruby", "rb", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr", "picture", "source", "amp-img",
})  # fmt: skip
BREAKS = frozenset({"br", "hr"})
# Elements that begin a block within a paragraph too. Others that HTML does not know ("st1:city", "my-source") stand
# in a line of it, as browsers show them; elsewhere they are the parts that a page is built of.
BLOCKS = frozenset({
    "address", "article", "aside", "blockquote", "button", "caption", "center", "dd", "details", "dir", "div", "dl",
    "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup",
    "legend", "li", "main", "menu", "nav", "noscript", "ol", "output", "p", "pre", "search", "section", "summary",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
})  # fmt: skip
# What an element does to the text: nothing of it is read, or only if it holds a list (noscript); it breaks a line,
# stands in one, or, as all others do, is a box.
SKIPPED, LISTING, LINE_BREAK, IN_LINE, BOX = range(5)
KINDS = {
    **dict.fromkeys(UNREAD, SKIPPED), "noscript": LISTING, **dict.fromkeys(BREAKS, LINE_BREAK),
    **dict.fromkeys(INLINE, IN_LINE),
}  # fmt: skip
# What an attribute tells of a box: its name, that it is hidden, or how it looks.
NOT_READ, NAMING, HIDDEN, STYLE = range(4)
ATTRIBUTES = {
    **dict.fromkeys(("class", "id", "role", "data-testid", "data-component", "itemprop"), NAMING),
    "hidden": HIDDEN, "style": STYLE,
}  # fmt: skip
UNDISPLAYED = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# A noscript element with so many links of so many words holds a list of headlines.
LINKS_IN_A_LIST = 3
HEADLINE_WORDS = 4
# Links of a noscript element, and characters of one link, that are looked at to tell.
MOST_LOOKED_AT = 50
LONGEST_LOOK = 2_000

# The steps: a box begins and ends, an inline element does, a line breaks, or the text of a box goes on.
OPEN, CLOSE, ENTER, LEAVE, BREAK, PASS = range(6)
Step = tuple[int, str, str, bool | str | None, str | None, Any]
"""What happens, the element's tag, and of its beginning: its names (of inline elements the class alone), whether it is
hidden (of links the address), the element itself (of boxes and links). The fifth is the text that follows."""


def steps(root: Element) -> Iterable[Step]:
    """Return the steps of the walk over a page's tree. The first begins its root, whatever that is, as a box."""
    if (nodes := compiled.module("nodes")) is not None:
        return cast("Iterable[Step]", nodes.Steps(root, KINDS, ATTRIBUTES, _holds_a_list, UNDISPLAYED.search))
    return element_steps(root)


def element_steps(root: Element) -> Iterator[Step]:
    """Yield the same from the elements themselves: what compiled/nodes.pyx reads without making them."""
    walker = iterwalk(root, events=("start", "end"))
    next(walker)
    yield *_start(root, "html", BOX)[:4], None, root
    skipped: Element | None = None
    for event, element in walker:
        tag = element.tag
        kind = KINDS.get(tag, BOX)
        if event == "start":
            if kind == SKIPPED or (kind == LISTING and not _holds_a_list(element)):
                walker.skip_subtree()
                skipped = element
            else:
                yield _start(element, tag, kind)
        elif element is skipped or kind == LINE_BREAK:
            if element.tail:
                yield PASS, "", "", None, element.tail, None
        else:
            # The root's tail is no part of the page.
            yield LEAVE if kind == IN_LINE else CLOSE, tag, "", None, element.tail, None


def _start(element: Element, tag: str, kind: int) -> Step:
    if kind == IN_LINE:
        href = element.get("href") if tag == "a" else None
        return ENTER, tag, element.get("class") or "", href, element.text, element if href else None
    if kind == LINE_BREAK:
        return BREAK, tag, "", None, element.text, None
    names, hidden = "", False
    for key, value in cast("list[tuple[str, str]]", element.items()):
        meaning = ATTRIBUTES.get(key, NOT_READ)
        if meaning == NAMING:
            names = f"{names} {value}" if names else value
        elif meaning == HIDDEN or (meaning == STYLE and UNDISPLAYED.search(value)):
            hidden = True
    return OPEN, tag, names, hidden, element.text, element


def _holds_a_list(noscript: Element) -> bool:
    """Whether a noscript element holds a list of headlines for readers without scripts, not a picture or a menu."""
    links = islice(noscript.iter("a"), MOST_LOOKED_AT)
    headlines = (link for link in links if len(element_text(link, LONGEST_LOOK).split()) >= HEADLINE_WORDS)
    return sum(1 for _ in islice(headlines, LINKS_IN_A_LIST)) == LINKS_IN_A_LIST
