"""Feeds, sitemaps and fronts that have not changed are not sent again: they are read as the archive has them."""

import socket
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from commands import runner
from conftest import Crawl
from misbehaving import Answer, Server, answer, feed, front, misbehaving, story

from archiver.errors import ExitCode
from db.connection import open_archive, read_archive
from db.crawls.accounts import page_account
from db.crawls.spending import spending
from db.fronts import front as front_at
from db.raw_pages.captures import captured_page, captures_at
from db.read import statistics
from db.values import time_text
from spiders.frontier import Source

LISTINGS = ("/", "/feed.xml", "/map.xml")
STORIES = ("/a", "/b", "/c")
UNCHANGED = answer(b"", "304 Not Modified", content_type="")


def xml(text: str) -> Answer:
    return answer(text.encode(), content_type="application/xml")


def sitemap(base: str, *paths: str) -> Answer:
    entries = "".join(f"<url><loc>{base}{path}</loc></url>" for path in paths)
    return xml(f"<urlset>{entries}</urlset>")


def titled_feed(path: str, title: str) -> Answer:
    return xml(f"<rss><channel><item><title>{title}</title><link>{path}</link></item></channel></rss>")


def index(base: str, modified: dict[str, str]) -> Answer:
    entries = "".join(
        f"<sitemap><loc>{base}{path}</loc><lastmod>{day}</lastmod></sitemap>"
        for path, day in modified.items()
    )
    return xml(f"<sitemapindex>{entries}</sitemapindex>")


def paper(server: Server) -> Source:
    """Let a server serve three stories that each of three listings with an ETag names."""
    base = server.url.rstrip("/")
    whole = {"/": front(*STORIES), "/feed.xml": feed(*STORIES), "/map.xml": sitemap(base, *STORIES)}
    server.pages |= {path: tagged(server, each) for path, each in whole.items()}
    server.pages |= {path: answer(story(f"The story that is called {path}")) for path in STORIES}
    return Source(url=server.url, feeds=(f"{base}/feed.xml",), sitemaps=(f"{base}/map.xml",))


def tagged(server: Server, whole: Answer) -> Answer:
    def send(client: socket.socket) -> None:
        is_known = 'If-None-Match: "v1"\r\n' in server.requests[-1]
        (UNCHANGED if is_known else _with_tag(whole))(client)

    return send


def _with_tag(whole: Answer) -> Answer:
    def send(client: socket.socket) -> None:
        head, body = socket.socketpair()
        with head, body:
            whole(body)
            body.shutdown(socket.SHUT_WR)
            sent = b"".join(iter(lambda: head.recv(65536), b""))
        client.sendall(sent.replace(b"\r\n", b'\r\nETag: "v1"\r\n', 1))

    return send


def rows(archive: Path, query: str) -> list[tuple[object, ...]]:
    with closing(read_archive(archive)) as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_listing_that_is_as_it_was_still_leads_to_what_is_left(archive: Path, crawl: Crawl) -> None:
    with misbehaving({}) as server:
        source = paper(server)
        crawl(source, PAGE_BUDGET=1)
        crawl(source, PAGE_BUDGET=1)
        crawl(source)

        asked = [path for path in server.asked if path in STORIES]
    visits = rows(
        archive,
        "SELECT captures.status, captures.detail, sum(fetches) FROM captures JOIN pages ON pages.id = page_id"
        " WHERE captures.outcome = 'listing' GROUP BY 1, 2 ORDER BY 1, 2",
    )
    details = ("3 headlines", "3 pages, 0 sitemaps", "3 stories")
    assert sorted(set(asked)) == list(STORIES)
    assert visits == [(status, detail, times) for status, times in ((200, 1), (304, 2)) for detail in details]


def test_what_listings_name_is_seen_again_where_they_are_as_they_were(archive: Path, crawl: Crawl) -> None:
    seen = "SELECT 'front', last_seen FROM sightings UNION ALL SELECT origin, last_seen FROM listed_headlines"
    with misbehaving({}) as server:
        source = paper(server)
        server.pages["/feed.xml"] = tagged(server, titled_feed("/a", "Bridge closed"))
        crawl(source)
        with closing(open_archive(archive)) as connection, connection:
            connection.execute("UPDATE sightings SET last_seen = first_seen")
            connection.execute("UPDATE listed_headlines SET last_seen = first_seen")
        before = rows(archive, f"{seen} ORDER BY 1, 2")
        time.sleep(1.1)  # times are kept by the second
        crawl(source)
    after = rows(archive, f"{seen} ORDER BY 1, 2")

    assert {row[0] for row in before} >= {"front", "feed"}
    assert len(after) == len(before)
    assert all(now[1] > then[1] for now, then in zip(after, before, strict=True) if now[0] != "og:title")  # type: ignore[operator] # texts


