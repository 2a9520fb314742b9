"""Measures the reading room: how long its pages take at a large archive, by the load tool wrk.

usage: python -m benchmarks.serve CORPUS... [--articles N] [--archive FILE] [--seconds N] [--writing]

CORPUS: a folder with gold.jsonl, of whose sentences the archive's articles are made. FILE is kept and used again; it
holds as many articles as it was made with. Each kind of page is asked for with other words or numbers in turn, by one
reader and by four at once; with --writing, another process stores articles in the archive meanwhile, as a crawl does.
Needs wrk (apt-get install wrk) and the extra serve.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from multiprocessing import Event, Process, Value
from multiprocessing.sharedctypes import Synchronized
from multiprocessing.synchronize import Event as SharedEvent
from pathlib import Path
from random import Random

from archiver.items import Article, FoundBy, Outcome, RawResponse, Split, Visit
from benchmarks.made_pages import LINKED
from benchmarks.search_archive import build, corpus_texts
from db.connection import open_archive, read_archive
from db.store import record_visit, start_crawl

ARTICLES, LENGTH = 1_000_000, 1500
READERS = (1, 4)
PLACES = 200
WORDS = re.compile(r"[^\W\d_]{5,}")
SCRIPT = """local paths = {{ {paths} }}
local at = 0
request = function()
  at = at % #paths + 1
  return wrk.format("GET", paths[at])
end
"""
LATENCY = re.compile(r"(50|90|99)%\s+([\d.]+)(us|ms|s)\b")
RATE = re.compile(r"Requests/sec:\s+([\d.]+)")
BAD = re.compile(r"Non-2xx or 3xx responses: (\d+)|Socket errors: (.*)")
MILLISECONDS = {"us": 0.001, "ms": 1.0, "s": 1000.0}


def main() -> int:
    """Run the command; exit with 2 if a corpus or the load tool is missing, with 1 if an answer was an error."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.serve", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpus", type=Path, nargs="+")
    parser.add_argument("--articles", type=int, default=ARTICLES, metavar="N")
    parser.add_argument("--archive", type=Path, metavar="FILE")
    parser.add_argument("--seconds", type=int, default=10, metavar="N", help="for each kind of page")
    parser.add_argument("--writing", action="store_true", help="store articles meanwhile")
    arguments = parser.parse_args()
    if missing := [folder for folder in arguments.corpus if not (folder / "gold.jsonl").exists()]:
        print(f"benchmarks.serve: {missing[0]} holds no gold.jsonl", file=sys.stderr)
        return 2
    if shutil.which("wrk") is None:
        print("benchmarks.serve: wrk is not installed: apt-get install wrk", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.archive or Path(folder) / "archive.db"
        if not path.exists():
            build(path, arguments.corpus, arguments.articles, LENGTH)
        with _written(path, arguments.corpus) if arguments.writing else nullcontext():
            return _measured(path, Path(folder), arguments.seconds)


def _measured(path: Path, folder: Path, seconds: int) -> int:
    failed = False
    print(f"{'page':<22}  readers  pages/s  median ms  90% ms  99% ms")
    with _served(path) as address:
        for kind, places in _places(path).items():
            script = folder / "places.lua"
            script.write_text(SCRIPT.format(paths=", ".join(f'"{place}"' for place in places)), "utf-8")
            for readers in READERS:
                said = _load(address, script, readers, seconds)
                times = {
                    part: float(number) * MILLISECONDS[unit] for part, number, unit in LATENCY.findall(said)
                }
                (rate,) = RATE.findall(said)
                bad = BAD.search(said)
                failed |= bad is not None
                print(
                    f"{kind:<22}  {readers:>7}  {float(rate):7.1f}  {times['50']:9.1f}  {times['90']:6.1f}  "
                    f"{times['99']:6.1f}  {bad[0] if bad else ''}",
                    flush=True,
                )
    return int(failed)


def _load(address: str, script: Path, readers: int, seconds: int) -> str:
    command = [
        "wrk",
        "--latency",
        "-t1",
        f"-c{readers}",
        f"-d{seconds}s",
        "--timeout",
        "30s",
        "-s",
        str(script),
    ]
    return subprocess.run([*command, address], check=True, capture_output=True, text=True).stdout


@contextmanager
def _written(path: Path, corpora: Sequence[Path]) -> Iterator[None]:
    """Have another process store articles in the archive at path meanwhile, and say how many it stored."""
    stop, stored = Event(), Value("i", 0)
    writer = Process(target=_write, args=(path, corpora, stop, stored))
    writer.start()
    try:
        yield
    finally:
        stop.set()
        writer.join()
    print(f"{stored.value:,} articles were stored meanwhile; the writer ended with {writer.exitcode}")


def _write(path: Path, corpora: Sequence[Path], stop: SharedEvent, stored: "Synchronized[int]") -> None:
    bodies = [body for _, _, body in corpus_texts(corpora) if body]
    now = datetime.now(UTC)
    with closing(open_archive(path)) as archive:
        crawl_id = start_crawl(archive, started=now, arguments={}, version="benchmark")
        while not stop.is_set():
            number = stored.value
            # Other words in each: copies of one text would be no news.
            body = f"{bodies[number % len(bodies)]}\n\nReport {number} of {now:%s}."
            record_visit(archive, crawl_id, _visit(f"https://site1.example/{now:%s}/{number}", body, now))
            stored.value = number + 1


def _visit(url: str, body: str, now: datetime) -> Visit:
    return Visit(
        source="https://site1.example/",
        url=url,
        final_url=url,
        found_by=FoundBy.FRONT_PAGE,
        fetched=now,
        outcome=Outcome.STORED,
        response=RawResponse(status=200, headers=(), body=url.encode()),
        split=Split(article=Article(url=url, headline=f"Report {url[-9:]}", body=body, language="en")),
    )


@contextmanager
def _served(path: Path) -> Iterator[str]:
    command = [sys.executable, "-c", "from archiver.cli import main; main()", "serve", "--port", "0"]
    with subprocess.Popen([*command, "--archive", str(path)], stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        try:
            found = re.search(r"http://\S+", process.stderr.readline())
            if found is None:
                raise RuntimeError(process.stderr.read())
            yield found[0]
        finally:
            process.terminate()


def _places(path: Path) -> dict[str, Sequence[str]]:
    """Return the addresses of each kind of page: words that stand in articles, and numbers of articles."""
    chance = Random(7)
    with closing(read_archive(path)) as archive:
        (last,) = archive.execute("SELECT max(id) FROM articles").fetchone()
        # One page in LINKED shows related headlines: only these are like real ones.
        ids = [chance.randint(1, last // LINKED) * LINKED for _ in range(PLACES)]
        pairs = []
        for id_ in ids:
            (body,) = archive.execute("SELECT body FROM articles WHERE id = ?", (id_,)).fetchone()
            words = sorted({word.lower() for word in WORDS.findall(body) if word.isascii()})
            if len(words) > 1:
                pairs.append(chance.sample(words, 2))
    return {
        "search, two words": [f"/search?q={one}+{other}" for one, other in pairs],
        "search, with filters": [f"/search?q={one}+{other}&since=2024-01-01&lang=en" for one, other in pairs],
        "latest articles": ["/"],
        "article": [f"/articles/{id_}" for id_ in ids],
        "versions": [f"/articles/{id_}/versions" for id_ in ids],
    }


if __name__ == "__main__":
    sys.exit(main())
