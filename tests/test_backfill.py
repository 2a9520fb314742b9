"""A backfill finds the stories of past months in a site's sitemaps, the newest first, and goes on where it stopped."""

import gzip
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from commands import run_apart
from misbehaving import Answer, Server, answer, misbehaving, story

from archiver.crawl.backfill import backfill_plan
from archiver.crawl.run import CrawlPlan, CrawlSummary, crawl_settings, run_crawl
from archiver.items import FoundBy, Listing
from db.connection import read_archive
from spiders.backfill import moment_of
from spiders.frontier import Asked, Source


def xml(body: str) -> Answer:
    return answer(body.encode(), content_type="application/xml")


def urlset(*entries: tuple[str, str]) -> Answer:
    """Return a sitemap of addresses, each with the day of its last change or ""."""
    parts = (
        f"<url><loc>{path}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</url>" for path, day in entries
    )
    return xml(f"<urlset>{''.join(parts)}</urlset>")


def index(*children: tuple[str, str]) -> Answer:
    parts = (
        f"<sitemap><loc>{path}</loc>{f'<lastmod>{day}</lastmod>' if day else ''}</sitemap>"
        for path, day in children
    )
    return xml(f"<sitemapindex>{''.join(parts)}</sitemapindex>")


def stories(*paths: str) -> dict[str, Answer]:
    return {path: answer(story(f"The story that is called {path.strip('/')}")) for path in paths}


ROBOTS = answer(b"Sitemap: /sitemap.xml\n", content_type="text/plain")

# One sitemap a month, told by its address; its stories have no dates of their own.
MONTHLY: Mapping[str, Answer] = {
    "/robots.txt": ROBOTS,
    "/sitemap.xml": index(
        ("/sitemap-2019-12.xml", ""),
        ("/sitemap-2020-01.xml", ""),
        ("/sitemap-2020-02.xml.gz", ""),
        ("/sitemap-2020-03.xml", ""),
    ),
    "/sitemap-2019-12.xml": urlset(("/old", "")),
    "/sitemap-2020-01.xml": urlset(("/january-a", "2020-01-03"), ("/january-b", "2020-01-20")),
    "/sitemap-2020-02.xml.gz": answer(gzip.compress(b"<urlset><url><loc>/february</loc></url></urlset>")),
    "/sitemap-2020-03.xml": urlset(("/march", "")),
    **stories("/old", "/january-a", "/january-b", "/february", "/march"),
}
# Years that name days, as parameters; the stories have their day in their address.
DAILY: Mapping[str, Answer] = {
    "/robots.txt": ROBOTS,
    "/sitemap.xml": index(("/map?yyyy=2020", ""), ("/map?yyyy=2019", "")),
    "/map?yyyy=2019": index(("/map?yyyy=2019&amp;mm=12&amp;dd=31", "")),
    "/map?yyyy=2020": index(
        ("/map?yyyy=2020&amp;mm=01&amp;dd=01", ""), ("/map?yyyy=2020&amp;mm=02&amp;dd=29", "")
    ),
    "/map?yyyy=2019&mm=12&dd=31": urlset(("/2019/12/31/old", "")),
    "/map?yyyy=2020&mm=01&dd=01": urlset(("/2020/01/01/january", "")),
    "/map?yyyy=2020&mm=02&dd=29": urlset(("/2020/02/29/february", "")),
    **stories("/2019/12/31/old", "/2020/01/01/january", "/2020/02/29/february"),
}
# Numbered ones, told by their last change alone, which name old and new stories.
NUMBERED: Mapping[str, Answer] = {
    "/robots.txt": ROBOTS,
    "/sitemap.xml": index(("/posts-1.xml", "2019-11-30"), ("/posts-2.xml", "2020-02-29")),
    "/posts-1.xml": urlset(("/oldest", "2019-10-01")),
    "/posts-2.xml": urlset(
        ("/old", "2019-12-24"), ("/january", "2020-01-15"), ("/february", "2020-02-29"), ("/undated", "")
    ),
    **stories("/oldest", "/old", "/january", "/february", "/undated"),
}


class Backfill:
    """Runs backfills of a server into an archive."""

    def __init__(self, processes: ProcessPoolExecutor, archive: Path) -> None:
        self._processes = processes
        self._archive = archive

    def __call__(
        self,
        server: Server,
        since: str,
        until: str | None = None,
        budget: int = 50,
        **source: tuple[str, ...],
    ) -> CrawlSummary:
        plan = CrawlPlan(
            archive=self._archive,
            sources=(Source(url=server.url, **source),),  # type: ignore[arg-type]  # lists of addresses alone
            delay=0,
            pages=budget,
            log_file=self._archive.with_suffix(".log"),
            others={"AUTOTHROTTLE_ENABLED": False, "SPLIT_WORKERS": 1},
        )
        first, end = (
            datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None for day in (since, until)
        )
        assert first is not None
        server.asked.clear()
        return self._processes.submit(run_crawl, backfill_plan(plan, first, end)).result(timeout=60)


