"""How fast and how completely an archive is searched: python -m benchmarks.search CORPUS..."""

import argparse
import json
import random
import re
import sqlite3
import statistics
import sys
import tempfile
import time
import tomllib
import unicodedata
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

from benchmarks.search_archive import FIRST_DAY, SEED, build, corpus_texts, store_texts
from db.connection import read_archive
from db.searching.filters import ALL_ARTICLES, Filters
from db.searching.search import find, search

QUERIES = Path(__file__).with_name("search_queries.toml")
HITS = 20
# What somebody writes who asks FTS5 itself for the same: words as written, ranked, with its own passages.
PLAIN = """
SELECT rowid, snippet(articles_fts, 2, '[', ']', '…', 24) FROM articles_fts
WHERE articles_fts MATCH ? ORDER BY bm25(articles_fts, 10.0, 4.0, 1.0) LIMIT 20
"""
TEXT_BYTES = """
SELECT sum(length(CAST(headline AS BLOB)) + length(CAST(ifnull(lead, '') AS BLOB)) + length(CAST(body AS BLOB)))
FROM articles
"""
WORD = re.compile(r"[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class Times:
    """How long queries of one sort took, in milliseconds."""

    name: str
    milliseconds: Sequence[float]

    def __str__(self) -> str:
        """Return a row of the table."""
        ordered = sorted(self.milliseconds)
        p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
        return f"| {self.name} | {statistics.median(ordered):.1f} | {p95:.1f} | {ordered[-1]:.1f} |"


def main() -> None:
    """Measure speed on a large archive, and recall on the pages of the corpora."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS")
    parser.add_argument("--articles", type=int, default=20_000, help="in the archive that is built")
    parser.add_argument("--length", type=int, default=2000, help="characters of an article, about")
    parser.add_argument("--archive", type=Path, help="built by an earlier run, or to be kept for later ones")
    parser.add_argument("--queries", type=int, default=200, help="of each sort")
    arguments = parser.parse_args()
    if missing := [folder for folder in arguments.corpora if not (folder / "gold.jsonl").exists()]:
        sys.exit(f"{missing[0]}: no gold.jsonl there")
    with tempfile.TemporaryDirectory() as folder:
        tell_recall(Path(folder) / "pages.db", arguments.corpora)
        path = arguments.archive or Path(folder) / "large.db"
        if not path.exists():
            print(json.dumps(asdict(build(path, arguments.corpora, arguments.articles, arguments.length))))
        tell_size(path)
        tell_speed(path, arguments.queries)


def tell_size(path: Path) -> None:
    """Print what the index and the texts take of the file, and what all else does, as SQLite's dbstat counts it."""
    with closing(read_archive(path)) as archive:
        try:
            sizes = dict(archive.execute("SELECT name, sum(pgsize) FROM dbstat GROUP BY name").fetchall())
        except sqlite3.OperationalError as error:
            print(f"\nno sizes: {error}")
            return
        texts = archive.execute(TEXT_BYTES).fetchone()[0]
    index = sum(size for name, size in sizes.items() if name.startswith("articles_fts"))
    rest = sum(sizes.values()) - index - sizes["articles"]
    print(
        f"\n{texts:,} bytes of text. Times as large: its table {sizes['articles'] / texts:.2f}, "
        f"its index {index / texts:.2f}, the two {(sizes['articles'] + index) / texts:.2f}; "
        f"pages, captures, links, the index of headlines and all else {rest / texts:.2f}"
    )


def tell_recall(path: Path, corpora: Sequence[Path]) -> None:
    """Print, by language, how many of the articles with a form of a word are found by it."""
    store_texts(path, corpus_texts(corpora))
    labelled = tomllib.loads(QUERIES.read_text("utf-8"))
    print(
        "\n| Language | Queries | Articles with a form | Found | Recall | As written only |\n|---|---|---|---|---|---|"
    )
    totals = [0, 0, 0]
    with closing(read_archive(path)) as archive:
        for language, queries in labelled.items():
            counts = [0, 0, 0]
            for query, forms in queries.items():
                wanted = _holding(archive, language, forms)
                filters = Filters(language=language)
                found = {hit.article_id for hit in search(archive, query, filters, 10_000)}
                exact = {hit.article_id for hit in search(archive, f'"{query}"', filters, 10_000)}
                counts = [
                    number + len(ids)
                    for number, ids in zip(counts, (wanted, wanted & found, wanted & exact), strict=True)
                ]
            totals = [total + number for total, number in zip(totals, counts, strict=True)]
            print(_recall(language, len(queries), counts))
        print(_recall("all", sum(map(len, labelled.values())), totals))


def _recall(name: str, queries: int, counts: Sequence[int]) -> str:
    wanted, found, exact = counts
    shares = f"{found / wanted:.3f} | {exact / wanted:.3f}" if wanted else "– | –"
    return f"| {name} | {queries} | {wanted} | {found} | {shares} |"


def _holding(archive: Connection, language: str, forms: Sequence[str]) -> set[int]:
    """Return the articles of a language that hold one of forms as a word; of unspaced scripts, anywhere."""
    unspaced = language in ("ja", "ko", "zh", "th")
    edge = "" if unspaced else r"\b"
    pattern = re.compile("|".join(f"{edge}{re.escape(_plain(form))}{edge}" for form in forms))
    rows = archive.execute("SELECT id, headline, body FROM articles WHERE language = ?", (language,))
    return {id_ for id_, *texts in rows if pattern.search(_plain(" ".join(texts)))}


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFD", text.casefold())
    return unicodedata.normalize("NFC", "".join(c for c in letters if not unicodedata.combining(c)))


def tell_speed(path: Path, number: int) -> None:
    """Print how long queries of several sorts take, with passages, and the same asked of FTS5 itself."""
    with closing(read_archive(path)) as archive:
        (articles,) = archive.execute("SELECT count(*) FROM articles").fetchone()
        pairs = _pairs(archive, articles, number)
        common = [word for (word,) in _common(archive)]
        source = "site7.example"
        days = {"since": FIRST_DAY + timedelta(days=400), "until": FIRST_DAY + timedelta(days=461)}
        sorts: list[tuple[str, Callable[[str], object], Sequence[str]]] = [
            ("two words", lambda words: find(archive, words, ALL_ARTICLES, HITS), pairs),
            ("two words, plain FTS5", lambda words: archive.execute(PLAIN, (_fts(words),)).fetchall(), pairs),
            ("two words, one site", lambda words: find(archive, words, Filters(source=source), HITS), pairs),
            (
                "two words, two months",
                lambda words: find(archive, words, Filters(since=days["since"], until=days["until"]), HITS),
                pairs,
            ),
            ("two words, language", lambda words: find(archive, words, Filters(language="en"), HITS), pairs),
            ("a very common word", lambda word: find(archive, word, ALL_ARTICLES, HITS), common * 4),
            (
                "a very common word, plain FTS5",
                lambda word: archive.execute(PLAIN, (_fts(word),)).fetchall(),
                common,
            ),
        ]
        print(
            f"\n{articles:,} articles, milliseconds of one core\n\n| Query | Median | 95th percentile | Worst |"
        )
        print("|---|---|---|---|")
        for name, ask, queries in sorts:
            for words in queries:  # what stands on the disk, and stems, are in memory from then on
                ask(words)
            print(Times(name, [_timed(ask, words) for words in queries]), flush=True)


def _timed(ask: Callable[[str], object], words: str) -> float:
    began = time.process_time()  # of one core: a shared machine's other work does not count
    ask(words)
    return (time.process_time() - began) * 1000


def _pairs(archive: Connection, articles: int, number: int) -> list[str]:
    """Return pairs of words that stand in one article, drawn as often as they are used."""
    chance = random.Random(SEED)
    pairs: list[str] = []
    while len(pairs) < number:
        row = archive.execute(
            "SELECT body FROM articles WHERE id = ?", (chance.randint(1, articles),)
        ).fetchone()
        words = sorted(set(WORD.findall(row[0]))) if row else []
        if len(words) > 1:
            pairs.append(" ".join(f"{word}" for word in chance.sample(words, 2)))
    return pairs


def _common(archive: Connection) -> list[tuple[str]]:
    """Return the words that stand in the most articles."""
    words = ("the", "and", "of", "to", "in", "a", "said", "for", "that", "new")
    return sorted(
        ((word,) for word in words),
        key=lambda row: (
            -archive.execute(
                "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?", (_fts(row[0]),)
            ).fetchone()[0]
        ),
    )[:5]


def _fts(words: str) -> str:
    return "{headline lead body} : (" + " ".join(f'"{word}"' for word in words.split()) + ")"


if __name__ == "__main__":
    main()
