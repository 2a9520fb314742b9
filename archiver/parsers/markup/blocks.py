"""One pass over a page's tree: its boxes (block-level elements), text blocks and links, in page order.

Everything that is asked of a page afterwards reads from this one result.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from lxml.etree import _Element as Element
from numpy.typing import NDArray

from archiver.parsers.markup.events import BLOCKS, BREAK, CLOSE, ENTER, INLINE, LEAVE, OPEN, UNREAD, steps
from archiver.parsers.markup.line_breaks import LINE_BREAK, Piece, paragraphs
from archiver.parsers.markup.names import name_bits
from archiver.parsers.text import clean

__all__ = ["INLINE", "UNREAD", "Anchor", "Block", "Box", "Layout", "page_layout"]

# Elements whose names speak of the page as a whole.
PAGE = frozenset({"html", "body"})
STRONG = frozenset({"b", "strong"})
# What is read of a page made to be endless. Real pages have up to 1,560 blocks, 1,210 links, boxes 54 deep, 7,500
# characters of class names on one and 7,700 characters in a block.
MOST_BLOCKS = 6_000
MOST_ANCHORS = 3_000
DEEPEST = 100
LONGEST_NAMES = LONGEST_ADDRESS = 2_000
LONGEST_BLOCK = 200_000
# Characters of all blocks: a book.
MOST_TEXT = 3_000_000
# Pieces of a link's text, and characters of one.
MOST_PARTS, LONGEST_PART = 200, 1_000
# Class names and addresses longer than LONG are read up to so many characters of them all.
LONG = 200
MOST_LONG = 500_000
PICTURES = frozenset({"img", "amp-img"})
# Elements that lead around the site.
MENUS = frozenset({"nav", "footer"})
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}


class Box:
    """A block-level element."""

    __slots__ = (
        "depth", "element", "end_block", "first_block", "heading", "hidden", "in_menu", "index", "meanings",
        "meanings_around", "names", "parent", "sort", "tag",
    )  # fmt: skip

    def __init__(self, index: int, parent: "Box | None", element: Element, tag: str, names: str) -> None:
        self.index = index
        self.parent = parent
        self.element = element
        self.tag = tag
        self.names = names
        """Class, id and role in lower case: what the page's maker calls it."""
        self.sort = 0
        """A number for its tag and names: boxes of the page that have the same have the same number."""
        self.meanings = self.meanings_around = 0
        """What its names speak of (name_bits), and what those of all boxes around it and its own do."""
        self.depth = -1
        self.hidden = False
        self.in_menu = False
        """Whether it is or stands in one of MENUS."""
        self.heading = 0
        """Level of the heading that it is or stands in, from 1 to 6, or 0."""
        self.first_block = self.end_block = 0
        """Its blocks are blocks[first_block:end_block]."""

    def lineage(self) -> Iterator["Box"]:
        """Yield the box itself and the boxes around it, inmost first, up to DEEPEST."""
        box: Box | None = self
        for _ in range(DEEPEST):
            if box is None:
                return
            yield box
            box = box.parent


class Anchor:
    """An `<a href>`."""

    __slots__ = ("box", "element", "end_block", "first_block", "has_image", "href", "index", "parts")

    def __init__(self, index: int, href: str, box: Box, element: Element, first_block: int) -> None:
        self.index = index
        self.href = href
        self.box = box
        self.element = element
        self.first_block = first_block
        """The block that its text begins in, or would."""
        self.end_block = 0
        """One past the last block that it has text in; equal to first_block + 1 for a link within one block."""
        self.parts: list[tuple[str, str]] = []
        """Its text in pieces, each with the tag and names of the inline element it stands in."""
        self.has_image = False


class Block:
    """A run of text that the reader sees as one paragraph, heading, list item or line."""

    __slots__ = ("anchors", "box", "emphasised", "index", "linked", "pictures", "text")

    def __init__(self, index: int, box: Box, text: str, pictures: int) -> None:
        self.index = index
        self.box = box
        self.text = text
        self.linked = 0
        """How many of its characters stand in links."""
        self.anchors: list[Anchor] = []
        self.emphasised = 0
        """How many of its characters stand in b or strong."""
        self.pictures = pictures
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


