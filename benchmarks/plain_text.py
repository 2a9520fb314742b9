"""Splits the pages of a corpus as plain text, one line a block, through split_text and scores the lines.

usage: python -m benchmarks.plain_text CORPUS [--folds DIR] [--worst N]

The text of a page is that of its blocks in order; gold are the blocks that stand in the gold body, and those that
show a gold related headline (on pages whose links were labelled). Also with the headlines first, without menus, bare:
nothing but title, story and headlines, short: the beginning of the story and few headlines, and small: a short text
between some lines of menus. --folds: see benchmarks/split.py.
"""

import argparse
import json
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from archiver.parsers import split_text
from archiver.parsers.models.model import WEIGHTS
from archiver.parsers.text import fold
from training.dumps import VARIANTS, Dump, dumps, variant

FETCHED = datetime(2026, 11, 23, tzinfo=UTC)
Counts = tuple[int, int, int]
"""Right, found and wanted."""


def main() -> int:
    """Run the command; exit with 2 if there is no corpus."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.plain_text",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--folds", type=Path, metavar="DIR")
    parser.add_argument("--worst", type=int, default=0, metavar="N")
    arguments = parser.parse_args()
    if not (arguments.corpus / "gold.jsonl").exists():
        print(f"benchmarks.plain_text: {arguments.corpus} holds no gold.jsonl", file=sys.stderr)
        return 2
    weights = _fold_weights(arguments.folds)
    pages = list(dumps(arguments.corpus))
    for name in VARIANTS:
        _report(name, [variant(page, name) for page in pages], weights, arguments.worst)
    return 0


def _fold_weights(folds: Path | None) -> dict[str, Path]:
    """For each site the weights trained without it; empty for the packaged ones."""
    if folds is None:
        return {}
    sites = json.loads((folds / "sites.json").read_text(encoding="utf-8"))
    return {name: folds / str(fold) for name, fold in sites.items()}


def _report(name: str, pages: list[Dump], weights: dict[str, Path], worst: int) -> None:
    bodies: dict[str, Counts] = {}
    headlines: dict[str, Counts] = {}
    titles: list[bool] = []
    for page in pages:
        if name in ("bare", "short", "small") and page.headlines is None:
            continue
        if weights:  # a site without fold was not trained on: any fold will do
            WEIGHTS.set(weights.get(page.site, next(iter(weights.values()))))
        split = split_text("\n".join(page.lines), fetched=FETCHED)
        body = split.article.body.split("\n\n") if split.article else []
        wanted = [line for line, inside in zip(page.lines, page.story, strict=True) if inside]
        bodies[page.identity] = _counts(Counter(body), Counter(wanted))
        if page.headlines is not None:
            headlines[page.identity] = _headline_counts(page, [link.headline for link in split.related])
        if page.title and any(fold(line) == fold(page.title) for line in page.lines):
            found = split.article.headline if split.article else ""
            titles.append(fold(found) == fold(page.title))
    print(f"{name}: {len(bodies)} texts, {len(headlines)} with labelled headlines")
    print(f"  body lines      {_figures(bodies)}")
    print(f"  headline lines  {_figures(headlines)}")
    print(
        f"  title           {np.mean(titles):.3f} of the {len(titles)} texts that hold it as a line",
        flush=True,
    )
    for what, counts in (("body", bodies), ("headlines", headlines)):
        for identity in sorted(counts, key=lambda page: _f1(counts[page]))[:worst]:
            print(f"    {what} {_f1(counts[identity]):.2f} {identity} {counts[identity]}")


def _counts(found: Counter[str], wanted: Counter[str]) -> Counts:
    return (found & wanted).total(), found.total(), wanted.total()


def _headline_counts(page: Dump, found: list[str]) -> Counts:
    """Counted in different lines: a headline that a page shows twice is wanted once; a line may say more than it."""
    kinds = page.headlines or ()
    wanted = {fold(line) for line, kind in zip(page.lines, kinds, strict=True) if kind}
    behind = {fold(line).partition(":")[2].strip(): fold(line) for line in page.lines if ":" in line}
    lines = {fold(line) for line in page.lines}
    shown = {folded if (folded := fold(text)) in lines else behind.get(folded, folded) for text in found}
    return len(shown & wanted), len(shown), len(wanted)


def _f1(counts: Counts) -> float:
    right, found, wanted = counts
    return 2 * right / (found + wanted) if found + wanted else 1.0


def _figures(counts: dict[str, Counts]) -> str:
    if not counts:
        return "-"
    right, found, wanted = np.array(list(counts.values())).sum(axis=0)
    micro = 2 * right / max(found + wanted, 1)
    mean = np.mean([_f1(page) for page in counts.values()])
    precision, recall = right / max(found, 1), right / max(wanted, 1)
    return f"P {precision:.3f}  R {recall:.3f}  F1 {micro:.3f}  page mean F1 {mean:.3f}"


if __name__ == "__main__":
    sys.exit(main())
