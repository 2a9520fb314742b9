"""archiver serve: the archive in a browser, as any program that speaks HTTP meets it."""

import csv
import html
import io
import json
import re
import socket
import zipfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import feedparser  # type: ignore[import-untyped] # it has no types
import pytest
from archives import article, filled, link, visit
from archives import crawl as crawl_row
from commands import run_apart
from conftest import crawl_of
from hostile import HEADLINE, PATHS, pages
from misbehaving import misbehaving
from rooms import Room, crawl_both_editions, serving

from archiver.sample.server import serve
from db.connection import read_archive
from db.store import record_visit

PLACES = (
    "/", "/search?q=bridge", "/articles/1", "/articles/1/versions", "/articles/1/links", "/links?q=bridge", "/links",
    "/sources", "/changes", "/missing", "/crawls", "/crawls/1", "/captures/1",
)  # fmt: skip


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, fresh_processes: ProcessPoolExecutor) -> Path:
    """Make an archive of both editions of the sample newspaper, and of a hostile site."""
    path = tmp_path_factory.mktemp("room") / "archive.db"
    crawl = crawl_of(fresh_processes, path)
    crawl_both_editions(crawl)
    with misbehaving({}) as elsewhere, misbehaving(pages(elsewhere.url)) as server:
        crawl(server.url)
    return path


@pytest.fixture(scope="module")
def room(archive: Path) -> Iterator[Room]:
    with serving(archive) as room:
        yield room


def article_id(archive: Path, condition: str) -> int:
    with closing(read_archive(archive)) as connection:
        found: int = connection.execute(f"SELECT id FROM articles WHERE {condition}").fetchone()[0]
        return found


@pytest.mark.parametrize("place", PLACES)
def test_every_page_has_a_form_for_people_and_one_for_programs(room: Room, place: str) -> None:
    path, _, query = place.partition("?")
    page = room.get(place)
    data = room.get(f"{'/search' if path == '/' else path}.json?{query}")

    assert (page.status, data.status) == (200, 200)
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.text.count("<h1") == 1
    assert data.headers["content-type"] == "application/json"
    assert data.data


def test_search_finds_and_filters(room: Room) -> None:
    assert [hit["headline"] for hit in room.get("/search.json?q=seagrass+divers").data["hits"]] == [
        "Seagrass beds in the outer harbour are growing again, divers find"
    ]
    assert {hit["language"] for hit in room.get("/search.json?lang=fr").data["hits"]} == {"fr"}
    assert room.get("/search.json?q=seagrass&until=2026-01-01").data["hits"] == []
    days = [
        hit["date_published"][:10]
        for hit in room.get("/search.json?since=2026-11-19&until=2026-11-19").data["hits"]
    ]
    assert days
    assert set(days) == {"2026-11-19"}


def test_counts_beside_the_results_narrow_them_down(room: Room) -> None:
    data = room.get("/search.json?q=harbour").data
    languages = {count["key"]: count["articles"] for count in data["counts"]["lang"]}
    page = room.get("/search?q=harbour").text

    assert (
        sum(languages.values())
        == data["articles"]
        == len(room.get("/search.json?q=harbour&limit=200").data["hits"])
    )
    assert "Quill" in str(data["counts"]["author"])
    assert 'href="/search?q=harbour&amp;author=Nora+Quill"' in page
    assert len(room.get("/search.json?q=harbour&author=Nora+Quill").data["hits"]) == next(
        count["articles"] for count in data["counts"]["author"] if count["key"] == "Nora Quill"
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [("section", "City"), ("section", "ciTY"), ("change", "headline"), ("change", "correction")],
)
def test_section_and_kind_of_change_narrow_down_all_that_a_search_gives(
    room: Room, field: str, value: str
) -> None:
    asked = f"{field}={value}"
    found = room.get(f"/search.json?{asked}&limit=200").data
    urls = {hit["url"] for hit in found["hits"]}
    all_counts = room.get("/search.json?limit=200").data["counts"][field]
    exported = [json.loads(line) for line in room.get(f"/export?{asked}").text.splitlines()]

    assert urls
    assert len(urls) == found["articles"] == found["counted_articles"]
    assert len(urls) == next(each["articles"] for each in all_counts if each["key"].lower() == value.lower())
    assert {each["url"] for each in exported} == urls
    assert {
        each.link for each in feedparser.parse(room.get(f"/feed.xml?{asked}&limit=200").body).entries
    } == urls
    assert room.get(f"/search.json?{asked}&q=xyzzyq").data["hits"] == []
    assert f"{asked}" in room.get(f"/search?{asked}").text


