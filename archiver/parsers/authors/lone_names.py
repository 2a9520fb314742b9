"""Names alone on a line near the headline, without "by": known by their place, their link or the date beside them."""

import re
from collections.abc import Iterable, Iterator
from itertools import chain, islice, pairwise

from archiver.parsers.authors.behind_names import without_role
from archiver.parsers.authors.bylines import (
    ACCOUNT,
    LONGEST_LINE,
    NAME_SPLIT,
    PAPER,
    is_dated,
    is_label,
    parted,
)
from archiver.parsers.authors.credits import without_credits, without_note
from archiver.parsers.authors.person_names import ROLE, looks_like_a_name
from archiver.parsers.markup.blocks import Anchor, Block, Layout
from archiver.parsers.related.link_texts import pieces
from archiver.parsers.text import clean, ends_sentence, fold
from archiver.parsers.urls import words_of_path

# Addresses of sections and topics.
FILED = re.compile(
    r"/(?:tags?|categor\w*|topics?|sections?|kategori\w*|rubri\w*|thema\w*|etiquetas?|keywords?)/",
    re.IGNORECASE,
)
# Where somebody reports from: "Ann Lee in Lund".
WHERE = re.compile(r"\s(?:in|à|aus|fra|från)\s[^,|]*$")
# Where somebody reports from, as Arabic papers set it: "القاهرة - أحمد علي".
PLACE_BEFORE = re.compile(r"^[\u0600-\u06ff]+(?:\s[\u0600-\u06ff]+)?\s*[-–—:]\s*(?=[\u0600-\u06ff])")
# Right below the headline: a name alone on a line is the author's where the page names them again.
BELOW = 5
# Blocks of a standfirst above the name.
STANDFIRST = 2
# Right behind the text: a name and a date.
BEHIND = 3
# Blocks from a date to the name below it.
NEXT = 3
# Characters of a line that says what somebody is.
LONGEST_ROLE = 60
# Words of a name that stands alone; a longer line is rather a title.
LONE_WORDS = 3
BIOGRAPHY = 20
# Names on one line, at most.
MOST_NAMES = 4
# What stands behind a dash, as behind a comma: "Ann Lee - Reuters".
DASH = re.compile(r"\s[-–—]\s")


def lone_names(layout: Layout, near: Block | None, title: str) -> Iterator[str]:
    """Yield the name alone on a line right below the headline, if it links to them or the page names them again."""
    if near is None:
        return
    for block in layout.blocks[near.index + 1 : near.index + 1 + BELOW]:
        if named := _name_before_role(block):
            yield named
            return
        if is_lone_name(block) and fold(block.text) not in title:
            behind = layout.blocks[block.index + 1 :]
            known = (
                block.anchors
                or (behind and _is_role(behind[0]))
                or any(_tells_of(other.text, block.text) for other in behind)
            )
            if known and not _is_in_menu(layout, block):
                yield block.text
            return


def names_beside_dates(
    layout: Layout, lines: Iterable[Block], places: tuple[Block | None, ...], title: str
) -> tuple[str, ...]:
    """Return the names on the line right behind a dated one, or right before one above or below the text, or ().

    lines: those around the headline, in order; places: the headline's block, the text's first and last. A line that
    the page also shows above the headline is the name of a section.
    """
    near, first, last = (*places[:3], None, None, None)[:3]
    for line, after in pairwise(lines):
        is_near = after.index - line.index <= NEXT
        if is_near and is_dated(line.text) and is_lone_name(after) and fold(after.text) not in title:
            return (after.text,)
    if near is None:
        return ()
    end = first.index + STANDFIRST if first and first.index > near.index else near.index + BELOW
    below = layout.blocks[near.index + 1 : min(end, near.index + BELOW) + 1]
    behind = layout.blocks[last.index + 1 : last.index + 1 + BEHIND] if last else ()
    for line, after in chain(pairwise(below), pairwise(behind)):
        if is_dated(line.text) or not is_dated(after.text):
            continue
        names = _names_above(layout, line) + _names_alone(line)
        if any(fold(name) in title for name in names):
            continue
        if names and not any(block.text in names for block in layout.blocks[: near.index]):
            return names
    return ()


