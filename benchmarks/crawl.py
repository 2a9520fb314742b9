"""Measures how fast whole crawls are, beside others, of the same local site in one run.

usage: python -m benchmarks.crawl [--rounds N] [--pages N] [--systems NAME ...] CORPUS [CORPUS ...]
       python -m benchmarks.crawl --flat [--pages N]

CORPUS holds gold.jsonl and html/<id>.html.gz; benchmarks.site makes a site of N pages of it, served by a process of
its own. Each round runs every system in a fresh process, one after the other: wall time from the first request until
all is written, CPU of all its processes, their memory together, sampled. Printed are medians over the rounds.
--flat crawls N small pages with this archiver and prints the memory of its main process on the way. Needs Linux and
the extra "benchmarks": pip install -e '.[benchmarks]'. Quote the ratios: the rates depend on the machine.
"""

import argparse
import json
import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any
from urllib.request import urlopen

FETCH = "scrapy, fetching only"
PEER = "scrapy + trafilatura"
OURS = "news-archiver"
NEWSPLEASE = "scrapy + news-please"
SERVER = "raw socket (the server's own rate)"
# Packages that a system needs beside this project's own.
NEEDS = {PEER: "trafilatura", NEWSPLEASE: "newsplease"}
# Requests to the site at once, of every system: Scrapy's default for one host.
AT_ONCE = 8
# Seconds between two looks at the memory of a system.
SAMPLE_SECONDS = 0.25
FLAT_PAGES = 20_000
FLAT_STEP = 2_000
PAGE_SIZE = os.sysconf("SC_PAGE_SIZE")
Extract = Callable[[bytes, str], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one crawl came to."""

    pages: int
    articles: int | None
    """None: it looks for none."""
    wall: float
    """Seconds, as the next two."""
    cpu: float
    """Of the main process."""
    cpu_workers: float
    peak: float = 0.0
    """Megabytes at most resident, all processes together."""


def main() -> int:
    """Run the command; exit with 2 if a corpus or a system is missing."""
    arguments = _arguments()
    if arguments.system:
        run = SYSTEMS[arguments.system](arguments.site, arguments.pages)
        print(json.dumps(asdict(run)))
        return 0
    if arguments.flat:
        return _flat(arguments.pages or FLAT_PAGES)
    missing = [corpus for corpus in arguments.corpora if not (corpus / "gold.jsonl").exists()]
    if missing or not arguments.corpora:
        what = f"{missing[0]}/gold.jsonl is missing" if missing else "name one"
        print(f"benchmarks.crawl: there is no corpus to measure: {what}", file=sys.stderr)
        return 2
    systems = [system for system in arguments.systems if _is_installed(system)]
    _compare(arguments.corpora, arguments.pages or 5000, arguments.rounds, systems)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.crawl", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpora", nargs="*", type=Path, metavar="CORPUS")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", type=int, help="of the site: 5000, with --flat 20000")
    parser.add_argument("--systems", nargs="+", choices=list(SYSTEMS), default=list(SYSTEMS), metavar="NAME")
    parser.add_argument("--flat", action="store_true")
    parser.add_argument("--system", choices=list(SYSTEMS), help=argparse.SUPPRESS)
    parser.add_argument("--site", help=argparse.SUPPRESS)
    return parser.parse_args()


def _is_installed(system: str) -> bool:
    needed = NEEDS.get(system)
    if needed is None or find_spec(needed) is not None:
        return True
    print(f"benchmarks.crawl: {system} is left out: {needed} is not installed", file=sys.stderr)
    return False


def _compare(corpora: list[Path], pages: int, rounds: int, systems: list[str]) -> None:
    """Run every system, in turn, rounds times, and print the table."""
    found: dict[str, list[Run]] = {system: [] for system in systems}
    with site(pages, corpora) as address:
        for _ in range(rounds):
            for system, runs in found.items():
                runs.append(_run(system, address, pages))
                print(f"{system}: {runs[-1]}", file=sys.stderr)
    _print({system: _middle(runs) for system, runs in found.items()})


@contextmanager
def site(pages: int, corpora: list[Path], filler: int = 0) -> Iterator[str]:
    """Serve a site of so many pages in a process of its own and yield its address."""
    command = [sys.executable, "-m", "benchmarks.site", "--pages", str(pages), *map(str, corpora)]
    command += ["--filler", str(filler)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        try:
            yield address
        finally:
            server.stdin.close()


def _run(system: str, address: str, pages: int) -> Run:
    command = [sys.executable, "-m", "benchmarks.crawl", "--system", system, "--site", address]
    command += ["--pages", str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        peak = 0
        while process.poll() is None:
            peak = max(peak, _memory(process.pid))
            time.sleep(SAMPLE_SECONDS)
        assert process.stdout is not None
        result = process.stdout.read()
    if process.returncode:
        raise SystemExit(f"benchmarks.crawl: {system} failed with status {process.returncode}")
    return Run(**json.loads(result) | {"peak": peak / 2**20})


def _memory(process: int) -> int:
    """Return the resident bytes of a process and all that it started; 0 for one that has ended."""
    try:
        own = int(Path(f"/proc/{process}/statm").read_text().split()[1]) * PAGE_SIZE
        tasks = [task.read_text() for task in Path(f"/proc/{process}/task").glob("*/children")]
    except (OSError, IndexError):
        return 0
    return own + sum(_memory(int(child)) for children in tasks for child in children.split())


def _middle(runs: list[Run]) -> Run:
    return Run(
        pages=runs[0].pages,
        articles=runs[0].articles,
        wall=median(run.wall for run in runs),
        cpu=median(run.cpu for run in runs),
        cpu_workers=median(run.cpu_workers for run in runs),
        peak=median(run.peak for run in runs),
    )


def _print(runs: dict[str, Run]) -> None:
    rates = {system: run.pages / run.wall for system, run in runs.items()}
    print(
        f"{'':36}pages  articles  pages/s  of fetching  times trafilatura  CPU ms a page  in workers  peak MB"
    )
    for system, run in runs.items():
        of_fetching = f"{rates[system] / rates[FETCH]:.0%}" if FETCH in rates else ""
        times_peer = f"{rates[system] / rates[PEER]:.2f}" if PEER in rates else ""
        articles = "" if run.articles is None else run.articles
        print(
            f"{system:34}{run.pages:7.0f}{articles:>10}{rates[system]:9.0f}{of_fetching:>13}{times_peer:>19}"
            f"{(run.cpu + run.cpu_workers) / run.pages * 1000:15.1f}{run.cpu_workers / run.pages * 1000:12.1f}"
            f"{run.peak:9.0f}"
        )


@contextmanager
def _measured(result: dict[str, Any]) -> Iterator[None]:
    """Put the seconds that the block takes, by the clock and of CPU, into result."""
    wall, own, children = time.perf_counter(), _cpu(resource.RUSAGE_SELF), _cpu(resource.RUSAGE_CHILDREN)
    yield
    result["wall"] = time.perf_counter() - wall
    result["cpu"] = _cpu(resource.RUSAGE_SELF) - own
    result["cpu_workers"] = _cpu(resource.RUSAGE_CHILDREN) - children


def _cpu(who: int) -> float:
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


def _addresses(address: str) -> list[str]:
    with urlopen(f"{address}addresses.txt") as response:
        packed: bytes = response.read()
    return import_module("gzip").decompress(packed).decode().split("\n")  # type: ignore[no-any-return]


def _archiver(address: str, pages: int, watch: Any = None) -> Run:
    """Crawl with this archiver: all it does, without delay between two requests."""
    from archiver.crawl.run import FETCHED, CrawlPlan, run_crawl  # noqa: PLC0415 - each process imports its own
    from archiver.items import ARTICLE_OUTCOMES, Outcome  # noqa: PLC0415
    from spiders.frontier import Source  # noqa: PLC0415

    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, _measured(result):
        plan = CrawlPlan(
            archive=Path(folder) / "archive.db",
            sources=(Source(url=address, sitemaps=(f"{address}sitemap.xml",)),),
            pages=pages,
            delay=0,
            log_file=Path(folder) / "log",
            others={"AUTOTHROTTLE_ENABLED": False, "CONCURRENT_REQUESTS_PER_DOMAIN": AT_ONCE},
        )
        (counts,) = run_crawl(plan, watch).counts.values()
    stories = FETCHED - {Outcome.LISTING}
    print(dict(counts), file=sys.stderr)
    return Run(
        pages=sum(number for outcome, number in counts.items() if outcome in stories),
        articles=sum(number for outcome, number in counts.items() if outcome in ARTICLE_OUTCOMES),
        **result,
    )


def _scrapy(address: str, extract: Extract | None) -> Run:
    """Fetch all pages with Scrapy's defaults, its log at INFO in a file, and extract in the callback."""
    scrapy = import_module("scrapy")
    addresses = _addresses(address)
    seen = {"pages": 0, "articles": 0}

    class Fetcher(scrapy.Spider):  # type: ignore[misc, name-defined]  # imported by name, only in its process
        name = "fetcher"
        start_urls = addresses

        def parse(self, response: Any) -> None:
            seen["pages"] += 1
            if extract is not None and extract(response.body, response.url) is not None:
                seen["articles"] += 1

    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder, _measured(result):
        settings = {"LOG_LEVEL": "INFO", "LOG_FILE": f"{folder}/log", "TELNETCONSOLE_ENABLED": False}
        process = import_module("scrapy.crawler").CrawlerProcess(settings)
        process.crawl(Fetcher)
        process.start()
    return Run(pages=seen["pages"], articles=None if extract is None else seen["articles"], **result)


def _trafilatura(address: str, pages: int) -> Run:
    bare_extraction = import_module("trafilatura").bare_extraction
    return _scrapy(address, lambda html, url: bare_extraction(html, url=url, with_metadata=True))


def _newsplease(address: str, pages: int) -> Run:
    from_html = import_module("newsplease").NewsPlease.from_html

    def extract(html: bytes, url: str) -> object:
        # Else it fetches the pictures of each page, from servers that are not there.
        return from_html(html.decode("utf-8", "replace"), url=url, fetch_images=False).maintext

    return _scrapy(address, extract)


def _raw(address: str, pages: int) -> Run:
    """Ask for every page over one connection and read the answers, unpacking nothing."""
    paths = ["/" + url.removeprefix(address) for url in _addresses(address)]
    result: dict[str, Any] = {}
    host = address.removeprefix("http://").rstrip("/")
    name, _, port = host.partition(":")
    with socket.create_connection((name, int(port))) as connection, _measured(result):
        answers = connection.makefile("rb")
        for path in paths:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            length = 0
            while (line := answers.readline()) != b"\r\n":
                if line.startswith(b"Content-Length:"):
                    length = int(line.partition(b":")[2])
            answers.read(length)
    return Run(pages=len(paths), articles=None, **result)


SYSTEMS: dict[str, Callable[[str, int], Run]] = {
    SERVER: _raw,
    FETCH: lambda address, pages: _scrapy(address, None),
    PEER: _trafilatura,
    NEWSPLEASE: _newsplease,
    OURS: _archiver,
}


class Memory:
    """A watcher of a crawl that notes the memory of its process after every so many pages."""

    def __init__(self, step: int) -> None:
        self._step = step
        self._pages = 0
        self.resident: list[int] = []
        """Bytes."""

    def began(self, sources: tuple[str, ...]) -> None:
        """Do nothing: there are no pages yet."""

    def found(self, discovery: object, waiting: int) -> None:
        """Do nothing: a listing is no page."""

    def visited(self, visit: object, waiting: int) -> None:
        """Count a page."""
        self._pages += 1
        if self._pages % self._step == 0:
            self.resident.append(int(Path("/proc/self/statm").read_text().split()[1]) * PAGE_SIZE)
            print(f"{self._pages:6} pages  {self.resident[-1] / 2**20:.1f} MB", flush=True)


def crawled_flat(address: str, pages: int, step: int) -> list[int]:
    """Crawl a site and return the number of pages, and the bytes of this process after every step of them."""
    memory = Memory(step)
    run = _archiver(address, pages, memory)
    return [run.pages, *memory.resident]


def _flat(pages: int) -> int:
    """Crawl small pages in this process and print its memory on the way."""
    with site(pages, []) as address:
        run = _archiver(address, pages, Memory(min(FLAT_STEP, max(pages // 10, 1))))
    print(f"{run.pages} pages, {run.articles} articles, {run.pages / run.wall:.0f} pages/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
