"""Sources are found, written, tried and taken out by command, and the rest of sources.toml stays as it is."""

import json
import os
import pty
import signal
import subprocess
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands import PROGRAM, run_apart, runner
from conftest import Crawl
from misbehaving import answer, feed, front, misbehaving, redirect, story

from archiver.crawl.sources import read_sources
from archiver.crawl.sources_file import add_entry, remove_entry
from archiver.crawl.survey import FoundListing, ListingKind, choices
from archiver.errors import ExitCode, SourceError
from archiver.items import Listing
from archiver.sample.server import SampleServer
from spiders.frontier import Source

KEPT = """\
# Ours
contact = "you@example.org"   # told to them


[[source]]   # the first
url = "https://news.example/"
feeds = [
    "https://news.example/a.xml", # all
]
# about the second
[[source]]
url = "https://courier.example/"
name = "The Courier"

[[source.rules]]
body = ".story"
# the end
"""


def test_added_source_is_the_sample_newspapers(paper: SampleServer, tmp_path: Path) -> None:
    done = run_apart("source", "add", paper.url, "--yes", "--delay", "0", folder=tmp_path)

    assert (done.code, done.err) == (0, "")
    (source,) = read_sources(tmp_path / "sources.toml").sources
    assert source == Source(
        url=paper.url,
        name="The Harbour Courier",
        language="en",
        feeds=(f"{paper.url}feed.xml", f"{paper.url}atom.xml"),
        sitemaps=(f"{paper.url}sitemap-news.xml", f"{paper.url}sitemap.xml"),
        fronts=(paper.url, f"{paper.url}city/", f"{paper.url}sport/", f"{paper.url}opinion/"),
    )
    assert "no: all of it is on the first page, in feeds or in other sections" in done.out

    again = run_apart("source", "add", paper.url.removeprefix("http://"), "--yes", folder=tmp_path)
    assert (again.code, again.out) == (1, "")
    assert "lists" in again.err
    assert "already" in again.err