def test_facets_lead_to_section_and_kind_of_change_and_back(room: Room) -> None:
    page = room.get("/search?q=harbour").text
    narrowed = room.get("/search?q=harbour&section=City&change=body").text

    assert 'href="/search?q=harbour&amp;section=City"' in page
    assert 'href="/search?q=harbour&amp;change=body"' in page
    assert 'href="/search?q=harbour&amp;section=City">any' in narrowed
    assert 'href="/search?q=harbour&amp;change=body">any' in narrowed


def test_chart_has_a_column_for_every_day_of_a_short_time_and_says_it_as_a_table(room: Room) -> None:
    page, data = room.get("/search?q=harbour").text, room.get("/search.json?q=harbour").data

    assert '<svg class="columns"' in page
    assert page.count('class="whole"') == 7
    assert "since=2026-11-19&amp;until=2026-11-19" in page
    assert "Coverage by day as a table" in page
    assert sum(each["articles"] for each in data["coverage"]) == data["articles"]


def test_related_headlines_are_searched_too(room: Room) -> None:
    hits = room.get("/search.json?q=keeper+in:headlines").data["headlines"]

    assert hits
    assert "keeper" in room.get("/search?q=keeper+in:headlines").text


def test_order_is_chosen(room: Room) -> None:
    dates = [hit["date_published"] for hit in room.get("/search.json?q=harbour&sort=date").data["hits"]]

    assert len(dates) > 2
    assert [date for date in dates if date] == sorted(filter(None, dates), reverse=True)


def test_search_comes_as_a_feed(room: Room) -> None:
    reply = room.get("/feed.xml?q=harbour")
    feed = feedparser.parse(reply.body)

    assert reply.headers["content-type"].startswith("application/rss+xml")
    assert not feed.bozo
    assert len(feed.entries) == len(room.get("/search.json?q=harbour&limit=200").data["hits"])
    assert feed.feed.link == f"{room.address}search?q=harbour"


def test_latest_articles_come_first_where_nothing_is_asked_for(room: Room) -> None:
    dates = [hit["date_published"] for hit in room.get("/search.json?limit=50").data["hits"]]

    assert [date for date in dates if date] == sorted(filter(None, dates), reverse=True)
    assert None not in dates[: len(list(filter(None, dates)))]


def test_versions_are_shown_side_by_side(room: Room, archive: Path) -> None:
    id_ = article_id(archive, "revision = 2 AND headline LIKE 'Seagrass%'")
    page = room.get(f"/articles/{id_}/versions").text

    assert "<del> 41</del>" in page
    assert "<ins> 31</ins>" in page


def test_article_shows_its_links_and_what_points_to_it(room: Room, archive: Path) -> None:
    id_ = article_id(archive, "url LIKE '%c12-871204%'")
    data = room.get(f"/articles/{id_}.json").data

    assert len(data["article"]["related"]) == 12
    assert {edge["kind"] for edge in data["pointed_by"]} >= {"related"}
    assert "Gros porteur chinois" in room.get(f"/articles/{id_}").text


def test_address_of_an_article_leads_to_it(room: Room, archive: Path) -> None:
    id_ = article_id(archive, "url LIKE '%c12-871204%'")
    with closing(read_archive(archive)) as connection:
        url = connection.execute("SELECT url FROM articles WHERE id = ?", (id_,)).fetchone()[0]
    reply = room.get(f"/articles?url={quote(url, safe='')}")

    assert (reply.status, reply.headers["location"]) == (303, f"/articles/{id_}")


def test_source_page_shows_what_stood_on_the_front(room: Room) -> None:
    source = room.get("/sources.json").data["sources"][0]["source"]
    data = room.get(f"/sources/{quote(source)}.json").data

    assert data["front"]["items"][0]["headline"]
    assert sum(day["articles"] for day in data["account"]["days"]) > 20
    assert "was first read at" in room.get(f"/sources/{quote(source)}.json?at=2020-01-01").data["no_front"]


