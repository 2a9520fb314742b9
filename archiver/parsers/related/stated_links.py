"""What a page says of a link in so many words: "Read also", that it is paid for, the heading above, a neighbour."""

from typing import NamedTuple

from archiver.items import LinkKind
from archiver.parsers.markup.blocks import Block
from archiver.parsers.models.text_features import Columns
from archiver.parsers.phrases import is_phrase, is_phrase_of, kind_of_heading, marks_advertisement
from archiver.parsers.related.heading_texts import heading_text
from archiver.parsers.related.link_addresses import SAID, address, said_in_slug
from archiver.parsers.related.link_features import LINK_FEATURES
from archiver.parsers.related.links import Candidate, is_of_neighbour

# Words from which on a link behind "Read also" may be a headline at all.
LABELLED_WORDS = 3
# Words from which on a link that is marked as paid, as a neighbour or by "Read also" is a headline.
PAID_WORDS = 4
# What stands between "Read also" and its headline.
LABEL_MARKS = " :：-–—|>»›→"
# The uses of phrases that such a label may have.
LABELS = ("related", "popular", "latest")
SAME_SITE = LINK_FEATURES.index("same_site")


class Above(NamedTuple):
    """What a heading says of the links below it."""

    block: Block | None
    """None where a reader sees no heading: "Tags" has come to its end before links to stories."""
    text: str = ""
    kind: LinkKind | None = None
    """Of the list that the text announces."""
    is_paid: bool = False
    """Whether the links are paid for."""
    is_of_slot: bool = False
    """Whether that is but the label of the place of an advertisement."""


def said_above(heading: Block) -> Above:
    """Return what a heading says of the links below it."""
    text = heading_text(heading)
    kind = kind_of_heading(text)
    if kind is None and is_phrase("furniture", heading.text):
        return Above(None)
    is_paid = kind_of_heading(heading.text) is LinkKind.SPONSORED
    return Above(heading, text, kind, is_paid, is_paid and marks_advertisement(heading.text))


def own_label(candidate: Candidate) -> str:
    """The "Read also" or "Most read" of a line in which the link is all that follows it, or ""."""
    block, headline = candidate.block, candidate.headline
    if (
        block is None
        or len(block.text) == len(headline)
        or len(block.anchors) != 1
        or candidate.words < LABELLED_WORDS
        or not block.text.endswith(headline)
    ):
        return ""
    label = block.text[: -len(headline)].strip(LABEL_MARKS)
    return label if is_phrase_of(LABELS, label) else ""


def is_neighbour(candidate: Candidate) -> bool:
    """Whether a headline is marked as that of the story before or after (`rel=prev`, `rel=next`).

    What the address says is its headline, however short: "Previous post" is none.
    """
    return is_of_neighbour(candidate.rel) and (candidate.words >= PAID_WORDS or _said(candidate) >= SAID)


def is_a_way_to_a_neighbour(candidate: Candidate) -> bool:
    """Whether a link says but "Previous post", and its address says more."""
    return is_of_neighbour(candidate.rel) and candidate.words < PAID_WORDS and 0 <= _said(candidate) < SAID


def _said(candidate: Candidate) -> float:
    return said_in_slug(address(candidate.target), candidate.headline)


def is_paid(candidate: Candidate, above: Above | None, row: Columns) -> bool:
    """Whether a headline is paid for: the link, the boxes around it or the heading above say so."""
    if candidate.words < PAID_WORDS:
        return False
    if "sponsored" in candidate.rel:
        return True
    if above is None or not above.is_paid:
        return False
    # The label of an advertisement above a list of the site's own stories belongs to something that is not there.
    return not (above.is_of_slot and row[SAME_SITE] > 0)
