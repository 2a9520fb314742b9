"""The page of an article: copies side by side, pictures that are loaded only if asked, dates, headlines over time."""

import html
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, article, crawl, failed, filled, link, response, visit
from rooms import Room, serving

from archiver.errors import NotInArchiveError
from archiver.items import Image, Origin, Outcome, Precision, Sources
from archiver.room.pictures import origin
from db.connection import read_archive
from db.dedup.shared_text import shared_text
from db.store import record_visit

PARTS = (
    "The river rose by two metres on Friday night and took the railing of the old bridge with it, the council said.",
    "Engineers will look at the piers on Monday, when the water is expected to be lower again than it was today.",
    "Buses take the ring road until further notice, and the ferry runs every ten minutes from the fish market.",
)
OWN_END = "The mayor thanked the volunteers of the fire brigade, who worked through the night with pumps and sandbags."
ONE = article(
    "one",
    "Flood closes the old bridge",
    "\n\n".join((*PARTS, OWN_END)),
    images=(
        Image(url="https://pictures.example/bridge.jpg", caption="The <b>bridge</b>", credit="Ann Lee"),
        Image(url="http://192.168.0.1/admin?reboot=1"),
        Image(url="http://router.local/x.png"),
        Image(url="javascript:alert(1)"),
        Image(url="https://evil.example;script-src/ 'unsafe-inline'/x.png"),
    ),
    date_published=datetime(2026, 11, 19, tzinfo=UTC),
    date_modified=datetime(2026, 11, 20, 9, 15, tzinfo=UTC),
    sources=Sources(
        headline=Origin.JSON_LD,
        date_published=Origin.META,
        date_published_precision=Precision.DAY,
        date_modified=Origin.TIME,
        date_modified_precision=Precision.MOMENT,
    ),
)
OTHER = article("other", "Bridge shut after flood", "\n\n".join(("By our own staff.", *PARTS)))
APART = article(
    "apart", "Market hall opens", "Nothing of this is said by anybody else, in this order at least, ever."
)
EMPTY = article("empty", "Nothing below the headline", "")


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("article") / "archive.db"
    archive = filled(path, (ONE, OTHER, APART, EMPTY))
    changed = replace(ONE, headline="Old bridge closed by flood")
    number = crawl(archive)
    record_visit(archive, number, visit(changed, outcome=Outcome.CHANGED, article_id=1, fetched=NOON + DAY))
    record_visit(archive, number, visit(FLOOD, [link("one", "Bridge closed")], fetched=NOON + 2 * DAY))
    archive.close()
    return path


@pytest.fixture(scope="module")
def room(path: Path) -> Iterator[Room]:
    with serving(path) as room:
        yield room


def marks(side: str) -> list[str]:
    return [html.unescape(text) for text in re.findall(r"<mark>(.*?)</mark>", side, re.DOTALL)]


def test_shared_passages_are_marked_in_both_texts(room: Room) -> None:
    page = room.get("/articles/1").text
    (place,) = set(re.findall(r'<a href="(/articles/1/beside/\d+)">side by side', page))
    one, other = room.get(place).text.split('<section class="side">')[1:]

    assert all(part[:-1] in " ".join(marks(one)) for part in PARTS)
    assert all(part[:-1] in " ".join(marks(other)) for part in PARTS)
    assert "mayor" not in " ".join(marks(one))
    assert "our own staff" not in " ".join(marks(other))
    assert "The mayor thanked" in one
    assert "By our own staff" in other


def test_sides_hold_the_whole_texts(path: Path) -> None:
    archive = read_archive(path)
    found = shared_text(archive, "1", "2")
    archive.close()

    for side, body in ((found.one, ONE.body), (found.other, OTHER.body)):
        assert "\n\n".join("".join(piece.text for piece in pieces) for pieces in side.paragraphs) == body
        assert 0.5 < side.share < 1


@pytest.mark.parametrize(
    ("one", "other", "is_shared"), [("1", "1", True), ("1", "3", False), ("1", "4", False)]
)
def test_any_two_articles_stand_side_by_side(path: Path, one: str, other: str, is_shared: bool) -> None:
    archive = read_archive(path)
    found = shared_text(archive, one, other)
    archive.close()

    assert any(piece.is_shared for pieces in found.one.paragraphs for piece in pieces) is is_shared
    assert (found.one.share, found.other.share) == ((1.0, 1.0) if is_shared else (0.0, 0.0))


def test_side_that_is_not_there_is_told(path: Path, room: Room) -> None:
    archive = read_archive(path)
    with pytest.raises(NotInArchiveError):
        shared_text(archive, "1", "99")
    archive.close()
    assert room.get("/articles/1/beside/99").status == 404
    assert (
        room.get("/articles/1/beside/2.json").data["shared"]["other"]["article"]["headline"] == OTHER.headline
    )


