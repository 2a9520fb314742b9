"""sources.toml is read as written, and what is wrong in it is said in one line that names the place."""

from datetime import date
from pathlib import Path

import pytest

from archiver.crawl.sources import read_sources, source_of
from archiver.crawl.sources_file import add_entry, remove_entry
from archiver.errors import SourceError
from archiver.parsers.rules import SiteRules
from spiders.frontier import Source, source_address

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

[[source.rules]]
body = ".story"
date_published = ["time@datetime", "meta[name=date]"]

[[source.rules]]
from = 2026-03-01
headline = "h1"
authors = ".by"
related = [".more", ".also"]
remove = "aside"
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
        Source(
            url="http://paper.example:8080/en",
            delay=3.0,
            rules=(
                SiteRules(body=(".story",), date_published=("time@datetime", "meta[name=date]")),
                SiteRules(
                    valid_from=date(2026, 3, 1),
                    headline=("h1",),
                    authors=(".by",),
                    related=(".more", ".also"),
                    remove=("aside",),
                ),
            ),
        ),
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "lists no site: `archiver source add URL` adds one"),
        ("source = []", "lists no site: `archiver source add URL` adds one"),
        ("[[source]]\nname = 'x'", "line 1: source 1 lacks 'url'"),
        (
            "[[source]]\nurl = 'a.example'\npage = 3",
            "line 3: source 1 (a.example) has an unknown key 'page': a key is",
        ),
        (
            "# ours\n\n[[sources]]\nurl = 'a.example'",
            "line 3 has an unknown key 'sources': a key is one of contact, source",
        ),
        ("\ncontat = 'x'\n[[source]]\nurl = 'a.example'", "line 2 has an unknown key 'contat'"),
        ("[[source]]\nurl = 'a.example'\n\n[other]", "line 4 has an unknown key 'other'"),
        ("# us\ncontact = ''\n[[source]]\nurl = 'a.example'", "line 2: contact: string should have at least"),
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
        (
            "[[source]]\nurl = 'a.example'\ndelay = 1e300",
            "delay: input should be less than or equal to 86400",
        ),
        ("[[source]]\nurl = 'a.example'\nname = '   '", "name: string should have at least 1 character"),
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
            "line 4: source 2 (https://a.example/) is there twice",
        ),
        (
            "[[source]]\nurl = 'https://a.example/'\n[[source]]\nurl = 'http://www.a.example'",
            "line 4: source 2 (http://www.a.example) is there twice",
        ),
        (
            "[[source]]\nurl = 'a.example'\nname = 'News'\n[[source]]\nurl = 'b.example'\nname = 'news '",
            "line 6: source 2 (b.example): name 'news ' is also that of line 3: change one of the two",
        ),
        (
            "contact = 'x'\n\n[source]\nurl = 'a.example'",
            "line 3: source: head each of them with [[source]], in two pairs of brackets",
        ),
        ("source = 3", "line 1: source: head each of them with [[source]]"),
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


RULES = """\
[[source]]
url = 'a.example'

[[source.rules]]
body = '.x'

[[source.rules]]
from = 2026-03-01
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("body = 'div['", "line 9: source 1 (a.example), rules 2: body: 'div[' is no CSS selector: Expected"),
        ("remove = ['p', 'p::text']", "line 9: source 1 (a.example), rules 2: remove: 'p::text' is no CSS"),
        ("headline = ''", "rules 2: headline: '' is no CSS selector: it is empty"),
        ("body = 'a@href'", "rules 2: body: 'a@href' ends in an attribute: here, elements are chosen"),
        (
            "date = 'time'",
            "line 9: source 1 (a.example), rules 2 has an unknown key 'date': a key is one of from,",
        ),
        ("body = 3", "rules 2: body: give a CSS selector in quotes, or a list of them"),
        ("body = ['p', 3]", "rules 2: body: input should be a valid string"),
        (
            "[[source.rules]]\nfrom = '2026-01-01'",
            "line 10: source 1 (a.example), rules 3: from: '2026-01-01' is no",
        ),
        (
            "[[source.rules]]\nfrom = 2026-01-01T08:00:00Z",
            "rules 3: from: 2026-01-01 08:00:00+00:00 is no day",
        ),
        ("[[source.rules]]\nfrom = 2026-03-01", "rules: two hold from 2026-03-01 on: join them"),
        (
            "[[source.rules]]\nbody = 'p'",
            "line 4: source 1 (a.example): rules: two hold from the beginning on",
        ),
    ],
)
def test_fault_of_a_rule_is_named_by_its_line(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(SourceError) as caught:
        read_sources(write(tmp_path, RULES + text))

    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("rules", ["rules = 3", "rules = [3]", "[source.rules]\nbody = 'p'"])
def test_rules_are_tables_in_a_row(tmp_path: Path, rules: str) -> None:
    with pytest.raises(SourceError, match=r"line 3: .*rules: head each of them with \[\[source\.rules\]\]"):
        read_sources(write(tmp_path, f"[[source]]\nurl = 'a.example'\n{rules}"))


def test_byte_order_mark_is_no_fault_and_stays(tmp_path: Path) -> None:
    path = write(tmp_path, "\ufeff[[source]]\nurl = 'a.example'\n")
    before = path.read_bytes()

    add_entry(path, Source(url="https://b.example/"))
    assert [source.url for source in read_sources(path).sources] == [
        "https://a.example/",
        "https://b.example/",
    ]
    remove_entry(path, "https://a.example/")
    remove_entry(path, "https://b.example/")

    assert path.read_bytes() == before[:3]


@pytest.mark.parametrize(
    ("url", "source"),
    [
        ("https://news.example/2026/a", "https://news.example/"),
        ("https://sport.news.example/2026/a", "https://sport.news.example/"),
        ("https://www.news.example/2026/a", "https://news.example/"),
        ("https://news.example/en/2026/a", "https://news.example/en/"),
        ("https://other.example/", None),
        ("not an address", None),
        ("http://[::1", None),
        ("", None),
    ],
)
def test_page_belongs_to_the_source_most_like_its_address(url: str, source: str | None) -> None:
    sources = [
        Source(url=address)
        for address in ("https://news.example/", "https://news.example/en/", "https://sport.news.example/")
    ]
    found = source_of(sources, url)

    assert (found and found.url) == source


def test_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"contact = '\xe9'")

    with pytest.raises(SourceError, match=r"there is no .*nowhere\.toml: `archiver source add URL`"):
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
        ("localhost", "https://localhost/"),
        ("http://intranet", "http://intranet/"),
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
        "foo",
        "http://a b/",
    ],
)
def test_what_is_no_address_is_refused(given: str) -> None:
    with pytest.raises(SourceError, match=r"give one such as https://news\.example/"):
        source_address(given)
