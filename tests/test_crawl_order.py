"""Which stories a crawl visits where its budget is too small for all: the newest first, and some that are due again."""

from collections.abc import Callable, Mapping, Sequence

import pytest
from conftest import Crawl
from misbehaving import Answer, Server, answer, feed, front, misbehaving, story

from spiders.frontier import Source

STORIES: Mapping[str, Answer] = {
    f"/{number}": answer(story(f"Story number {number}")) for number in range(20)
}


def paths(newest: int, oldest: int = 0) -> Sequence[str]:
    return [f"/{number}" for number in range(newest, oldest - 1, -1)]


def sitemap(*paths: str) -> Answer:
    """Return a sitemap that says when some addresses changed, the first the last."""
    entries = "".join(
        f"<url><loc>{path}</loc><lastmod>2026-11-20T10:{59 - number:02}:00Z</lastmod></url>"
        for number, path in enumerate(paths)
    )
    return answer(f"<urlset>{entries}</urlset>".encode(), content_type="application/xml")


def visits(server: Server, crawl: Callable[[], object]) -> set[str]:
    """Return the stories that a crawl asks for."""
    server.asked.clear()
    crawl()
    return {path for path in server.asked if path in STORIES}


def test_one_visit_in_five_is_to_a_story_that_is_due_however_many_are_new(crawl: Crawl) -> None:
    with misbehaving({**STORIES, "/feed.xml": feed(*paths(4))}) as server:
        source = Source(url=server.url, pages=5)
        assert visits(server, lambda: crawl(source)) == set(paths(4))
        server.pages["/feed.xml"] = feed(*paths(10))
        assert visits(server, lambda: crawl(source)) == {"/10", "/9", "/8", "/7", "/0"}


@pytest.mark.parametrize(
    "dated", [{"/feed.xml": feed(*paths(14))}, {"/feed.xml": feed(), "/map.xml": sitemap(*paths(14))}]
)
def test_stories_that_wait_come_by_their_dates_also_where_the_front_page_shows_none(
    crawl: Crawl, dated: Mapping[str, Answer]
) -> None:
    with misbehaving({**STORIES, "/": front(*paths(14)), **dated}) as server:
        source = Source(url=server.url, pages=3, sitemaps=(f"{server.url}map.xml",))
        for newest in (14, 11, 8):
            assert visits(server, lambda: crawl(source, revisit_after=-1)) == set(paths(newest, newest - 2))
        server.pages["/"] = front(*paths(13), *paths(16, 15))
        assert visits(server, lambda: crawl(source, revisit_after=-1)) == {"/16", "/15", "/5"}


def test_what_a_front_page_shows_first_comes_before_what_an_earlier_crawl_left(crawl: Crawl) -> None:
    with misbehaving({**STORIES, "/": front(*paths(5)), "/feed.xml": feed()}) as server:
        source = Source(url=server.url, pages=2)
        assert visits(server, lambda: crawl(source, revisit_after=-1)) == {"/5", "/4"}
        server.pages["/"] = front(*paths(5), "/6")
        assert visits(server, lambda: crawl(source, revisit_after=-1)) == {"/6", "/3"}


def test_story_that_one_listing_merely_maps_comes_in_the_order_of_the_news_if_another_shows_it(
    crawl: Crawl,
) -> None:
    maps = "".join(f"<url><loc>{path}</loc></url>" for path in paths(9))
    mapped = answer(f"<urlset>{maps}</urlset>".encode(), content_type="application/xml")
    with misbehaving({**STORIES, "/feed.xml": feed(), "/map.xml": mapped}) as server:
        source = Source(url=server.url, pages=1, sitemaps=(f"{server.url}map.xml",))
        assert visits(server, lambda: crawl(source, revisit_after=-1)) == {"/9"}
        server.pages["/feed.xml"] = feed("/5")
        assert visits(server, lambda: crawl(source, revisit_after=-1)) == {"/5"}
