"""Measures the finding of copies: what is found and what is not, how fast, and beside datasketch.

usage: python -m benchmarks.dedup CORPUS... [--articles N] [--reports N] [--index FILE]

CORPUS: a folder with gold.jsonl (texts of real pages, field body). Quality: every text with its copies, edited by 1, 5,
10 and 20% of their words, with an agency line, and without the last third, all in one archive; beside them reports of
templates (weather, stocks, matches, tickers), translations, articles on one event, and the halves of real texts.
Rate: N articles (200,000) made of real sentences, one in twenty a copy, added one by one, each in a transaction.
"""

import argparse
import json
import re
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice, pairwise
from pathlib import Path
from random import Random
from sqlite3 import Connection

from archiver.items import Article, FoundBy, Outcome, RawResponse, Split, Visit
from benchmarks.dedup_texts import PIECE, edited, templated, texts, with_agency_line, without_last_third
from db import articles as stored_articles
from db.connection import open_archive, transaction
from db.dedup.duplicates import note_duplicates
from db.digests import body_digest
from db.store import record_visit, start_crawl
from db.values import time_of

NOON = time_of("2026-11-20T12:00:00+00:00")
SENTENCE = re.compile(r"(?<=[.!?])\s+")
# Characters of an article of the rate: the mean of news articles.
LENGTH = 3300
EDITS = (0.01, 0.05, 0.1, 0.2)
SHORTEST = 400
# Articles between two looks at the clock, which itself may take a tenth of a millisecond.
BATCH = 100
BEGINNING = 100
HEADER = "INSERT INTO articles(id, url, page_id, source_id, headline, keywords, first_seen, last_seen, capture_id, "
INSERT = HEADER + "body_digest, content_digest, body) VALUES (?1, ?1, 1, 1, '', '[]', '', '', 1, ?2, '', ?3)"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the quality's archive."""

    group: str
    """Texts are copies if they are of one group."""
    kind: str
    body: str


