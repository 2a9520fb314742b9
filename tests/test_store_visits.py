"""What the archive keeps of each visit: page, capture, article, versions, authors, images, counts."""

import json
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from archives import (
    DAY,
    FLOOD,
    NOON,
    SOURCE,
    article,
    column,
    compare_with_index,
    crawl,
    failed,
    link,
    one,
    response,
    visit,
)

from archiver.items import ARTICLE_OUTCOMES, Article, FoundBy, Image, Listing, Origin, Outcome, Split
from db.connection import open_archive
from db.digests import bytes_digest, content_digest
from db.raw_pages.warc_places import WarcPlace
from db.read import gone_at
from db.store import Kept, known_article, last_capture, page_state, record_visit, waiting

FAILURES = sorted(set(Outcome) - ARTICLE_OUTCOMES - {Outcome.LISTING})


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    connection = open_archive(tmp_path / "archive.db")
    crawl(connection)
    yield connection
    compare_with_index(connection)
    assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    connection.close()


def indexed(archive: sqlite3.Connection, word: str) -> list[object]:
    return column(archive, "SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?", word)


def test_story_is_stored_with_all_it_says(archive: sqlite3.Connection) -> None:
    story = replace(
        FLOOD,
        section="Regional",
        keywords=("flood", "bridge; river"),
        date_modified=datetime(2026, 11, 20, 9, 0, tzinfo=timezone(timedelta(hours=1))),
        images=(
            Image(url=f"{SOURCE}1.jpg", caption="The bridge", credit="A. Lee"),
            Image(url=f"{SOURCE}2.jpg"),
        ),
    )
    assert record_visit(archive, 1, visit(story)) is Outcome.STORED
    row = dict(archive.execute("SELECT * FROM articles").fetchone())
    assert row["headline"] == "Flood closes the old bridge"
    assert row["date_published"] == "2026-11-19T08:30:00Z"
    assert row["date_modified"] == "2026-11-20T08:00:00Z"
    assert row["first_seen"] == row["last_seen"] == "2026-11-20T12:00:00Z"
    assert json.loads(row["keywords"]) == ["flood", "bridge; river"]
    assert (row["revision"], row["revised_at"], row["section"]) == (1, None, "Regional")
    images = archive.execute("SELECT position, url, caption, credit FROM images ORDER BY position").fetchall()
    assert [tuple(image) for image in images] == [
        (0, f"{SOURCE}1.jpg", "The bridge", "A. Lee"),
        (1, f"{SOURCE}2.jpg", None, None),
    ]
    assert indexed(archive, "bridge") == [1]


def test_authors_keep_their_order_and_share_their_rows(archive: sqlite3.Connection) -> None:
    record_visit(archive, 1, visit(FLOOD))
    other = article("fire", "Fire", "It burnt.", authors=("Zoë Müller", " Ann  Lee", "Zoë Müller", ""))
    record_visit(archive, 1, visit(other))
    assert one(archive, "SELECT count(*) FROM authors") == 2
    authors = column(archive, "SELECT authors FROM article_versions ORDER BY article_id")
    assert [json.loads(str(names)) for names in authors] == [
        ["Ann Lee", "Zoë Müller"],
        ["Zoë Müller", "Ann Lee"],
    ]


