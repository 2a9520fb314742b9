"""Pages made to be slow or large: what splitting them costs stays within bounds that no real page comes near."""

import contextlib
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest

from archiver.errors import ParseLimitError
from archiver.parsers import split_page
from benchmarks.worst import PAGES

URL = "https://news.example/city/2026/11/20/flood-closes-the-old-bridge.html"
# Seconds of CPU. Each takes less than a tenth of it on an idle machine; without bounds each takes a minute or more.
CEILING = 5.0
# MB of the whole process; without bounds the first of these pages take over 2,000.
MEMORY = 400
SLOW = (
    "tags", "nested headline boxes", "breaks amid sentences", "rules", "nested authors", "links of one paragraph",
    "empty links over blocks", "link over many blocks", "links in slots", "deep words", "deep links",
    "long class on links", "class names below", "text in json", "open brackets in latin-1", "open scripts in latin-1",
    "japanese paragraph", "attributes behind a quote", "attributes with tags", "attributes with whole tags",
    "attributes with bare tags", "attributes in utf-16", "nested noscripts", "nested dates",
    "title in many parts", "long canonical link", "long authors", "long dates", "codecs of python",
)  # fmt: skip


@pytest.mark.parametrize("name", SLOW)
def test_hostile_page_is_done_with_in_seconds(name: str) -> None:
    html = PAGES[name]()
    started = time.process_time()
    with contextlib.suppress(ParseLimitError):
        split_page(html, url=URL)

    assert time.process_time() - started < CEILING


@pytest.mark.parametrize("name", ["table cells", "long class on links", "japanese paragraph"])
def test_hostile_page_takes_little_memory(name: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(PAGES[name]())
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.worst", "--file", str(page)],
        cwd=Path(__file__).parent.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    measured = re.match(r"[\d.]+ (\d+) ", done.stdout)

    assert measured is not None
    assert int(measured[1]) < MEMORY


@pytest.mark.parametrize("name", ["lists in json", "codec of addresses"])
def test_what_python_refuses_to_read_is_passed_over(name: str) -> None:
    assert split_page(PAGES[name](), url=URL) is not None


def test_long_story_is_read_whole() -> None:
    """The bounds cut what no newsroom writes, not a live blog of a week."""
    paragraphs = [
        f"Entry {number}: the river stood at {number} centimetres, the board said." for number in range(2500)
    ]
    html = "<html lang=en><body><article><h1>The river, week by week</h1><div class='story-body'>"
    html += "".join(f"<p>{text}</p>" for text in paragraphs) + "</div></article></body></html>"
    article = split_page(html.encode(), url=URL).article

    assert article is not None
    assert article.body.split("\n\n") == paragraphs