def test_raw_pages_are_sound_and_give_what_an_unchanged_listing_was(
    archive: Path, crawl: Crawl, capsys: pytest.CaptureFixture[str]
) -> None:
    with misbehaving({}) as server:
        source = paper(server)
        crawl(source)
        crawl(source)

    assert runner(capsys)("verify", "--archive", archive).code == ExitCode.DONE
    holders = rows(
        archive,
        "SELECT pages.url, holders.status FROM captures JOIN pages ON pages.id = captures.page_id"
        " JOIN captures AS holders ON holders.id = captures.refers_to"
        " WHERE captures.status = 304 AND captures.outcome = 'listing'",
    )
    assert sorted(holders) == sorted((f"{server.url.rstrip('/')}{path}", 200) for path in LISTINGS)


def test_listing_is_asked_for_as_a_whole_once_a_day(archive: Path, crawl: Crawl) -> None:
    with misbehaving({}) as server:
        source = paper(server)
        crawl(source)
        server.pages |= {"/d": answer(story("What no listing told")), "/feed.xml": UNCHANGED}
        crawl(source)
        with closing(open_archive(archive)) as connection, connection:
            connection.execute(
                "UPDATE captures SET fetched = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-25 hours')"
            )
        server.pages["/feed.xml"] = tagged(server, feed("/d", *STORIES))
        server.requests.clear()
        crawl(source)

        conditional = {text.split()[1] for text in server.requests if "If-None-Match" in text}
    assert conditional.isdisjoint(LISTINGS)
    assert rows(archive, "SELECT count(*) FROM articles") == [(4,)]


def test_listing_whose_bytes_are_lost_is_asked_for_as_a_whole(archive: Path, crawl: Crawl) -> None:
    with misbehaving({}) as server:
        source = paper(server)
        crawl(source)
        for path in archive.with_suffix(".warc").glob("*.gz"):
            path.unlink()
        server.requests.clear()
        crawl(source)

        assert not any("If-None-Match" in text for text in server.requests)
    assert rows(archive, "SELECT count(*) FROM captures WHERE status = 304") == [(0,)]


def test_sitemap_that_its_index_dates_before_it_was_read_is_not_read_again(
    archive: Path, crawl: Crawl
) -> None:
    with misbehaving({}) as server:
        base = server.url.rstrip("/")
        dated = {"/old.xml": "2026-01-02", "/undated.xml": "", "/latest.xml": "2099-01-01"}
        server.pages |= {"/map.xml": index(base, dated)}
        server.pages |= {path: sitemap(base, f"{path}/a") for path in dated}
        server.pages |= {f"{path}/a": answer(story(f"The story of {path}")) for path in dated}
        source = Source(url=server.url, sitemaps=(f"{base}/map.xml",))
        crawl(source)
        server.asked.clear()
        crawl(source, revisit_after=None)
        again = {path for path in server.asked if path in dated}
        server.pages["/map.xml"] = index(base, dated | {"/old.xml": "2099-01-01"})
        server.asked.clear()
        crawl(source, revisit_after=None)

        assert again == {"/undated.xml", "/latest.xml"}
        assert dated.keys() <= set(server.asked)
    assert rows(archive, "SELECT count(*) FROM articles") == [(3,)]