def main() -> int:
    """Run the command; exit with 2 if there is no corpus."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.dedup",
        description=__doc__,
        formatter_class=argparse.RawTextHelpFormatter,
    )
    parser.add_argument("corpus", type=Path, nargs="+")
    parser.add_argument("--articles", type=int, default=200_000, metavar="N")
    parser.add_argument("--reports", type=int, default=100, metavar="N", help="of each template")
    arguments = parser.parse_args()
    if missing := [folder for folder in arguments.corpus if not (folder / "gold.jsonl").exists()]:
        print(f"benchmarks.dedup: {missing[0]} holds no gold.jsonl", file=sys.stderr)
        return 2
    bodies = bodies_of(arguments.corpus)
    with tempfile.TemporaryDirectory() as folder:
        _quality(Path(folder) / "quality.db", bodies, arguments.reports)
        _storing(Path(folder), bodies)
        _rate(Path(folder) / "rate.db", bodies, arguments.articles)
    return 0


def bodies_of(corpora: Sequence[Path]) -> list[str]:
    """Return the texts of corpora that are long enough to be stories, each once."""
    lines = (line for folder in corpora for line in (folder / "gold.jsonl").open(encoding="utf-8"))
    bodies = (json.loads(line)["body"] or "" for line in lines)
    # Two texts that begin alike are versions of one story: pairs of them would count as wrong.
    return list({body[:BEGINNING]: body for body in bodies if len(body) >= SHORTEST}.values())


def _quality(path: Path, bodies: Sequence[str], reports: int) -> None:
    known = list(_texts(bodies, reports, Random(1)))
    with closing(open_archive(path)) as archive:
        prepare(archive)
        with transaction(archive):
            for number, text in enumerate(known, 1):
                _add(archive, number, text.body)
                note_duplicates(archive, number)
        pairs = {
            (known[one - 1], known[other - 1])
            for one, other in archive.execute("SELECT article_id, other_id FROM duplicate_pairs")
        }
        together = dict(archive.execute("SELECT article_id, cluster_id FROM cluster_members").fetchall())
    right = sum(one.group == other.group for one, other in pairs)
    wrong = Counter(" / ".join(sorted((a.kind, b.kind))) for a, b in pairs if a.group != b.group)
    found = {frozenset((id(a), id(b))) for a, b in pairs}
    origins = {text.group: text for text in known if text.kind == "original"}
    places = {id(text): number for number, text in enumerate(known, 1)}
    print(f"{len(known):,} texts, {len(pairs):,} pairs found, precision {right / len(pairs):.4f}")
    for kinds, number in wrong.most_common(5):
        print(f"  wrong: {number:,} {kinds}")
    for kind in dict.fromkeys(text.kind for text in known):
        copies = [
            text for text in known if text.kind == kind and text.group in origins and kind != "original"
        ]
        if copies:
            paired = sum(frozenset((id(text), id(origins[text.group]))) in found for text in copies)
            same = sum(
                (cluster := together.get(places[id(text)])) is not None
                and cluster == together.get(places[id(origins[text.group])])
                for text in copies
            )
            print(
                f"  {kind:<20} recall {paired / len(copies):.4f} as a pair, {same / len(copies):.4f} in the cluster"
            )
    print("  not copies: " + ", ".join(f"{n:,} {kind}" for kind, n in _others(known, origins).items()))


def _others(known: Sequence[Text], origins: dict[str, Text]) -> Counter[str]:
    return Counter(text.kind for text in known if text.group not in origins)


def _texts(bodies: Sequence[str], reports: int, random: Random) -> Iterator[Text]:
    words = [piece.strip() for body in bodies for piece in PIECE.findall(body)[::7] if piece.strip()]
    makers: dict[str, Callable[[str], str]] = {"original": lambda body: body}
    for part in EDITS:
        makers[f"{part:.0%} edited"] = lambda body, part=part: edited(body, part, words, random)  # type: ignore[misc]  # mypy: a default
    makers["agency line"] = lambda body: with_agency_line(body, random)
    makers["last third cut"] = without_last_third
    # A third of the texts only lends its halves: they are of one author on one matter, and no copies.
    for number, body in enumerate(bodies):
        if number % 3 == 0:
            pieces = PIECE.findall(body)
            for half in (pieces[: len(pieces) // 2], pieces[len(pieces) // 2 :]):
                yield Text(f"half {number} {half is pieces}{random.random()}", "half", "".join(half))
            continue
        for kind, make in makers.items():
            yield Text(str(number), kind, make(body))
    for number in range(reports):
        for name, report in templated(random):
            yield Text(f"{name} {number}", name, report)
    for kind, told in (("translation", texts().translations), ("one event", texts().one_event)):
        for number, body in enumerate(told):
            yield Text(f"{kind} {number}", kind, body)


def prepare(archive: Connection) -> None:
    """Make the rows that articles refer to; the search index is not what is measured."""
    crawl_id = start_crawl(archive, started=NOON, arguments={}, version="")
    record_visit(archive, crawl_id, _visit(1, "Something that every archive has, a text of a few words."))
    archive.execute("DROP TRIGGER articles_fts_insert")
    archive.execute("DROP TRIGGER articles_fts_delete")
    for table in ("fingerprints", "article_authors", "version_sources", "story_addresses"):
        archive.execute(f"DELETE FROM {table}")
    archive.execute("UPDATE pages SET article_id = NULL")
    archive.execute("DELETE FROM articles")
    archive.commit()


def _add(archive: Connection, number: int, body: str) -> None:
    archive.execute(INSERT, (number, body_digest(body), body))


def made_articles(bodies: Sequence[str], number: int, random: Random) -> Iterator[str]:
    """Yield articles of real sentences; one in twenty is one of the last thousand with a tenth of its words edited."""
    sentences = [part for body in bodies for part in SENTENCE.split(body) if 40 < len(part) < 300]
    latest: list[str] = []
    for count in range(number):
        if count % 20 == 19:
            yield edited(random.choice(latest), 0.1, ("flood", "bridge", "Harwick", "minister"), random)
            continue
        parts: list[str] = []
        while sum(map(len, parts)) < LENGTH:
            parts.append(random.choice(sentences))
        body = " ".join(parts)
        latest = [*latest[-50:], body]
        yield body


def _rate(path: Path, bodies: Sequence[str], number: int) -> None:
    peers = _Datasketch.made()
    ours = theirs = shown = 0.0
    step = max(number // 10 // BATCH * BATCH, BATCH)
    print(
        f"\n{'articles':>9}  {'a second':>8}  {'datasketch':>10}  {'times':>5}  {'MB':>5}  {'bytes an article':>16}"
    )
    with closing(open_archive(path)) as archive:
        prepare(archive)
        empty = path.stat().st_size
        written = 0
        made = made_articles(bodies, number, Random(2))
        count = 0
        while batch := list(islice(made, BATCH)):
            with archive:
                for place, body in enumerate(batch, count + 1):
                    _add(archive, place, body)
            written += sum(len(body.encode()) for body in batch)
            ours += _noted(archive, range(count + 1, count + len(batch) + 1))
            if peers is not None and count < step:  # its memory grows by 12 kB an article
                theirs += sum(peers.add(place, body) for place, body in enumerate(batch, count + 1))
            count += len(batch)
            if count % step == 0:
                peer = (
                    f"{step / theirs:10,.0f}  {theirs / (ours - shown):5.2f}"
                    if count == step and theirs
                    else f"{'':17}"
                )
                memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
                size = (path.stat().st_size - empty - written) // count
                print(
                    f"{count:>9,}  {step / (ours - shown):8,.0f}  {peer}  {memory:>5,}  {size:>16,}",
                    flush=True,
                )
                shown = ours
                if count == step:
                    peers = None
        pairs = archive.execute("SELECT count(*) FROM duplicate_pairs").fetchone()[0]
    print(f"all: {number / ours:,.0f} a second of CPU, {pairs:,} pairs among {number // 20:,} copies")


def _noted(archive: Connection, numbers: range) -> float:
    """Compare articles one by one, each in a transaction; return the seconds of CPU."""
    start = time.process_time()
    for number in numbers:
        with transaction(archive):
            note_duplicates(archive, number)
    return time.process_time() - start


class _Datasketch:
    """MinHash of two-word shingles and the LSH of datasketch, in memory, with as many hashes and bands."""

    def __init__(self, minhash: type, lsh: object) -> None:
        self._minhash, self._lsh = minhash, lsh

    @classmethod
    def made(cls) -> "_Datasketch | None":
        """Return it, or None if datasketch is not installed."""
        try:
            from datasketch import MinHash, MinHashLSH  # noqa: PLC0415 - an extra
        except ImportError:
            print("\ndatasketch is not installed: pip install -e '.[benchmarks]'")
            return None
        return cls(MinHash, MinHashLSH(num_perm=96, params=(24, 4)))

    def add(self, number: int, body: str) -> float:
        """Look an article up and add it; return the seconds that took."""
        start = time.process_time()
        words = re.findall(r"\w+", body.casefold())
        hashed = self._minhash(num_perm=96)
        hashed.update_batch([f"{one} {two}".encode() for one, two in pairwise(words)])
        self._lsh.query(hashed)  # type: ignore[attr-defined]  # datasketch carries no types
        self._lsh.insert(number, hashed)  # type: ignore[attr-defined]
        return time.process_time() - start


def _storing(folder: Path, bodies: Sequence[str], number: int = 2000) -> None:
    """Print what comparing adds to the storing of a visit, index and all; the two in turn, in pieces."""
    made = list(made_articles(bodies, number, Random(3)))
    note = stored_articles._note_duplicates
    seconds = {"with": 0.0, "without": 0.0}
    with (
        closing(open_archive(folder / "with.db")) as one,
        closing(open_archive(folder / "without.db")) as two,
    ):
        for archive in (one, two):
            start_crawl(archive, started=NOON, arguments={}, version="")
        for count, body in enumerate(made, 1):
            for name, archive in (("with", one), ("without", two)):
                stored_articles._note_duplicates = note if name == "with" else _nothing
                start = time.process_time()
                record_visit(archive, 1, _visit(count, body))
                seconds[name] += time.process_time() - start
    stored_articles._note_duplicates = note
    each = {name: taken / number * 1e6 for name, taken in seconds.items()}
    print(f"\nstoring an article: {each['with']:,.0f} µs of CPU, without comparing {each['without']:,.0f} µs")


def _nothing(archive: Connection, article_id: int) -> None:
    """Compare nothing."""


def _visit(number: int, body: str) -> Visit:
    url = f"https://news.example/{number}"
    return Visit(
        source="https://news.example/",
        url=url,
        final_url=url,
        found_by=FoundBy.START,
        fetched=NOON,
        outcome=Outcome.STORED,
        response=RawResponse(status=200, headers=(), body=url.encode()),
        split=Split(article=Article(url=url, headline=f"Story {number}", body=body, authors=("Ann Lee",))),
    )


if __name__ == "__main__":
    sys.exit(main())