@pytest.fixture
def backfill(fresh_processes: ProcessPoolExecutor, archive: Path) -> Backfill:
    return Backfill(fresh_processes, archive)


def asked(server: Server) -> list[str]:
    return [path for path in server.asked if path != "/robots.txt"]


def known(archive: Path) -> dict[str, str | None]:
    with closing(read_archive(archive)) as connection:
        rows = connection.execute("SELECT url, outcome FROM pages").fetchall()
    return {"/" + row["url"].split("/", 3)[3]: row["outcome"] for row in rows}


def test_sitemaps_of_other_months_are_not_asked_for(backfill: Backfill) -> None:
    with misbehaving(MONTHLY) as server:
        backfill(server, "2020-01-01", "2020-03-01")

        assert asked(server) == [
            "/sitemap.xml",
            "/sitemap-2020-02.xml.gz",
            "/sitemap-2020-01.xml",
            "/february",
            "/january-b",
            "/january-a",
        ]


def test_sitemaps_of_days_below_years(backfill: Backfill) -> None:
    with misbehaving(DAILY) as server:
        backfill(server, "2020-01-01")

        assert asked(server) == [
            "/sitemap.xml",
            "/map?yyyy=2020",
            "/map?yyyy=2020&mm=02&dd=29",
            "/map?yyyy=2020&mm=01&dd=01",
            "/2020/02/29/february",
            "/2020/01/01/january",
        ]


def test_numbered_sitemaps_are_chosen_by_their_last_change_and_undated_stories_go_last(
    backfill: Backfill, archive: Path
) -> None:
    with misbehaving(NUMBERED) as server:
        backfill(server, "2020-01-01", "2021-01-01")

        assert asked(server) == ["/sitemap.xml", "/posts-2.xml", "/february", "/january", "/undated"]
    assert known(archive)["/old"] is None  # the sitemap was read: the archive knows all that it names


def test_second_run_goes_on_where_the_first_stopped(backfill: Backfill, archive: Path) -> None:
    with misbehaving(MONTHLY) as server:
        first = backfill(server, "2020-01-01", budget=2)
        assert asked(server)[-2:] == ["/march", "/february"]
        assert first.left == 2

        backfill(server, "2020-01-01", budget=50)
        # The months are long over, and their sitemaps are read.
        assert asked(server) == ["/sitemap.xml", "/january-b", "/january-a"]

        last = backfill(server, "2020-01-01")
        assert asked(server) == ["/sitemap.xml"]
        assert last.left == 0

        backfill(server, "2019-12-01", budget=50)
        assert asked(server) == ["/sitemap.xml", "/sitemap-2019-12.xml", "/old"]
    assert set(known(archive).values()) == {"listing", "stored"}


def test_sitemap_that_changed_since_is_read_again(backfill: Backfill) -> None:
    with misbehaving(NUMBERED) as server:
        backfill(server, "2020-01-01")
        server.pages["/sitemap.xml"] = index(("/posts-2.xml", "2100-01-01"))
        server.pages["/posts-2.xml"] = urlset(("/january", "2020-01-15"), ("/late", "2020-01-16"))
        server.pages |= stories("/late")

        backfill(server, "2020-01-01")

        assert asked(server) == ["/sitemap.xml", "/posts-2.xml", "/late"]


def test_sitemap_that_failed_is_asked_for_again(backfill: Backfill) -> None:
    with misbehaving({**MONTHLY, "/sitemap-2020-03.xml": answer(b"", "503 Service Unavailable")}) as server:
        backfill(server, "2020-03-01")
        server.pages["/sitemap-2020-03.xml"] = MONTHLY["/sitemap-2020-03.xml"]

        backfill(server, "2020-03-01")

        assert asked(server) == ["/sitemap.xml", "/sitemap-2020-03.xml", "/march"]


def test_related_headlines_lead_nowhere(backfill: Backfill, archive: Path) -> None:
    linked = story().replace(
        b"</article>",
        b"</article><ul><li><a href='/elsewhere'>A story of another year, long ago</a></li></ul>",
    )
    with misbehaving({**MONTHLY, "/march": answer(linked), **stories("/elsewhere")}) as server:
        backfill(server, "2020-03-01")

        assert "/elsewhere" not in asked(server)


