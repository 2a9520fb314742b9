"""Pages with gold results as plain text: one line a block, each labelled: story, headline of another, neither."""

import gzip
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from archiver.parsers.markup.blocks import Block, Layout, page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.related.links import Candidate, link_candidates, worth
from archiver.parsers.split import page_base
from archiver.parsers.structured import Structured, structured
from archiver.parsers.text import WORD, fold, word_count
from archiver.parsers.urls import host, site
from training.corpus import comparable, labelled_links, own_addresses, rows, story_labels

# Elements that hold menus.
MENUS = frozenset({"nav", "footer", "menu", "form"})
# A line that is nothing but a link of so few words is a menu's, wherever it stands.
MENU_WORDS = 2
# A gold headline of fewer characters must be the whole line: "Sport" stands in many.
CONTAINED = 15
# A headline with its kicker, time and teaser behind it has at most so many times its length.
LONGEST_CARD = 8
# Gold headlines may carry their kicker and byline, which are lines of their own.
GREATER_PART = 0.5
# How a dump may differ from the page: as it is, headlines first, without menus, nothing but title, story and headlines,
# only the beginning of the story with few headlines, as in what people paste, and this between some lines of menus.
VARIANTS = ("page", "rotated", "without menus", "bare", "short", "small")
# A short dump has so many lines of the story and so many headlines, in one of so many orders.
SHORT_STORY = (3, 8)
SHORT_HEADLINES = (2, 9)
ORDERS = 5
# A small one has so many lines of menus above it, and so many below.
SMALL_MENU = (2, 12)
# Lines between title and story that a short dump may keep: byline and date.
BESIDE_TITLE = 3
HEADING_WORDS = 5


@dataclass(frozen=True, slots=True)
class Dump:
    """One page as plain text with gold results."""

    identity: str
    site: str
    title: str
    """The gold headline; "" if there is none."""
    lines: tuple[str, ...]
    story: tuple[bool, ...]
    """Which lines stand in the gold body."""
    headlines: tuple[str, ...] | None
    """For each line the kind of link whose headline it shows, or ""; None if the page's links were not labelled."""
    is_gold: bool
    """Whether the headlines are the corpus's own; else they are those of training/labels, if any."""
    menus: tuple[bool, ...]


def dumps(corpus: Path, labels: Path | None = None) -> Iterator[Dump]:
    """Yield the pages of a corpus (gold.jsonl, related.jsonl, html/<id>.html.gz) that hold a gold body.

    With the folder of labels, pages that are not in related.jsonl have the headlines of the links labelled there.
    """
    given = {row["id"]: row["links"] for row in rows(corpus / "related.jsonl")}
    labelled = {} if labels is None else labelled_links(labels / f"{corpus.name}.jsonl")
    for gold in rows(corpus / "gold.jsonl"):
        if not gold["body"]:
            continue
        html = gzip.decompress((corpus / "html" / f"{gold['id']}.html.gz").read_bytes())
        root = page_tree(html)
        layout = page_layout(root)
        story = tuple(bool(label) for label in story_labels(layout, gold["body"]))
        links = given.get(gold["id"])
        if links is None and gold["id"] in labelled:
            links = _shown(layout, structured(root), gold["url"], labelled[gold["id"]])
        yield Dump(
            identity=gold["id"],
            site=site(host(gold["url"])),
            title=gold["title"] or "",
            lines=tuple(block.text for block in layout.blocks),
            story=story,
            headlines=None if links is None else _headlines(layout.blocks, story, links, gold["title"] or ""),
            is_gold=gold["id"] in given,
            menus=tuple(_in_menu(block) for block in layout.blocks),
        )


def _shown(layout: Layout, stated: Structured, url: str, kinds: dict[str, str]) -> list[dict[str, Any]]:
    """The headlines under which a page shows labelled links; kinds are by comparable address."""
    found = link_candidates(layout, page_base(stated, url), own_addresses(stated, url))
    best: dict[str, Candidate] = {}
    for candidate in sorted(found, key=worth):
        best[comparable(candidate.target)] = candidate
    return [
        {"title": best[address].headline, "kind": kind} for address, kind in kinds.items() if address in best
    ]


def _headlines(
    blocks: list[Block], story: tuple[bool, ...], links: list[dict[str, Any]], title: str
) -> tuple[str, ...]:
    gold = {_letters(link["title"]): str(link["kind"]) for link in reversed(links)}
    own = _letters(title)
    return tuple(
        "" if inside or _letters(block.text) == own else _kind_of(_letters(block.text), gold)
        for block, inside in zip(blocks, story, strict=True)
    )


