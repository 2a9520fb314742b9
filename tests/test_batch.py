"""Visits that a crawl writes together: one transaction, one wait for the disk, and a fault that stays with its own."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from archives import FLOOD, NOON, SOURCE, article, column, one, response, visit
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped] # warcio has no types

from archiver.items import Discovery, FoundBy, Listing, Outcome, Visit
from archiver.pipelines.archive import OpenArchive
from archiver.pipelines.batch import MOST, Batch
from archiver.pipelines.pack import Pack
from db.connection import read_archive
from db.raw_pages.warc import WarcWriter, read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory
from db.store import CrawlState

STORIES = [
    article(f"{number}", f"Story {number} of the day", f"Bridge {number} is closed. " * 9)
    for number in range(3)
]


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[OpenArchive]:
    opened = OpenArchive(tmp_path / "archive.db", {})
    yield opened
    opened.close(CrawlState.DONE)


def recorded(opened: OpenArchive, *items: Visit | Discovery) -> list[object]:
    """Return what came of items that come at the same time, their exceptions too."""

    async def all_of_them() -> list[object]:
        pack, batch = Pack(opened), Batch(opened)

        async def one_of_them(each: Visit | Discovery) -> object:
            return await batch.process_item(await pack.process_item(each))

        return list(await asyncio.gather(*map(one_of_them, items), return_exceptions=True))

    return asyncio.run(all_of_them())


def visits() -> list[Visit]:
    return [visit(story, response=response(story.body.encode())) for story in STORIES]


def test_visits_that_come_together_are_one_transaction(opened: OpenArchive) -> None:
    statements: list[str] = []
    opened.connection.set_trace_callback(statements.append)

    found = recorded(opened, *visits())

    assert [getattr(each, "outcome", each) for each in found] == [Outcome.STORED] * 3
    assert statements.count("COMMIT") == 1
    headlines = column(opened.connection, "SELECT headline FROM articles ORDER BY headline")
    assert headlines == [story.headline for story in STORIES]


def test_bytes_of_every_visit_can_be_read_once_it_is_told_of(opened: OpenArchive, tmp_path: Path) -> None:
    recorded(opened, *visits())

    with read_archive(tmp_path / "archive.db") as reader:
        rows = reader.execute("SELECT warc_file, warc_offset, warc_length FROM captures ORDER BY id")
        places = [WarcPlace(file=file, offset=offset, length=length) for file, offset, length in rows]
    directory = warc_directory(tmp_path / "archive.db")
    bodies = {read_capture(directory, place).body for place in places}
    assert bodies == {story.body.encode() for story in STORIES}


def test_headline_of_a_feed_is_seen_when_the_feed_is_read_not_when_the_batch_is_written(
    opened: OpenArchive,
) -> None:
    listing = Listing(url=STORIES[0].url, headline="Bridge closed")
    feed = Discovery(source=SOURCE, found_by=FoundBy.FEED, found_on=SOURCE, seen=NOON, listings=(listing,))

    recorded(opened, feed, visits()[0])

    assert one(opened.connection, "SELECT first_seen = last_visited FROM pages WHERE url = ?", listing.url)
    assert one(opened.connection, "SELECT first_seen = fetched FROM listed_headlines, captures")


def test_one_that_fails_takes_no_other_with_it(opened: OpenArchive, tmp_path: Path) -> None:
    broken = visit(None, outcome=Outcome.CHANGED, response=response(b"<p>Whose story?</p>"))

    found = recorded(opened, *visits(), broken)

    assert isinstance(found[3], ValueError)
    assert [getattr(each, "outcome", each) for each in found[:3]] == [Outcome.STORED] * 3
    assert one(opened.connection, "SELECT count(*) FROM captures") == 3
    # What was taken back has left no record behind.
    (path,) = warc_directory(tmp_path / "archive.db").iterdir()
    with path.open("rb") as file:
        kinds = [record.rec_type for record in ArchiveIterator(file)]
    assert kinds == ["warcinfo", "response", "response", "response"]


def written_at_once(opened: OpenArchive, *visits: Visit) -> object:
    """How many articles are stored before any timer has run."""

    async def stored() -> object:
        batch = Batch(opened)
        waiting = [asyncio.ensure_future(batch.process_item(each)) for each in visits]
        await asyncio.sleep(0)  # each has begun
        count = one(opened.connection, "SELECT count(*) FROM articles")
        await asyncio.gather(*waiting)
        return count

    return asyncio.run(stored())


def test_batch_that_is_full_waits_no_longer(opened: OpenArchive) -> None:
    many = [
        visit(article(f"{number}", f"Headline {number}", f"Text {number}. " * 9)) for number in range(MOST)
    ]

    assert written_at_once(opened, *many[1:]) == 0
    assert written_at_once(opened, *many) == MOST


def test_visit_that_met_a_wall_is_told_at_once(opened: OpenArchive) -> None:
    """The crawl may have to leave the site alone: it must not ask for more while the visit waits for others."""
    wall = visit(None, url="https://news.example/next", outcome=Outcome.CHALLENGE)

    assert written_at_once(opened, visit(FLOOD), wall) == 1


def test_a_page_told_twice_at_once_is_one_story(opened: OpenArchive) -> None:
    twice = [visit(FLOOD), visit(FLOOD)]

    found = recorded(opened, *twice)

    # Whichever was packed first: they are packed in threads of their own.
    outcomes = sorted(str(getattr(each, "outcome", each)) for each in found)
    assert outcomes == [Outcome.STORED, Outcome.UNCHANGED]


def test_failed_group_leaves_the_warc_file_as_it_was(tmp_path: Path) -> None:
    page = response(b"<p>The bridge is closed.</p>")
    with WarcWriter(tmp_path, 1) as writer:

        def fail() -> None:
            with writer.together():
                writer.append(SOURCE, NOON, page)
                raise ZeroDivisionError

        writer.append(SOURCE, NOON, page)
        (path,) = tmp_path.glob("*.warc.gz")
        before = path.read_bytes()
        with pytest.raises(ZeroDivisionError):
            fail()
        after = path.read_bytes()
        place = writer.append(SOURCE, NOON, page)

    assert after == before
    assert place.offset == len(before)


def test_first_group_of_a_crawl_that_fails_leaves_a_file_without_pages(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, 1) as writer:

        def fail() -> None:
            with writer.together():
                writer.append(SOURCE, NOON, response())
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            fail()
        (path,) = tmp_path.glob("*.warc.gz")
        with path.open("rb") as file:
            kinds = [record.rec_type for record in ArchiveIterator(file)]

    assert kinds == ["warcinfo"]
