"""Splits pages made to be slow or large, each in a process of its own, and shows what they cost.

usage: python -m benchmarks.worst [NAME ...]

A page has up to 10 MB, the most that a crawl downloads. Prints for each the seconds of CPU that splitting it took
(weights and words loaded before) and the peak memory of the whole process in MB; exits with 1 if one is over
MOST_SECONDS or MOST_MEMORY.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

from archiver.errors import ParseLimitError
from archiver.items import Split
from archiver.parsers import split_page
from archiver.settings import DOWNLOAD_MAXSIZE

MOST_SECONDS = 1.0
MOST_MEMORY = 300
"""MB of the process, interpreter and libraries (about 90) included."""
# The kernel ends a process whose page takes longer than this.
PATIENCE = 30
# Bytes that one thing fills of a page, the rest is for a story around it.
FILL = DOWNLOAD_MAXSIZE - 20_000
URL = "https://news.example/city/2026/11/20/flood-closes-the-old-bridge.html"
SENTENCE = (
    "The river rose by two metres on Friday night, and the council closed the old bridge for the weekend. "
)
HEAD = (
    "<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>Flood closes the old bridge</title>"
    "<meta property='og:type' content='article'></head><body><h1>Flood closes the old bridge</h1>"
)


def main() -> int:
    """Run the command; exit with 1 if a page is over a limit, 2 if there is no page of a name."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.worst", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these pages")
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)  # what the processes are started with
    arguments = parser.parse_args()
    if arguments.file is not None:
        print(_cost(arguments.file.read_bytes()))
        return 0
    if unknown := set(arguments.names) - PAGES.keys():
        print(f"benchmarks.worst: there is no page {', '.join(sorted(unknown))}", file=sys.stderr)
        return 2
    over = 0
    print(f"{'page':<28}{'MB':>6}{'seconds':>9}{'peak MB':>9}")
    for name in arguments.names or PAGES:
        over += _measure(name)
    print(f"{over} over {MOST_SECONDS:g} s or {MOST_MEMORY} MB")
    return int(over > 0)


def _measure(name: str) -> bool:
    """Print one page's cost; return whether it is over a limit."""
    with tempfile.NamedTemporaryFile(suffix=".html") as file:
        size = file.write(PAGES[name]())
        file.flush()
        try:
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.worst", "--file", file.name],
                capture_output=True, text=True, check=False, timeout=PATIENCE,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            print(f"{name:<28}{size / 1e6:>6.1f}  over {PATIENCE} s", flush=True)
            return True
    if done.returncode:
        last = done.stderr.strip().rpartition("\n")[2]
        print(f"{name:<28}{size / 1e6:>6.1f}  failed ({done.returncode}): {last}", flush=True)
        return True
    seconds, memory, note = done.stdout.strip().split(" ", 2)
    is_over = float(seconds) > MOST_SECONDS or float(memory) > MOST_MEMORY
    mark = "  !" if is_over else ""
    print(f"{name:<28}{size / 1e6:>6.1f}{seconds:>9}{memory:>9}{mark}  {note}", flush=True)
    return is_over


def _cost(html: bytes) -> str:
    """Seconds of CPU, peak memory in MB, and what came of the page."""
    for story in (f"<p>{SENTENCE * 3}</p>" * 5, f"<p>{SENTENCE * 3}</p>" * 5 + _card(1)):
        split_page(_page(story, HEAD.replace(" lang='en'", "")), url=URL)
    started = time.process_time()
    try:
        split: Split | None = split_page(html, url=URL)
    except ParseLimitError:
        split = None
    seconds = time.process_time() - started
    peak = _peak_memory()
    return f"{seconds:.2f} {peak:.0f} {_outcome(split)}"


