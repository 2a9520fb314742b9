"""Measures how fast pages are split, beside others, on the same pages in one run.

usage: python -m benchmarks.speed [--rounds N] [--pages N] CORPUS [CORPUS ...]

CORPUS holds gold.jsonl and html/<id>.html.gz. Each round has every system in a fresh process and gives each page to all
of them in turn, so that they share whatever else the machine does. Counted are the CPU seconds of one core from the
bytes of the page to its result, with all fields (for this splitter the related links too); reading files and importing
are left out, caches are cold. Printed are medians over the rounds. Needs the extra "benchmarks": pip install -e
'.[benchmarks]'. Absolute rates depend on the machine and on what else it does: quote the ratios.
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
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
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
    if arguments.system:
        _measure(arguments.system)
        return 0
    for corpus in arguments.corpora:
        if not (corpus / "gold.jsonl").exists():
            print(
                f"benchmarks.speed: there is no corpus to measure: {corpus}/gold.jsonl is missing",
                file=sys.stderr,
            )
            return 2
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


def _measure(system: str) -> None:
    """Split the pages whose places come by standard input, a line each, and print the CPU seconds of each.

    A line is an address and a file, with a tab between. After the last one comes the process's peak memory in MB.
    """
    logging.disable(logging.CRITICAL)
    split = SYSTEMS[system]()
    split(
        b"<html><body><article><h1>A page</h1><p>Words that load what is loaded at first use.</p></article>",
        "",
    )
    for line in sys.stdin:
        url, _, file = line.rstrip("\n").partition("\t")
        html = gzip.decompress(Path(file).read_bytes())
        started = time.process_time()
        try:
            split(html, url)
        except Exception as error:  # noqa: BLE001 - another's failure on a page is part of its result
            print(f"{system}: {file}: {type(error).__name__}: {error}", file=sys.stderr)
        print(time.process_time() - started, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10))


def _pages(corpus: Path, most: int | None) -> Iterator[tuple[str, str]]:
    """Yield the pages of a corpus: the name of each, and its address and file as _measure reads them."""
    with (corpus / "gold.jsonl").open(encoding="utf-8") as file:
        for line in islice(file, most):
            gold = json.loads(line)
            yield gold["id"], f"{gold['url']}\t{corpus / 'html' / gold['id']}.html.gz"


@dataclass(frozen=True, slots=True, kw_only=True)
class Speed:
    """What one system reached in all rounds."""

    seconds: dict[str, float]
    """CPU seconds of each page."""
    peak: float
    """Megabytes at most resident, the process whole."""


def _compare(corpus: Path, rounds: int, most: int | None) -> bool:
    """Measure every system, rounds times, and print the table; False if one cannot run."""
    pages = list(_pages(corpus, most))
    found: dict[str, list[Speed]] = {system: [] for system in SYSTEMS}
    for _ in range(rounds):
        with ExitStack() as stack:
            processes = {system: stack.enter_context(_started(system)) for system in SYSTEMS}
            seconds: dict[str, dict[str, float]] = {system: {} for system in SYSTEMS}
            for name, place in pages:
                for system, process in processes.items():
                    if (answer := _asked(process, place)) is None:
                        print(
                            f"benchmarks.speed: {system} cannot run: pip install -e '.[benchmarks]'",
                            file=sys.stderr,
                        )
                        return False
                    seconds[system][name] = answer
            for system, process in processes.items():
                peak, _ = process.communicate()
                found[system].append(Speed(seconds=seconds[system], peak=float(peak)))
    _print(corpus.name, {system: _middle(speeds) for system, speeds in found.items()})
    return True


def _started(system: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "benchmarks.speed", "--system", system, "."]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _asked(process: "subprocess.Popen[str]", place: str) -> float | None:
    """Return the seconds that a system's process needed for a page, or None if it has ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(place + "\n")
        process.stdin.flush()
    except BrokenPipeError:
        return None
    answer = process.stdout.readline()
    return float(answer) if answer else None


def _middle(speeds: list[Speed]) -> Speed:
    names = speeds[0].seconds
    return Speed(
        seconds={name: median(speed.seconds[name] for speed in speeds) for name in names},
        peak=max(speed.peak for speed in speeds),
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
