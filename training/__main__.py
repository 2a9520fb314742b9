"""Cross-validates by site, then trains the splitter's models on all pages and writes their weights.

usage: python -m training [--folds DIR] [--lines] CORPUS [CORPUS ...]

Writes archiver/parsers/weights/. With --folds, DIR also gets the weights of each fold and the fold of each site
(sites.json), with which `python -m benchmarks.split CORPUS --folds DIR` measures pages that no model has seen.
With --lines, only the models of plain text (split_text) are trained.
"""

import argparse
import json
import sys
from pathlib import Path

from training.corpus import LABELS, pages
from training.dumps import dumps
from training.export import save, save_networks
from training.fit import Boosters, cross_validated, final, fold_of
from training.in_order import in_order_networks
from training.networks import Arrays
from training.plain_text import line_models, texts
from training.report import report

WEIGHTS = Path(__file__).parent.parent / "archiver" / "parsers" / "weights"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(
        prog="python -m training", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS")
    parser.add_argument("--folds", type=Path, metavar="DIR")
    parser.add_argument("--lines", action="store_true")
    arguments = parser.parse_args()
    for corpus in arguments.corpora:
        if not (corpus / "gold.jsonl").exists():
            parser.error(f"{corpus} holds no gold.jsonl")
    if not arguments.lines:
        _train_pages(arguments.corpora, arguments.folds)
    _train_lines(arguments.corpora, arguments.folds)
    return 0


def _train_pages(corpora: list[Path], folder: Path | None) -> None:
    read = [page for corpus in corpora for page in pages(corpus)]
    folds = fold_of(page.site for page in read)
    print(f"{len(read)} pages of {len(folds)} sites", flush=True)
    validation = cross_validated(read, folds)
    report(read, validation)
    _write_folds(validation.boosters, folds, folder)
    _write(final(read, validation, folds), WEIGHTS)
    _write_networks("blocks_in_order", *in_order_networks(read, folds), folder)


def _train_lines(corpora: list[Path], folder: Path | None) -> None:
    """Train the models of plain text; their folds are the pages' folds."""
    read = [dump for corpus in corpora for dump in dumps(corpus, LABELS)]
    folds = fold_of(dump.site for dump in read)
    parts, whole = line_models(texts(read), folds)
    _write_folds([part.trees for part in parts], folds, folder)
    _write(whole.trees, WEIGHTS)
    _write_networks("lines", [part.networks for part in parts], whole.networks, folder)


def _write_networks(name: str, parts: list[Arrays], whole: Arrays, folder: Path | None) -> None:
    if folder is not None:
        for number, arrays in enumerate(parts):
            save_networks(arrays, folder / str(number) / f"{name}.npz")
    save_networks(whole, WEIGHTS / f"{name}.npz")


def _write_folds(parts: list[Boosters], folds: dict[str, int], folder: Path | None) -> None:
    if folder is None:
        return
    for number, boosters in enumerate(parts):
        _write(boosters, folder / str(number))
    (folder / "sites.json").write_text(json.dumps(folds, indent=0, sort_keys=True), encoding="utf-8")


def _write(boosters: Boosters, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, ensemble in boosters.items():
        path = folder / f"{name}.npz"
        save(ensemble, path)
        count = sum(booster.num_trees() for booster in ensemble)
        print(f"{path}: {count} trees, {path.stat().st_size / 1024:.0f} KB")


if __name__ == "__main__":
    sys.exit(main())
