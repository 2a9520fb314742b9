"""Splits the pages of a corpus through split_page and scores the result.

usage: python -m benchmarks.split CORPUS [--folds DIR] [--output FILE] [score.py's options]

CORPUS holds gold.jsonl and html/<id>.html.gz; score.py stands beside it. --folds takes the weights that
`python -m training --folds DIR` wrote and splits each page with models that have not seen its site: without it,
pages that the packaged weights were trained on score too well.
"""

import argparse
import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from archiver.items import Split
from archiver.parsers import split_page
from archiver.parsers.models.model import WEIGHTS
from archiver.parsers.urls import host, site


def main() -> int:
    """Run the command; exit with 2 if there is no corpus, else with what score.py says."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.split", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--folds", type=Path, metavar="DIR")
    parser.add_argument("--output", type=Path, metavar="FILE", help="keep the predictions (JSON lines) here")
    arguments, scoring = parser.parse_known_args()
    for needed in (arguments.corpus / "gold.jsonl", arguments.corpus.parent / "score.py"):
        if not needed.exists():
            print(f"benchmarks.split: there is no corpus to measure: {needed} is missing", file=sys.stderr)
            return 2
    with tempfile.TemporaryDirectory() as scratch:
        output = arguments.output or Path(scratch) / "predictions.jsonl"
        started = time.process_time()
        count = _write(output, arguments.corpus, _fold_weights(arguments.folds))
        print(
            f"{count} pages, {count / (time.process_time() - started):.0f} a second of CPU, gunzip included",
            flush=True,
        )
        command = [
            sys.executable,
            str(arguments.corpus.parent / "score.py"),
            str(arguments.corpus),
            str(output),
            *scoring,
        ]
        return subprocess.run(command, check=False).returncode


def _fold_weights(folds: Path | None) -> dict[str, Path]:
    """For each site the weights trained without it; empty for the packaged ones."""
    if folds is None:
        return {}
    sites = json.loads((folds / "sites.json").read_text(encoding="utf-8"))
    return {name: folds / str(fold) for name, fold in sites.items()}


def _write(output: Path, corpus: Path, weights: dict[str, Path]) -> int:
    with output.open("w", encoding="utf-8") as file:
        count = 0
        for gold, html in _pages(corpus):
            if weights:  # a site without fold was not trained on: any fold will do
                WEIGHTS.set(weights.get(site(host(gold["url"])), next(iter(weights.values()))))
            fetched = datetime.fromisoformat(gold["fetched"]).replace(tzinfo=UTC) if gold["fetched"] else None
            split = split_page(html, url=gold["url"], fetched=fetched)
            file.write(json.dumps({"id": gold["id"], **prediction(split)}, ensure_ascii=False) + "\n")
            count += 1
    return count


def _pages(corpus: Path) -> Iterator[tuple[dict[str, Any], bytes]]:
    with (corpus / "gold.jsonl").open(encoding="utf-8") as file:
        for line in file:
            gold = json.loads(line)
            yield gold, gzip.decompress((corpus / "html" / f"{gold['id']}.html.gz").read_bytes())


def prediction(split: Split) -> dict[str, object]:
    """Return a split in the form that score.py reads."""
    article = split.article
    published = article.date_published if article else None
    return {
        "title": article.headline if article else None,
        "authors": list(article.authors) if article else [],
        "published": published.date().isoformat() if published else None,
        "body": article.body if article else "",
        "related": [
            {"url": link.url, "title": link.headline, "kind": link.kind, "block": link.block}
            for link in split.related
        ],
    }


if __name__ == "__main__":
    sys.exit(main())
