"""Names that sign a story at its text's beginning or end, and reporters named at the head of a Chinese text."""

import re
from collections.abc import Iterator

from archiver.parsers.authors.asian_bylines import NO_SIGNERS, SIGNERS_BREAK
from archiver.parsers.authors.bylines import LONGEST_LINE, is_label, is_team, people_in
from archiver.parsers.authors.lone_names import is_lone_name
from archiver.parsers.markup.blocks import Block, Layout
from archiver.parsers.story.furniture import is_furniture
from archiver.parsers.text import ends_sentence, fold

# How Chinese papers name reporters at the head of the text: "（记者王小明）", "〔記者王小明／台北報導〕".
REPORTER = re.compile(
    r"[（(〔【][^（）()〔〕【】]{0,8}(?:记者|記者|作者)\s*(?P<names>[\u4e00-\u9fff、，,\s]{2,20})"
    r"(?P<rest>[^（）()〔〕【】]{0,14})[）)〕】]"
)
HEAD = 60
# How Japanese ones sign below the text: "（王小明）".
BRACKETED = re.compile(r"^[（(]([^（）()]+)[）)]$")
RIGHT = re.compile(r"text-align:\s*right")
# A name of two or three words in a script without capitals.
CASELESS = re.compile(r"[^\W\d_a-zA-Z\u00c0-\u058f]{2,}(?:\s[^\W\d_a-zA-Z\u00c0-\u058f]{2,}){1,2}")
WRITER = re.compile(r"writer|author|byline|reporter")
HAN = re.compile(r"[\u3400-\u9fff々]{2,5}")
# How Taiwanese agencies sign: name, place of two or three characters, day.
WIRED = re.compile(r"\d{1,2}日(?:[電专專]|综合|綜合)")
REPORTER_SIZE = (2, 4)
# How far before and behind the text's first block, then its last, such a line may stand.
BESIDE_TEXT = ((8, 8), (2, 6))
# The same for a line that is nothing but a name.
SIGNED_WITHIN = ((8, 4), (2, 4))
# Names that sign one story, at most.
MOST_SIGNERS = 4

Places = tuple[Block | None, ...]
"""The headline's block, or None, then the text's first and last block, if it has any."""


def lines_beside_text(
    layout: Layout, places: Places, within: tuple[tuple[int, int], ...] = BESIDE_TEXT
) -> Iterator[Block]:
    """Yield the short lines right before the text's first block and behind its last."""
    for block, (before, after) in zip(places[1:3], within, strict=False):
        if block is not None:
            for line in layout.blocks[max(0, block.index - before) : block.index + after + 1]:
                if len(line.text) <= LONGEST_LINE:
                    yield line


def signature(layout: Layout, places: Places, title: str, *, is_stated: bool) -> Iterator[str]:
    """Yield the names that stand alone in a paragraph at the text's beginning or end.

    title: what names section and story. is_stated: the page states an author for machines; then a name right behind
    the text signs it in any box.
    """
    first = places[1] if len(places) > 1 else None
    if reporters := _reporters(first.text[:HEAD]) if first else ():
        yield from reporters
        return
    boxes = {(block.box.parent, block.box.tag) for block in places[1:] if block}
    for block in lines_beside_text(layout, places, SIGNED_WITHIN):
        if block.anchors or block.heading or fold(block.text) in title:
            continue
        # As all of a text is that is written from right to left.
        is_set_right = _is_set_right(block) and not any(map(_is_set_right, places[1:2]))
        is_there = (
            (block.box.parent, block.box.tag) in boxes
            or (is_stated and _is_right_behind(block, places))
            or is_set_right
        )
        if not is_there or is_furniture(block.text):
            continue
        text = BRACKETED.sub(r"\1", block.text)
        names = [] if _is_within(layout, block, places) else list(people_in(text))
        if not names and is_set_right and CASELESS.fullmatch(text) and not is_label(text):
            names = [text]
        if not names and text != block.text and WRITER.search(block.box.names) and HAN.fullmatch(text):
            names = [text]
        if 1 <= len(names) <= MOST_SIGNERS and sum(map(len, names)) >= len(block.text) - 3 * len(names):
            yield from names
            return
        if is_team(block.text):
            yield block.text
            return


def _is_set_right(block: Block | None) -> bool:
    """Whether a line is set at the right, as signatures are."""
    if block is None:
        return False
    element = block.box.element
    said = f"text-align:{element.get('align') or ''};{element.get('style') or ''}"
    return RIGHT.search(said) is not None


def _reporters(head: str) -> list[str]:
    """The reporters that the head of a text names."""
    said = REPORTER.search(head)
    if said is None:
        return []
    names = [name for name in SIGNERS_BREAK.split(said["names"].strip()) if name not in NO_SIGNERS]
    if WIRED.match(said["rest"]):
        # A place of two characters, or three, stands behind the last name of two or three.
        last = names[-1]
        names[-1] = last[:2] if len(last) <= 4 else last[:3]
    least, most = REPORTER_SIZE
    return [name for name in names if least <= len(name) <= most]


def _is_right_behind(block: Block, places: Places) -> bool:
    """Whether a line is the one behind the text and nothing but a name."""
    last = places[2] if len(places) > 2 else None
    return last is not None and block.index == last.index + 1 and is_lone_name(block)


def _is_within(layout: Layout, block: Block, places: Places) -> bool:
    """Whether a line stands behind a sentence of the text and before its last, where a few words are a subheading."""
    first, last = places[1], places[2] if len(places) > 2 else None
    if first is None or last is None or not first.index < block.index < last.index:
        return False
    return any(ends_sentence(above.text) for above in layout.blocks[first.index : block.index])
