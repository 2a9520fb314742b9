"""Which links of a page show another story by its headline, of what kind, under which heading."""

from dataclasses import dataclass
from itertools import islice
from urllib.parse import urlsplit

import numpy as np

from archiver.items import LinkKind, RelatedLink
from archiver.parsers.article import Story
from archiver.parsers.blocks import Block, Box, Layout
from archiver.parsers.features import BlockTable, Rows
from archiver.parsers.link_features import KIND_ORDER, NOT_A_STORY, NOT_HTML, link_rows, look_alikes
from archiver.parsers.links import Candidate, anchor_blocks, link_candidates, main_address, worth
from archiver.parsers.model import trees
from archiver.parsers.names import bit, name_bits
from archiver.parsers.phrases import is_phrase, kind_of_heading, says
from archiver.parsers.text import word_count
from archiver.parsers.urls import same_site

# A link is taken as another story's headline from this probability on.
CHANCE = 0.34
# On a front page nearly every link that looks like a headline is one.
CHANCE_ON_A_FRONT = 0.2
# A block of the story that is linked to this share is a headline that stands between its paragraphs.
MOSTLY_LINKED = 0.6
# Words from which on a link that is marked as paid, as a neighbour or by "Read also" is a headline.
PAID_WORDS = 4
# A list has at least so many links, its box stands so far out; their chances are drawn so far to their mean.
FEWEST_IN_LIST = 3
LIST_DEPTH = 2
DRAWN = 0.5
# What tells a headline on a front page: its words, and that it stands in no furniture, looked for so many boxes out.
FRONT_HEADLINE = 0.5
FRONT_WORDS = (4, 40)
FRONT_FURNITURE = frozenset({"nav", "footer", "header", "form", "button"})
FRONT_DEPTH = 4
FURNITURE_NAMES = bit("nav") | bit("foot") | bit("share") | bit("signup") | bit("comment") | bit("shop")


def related_links(
    layout: Layout, table: BlockTable, story: Story, base: str, own: frozenset[str]
) -> tuple[tuple[RelatedLink, ...], frozenset[int]]:
    """Return the links that show another story, in page order, each address once, and the blocks they stand in.

    base is what the page's links are relative to, own the addresses of the page itself.
    """
    candidates = link_candidates(layout, base, own)
    if not candidates:
        return (), frozenset()
    rows, headings = link_rows(layout, candidates, table, story.chances, main_address(own))
    chances = _with_their_list(candidates, trees("links").probabilities(rows))
    if not story.blocks:
        chances = np.maximum(chances, [FRONT_HEADLINE * _heads_a_front_story(one, own) for one in candidates])
    prose = frozenset(block.index for block in story.blocks)
    found: dict[str, list[_Shown]] = {}
    for candidate, heading, chance, row in zip(candidates, headings, chances, rows, strict=True):
        if not _in_a_sentence(candidate, prose):
            found.setdefault(candidate.target, []).append(
                _Shown(candidate, heading, _chance(candidate, heading, chance), row)
            )
    least = CHANCE if story.blocks else CHANCE_ON_A_FRONT
    chosen = [shown for shown in found.values() if max(one.chance for one in shown) > least]
    likeliest = [max(shown, key=lambda one: one.chance) for shown in chosen]
    kinds = _kinds(likeliest, bool(story.blocks))
    links = tuple(
        RelatedLink(
            url=one.candidate.target,
            headline=max(_likely(shown), key=lambda other: worth(other.candidate)).candidate.headline,
            kind=kind,
            block=one.heading.text if one.heading else "",
            position=position,
        )
        for position, (shown, one, kind) in enumerate(zip(chosen, likeliest, kinds, strict=True))
    )
    blocks = {
        block.index for shown in chosen for one in shown for block in _mostly_linked(layout, one.candidate)
    }
    return links, frozenset(blocks)


@dataclass(frozen=True, slots=True, eq=False)
class _Shown:
    """One of the links that lead to one address."""

    candidate: Candidate
    heading: Block | None
    chance: float
    row: Rows


def _chance(candidate: Candidate, heading: Block | None, chance: float) -> float:
    """What the model says, or certainty where the page says so itself."""
    certain = _is_paid(candidate, heading) or _reads_also(candidate) or _is_neighbour(candidate)
    return 1.0 if certain else float(chance)