def test_source_page_tells_its_crawls_by_day_with_what_failed(room: Room, archive: Path) -> None:
    with closing(read_archive(archive)) as connection:
        host, crawls, new, failed = connection.execute(
            """SELECT host, count(*), sum(new), sum(failed) FROM funnels JOIN sources ON sources.id = source_id
            WHERE source_id = (SELECT min(id) FROM sources)"""
        ).fetchone()
    days = room.get(f"/sources/{quote(host)}.json").data["account"]["funnel_days"]
    page = room.get(f"/sources/{quote(host)}").text

    assert sum(day["crawls"] for day in days) == crawls
    assert sum(day["new"] for day in days) == new
    assert (
        sum(day["failed"] for day in days) == failed == sum(sum(day["reasons"].values()) for day in days) > 0
    )
    assert re.search(r'<span class="count">\d+ gone</span>', page)


def test_source_page_leads_through_the_states_of_its_front(room: Room) -> None:
    source = room.get("/sources.json").data["sources"][0]["source"]
    latest = room.get(f"/sources/{quote(source)}").text
    earlier = html.unescape(re.findall(r'<a href="([^"]*)">What stood there before', latest)[0])
    before = room.get(earlier.partition("#")[0]).text
    later = html.unescape(re.findall(r'<a href="([^"]*)">what came next', before)[0])
    (field,) = re.findall(r'step="1" name="at" value="([^"]*)"', before)
    shown, again = (
        room.get(f"/sources/{quote(source)}.json?at={at}").data["front"]["items"]
        for at in (re.findall(r"at=([^#]*)", earlier)[0], field)
    )

    assert shown == again  # also if one presses "Show"
    assert "Tide gauge at the customs steps" in latest.partition("Most linked")[0]
    assert "Tide gauge at the customs steps" not in before.partition("Most linked")[0]
    assert (
        "Tide gauge at the customs steps"
        in room.get(later.partition("#")[0]).text.partition("Most linked")[0]
    )


def test_source_page_shows_changed_and_vanished_stories_apart(room: Room) -> None:
    source = room.get("/sources.json").data["sources"][0]["source"]
    data = room.get(f"/sources/{quote(source)}.json").data

    assert {"gone"} == {kind for change in data["gone"] for kind in change["kinds"]}
    assert data["changes"]
    assert not any("gone" in change["kinds"] for change in data["changes"])
    assert data["account"]["most_linked"][0]["pages"] > 1


def test_crawl_page_lists_all_that_failed_with_their_story(room: Room, archive: Path) -> None:
    with closing(read_archive(archive)) as connection:
        # The later crawl of the newspaper: what was not asked for is told of the last visit only.
        (crawl_id,) = connection.execute("SELECT max(crawl_id) FROM funnels WHERE source_id = 1").fetchone()
    data, page = room.get(f"/crawls/{crawl_id}.json").data["account"], room.get(f"/crawls/{crawl_id}").text
    robots = next(each for each in data["failures"] if each["outcome"] == "robots")

    assert len(data["failures"]) == sum(funnel["failed"] for funnel in data["funnels"])
    assert robots["capture_id"] is None
    assert f'href="/explain?url={quote(robots["url"], safe="/")}"' in page
    assert '<span class="count">1 robots</span>' in page


def test_changes_are_told_by_kind(room: Room) -> None:
    kinds = {
        kind for change in room.get("/changes.json?kind=gone").data["changes"] for kind in change["kinds"]
    }

    assert kinds == {"gone"}


@pytest.mark.parametrize(
    ("path", "status", "words"),
    [
        ("/search?q=%22", 400, "word"),
        ("/search?since=tomorrow", 400, "give 2026-01-31, 2026-01, 2026, today"),
        ("/search?distinct=no", 400, "give 1 or 0"),
        ("/search?q=bridge&language=fr", 400, "there is no field language: give one of q, source"),
        ("/feed.xml?language=fr", 400, "there is no field language"),
        ("/search?since=2026-11-21&until=2026-11-20", 400, "since is not before until"),
        ("/changes?since=2026-11-21&until=2026-11-01", 400, "since is not before until"),
        ("/search?source=a.example&source=b.example", 400, "source is given more than once"),
        ("/search?limit=0", 400, "from 1 to 1,000"),
        ("/search?limit=9999999999999999999999", 400, "from 1 to 1,000"),
        ("/search?source=nosuch.example", 400, "nosuch.example"),
        ("/search?q=bridge&sort=size", 400, "best, recent, date"),
        ("/search?change=weather", 400, "headline, lead, body"),
        ("/export?change=weather", 400, "headline, lead, body"),
        ("/feed.xml?change=weather", 400, "headline, lead, body"),
        ("/changes?kind=weather", 400, "headline"),
        ("/articles/999999", 404, "no article"),
        ("/articles/99999999999999999999999", 404, "no article"),
        ("/articles?url=https%3A%2F%2Fnosuch.example%2F", 404, "nosuch.example"),
        ("/articles", 400, "url is missing"),
        ("/articles/1/versions?old=7&new=9", 404, "version"),
        ("/captures/999999", 404, "capture 999999"),
        ("/crawls/999999", 404, "crawl 999999"),
        ("/sources/nosuch.example", 404, "nosuch.example"),
        ("/explain?url=https%3A%2F%2Fnosuch.example%2F", 404, "nosuch.example"),
        ("/export?form=docx", 400, "jsonl"),
        ("/nosuch", 404, "no page"),
        ("/static/../app.py", 404, "no page"),
        ("/static/%2e%2e/app.py", 404, "no page"),
    ],
)
def test_bad_requests_are_told_what_to_do(room: Room, path: str, status: int, words: str) -> None:
    page = room.get(path)
    place, _, query = path.partition("?")
    data = (
        room.get(f"{place}.json?{query}") if not place.startswith(("/static", "/export", "/feed")) else page
    )

    assert (page.status, data.status) == (status, status)
    assert words in page.text
    if data is not page:
        assert data.data["error"]["status"] == status
        assert words in data.data["error"]["message"]