def test_pictures_are_listed_and_loaded_only_if_asked(room: Room) -> None:
    page, asked = room.get("/articles/1"), room.get("/articles/1?pictures=1")
    policy = dict(part.strip().split(" ", 1) for part in asked.headers["content-security-policy"].split(";"))

    assert "<img" not in page.text
    assert "img-src 'self';" in page.headers["content-security-policy"]
    assert "The &lt;b&gt;bridge&lt;/b&gt;" in page.text
    assert re.findall(r'<img src="([^"]*)"', asked.text) == ["https://pictures.example/bridge.jpg"]
    assert policy["img-src"] == "'self' https://pictures.example"
    assert policy["default-src"] == "'none'"
    assert "script-src" not in asked.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://pictures.example/a.jpg", "https://pictures.example"),
        ("http://PICTURES.example:8080/a.jpg", "http://pictures.example:8080"),
        ("https://bücher.example/a.jpg", "https://xn--bcher-kva.example"),
        ("http://127.0.0.1/a", None),
        ("http://2130706433/a", None),
        ("http://0x7f.1/a", None),
        ("http://[::1]/a", None),
        ("http://localhost/a", None),
        ("http://x.localhost/a", None),
        ("http://printer/a", None),
        ("http://a.lan/a", None),
        ("https://user@pictures.example/a", None),
        ("https://a.example\r\nX: y/a", None),
        ("https://a.example;b.example/a", None),
        ("https://a.example'/a", None),
        ("ftp://pictures.example/a", None),
        ("//pictures.example/a", None),
        ("data:image/png;base64,AA", None),
        ("https://a.example:99999/a", None),
        ("https://./a", None),
        ("", None),
    ],
)
def test_only_names_of_the_public_web_are_asked_for_pictures(url: str, found: str | None) -> None:
    assert origin(url) == found


def test_dates_say_zone_and_where_they_were_read(room: Room) -> None:
    page = re.sub(r"<[^>]*>", "", room.get("/articles/1").text)

    assert "Published 2026-11-19 (from meta)" in page
    assert "updated 2026-11-20 09:15 UTC (from time)" in page
    assert "archived 2026-11-20 12:00 UTC, last seen 2026-11-21 12:00 UTC" in page
    assert re.search(r"Where on its page this was read\s*headline\s*json-ld", page)


def test_headlines_over_time_are_told_with_a_bar_each(room: Room) -> None:
    page = room.get("/articles/1").text
    table = page.partition("Headlines it was seen under")[2].partition("</table>")[0]
    bars = [float(width) for width in re.findall(r'<rect x="[\d.]+" width="([\d.]+)"', table)]

    assert all(
        text in table
        for text in ("Old bridge closed by flood", "Flood closes the old bridge", "Bridge closed")
    )
    assert len(bars) == 3
    assert max(bars) <= 120


def test_address_s_story_leads_to_its_archived_pages_and_says_each_thing_once(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    archive = filled(path, [ONE])
    number = crawl(archive)
    record_visit(archive, number, visit(FLOOD, [link("one", "Bridge closed")]))
    gone = failed(ONE.url, Outcome.GONE, "HTTP status 404", fetched=NOON + DAY, response=response(status=404))
    record_visit(archive, number, gone)
    with archive:
        archive.execute(
            "UPDATE captures SET warc_file = 'a.gz', warc_offset = 0, warc_length = 9 WHERE id = 1"
        )
    archive.close()
    with serving(path) as room:
        page = room.get(f"/explain?url={ONE.url}").text
        visits = re.sub(r"<[^>]*>", "", room.get("/articles/1").text.partition("<h2>Visits")[2])
    story = re.sub(r"<[^>]*>", "", page)

    assert re.search(r"Outcome\s*gone · HTTP status 404\n", story)
    assert "gone · HTTP status 404</li>" in page
    assert page.count('<a href="/captures/1">as archived</a>') == 1
    assert re.search(r"Bridge closed related on \S+, still shown", story)
    assert visits.count("404") == 1


def test_copies_that_are_not_shown_are_counted(tmp_path: Path) -> None:
    stories = [replace(ONE, url=f"https://news.example/{n}", headline=f"Story {n}") for n in range(13)]
    filled(tmp_path / "archive.db", stories).close()
    with serving(tmp_path / "archive.db") as room:
        copies = re.sub(r"<[^>]*>", "", room.get("/articles/1").text.partition("<h2>Copies")[2])

    assert "10 of 12: those of the same text first" in copies
    assert "archiver duplicates 1 --limit 12 tells all" in copies
    assert copies.count("news.example, 2026-11-19\n") == 10


def test_headline_that_many_pages_show_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    archive = filled(path, (ONE,))
    number = crawl(archive)
    for n in range(70):
        record_visit(
            archive, number, visit(article(f"p{n}", f"Page {n}", f"Text {n}."), [link("one", "Bridge shut")])
        )
    archive.close()
    with serving(path) as room:
        page, data = room.get("/articles/1").text, room.get("/articles/1.json").data

    assert "related, 70 places" in page
    assert len(data["history"]["headlines"]) == 71
