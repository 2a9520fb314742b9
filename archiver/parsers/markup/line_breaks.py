"""A text with line breaks in it as the paragraphs that a reader sees."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, TypeAlias

from archiver.parsers.text import ends_sentence

if TYPE_CHECKING:
    from archiver.parsers.markup.blocks import Anchor

Piece: TypeAlias = "tuple[str, Anchor | None, bool]"
"""A run of text, the link it stands in, and whether it is bold."""
LINE_BREAK: Piece = ("\n", None, False)
SPACE: Piece = (" ", None, False)


def paragraphs(pieces: list[Piece]) -> Iterator[list[Piece]]:
    """Yield the pieces of each paragraph: cut at line breaks, but for those in the middle of a sentence."""
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
