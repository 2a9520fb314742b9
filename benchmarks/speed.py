"""Measures how fast pages are split, beside others, on the same pages in one run.

usage: python -m benchmarks.speed [--rounds N] [--pages N] CORPUS [CORPUS ...]

CORPUS holds gold.jsonl and html/<id>.html.gz. Each round runs every system in a process of its own, one after the
other, with all its fields (for this splitter the related links too), and counts the CPU seconds of one core from the
bytes of a page to its result; reading files and importing are left out, caches are cold. Printed are medians over
the rounds. Needs the extra "benchmarks": pip install -e '.[benchmarks]'. Absolute rates depend on the machine and on
what else it does: quote the ratios.
"""

import argparse
import gzip
import json
import logging
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from statistics import fmean, median

Split = Callable[[bytes, str], object]
OURS = "news-archiver"
PEER = "trafilatura"
"""The system that ratios are given to."""


def main() -> int:
    """Run the command; exit with 2 if a corpus or a system is missing."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("corpora", nargs="+", type=Path, metavar="CORPUS")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--pages", type=int, default=None, help="of each corpus, from its beginning")
    parser.add_argument("--system", choices=list(SYSTEMS), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    for corpus in arguments.corpora:
        if not (corpus / "gold.jsonl").exists():
            print(
                f"benchmarks.speed: there is no corpus to measure: {corpus}/gold.jsonl is missing",
                file=sys.stderr,
            )
            return 2
    if arguments.system:
        _measure(arguments.system, arguments.corpora, arguments.pages)
        return 0
    for corpus in arguments.corpora:
        if not _compare(corpus, arguments.rounds, arguments.pages):
            return 2
    return 0


def _ours() -> Split:
    from archiver.parsers import split_page  # noqa: PLC0415 - each process imports only what it measures

    return lambda html, url: split_page(html, url=url)


def _trafilatura() -> Split:
    bare_extraction = import_module("trafilatura").bare_extraction
    return lambda html, url: bare_extraction(html, url=url, with_metadata=True)


def _newspaper() -> Split:
    article = import_module("newspaper").Article

    def split(html: bytes, url: str) -> object:
        found = article(url, fetch_images=False)  # from the network, that is
        found.download(input_html=html.decode("utf-8", "replace"))
        found.parse()
        return found

    return split


def _lxml() -> Split:
    etree = import_module("lxml.etree")
    return lambda html, url: etree.fromstring(html, etree.HTMLParser(encoding="utf-8"), base_url=url)


SYSTEMS: dict[str, Callable[[], Split]] = {
    OURS: _ours,
    PEER: _trafilatura,
    "newspaper4k": _newspaper,
    "lxml, parsing only": _lxml,
}


def _measure(system: str, corpora: list[Path], most: int | None) -> None:
    """Split every page once and print seconds and identity of each, and the process's peak memory, as JSON."""
    logging.disable(logging.CRITICAL)
    split = SYSTEMS[system]()
    split(
        b"<html><body><article><h1>A page</h1><p>Words that load what is loaded at first use.</p></article>",
        "",
    )
    seconds = {}
    for corpus in corpora:
        for identity, url, html in _pages(corpus, most):
            started = time.process_time()
            try:
                split(html, url)
            except Exception as error:  # noqa: BLE001 - another's failure on a page is part of its result
                print(f"{system}: {identity}: {type(error).__name__}: {error}", file=sys.stderr)
            seconds[identity] = time.process_time() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    print(json.dumps({"seconds": seconds, "peak": peak}))


def _pages(corpus: Path, most: int | None) -> Iterator[tuple[str, str, bytes]]:
    with (corpus / "gold.jsonl").open(encoding="utf-8") as file:
        for number, line in enumerate(file):
            if number == most:
                return
            gold = json.loads(line)
            html = (corpus / "html" / f"{gold['id']}.html.gz").read_bytes()
            yield gold["id"], gold["url"], gzip.decompress(html)


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What one system reached in all rounds."""

    seconds: dict[str, float]
    """CPU seconds of each page, the median over the rounds."""
    peak: float
    """Megabytes at most resident, the process whole."""


def _compare(corpus: Path, rounds: int, most: int | None) -> bool:
    """Run every system, in turn, rounds times, and print the table; False if one cannot run."""
    found: dict[str, list[dict[str, dict[str, float]]]] = {system: [] for system in SYSTEMS}
    for _ in range(rounds):
        for system, results in found.items():
            command = [sys.executable, "-m", "benchmarks.speed", "--system", system, str(corpus)]
            command += [] if most is None else ["--pages", str(most)]
            done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
            if done.returncode:
                print(
                    f"benchmarks.speed: {system} cannot run: pip install -e '.[benchmarks]'", file=sys.stderr
                )
                return False
            results.append(json.loads(done.stdout))
    _print(corpus.name, {system: _speed(results) for system, results in found.items()})
    return True


def _speed(results: list[dict[str, dict[str, float]]]) -> Speed:
    identities = results[0]["seconds"]
    return Speed(
        seconds={name: median(result["seconds"][name] for result in results) for name in identities},
        peak=max(float(str(result["peak"])) for result in results),
    )


def _print(corpus: str, speeds: dict[str, Speed]) -> None:
    peer = fmean(speeds[PEER].seconds.values())
    pages = len(speeds[PEER].seconds)
    print(f"{corpus}, {pages} pages      ms a page  pages/s  times {PEER}  peak MB  slowest page")
    for system, speed in speeds.items():
        mean = fmean(speed.seconds.values())
        slowest, worst = max(speed.seconds.items(), key=lambda page: page[1])
        print(
            f"{system:24}{mean * 1000:10.1f}{1 / mean:9.0f}{peer / mean:19.2f}{speed.peak:9.0f}"
            f"  {worst * 1000:.0f} ms ({slowest})"
        )


if __name__ == "__main__":
    sys.exit(main())
