"""Pages with gold results, read as the splitter reads them and labelled by aligning the gold with blocks and links."""

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np

from archiver.parsers.markup.blocks import Layout, page_layout
from archiver.parsers.markup.decoding import page_tree
from archiver.parsers.metadata import canonical
from archiver.parsers.models.features import BlockTable, block_table, stated_text
from archiver.parsers.models.text_features import Columns
from archiver.parsers.split import page_base, page_description
from archiver.parsers.structured import Structured, first_string, structured
from archiver.parsers.text import WORD, fold
from archiver.parsers.titles.headline import headline
from archiver.parsers.urls import canonical_url, host, site

LABELS = Path(__file__).with_name("labels")
"""Headline links of pages of which the corpus gives none, in a file for each corpus, of the form of related.jsonl."""
# A block belongs to the gold body if this share of its word 4-grams stands there.
SHARE = 0.7
SHINGLE = 4
# Blocks on either side in which a repeated or short text must have gold neighbours.
REACH = 7


@dataclass(slots=True, eq=False)
class Page:
    """One page of a corpus with what the models are to learn from it."""

    corpus: str
    identity: str
    site: str
    layout: Layout
    table: BlockTable
    base: str
    own: frozenset[str]
    story: Columns
    """1 for each block of the gold body, else 0."""
    links: dict[str, str] | None
    """Headline links: comparable address to kind; None if the page's links were not labelled."""
    is_gold: bool
    """Whether the links are the corpus's own; else they are those of LABELS, if any."""


def pages(corpus: Path) -> Iterator[Page]:
    """Yield the pages of a corpus (gold.jsonl, related.jsonl, html/<id>.html.gz) that hold a gold body.

    Pages that are not in related.jsonl have the links of LABELS, if there.
    """
    gold_links = labelled_links(corpus / "related.jsonl")
    labelled = labelled_links(LABELS / f"{corpus.name}.jsonl") | gold_links
    for gold in rows(corpus / "gold.jsonl"):
        if not gold["body"]:
            continue
        root = page_tree(gzip.decompress((corpus / "html" / f"{gold['id']}.html.gz").read_bytes()))
        layout, stated, url = page_layout(root), structured(root), gold["url"]
        table = block_table(
            layout,
            headline=headline(layout, stated, url).block,
            description=page_description(stated),
            stated=stated_text(first_string(stated.story.get("articleBody")) or ""),
        )
        yield Page(
            corpus=corpus.name,
            identity=gold["id"],
            site=site(host(url)),
            layout=layout,
            table=table,
            base=page_base(stated, url),
            own=own_addresses(stated, url),
            story=story_labels(layout, gold["body"]),
            links=labelled.get(gold["id"]),
            is_gold=gold["id"] in gold_links,
        )


def own_addresses(stated: Structured, url: str) -> frozenset[str]:
    """Return the addresses of a page itself: the one it states and the one it came from."""
    return frozenset({canonical(stated, url).value, canonical_url(url) or url})


def labelled_links(labels: Path) -> dict[str, dict[str, str]]:
    """Return for each page of a file of labels its headline links: comparable address to kind."""
    return {
        row["id"]: {comparable(link["url"]): link["kind"] for link in reversed(row["links"])}
        for row in rows(labels)
    }


def rows(path: Path) -> list[dict[str, Any]]:
    """Return the objects of a file of JSON lines, none if it does not exist."""
    return (
        [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        if path.exists()
        else []
    )


def comparable(url: str) -> str:
    """Return an address without what does not change where it leads."""
    parts = urlsplit(canonical_url(url) or url)
    return parts.netloc + parts.path.rstrip("/") + (f"?{parts.query}" if parts.query else "")


def story_labels(layout: Layout, body: str) -> Columns:
    """Return 1 for each block that stands in the gold body, else 0.

    A text that the page shows twice is taken where most of the gold stands around it, a text of one to three
    words only right between two gold blocks.
    """
    gold = _words(body)
    shingles = set(_shingles(gold))
    paragraphs = {" ".join(_words(paragraph)) for paragraph in re.split(r"\n+", body)}
    inside = f" {' '.join(gold)} "
    labels = np.array(
        [_label(block.text, shingles, paragraphs, inside) for block in layout.blocks], np.float32
    )
    size = np.array([len(block.text) for block in layout.blocks], np.float32)
    around = np.convolve((labels == 1) * size, np.ones(2 * REACH + 1), "same") if len(labels) else labels
    places: dict[str, list[int]] = {}
    for block in layout.blocks:
        if labels[block.index]:
            places.setdefault(block.text, []).append(block.index)
    for repeated in places.values():
        best = max(repeated, key=lambda index: around[index])
        labels[[index for index in repeated if index != best]] = 0
    for index in np.flatnonzero(labels == MAYBE):
        beside = (labels[max(0, index - 2) : index] == 1).any() and (labels[index + 1 : index + 3] == 1).any()
        labels[index] = float(beside)
    return labels


MAYBE = 0.5


def _label(text: str, shingles: set[tuple[str, ...]], paragraphs: set[str], inside: str) -> float:
    words = _words(text)
    joined = " ".join(words)
    if joined and joined in paragraphs:
        return 1.0
    if len(words) >= SHINGLE:
        own = list(_shingles(words))
        return float(sum(shingle in shingles for shingle in own) >= SHARE * len(own))
    return MAYBE if len(joined) > 3 and f" {joined} " in inside else 0.0


def _words(text: str) -> list[str]:
    return WORD.findall(fold(text))


def _shingles(words: list[str]) -> Iterator[tuple[str, ...]]:
    return (tuple(words[i : i + SHINGLE]) for i in range(len(words) - SHINGLE + 1))
