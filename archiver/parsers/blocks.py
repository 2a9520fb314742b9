"""One pass over a page's tree: its boxes (block-level elements), text blocks and links, in page order.

Everything that is asked of a page afterwards reads from this one result.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml.html import HtmlElement

from archiver.parsers.text import clean

# Elements whose content is never read as text.
UNREAD = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "svg",
        "math",
        "iframe",
        "object",
        "embed",
        "canvas",
        "audio",
        "video",
        "map",
        "select",
        "textarea",
        "input",
        "datalist",
        "head",
        "progress",
        "meter",
        "dialog",
        "rt",
        "rp",
    ]
)
# Elements that stand inside a line of text. All others begin a block.
INLINE = frozenset(
    [
        "a",
        "abbr",
        "acronym",
        "b",
        "bdi",
        "bdo",
        "big",
        "cite",
        "code",
        "data",
        "del",
        "dfn",
        "em",
        "font",
        "i",
        "img",
        "ins",
        "kbd",
        "label",
        "mark",
        "nobr",
        "q",
        "ruby",
        "rb",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "time",
        "tt",
        "u",
        "var",
        "wbr",
        "picture",
        "source",
        "amp-img",
    ]
)
HEADINGS = {"h1": 1, "h2": 2, "h3": 3, "h4": 4, "h5": 5, "h6": 6}
# Classes of text that only a screen reader speaks ("opens in a new window").
SPOKEN = re.compile(
    r"\b(?:sr-only|visually-?hidden|screen-?reader(?:-text)?|u-hidden|a11y-hidden)\b", re.IGNORECASE
)
UNDISPLAYED = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)


@dataclass(slots=True, eq=False)
class Box:
    """A block-level element."""

    index: int
    parent: "Box | None"
    tag: str
    names: str
    """Class, id and role in lower case: what the page's maker calls it."""
    element: HtmlElement
    depth: int
    hidden: bool
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
    element: HtmlElement
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
        """Level of the heading it is, from 1 to 6, or 0."""
        return next((HEADINGS[box.tag] for box in self.box.lineage() if box.tag in HEADINGS), 0)


@dataclass(slots=True, eq=False)
class Layout:
    """A page as boxes, blocks and anchors, each list in page order."""

    root: HtmlElement
    boxes: list[Box]
    blocks: list[Block]
    anchors: list[Anchor]


def page_layout(root: HtmlElement) -> Layout:
    """Return the layout of the page whose tree has this root. Any depth and size is read in one pass."""
    walk = _Walk(root)
    walk.run()
    return Layout(root=root, boxes=walk.boxes, blocks=walk.blocks, anchors=walk.anchors)


