"""Feeds of all kinds are read for their stories, broken ones as far as they go."""

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from archiver.parsers.sites.feeds import feed_listings, read_feed

URL = "https://news.example/rss/all.xml"


def rss(items: str, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> bytes:
    return f'{head}<rss version="2.0"><channel><title>News</title>{items}</channel></rss>'.encode()


def test_rss_gives_address_headline_and_date() -> None:
    feed = rss(
        "<item><title>Bridge &amp; ferry\n closed</title><link>https://news.example/a?utm_source=rss</link>"
        "<pubDate>Fri, 20 Nov 2026 08:40:00 +0100</pubDate></item>"
    )

    (listing,) = feed_listings(feed, URL)

    assert listing.url == "https://news.example/a"
    assert listing.headline == "Bridge & ferry closed"
    assert listing.date_published == datetime(2026, 11, 20, 7, 40, tzinfo=UTC)
    assert listing.date_modified is None


def test_atom_gives_both_dates() -> None:
    feed = b"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>Storm</title>
      <link rel="alternate" href="/storm"/><link rel="enclosure" href="/storm.mp3"/>
      <published>2026-11-20T08:00:00+02:00</published><updated>2026-11-20T09:30:00Z</updated></entry></feed>"""

    (listing,) = feed_listings(feed, URL)

    assert listing.url == "https://news.example/storm"
    assert listing.date_published == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert listing.date_modified == datetime(2026, 11, 20, 9, 30, tzinfo=UTC)


def test_json_feed_is_read() -> None:
    feed = b"""{"version": "https://jsonfeed.org/version/1.1", "items": [
      {"id": "1", "url": "a", "title": "One", "date_published": "2026-11-20T08:00:00+02:00"},
      {"id": "https://news.example/b"}, {"id": 3}, "nonsense", {"url": "mailto:x@news.example"}]}"""

    one, two = feed_listings(feed, URL)

    assert (one.url, one.headline) == ("https://news.example/rss/a", "One")
    assert one.date_published == datetime(2026, 11, 20, 6, tzinfo=UTC)
    assert (two.url, two.headline, two.date_published) == ("https://news.example/b", None, None)


@pytest.mark.parametrize(
    "feed",
    [
        rss("<item><title>A & B</title><link>/a</link></item><item><link>/b</link>"),
        rss("<item><link>/a</link></item><item><link>/b</link></item>", head="\n\n <?xml version='1.0'?>"),
        rss("<item><link>/a</link></item><item><link>/b</link></item>")[:-20],
        rss("<item><link>/a</link></item><item><link>/b</link></item>", head="").replace(
            b"</rss>", b"<p>\xff"
        ),
    ],
    ids=["bare ampersand", "late declaration", "cut", "trailing rubbish"],
)
def test_broken_feed_is_read_as_far_as_it_goes(feed: bytes) -> None:
    assert [listing.url for listing in feed_listings(feed, URL)] == [
        "https://news.example/a",
        "https://news.example/b",
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("&#55357;&#56832; on the bridge", "\U0001f600 on the bridge"),
        ("&#xD83D;&#XDE00; on the bridge", "\U0001f600 on the bridge"),
        ("Bridge &#55357; closed", "Bridge \ufffd closed"),
        ("Bridge &#xFFFFFFF; closed", "Bridge \ufffd closed"),
        (f"Bridge &#{'9' * 9000}; closed", "Bridge \ufffd closed"),
        ("The council&#8217;s &#x201c;no&#x201d;", "The council\u2019s \u201cno\u201d"),
    ],
    ids=["two halves", "in hexadecimal", "one half", "too large", "endless", "whole"],
)
def test_reference_to_no_character_spoils_nothing(written: str, read: str) -> None:
    feed = rss(f"<item><title>{written}</title><link>/a</link></item><item><link>/b</link></item>")

    one, two = feed_listings(feed, URL)

    assert (one.headline, two.url) == (read, "https://news.example/b")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"   ",
        b"<!doctype html><html><body><p>Not found</p></body></html>",
        b"{",
        b"[]",
        b'{"items": []}',
        b'{"version": "https://jsonfeed.org/version/1", "items": 3}',
        b"\x89PNG\r\n\x1a\n\0\0",
        b"{" * 100_000,
        b'{"a":' * 100_000,
    ],
)
def test_what_is_no_feed_lists_nothing(body: bytes) -> None:
    assert feed_listings(body, URL) == ()


def test_feedburner_link_is_replaced_by_the_story_itself() -> None:
    feed = rss(
        "<item><link>https://feedproxy.example/~r/1</link><feedburner:origLink xmlns:feedburner="
        '"http://rssnamespace.org/feedburner/ext/1.0">https://news.example/a</feedburner:origLink></item>'
    )

    assert [listing.url for listing in feed_listings(feed, URL)] == ["https://news.example/a"]


def test_number_of_an_item_is_no_address() -> None:
    feed = b"""{"version": "https://jsonfeed.org/version/1.1", "items": [
      {"id": "2347259"}, {"id": "2347260", "url": "/a"}, {"id": "tag:news.example,2026:3"}]}"""

    found = read_feed(feed, URL)

    assert [listing.url for listing in found.listings] == ["https://news.example/a"]
    assert found.unusable == 2


def test_each_address_is_listed_once() -> None:
    feed = rss(
        "<item><title>First</title><link>/a#top</link></item><item><title>Again</title><link>/a</link></item>"
    )

    (listing,) = feed_listings(feed, URL)

    assert listing.headline == "First"


def test_zero_date_with_zone_spoils_nothing() -> None:
    feed = b"""\xef\xbb\xbf{"version": "https://jsonfeed.org/version/1.1", "items": [
      {"url": "/a", "date_published": "0001-01-01T00:00:00+05:00"},
      {"url": "/b", "date_published": "2026-11-20T08:00:00Z"}]}"""

    dates = [listing.date_published for listing in feed_listings(feed, URL)]

    assert dates == [None, datetime(2026, 11, 20, 8, tzinfo=UTC)]


def test_impossible_dates_are_none() -> None:
    feed = rss("<item><link>/a</link><pubDate>yesterday, at tea time</pubDate></item>")

    assert feed_listings(feed, URL)[0].date_published is None


def test_entities_are_neither_fetched_nor_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    levels = "".join(f'<!ENTITY b{n + 1} "{f"&b{n};" * 10}">' for n in range(12))
    doctype = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY b0 "boom">{levels}]>'
    feed = rss(
        "<item><title>A &x; &b12;</title><link>/a</link></item>", head=f'<?xml version="1.0"?>{doctype}'
    )
    started = monotonic()

    (listing,) = feed_listings(feed, URL)

    assert timedelta(seconds=monotonic() - started) < timedelta(
        seconds=10
    )  # expanded, they would take for ever
    assert "secret" not in str(listing.headline)
    assert "boom" not in str(listing.headline)


def test_a_feed_is_never_taken_as_the_name_of_a_file(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(rss("<item><link>/a</link></item>"))

    assert feed_listings(str(file).encode(), URL) == ()


def test_oddities_are_counted() -> None:
    feed = rss(
        "<item><link>/a</link></item><item><link>/a#again</link></item><item><title>No link</title></item>"
        "<item><link>mailto:desk@news.example</link></item><item><title>A & B</title><link>/b</link></item>"
    )

    found = read_feed(feed, URL)

    assert [listing.url for listing in found.listings] == ["https://news.example/a", "https://news.example/b"]
    assert (found.unusable, found.repeated, found.is_broken) == (2, 1, True)


def test_whole_feed_has_no_oddities() -> None:
    found = read_feed(rss("<language>en-gb</language><item><link>/a</link></item>"), URL)

    assert (found.title, found.language) == ("News", "en-gb")
    assert (found.unusable, found.repeated, found.is_broken) == (0, 0, False)


def test_json_feed_counts_its_oddities() -> None:
    feed = b"""{"version": "https://jsonfeed.org/version/1.1", "title": "News", "language": "fr-CA",
      "items": [{"url": "/a"}, {"id": 3}, "nonsense", {"url": "ftp://news.example/b"}, {"url": "/a"}]}"""

    found = read_feed(feed, URL)

    assert [listing.url for listing in found.listings] == ["https://news.example/a"]
    assert (found.title, found.language, found.unusable, found.repeated) == ("News", "fr-CA", 3, 1)


@pytest.mark.parametrize(
    ("title", "kind", "shown"),
    [
        ("Storm &lt;em&gt;Ana&lt;/em&gt; &amp;amp; flood", ' type="html"', "Storm Ana & flood"),
        (
            '<div xmlns="http://www.w3.org/1999/xhtml"><b>Storm</b> &amp; flood</div>',
            ' type="xhtml"',
            "Storm & flood",
        ),
        ("5 &lt; 6 and 7 &gt; 3", "", "5 < 6 and 7 > 3"),
    ],
)
def test_headline_is_what_a_reader_sees(title: str, kind: str, shown: str) -> None:
    feed = f"""<feed xmlns="http://www.w3.org/2005/Atom"><entry><title{kind}>{title}</title>
      <link href="/storm"/></entry></feed>"""

    assert [listing.headline for listing in feed_listings(feed.encode(), URL)] == [shown]


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("Fri, 20 Nov 2026 08:00:00 CET", datetime(2026, 11, 20, 7, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 08:00:00 IST", datetime(2026, 11, 20, 2, 30, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 08:00:00 EST", datetime(2026, 11, 20, 13, tzinfo=UTC)),
        ("Fri, 20 Nov 2026 8:00 PM", datetime(2026, 11, 20, 20, tzinfo=UTC)),
        ("Freitag, 20. November 2026 08:00:00 +0100", datetime(2026, 11, 20, 7, tzinfo=UTC)),
        ("1795161600", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("1795161600000", datetime(2026, 11, 20, 8, tzinfo=UTC)),
        ("20261120", None),
    ],
)
def test_date_is_right_or_none(date: str, expected: datetime | None) -> None:
    item = f"<item><title>A</title><link>https://news.example/a</link><pubDate>{date}</pubDate></item>"

    assert [listing.date_published for listing in feed_listings(rss(item), URL)] == [expected]


def test_feed_is_read_in_its_letters_however_it_claims_them() -> None:
    item = "<item><title>Мост закрыт до утра</title><link>https://news.example/a</link></item>"
    text = f'<rss version="2.0"><channel><title>Новости города</title>{item}</channel></rss>'
    told = read_feed(text.encode("cp1251"), URL, "application/rss+xml; charset=windows-1251")
    wrong = read_feed(f'<?xml version="1.0" encoding="utf-16"?>{text}'.encode(), URL)
    packed = read_feed(gzip.compress(text.encode()), URL)
    old = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'
    named = read_feed(f"{old}{text.replace('Мост', 'Caf&eacute;')}".encode(), URL)

    assert {feed.listings[0].headline for feed in (told, wrong, packed)} == {"Мост закрыт до утра"}
    assert named.listings[0].headline == "Café закрыт до утра"
    assert read_feed(gzip.compress(text.encode())[:9], URL).listings == ()
