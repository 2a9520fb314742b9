"""The text of links and cards, piece by piece: what an element of its own sets apart from the headline."""

import re
from collections.abc import Iterable, Iterator
from itertools import islice

from lxml.etree import _Element as Element
from lxml.etree import iterwalk

from archiver.parsers.markup.blocks import UNREAD, Anchor, Block
from archiver.parsers.markup.decoding import element_text
from archiver.parsers.text import UNSPACED, clean

# Elements within a line that set no word apart.
EMPHASIS = frozenset({
    "a", "b", "i", "em", "strong", "q", "cite", "mark", "u", "s", "code", "kbd", "sub", "sup", "abbr", "font", "wbr",
})  # fmt: skip
OPENING = frozenset("\"“„«‘'»‚「『《([¿¡")
RANK = re.compile(r"\s*\d{1,2}[.)]?\s*")
TIME = re.compile(r"\s*\d{1,2}[:.]\d\d\s*")
# The number of a note, or several.
NOTES = re.compile(r"[\[(]?\d{1,3}(?:\s*[,–-]\s*\d{1,3})*[\])]?")
MOST_NOTES, LONGEST_NUMBER = 300, 30
# Characters by which the place of a note is found, those of an element before it that are read, and such elements.
WORDS_BEFORE, LONGEST_BEFORE = 20, 2_000
MOST_BEFORE = 5


def joined(element: Element) -> str:
    """Return the text of an element on one line, with a space where only its style sets two pieces apart."""
    return set_apart(pieces(element)) if len(element) else clean(element.text or "")


def set_apart_in(block: Block) -> str:
    """Return the same of a block that is all there is of its box; of its texts the one with more spaces."""
    box = block.box
    is_alone = box.end_block - box.first_block == 1 and len(box.element)
    return max(block.text, joined(box.element), key=len) if is_alone else block.text


def set_apart(runs: Iterable[tuple[str, bool]]) -> str:
    """Return runs of text on one line, with a space before those that only their style sets apart from the last."""
    said: list[str] = []
    for text, apart in runs:
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
    """Return the text of a block without the mark that links a heading to itself, "Methods #", and numbers of notes."""
    text = block.text
    marks = [
        clean("".join(part for part, _ in anchor.parts)) for anchor in block.anchors if "#" in anchor.href
    ]
    if not marks:
        return text
    if block.heading and not text[-1:].isalnum():
        mark = next((mark for mark in marks if mark and not any(map(str.isalnum, mark))), "")
        return text.removesuffix(mark).rstrip() or text
    return _without_notes(block, text) if any(map(NOTES.fullmatch, marks)) else text


def _without_notes(block: Block, text: str) -> str:
    """A text without the raised numbers that lead to its notes, each found by the words before it."""
    start = 0
    for raised in islice(map(_raised, block.anchors), MOST_NOTES):
        number = clean(element_text(raised, LONGEST_NUMBER)) if raised is not None else ""
        if raised is None or not NOTES.fullmatch(number):
            continue
        before = _before(raised)
        at = text.find(before + number, start) if any(map(str.isalnum, before)) else -1
        if at >= 0 and not text[at + len(before + number) :][:1].isdigit():
            start = at + len(before)
            text = text[:start].rstrip() + text[start + len(number) :]
    return text


def _raised(anchor: Anchor) -> Element | None:
    """The element that raises a link to a place on the page, around it or within, or None."""
    around = anchor.element.getparent()
    if "#" not in anchor.href:
        return None
    return around if around is not None and around.tag == "sup" else anchor.element.find("sup")


def _before(raised: Element) -> str:
    """The last words before a raised number, of the nearest run of text that has any."""
    first = raised.getparent()
    outer = first if first is not None and first.tag == "a" and not clean(first.text or "") else raised
    words = ""
    for previous in islice(outer.itersiblings(preceding=True), MOST_BEFORE):
        words = (previous.tail or "") + words
        if any(map(str.isalnum, words)):
            break
        words = element_text(previous, LONGEST_BEFORE) + words
        if any(map(str.isalnum, words)):
            break
    else:
        around = outer.getparent()
        words = ((around.text or "") if around is not None else "") + words
    ends_apart = words[-1:].isspace()
    return clean(words)[-WORDS_BEFORE:] + (" " if ends_apart else "")


def begins_with_time(anchor: Anchor) -> bool:
    """Return whether a link's first words are a time in an element of its own: those of a ticker do."""
    shown = [text for text, _ in anchor.parts if text.strip()]
    return len(shown) > 1 and TIME.fullmatch(shown[0]) is not None