def _with_their_list(candidates: list[Candidate], chances: Rows) -> Rows:
    """Chances drawn towards those of the links alike in the same list: its cards are all headlines or none is."""
    members: dict[tuple[object, ...], list[int]] = {}
    for index, candidate in enumerate(candidates):
        members.setdefault((*look_alikes(candidate), _list_box(candidate).index), []).append(index)
    drawn = chances.copy()
    for indices in members.values():
        if len(indices) >= FEWEST_IN_LIST:
            drawn[indices] = (1 - DRAWN) * chances[indices] + DRAWN * chances[indices].mean()
    return drawn


def _heads_a_front_story(candidate: Candidate, own: frozenset[str]) -> bool:
    """Whether a link on a page without story is a headline by its looks alone, whatever its address.

    The model has learned from pages with a story, where most links lead elsewhere; on a front page a link of the
    site that has the words of a headline and stands in no menu or footer is one.
    """
    if not FRONT_WORDS[0] <= word_count(candidate.headline) <= FRONT_WORDS[1] or says(
        "furniture", candidate.headline
    ):
        return False
    path = urlsplit(candidate.target).path
    if (
        NOT_A_STORY.search(path)
        or NOT_HTML.search(path)
        or not same_site(candidate.target, main_address(own))
    ):
        return False
    around = list(candidate.anchor.box.lineage())
    if any(box.tag in FRONT_FURNITURE for box in around):
        return False
    return not any(name_bits(box.names) & FURNITURE_NAMES for box in around[:FRONT_DEPTH])


def _list_box(candidate: Candidate) -> Box:
    """The box that may hold the list: a card is one or two boxes deep."""
    around = list(islice(candidate.anchor.box.lineage(), LIST_DEPTH + 1))
    return around[-1]


def _likely(shown: list[_Shown]) -> list[_Shown]:
    """Those of the links to one address that are about as likely as the likeliest."""
    best = max(one.chance for one in shown)
    return [one for one in shown if one.chance > best / 2]


def _kinds(shown: list[_Shown], beside_a_story: bool) -> list[LinkKind]:
    if not shown:
        return []
    guesses = trees("kinds").probabilities(np.array([one.row for one in shown])).argmax(axis=1)
    return [_kind(one, KIND_ORDER[guess], beside_a_story) for one, guess in zip(shown, guesses, strict=True)]


def _mostly_linked(layout: Layout, candidate: Candidate) -> list[Block]:
    return [
        block
        for block in anchor_blocks(layout, candidate.anchor)
        if block.link_share >= MOSTLY_LINKED or _reads_also(candidate)
    ]


def _in_a_sentence(candidate: Candidate, prose: frozenset[int]) -> bool:
    """A link on some words of a paragraph of the story belongs to the paragraph."""
    block = candidate.block
    return (
        block is not None
        and block.index in prose
        and block.link_share < MOSTLY_LINKED
        and not _reads_also(candidate)
    )


def _reads_also(candidate: Candidate) -> bool:
    """Whether a link is all that follows "Read also" in its line."""
    block = candidate.block
    if (
        block is None
        or len(block.anchors) != 1
        or not block.text.endswith(candidate.headline)
        or word_count(candidate.headline) < PAID_WORDS
    ):
        return False
    label = block.text[: -len(candidate.headline)].strip()
    return bool(label) and is_phrase("related", label)


def _is_neighbour(candidate: Candidate) -> bool:
    """Whether a headline is marked as that of the story before or after (`rel=prev`, `rel=next`)."""
    rel = (candidate.anchor.element.get("rel") or "").lower().split()
    return ("prev" in rel or "next" in rel) and word_count(candidate.headline) >= PAID_WORDS


def _is_paid(candidate: Candidate, heading: Block | None) -> bool:
    """Whether a headline is paid for: the link, the boxes around it or the heading above say so."""
    if word_count(candidate.headline) < PAID_WORDS:
        return False
    if "sponsored" in (candidate.anchor.element.get("rel") or "").lower():
        return True
    return heading is not None and kind_of_heading(heading.text) is LinkKind.SPONSORED


def _kind(shown: _Shown, guessed: LinkKind, beside_a_story: bool) -> LinkKind:
    """What the page says, where it says it in so many words; else what the model makes of the whole."""
    if _is_paid(shown.candidate, shown.heading):
        return LinkKind.SPONSORED
    if shown.heading and kind_of_heading(shown.heading.text) is LinkKind.POPULAR:
        return LinkKind.POPULAR
    # On a front page there is no story to be related to.
    return guessed if beside_a_story or guessed is not LinkKind.RELATED else LinkKind.SECTION