def is_lone_name(block: Block) -> bool:
    """Whether a line is nothing but a name, and no heading or link to a section."""
    if block.heading or not looks_like_a_name(block.text) or is_label(block.text):
        return False
    if len(block.text.split()) > LONE_WORDS:
        return False
    return not block.anchors or any(_leads_to(anchor, block.text) for anchor in block.anchors)


def _names_above(layout: Layout, line: Block) -> tuple[str, ...]:
    """The names alone on the lines right above one, set like it: each of several authors has a line."""
    names: tuple[str, ...] = ()
    for block in layout.blocks[max(0, line.index - MOST_NAMES) : line.index][::-1]:
        if (block.box.tag, block.box.names) != (line.box.tag, line.box.names) or block.heading:
            break
        if not (found := _names_alone(block)):
            break
        names = found + names
    return names


def _names_alone(block: Block) -> tuple[str, ...]:
    """The names on a line of nothing else but what these people are, where they are, and whom they work with."""
    if block.heading or len(block.text) > LONGEST_LINE or is_label(block.text) or block.text.endswith(":"):
        return ()
    if named := _name_before_role(block):
        return (named,)
    line = WHERE.sub("", ACCOUNT.sub("", parted(without_credits(block.text)))).strip()
    line = PLACE_BEFORE.sub("", line)
    names: list[str] = []
    for part in NAME_SPLIT.split(DASH.sub(", ", line)):
        name = without_role(without_note(part.strip()).strip(" .()"))
        if not name:
            continue
        is_name = not name[0].islower() and looks_like_a_name(name)
        if is_name and len(name.split()) <= LONE_WORDS + 1 and not (names and PAPER.search(name)):
            names.append(name)
        elif not names or not (_is_beside_names(name) or ROLE.search(name) or name[:1].islower()):
            return ()
    if not 1 <= len(names) <= MOST_NAMES:
        return ()
    if any(_leads_elsewhere(anchor, names) for anchor in block.anchors):
        return ()
    return tuple(names)


def _is_beside_names(text: str) -> bool:
    """Whether what stands behind a name is an agency or a place: "Ann Lee, AFP", "Ann Lee/dpa, Lund"."""
    return " " not in text or PAPER.search(text) is not None


def _leads_to(anchor: Anchor, name: str) -> bool:
    """Whether the address of a link spells a name: "/team/ann-lee"."""
    words = words_of_path(anchor.href.partition("#")[0])  # a heading of this page spells itself, too
    return bool(words) and all(word in words for word in fold(name).replace(".", "").split())


def _leads_elsewhere(anchor: Anchor, names: list[str]) -> bool:
    """Whether a link among names leads to none of them, or to what is filed under them."""
    return FILED.search(anchor.href) is not None or not any(_leads_to(anchor, name) for name in names)


def _name_before_role(block: Block) -> str:
    """The name in the first element of a line whose second says what somebody is, with no space between, or ""."""
    if block.heading or len(block.text) > LONGEST_LINE or ROLE.search(block.text) is None:
        return ""
    parts = [clean(text) for text, _ in islice(pieces(block.box.element), MOST_NAMES) if not text.isspace()]
    is_pair = (
        len(parts) == 2 and block.text in ("".join(parts), " ".join(parts)) and looks_like_a_name(parts[0])
    )
    return parts[0] if is_pair and ROLE.search(parts[1]) else ""


def _is_in_menu(layout: Layout, block: Block) -> bool:
    """Whether a line is one item of a list of links longer than the authors of a story are."""
    items = layout.blocks[block.index : block.index + MOST_NAMES]
    return len(items) == MOST_NAMES and all(item.box.tag == "li" and item.anchors for item in items)


def _is_role(block: Block) -> bool:
    """Whether a line says nothing but what somebody is: "Co-Founder & Marketing Director"."""
    is_short = len(block.text) <= LONGEST_ROLE and not (block.heading or ends_sentence(block.text))
    return is_short and ROLE.search(block.text) is not None and not is_dated(block.text)


def _tells_of(text: str, name: str) -> bool:
    """Whether a text is about a person: "Ann Lee writes about rivers."."""
    return text.startswith(name + " ") and len(text) > len(name) + BIOGRAPHY and text[len(name) + 1].islower()
