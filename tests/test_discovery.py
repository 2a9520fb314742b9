"""A site's own words about where its feeds and sitemaps are."""

import pytest
from scrapy.http import TextResponse

from archiver.items import FoundBy
from archiver.parsers.sites.discovery import feed_addresses, sitemap_addresses
from spiders.frontier import Asked, Frontier, NoMemory, Source
from spiders.sitemap import SitemapSpider

URL = "https://news.example/section/"


def test_feeds_are_those_that_link_elements_name() -> None:
    html = b"""<html><head>
      <link rel="alternate" type="application/rss+xml" title="All" href="/rss.xml?utm_source=head">
      <LINK REL="Alternate Home" TYPE="application/atom+xml; charset=utf-8" HREF="atom.xml">
      <link rel="alternate" type="application/feed+json" href="//news.example/feed.json">
      <link rel="alternate" type="application/rss+xml" href="/rss.xml">
      <link rel="alternate" hreflang="fr" href="/fr/"><link rel="stylesheet" type="text/css" href="/a.css">
      <link rel="alternate" type="application/rss+xml">
      <link rel="alternate" type="application/rss+xml" href="">
      </head><body><a href="/other.rss">RSS</a></body></html>"""

    assert feed_addresses(html, URL) == (
        "https://news.example/rss.xml",
        "https://news.example/section/atom.xml",
        "https://news.example/feed.json",
    )


def test_feeds_of_comments_are_left_out() -> None:
    html = b"""<link rel="alternate" type="application/rss+xml" href="/feed/">
      <link rel="alternate" type="application/rss+xml" href="/comments/feed/">"""

    assert feed_addresses(html, URL) == ("https://news.example/feed/",)


def test_base_element_counts() -> None:
    html = (
        b"""<head><base href="/other/"><link rel="alternate" type="application/rss+xml" href="feed"></head>"""
    )

    assert feed_addresses(html, URL) == ("https://news.example/other/feed",)


@pytest.mark.parametrize("html", [b"", b"   ", b"\0", b"<!-- -->", b"<?xml?>", b"\xff\xfe", b"plain words"])
def test_page_without_links_names_nothing(html: bytes) -> None:
    assert feed_addresses(html, URL) == ()


def test_sitemaps_are_those_that_robots_txt_names() -> None:
    robots = """\ufeffUser-agent: *
Disallow: /private/
sitemap: https://news.example/news.xml # the newest
SITEMAP:/all.xml
Sitemap: https://news.example/news.xml
Sitemap:
Sitemap: ftp://news.example/old.xml
"""

    assert sitemap_addresses(robots, "https://news.example/robots.txt") == (
        "https://news.example/news.xml",
        "https://news.example/all.xml",
    )


def test_only_the_beginning_of_an_endless_robots_txt_is_read() -> None:
    robots = "".join(f"Sitemap: /{number}.xml\n" for number in range(100_000))

    assert 20_000 < len(sitemap_addresses(robots, "https://news.example/robots.txt")) < 40_000


def test_news_sitemaps_come_first_also_where_the_site_is_called_so() -> None:
    frontier = Frontier(Source(url="https://dailynews.example/"), 1, NoMemory())
    url = f"{frontier.source.url}robots.txt"
    response = TextResponse(url, body=b"Sitemap: /all.xml\nSitemap: /news.xml", encoding="utf-8")

    requests = SitemapSpider(frontier.source.url).robots(
        response, Asked(url=url, found_by=FoundBy.START), frontier
    )

    assert [request.url for request in requests] == [
        "https://dailynews.example/news.xml",
        "https://dailynews.example/all.xml",
    ]