def test_added_source_leaves_a_name_to_the_one_that_has_it(paper: SampleServer, tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    add_entry(file, Source(url="https://courier.example/", name="the harbour courier"))

    done = run_apart("source", "add", paper.url, "--yes", "--delay", "0", folder=tmp_path)

    assert (done.code, done.err) == (0, "")
    assert [source.name for source in read_sources(file).sources] == ["the harbour courier", None]


def test_later_pages_of_a_list_are_no_sections(tmp_path: Path) -> None:
    sections = {
        f"/{name}": front(*(f"/{name}/the-story-{n}" for n in range(6)))
        for name in ("sport", "kreis-7", "page/2/", "pagina-3", "seite/4", "?page=5", "5")
    }
    menu = "".join(f"<a href='{path}'>{path.strip('/?')}</a> " for path in sections)
    home = f"<nav>{menu}<a href='/page/6/'>Older posts</a></nav><h2><a href='/a'>A story on the first page</a></h2>"
    pages = {**sections, "/": answer(f"<html><body>{home}</body></html>".encode())}
    with misbehaving(pages) as server:
        done = run_apart("source", "add", server.url, "--yes", "--delay", "0", folder=tmp_path)

    assert done.code == 0, done.err
    (source,) = read_sources(tmp_path / "sources.toml").sources
    assert source.fronts == (server.url, f"{server.url}sport", f"{server.url}kreis-7")


def test_without_terminal_the_entry_is_printed_and_nothing_saved(paper: SampleServer, tmp_path: Path) -> None:
    done = run_apart("source", "add", paper.url, "--delay", "0", folder=tmp_path)

    assert done.code == 0
    assert done.out.startswith(f'[[source]]\nurl = "{paper.url}"\nname = "The Harbour Courier"\n')
    assert "nothing was saved: --yes saves it" in done.err
    assert list(tmp_path.iterdir()) == []


def test_one_interrupt_at_the_question_ends_it_and_nothing_is_saved(
    paper: SampleServer, tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    arguments = [PROGRAM, "source", "add", paper.url, "--delay", "0"]
    with subprocess.Popen(arguments, stdin=theirs, stdout=theirs, stderr=theirs, cwd=tmp_path) as process:
        said = b""
        while b"[Y/n]" not in said:
            said += os.read(ours, 65536)
        try:
            # Python does not hear of a signal that comes right before it waits for input: then another follows.
            for _ in range(20):
                time.sleep(1)
                process.send_signal(signal.SIGINT)
                with suppress(subprocess.TimeoutExpired):
                    process.wait(3)
                    break
        finally:
            process.kill()
        code = process.wait()
    os.close(theirs)  # from here on there is an end to be read, and nobody waits for more
    end = os.read(ours, 65536)
    os.close(ours)

    assert (code, end.split()) == (ExitCode.INTERRUPTED, [b"archiver:", b"interrupted"])
    assert list(tmp_path.iterdir()) == []


def test_robots_txt_is_obeyed_and_who_asks_is_said(tmp_path: Path) -> None:
    pages = {
        "/": front("/a", "/b"),
        "/robots.txt": answer(b"User-agent: *\nDisallow: /feed.xml\n", content_type="text/plain"),
    }
    with misbehaving(pages) as server:
        done = run_apart(
            "source", "add", server.url, "-y", "--delay", "0", "--contact", "me@x.example", folder=tmp_path
        )

    assert done.code == 0
    assert "robots.txt does not allow it" in done.out
    assert "/feed.xml" not in server.asked
    assert all("(+me@x.example)" in request for request in server.requests)
    assert read_sources(tmp_path / "sources.toml").contact == "me@x.example"


@pytest.mark.parametrize(
    ("pages", "message"),
    [
        ({"/": answer(b"", "404 Not Found")}, "cannot be read: HTTP status 404"),
        ({"/": answer(b"%PDF-1.7", content_type="application/pdf")}, "is no page"),
        ({"/": answer(b"<p>Welcome"), "/feed.xml": answer(b"<p>None")}, "shows no stories that can be read"),
        ({"/": redirect("http://other.example/")}, "it leads to another site"),
        (
            {
                "/": answer(b"<title>News</title><noscript>Please enable JavaScript</noscript>"),
                "/feed.xml": feed(),
            },
            "nothing without JavaScript; javascript = true in sources.toml",
        ),
    ],
)
def test_site_that_cannot_be_used_is_one_line(tmp_path: Path, pages: dict[str, object], message: str) -> None:
    with misbehaving(pages) as server:  # type: ignore[arg-type]  # they are answers
        done = run_apart("source", "add", server.url, "--yes", "--delay", "0", folder=tmp_path)

    assert done.code == 1
    assert message in done.err
    assert done.err.count("\n") == 1
    assert not (tmp_path / "sources.toml").exists()


def test_story_is_no_site(tmp_path: Path) -> None:
    date = b"<meta property='article:published_time' content='2026-10-20T08:00:00Z'></head>"
    page = answer(story().replace(b"</head>", date))
    with misbehaving({"/2026/10/flood-closes-the-old-bridge": page}) as server:
        address = f"{server.url}2026/10/flood-closes-the-old-bridge"
        done = run_apart("source", "add", address, "--yes", "--delay", "0", folder=tmp_path)

    said = f"archiver: {address} is a story: give the address of the site's first page\n"
    assert (done.code, done.err) == (1, said)


def test_site_that_refuses_its_first_page_is_not_said_to_have_another(tmp_path: Path) -> None:
    with misbehaving({"/": answer(b"", "403 Forbidden"), "/a": answer(b"", "403 Forbidden")}) as server:
        first = run_apart("source", "add", server.url, "--yes", "--delay", "0", folder=tmp_path)
        other = run_apart("source", "add", f"{server.url}a", "--yes", "--delay", "0", folder=tmp_path)

    assert first.err == f"archiver: {server.url} cannot be read: HTTP status 403\n"
    assert "give the address of a site's first page" in other.err


def test_trial_shows_what_would_be_stored_and_stores_nothing(tmp_path: Path) -> None:
    pages = {
        "/": front(),
        "/feed.xml": feed("/a", "/gone", "/form"),
        "/a": answer(story("The ferry sails again")),
        "/form": answer(b"<html><body><form><input name=q></form><p>Search</p></body></html>"),
    }
    with misbehaving(pages) as server:
        done = run_apart("source", "test", server.url, "--delay", "0", folder=tmp_path)

    assert (done.code, done.err) == (0, "")
    assert "The ferry sails again\n  no date · no author · en ·" in done.out.replace(
        "2026-11-20 10:59 UTC", "no date"
    )
    assert "not stored: gone  HTTP status 404" in done.out
    assert "Of 3 pages a crawl would store 1." in done.out
    assert list(tmp_path.iterdir()) == []


def test_trial_names_listings_elsewhere_that_do_not_come_and_looks_at_usual_places(tmp_path: Path) -> None:
    away = "http://127.0.0.2:9/news"
    link = f"<link rel='alternate' type='application/rss+xml' href='{away}.rss'>"
    pages = {"/": f"<head><title>News</title>{link}</head><p>Welcome.", "/robots.txt": f"Sitemap: {away}.xml"}
    with misbehaving({path: answer(text.encode()) for path, text in pages.items()}) as server:
        server.pages |= {"/feed": feed("/a"), "/a": answer(story("Alpha"))}
        done = run_apart("source", "test", server.url, "--delay", "0", folder=tmp_path)

    assert done.code == 0, done.err
    assert all(f"{away}{ending} leads to 127.0.0.2" in done.out for ending in (".rss", ".xml"))
    assert "Of 1 page a crawl would store 1." in done.out


def test_trial_of_a_site_that_is_not_there_fetches_nothing(tmp_path: Path) -> None:
    with misbehaving({"/": answer(b"", "500 Internal Server Error")}) as server:
        (tmp_path / "sources.toml").write_text(
            f'[[source]]\nurl = "{server.url}"\nname = "N"\nfeeds = ["{server.url}x"]'
        )
        done = run_apart("source", "test", "n", "--delay", "0", folder=tmp_path)

    assert done.code == 3
    assert "No story was found." in done.out


def test_list_tells_what_is_archived(
    paper: SampleServer, tmp_path: Path, archive: Path, crawl: Crawl, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(f'[[source]]\nurl = "{paper.url}"\nlanguage = "en"\n\n' + KEPT.partition("\n\n\n")[2])
    crawl(paper.url, PAGE_BUDGET=3)

    done = runner(capsys)("source", "list", "--sources", file, "--archive", archive, "--json")

    ours, *others = map(json.loads, done.out.splitlines())
    assert (ours["url"], ours["language"], ours["articles"]) == (paper.url, "en", 3)
    assert datetime.now(UTC) - datetime.fromisoformat(ours["last_crawl"]) < timedelta(minutes=5)
    assert [(other["articles"], other["last_crawl"]) for other in others] == [(0, None), (0, None)]
    assert "The Courier" in runner(capsys)("source", "list", "--sources", file).out


def test_list_for_programs_has_every_key_of_an_entry(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "sources.toml"
    values = {"pages": 9, "pages_a_day": 90, "megabytes_a_day": 1.5, "delay": 2.0, "javascript": True}
    lines = (f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    file.write_text('[[source]]\nurl = "https://news.example/"\n' + "".join(lines))

    done = runner(capsys)("source", "list", "--sources", file, "--archive", tmp_path / "none.db", "--json")

    assert values.items() <= json.loads(done.out).items()


@pytest.mark.parametrize(
    ("url", "left"),
    [
        (
            "https://news.example/",
            KEPT.partition("[[source]]")[0]
            + "# about the second\n"
            + KEPT.partition("# about the second\n")[2],
        ),
        ("https://courier.example/", KEPT.partition('[[source]]\nurl = "https://courier')[0] + "# the end\n"),
    ],
)
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_remove_leaves_everything_else_byte_for_byte(
    tmp_path: Path, url: str, left: str, line_end: str
) -> None:
    file = tmp_path / "sources.toml"
    file.write_bytes(KEPT.replace("\n", line_end).encode())

    remove_entry(file, url)

    assert file.read_bytes() == left.replace("\n", line_end).encode()


def test_what_was_added_and_removed_leaves_no_trace(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(KEPT)
    name = 'Line\nbreak, "quotes" \\ and é'

    add_entry(
        file, Source(url="https://third.example/", name=name, feeds=("https://third.example/feed",) * 9)
    )
    assert file.read_text().startswith(KEPT)
    assert read_sources(file).sources[2].name == name
    remove_entry(file, "https://third.example/")

    assert file.read_text() == KEPT


def test_last_source_may_go_and_another_come(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = runner(capsys)
    file = tmp_path / "sources.toml"
    add_entry(file, Source(url="https://news.example/", name="The News"))

    assert run("source", "remove", "the news", "--sources", file).code == 0
    assert "lists no site" in run("source", "list", "--sources", file).out
    add_entry(file, Source(url="https://news.example/"))
    assert len(read_sources(file).sources) == 1


def test_entries_written_in_another_way_are_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text('source = [{url = "https://news.example/"}]\n')

    with pytest.raises(SourceError, match="take it out by hand"):
        remove_entry(file, "https://news.example/")
    with pytest.raises(SourceError, match="add the entry by hand"):
        add_entry(file, Source(url="https://courier.example/"))
    assert file.read_text() == 'source = [{url = "https://news.example/"}]\n'


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["source", "add", "no address"], 2, "is no address of a site"),
        (
            ["source", "remove", "nobody"],
            1,
            "names no source 'nobody': it lists https://news.example/, The Courier",
        ),
        (["source", "list", "--sources", "none.toml"], 1, "there is no none.toml: `archiver source add URL`"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    (tmp_path / "sources.toml").write_text(KEPT)

    done = run_apart(*arguments, folder=tmp_path)

    assert (done.code, done.out) == (code, "")
    assert message in done.err


def test_language_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(KEPT.replace('name = "The Courier"', 'language = "englisch"'))

    with pytest.raises(
        SourceError, match=r"line 13: source 2 .*language: 'englisch' is no language: give its code"
    ):
        read_sources(file)


NOW = datetime(2026, 11, 20, tzinfo=UTC)


def listing(name: str, kind: ListingKind, stories: str, days_old: int = 0, **more: str) -> FoundListing:
    dated = None if kind in (ListingKind.FRONT, ListingKind.SECTION) else NOW - timedelta(days=days_old)
    listings = tuple(Listing(url=f"https://news.example/{each}", date_published=dated) for each in stories)
    return FoundListing(url=f"https://news.example/{name}", kind=kind, listings=listings, **more)  # type: ignore[arg-type]  # texts


def test_only_listings_that_add_something_are_chosen() -> None:
    found = (
        listing("", ListingKind.FRONT, "ab"),
        listing("part.xml", ListingKind.FEED, "bc"),
        listing("all.xml", ListingKind.FEED, "abc"),
        listing("old.xml", ListingKind.FEED, "x", days_old=31),
        listing("comments.xml", ListingKind.FEED, "y"),
        listing("empty.xml", ListingKind.FEED, ""),
        listing("lost.xml", ListingKind.FEED, "", failed="HTTP status 404"),
        listing("city", ListingKind.SECTION, "abcd"),
        listing("sport", ListingKind.SECTION, "abcd"),
    )

    chosen = {choice.listing.url.rpartition("/")[2]: choice for choice in choices(found, NOW)}

    assert [name for name, choice in chosen.items() if choice.is_kept] == ["", "all.xml", "city"]
    assert chosen["part.xml"].why == "all of it is in https://news.example/all.xml"
    assert chosen["old.xml"].why == "stale: 31 days behind the site's newest story"
    assert chosen["comments.xml"].why == "readers' comments"
    assert chosen["empty.xml"].why == "lists no story"
    assert chosen["lost.xml"].why == "HTTP status 404"
    assert (chosen["all.xml"].overlap, chosen["old.xml"].overlap) == (1.0, 0.0)
    assert chosen[""].newest == NOW


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://müller.example/", "müller.example"),
        ("https://müller.example/", "https://Müller.example"),
        ("http://A.example:80", "http://A.example:80"),
    ],
)
def test_source_is_found_by_its_address_as_the_file_writes_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], url: str, name: str
) -> None:
    file = tmp_path / "sources.toml"
    file.write_text(f'[[source]]\nurl = "{url}"\n')

    assert runner(capsys)("source", "remove", name, "--sources", file).code == 0
