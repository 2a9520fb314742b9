"""A large archive for benchmarks.search: synthetic articles of real sentences, in their natural frequencies."""

import json
import random
import re
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path
from sqlite3 import Connection

import py3langid

from benchmarks.made_pages import Surroundings
from db.articles import INSERT_ARTICLE
from db.connection import open_archive
from db.searching.index import fill
from db.store import add_source, start_crawl
from db.values import time_text

SEED = 5
SOURCES = 40
AUTHORS = 400
FIRST_DAY = datetime(2023, 1, 1, tzinfo=UTC)
DAYS = 1000
BATCH = 5000
# Sentences that begin otherwise are menus and tables; shorter and longer ones are no sentences.
SENTENCE = re.compile(r"[^.!?。！？\n]{15,400}[.!?。！？]")
# Of this rank on, a sentence is half as frequent as the first: no sentence stands in every article.
FLAT_UNTIL = 200
TRIGGERS = ("articles_fts_insert", "headlines_fts_insert")
WITHOUT_ID = INSERT_ARTICLE.replace("RETURNING id", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """What building an archive took."""

    articles: int
    text_bytes: int
    """Of headlines, leads and bodies in UTF-8."""
    stored_bytes: int
    """Of the file with all but the index."""
    file_bytes: int
    store_seconds: float
    index_seconds: float


def corpus_texts(corpora: Sequence[Path]) -> Iterator[tuple[str, str, str]]:
    """Yield language, title and body of each page with gold results."""
    for corpus in corpora:
        for line in (corpus / "gold.jsonl").read_text("utf-8").rstrip("\n").split("\n"):
            page = json.loads(line)
            body = page["body"] or ""
            yield str(py3langid.classify(body[:2000])[0]), page["title"] or "", body


def sentences(corpora: Sequence[Path]) -> dict[str, list[str]]:
    """Return the sentences of the corpora by language."""
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for language, _, body in corpus_texts(corpora):
        found[language].update(dict.fromkeys(text.strip() for text in SENTENCE.findall(body)))
    return {language: list(texts) for language, texts in found.items() if len(texts) >= 20}


def build(path: Path, corpora: Sequence[Path], articles: int, length: int) -> Build:
    """Make an archive at path of so many articles of about length characters; return what it took."""
    archive = open_archive(path)
    try:
        rows = _rows(archive, sentences(corpora), articles, length)
        triggers = [
            sql for (sql,) in archive.execute("SELECT sql FROM sqlite_master WHERE name IN (?, ?)", TRIGGERS)
        ]
        for name in TRIGGERS:  # what the indexes need is made at once, by fill
            archive.execute(f"DROP TRIGGER {name}")
        around = Surroundings(crawl_id=1, sites=SOURCES)
        began = time.perf_counter()
        text_bytes = 0
        while batch := list(islice(rows, BATCH)):
            text_bytes += sum(len(f"{row['headline']}{row['lead']}{row['body']}".encode()) for row in batch)
            placed = [around.place(row) for row in batch]
            archive.execute("PRAGMA defer_foreign_keys = ON")  # pages and articles refer to each other
            archive.executemany(WITHOUT_ID, placed)
            around.write(archive)
            archive.commit()
        archive.execute(
            "INSERT INTO article_authors(article_id, author_id, position)"
            " SELECT id, abs(random() % ?) + 1, 0 FROM articles",
            (AUTHORS,),
        )
        archive.commit()
        stored, stored_bytes = time.perf_counter(), _size(archive)
        fill(archive)
        archive.commit()
        for sql in triggers:
            archive.execute(sql)
        archive.execute("PRAGMA optimize")
        archive.commit()
        return Build(
            articles=articles,
            text_bytes=text_bytes,
            stored_bytes=stored_bytes,
            file_bytes=_size(archive),
            store_seconds=stored - began,
            index_seconds=time.perf_counter() - stored,
        )
    finally:
        archive.close()


def store_texts(path: Path, texts: Iterable[tuple[str, str, str]]) -> None:
    """Make an archive at path of texts: language, title and body of each."""
    archive = open_archive(path)
    try:
        (site,) = _sites(archive, 1)
        for number, (language, title, body) in enumerate(texts):
            archive.execute(
                WITHOUT_ID,
                {
                    **_described(site, number, FIRST_DAY),
                    "seen": time_text(FIRST_DAY),
                    "headline": title,
                    "lead": None,
                    "body": body,
                    "language": language,
                },
            )
        archive.commit()
    finally:
        archive.close()


def _sites(archive: Connection, number: int) -> list[int]:
    """Add so many sites, each with a page and a capture of the same id; return their ids."""
    crawl = start_crawl(archive, started=FIRST_DAY, arguments={}, version="benchmark")
    sites = [add_source(archive, f"https://site{n}.example/", FIRST_DAY) for n in range(number)]
    for site in sites:
        archive.execute(
            "INSERT INTO pages(id, url, source_id, first_seen) VALUES (?, ?, ?, ?)",
            (site, f"https://site{site}.example/", site, time_text(FIRST_DAY)),
        )
        archive.execute(
            "INSERT INTO captures(id, page_id, crawl_id, fetched, final_url, outcome, detail)"
            " VALUES (?, ?, ?, ?, '', 'stored', '')",
            (site, site, crawl, time_text(FIRST_DAY)),
        )
    return sites


def _described(site: int, number: int, published: datetime) -> dict[str, object]:
    """Return what a row of articles holds beside its text."""
    return {
        "url": f"https://site{site}.example/{number}",
        "page_id": site,
        "source_id": site,
        "capture_id": site,
        "section": None,
        "keywords": "[]",
        "date_published": time_text(published),
        "date_modified": None,
        "body_digest": f"sha256:{number:064x}",
        "content_digest": f"sha256:{number:064x}",
        "parser": None,
    }


def _rows(
    archive: Connection, texts: Mapping[str, Sequence[str]], articles: int, length: int
) -> Iterator[dict[str, object]]:
    chance = random.Random(SEED)
    sites = _sites(archive, SOURCES)
    archive.executemany("INSERT INTO authors(name) VALUES (?)", [(f"Author {n}",) for n in range(AUTHORS)])
    archive.commit()
    languages = list(texts)
    sizes = [len(texts[language]) for language in languages]
    weights = {
        language: list(accumulate(1 / (rank + FLAT_UNTIL) for rank in range(len(texts[language]))))
        for language in languages
    }
    for number in range(articles):
        language = chance.choices(languages, sizes)[0]
        body = _drawn(chance, texts[language], weights[language], length)
        seen = time_text(FIRST_DAY + timedelta(days=DAYS * number / articles))
        published = FIRST_DAY + timedelta(days=DAYS * number / articles - chance.random() * 2)
        site = chance.choice(sites)
        yield {
            **_described(site, number, published),
            "headline": body[-1][:100],
            "lead": body[0],
            "body": "\n\n".join(" ".join(body[start : start + 3]) for start in range(0, len(body), 3)),
            "language": language,
            "seen": seen,
        }


def _drawn(chance: random.Random, texts: Sequence[str], weights: Sequence[float], length: int) -> list[str]:
    """Return sentences of together about length characters, drawn by their weights, the last one the headline."""
    drawn: list[str] = []
    size = 0
    target = length * (0.5 + chance.random())
    while size < target or len(drawn) < 2:
        for text in chance.choices(texts, cum_weights=weights, k=8):
            drawn.append(text)
            size += len(text)
            if size >= target and len(drawn) >= 2:
                break
    return drawn


def _size(archive: Connection) -> int:
    return int(archive.execute("PRAGMA page_count").fetchone()[0]) * int(
        archive.execute("PRAGMA page_size").fetchone()[0]
    )