def test_language_in_which_nothing_is_found_is_told_of(room: Room) -> None:
    assert "The archive has no article in xx." in room.get("/search?q=bridge&lang=xx").text
    narrow = room.get("/search?q=bridge&lang=en-NZ").text
    assert (
        'do not say that they are in en-NZ are found by <a href="/search?q=bridge&amp;lang=en">en</a>'
        in narrow
    )
    assert "pages do not say" not in room.get("/search?q=nosuchword&lang=en").text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
def test_nothing_but_reading_is_taken(room: Room, method: str) -> None:
    assert room.get("/", method).status == 405


@pytest.mark.parametrize("place", [*PLACES, "/nosuch", "/static/room.css"])
def test_every_answer_forbids_scripts_and_other_hosts(room: Room, place: str) -> None:
    headers = room.get(place).headers

    assert "default-src 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "", "localhost.evil.example:8001"]
)
def test_names_that_lead_here_from_elsewhere_are_refused(room: Room, host: str) -> None:
    assert room.get("/", Host=host).status == 421


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "[::1]:8001", "127.0.0.1"])
def test_names_of_this_machine_are_taken(room: Room, host: str) -> None:
    assert room.get("/", Host=host).status == 200


def test_other_names_are_taken_where_they_were_given(archive: Path) -> None:
    names = ("archive.example", "News.example.", "bücher.example", "[fd00::1]")
    with serving(archive, *(f"--host-name={name}" for name in names)) as room:
        for name in ("archive.example", "news.example:8001", "xn--bcher-kva.example", "[fd00::1]:8001"):
            assert room.get("/", Host=name).status == 200
        assert room.get("/", Host="evil.example").status == 421
        assert urlsplit(room.address).hostname == "127.0.0.1"


@pytest.mark.parametrize(
    ("names", "shown"), [(["--host-name=archive.example"], "archive.example"), ([], "0.0.0.0")]
)
def test_address_that_others_can_open_is_shown(archive: Path, names: list[str], shown: str) -> None:
    with serving(archive, "--host=0.0.0.0", *names, "--auth-token=s3cret") as room:
        place = urlsplit(room.address)
        assert place.hostname == shown
        assert Room(f"http://127.0.0.1:{place.port}/").get("/").status == 401


def test_token_is_asked_for_and_kept_in_a_cookie(archive: Path) -> None:
    with serving(archive, "--auth-token", "s3cret") as room:
        refused = room.get("/search.json?q=bridge")
        entered = room.get("/search?token=s3cret")
        cookie = entered.headers["set-cookie"]

        assert (refused.status, "bridge" in refused.text) == (401, False)
        assert room.get("/?token=wrong").status == 401
        assert (entered.status, entered.headers["location"]) == (303, "/search")
        assert "httponly" in cookie.lower()
        assert "samesite=lax" in cookie.lower()  # a link in a mail leads in
        assert room.get("/", Cookie=cookie.partition(";")[0]).status == 200
        assert room.get("/", Authorization="Bearer s3cret").status == 200
        assert room.get("/", Authorization="Bearer nope").status == 401


