"""The text of links and cards, piece by piece: what an element of its own sets apart from the headline."""

import re
from collections.abc import Iterator

from lxml.etree import _Element as Element
from lxml.etree import iterwalk

from archiver.parsers.blocks import UNREAD, Anchor, Block
from archiver.parsers.text import UNSPACED, clean

# Elements within a line that set no word apart.
EMPHASIS = frozenset({
    "a", "b", "i", "em", "strong", "q", "cite", "mark", "u", "s", "code", "kbd", "sub", "sup", "abbr", "font", "wbr",
})  # fmt: skip
OPENING = frozenset("\"“„«‘'»‚「『《([¿¡")
RANK = re.compile(r"\s*\d{1,2}[.)]?\s*")
TIME = re.compile(r"\s*\d{1,2}[:.]\d\d\s*")


def joined(element: Element) -> str:
    """Return the text of an element on one line, with a space where only its style sets two pieces apart."""
    if not len(element):
        return clean(element.text or "")
    said: list[str] = []
    for text, apart in pieces(element):
        before = said[-1] if said else " "
        if (
            apart
            and before[-1].isalnum()
            and (text[0].isalnum() or text[0] in OPENING)
            and not UNSPACED.match(text)
        ):
            said.append(" ")
        said.append(text)
    return clean("".join(said))


def pieces(element: Element) -> Iterator[tuple[str, bool]]:
    """Yield the runs of text in an element, each with whether an element that is no emphasis parts it from the last."""
    apart = False
    walk = iterwalk(element, events=("start", "end"))
    for event, inner in walk:
        tag = inner.tag
        if event == "start":
            if not isinstance(tag, str) or tag in UNREAD:
                walk.skip_subtree()
                continue
            text = inner.text
        else:
            text = inner.tail if inner is not element else None
        apart = apart or tag not in EMPHASIS
        if text:
            yield text, apart
            apart = False


def shown_text(block: Block) -> str:
    """Return the text of a block; that of a heading without the mark that links it to itself: "Methods #"."""
    text = block.text
    if not block.heading or text[-1:].isalnum():
        return text
    marks = ("".join(part for part, _ in anchor.parts) for anchor in block.anchors if "#" in anchor.href)
    mark = next((mark for mark in map(clean, marks) if mark and not any(map(str.isalnum, mark))), "")
    return text.removesuffix(mark).rstrip() or text


def begins_with_time(anchor: Anchor) -> bool:
    """Return whether a link's first words are a time in an element of its own: those of a ticker do."""
    shown = [text for text, _ in anchor.parts if text.strip()]
    return len(shown) > 1 and TIME.fullmatch(shown[0]) is not None