def _peak_memory() -> float:
    """MB that this process had at most; on Linux its own, not what the process that started it had."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text("utf-8").splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) / 1e3
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1e6 if sys.platform == "darwin" else 1e3)


def _outcome(split: Split | None) -> str:
    if split is None:
        return "refused: nested too deep"
    size = len(split.article.body) if split.article else 0
    return f"{size} characters, {len(split.related)} links"


def _page(body: str, head: str = HEAD) -> bytes:
    return (head + body).encode()[:DOWNLOAD_MAXSIZE]


def _filled(piece: Callable[[int], str], most: int | None = None, size: int = FILL) -> str:
    """Numbered pieces until there are so many, or so many characters of them."""

    def pieces() -> Iterator[str]:
        left = size
        for number in islice(count(), most):
            text = piece(number)
            left -= len(text)
            if left < 0:
                return
            yield text

    return "".join(pieces())


def _repeated(text: str, most: int | None = None) -> str:
    times = FILL // len(text.encode())
    return text * (times if most is None else min(times, most))


def _line(text: str) -> bytes:
    """A page with a story whose byline is so."""
    story = f"<p>{SENTENCE * 2}</p>" * 5
    return _page(f"<div class='byline'>{text}</div>{story}")


def _title(text: str) -> bytes:
    head = (
        f"<html><head><title>{text}</title><meta property='og:site_name' content='News Example'></head><body>"
    )
    return _page(f"<h1>Flood closes the old bridge</h1>{f'<p>{SENTENCE * 2}</p>' * 5}", head)


def _in_head(text: str) -> bytes:
    return _page(
        f"<h1>Flood closes the old bridge</h1>{f'<p>{SENTENCE * 2}</p>' * 5}",
        f"<html><head><title>Flood</title>{text}</head><body>",
    )


def _json_ld(value: str) -> str:
    return f'<script type="application/ld+json">{value}</script>'


def _card(number: int) -> str:
    return (
        f"<div class='card c{number}'><a href='/city/2026/11/{number}/a-story-of-today.html'>"
        f"<h3>Story {number} of today in the city</h3></a></div>"
    )


def _nested_lists(number: int) -> str:
    return f"<ul><li><a href='/a/{number}'>The story with number {number}</a>"


_ATTRIBUTES = "".join(f"a{number}=b " for number in range(100_000))
_VALUED = " ".join(f"a{number}=b" for number in range(900))
_SOME_ATTRIBUTES = " ".join(f"a{number}" for number in range(199))

PAGES: dict[str, Callable[[], bytes]] = {
    # Many of one thing.
    "tags": lambda: _page(_repeated("<p>x</p>")),
    "short tags": lambda: _page(_repeated("<b>")),
    "short boxes": lambda: _page(_repeated("<p>")),
    "words in boxes": lambda: _page(_repeated("<i>a</i><p>a")),
    "divs with a word": lambda: _page(_filled(lambda n: f"<div>w{n}</div>")),
    "paragraphs": lambda: _page(_repeated(f"<p>{SENTENCE}</p>")),
    "sentences of two scripts": lambda: _page(_repeated("<p>Der Fluß stieg an. 川の水位は夜に上がった。</p>")),
    "list items": lambda: _page(_filled(lambda n: f"<li class=i{n}>Item {n}")),
    "table cells": lambda: _page("<table>" + ("<tr>" + "<td>cell</td>" * 1000) * 1000),
    "headings": lambda: _page(_filled(lambda n: f"<h2>Read also {n}</h2>")),
    "headline boxes": lambda: _page(_filled(lambda n: f"<h1 class=headline>Flood closes bridge {n}</h1>")),
    "nested headline boxes": lambda: _page(
        "<div class=headline>" * 1500 + _filled(lambda n: f"<p>w{n}</p>", 300_000)
    ),
    "breaks": lambda: _page(_repeated("word<br>", 1_000_000)),
    "breaks amid sentences": lambda: _page("<p>" + _repeated("word<br>and ")),
    "bare breaks": lambda: _page(_repeated("<br>")),
    "rules": lambda: _page(_repeated("<hr>a")),
    "images": lambda: _page(_repeated("<img src=a>")),
    "figures": lambda: _page(
        "<article>" + f"<p>{SENTENCE}</p>" * 5 + _filled(lambda n: f"<figure><img src=/{n}.jpg><figcaption>A {n}")
    ),
    "times": lambda: _page(_filled(lambda n: f"<time>20 November {n}</time>")),
    "spans": lambda: _page("<p>" + _repeated("<span>a </span>")),
    "bold words": lambda: _page("<p>" + _repeated("<b>Bold</b> ")),
    "comments": lambda: _page(_repeated("<!---->a")),
    "meta": lambda: _in_head(_filled(lambda n: f"<meta name=n{n} content=c>", 300_000)),
    "one meta": lambda: _in_head(_repeated("<meta name=author content='Ann Lee'>", 300_000)),
    "meta dates": lambda: _in_head(_repeated("<meta name=date content='99/99/9999'>", 300_000)),
    "canonical links": lambda: _in_head(_repeated("<link rel=canonical href=https://a.example/>", 300_000)),
    "bases": lambda: _in_head(_repeated("<base>", 300_000)),
    "itemprops": lambda: _page("<div itemprop=author>" * 1500 + _repeated("<i itemprop=author>")),
    "nested authors": lambda: _page(("<div itemprop=author>" * 1500) + _repeated("words ")),
    # Links.
    "links": lambda: _page(_filled(lambda n: f"<a href=/{n}>The story {n}</a> ", 200_000)),
    "links in boxes": lambda: _page(_filled(lambda n: f"<p><a href=/{n}>The story {n}</a></p>", 200_000)),
    "cards": lambda: _page(_filled(_card)),
    "links to one address": lambda: _page(_repeated("<a href=/a>The story of the day</a><p>")),
    "links of one paragraph": lambda: _page("<p>" + _filled(lambda n: f"<a href=/{n}>{n}</a>")),
    "empty links": lambda: _page(_filled(lambda n: f"<a href=/{n}></a>")),
    "empty links over blocks": lambda: _page(
        "<div>" + _filled(lambda n: f"<a href=/{n}></a>", 100_000) + _repeated("<p>words", 100_000)
    ),
    "link over many blocks": lambda: _page("<a href=/a>" + _filled(lambda n: f"<p>words {n}")),
    "links over many blocks": lambda: _page(
        _filled(lambda n: f"<a href=/{n}>" + "<div>Some words</div>" * 400 + "</a>")
    ),
    "unclosed links": lambda: _page(_filled(lambda n: f"<a href=/{n}><p>The story {n}")),
    "links with many parts": lambda: _page("<a href=/a>" + _repeated("<i>a</i><b class=b>b</b>")),
    "links with unlike parts": lambda: _page("<a href=/a>" + _filled(lambda n: f"<i class=c{n}>a</i>")),
    "long addresses": lambda: _page(_filled(lambda n: f"<a href='/{'a-' * 5000}{n}'>The story {n}</a>")),
    "addresses with tracking": lambda: _page(
        "<a href='/a?" + _repeated("utm_a=b&", 1_000_000) + "'>The story of the day</a>"
    ),
    "hosts": lambda: _page(_filled(lambda n: f"<a href=//h{n}.example.org/>The story {n}</a>")),
    "broken addresses": lambda: _page(_filled(lambda n: f"<a href='http://[{n}'>The story {n}</a>")),
    "international hosts": lambda: _page(_filled(lambda n: f"<a href='//bücher{n}.example/'>The story {n}</a>")),
    "links below headings": lambda: _page(
        "<h4>Advertisement</h4>" * 2000 + "<p class=a>Anzeige</p>" * 2000 + _filled(_card, 30_000)
    ),
    "links in slots": lambda: _page(
        "<div>" + "<p>Advertisement</p>" * 20_000 + _filled(lambda n: f"<a href=/{n}>The story {n}</a> ", 100_000)
    ),
    # Depth.
    "nested boxes": lambda: _page(_repeated("<div>", 100_000)),
    "nested inline tags": lambda: _page("<p>" + _repeated("<b>", 100_000) + "words"),
    "deep words": lambda: _page("<div>" * 2000 + _repeated("<p>words</p>")),
    "deep links": lambda: _page("<div class='a b'>" * 1900 + _filled(lambda n: f"<p><a href=/{n}>The story {n}</a>")),
    "deep lists": lambda: _page(_filled(_nested_lists, 900) * 100),
    "deep asides": lambda: _page("<aside class=related>" * 2000 + _repeated(f"<p>{SENTENCE}")),
    "deep fonts": lambda: _page(_repeated("<font>" * 1000 + "words" + "</font>" * 1000)),
    "misnested tags": lambda: _page(_repeated("<p><b><a href=/a><i>The story of</p></b>")),
    "formatting in tables": lambda: _page("<table>" + _repeated("<b><tr><i><td>words")),
    # Long things.
    "one paragraph": lambda: _page("<p>" + _repeated(SENTENCE)),
    "one word": lambda: _page("<p>" + _repeated("a")),
    "spaces": lambda: _page("<p>a" + _repeated(" ") + "b"),
    "japanese paragraph": lambda: _page("<p>" + _repeated("川の水位は夜に上がった。", 280_000)),
    "thai word": lambda: _page("<p>" + _repeated("น้ำ", 1_000_000)),
    "invisible characters": lambda: _page("<p>" + _repeated("a\u00ad", 3_000_000)),
    "entities": lambda: _page("<p>" + _repeated("&amp;", 2_000_000)),
    "entities between words": lambda: _page("<p>" + _repeated("&auml; ", 1_400_000)),
    "class name": lambda: _page(f"<div class='{'a' * 1_000_000}'>" * 9 + f"<p>{SENTENCE}"),
    "class names": lambda: _page(f"<div class='{_filled(lambda n: f'related{n} ')}'><p>{SENTENCE}"),
    "class names below": lambda: _page(
        f"<div class='{_filled(lambda n: f'c{n} ', size=1_000_000)}'>" + _filled(lambda n: f"<p>words {n}", 300_000)
    ),
    "long class on links": lambda: _page(
        f"<div class='{'a ' * 500_000}'>" + _filled(lambda n: f"<a href=/{n}>The story {n}</a> ", 100_000)
    ),
    "attributes": lambda: _page("<div " + _filled(lambda n: f"a{n}=b ", 100_000) + f"><p>{SENTENCE}"),
    "attributes twice": lambda: _page("<div " + _repeated("class=a ") + f"><p>{SENTENCE}"),
    "style": lambda: _page(f"<div style='{_repeated('display ', 1_200_000)}'><p>{SENTENCE}"),
    "inline images": lambda: _page(f"<img src='data:image/png;base64,{'A' * 5_000_000}'><p>{SENTENCE}" * 2),
    "title": lambda: _title(_repeated("word ")),
    "title of dashes": lambda: _title(_repeated("a - ")),
    "title of bars": lambda: _title(_repeated("|")),
    "title of spaces": lambda: _title("a" + _repeated(" ") + "b"),
    "title of site names": lambda: _title(_repeated("News Example | ")),
    "tag name": lambda: _page(f"<{'a' * 9_000_000}>words"),
    "description": lambda: _in_head(f"<meta name=description content='{_repeated('word ')}'>"),
    "keywords": lambda: _in_head(f"<meta name=keywords content='{_repeated('word,')}'>"),
    "author": lambda: _in_head(f"<meta name=author content='{_repeated('Ann Lee, ')}'>"),
    "author of spaces": lambda: _in_head(f"<meta name=author content='Ann{'  ' * 4_000_000}Lee'>"),
    "date": lambda: _in_head(f"<meta name=date content='{_repeated('1 ')}'>"),
    "site names": lambda: _in_head(_filled(lambda n: f"<meta property=og:site_name content='Site name {n}'>")),
    # JSON.
    "scripts": lambda: _in_head(_json_ld('{"@type":"NewsArticle","headline":"Flood"}') * 50_000),
    "one script": lambda: _in_head(
        _json_ld("[" + _repeated('{"@type":"NewsArticle","headline":"Flood"},', 200_000) + "{}]")
    ),
    "deep json": lambda: _in_head(_json_ld("[" * 5_000_000)),
    "deep objects": lambda: _in_head(_json_ld('{"a":' * 1_000_000 + "1" + "}" * 1_000_000)),
    "wide json": lambda: _in_head(_json_ld('{"@type":"Article","a":[' + _repeated('{},', 3_000_000) + "{}]}")),
    "broken json": lambda: _in_head(_json_ld("{" + _repeated('"a": 1,, ', 1_000_000))),
    "commas in json": lambda: _in_head(_json_ld("[" + _repeated(", ") + "]")),
    "spaces in json": lambda: _in_head(_json_ld("[1," + _repeated(" ") + "x]")),
    "comments in json": lambda: _in_head(_json_ld("{" + _repeated("/*"))),
    "authors in json": lambda: _in_head(
        _json_ld('{"@type":"NewsArticle","author":[' + _filled(lambda n: f'"Ann Lee {n}",', 500_000) + '""]}')
    ),
    "digits in json": lambda: _in_head(_json_ld('{"@type":"NewsArticle","a":' + "1" * 9_000_000 + "}")),
    "text in json": lambda: _page(
        f'<script type="application/ld+json">{{"@type":"NewsArticle","articleBody":"{SENTENCE * 40_000}"}}</script>'
        + _filled(lambda n: f"<p>The river rose by {n} metres on Friday night.</p>", size=5_000_000)
    ),
    # What regular expressions may stumble over.
    "dates in numbers": lambda: _line(_repeated("1.1 ")),
    "digits": lambda: _line(_repeated("1")),
    "months": lambda: _line(_repeated("May ")),
    "byline": lambda: _line("By " + _repeated("Ann ")),
    "byline of commas": lambda: _line(_repeated(" , ")),
    "lines of dates": lambda: _page(_repeated("<p>Updated 20.11.2026 14:05 Uhr")),
    "credits": lambda: _page(_repeated("<p>Photo Photo Photo Photo Photo")),
    "menus": lambda: _page(_repeated("<p>Home - About - Contact - Privacy - Terms - More")),
    "menu": lambda: _page("<p>" + _repeated("Home - About - ")),
    "sentence ends": lambda: _page("<p>" + _repeated("." + '"' * 200)),
    "quotes": lambda: _page("<p>" + _repeated('"')),
    "phrases": lambda: _page(_filled(lambda n: f"<p>Read also the news {n}")),
    "names": lambda: _page(_filled(lambda n: f"<i class=name{n}>a</i><p class='related-posts-{n} content{n}'>a")),
    # Bytes.
    "no bytes of text": lambda: b"\0" * DOWNLOAD_MAXSIZE,
    "open brackets": lambda: _page(_repeated("<")),
    "open brackets in latin-1": lambda: _page(_repeated("<")) + b"\xff",
    "open scripts in latin-1": lambda: b"\xff" + _page(_repeated("<script>")),
    "open styles in latin-1": lambda: b"\xff" + _page(_repeated("<style ")),
    "ends of the page": lambda: _page(_repeated("</html ")),
    "ends with spaces": lambda: _page("</html" + _repeated(" ")),
    "utf-16": lambda: _page(_repeated(f"<p>{SENTENCE}</p>", 45_000)).decode().encode("utf-16"),
    "windows-1251": lambda: _page(_repeated("<p>Река поднялась на два метра.</p>", 280_000)).decode().encode("cp1251"),
    "latin-1 as utf-8": lambda: _page(_repeated("<p>La rivière est montée.</p>", 360_000)).decode().encode("cp1252"),
    "shift_jis": lambda: _page(_repeated("<p>川の水位は夜に上がった。</p>", 330_000)).decode().encode("shift_jis"),
    "all bytes": lambda: bytes(range(256)) * (DOWNLOAD_MAXSIZE // 256),
    "high bytes": lambda: b"<p>" + b"\xe9" * (DOWNLOAD_MAXSIZE - 3),
    "escapes": lambda: b"<p>" + b"\x1b$B" * (DOWNLOAD_MAXSIZE // 3 - 1),
    "declarations": lambda: _repeated("<meta charset=x>").encode() + b"\xff",
    # What is under one bound and over another.
    "attributes behind a quote": lambda: _page(f"<div z='<' {_ATTRIBUTES}><p>{SENTENCE}"),
    "attributes without spaces": lambda: _page("<div " + _ATTRIBUTES.replace("b ", "'b'") + f"><p>{SENTENCE}"),
    "attributes with tags": lambda: _page("<div " + _filled(lambda n: f"a{n}='<p ' ", 100_000) + f"><p>{SENTENCE}"),
    "attributes with bare tags": lambda: _page(
        "<div " + _filled(lambda n: f"a{n}={'<' if n % 40 == 0 else 'x'} ", 100_000) + f"><p>{SENTENCE}"
    ),
    "attributes with few tags": lambda: _page(
        "<div " + _filled(lambda n: f"a{n}='{'<p ' if n % 40 == 0 else 'x'}' ") + f"><p>{SENTENCE}"
    ),
    "attributes with whole tags": lambda: _page(
        "<div " + _filled(lambda n: f"a{n}='\"' b{n}=\"><p>\" ", 100_000) + f"><p>{SENTENCE}"
    ),
    "attributes in utf-16": lambda: _page(f"<div {_ATTRIBUTES}><p>{SENTENCE}").decode().encode("utf-16"),
    "attributes behind a nul": lambda: _page(f"<\0div {_ATTRIBUTES}><p>{SENTENCE}"),
    "attributes with values": lambda: _page(_filled(lambda n: f"<p {_VALUED}>word {n}", size=1_950_000)),
    "attributes with values, less": lambda: _page(_filled(lambda n: f"<p {_VALUED}>word {n}", size=950_000)),
    "attributes of many tags": lambda: _page(_filled(lambda n: f"<p {_SOME_ATTRIBUTES}>word {n}")),
    "nested noscripts": lambda: _page(
        "<noscript>" * 1500 + "<a href=/></a>" * 20_000 + f"<a href=/a>{SENTENCE}</a>" * 3
    ),
    "nested dates": lambda: _page("<div itemprop=datePublished>" * 1500 + "<b></b>" * 25_000),
    "nested figures": lambda: _page(
        f"<article>{f'<p>{SENTENCE * 3}</p>' * 5}" + "<figure>" * 1500 + "<figcaption>A</figcaption>" * 20_000
    ),
    "hidden paragraphs": lambda: _page(
        _filled(lambda n: f"<div style=display:none><p>{SENTENCE} {n}</p></div>", 6_000)
    ),
    "title in many parts": lambda: _page(
        _json_ld('{"@type":"Article","headline":"' + "a b c | " * 170_000 + '"}')
        + _filled(lambda n: f"<p>a b {n}", 6_000)
    ),
    "long base": lambda: _page(f"<base href='http://a.example/{'a/' * 1_000_000}'>" + _filled(_card, 6_000)),
    "long canonical link": lambda: _in_head(f"<link rel=canonical href='/a?{'utm_a=b&' * 1_000_000}'>"),
    "long authors": lambda: _in_head(f"<meta name=author content='{'Ann Lee, ' * 1100}'>" * 1000),
    "long dates": lambda: _in_head(f"<meta name=date content='{'99/99/9999 May ' * 650}'>" * 1000),
    "lists in json": lambda: _in_head(
        _json_ld('{"@type":"NewsArticle","author":' + "[" * 900 + '"Ann Lee"' + "]" * 900 + "}")
    ),
    "long author in json": lambda: _in_head(
        _json_ld('{"@type":"NewsArticle","author":"' + "Ann Lee, " * 150_000 + '"}')
    ),
    "long links": lambda: _page(_filled(lambda n: f"<p><a href=/2026/{n}/a-story>{'word ' * 30_000}</a>")),
    "link in many pieces": lambda: _page("<p><a href=/a>" + f"<i>{'a ' * 170}</i>" * 29_000),
    "names of boxes": lambda: _page(
        _filled(lambda n: f"<p class='{' '.join(f'related-{n}-{i}' for i in range(12))}'>a")
    ),
    "cyrillic paragraphs": lambda: ("<p>" + "Река поднялась на два метра. " * 6000).encode("cp1251") * 60,
    "codecs of python": lambda: b"<meta charset=unicode_escape>\xff" + b"\\x3cp>a" * 1_400_000,
    "codec of addresses": lambda: b"<meta charset=idna>\xff" + b"a" * 5_000_000,
    "codec of mainframes": lambda: b"<meta charset=cp037>\xff" + "<p>words</p>".encode("cp037") * 800_000,
}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