def test_rooms_of_one_machine_do_not_lock_each_other_out(archive: Path) -> None:
    with serving(archive, "--auth-token", "one") as one, serving(archive, "--auth-token", "other") as other:
        entered = [room.get(f"/?{urlsplit(room.address).query}") for room in (one, other)]
        cookies = "; ".join(
            ['theme={"dark":1}', *(each.headers["set-cookie"].partition(";")[0] for each in entered)]
        )

        assert (one.get("/", Cookie=cookies).status, other.get("/", Cookie=cookies).status) == (200, 200)


def test_token_may_have_any_letters(archive: Path) -> None:
    token = "ключ; voilà"
    with serving(archive, "--auth-token", token) as room:
        entered = room.get(f"/?{urlsplit(room.address).query}")
        cookie = entered.headers["set-cookie"].partition(";")[0]
        bearer = f"Bearer {token}".encode().decode("latin-1")  # as http.client sends bytes

        assert entered.status == 303
        assert room.get("/", Cookie=cookie).status == 200
        assert room.get("/", Authorization=bearer).status == 200
        assert room.get("/", Authorization=bearer[:-1]).status == 401


def test_archived_strings_are_escaped_everywhere(room: Room, archive: Path) -> None:
    id_ = article_id(archive, "url LIKE '%hostile-story%'")
    data = room.get(f"/articles/{id_}.json").data
    assert data["article"]["headline"].startswith("<script>")
    places = (
        f"/articles/{id_}",
        f"/articles/{id_}/versions",
        f"/articles/{id_}/links",
        "/search?q=sign",
        "/missing",
        "/",
    )

    for place in places:
        page = room.get(place).text
        assert "<script" not in page
        assert "<img" not in page
        assert 'href="javascript:' not in page


def test_archived_page_is_shut_in(room: Room, archive: Path) -> None:
    id_ = article_id(archive, "url LIKE '%hostile-story%'")
    capture = next(each for each in room.get(f"/articles/{id_}.json").data["captures"] if each["place"])
    frame, page = room.get(f"/captures/{capture['id']}"), room.get(f"/captures/{capture['id']}/page")

    assert "sandbox title" in frame.text
    assert page.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert page.headers["x-content-type-options"] == "nosniff"
    assert b"took the railing" in page.body
    assert b"<link" not in page.body
    assert b"<meta" not in page.body


@pytest.mark.parametrize("form", ["jsonl", "csv", "parquet", "markdown", "sqlite", "wacz", "dataset"])
def test_what_was_found_comes_as_a_file(room: Room, form: str) -> None:
    reply = room.get(f"/export?q=bridge&form={form}")
    found = len(room.get("/search.json?q=bridge&limit=200").data["hits"])

    assert reply.status == 200
    assert "attachment" in reply.headers["content-disposition"]
    if form == "jsonl":
        assert len(list(map(json.loads, reply.text.splitlines()))) == found > 2
    elif form == "csv":
        assert len(list(csv.DictReader(io.StringIO(reply.text)))) == found
    elif form == "markdown":
        names = zipfile.ZipFile(io.BytesIO(reply.body)).namelist()
        assert sum(name.endswith(".md") and "README" not in name for name in names) == found
    else:
        assert reply.body


def test_links_page_draws_every_story_once(room: Room) -> None:
    data, page = room.get("/articles/1/links.json").data, room.get("/articles/1/links").text
    urls = [node["url"] for node in data["picture"]["nodes"]]

    assert len(urls) == len(set(urls)) > 5
    assert page.count("<circle") == len(urls)
    assert page.count("<line") == len(data["picture"]["arcs"])


def test_stories_around_a_search_stand_around_what_it_finds(room: Room) -> None:
    found = {hit["url"] for hit in room.get("/search.json?q=harbour&lang=en").data["hits"]}
    data, page = (
        room.get("/links.json?q=harbour&lang=en").data["picture"],
        room.get("/links?q=harbour&lang=en").text,
    )
    steps = {node["url"]: node["step"] for node in data["nodes"]}
    ends = {(arc["from_url"], arc["to_url"]) for arc in data["arcs"]}

    assert found == {url for url, step in steps.items() if step == 0}
    assert set(steps.values()) == {0, 1, 2}
    for url, step in steps.items():
        linked = {one for pair in ends if url in pair for one in pair}
        assert step == 0 or any(steps[other] == step - 1 for other in linked)
    assert page.count("<circle") == page.count("<text") == len(steps)
    assert 'action="/links"' in page
    assert "No article matches" in room.get("/links?q=xyzzyq").text
    assert room.get("/links?q=keeper+in:headlines").status == 400