def test_crawls_that_find_listings_unchanged_add_neither_rows_nor_raw_pages(
    archive: Path, crawl: Crawl, capsys: pytest.CaptureFixture[str]
) -> None:
    run = runner(capsys)
    with misbehaving({}) as server:
        source = paper(server)
        base = server.url.rstrip("/")
        server.pages["/plain.xml"] = feed(*STORIES)  # without an ETag: the same bytes each time
        source = replace(source, feeds=(*source.feeds, f"{base}/plain.xml"))
        for _ in range(2):
            crawl(source, revisit_after=None)
        before = sizes(archive)
        time.sleep(1.1)  # times are kept by the second
        for _ in range(3):
            crawl(source, revisit_after=None)
        asked = len([path for path in server.asked if path in (*LISTINGS, "/plain.xml")])

    assert sizes(archive) == before
    looks = "SELECT status, fetches, unchanged_since < fetched FROM captures WHERE outcome = 'listing' ORDER BY 1, 2"
    assert rows(archive, looks) == [*[(200, 1, None)] * 4, (200, 4, 1), *[(304, 4, 1)] * 3]
    assert rows(archive, "SELECT sum(visits) FROM pages WHERE outcome = 'listing'") == [(asked,)]
    with closing(read_archive(archive)) as connection:
        assert statistics(connection).captures == asked + len(STORIES)
        assert page_account(connection, f"{base}/feed.xml").visit_count == 5
        at = front_at(connection, server.url).observed
        plain = captures_at(connection, f"{base}/plain.xml")[0]
        assert captured_page(connection, archive, plain).body
    assert [(time_text(at),)] == rows(archive, f"SELECT last_visited FROM pages WHERE url = '{base}/'")
    assert rows(archive, "SELECT min(fetched), max(fetched) FROM funnels") == [(4, 7)]
    assert "4 times since 2" in run("explain", f"{base}/feed.xml", "--archive", archive).out
    assert run("verify", "--archive", archive).code == ExitCode.DONE


def sizes(archive: Path) -> tuple[object, int]:
    """Return the number of captures, and the bytes of the raw pages."""
    files = archive.with_suffix(".warc").glob("*.gz")
    (row,) = rows(archive, "SELECT count(*) FROM captures")
    return row[0], sum(file.stat().st_size for file in files)


def test_unchanged_listing_begins_a_row_with_each_day_and_after_each_failure(
    archive: Path, crawl: Crawl
) -> None:
    with misbehaving({}) as server:
        source = paper(server)
        feed_page = server.pages["/feed.xml"]
        for answers in (feed_page, feed_page, answer(b"", "500 Internal Server Error"), feed_page, feed_page):
            server.pages["/feed.xml"] = answers
            crawl(source, RETRY_TIMES=0, revisit_after=None)
        with closing(open_archive(archive)) as connection, connection:
            back = "strftime('%Y-%m-%dT%H:%M:%SZ', fetched, '-1 day')"
            connection.execute(f"UPDATE captures SET fetched = {back} WHERE status = 304")
        crawl(source, RETRY_TIMES=0, revisit_after=None)

    runs = """SELECT captures.status, fetches FROM captures JOIN pages ON pages.id = page_id
        WHERE url LIKE '%/feed.xml' ORDER BY captures.id"""
    assert rows(archive, runs) == [(200, 1), (304, 1), (500, 1), (304, 2), (304, 1)]


def test_archive_and_its_copy_agree_on_how_often_a_listing_was_unchanged(
    archive: Path, crawl: Crawl, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, copy = runner(capsys), tmp_path / "copy.db"
    with misbehaving({}) as server:
        source = paper(server)
        for _ in range(3):
            crawl(source, revisit_after=None)
        assert run("backup", copy, "--archive", archive).code == ExitCode.DONE
        time.sleep(1.1)
        crawl(source, revisit_after=None)
    captures = (
        "SELECT url, fetched, fetches, crawl_id FROM captures JOIN pages ON pages.id = page_id ORDER BY 1, 2"
    )
    before, behind = rows(archive, captures), rows(copy, captures)
    for into, other in ((archive, copy), (copy, archive)):
        assert run("merge", other, "--archive", into).code == ExitCode.DONE
        assert rows(into, captures) == before
    assert before != behind


def test_bytes_of_a_day_are_those_of_all_fetches_in_it(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/plain.xml": feed("/a"), "/a": answer(story("Flood closes the bridge"))}) as server:
        source = Source(url=server.url, feeds=(f"{server.url}plain.xml",))
        for _ in range(4):
            crawl(source, revisit_after=None)
    with closing(open_archive(archive)) as connection:
        (size,) = connection.execute("SELECT sum(length * fetches) FROM captures").fetchone()
        since = datetime.now(UTC) - timedelta(hours=1)
        whole = spending(connection, source.url, since).bytes
        (further,) = connection.execute("SELECT sum(further_bytes) FROM funnels").fetchone()
        with connection:
            connection.execute(
                "UPDATE captures SET unchanged_since = strftime('%Y-%m-%dT%H:%M:%SZ', 'now', '-2 hours')"
                " WHERE fetches = 3"
            )
        rest = spending(connection, source.url, since).bytes
    assert whole == size + further > rest > further
    assert rows(archive, "SELECT max(fetches) FROM captures") == [(3,)]