class _Walk:
    """The state of the pass: what is open at the place it has come to."""

    def __init__(self, root: HtmlElement) -> None:
        self.root = root
        self.boxes: list[Box] = []
        self.blocks: list[Block] = []
        self.anchors: list[Anchor] = []
        self.box = self._open_box(root, None)
        self.anchor: Anchor | None = None
        self.strong = 0
        self.beside = False
        """Whether an inline element has begun right where another ended."""
        self.left = False
        self.inline: list[str] = []
        self.pieces: list[tuple[str, Anchor | None, bool]] = []

    def run(self) -> None:
        """Visit every element; an explicit stack, because pages nest deeper than Python calls may."""
        self._visit(self.root)
        self._flush()
        self.boxes[0].end_block = len(self.blocks)

    def _visit(self, top: HtmlElement) -> None:
        self._text(top.text)
        stack: list[tuple[Iterator[HtmlElement], HtmlElement | None, object]] = [
            (top.iterchildren(), None, None)
        ]
        while stack:
            children, element, opened = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                if element is not None:
                    self._leave(element, opened)
                    self._text(element.tail)
            elif child.tag in UNREAD or not isinstance(child.tag, str):
                self._text(child.tail)
            else:
                stack.append((child.iterchildren(), child, self._enter(child)))
                self._text(child.text)

    def _text(self, text: str | None) -> None:
        if text:
            if self.beside and self.pieces and _runs_on(self.pieces[-1][0], text):
                text = " " + text
            self.beside = self.left = False
            self.pieces.append((text, self.anchor, self.strong > 0))
            if self.anchor is not None:
                self.anchor.parts.append(
                    (text, self.inline[-1] if self.inline else self.box.tag + " " + self.box.names)
                )

    def _enter(self, element: HtmlElement) -> object:
        tag = element.tag
        if tag in ("br", "hr"):
            self.pieces.append(("\n", self.anchor, False))
            if tag == "hr":
                self._flush()
            return None
        if tag in INLINE:
            return self._enter_inline(element, tag)
        self._flush()
        outer, self.box = self.box, self._open_box(element, self.box)
        held, self.inline = self.inline, []
        return outer, held

    def _enter_inline(self, element: HtmlElement, tag: str) -> object:
        self.beside = self.beside or self.left
        if tag == "a":
            return self._enter_anchor(element)
        if tag in ("img", "amp-img") and self.anchor is not None:
            self.anchor.has_image = True
        elif tag in ("b", "strong"):
            self.strong += 1
        self.inline.append(f"{tag} {element.get('class') or ''}".lower())
        return None

    def _enter_anchor(self, element: HtmlElement) -> object:
        outer = self.anchor
        if href := element.get("href"):
            self.anchor = Anchor(len(self.anchors), href, self.box, element, len(self.blocks))
            self.anchors.append(self.anchor)
        return outer

    def _open_box(self, element: HtmlElement, parent: Box | None) -> Box:
        attributes = element.attrib
        names = " ".join(
            filter(
                None,
                map(attributes.get, ("class", "id", "role", "data-testid", "data-component", "itemprop")),
            )
        ).lower()
        hidden = (parent is not None and parent.hidden) or "hidden" in attributes
        if not hidden and (style := attributes.get("style")):
            hidden = UNDISPLAYED.search(style) is not None
        box = Box(
            index=len(self.boxes),
            parent=parent,
            tag=element.tag,
            names=names,
            element=element,
            depth=parent.depth + 1 if parent else 0,
            hidden=hidden,
            first_block=len(self.blocks),
        )
        self.boxes.append(box)
        return box

    def _leave(self, element: HtmlElement, opened: object) -> None:
        tag = element.tag
        if tag in INLINE:
            self._leave_inline(tag, opened)
        elif tag not in ("br", "hr"):
            self._flush()
            self.box.end_block = len(self.blocks)
            self.box, self.inline = opened  # type: ignore[misc]  # what _enter returned for a box

    def _leave_inline(self, tag: str, opened: object) -> None:
        self.left = True
        if tag == "a":
            if self.anchor is not opened and self.anchor is not None:
                self.anchor.end_block = len(self.blocks) + 1
            self.anchor = opened if isinstance(opened, Anchor) else None
            return
        self.inline.pop()
        if tag in ("b", "strong"):
            self.strong -= 1

    def _flush(self) -> None:
        """End the open block: what was read since the last one becomes a block, or several at blank lines."""
        pieces, self.pieces = self.pieces, []
        for lines in _paragraphs(pieces):
            self._add_block(lines)

    def _add_block(self, pieces: list[tuple[str, "Anchor | None", bool]]) -> None:
        text = clean("".join(piece for piece, _, _ in pieces))
        if not text:
            return
        anchors: list[Anchor] = []
        linked = strong = 0
        for piece, anchor, is_strong in pieces:
            if anchor is not None:
                linked += len(clean(piece)) + 1
                if not anchors or anchors[-1] is not anchor:
                    anchors.append(anchor)
            if is_strong:
                strong += len(clean(piece)) + 1
        self.blocks.append(Block(len(self.blocks), self.box, text, linked, anchors, strong))


def _paragraphs(
    pieces: list[tuple[str, Anchor | None, bool]],
) -> Iterator[list[tuple[str, Anchor | None, bool]]]:
    """Cut at blank lines made of two line breaks, and at each break beside a line that is one link."""
    lines: list[list[tuple[str, Anchor | None, bool]]] = [[]]
    for piece in pieces:
        if piece[0] == "\n":
            lines.append([])
        else:
            lines[-1].append(piece)
    paragraph: list[tuple[str, Anchor | None, bool]] = []
    for line in lines:
        blank = not any(text.strip() for text, _, _ in line)
        if blank or _is_link(line) or _is_link(paragraph):
            yield paragraph
            paragraph = []
        paragraph += [("\n", None, False), *line] if paragraph else line
    yield paragraph


def _runs_on(before: str, after: str) -> bool:
    """Whether two neighbouring elements would make one word: "17 November" and "Live desk", set apart by style."""
    return (before[-1].islower() or before[-1].isdigit()) and after[0].isupper()


def _is_link(line: list[tuple[str, Anchor | None, bool]]) -> bool:
    anchors = {id(anchor) for text, anchor, _ in line if text.strip()}
    return len(anchors) == 1 and id(None) not in anchors
