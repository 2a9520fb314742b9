"""Lists of the reading room: what a page does not show of them, it says; and what a search's page says of itself."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from archives import DAY, NOON, article, crawl, filled, link, visit
from rooms import Room, serving

from archiver.items import CrawlState, Outcome
from db.store import finish_crawl, record_visit

STORIES = 30
LINKING = 60
LONG = "The water rose by two metres on Friday night and took the railing of the old bridge with it. " * 9


@pytest.fixture(scope="module")
def room(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Room]:
    """Serve an archive with a story to which many pages point, and whose headline and page changed often."""
    path = tmp_path_factory.mktemp("lists") / "archive.db"
    stories = [
        article(f"s{n}", f"Flood {n}", f"{LONG} {n}", authors=(f"Ann Lee{n}",), date_published=NOON - n * DAY)
        for n in range(STORIES)
    ]
    archive = filled(path, stories)
    number = crawl(archive)
    for n in range(LINKING):
        shown = [link("s0", f"Bridge of {n} metres"), link(f"lacking{n}", f"Dam {n} of the river", 1)]
        record_visit(archive, number, visit(article(f"p{n}", f"Page {n}", f"Text {n}."), shown))
    for n in range(40):
        changed = replace(stories[0], headline=f"Flood 0, number {n}")
        fetched = NOON + timedelta(hours=n + 1)
        record_visit(archive, number, visit(changed, outcome=Outcome.CHANGED, article_id=1, fetched=fetched))
    archive.close()
    with serving(path) as room:
        yield room


def text(page: str) -> str:
    """Return the text of a page, on one line."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", "", page)).split())


@pytest.mark.parametrize(
    ("place", "key", "number"),
    [
        ("/search?q=water", "hits", STORIES),
        ("/search?", "hits", STORIES + LINKING),
        ("/search?q=river+in:headlines", "headlines", LINKING),
        ("/missing?", "missing", LINKING),
        ("/changes?", "changes", 40),
    ],
)
def test_list_goes_on_until_all_is_shown(room: Room, place: str, key: str, number: int) -> None:
    asked, shown = f"{place}&limit=7", []
    while asked:
        shown.append(len(room.get(asked.replace("?", ".json?")).data[key]))
        found = re.findall(r'<a class="button" href="([^"]*)">More', room.get(asked).text)
        asked = html.unescape(found[0]) if found else ""

    assert shown == [*(n for n in (7, 14, 28, 56) if n < number), number]