def test_changed_story_keeps_its_earlier_version(archive: sqlite3.Connection) -> None:
    record_visit(archive, 1, visit(FLOOD))
    later = replace(
        FLOOD, headline="Bridge open again", lead=None, body="The water went back.", authors=("Ann Lee",)
    )
    changed = visit(later, outcome=Outcome.CHANGED, article_id=1, fetched=NOON + DAY)
    assert record_visit(archive, 1, changed) is Outcome.CHANGED

    now = archive.execute("SELECT * FROM articles").fetchone()
    assert (now["headline"], now["revision"], now["revised_at"]) == (
        "Bridge open again",
        2,
        "2026-11-21T12:00:00Z",
    )
    assert now["capture_id"] == 2
    versions = archive.execute("SELECT * FROM article_versions ORDER BY number").fetchall()
    assert [(v["number"], v["is_latest"], v["headline"], v["seen_at"]) for v in versions] == [
        (1, 0, FLOOD.headline, "2026-11-20T12:00:00Z"),
        (2, 1, "Bridge open again", "2026-11-21T12:00:00Z"),
    ]
    assert [json.loads(v["authors"]) for v in versions] == [["Ann Lee", "Zoë Müller"], ["Ann Lee"]]
    assert [v["capture_id"] for v in versions] == [1, 2]
    change = archive.execute("SELECT from_headline, to_headline FROM headline_changes").fetchone()
    assert tuple(change) == (FLOOD.headline, "Bridge open again")
    assert indexed(archive, "river") == []
    assert indexed(archive, "water") == [1]


def test_story_that_changes_three_times_has_three_earlier_versions(archive: sqlite3.Connection) -> None:
    record_visit(archive, 1, visit(FLOOD))
    for number in range(3):
        story = replace(FLOOD, body=f"Version {number}")
        record_visit(
            archive, 1, visit(story, outcome=Outcome.CHANGED, article_id=1, fetched=NOON + DAY * (number + 1))
        )
    assert column(archive, "SELECT number FROM revisions ORDER BY id") == [1, 2, 3]
    assert column(archive, "SELECT body FROM revisions ORDER BY id") == [FLOOD.body, "Version 0", "Version 1"]
    assert column(archive, "SELECT seen_at FROM article_versions ORDER BY number") == [
        "2026-11-20T12:00:00Z",
        "2026-11-21T12:00:00Z",
        "2026-11-22T12:00:00Z",
        "2026-11-23T12:00:00Z",
    ]
    known = known_article(archive, page_url=FLOOD.url, article_url="")
    assert known is not None
    assert known.earlier == set(column(archive, "SELECT content_digest FROM revisions"))
    assert content_digest(FLOOD) in known.earlier
    assert known.content_digest == content_digest(replace(FLOOD, body="Version 2"))


def test_unchanged_story_gets_no_version_but_what_is_not_its_text(archive: sqlite3.Connection) -> None:
    record_visit(archive, 1, visit(FLOOD))
    same = replace(FLOOD, keywords=("new",), date_published=None, images=(Image(url=f"{SOURCE}new.jpg"),))
    unchanged = visit(same, outcome=Outcome.UNCHANGED, article_id=1, fetched=NOON + DAY)
    assert record_visit(archive, 1, unchanged) is Outcome.UNCHANGED
    row = archive.execute("SELECT * FROM articles").fetchone()
    assert (row["revision"], row["last_seen"], row["keywords"]) == (1, "2026-11-21T12:00:00Z", '["new"]')
    assert row["date_published"] == "2026-11-19T08:30:00Z"  # said once, not unsaid
    assert (row["first_seen"], row["capture_id"]) == ("2026-11-20T12:00:00Z", 1)
    assert column(archive, "SELECT url FROM images") == [f"{SOURCE}new.jpg"]
    assert one(archive, "SELECT count(*) FROM revisions") == 0


def test_not_modified_answer_keeps_all_and_moves_last_seen(archive: sqlite3.Connection) -> None:
    record_visit(archive, 1, visit(FLOOD, [link("fire", "Fire")], response=response(etag='"1"')))
    later = visit(
        FLOOD,
        outcome=Outcome.UNCHANGED,
        article_id=1,
        fetched=NOON + DAY,
        split=None,
        response=response(b"", status=304),
    )
    record_visit(archive, 1, later)
    assert column(archive, "SELECT last_seen FROM articles") == ["2026-11-21T12:00:00Z"]
    assert column(archive, "SELECT last_seen FROM related_links") == ["2026-11-21T12:00:00Z"]
    capture = last_capture(archive, FLOOD.url)
    assert capture is not None
    assert (capture.etag, capture.fetched) == ('"1"', NOON)


