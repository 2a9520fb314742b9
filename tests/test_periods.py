"""Addresses of sitemaps and stories tell the time that they speak of, where they do."""

import pytest

from archiver.parsers.dates.periods import Period, day_of_story, period_of_sitemap

BASE = "https://news2020.example"


def days(period: Period | None) -> tuple[str, str] | None:
    return None if period is None else (period.start.date().isoformat(), period.end.date().isoformat())


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/sitemap-2020.xml", ("2020-01-01", "2021-01-01")),
        ("/sitemap-2020-03.xml.gz", ("2020-03-01", "2020-04-01")),
        ("/sitemap_202012.xml", ("2020-12-01", "2021-01-01")),
        ("/sitemaps/2020/3.xml", ("2020-03-01", "2020-04-01")),
        ("/sitemap/2020/march/", ("2020-03-01", "2020-04-01")),
        ("/sitemaps/2020/03/14.xml", ("2020-03-14", "2020-03-15")),
        ("/sitemap.xml?yyyy=2020&mm=03&dd=14", ("2020-03-14", "2020-03-15")),
        ("/sitemap.xml?year=2020&month=11", ("2020-11-01", "2020-12-01")),
        ("/map-20200228.xml", ("2020-02-28", "2020-02-29")),
        ("/map-2020-01-27_2020-02-02.xml", ("2020-01-27", "2020-02-03")),
        ("/sitemap-2020-13.xml", ("2020-01-01", "2021-01-01")),
        ("/post-sitemap12.xml", None),
        ("/sitemap-news.xml", None),
        ("/sitemap-120200.xml", None),
    ],
)
def test_period_of_sitemap(path: str, expected: tuple[str, str] | None) -> None:
    assert days(period_of_sitemap(BASE + path)) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/2020/03/14/flood-closes-the-bridge/", ("2020-03-14", "2020-03-15")),
        ("/city/2020/03/flood", ("2020-03-01", "2020-04-01")),
        ("/ja/old/20201113.htm", ("2020-11-13", "2020-11-14")),
        ("/news/flood-2020-03-14-48231", ("2020-03-14", "2020-03-15")),
        ("/sport/olympics-2020/the-torch-arrives", None),
        ("/n/202003", None),
        ("/n/48231.html", None),
        ("/2020/02/31/no-such-day", None),
    ],
)
def test_day_of_story(path: str, expected: tuple[str, str] | None) -> None:
    assert days(day_of_story(BASE + path)) == expected


def test_address_that_cannot_be_taken_apart_names_nothing() -> None:
    assert period_of_sitemap("http://[::1/2020/03.xml") is None
