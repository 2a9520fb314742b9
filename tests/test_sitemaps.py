"""Sitemaps of all kinds are read for their pages, broken ones as far as they go."""

import gzip
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.items import Image
from archiver.parsers.sites import sitemaps
from archiver.parsers.sites.sitemaps import Sitemap, read_sitemap

URL = "https://news.example/sitemap.xml"
SITEMAPS = "http://www.sitemaps.org/schemas/sitemap/0.9"
NEWS = "http://www.google.com/schemas/sitemap-news/0.9"


def urlset(entries: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> bytes:
    return f'{head}<urlset xmlns="{SITEMAPS}" xmlns:news="{NEWS}">{entries}</urlset>'.encode()


def addresses(sitemap: Sitemap) -> list[str]:
    return [listing.url for listing in sitemap.listings]


def test_news_sitemap_gives_headline_and_date() -> None:
    body = urlset(
        "<url><loc>\n https://news.example/a?utm_medium=map </loc><lastmod>2026-11-20T10:00:00Z</lastmod>"
        "<news:news><news:publication><news:name>News</news:name></news:publication>"
        "<news:publication_date>2026-11-20T08:40:00+01:00</news:publication_date>"
        "<news:title>Bridge &amp; ferry closed</news:title></news:news></url>"
    )

    (listing,) = read_sitemap(body, URL).listings

    assert listing.url == "https://news.example/a"
    assert listing.headline == "Bridge & ferry closed"
    assert listing.date_published == datetime(2026, 11, 20, 7, 40, tzinfo=UTC)
    assert listing.date_modified == datetime(2026, 11, 20, 10, tzinfo=UTC)


def test_address_and_title_of_an_image_are_not_the_pages() -> None:
    image = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
    body = urlset(
        f"<url><image:image {image}><image:loc>https://news.example/a.jpg</image:loc><image:title>A dog"
        "</image:title></image:image><loc>https://news.example/a</loc></url>"
    )

    (listing,) = read_sitemap(body, URL).listings

    assert (listing.url, listing.headline) == ("https://news.example/a", None)


def test_keywords_language_and_pictures_of_an_entry_are_kept() -> None:
    image = 'xmlns:image="http://www.google.com/schemas/sitemap-image/1.1"'
    picture = f"<image:image {image}><image:loc>{{}}</image:loc>{{}}</image:image>"
    body = urlset(
        "<url><loc>/a</loc><loc>/b</loc>"
        + picture.format("/1.jpg", "<!-- x --><image:caption> The old\n bridge </image:caption>")
        + picture.format("/1.jpg", "")
        + picture.format("javascript:x", "")
        + picture.format("/2.jpg", "<image:title>Ferry</image:title>")
        + "<news:news><news:publication><news:language>en</news:language></news:publication>"
        "<news:keywords>bridge, old  town, bridge,</news:keywords></news:news></url>"
    )

    (listing,) = read_sitemap(body, URL).listings

    assert (listing.url, listing.language) == ("https://news.example/a", "en")
    assert listing.keywords == ("bridge", "old town")
    assert listing.images == (
        Image(url="https://news.example/1.jpg", caption="The old bridge"),
        Image(url="https://news.example/2.jpg", caption="Ferry"),
    )


def test_index_names_its_sitemaps() -> None:
    body = f"""<sitemapindex xmlns="{SITEMAPS}"><sitemap><loc>/2026-11.xml.gz</loc>
      <lastmod>2026-11-20</lastmod></sitemap><sitemap><loc>/2026-10.xml.gz</loc></sitemap></sitemapindex>""".encode()

    november, october = read_sitemap(body, URL).sitemaps

    assert november.url == "https://news.example/2026-11.xml.gz"
    assert november.date_modified == datetime(2026, 11, 20, tzinfo=UTC)
    assert october.date_modified is None


def test_gzip_is_unpacked() -> None:
    body = gzip.compress(urlset("<url><loc>https://news.example/a</loc></url>"))

    assert addresses(read_sitemap(body, URL)) == ["https://news.example/a"]


def test_unpacking_stops_at_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MAX_UNPACKED", 100_000)
    many = "".join(f"<url><loc>https://news.example/{n}</loc></url>" for n in range(20_000))

    found = addresses(read_sitemap(gzip.compress(urlset(many)), URL))

    assert 1000 < len(found) < 3000


@pytest.mark.parametrize(
    "body",
    [
        urlset("<url><loc>https://news.example/a</loc></url><url><loc>https://news.exam")[:-9],
        urlset("<url><loc>https://news.example/a</loc></url><url><loc>1 < 2</loc></url>"),
        gzip.compress(urlset("<url><loc>https://news.example/a</loc></url>" + " " * 9999))[:-30],
        urlset("<url><loc>https://news.example/a</loc></url>") + b"<p>\xff rubbish",
        b"\xef\xbb\xbf\n" + urlset("<url><loc>https://news.example/a</loc></url>", head=""),
        b"\n\n " + urlset("<url><loc>https://news.example/a</loc></url>"),
        gzip.compress(urlset("<url>")[:-9]) + gzip.compress(b"<loc>https://news.example/a</loc></url>"),
    ],
    ids=[
        "cut",
        "bare bracket",
        "cut gzip",
        "trailing rubbish",
        "byte order mark",
        "late declaration",
        "two",
    ],
)
def test_broken_sitemap_is_read_as_far_as_it_goes(body: bytes) -> None:
    assert addresses(read_sitemap(body, URL)) == ["https://news.example/a"]


REFERENCES = urlset(
    " "
    * sitemaps.HEAD  # which is read as one piece
    + "<!-- <![CDATA[ & &nbsp; --><url><loc>https://news.example/a?b=1&c=2&amp;d=3</loc>"
    "<news:news><news:title>AT&T&nbsp;wins&#33; &#xe9;t&eacute; &#55357;&#56832;&#8;</news:title></news:news></url>"
    "<url><loc><![CDATA[https://news.example/b?c=1&d=2]]></loc>"
    "<news:news><news:title><![CDATA[A & <!-- &nbsp; ]]>&amp; Q&A --> & &</news:title></news:news></url>"
)


# Pieces of any size: their borders are anywhere in a reference or mark.
@pytest.mark.parametrize("size", [*range(1, 40), 2**16])
def test_references_that_xml_does_not_know_cost_no_story(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    monkeypatch.setattr(sitemaps, "CHUNK", size)

    sitemap = read_sitemap(REFERENCES, URL)

    assert sitemap.is_whole
    assert [(listing.url, listing.headline) for listing in sitemap.listings] == [
        ("https://news.example/a?b=1&c=2&d=3", "AT&T wins! ét&eacute; \U0001f600\ufffd"),
        ("https://news.example/b?c=1&d=2", "A & <!-- &nbsp; & Q&A --> & &"),
    ]


@pytest.mark.parametrize("encoding", ["utf-16-le", "iso-2022-jp", "shift_jis", "gb18030"])
def test_letters_of_other_encodings_are_left_as_they_are(encoding: str) -> None:
    head = f'<?xml version="1.0" encoding="{encoding}"?>'
    title = "".join(chr(letter) for letter in range(0x3042, 0x3090, 2)) + "亜唖娃阿"
    text = urlset(
        f"<url><loc>/a</loc><news:news><news:title>{title}&amp;</news:title></news:news></url>", head=head
    ).decode()

    (listing,) = read_sitemap(text.encode(encoding), URL).listings

    assert listing.headline == f"{title}&"


@pytest.mark.parametrize("end", [0, -1, -30])
def test_sitemap_knows_whether_it_is_whole(end: int) -> None:
    packed = gzip.compress(urlset("<url><loc>https://news.example/a</loc></url>" + " " * 9999))
    plain = urlset("<url><loc>https://news.example/a</loc></url>")

    assert read_sitemap(packed[: end or None], URL).is_whole is (end == 0)
    assert read_sitemap(plain[: end or None], URL).is_whole is (end == 0)


def test_text_and_feeds_serve_as_sitemaps() -> None:
    text = b"https://news.example/a\r\nsome words\nhttps://news.example/b\n"
    feed = (
        b"<?xml version='1.0'?><rss><channel><item><link>https://news.example/a</link></item></channel></rss>"
    )

    assert addresses(read_sitemap(text, URL)) == ["https://news.example/a", "https://news.example/b"]
    assert addresses(read_sitemap(feed, URL)) == ["https://news.example/a"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Not found",
        b"<!doctype html><title>Not found</title><p>Not found",
        b"\x1f\x8brubbish",
        b"\x89PNG\0",
        urlset("<url><loc>javascript:alert(1)</loc></url><url><loc></loc></url><url/>"),
    ],
)
def test_what_is_no_sitemap_lists_nothing(body: bytes) -> None:
    assert read_sitemap(body, URL) == Sitemap()


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-20", datetime(2026, 11, 20, tzinfo=UTC)),
        ("2026-11-20T08:40+01:00", datetime(2026, 11, 20, 7, 40, tzinfo=UTC)),
        ("2026-11-20T08:40:00.123Z", datetime(2026, 11, 20, 8, 40, 0, 123000, tzinfo=UTC)),
        ("2026-11-20T08:40:00", datetime(2026, 11, 20, 8, 40, tzinfo=UTC)),
        ("20/11/2026", None),
        ("2026-13-40", None),
        ("0001-01-01T00:00:00+05:00", None),
    ],
)
def test_dates_are_utc(text: str, moment: datetime | None) -> None:
    body = urlset(f"<url><loc>https://news.example/a</loc><lastmod>{text}</lastmod></url>")

    assert read_sitemap(body, URL).listings[0].date_modified == moment