def fill_boxes(boxes: Sequence[Box], tags: Mapping[str, int], numbers: NDArray[np.int64]) -> None:
    """Set the numbers of each box, a column of BOX_NUMBERS; tags are those that are told, as bits."""
    rows = numbers  # which has its type in C by this name
    for at, box in enumerate(boxes):
        parent = box.parent.index if box.parent is not None else 0
        rows[0, at] = parent
        rows[1, at] = box.meanings
        rows[2, at] = box.meanings_around
        rows[3, at] = rows[3, parent] | tags.get(box.tag, 0)
        rows[4, at] = box.first_block
        rows[5, at] = box.end_block


BOX_NUMBERS = 6
"""The box around it (the root's is itself), the meanings of its names, those of all around it too, which of the tags it
is or stands in, its first block and one past its last."""


def fill_blocks(blocks: Sequence[Block], tags: Mapping[str, int], numbers: NDArray[np.int64]) -> None:
    """Set the numbers of each block, a column of BLOCK_NUMBERS; tags have numbers, all others the next one."""
    rows = numbers  # which has its type in C by this name
    alike: dict[tuple[int, int], int] = {}
    for at, block in enumerate(blocks):
        box = block.box
        rows[0, at] = len(block.text)
        rows[1, at] = block.linked
        rows[2, at] = len(block.anchors)
        rows[3, at] = block.emphasised
        rows[4, at] = block.pictures
        rows[5, at] = box.index
        rows[6, at] = box.heading
        rows[7, at] = box.depth
        rows[8, at] = box.hidden
        rows[9, at] = tags.get(box.tag, len(tags))
        rows[10, at] = alike.setdefault(signature(box), len(alike))


BLOCK_NUMBERS = 11
"""Its characters, those in links, its links, its characters in bold, the pictures before it; its box, with that box's
heading, depth, whether it is hidden, and the number of its tag; a number that blocks of one signature share."""


def signature(box: Box) -> tuple[int, int]:
    """Return what tells boxes of one sort: its own tag and names and those of the box around it."""
    return box.sort, (box.sort if box.parent is None else box.parent.sort)


Links = list[Anchor | None]


