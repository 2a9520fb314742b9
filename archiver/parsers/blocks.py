"""One pass over a page's tree: its boxes (block-level elements), text blocks and links, in page order.

Everything that is asked of a page afterwards reads from this one result.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import cast

from lxml.etree import _Element as Element
from lxml.etree import iterwalk

from archiver.parsers.decoding import element_text
from archiver.parsers.names import name_bits
from archiver.parsers.text import clean, ends_sentence

# Elements whose content is never read as text.
UNREAD = frozenset({
    "script", "style", "template", "svg", "math", "iframe", "object", "embed", "canvas", "audio", "video",
    "map", "select", "textarea", "input", "datalist", "head", "progress", "meter", "dialog", "rt", "rp",
})  # fmt: skip
# Elements that stand inside a line of text. All others begin a block.
INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "nobr", "q", "ruby", "rb", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr", "picture", "source", "amp-img",
})  # fmt: skip
BREAKS = frozenset({"br", "hr"})
# What an element does to the text: nothing of it is read, or only if it holds a list (noscript); it breaks a line,
# stands in one, or, as all others do, is a box.
SKIPPED, LISTING, BREAK, IN_LINE, BOX = range(5)
KINDS = {
    **dict.fromkeys(UNREAD, SKIPPED), "noscript": LISTING, **dict.fromkeys(BREAKS, BREAK),
    **dict.fromkeys(INLINE, IN_LINE),
}  # fmt: skip
# Elements whose names speak of the page as a whole.
PAGE = frozenset({"html", "body"})
STRONG = frozenset({"b", "strong"})
# What is read of a page made to be endless. Real pages have up to 1,560 blocks, 1,210 links, boxes 54 deep, 7,500
# characters of class names on one and 7,700 characters in a block.
MOST_BLOCKS = 6_000
MOST_ANCHORS = 3_000
DEEPEST = 100
LONGEST_NAMES = 2_000
LONGEST_ADDRESS = 2_000
LONGEST_BLOCK = 200_000
# Characters of all blocks: a book.
MOST_TEXT = 3_000_000
# Pieces of a link's text, and characters of one.
MOST_PARTS = 200
LONGEST_PART = 1_000
# Class names and addresses longer than LONG are read up to so many characters of them all.
LONG = 200
MOST_LONG = 500_000
PICTURES = frozenset({"img", "amp-img"})
# A noscript element with so many links of so many words holds a list of headlines.
LINKS_IN_A_LIST = 3
HEADLINE_WORDS = 4
# Links of a noscript element, and characters of one link, that are looked at to tell.
MOST_LOOKED_AT = 50
LONGEST_LOOK = 2_000
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
NAMING = frozenset({"class", "id", "role", "data-testid", "data-component", "itemprop"})
UNDISPLAYED = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class Box:
    """A block-level element."""

    index: int
    parent: "Box | None"
    tag: str
    names: str
    """Class, id and role in lower case: what the page's maker calls it."""
    meanings: int
    """What its names speak of (name_bits), and what those of all boxes around it and its own do."""
    meanings_around: int
    element: Element
    depth: int
    hidden: bool
    heading: int
    """Level of the heading that it is or stands in, from 1 to 6, or 0."""
    first_block: int
    end_block: int = 0
    """Its blocks are blocks[first_block:end_block]."""

    def lineage(self) -> Iterator["Box"]:
        """Yield the box itself and the boxes around it, inmost first, up to DEEPEST."""
        box: Box | None = self
        for _ in range(DEEPEST):
            if box is None:
                return
            yield box
            box = box.parent


@dataclass(slots=True, eq=False)
class Anchor:
    """An `<a href>`."""

    index: int
    href: str
    box: Box
    element: Element
    first_block: int
    """The block that its text begins in, or would."""
    end_block: int = 0
    """One past the last block that it has text in; equal to first_block + 1 for a link within one block."""
    parts: list[tuple[str, str]] = field(default_factory=list)
    """Its text in pieces, each with the tag and names of the inline element it stands in."""
    has_image: bool = False


@dataclass(slots=True, eq=False)
class Block:
    """A run of text that the reader sees as one paragraph, heading, list item or line."""

    index: int
    box: Box
    text: str
    linked: int
    """How many of its characters stand in links."""
    anchors: list[Anchor]
    emphasised: int = 0
    """How many of its characters stand in b or strong."""
    pictures: int = 0
    """How many pictures stand between the block before and this one."""

    @property
    def link_share(self) -> float:
        """Share of its characters that stand in links."""
        return min(1.0, self.linked / len(self.text))

    @property
    def heading(self) -> int:
        """Level of the heading that it is or stands in, from 1 to 6, or 0."""
        return self.box.heading


