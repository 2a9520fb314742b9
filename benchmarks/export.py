"""Measures how fast an archive is exported, beside sqlite3 that only reads the same rows, and sqlite-utils.

usage: python -m benchmarks.export CORPUS... [--articles N] [--rounds N] [--systems NAME ...]

CORPUS: a folder with gold.jsonl (texts of real pages, field body). An archive of N articles (200,000) is made of their
sentences, with authors, pictures and dates. Each round runs every system in a process of its own, one after the other,
and counts its CPU seconds from opening the archive to the closed file (of sqlite3: to the last row), and the most
memory that the process had. Printed are medians over the rounds; ratios are to sqlite3. Parquet needs the extra
"parquet". Absolute rates depend on the machine and on what else it does: quote the ratios.
"""

import argparse
import json
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from statistics import median

from db.connection import open_archive, transaction
from db.digests import body_digest
from db.export import Form, Request, export

PEER = "sqlite3, the same rows"
UTILS = "sqlite-utils, JSON lines"
# Articles written in one transaction, of which each has a picture, and one in two a second author.
BATCH = 1000
AUTHORS = ("Ann Lee", "Zoë Müller", "李明", "Jean d'Arc", "Omar al-Said", "Ines Roy", "Per Åberg")
ADD_ARTICLE = """
INSERT INTO articles(id, url, page_id, source_id, headline, lead, language, section, keywords, date_published,
    first_seen, last_seen, capture_id, body_digest, content_digest, body)
VALUES (?1, 'https://news.example/2026/' || ?1, 1, 1, ?2, ?3, 'en', 'City', '["water", "bridge"]', ?4,
    ?4, ?4, 1, ?5, ?5, ?6)
"""
ADD_AUTHOR = "INSERT INTO article_authors(article_id, author_id, position) VALUES (?, ?, ?)"
ADD_IMAGE = "INSERT INTO images VALUES (?1, 0, 'https://news.example/' || ?1 || '.jpg', 'The bridge on Friday', 'Zoë')"
# The rows of an export as anybody would ask for them.
SAME_ROWS = """
SELECT articles.id, articles.url, sources.host, headline, lead, body,
    (SELECT json_group_array(name) FROM (SELECT name FROM article_authors JOIN authors ON authors.id = author_id
        WHERE article_id = articles.id ORDER BY position)) AS authors,
    date_published, date_modified, language, section, keywords,
    (SELECT json_group_array(json_object('url', url, 'caption', caption, 'credit', credit)) FROM (
        SELECT url, caption, credit FROM images WHERE article_id = articles.id ORDER BY position)) AS images,
    articles.first_seen, articles.last_seen, revision
FROM articles JOIN sources ON sources.id = source_id ORDER BY articles.id
"""


@dataclass(frozen=True, slots=True)
class Measure:
    """What one system took in one round."""

    seconds: float
    """Of CPU."""
    megabytes: int
    size: int
    """Bytes that were written."""


def main() -> int:
    """Run the command; exit with 2 if there is no corpus."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.export", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpus", type=Path, nargs="+")
    parser.add_argument("--articles", type=int, default=200_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--systems", nargs="+", choices=list(SYSTEMS), default=list(SYSTEMS), metavar="NAME")
    parser.add_argument("--only", choices=list(SYSTEMS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.only:  # one system's own process: the archive, and where to write to
        archive, target = arguments.corpus
        _print_measure(arguments.only, archive, target)
        return 0
    if missing := [folder for folder in arguments.corpus if not (folder / "gold.jsonl").exists()]:
        print(f"benchmarks.export: {missing[0]} holds no gold.jsonl", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder) / "archive.db"
        _fill(archive, arguments.corpus, arguments.articles)
        _compare(archive, arguments.articles, arguments.rounds, arguments.systems)
    return 0


def _fill(path: Path, corpora: Sequence[Path], number: int) -> None:
    from benchmarks.dedup import bodies_of, made_articles, prepare  # noqa: PLC0415 - not in what is measured

    random = Random(1)
    with closing(open_archive(path)) as archive:
        prepare(archive)
        archive.executemany("INSERT OR IGNORE INTO authors(name) VALUES (?)", [(name,) for name in AUTHORS])
        archive.commit()
        articles = enumerate(made_articles(bodies_of(corpora), number, random), 1)
        for _ in range(0, number, BATCH):
            with transaction(archive):
                for _, (count, body) in zip(range(BATCH), articles, strict=False):
                    digest, day = body_digest(body), f"2026-{count % 12 + 1:02}-{count % 28 + 1:02}T08:00:00Z"
                    archive.execute(ADD_ARTICLE, (count, body[:80], body[80:240], day, digest, body))
                    for place in range(1 + count % 2):
                        archive.execute(ADD_AUTHOR, (count, (count + place) % len(AUTHORS) + 1, place))
                    archive.execute(ADD_IMAGE, (count,))


def _compare(archive: Path, number: int, rounds: int, systems: Sequence[str]) -> None:
    found: dict[str, list[Measure]] = {name: [] for name in systems}
    for _ in range(rounds):
        for name in systems:
            with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
                found[name].append(_apart(name, archive, Path(folder) / "out"))
    print(
        f"{number:,} articles, {archive.stat().st_size / 1e6:,.0f} MB of archive, medians of {rounds} rounds\n"
    )
    print(f"{'':26}  {'articles/s':>10}  {'of sqlite3':>10}  {'peak MB':>7}  {'MB written':>10}")
    peer = median(each.seconds for each in found[PEER]) if PEER in found else None
    for name, measures in found.items():
        seconds = median(each.seconds for each in measures)
        share = f"{peer / seconds:10.0%}" if peer else f"{'':10}"
        memory, size = (median(getattr(each, of) for each in measures) for of in ("megabytes", "size"))
        print(f"{name:26}  {number / seconds:10,.0f}  {share}  {memory:7,.0f}  {size / 1e6:10,.0f}")


def _apart(name: str, archive: Path, target: Path) -> Measure:
    command = [sys.executable, "-m", "benchmarks.export", "--only", name, str(archive), str(target)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    return Measure(**json.loads(done.stdout))


def _print_measure(name: str, archive: Path, target: Path) -> None:
    start = time.process_time()
    SYSTEMS[name](archive, target)
    seconds = time.process_time() - start
    files = [target] if target.is_file() else target.rglob("*")
    size = sum(file.stat().st_size for file in files if file.is_file())
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(asdict(Measure(seconds, memory, size))))


def _read(archive: Path, _: Path) -> None:
    with closing(sqlite3.connect(archive)) as connection:
        for _row in connection.execute(SAME_ROWS):
            pass


def _by_sqlite_utils(archive: Path, target: Path) -> None:
    from sqlite_utils import Database  # noqa: PLC0415 - each process imports only what it measures

    with target.open("w", encoding="utf-8") as file:
        for row in Database(archive).query(SAME_ROWS):
            file.write(json.dumps(row, ensure_ascii=False) + "\n")


def _by_us(form: Form) -> Callable[[Path, Path], None]:
    return lambda archive, target: _export(archive, target, form)


def _export(archive: Path, target: Path, form: Form) -> None:
    export(archive, Request(form=form), target)


SYSTEMS: dict[str, Callable[[Path, Path], None]] = {
    PEER: _read,
    UTILS: _by_sqlite_utils,
    **{form: _by_us(form) for form in (Form.JSONL, Form.CSV, Form.PARQUET, Form.DATASET, Form.SQLITE)},
}


if __name__ == "__main__":
    sys.exit(main())
