"""Stories are found by every way a site offers, in the order of their news, and nothing else is touched."""

import gzip
import socket
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Crawl
from misbehaving import Answer, answer, feed, front, misbehaving, redirect, story

from archiver.items import Outcome
from db.connection import open_archive, read_archive
from spiders.frontier import MOST_ELSEWHERE, Source

NOT_FOUND = answer(b"", "404 Not Found")
PLAIN_FRONT = answer(b"<html><head><title>News</title></head><body><p>Welcome.</p></body></html>")


def sitemap(*paths: str, base: str = "") -> Answer:
    entries = "".join(f"<url><loc>{base}{path}</loc></url>" for path in paths)
    return answer(f"<urlset>{entries}</urlset>".encode(), content_type="application/xml")


def robots(text: str) -> Answer:
    return answer(text.encode(), content_type="text/plain")


def pages(archive: Path) -> Mapping[str, tuple[str, str]]:
    """Return how each page was found and what came of it, by path."""
    with closing(read_archive(archive)) as connection:
        rows = connection.execute("SELECT url, found_by, outcome FROM pages").fetchall()
    return {"/" + row["url"].split("/", 3)[3]: (row["found_by"], row["outcome"]) for row in rows}


def test_feed_that_the_front_page_names(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/a": answer(story())}) as server:
        crawl(server.url)

    assert pages(archive) == {
        "/": ("start", "listing"),
        "/feed.xml": ("front_page", "listing"),
        "/a": ("feed", "stored"),
    }


def test_feed_and_sitemap_at_common_places(archive: Path, crawl: Crawl) -> None:
    with misbehaving(
        {
            "/": PLAIN_FRONT,
            "/feed.xml": NOT_FOUND,
            "/rss.xml": feed("/a"),
            "/sitemap.xml": sitemap("/b"),
            "/a": answer(story("Alpha")),
            "/b": answer(story("Beta")),
        }
    ) as server:
        crawl(server.url)

    assert pages(archive) == {
        "/": ("start", "listing"),
        "/rss.xml": ("feed", "listing"),
        "/sitemap.xml": ("sitemap", "listing"),
        "/a": ("feed", "stored"),
        "/b": ("sitemap", "stored"),
    }


def test_no_place_is_guessed_where_the_site_names_one(archive: Path, crawl: Crawl) -> None:
    with misbehaving(
        {"/robots.txt": robots("Sitemap: /map.xml"), "/map.xml": sitemap("/a"), "/a": answer(story())}
    ) as server:
        crawl(server.url)

        assert sorted(server.asked) == ["/", "/a", "/feed.xml", "/map.xml", "/robots.txt"]


def test_sitemap_index_is_followed(archive: Path, crawl: Crawl) -> None:
    index = answer(b"<sitemapindex><sitemap><loc>/one.xml</loc></sitemap></sitemapindex>")
    with misbehaving(
        {
            "/robots.txt": robots("Sitemap: /index.xml"),
            "/index.xml": index,
            "/one.xml": sitemap("/a"),
            "/feed.xml": feed("/a"),
            "/a": answer(story()),
        }
    ) as server:
        crawl(server.url)

    assert pages(archive)["/one.xml"] == ("sitemap", "listing")
    assert "/robots.txt" not in pages(archive)
    assert pages(archive)["/a"][1] == "stored"


def test_sitemap_that_is_cut_off_says_so_and_is_read_as_far_as_it_goes(archive: Path, crawl: Crawl) -> None:
    numbers = "".join(f"<!-- {number * 7919 % 10007} -->" for number in range(999))
    whole = f"<urlset><url><loc>/b</loc></url>{numbers}<url><loc>/c</loc></url></urlset>".encode()
    cut = answer(gzip.compress(whole)[:-1000], content_type="application/gzip")
    with misbehaving(
        {"/robots.txt": robots("Sitemap: /map.xml.gz"), "/map.xml.gz": cut, "/b": answer(story())}
    ) as server:
        crawl(server.url)

    with closing(read_archive(archive)) as connection:
        (detail,) = connection.execute("SELECT detail FROM pages WHERE url LIKE '%.gz'").fetchone()
    assert detail == "1 page, 0 sitemaps; it is cut off or broken: the rest could not be read"
    assert pages(archive)["/b"] == ("sitemap", "stored")


def test_only_the_newest_sitemaps_are_read(archive: Path, crawl: Crawl) -> None:
    children = "".join(
        f"<sitemap><loc>/{day}.xml</loc><lastmod>2026-11-{day:02}</lastmod></sitemap>" for day in range(1, 21)
    )
    maps = {f"/{day}.xml": sitemap(f"/s{day}") for day in range(1, 21)}
    with misbehaving(
        {
            "/robots.txt": robots("Sitemap: /index.xml"),
            "/index.xml": answer(f"<s>{children}</s>".encode()),
            "/feed.xml": feed("/a"),
            **maps,
        }
    ) as server:
        crawl(server.url)

        assert {path for path in server.asked if path in maps} == {f"/{day}.xml" for day in range(12, 21)}


def test_given_feeds_sitemaps_and_fronts_replace_the_search(archive: Path, crawl: Crawl) -> None:
    numbers = ("first", "second", "third", "fourth", "fifth", "sixth", "last")
    stories = [f"/2026/11/20/the-{number}-story-of-the-day" for number in numbers]
    with misbehaving(
        {
            "/my-feed": feed(stories[0]),
            "/my-map": sitemap(stories[1]),
            "/my-front": front(*stories[2:]),
            **{path: answer(story(f"The story that is called {path}")) for path in stories},
        }
    ) as server:
        url = server.url
        crawl(
            Source(url=url, feeds=(f"{url}my-feed",), sitemaps=(f"{url}my-map",), fronts=(f"{url}my-front",))
        )

        assert set(server.asked) == {"/robots.txt", "/my-feed", "/my-map", "/my-front", *stories}


def test_newest_stories_come_first_and_the_map_last(archive: Path, crawl: Crawl) -> None:
    stories = {f"/{number}": answer(story(f"Story number {number}")) for number in range(6)}
    with misbehaving(
        {
            "/robots.txt": robots("Sitemap: /map.xml"),
            "/map.xml": sitemap("/4", "/5"),
            "/feed.xml": feed("/0", "/1", "/2", "/3"),
            **stories,
        }
    ) as server:
        crawl(Source(url=server.url, delay=0.01))  # without any delay Scrapy asks for several at once

        assert [path for path in server.asked if path in stories] == ["/0", "/1", "/2", "/3", "/4", "/5"]


def test_related_headlines_are_followed(archive: Path, crawl: Crawl) -> None:
    headlines = {
        "/2026/11/20/ferry-sails-again-after-the-storm": "Ferry sails again after the storm",
        "/2026/11/19/tram-line-to-the-harbour-closed": "Tram line to the harbour is closed on Sunday",
    }
    links = "".join(f"<li><a href='{path}'>{headline}</a></li>" for path, headline in headlines.items())
    related = f"<aside><h2>Read also</h2><ul>{links}</ul></aside>".encode()
    with misbehaving(
        {
            "/a": answer(story("Bridge closed by the flood").replace(b"</article>", b"</article>" + related)),
            **{path: answer(story(headline)) for path, headline in headlines.items()},
            "/feed.xml": feed("/a"),
        }
    ) as server:
        crawl(server.url)

    assert {path: pages(archive)[path] for path in headlines} == dict.fromkeys(
        headlines, ("related", "stored")
    )


def test_other_sites_are_never_asked(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/there": answer(story())}) as other:
        away = f"{other.url}there"
        with misbehaving(
            {
                "/": front(away, "/a"),
                "/feed.xml": feed(away, "/a"),
                "/robots.txt": robots(f"Sitemap: {other.url}map.xml\nSitemap: /map.xml"),
                "/map.xml": sitemap(away, "/a"),
                "/a": answer(story()),
            }
        ) as server:
            crawl(server.url)

        assert other.asked == []
    assert pages(archive)["/a"][1] == "stored"


@pytest.mark.parametrize("listing", ["feeds", "sitemaps", "fronts"])
def test_listing_that_the_user_names_is_read_on_another_site(
    archive: Path, crawl: Crawl, listing: str
) -> None:
    with (
        misbehaving({"/there": answer(story("Elsewhere"))}, host="127.0.0.2") as other,
        misbehaving({"/": PLAIN_FRONT, "/feed.xml": NOT_FOUND, "/a": answer(story())}) as server,
    ):
        stories = (f"{server.url}a", f"{other.url}there")
        index = f"<sitemapindex><sitemap><loc>{other.url}map.xml</loc></sitemap></sitemapindex>"
        other.pages |= {
            "/feeds": feed(*stories),
            "/fronts": front(*stories),
            "/sitemaps": answer(index.encode(), content_type="application/xml"),
            "/map.xml": sitemap(*stories),
        }
        named: dict[str, Any] = {listing: (f"{other.url}{listing}",)}
        crawl(Source(url=server.url, **named), ALLOWED_NETWORKS="127.0.0.2")

    assert pages(archive)["/a"][1] == "stored"
    assert "/there" not in other.asked


def away_feed(url: str) -> str:
    return f"<link rel='alternate' type='application/rss+xml' href='{url}'>"


@pytest.mark.parametrize("is_allowed", [True, False])
def test_listings_that_the_site_itself_names_on_another_host_are_read_if_that_host_allows_it(
    archive: Path, crawl: Crawl, *, is_allowed: bool
) -> None:
    with (
        misbehaving({"/there": answer(story("Elsewhere"))}, host="127.0.0.2") as other,
        misbehaving({"/a": answer(story("Alpha")), "/b": answer(story("Beta"))}) as server,
    ):
        index = f"<sitemapindex><sitemap><loc>{other.url}map.xml</loc></sitemap></sitemapindex>"
        other.pages = {
            "/there": answer(story("Elsewhere")),
            "/robots.txt": robots(f"User-agent: *\n{'Allow' if is_allowed else 'Disallow'}: /\n"),
            "/index.xml": answer(index.encode(), content_type="application/xml"),
            "/map.xml": sitemap(f"{server.url}a", f"{other.url}there"),
            "/news.rss": feed(f"{server.url}b", f"{other.url}there"),
        }
        named = f"<html><head>{away_feed(f'{other.url}news.rss')}</head><body><p>Welcome.</p></body></html>"
        server.pages |= {
            "/": answer(named.encode()),
            "/robots.txt": robots(f"Sitemap: {other.url}index.xml"),
            "/feed.xml": NOT_FOUND,
        }
        crawl(server.url, ALLOWED_NETWORKS="127.0.0.2")

    read = {"/robots.txt", "/index.xml", "/map.xml", "/news.rss"} if is_allowed else {"/robots.txt"}
    assert set(other.asked) == read
    assert {path for path, (_, outcome) in pages(archive).items() if outcome == "stored"} == (
        {"/a", "/b"} if is_allowed else set()
    )


def test_hosts_that_a_site_names_and_nobody_reaches_do_not_stop_its_crawl(
    archive: Path, crawl: Crawl
) -> None:
    away = [f"http://127.0.0.2:9/{number}" for number in range(9)]
    with misbehaving(
        {
            "/": answer(
                f"<html><head>{''.join(map(away_feed, away))}</head><body><p>Hi.</body></html>".encode()
            ),
            "/robots.txt": robots("\n".join(f"Sitemap: {url}.xml" for url in (*away, "/map.xml"))),
            "/map.xml": sitemap("/a"),
            "/a": answer(story("Alpha")),
        }
    ) as server:
        crawl(server.url, ALLOWED_NETWORKS="127.0.0.2", RETRY_TIMES=0)

    outcomes = [outcome for _, outcome in pages(archive).values()]
    assert pages(archive)["/a"][1] == "stored"
    assert outcomes.count("unreachable") == 2 * MOST_ELSEWHERE


def test_usual_places_are_tried_where_the_site_names_others_alone(archive: Path, crawl: Crawl) -> None:
    away = "http://127.0.0.2:9/news"
    with misbehaving(
        {
            "/": answer(f"<html><head>{away_feed(away)}</head><body><p>Welcome.</p></body></html>".encode()),
            "/robots.txt": robots(f"Sitemap: {away}"),
            "/feed.xml": feed("/a"),
            "/sitemap.xml": sitemap("/b"),
            "/a": answer(story("Alpha")),
            "/b": answer(story("Beta")),
        }
    ) as server:
        crawl(server.url)

    assert (pages(archive)["/a"][1], pages(archive)["/b"][1]) == ("stored", "stored")


def test_budget_counts_stories_only(archive: Path, crawl: Crawl) -> None:
    stories = {f"/{number}": answer(story(f"Story number {number}")) for number in range(6)}
    with misbehaving(stories) as server:
        summary = crawl(Source(url=server.url, pages=2))

        assert sorted(path for path in server.asked if path in stories) == ["/0", "/1"]
    assert summary.counts[server.url] == {Outcome.LISTING: 2, Outcome.STORED: 2}
    assert summary.left == 4


def test_visitor_says_who_it_is(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/a": answer(story())}) as server:
        crawl(server.url, CONTACT="archive@library.example")

        for request in server.requests:
            assert "User-Agent: news-archiver/" in request
            assert "(+archive@library.example)" in request
            assert "Cookie:" not in request
            assert "Referer:" not in request


def test_visitor_takes_another_name(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/a": answer(story())}) as server:
        crawl(server.url, USER_AGENT="HarbourBot/2", CONTACT="archive@library.example")

        for request in server.requests:
            assert "User-Agent: HarbourBot/2 (+archive@library.example)\r\n" in request


def test_revisit_asks_only_for_what_has_changed(archive: Path, crawl: Crawl) -> None:
    moment = "Fri, 20 Nov 2026 08:00:00 GMT"
    with misbehaving({"/a": answer(story(), ETag='W/"x1"', Last_Modified=moment)}) as server:
        crawl(server.url)
        server.pages["/a"] = answer(b"", "304 Not Modified")
        crawl(server.url)

        request = [text for text in server.requests if text.startswith("GET /a ")][1]
        assert 'If-None-Match: W/"x1"' in request
        assert f"If-Modified-Since: {moment}" in request
    assert pages(archive)["/a"][1] == "unchanged"


def test_validators_go_to_the_address_that_sent_them_alone(archive: Path, crawl: Crawl) -> None:
    moment = "Fri, 20 Nov 2026 08:00:00 GMT"
    condition = f"If-Modified-Since: {moment}"

    def page(body: bytes) -> Answer:
        def send(client: socket.socket) -> None:
            is_known = condition in server.requests[-1]
            (answer(b"", "304 Not Modified") if is_known else answer(body, Last_Modified=moment))(client)

        return send

    site = {path: page(story(f"The story called {path}")) for path in ("/a", "/b", "/old-c", "/d")}
    moved = {"/c": redirect("/old-c"), "/": answer(b"<p>Welcome"), "/feed.xml": feed("/a", "/b", "/c", "/d")}
    with misbehaving(site | moved) as server:
        source = Source(url=server.url, feeds=(f"{server.url}feed.xml",), sitemaps=("x:y",))
        crawl(source)
        server.requests.clear()
        server.pages |= {"/a": redirect("/"), "/b": redirect("/d")}
        crawl(source)
        asked = {text.split()[1] for text in server.requests if condition in text}
        now = pages(archive)
        server.pages |= site
        crawl(source)

    assert asked == {"/a", "/b", "/old-c", "/d"}
    assert (now["/a"][1], now["/c"][1]) == ("redirect", "unchanged")
    assert {pages(archive)[path][1] for path in ("/a", "/b", "/c", "/d")} == {"unchanged"}


def test_304_that_nobody_asked_for_is_no_news_of_a_known_story(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/a": answer(story())}) as server:  # no ETag, no Last-Modified
        crawl(server.url)
        server.pages["/a"] = answer(b"", "304 Not Modified")
        crawl(server.url)

    assert pages(archive)["/a"][1] == "http_error"


def test_story_that_leads_elsewhere_now_keeps_its_text(archive: Path, crawl: Crawl) -> None:
    site = {path: answer(story(f"The story called {path}")) for path in ("/home", "/moved", "/replaced")}
    other = {
        "/": answer(story("Welcome to the news")),
        "/other": answer(story("Another story", "Its text. " * 20)),
    }
    with misbehaving({**site, **other, "/feed.xml": feed("/home", "/moved", "/replaced")}) as server:
        source = Source(url=server.url, feeds=(f"{server.url}feed.xml",), sitemaps=("x:y",))
        crawl(source)
        server.pages |= {
            "/home": redirect("/"),
            "/moved": redirect("/moved/"),
            "/replaced": redirect("/other"),
        }
        server.pages["/moved/"] = answer(story("The story with another headline"))
        crawl(source)

    assert pages(archive)["/home"][1] == "redirect"
    assert pages(archive)["/moved"][1] == "changed"
    assert pages(archive)["/replaced"][1] == "stored"
    with closing(read_archive(archive)) as connection:
        latest = {row["headline"] for row in connection.execute("SELECT headline FROM articles")}
    assert latest == {
        "The story called /home",
        "The story with another headline",
        "The story called /replaced",
        "Another story",
    }


def test_robots_txt_that_is_too_large_forbids_nothing(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/a": answer(story()), "/robots.txt": robots("# none\n" * 2_000_000)}) as server:
        crawl(server.url)

    assert pages(archive)["/a"][1] == "stored"


def test_delay_of_the_source_is_kept(archive: Path, crawl: Crawl) -> None:
    stories = {f"/{number}": answer(story(f"Story number {number}")) for number in range(3)}
    with misbehaving(stories) as server:
        source = Source(url=server.url, delay=0.2, feeds=(f"{server.url}feed.xml",), sitemaps=("x:y",))
        summary = crawl(source, AUTOTHROTTLE_ENABLED=True, DOWNLOAD_DELAY_JITTER=0)

        assert summary.elapsed.total_seconds() >= 0.2 * (len(server.asked) - 1)


def test_crawl_delay_of_robots_txt_is_kept(archive: Path, crawl: Crawl) -> None:
    stories = {f"/{number}": answer(story(f"Story number {number}")) for number in range(3)}
    with misbehaving({**stories, "/robots.txt": robots("User-agent: *\nCrawl-delay: 0.3")}) as server:
        source = Source(url=server.url, feeds=(f"{server.url}feed.xml",), sitemaps=("x:y",))
        summary = crawl(source, AUTOTHROTTLE_ENABLED=True, DOWNLOAD_DELAY_JITTER=0)

        assert summary.elapsed.total_seconds() >= 0.3 * (len(server.asked) - 2)


@pytest.mark.parametrize("canonical", ["/", "/other"])
def test_page_that_claims_anothers_address_is_a_story_of_its_own(
    archive: Path, crawl: Crawl, canonical: str
) -> None:
    link = f"<link rel='canonical' href='{canonical}'>".encode()
    stories = {
        path: answer(
            story(f"A headline for {path}", f"Some words on {path}. " * 20).replace(
                b"<title>", link + b"<title>"
            )
        )
        for path in ("/a", "/b")
    }
    with misbehaving(stories) as server:
        first = crawl(server.url)
        second = crawl(server.url)

    assert first.counts[server.url] == {Outcome.LISTING: 2, Outcome.STORED: 2}
    assert Outcome.STORED not in second.counts[server.url]
    assert Outcome.CHANGED not in second.counts[server.url]


def test_story_that_names_its_address_with_another_scheme_is_no_copy_of_itself(
    archive: Path, crawl: Crawl
) -> None:
    def edition(server_url: str, text: str) -> Answer:
        link = f"<link rel='canonical' href='{server_url.replace('http:', 'https:')}a'>".encode()
        return answer(story("The ferry sails", text * 20).replace(b"<title>", link + b"<title>"))

    with misbehaving({"/feed.xml": feed("/a")}) as server:
        outcomes = []
        for text in ("It sails at eight. ", "It sails at eight. ", "It lies in the harbour. "):
            server.pages["/a"] = edition(server.url, text)
            crawl(server.url)
            outcomes.append(pages(archive)["/a"][1])

    assert outcomes == ["stored", "unchanged", "changed"]


def test_story_without_date_has_that_of_its_feed_also_where_the_front_page_shows_it(
    archive: Path, crawl: Crawl
) -> None:
    pages = {"/": front("/a"), "/feed.xml": feed("/a"), "/a": answer(story("The bridge is closed"))}
    with misbehaving(pages) as server:
        crawl(server.url)

    with closing(read_archive(archive)) as connection:
        (found,) = connection.execute(
            "SELECT found_by, date_published, has_date FROM pages JOIN articles ON articles.id = article_id "
            "JOIN captures ON captures.page_id = pages.id"
        ).fetchall()
    assert tuple(found) == ("front_page", "2026-11-20T10:59:00Z", 0)


def test_common_places_are_looked_at_once_a_week_and_where_a_listing_was_always(
    archive: Path, crawl: Crawl
) -> None:
    pages = {
        "/": PLAIN_FRONT, "/feed": NOT_FOUND, "/rss": NOT_FOUND, "/rss.xml": feed("/a"), "/a": answer(story()),
        "/sitemap.xml": NOT_FOUND,
    }  # fmt: skip
    asked = []
    with misbehaving(pages) as server:
        for _ in range(3):
            crawl(server.url)
            asked.append({path for path in server.asked if path != "/a"})
            server.asked.clear()
            if len(asked) == 2:
                with closing(open_archive(archive)) as connection, connection:
                    connection.execute("UPDATE crawls SET started = '2026-01-05T10:00:00.000000Z'")

    assert {"/feed", "/rss", "/rss.xml", "/sitemap.xml", "/news-sitemap.xml"} < asked[0]
    assert asked[1] == {"/", "/rss.xml", "/robots.txt"}
    assert asked[2] == asked[0]