def test_entities_are_neither_fetched_nor_expanded(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    levels = "".join(f'<!ENTITY b{n + 1} "{f"&b{n};" * 10}">' for n in range(12))
    doctype = f'<!DOCTYPE urlset [<!ENTITY x SYSTEM "{secret.as_uri()}"><!ENTITY b0 "boom">{levels}]>'
    entry = "<url><loc>https://news.example/a</loc></url><url><loc>https://news.example/{}</loc></url>"

    for entity in ("&x;", "&b12;"):
        found = addresses(read_sitemap(urlset(entry.format(entity), head=doctype), URL))

        assert found[0] == "https://news.example/a"
        assert not any("secret" in address or "boom" in address for address in found)


def test_a_sitemap_lists_no_more_than_the_protocol_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MAX_ADDRESSES", 10)
    xml = urlset("".join(f"<url><loc>https://news.example/{n}</loc></url>" for n in range(50)))
    text = "".join(f"https://news.example/{n}\n" for n in range(50)).encode()

    assert len(read_sitemap(xml, URL).listings) == 10
    assert len(read_sitemap(text, URL).listings) == 10


def test_sitemap_that_goes_on_beyond_the_limit_is_not_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MAX_ADDRESSES", 10)

    def entries(number: int) -> bytes:
        return urlset("".join(f"<url><loc>https://news.example/{n}</loc></url>" for n in range(number)))

    assert read_sitemap(entries(10), URL).is_whole
    assert not read_sitemap(entries(11), URL).is_whole


def test_news_entries_and_their_language_are_told() -> None:
    news = "<news:news><news:publication><news:language>{}</news:language></news:publication></news:news>"
    entry = "<url><loc>https://news.example/{}</loc>{}</url>"
    languages = ["fr", "EN", "en"]
    body = urlset(
        entry.format("x", "")
        + "".join(entry.format(n, news.format(code)) for n, code in enumerate(languages))
    )

    found = read_sitemap(body, URL)

    assert (found.news, found.language) == (3, "en")
    assert read_sitemap(urlset(entry.format("a", "")), URL).news == 0


# In a process of its own: the peak of memory is never taken back.
READ_LARGE = """
import resource, sys, zlib
from archiver.parsers.sites import sitemaps
sitemaps.read_sitemap(b"<urlset/>", "https://news.example/")
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
body = open(sys.argv[1], "rb").read()
found = sitemaps.read_sitemap(body, "https://news.example/")
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // (1 if sys.platform == "linux" else 1024)
print(len(found.listings), found.is_whole, grown // 1024)
"""


def large(path: Path, entries: int, padding: int) -> Path:
    """Write a gzipped sitemap of so many entries, each with so many bytes of an image's caption."""
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(b'<?xml version="1.0"?><urlset>')
        for number in range(entries):
            caption = b"<image:image xmlns:image='x'><image:caption>" + b"a dog " * (padding // 6)
            file.write(b"<url><loc>https://news.example/%d</loc>" % number + caption)
            file.write(b"</image:caption></image:image></url>\n")
        file.write(b"</urlset>")
    return path


@pytest.mark.parametrize(
    ("entries", "padding", "found", "is_whole"), [(9_000, 5_000, 9_000, True), (200, 1_000_000, None, False)]
)
def test_large_sitemap_and_bomb_take_little_memory(
    tmp_path: Path, entries: int, padding: int, found: int | None, is_whole: bool
) -> None:
    path = large(tmp_path / "map.xml.gz", entries, padding)

    done = subprocess.run(
        [sys.executable, "-c", READ_LARGE, path], check=True, capture_output=True, text=True, timeout=60
    )
    listed, whole, megabytes = done.stdout.split()

    assert found is None or int(listed) == found
    assert whole == str(is_whole)
    assert int(megabytes) < 25  # of 45 and 200 unpacked