@dataclass(slots=True, eq=False)
class Layout:
    """A page as boxes, blocks and anchors, each list in page order."""

    root: Element
    boxes: list[Box]
    blocks: list[Block]
    anchors: list[Anchor]


def page_layout(root: Element) -> Layout:
    """Return the layout of the page whose tree has this root. Any depth and size is read in one pass."""
    walk = _Walk(root)
    walk.run()
    return Layout(root=root, boxes=walk.boxes, blocks=walk.blocks, anchors=walk.anchors)


Piece = tuple[str, Anchor | None, bool]
"""A run of text, the link it stands in, and whether it is bold."""
LINE_BREAK: Piece = ("\n", None, False)
SPACE: Piece = (" ", None, False)


class _Walk:
    """The state of the pass: what is open at the place it has come to."""

    __slots__ = (
        "anchor", "anchors", "beside", "blocks", "box", "boxes", "broken", "left", "marked", "outer",
        "pictures", "pieces", "room", "room_for_long", "root", "strong", "within",
    )  # fmt: skip

    def __init__(self, root: Element) -> None:
        self.root = root
        self.boxes: list[Box] = []
        self.blocks: list[Block] = []
        self.anchors: list[Anchor] = []
        self.room, self.room_for_long = MOST_TEXT, MOST_LONG
        self.anchor: Anchor | None = None
        self.outer: list[Anchor | None] = []
        """What was open before each `<a>` that is open now."""
        self.within: list[str] = []
        """Tag and names of the elements that are open inside the link."""
        self.strong = self.pictures = 0
        self.pieces: list[Piece] = []
        self.broken = self.marked = False
        """Whether a line break is among the pieces; whether a link or bold text is."""
        self.left = self.beside = False
        """Whether an inline element has just ended, and whether another has begun right there."""
        self.box = Box(-1, None, "", "", 0, 0, root, -1, False, 0, 0)
        self._open(root, "html")
        self.box.parent = None

    def run(self) -> None:
        """Visit every element: a loop, because pages nest deeper than Python calls may."""
        walker = iterwalk(self.root, events=("start", "end"))
        next(walker)
        skipped: Element | None = None
        for event, element in walker:
            tag = element.tag
            kind = KINDS.get(tag, BOX)
            if event == "start":
                if kind is SKIPPED or (kind is LISTING and not _holds_a_list(element)):
                    walker.skip_subtree()
                    skipped = element
                    continue
                self._start(element, tag, kind)
                text = element.text
            else:
                if element is not skipped:
                    self._end(tag, kind)
                text = element.tail
            if text:
                if self.pieces or not text.isspace():
                    self._add_text(text)
                else:
                    self.left = self.beside = False

    def _start(self, element: Element, tag: str, kind: int) -> None:
        if kind is IN_LINE:
            self._enter(element, tag)
        elif kind is BREAK:
            self._break(tag)
        else:
            self._open(element, tag)

    def _end(self, tag: str, kind: int) -> None:
        if kind is IN_LINE:
            self._leave(tag)
        elif kind is not BREAK:
            self._close()

    def _open(self, element: Element, tag: str) -> None:
        """Begin a box."""
        if self.pieces:
            self._flush()
        parent = self.box
        named, hidden = "", parent.hidden
        for key, value in cast("list[tuple[str, str]]", element.items()):
            if key in NAMING:
                named = f"{named} {value}" if named else value
            elif key == "hidden" or (key == "style" and UNDISPLAYED.search(value)):
                hidden = True
        if len(named) > LONG:
            named = named[:LONGEST_NAMES]
            named = named if self._has_room(named) else ""
        names = named.lower()
        meanings = name_bits(names) if names and tag not in PAGE else 0
        bits = meanings | parent.meanings_around
        level = HEADINGS.get(tag, parent.heading)
        count, depth = len(self.boxes), parent.depth + 1
        self.box = box = Box(
            count, parent, tag, names, meanings, bits, element, depth, hidden, level, len(self.blocks)
        )
        self.boxes.append(box)
        if self.anchor is not None:
            self.within.append(f"{tag} {names}")

    def _close(self) -> None:
        """End the open box."""
        if self.pieces:
            self._flush()
        box = self.box
        box.end_block = len(self.blocks)
        if box.parent is not None:
            self.box = box.parent
        if self.anchor is not None:
            self.within.pop()

    def _add_text(self, text: str) -> None:
        pieces, anchor, strong = self.pieces, self.anchor, self.strong > 0
        if self.beside and pieces and _runs_on(pieces[-1][0], text):
            text = " " + text
        self.left = self.beside = False
        pieces.append((text, anchor, strong))
        if anchor is not None:
            self.marked = True
            if len(anchor.parts) < MOST_PARTS:
                around = self.within[-1] if self.within else f"{self.box.tag} {self.box.names}"
                anchor.parts.append((text[:LONGEST_PART], around))
        elif strong:
            self.marked = True

    def _break(self, tag: str) -> None:
        if tag == "hr":
            self._flush()
        elif self.pieces:
            self.pieces.append(LINE_BREAK)
            self.broken = True

    def _enter(self, element: Element, tag: str) -> None:
        if self.left:
            self.beside = True
        if tag == "a":
            self.outer.append(self.anchor)
            href = element.get("href")
            if href and len(self.anchors) < MOST_ANCHORS and (len(href) <= LONG or self._reads(href)):
                self.anchor = Anchor(len(self.anchors), href, self.box, element, len(self.blocks))
                self.anchors.append(self.anchor)
            return
        if tag in STRONG:
            self.strong += 1
        if tag in PICTURES:
            self.pictures += 1
            if self.anchor is not None:
                self.anchor.has_image = True
        if self.anchor is not None:
            self.within.append(f"{tag} {(element.get('class') or '')[:LONGEST_NAMES]}".lower())

    def _leave(self, tag: str) -> None:
        self.left = True
        if tag == "a":
            outer = self.outer.pop()
            if self.anchor is not outer and self.anchor is not None:
                self.anchor.end_block = len(self.blocks) + 1
            self.anchor = outer
            return
        if tag in STRONG:
            self.strong -= 1
        if self.anchor is not None:
            self.within.pop()

    def _reads(self, href: str) -> bool:
        """Whether a long address is read: it is no document of its own, and not one of very many."""
        return len(href) <= LONGEST_ADDRESS and self._has_room(href)

    def _has_room(self, text: str) -> bool:
        self.room_for_long -= len(text)
        return self.room_for_long >= 0

    def _flush(self) -> None:
        """End the open block: what was read since the last one becomes a block, or several at blank lines."""
        pieces, self.pieces = self.pieces, []
        marked, self.marked = self.marked, False
        if not self.broken:
            self._add_block(pieces, marked)
            return
        self.broken = False
        for lines in _paragraphs(pieces):
            self._add_block(lines, marked)

    def _add_block(self, pieces: list[Piece], marked: bool) -> None:
        whole = pieces[0][0] if len(pieces) == 1 else "".join([piece[0] for piece in pieces])
        text = clean(whole if len(whole) <= LONGEST_BLOCK else whole[:LONGEST_BLOCK])
        self.room -= len(text)
        if not text or len(self.blocks) == MOST_BLOCKS or self.room < 0:
            return
        anchors: list[Anchor] = []
        linked = strong = 0
        if marked:
            for piece, anchor, is_strong in pieces:
                if anchor is not None:
                    size = len(" ".join(piece.split())) + 1
                    linked += size
                    if not anchors or anchors[-1] is not anchor:
                        anchors.append(anchor)
                    if is_strong:
                        strong += size
                elif is_strong:
                    strong += len(" ".join(piece.split())) + 1
        self.blocks.append(Block(len(self.blocks), self.box, text, linked, anchors, strong, self.pictures))
        self.pictures = 0