def test_picture_of_many_stories_is_whole(tmp_path: Path) -> None:
    stories = [article(f"s{n}", f"Flood {n}", f"Water stands at {n} metres.") for n in range(260)]
    connection = filled(tmp_path / "archive.db", [])
    number = crawl_row(connection)
    for n, story in enumerate(stories):
        shown = [link(f"s{(n * 7 + k * k) % 260}", f"Flood {k}", k) for k in range(1, 9)]
        record_visit(connection, number, visit(story, shown))
    connection.close()
    with serving(tmp_path / "archive.db") as room:
        for place in ("/links?q=flood", "/articles/1/links"):
            page, data = (
                room.get(place).text,
                room.get(place.replace("links", "links.json", 1)).data["picture"],
            )
            spots = set(re.findall(r'<circle class="[^"]*" cx="(-?\d+)" cy="(-?\d+)"', page))

            assert len(data["nodes"]) == 200 or (place.startswith("/articles") and len(data["nodes"]) > 100)
            assert len(spots) > len(data["nodes"]) * 0.95  # no heap


def test_readers_do_not_wait_for_a_crawl_or_for_each_other(
    archive: Path, room: Room, fresh_processes: ProcessPoolExecutor
) -> None:
    crawl = crawl_of(fresh_processes, archive)
    with serve(port=0, edition=1) as paper, ThreadPoolExecutor(5) as threads:
        crawling = threads.submit(crawl, paper.url)
        replies: list[int] = []
        while not crawling.done() or not replies:
            asked = [
                threads.submit(room.get, place)
                for place in ("/search?q=bridge", "/articles/1", "/sources", "/")
            ]
            replies += [each.result().status for each in asked]
        assert crawling.result()

    assert set(replies) == {200}


def test_pages_are_whole_after_a_new_article_and_after_forgetting(archive: Path, tmp_path: Path) -> None:
    assert run_apart("backup", "--archive", archive, tmp_path / "copy.db").code == 0
    with serving(tmp_path / "copy.db") as room:
        id_ = article_id(tmp_path / "copy.db", "url LIKE '%hostile-story%'")
        url = room.get(f"/articles/{id_}.json").data["article"]["url"]
        forgot = run_apart("forget", "--archive", tmp_path / "copy.db", url, "--reason", "asked", "--yes")

        assert (forgot.code, room.get(f"/articles/{id_}").status) == (0, 404)
        assert url.endswith(PATHS[0])
        assert HEADLINE[:20] not in room.get("/search.json?limit=200").text


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--host", "0.0.0.0"), "--auth-token"),
        (("--auth-token", ""), "--auth-token is empty"),
        (("--port", "70000"), "--port"),
        (("--host-name", "http://news.example/"), "such as news.example, without https://, port and path"),
        (("--host-name", "news.example:8080"), "without https://, port and path"),
        (("--host-name", ""), "such as news.example"),
        (("--host", "nosuch.invalid", "--auth-token", "-"), "cannot be listened at"),
    ],
)
def test_bad_options_are_refused(archive: Path, options: tuple[str, ...], words: str) -> None:
    result = run_apart("serve", "--archive", archive, *options)

    assert result.code in (1, 2)
    assert words in result.err
    assert "Traceback" not in result.err


def test_taken_port_and_missing_archive_are_told(archive: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = run_apart("serve", "--archive", archive, "--port", taken.getsockname()[1])
    missing = run_apart("serve", "--archive", tmp_path / "none.db", "--port", "0")

    assert (port.code, "--port" in port.err) == (1, True)
    assert (missing.code, "does not exist" in missing.err) == (1, True)


def test_metadata_of_an_archive_that_is_not_there_is_none(tmp_path: Path) -> None:
    result = run_apart("serve", "--archive", tmp_path / "none.db", "--datasette")

    assert (result.code, result.out, "does not exist" in result.err) == (1, "", True)


def test_metadata_for_datasette_names_what_is_there(archive: Path) -> None:
    result = run_apart("serve", "--archive", archive, "--datasette")
    (about,) = json.loads(result.out)["databases"].items()

    assert (result.code, about[0]) == (0, "archive")
    with closing(read_archive(archive)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
        assert set(about[1]["tables"]) <= names
        for table, described in about[1]["tables"].items():
            columns = {
                row["name"] for row in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))
            }
            named = {*described.get("columns", ()), *described.get("facets", ())}
            named |= {described[key] for key in ("label_column", "sort_desc") if key in described}
            assert named <= columns
