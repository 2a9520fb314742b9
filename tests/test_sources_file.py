"""sources.toml is read as written, and what is wrong in it is said in one line that names the place."""

from pathlib import Path

import pytest

from archiver.crawl.sources import read_sources
from archiver.errors import SourceError
from spiders.base import source_address
from spiders.frontier import Source

WHOLE = """\
contact = "archive@library.example"

[[source]]
url = "News.example"
name = "The News"
feeds = ["https://news.example/rss.xml?utm_source=x"]
sitemaps = ["https://news.example/map.xml"]
fronts = ["https://news.example/sport/"]
pages = 200
delay = 2.5

[[source]]
url = "http://paper.example:8080/en"
delay = 3
"""


def write(folder: Path, text: str) -> Path:
    path = folder / "sources.toml"
    path.write_text(text, "utf-8")
    return path


def test_every_key_is_read(tmp_path: Path) -> None:
    file = read_sources(write(tmp_path, WHOLE))

    assert file.contact == "archive@library.example"
    assert file.sources == (
        Source(
            url="https://news.example/",
            name="The News",
            feeds=("https://news.example/rss.xml",),
            sitemaps=("https://news.example/map.xml",),
            fronts=("https://news.example/sport/",),
            pages=200,
            delay=2.5,
        ),
        Source(url="http://paper.example:8080/en", delay=3.0),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lacks 'source'"),
        ("source = []", "source: list should have at least 1 item"),
        ("[[source]]\nname = 'x'", "line 1: source 1 lacks 'url'"),
        (
            "[[source]]\nurl = 'a.example'\npage = 3",
            "line 3: source 1 (a.example) has an unknown key 'page': a key is",
        ),
        ("[[sources]]\nurl = 'a.example'", "has an unknown key 'sources': a key is one of contact, source"),
        (
            "# two\n[[source]]\nurl = 'a.example'\n\n[[source]]\nurl = 'b.example'\npages = 0",
            "line 7: source 2 (b.example",
        ),
        ("[[source]]\nurl = 'a.example'\npages = 0", "pages: input should be greater than or equal to 1"),
        (
            f"[[source]]\nurl = 'a.example'\npages = {'9' * 21}",
            "pages: input should be less than or equal to 1000000",
        ),
        ("[[source]]\nurl = 'a.example'\npages = '9'", "pages: input should be a valid integer"),
        ("[[source]]\nurl = 'a.example'\ndelay = -1", "delay: input should be greater than or equal to 0"),
        ("[[source]]\nurl = 'a.example'\ndelay = inf", "delay: input should be a finite number"),
        ("[[source]]\nurl = 'a.example'\nfeeds = 'x'", "feeds: input should be a valid list"),
        (
            "[[source]]\nurl = 'a.example'\nfeeds = ['/rss']",
            "feeds: '/rss' is no whole address: give one such as",
        ),
        (
            "[[source]]\nurl = 'ftp://a.example'",
            "url: 'ftp://a.example' is no address of a site: give one such as",
        ),
        ("[[source]]\nurl = 7", "url: input should be a valid string"),
        (
            "[[source]]\nurl = 'a.example'\n[[source]]\nurl = 'https://a.example/'",
            "source 2 (https://a.example/) is there twice",
        ),
        ("source = 3", "source: input should be a valid list"),
        ("[[source]\nurl", "is not TOML: "),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    path = write(tmp_path, text)

    with pytest.raises(SourceError) as caught:
        read_sources(path)

    assert message in str(caught.value)
    assert str(caught.value).startswith(str(path))
    assert "\n" not in str(caught.value)


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"contact = '\xe9'")

    with pytest.raises(SourceError, match=r"nowhere\.toml cannot be read \(No such file"):
        read_sources(tmp_path / "nowhere.toml")
    with pytest.raises(SourceError, match="cannot be read"):
        read_sources(tmp_path)
    with pytest.raises(SourceError, match="is not UTF-8 text"):
        read_sources(latin)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("news.example", "https://news.example/"),
        (" https://News.Example ", "https://news.example/"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/"),
        ("localhost:8000/paper", "https://localhost:8000/paper"),
        ("https://zeitung.münchen.example/", "https://zeitung.xn--mnchen-3ya.example/"),
    ],
)
def test_address_of_a_source_may_lack_its_scheme(given: str, address: str) -> None:
    assert source_address(given) == address


@pytest.mark.parametrize(
    "given",
    [
        "",
        "  ",
        "ftp://news.example/",
        "file:///etc/passwd",
        "https://",
        "http://[::1",
        "two words",
        "http://a b/",
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(SourceError, match=r"give one such as https://news\.example/"):
        source_address(given)