def _holds_a_list(noscript: Element) -> bool:
    """Whether a noscript element holds a list of headlines for readers without scripts, not a picture or a menu."""
    links = islice(noscript.iter("a"), MOST_LOOKED_AT)
    headlines = (link for link in links if len(element_text(link, LONGEST_LOOK).split()) >= HEADLINE_WORDS)
    return sum(1 for _ in islice(headlines, LINKS_IN_A_LIST)) == LINKS_IN_A_LIST


def _paragraphs(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Cut at line breaks, but for those in the middle of a sentence."""
    paragraph: list[Piece] = []
    line: list[Piece] = []
    for piece in (*pieces, LINE_BREAK):
        if piece is not LINE_BREAK:
            line.append(piece)
            continue
        if paragraph and not _goes_on(paragraph, line):
            yield paragraph
            paragraph = []
        paragraph += [SPACE, *line]
        line = []
    yield paragraph


def _goes_on(paragraph: list[Piece], line: list[Piece]) -> bool:
    """Whether a line goes on with the sentence before it: text that was broken to a width."""
    before = next((text for text, _, _ in reversed(paragraph) if not text.isspace()), "").rstrip()
    after = next((text for text, _, _ in line if not text.isspace()), "").lstrip()
    return bool(before and after) and after[0].islower() and not ends_sentence(before)


def _runs_on(before: str, after: str) -> bool:
    """Whether two neighbouring elements would make one word: "17 November" and "Live desk", set apart by style."""
    return (before[-1].islower() or before[-1].isdigit()) and after[0].isupper()
