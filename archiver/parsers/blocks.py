"""One pass over a page's tree: its boxes (block-level elements), text blocks and links, in page order.

Everything that is asked of a page afterwards reads from this one result.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import cast

from lxml.etree import _Element as Element

from archiver.parsers.text import clean, ends_sentence

# Elements whose content is never read as text.
UNREAD = frozenset({
    "script", "style", "noscript", "template", "svg", "math", "iframe", "object", "embed", "canvas", "audio", "video",
    "map", "select", "textarea", "input", "datalist", "head", "progress", "meter", "dialog", "rt", "rp",
})  # fmt: skip
# Elements that stand inside a line of text. All others begin a block.
INLINE = frozenset({
    "a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i", "img",
    "ins", "kbd", "label", "mark", "nobr", "q", "ruby", "rb", "s", "samp", "small", "span", "strike", "strong", "sub",
    "sup", "time", "tt", "u", "var", "wbr", "picture", "source", "amp-img",
})  # fmt: skip
BREAKS = frozenset({"br", "hr"})
STRONG = frozenset({"b", "strong"})
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
    element: Element
    depth: int
    hidden: bool
    heading: int
    """Level of the heading that it is or stands in, from 1 to 6, or 0."""
    first_block: int
    end_block: int = 0
    """Its blocks are blocks[first_block:end_block]."""

    def lineage(self) -> Iterator["Box"]:
        """Yield the box itself and every box around it, inmost first."""
        box: Box | None = self
        while box is not None:
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
Opened = Box | Anchor | None
"""What was open before an element began: a box's outer box, a link's outer link."""


class _Walk:
    """The state of the pass: what is open at the place it has come to."""

    def __init__(self, root: Element) -> None:
        self.root = root
        self.boxes: list[Box] = []
        self.blocks: list[Block] = []
        self.anchors: list[Anchor] = []
        self.box = self._opened_box(root, None)
        self.anchor: Anchor | None = None
        self.strong = 0
        self.inline: list[str] = []
        """Tag and class of the inline elements that are open, of each box on its own."""
        self.outer_inline: list[list[str]] = []
        self.pieces: list[Piece] = []
        self.broken = False
        """Whether a line break is among the pieces."""
        self.left = self.beside = False
        """Whether an inline element has just ended, and whether another has begun right there."""

    def run(self) -> None:
        """Visit every element; an explicit stack, because pages nest deeper than Python calls may."""
        self._text(self.root.text)
        stack: list[tuple[Iterator[Element], Element, Opened]] = [(self.root.iterchildren(), self.root, None)]
        while stack:
            child = next(stack[-1][0], None)
            if child is None:
                _, element, opened = stack.pop()
                if stack:
                    self._leave(element.tag, opened)
                    self._text(element.tail)
                continue
            tag = child.tag
            if tag in UNREAD or not isinstance(tag, str):
                self._text(child.tail)
            elif tag in BREAKS:
                self._break(tag)
                self._text(child.tail)
            else:
                stack.append((child.iterchildren(), child, self._enter(child, tag)))
                self._text(child.text)
        self._flush()
        self.boxes[0].end_block = len(self.blocks)

    def _text(self, text: str | None) -> None:
        if not text:
            return
        if self.beside:
            if self.pieces and _runs_on(self.pieces[-1][0], text):
                text = " " + text
            self.beside = False
        self.left = False
        if not self.pieces and text.isspace():
            return
        self.pieces.append((text, self.anchor, self.strong > 0))
        if self.anchor is not None:
            self.anchor.parts.append(
                (text, self.inline[-1] if self.inline else f"{self.box.tag} {self.box.names}")
            )

    def _break(self, tag: str) -> None:
        if tag == "hr":
            self._flush()
        elif self.pieces:
            self.pieces.append(LINE_BREAK)
            self.broken = True

    def _enter(self, element: Element, tag: str) -> Opened:
        if tag not in INLINE:
            if self.pieces:
                self._flush()
            outer, self.box = self.box, self._opened_box(element, self.box)
            self.outer_inline.append(self.inline)
            self.inline = []
            return outer
        self.beside = self.beside or self.left
        if tag == "a":
            return self._enter_anchor(element)
        if tag in STRONG:
            self.strong += 1
        elif self.anchor is not None and tag in ("img", "amp-img"):
            self.anchor.has_image = True
        self.inline.append(f"{tag} {element.get('class') or ''}".lower())
        return None

    def _enter_anchor(self, element: Element) -> Anchor | None:
        outer = self.anchor
        if href := element.get("href"):
            self.anchor = Anchor(len(self.anchors), href, self.box, element, len(self.blocks))
            self.anchors.append(self.anchor)
        return outer

    def _opened_box(self, element: Element, parent: Box | None) -> Box:
        named: list[str] = []
        hidden = parent is not None and parent.hidden
        for key, value in cast("dict[str, str]", element.attrib).items():
            if key in NAMING:
                named.append(value)
            elif key == "hidden" or (key == "style" and UNDISPLAYED.search(value)):
                hidden = True
        tag = str(element.tag)
        box = Box(
            index=len(self.boxes),
            parent=parent,
            tag=tag,
            names=" ".join(named).lower(),
            element=element,
            depth=parent.depth + 1 if parent else 0,
            hidden=hidden,
            heading=HEADINGS.get(tag) or (parent.heading if parent else 0),
            first_block=len(self.blocks),
        )
        self.boxes.append(box)
        return box

    def _leave(self, tag: str, opened: Opened) -> None:
        if tag not in INLINE:
            if self.pieces:
                self._flush()
            self.box.end_block = len(self.blocks)
            self.box = opened if isinstance(opened, Box) else self.boxes[0]
            self.inline = self.outer_inline.pop()
            return
        self.left = True
        if tag == "a":
            if self.anchor is not opened and self.anchor is not None:
                self.anchor.end_block = len(self.blocks) + 1
            self.anchor = opened if isinstance(opened, Anchor) else None
            return
        self.inline.pop()
        if tag in STRONG:
            self.strong -= 1

    def _flush(self) -> None:
        """End the open block: what was read since the last one becomes a block, or several at blank lines."""
        pieces, self.pieces = self.pieces, []
        if not self.broken:
            self._add_block(pieces)
            return
        self.broken = False
        for lines in _paragraphs(pieces):
            self._add_block(lines)

    def _add_block(self, pieces: list[Piece]) -> None:
        text = clean("".join([piece[0] for piece in pieces]))
        if not text:
            return
        anchors: list[Anchor] = []
        linked = strong = 0
        for piece, anchor, is_strong in pieces:
            if anchor is None and not is_strong:
                continue
            size = len(" ".join(piece.split())) + 1
            if anchor is not None:
                linked += size
                if not anchors or anchors[-1] is not anchor:
                    anchors.append(anchor)
            if is_strong:
                strong += size
        self.blocks.append(Block(len(self.blocks), self.box, text, linked, anchors, strong))


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
    before = "".join(text for text, _, _ in paragraph).rstrip()
    after = "".join(text for text, _, _ in line).lstrip()
    return bool(before and after) and after[0].islower() and not ends_sentence(before)


def _runs_on(before: str, after: str) -> bool:
    """Whether two neighbouring elements would make one word: "17 November" and "Live desk", set apart by style."""
    return (before[-1].islower() or before[-1].isdigit()) and after[0].isupper()