def test_copy_at_another_address_leads_to_the_same_article(archive: sqlite3.Connection) -> None:
    record_visit(archive, 1, visit(FLOOD))
    copy = visit(
        replace(FLOOD, url=f"{SOURCE}wire", keywords=("x",)),
        outcome=Outcome.DUPLICATE,
        article_id=1,
        fetched=NOON + DAY,
    )
    assert record_visit(archive, 1, copy) is Outcome.DUPLICATE
    assert column(archive, "SELECT article_id FROM pages ORDER BY id") == [1, 1]
    row = archive.execute("SELECT url, keywords, last_seen FROM articles").fetchone()
    assert tuple(row) == (FLOOD.url, "[]", "2026-11-21T12:00:00Z")
    known = known_article(archive, page_url=f"{SOURCE}wire", article_url=f"{SOURCE}wire")
    assert known is not None
    assert known.url == FLOOD.url


@pytest.mark.parametrize(
    ("story", "address", "outcome", "revision"),
    [
        (FLOOD, FLOOD.url, Outcome.UNCHANGED, 1),
        (FLOOD, f"{SOURCE}amp/flood", Outcome.DUPLICATE, 1),
        (replace(FLOOD, body="Other text."), f"{SOURCE}amp/flood", Outcome.CHANGED, 2),
    ],
)
def test_story_stored_by_another_page_meanwhile_is_not_stored_twice(
    archive: sqlite3.Connection, story: Article, address: str, outcome: Outcome, revision: int
) -> None:
    record_visit(archive, 1, visit(FLOOD))
    assert record_visit(archive, 1, visit(story, url=address)) is outcome
    assert column(archive, "SELECT revision FROM articles") == [revision]
    assert one(archive, "SELECT outcome FROM pages WHERE url = ?", address) == outcome
    assert one(archive, "SELECT outcome FROM captures ORDER BY id DESC") == outcome
    assert one(archive, "SELECT sum(pages) FROM crawl_counts WHERE outcome = ?", outcome) == 1


@pytest.mark.parametrize("outcome", FAILURES)
def test_failed_visit_leaves_the_article_and_its_links_as_they_are(
    archive: sqlite3.Connection, outcome: Outcome
) -> None:
    record_visit(archive, 1, visit(FLOOD, [link("fire", "Fire")]))
    before = [tuple(row) for row in archive.execute("SELECT * FROM articles")]
    record_visit(archive, 1, failed(FLOOD.url, outcome, "what failed", fetched=NOON + DAY))
    assert [tuple(row) for row in archive.execute("SELECT * FROM articles")] == before
    assert column(archive, "SELECT last_seen FROM related_links") == ["2026-11-20T12:00:00Z"]
    page = archive.execute("SELECT * FROM pages WHERE url = ?", (FLOOD.url,)).fetchone()
    assert (page["outcome"], page["detail"], page["status"]) == (outcome, "what failed", None)
    assert (page["visits"], page["article_id"], page["last_visited"]) == (2, 1, "2026-11-21T12:00:00Z")


def test_robots_denial_is_no_capture(archive: sqlite3.Connection) -> None:
    record_visit(archive, 1, failed(f"{SOURCE}private", Outcome.ROBOTS, "robots.txt"))
    assert one(archive, "SELECT count(*) FROM captures") == 0
    assert one(archive, "SELECT outcome FROM pages") == "robots"


def test_failed_visit_never_becomes_the_last_capture(archive: sqlite3.Connection) -> None:
    place = WarcPlace(file="crawl-000001-00001.warc.gz", offset=7, length=70)
    answer = response(b"good", ETag='"a"', Last_Modified="Thu, 19 Nov 2026 08:30:00 GMT")
    record_visit(archive, 1, visit(FLOOD, response=answer), Kept(place))
    record_visit(archive, 1, failed(FLOOD.url, Outcome.TIMEOUT))
    error_page = replace(failed(FLOOD.url, Outcome.HTTP_ERROR), response=response(b"oops", status=500))
    record_visit(archive, 1, error_page)
    capture = last_capture(archive, FLOOD.url)
    assert capture is not None
    assert (capture.digest, capture.etag, capture.place) == (bytes_digest(b"good"), '"a"', place)
    assert (capture.last_modified, capture.outcome) == ("Thu, 19 Nov 2026 08:30:00 GMT", Outcome.STORED)
    assert column(archive, "SELECT status FROM captures ORDER BY id") == [200, None, 500]
    assert last_capture(archive, f"{SOURCE}never") is None