class _Walk:
    """The state of the pass: what is open at the place it has come to."""

    __slots__ = (
        "anchor", "anchors", "beside", "blocks", "box", "boxes", "broken", "left", "marked", "outer",
        "pictures", "pieces", "room", "room_for_long", "root", "sorts", "strong", "within",
    )  # fmt: skip

    def __init__(self, root: Element) -> None:
        self.root = root
        self.boxes: list[Box] = []
        self.blocks: list[Block] = []
        self.anchors: list[Anchor] = []
        self.sorts: dict[tuple[str, str], int] = {}
        self.room, self.room_for_long = MOST_TEXT, MOST_LONG
        self.anchor: Anchor | None = None
        self.outer: Links = []
        """What was open before each `<a>` that is open now."""
        self.within: list[str] = []
        """Tag and names of the elements that are open inside the link."""
        self.strong = self.pictures = 0
        self.pieces: list[Piece] = []
        self.broken = self.marked = False
        """Whether a line break is among the pieces; whether a link or bold text is."""
        self.left = self.beside = False
        """Whether an inline element has just ended, and whether another has begun right there."""
        self.box = Box(-1, None, root, "", "")
        """The open box; before the root one that is none of the page."""

    def run(self) -> None:
        """Take every step: a loop, because pages nest deeper than Python calls may."""
        for step, tag, names, more, text, element in steps(self.root):
            if step == OPEN:
                self._open(element, tag, names, more is True)
            elif step == ENTER:
                self._enter(element, tag, names, more if isinstance(more, str) else None)
            elif step == CLOSE:
                self._close(tag)
            elif step == LEAVE:
                self._leave(tag)
            elif step == BREAK:
                self._break(tag)
            if text:
                if self.pieces or not text.isspace():
                    self._add_text(text)
                else:
                    self.left = self.beside = False

    def _open(self, element: Element, tag: str, named: str, hidden: bool) -> None:
        """Begin a box, or what stands in a line of a paragraph."""
        if self.box.tag == "p" and tag not in BLOCKS:
            self._enter(element, tag, named, None)
            return
        if self.pieces:
            self._flush()
        parent = self.box
        if len(named) > LONG:
            named = named[:LONGEST_NAMES]
            named = named if self._has_room(named) else ""
        names = named.lower()
        count = len(self.boxes)
        self.box = box = Box(count, parent if count else None, element, tag, names)
        box.sort = self.sorts.setdefault((tag, names), len(self.sorts))
        if names and tag not in PAGE:
            box.meanings = name_bits(names)
        box.meanings_around = box.meanings | parent.meanings_around
        box.depth, box.hidden = parent.depth + 1, hidden or parent.hidden
        box.in_menu = parent.in_menu or tag in MENUS
        box.heading = HEADINGS.get(tag, parent.heading)
        box.first_block = len(self.blocks)
        self.boxes.append(box)
        if self.anchor is not None:
            self.within.append(f"{tag} {names}")

    def _close(self, tag: str) -> None:
        """End the open box, or what stands in a line of a paragraph."""
        if self.box.tag == "p" and tag not in BLOCKS:
            self._leave(tag)
            return
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

    def _enter(self, element: Element, tag: str, names: str, href: str | None) -> None:
        if self.left:
            self.beside = True
        if tag == "a":
            self.outer.append(self.anchor)
            if href and len(self.anchors) < MOST_ANCHORS and (len(href) <= LONG or self._reads(href)):
                self.anchor = Anchor(len(self.anchors), href, self.box, element, len(self.blocks))
                self.anchors.append(self.anchor)
            return
        if "br" in names and "br" in names.split():
            self._break("br")  # papers of India break lines so
        if tag in STRONG:
            self.strong += 1
        if tag in PICTURES:
            self.pictures += 1
            if self.anchor is not None:
                self.anchor.has_image = True
        if self.anchor is not None:
            self.within.append(f"{tag} {names[:LONGEST_NAMES]}".lower())

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
        else:
            self.broken = False
            first = len(self.blocks)
            for lines in paragraphs(pieces):
                self._add_block(lines, marked)
            if marked:
                self._place_anchors(first)
        if self.anchor is not None and not self.anchor.parts:  # its text is yet to come
            self.anchor.first_block = len(self.blocks)

    def _place_anchors(self, first: int) -> None:
        """Tell links where they begin and end, in blocks from the first on that were one when the links were met."""
        met: set[Anchor] = set()
        for block in self.blocks[first:]:
            for anchor in block.anchors:
                if anchor.first_block >= first and anchor not in met:
                    anchor.first_block = block.index
                met.add(anchor)
                if anchor is not self.anchor:
                    anchor.end_block = block.index + 1

    def _add_block(self, pieces: list[Piece], marked: bool) -> None:
        whole = pieces[0][0] if len(pieces) == 1 else "".join([piece[0] for piece in pieces])
        text = clean(whole[:LONGEST_BLOCK]) if self.room >= 0 else ""
        self.room -= len(text)
        if not text or len(self.blocks) == MOST_BLOCKS or self.room < 0:
            return
        block = Block(len(self.blocks), self.box, text, self.pictures)
        self.blocks.append(block)
        self.pictures = 0
        if not marked:
            return
        anchors = block.anchors
        for piece, anchor, is_strong in pieces:
            if anchor is not None:
                size = len(" ".join(piece.split())) + 1
                block.linked += size
                if not anchors or anchors[-1] is not anchor:
                    anchors.append(anchor)
                if is_strong:
                    block.emphasised += size
            elif is_strong:
                block.emphasised += len(" ".join(piece.split())) + 1


def _runs_on(before: str, after: str) -> bool:
    """Whether two neighbouring elements would make one word: "17 November" and "Live desk", set apart by style."""
    return (before[-1].islower() or before[-1].isdigit()) and after[0].isupper()