def test_sitemaps_of_the_entry_and_of_robots_txt_are_both_read(backfill: Backfill) -> None:
    with misbehaving(
        {**MONTHLY, "/news.xml": urlset(("/today", "2026-11-20")), **stories("/today")}
    ) as server:
        backfill(server, "2020-03-01", sitemaps=(f"{server.url}news.xml",))

        assert asked(server) == ["/news.xml", "/sitemap.xml", "/sitemap-2020-03.xml", "/today", "/march"]


@pytest.mark.parametrize(
    ("url", "found_on", "published", "modified", "expected"),
    [
        ("/2020/03/14/a", None, "2020-03-13", "2024-01-01", "2020-03-13"),
        ("/2020/03/14/a", None, None, "2024-01-01", "2020-03-14"),
        ("/a", "/sitemap-2020-03.xml", None, "2024-01-01", "2020-03-01"),
        ("/a", "/sitemap-2020-03.xml", None, "2020-03-20", "2020-03-20"),
        ("/a", "/posts-1.xml", None, "2024-01-01", "2024-01-01"),
        ("/a", None, None, None, None),
    ],
)
def test_time_of_a_story_is_by_its_sitemap_its_address_or_its_month(
    url: str, found_on: str | None, published: str | None, modified: str | None, expected: str | None
) -> None:
    base = "https://news.example"
    days = [datetime.fromisoformat(day).replace(tzinfo=UTC) if day else None for day in (published, modified)]
    listing = Listing(url=base + url, date_published=days[0], date_modified=days[1])

    moment = moment_of(
        Asked(
            url=base + url,
            found_by=FoundBy.SITEMAP,
            found_on=base + found_on if found_on else None,
            listing=listing,
        )
    )

    assert (moment and moment.date().isoformat()) == expected


def test_command_tells_what_came(tmp_path: Path) -> None:
    with misbehaving(MONTHLY) as server:
        options = ("--since", "2020", "--until", "2020-02", "--delay", "0", "--budget", "2")
        done = run_apart("backfill", server.url, *options, folder=tmp_path)

    assert (done.code, done.err) == (0, "")
    assert "Archived 2 new articles." in done.out
    assert "1 more address known and left for the next crawl." in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["news.example"], 2, "missing option '--since'"),
        (["news.example", "--since", "soon"], 2, "'soon' is no date"),
        (["news.example", "--since", "2020", "--until", "2019"], 2, "--since 2020-01-01 is later than"),
        (["courier", "--since", "2020"], 1, "'courier' is no address, and there is no sources.toml"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(
    tmp_path: Path, arguments: list[str], code: int, message: str
) -> None:
    done = run_apart("backfill", *arguments, folder=tmp_path)

    assert (done.code, done.out) == (code, "")
    assert message in done.err
    assert done.err.count("\n") == 1


def test_site_without_sitemap_is_told_with_what_was_tried(tmp_path: Path) -> None:
    options = ("--since", "2020", "--delay", "0", "--quiet")
    with misbehaving({"/": answer(story("A story"))}) as server:
        silent = run_apart("backfill", server.url, *options, folder=tmp_path)
        (tmp_path / "sources.toml").write_text(
            f'[[source]]\nurl = "{server.url}"\nsitemaps = ["{server.url}gone.xml"]'
        )
        gone = run_apart("backfill", server.url, *options, folder=tmp_path)
    away = run_apart("backfill", "http://127.0.0.1:9/", *options, folder=tmp_path)

    assert (silent.code, gone.code, away.code) == (3, 3, 3)
    assert f"archiver: no sitemap of {server.url} was found" in silent.err
    assert f"such as {server.url}gone.xml: HTTP status 404" in gone.err
    assert "`archiver source test http://127.0.0.1:9/` tells whether the site answers" in away.err
    assert [done.err.count("\n") for done in (silent, gone, away)] == [1, 1, 1]


def test_command_line_says_pages_and_delay_instead_of_the_entry(tmp_path: Path) -> None:
    entry = Source(url="http://127.0.0.1:9/", pages=4, delay=5.0)
    plan = CrawlPlan(archive=tmp_path / "archive.db", sources=(entry,))

    for made in (plan, backfill_plan(plan, datetime(2026, 1, 1, tzinfo=UTC), None)):
        (same,), (other,) = made.asked(), replace(made, pages=2, delay=0.5).asked()
        assert (same.pages, same.delay) == (4, 5.0)
        assert (other.pages, other.delay) == (2, 0.5)
        slots = crawl_settings(replace(made, delay=0.5)).getdict("DOWNLOAD_SLOTS")
        assert [slot["delay"] for slot in slots.values()] == [0.5]