def test_crawl_counts_pages_by_source_and_outcome(archive: sqlite3.Connection) -> None:
    record_visit(archive, 1, visit(FLOOD))
    for path in ("a", "b"):
        record_visit(archive, 1, failed(f"{SOURCE}{path}", Outcome.GONE))
    record_visit(archive, 1, failed("https://other.example/", Outcome.GONE, source="https://other.example/"))
    rows = archive.execute(
        "SELECT source, outcome, pages FROM crawl_summaries ORDER BY source, outcome"
    ).fetchall()
    assert [tuple(row) for row in rows] == [
        ("news.example", "gone", 2),
        ("news.example", "stored", 1),
        ("other.example", "gone", 1),
    ]
    assert [tuple(row) for row in archive.execute("SELECT * FROM page_outcomes ORDER BY 1, 2")] == [
        ("news.example", "gone", 2),
        ("news.example", "stored", 1),
        ("other.example", "gone", 1),
    ]


def test_page_remembers_how_it_was_found_first(archive: sqlite3.Connection) -> None:
    front = f"{SOURCE}front"
    first = visit(
        FLOOD,
        found_by=FoundBy.FRONT_PAGE,
        found_on=front,
        listing=Listing(url=FLOOD.url, headline="Flood!", date_modified=NOON),
    )
    record_visit(archive, 1, first)
    again = visit(
        FLOOD, outcome=Outcome.UNCHANGED, article_id=1, found_by=FoundBy.FEED, found_on=f"{SOURCE}feed"
    )
    record_visit(archive, 1, again)
    row = archive.execute(
        """SELECT pages.found_by, origins.url, pages.listed_headline
        FROM pages JOIN pages AS origins ON origins.id = pages.found_on_id WHERE pages.url = ?""",
        (FLOOD.url,),
    ).fetchone()
    assert tuple(row) == ("front_page", front, "Flood!")
    state = page_state(archive, FLOOD.url)
    assert state is not None
    assert (state.listed_modified, state.last_visited, state.article_id) == (NOON, NOON, 1)


def test_text_that_no_column_takes_is_made_storable(archive: sqlite3.Connection) -> None:
    story = article(
        "odd",
        "Nul \0 and half \ud83d",
        "Whole \ud83d\ude00 pair\x1b[31m\n\nNext\tline",
        authors=("A\0nn", "\udc00"),
        keywords=("\ud800",),
        section="",
        lead="\x02",
        images=(Image(url="\0", caption="\udfff"),),
    )
    odd = visit(
        story,
        [link("x\udc80", "Half \udc80 headline", block="\0")],
        detail="\ud800",
        response=response(b"\0", etag="\udc00"),
    )
    record_visit(archive, 1, odd)
    row = archive.execute("SELECT * FROM articles").fetchone()
    assert row["headline"] == "Nul  and half \ufffd"
    assert row["body"] == "Whole 😀 pair[31m\n\nNext\tline"
    assert (row["section"], row["lead"], row["keywords"]) == ("", "", '["\ufffd"]')
    assert row["content_digest"] == content_digest(story)
    assert column(archive, "SELECT headline FROM related_links") == ["Half \ufffd headline"]
    known = known_article(archive, page_url="", article_url=story.url)
    assert known is not None
    assert known.content_digest == content_digest(story)