def _letters(text: str) -> str:
    """A headline as it is compared: a page sets kicker and headline apart by style where gold has a colon."""
    return "".join(WORD.findall(fold(text)))


def _kind_of(line: str, gold: dict[str, str]) -> str:
    """The kind of the gold headline that a line equals, contains or is the greater part of, or ""."""
    if line in gold:
        return gold[line]
    size = len(line)
    shown = [
        headline
        for headline in gold
        if (CONTAINED <= len(headline) < size <= LONGEST_CARD * len(headline) and headline in line)
        or (CONTAINED <= size < len(headline) < size / GREATER_PART and line in headline)
    ]
    return gold[max(shown, key=len)] if shown else ""


def _in_menu(block: Block) -> bool:
    if any(box.tag in MENUS or "navigation" in box.names.split() for box in block.box.lineage()):
        return True
    return block.link_share > 0.9 and word_count(block.text) <= MENU_WORDS


def variant(dump: Dump, name: str) -> Dump:
    """Return a dump as one of VARIANTS."""
    story = np.flatnonzero(dump.story)
    if name == "page" or not len(story):
        return dump
    every = range(len(dump.lines))
    if name == "rotated":
        end = int(story[-1]) + 1
        return _chosen(dump, [*every[end:], *every[:end]])
    if name == "without menus":
        return _chosen(dump, [i for i in every if not dump.menus[i] or dump.story[i]])
    lines = [int(i) for i in story]
    chosen = {"short": _short, "small": _small, "bare": _bare}[name](dump, lines)
    return _chosen(dump, chosen)


def _short(dump: Dump, story: list[int]) -> list[int]:
    """The beginning of a bare dump in an order that its name decides; half have byline, date and the list's heading."""
    draw = random.Random(dump.identity)
    title = _titles(dump, story)
    others = [i for i, kind in enumerate(dump.headlines or ()) if kind]
    own = story[: draw.randint(*SHORT_STORY)]
    first = draw.randrange(max(1, len(others)))
    shown = others[first : first + draw.randint(*SHORT_HEADLINES)]
    order, is_full = draw.randrange(ORDERS), draw.random() < GREATER_PART
    if is_full and title and story[0] - title[-1] <= BESIDE_TITLE + 1:
        title = [i for i in range(title[-1], story[0]) if i not in shown]
    headed = _heading_above(dump, shown[0]) if is_full and shown else []
    middle, some = draw.randint(1, max(1, len(own) - 1)), len(shown) // 2
    return (
        [*title, *own, *headed, *shown],
        [*title, *own, *shown],
        [*headed, *shown, *title, *own],
        [*title, *own[:middle], *headed, *shown[:some], *own[middle:], *shown[some:]],
        [*headed, *shown[:some], *title, *own, *shown[some:]],
    )[order]


def _small(dump: Dump, story: list[int]) -> list[int]:
    """A short dump between the first lines of the page's menus and the last."""
    short, draw = _short(dump, story), random.Random(f"{dump.identity}, small")
    menus = [i for i, is_menu in enumerate(dump.menus) if is_menu and i not in short and not dump.story[i]]
    above = [i for i in menus if i < story[0]][: draw.randint(*SMALL_MENU)]
    below = [i for i in menus if i > story[-1]][-draw.randint(*SMALL_MENU) :]
    return [*above, *short, *below]


def _heading_above(dump: Dump, line: int) -> list[int]:
    """The line above a headline if it is short and no headline or part of the story itself."""
    above = line - 1
    if above < 0 or dump.story[above] or (dump.headlines or ())[above]:
        return []
    return [above] if word_count(dump.lines[above]) <= HEADING_WORDS else []


def _titles(dump: Dump, story: list[int]) -> list[int]:
    return [i for i, line in enumerate(dump.lines[: story[0]]) if fold(line) == fold(dump.title)][-1:]


def _bare(dump: Dump, story: list[int]) -> list[int]:
    """The title, the story, and the headlines of others in three parts: before, inside and after, in page order."""
    title = _titles(dump, story)
    others = [i for i, kind in enumerate(dump.headlines or ()) if kind]
    third, half = len(others) // 3, len(story) // 2
    return [
        *others[:third],
        *title,
        *story[:half],
        *others[third : 2 * third],
        *story[half:],
        *others[2 * third :],
    ]


def _chosen(dump: Dump, order: list[int]) -> Dump:
    return replace(
        dump,
        lines=tuple(dump.lines[i] for i in order),
        story=tuple(dump.story[i] for i in order),
        headlines=None if dump.headlines is None else tuple(dump.headlines[i] for i in order),
        menus=tuple(dump.menus[i] for i in order),
    )