def test_list_that_no_page_shows_whole_says_so(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    archive = filled(path, [])
    number = crawl(archive)
    shown = [link(f"lacking{n}", f"Dam {n} of the river", n) for n in range(1001)]
    record_visit(archive, number, visit(article("p", "Page", "Text."), shown))
    archive.close()
    with serving(path) as room:
        page, whole = room.get("/missing?limit=1000").text, room.get("/missing?limit=999").text
        headlines = room.get("/search?q=river+in:headlines&limit=1000").text

    assert "The first 1,000; archiver missing --limit 100000 tells all." in text(page)
    assert 'class="button"' not in page
    assert 'href="/missing?limit=1000">More' in whole
    assert "The first 1,000 related headlines, the best first" in text(headlines)
    assert "archiver search --limit 100000 'river in:headlines' tells all." in text(headlines)


def test_article_s_page_says_what_it_leaves_out(room: Room) -> None:
    page, data = text(room.get("/articles/1").text), room.get("/articles/1.json").data
    story = text(room.get("/explain?url=https://news.example/s0").text)

    assert (len(data["pointed_by"]), len(data["captures"])) == (50, 30)
    assert "The first 50; archiver related 1 --limit 100000 tells all." in page
    assert "The latest 30; its whole story has more." in page
    assert "The first 60; archiver history 1 tells all." in page
    assert "The first 50; archiver related --limit 100000 https://news.example/s0 tells all." in story
    assert "tells all" not in text(room.get(f"/articles/{STORIES + LINKING}").text)


def test_rarer_counts_are_shown_if_asked(room: Room) -> None:
    page = room.get("/search?q=water").text

    assert "22 more" in text(page)
    assert all(f"author=Ann+Lee{n}" in page for n in range(STORIES))


def test_number_of_articles_is_told_without_words(room: Room) -> None:
    assert "The latest articles, 90 in all" in text(room.get("/").text)
    assert "The latest articles, 3 in all" in text(room.get("/search?since=2026-11-18&until=20261120").text)


@pytest.mark.parametrize(
    ("sort", "words"),
    [("best", "the best first"), ("recent", "the best first, new ones lifted"), ("date", "the latest first")],
)
def test_order_is_told(room: Room, sort: str, words: str) -> None:
    assert f"30 articles, {words} " in text(room.get(f"/search?q=water&sort={sort}").text)


def test_programs_get_matches_between_plain_marks(room: Room) -> None:
    hit = room.get("/search.json?q=railing&limit=1").data["hits"][0]
    headline = room.get("/search.json?q=river+in:headlines&limit=1").data["headlines"][0]
    pages = room.get("/search?q=railing").text + room.get("/search?q=river+in:headlines").text

    assert "the *railing* of" in hit["snippet"]
    assert "the *river*" in headline["snippet"]
    assert "the <mark>railing</mark> of" in pages
    assert "the <mark>river</mark>" in pages


def test_texts_beginning_ends_at_a_word(room: Room) -> None:
    snippets = [hit["snippet"] for hit in room.get("/search.json?until=2026-11-19").data["hits"]]

    assert snippets
    assert all(re.search(r"\w …?$|\w…$", each) for each in snippets)
    assert all(LONG.startswith(each[:-1]) and LONG[len(each) - 1] in " ." for each in snippets)


def test_hits_tell_the_day_alone(room: Room) -> None:
    page = room.get("/search?since=2026-11-20&until=2026-11-20").text

    assert '<time datetime="2026-11-20T12:00:00Z">2026-11-20</time> ·' in page


def test_form_keeps_what_was_asked(room: Room) -> None:
    page = room.get("/search?q=water&since=2026-11-01T08:00&until=20261121&distinct=0").text

    assert '<input type="text" name="since" value="2026-11-01T08:00">' in page
    assert '<input type="date" name="until" value="2026-11-21">' in page
    assert "checked" not in page
    assert "checked" in room.get("/search?q=water&distinct=1").text
    for place in ("/changes", "/missing"):
        assert (
            'type="text" name="since" value="2026-11-01T08:00"'
            in room.get(f"{place}?since=2026-11-01T08:00").text
        )


def test_filters_are_written_as_for_the_command(room: Room) -> None:
    every, none = (
        room.get(f"/search.json?since={since}&limit=1000").data["hits"] for since in ("2026", "2030-01")
    )
    assert every
    assert none == []
    assert room.get("/search.json?since=2026&until=2026-11&limit=1000").data["hits"] == every
    assert room.get("/search.json?since=7d").status == 200
    assert 'name="since" value="2026-11"' in room.get("/search?since=2026-11").text


def test_wrong_search_is_mended_where_it_was_written(room: Room) -> None:
    for path in ("/search", "/links"):
        page = room.get(f"{path}?q=*&lang=en")
        assert page.status == 400
        assert '<p role="alert">nothing to search for' in page.text
        assert f'<form class="search" action="{path}"' in page.text
        assert 'name="q" value="*"' in page.text
        assert 'name="lang" value="en"' in page.text
        assert page.text.count("<h1") == 1


@pytest.mark.parametrize("field", ["sort=date", "sort=recent", "distinct=1"])
def test_headlines_are_neither_sorted_nor_distinct(room: Room, field: str) -> None:
    assert "are for articles" in room.get(f"/search?q=river+in:headlines&{field}").text
    assert room.get("/search?q=river+in:headlines&sort=best&distinct=0").status == 200


def test_headline_that_is_a_correction_is_told_once(tmp_path: Path) -> None:
    plain = article("s", "Bridge costs four million", "It costs four million.")
    notice = "Correction: bridge costs five million"
    archive = filled(tmp_path / "archive.db", [plain])
    changed = replace(plain, headline=notice, body="It costs five million.")
    record_visit(archive, crawl(archive), visit(changed, outcome=Outcome.CHANGED, article_id=1))
    archive.close()
    with serving(tmp_path / "archive.db") as room:
        change = room.get("/changes.json").data["changes"][0]
        page = room.get("/changes").text

    assert "correction" in change["kinds"]
    assert page.count(notice) == 1


def test_texts_that_run_from_the_right_stand_at_the_right(tmp_path: Path) -> None:
    arabic = article(
        "ar", "“المجلس البلدي” يقرر", "قرر المجلس البلدي إعادة بناء الجسر القديم.", language="ar"
    )
    filled(tmp_path / "archive.db", [arabic, article("en", "1 bridge opens", "It opens.")]).close()
    with serving(tmp_path / "archive.db") as room:
        assert '<article class="story" dir="rtl" lang="ar">' in room.get("/articles/1").text
        assert '<article class="story" dir="ltr">' in room.get("/articles/2").text
        assert re.findall(r'<li class="hit" dir="(\w+)">', room.get("/").text) == ["ltr", "rtl"]
        labels = re.findall(r'direction="(\w+)" text-anchor="(\w+)"', room.get("/links").text)
        assert sorted(labels) in ([("ltr", "start"), ("rtl", "start")], [("ltr", "end"), ("rtl", "end")])


def test_crawls_of_many_sites_are_told_by_their_sums(tmp_path: Path) -> None:
    sites, path = 60, tmp_path / "archive.db"
    archive = filled(path, [])
    for number in [crawl(archive) for _ in range(4)]:
        for n in range(sites):
            story = article(f"p{n}", f"Page {n}", f"Text {n}.", url=f"https://site{n}.example/{number}")
            of_site = visit(story, source=f"https://site{n}.example/")
            quiet = replace(of_site, outcome=Outcome.NOT_ARTICLE, split=None)
            record_visit(archive, number, of_site if n == 7 else quiet)
        finish_crawl(archive, number, finished=NOON + timedelta(minutes=5), state=CrawlState.DONE)
    archive.close()
    with serving(path) as room:
        crawls, page = room.get("/crawls.json?limit=2").data["crawls"], room.get("/crawls?limit=2").text
        (earlier,) = re.findall(r'<a class="button" href="([^"]*)">Earlier crawls', page)
        further = room.get(html.unescape(earlier)).text
        whole = room.get("/crawls/5").text

    assert (crawls[0]["sites"], crawls[0]["outcomes"]) == (sites, {"not_article": sites - 1, "stored": 1})
    assert page.count('class="count"') == 2 * 2
    assert re.findall(r'href="/crawls/(\d+)"', page + further) == ["5", "4", "3", "2"]
    assert '<a class="button" href="/crawls?limit=2">Latest crawls' in further
    told, _, rest = whole.partition("<details>")
    assert re.findall(r'href="/sources/([^"]*)"', told) == ["site7.example"]
    assert rest.count('href="/sources/') == sites - 1
    assert "59 not article" in told


def test_crawl_that_was_killed_does_not_run(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    archive = filled(path, [])
    with serving(path) as room:
        running = room.get("/crawls.json").data["crawls"][0]["state"], room.get("/crawls/1").text
        archive.close()  # without its end, as a kill does
        killed = room.get("/crawls.json").data["crawls"][0]["state"], room.get("/crawls/1").text

    assert (running[0], "running ·" in running[1]) == ("running", True)
    assert (killed[0], "interrupted ·" in killed[1]) == ("interrupted", True)