def test_empty_and_very_long_texts_are_stored(archive: sqlite3.Connection) -> None:
    record_visit(archive, 1, visit(article("empty", "", "")))
    body = "word " * 1_000_000 + "needle"
    record_visit(archive, 1, visit(article("long", "x" * 100_000, body)))
    assert one(archive, "SELECT length(body) FROM articles WHERE id = 2") == len(body)
    assert indexed(archive, "needle") == [2]


def test_date_that_utc_cannot_express_is_not_kept(archive: sqlite3.Connection) -> None:
    zero = datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=5)))
    record_visit(
        archive, 1, visit(replace(FLOOD, date_published=zero, date_modified=datetime(1, 1, 1, tzinfo=UTC)))
    )
    row = archive.execute("SELECT date_published, date_modified FROM articles").fetchone()
    assert tuple(row) == (None, "0001-01-01T00:00:00Z")


def test_page_without_address_of_its_own_stands_at_the_visited_one(archive: sqlite3.Connection) -> None:
    record_visit(archive, 1, visit(replace(FLOOD, url=""), url=f"{SOURCE}a", final_url=f"{SOURCE}b"))
    assert column(archive, "SELECT url FROM articles") == [f"{SOURCE}b"]


@pytest.mark.parametrize(
    "broken",
    [
        visit(FLOOD, split=Split(article=None)),
        visit(FLOOD, outcome=Outcome.CHANGED, article_id=1, split=None),
        visit(FLOOD, outcome=Outcome.UNCHANGED),
        visit(FLOOD, fetched=datetime(2026, 11, 20)),  # noqa: DTZ001 - that is the mistake
    ],
    ids=["stored without article", "changed without text", "unchanged without id", "time without zone"],
)
def test_visit_that_lacks_what_its_outcome_needs_leaves_no_trace(
    archive: sqlite3.Connection, broken: object
) -> None:
    with pytest.raises(ValueError, match=r"needs the article|has no time zone"):
        record_visit(archive, 1, broken)  # type: ignore[arg-type] # parametrize has no types
    assert one(archive, "SELECT count(*) FROM pages") == 0


def test_visit_is_all_or_nothing(archive: sqlite3.Connection) -> None:
    archive.execute(
        "CREATE TRIGGER full BEFORE INSERT ON crawl_counts BEGIN SELECT raise(ABORT, 'full'); END"
    )
    with pytest.raises(sqlite3.IntegrityError):
        record_visit(archive, 1, visit(FLOOD, [link("fire", "Fire")]))
    for table in ("pages", "captures", "articles", "authors", "related_links", "sources"):
        assert one(archive, f"SELECT count(*) FROM {table}") == 0
    assert indexed(archive, "flood") == []
    archive.execute("DROP TRIGGER full")


def test_date_that_a_listing_gives_is_none_of_the_page_itself(archive: sqlite3.Connection) -> None:
    crawl_id = crawl(archive)
    listing = Listing(url=FLOOD.url, date_published=FLOOD.date_published)
    stated = replace(FLOOD, sources=replace(FLOOD.sources, date_published=Origin.META))
    for each in (visit(FLOOD), visit(FLOOD, listing=listing), visit(stated, listing=listing)):
        record_visit(archive, crawl_id, each)

    assert column(archive, "SELECT has_date FROM captures ORDER BY id") == [1, 0, 1]


def test_story_that_is_gone_from_one_address_is_looked_for_at_its_others(archive: sqlite3.Connection) -> None:
    moved = FLOOD.url.replace("https://", "https://www.")
    copy = replace(visit(FLOOD), url=moved, final_url=moved, outcome=Outcome.DUPLICATE, article_id=1)
    week = [NOON + number * DAY for number in range(4)]
    record_visit(archive, 1, visit(FLOOD))
    record_visit(archive, 1, replace(copy, fetched=week[1]))
    record_visit(archive, 1, replace(failed(FLOOD.url, Outcome.GONE), fetched=week[2]))

    due = [page.url for page in waiting(archive, SOURCE, 9, now=week[2]) if page.is_due]
    record_visit(archive, 1, replace(copy, fetched=week[3]))

    assert due == [moved]
    assert gone_at(archive, 1) is None
