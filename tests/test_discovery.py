"""A site's own words about where its feeds and sitemaps are."""

import pytest

from archiver.parsers.discovery import feed_addresses, sitemap_addresses

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
