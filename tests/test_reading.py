"""A worker that splits a page also makes of it what the archive needs and only its texts decide."""

import asyncio
import gzip
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from uuid import UUID

import pytest
from archives import NOON, SOURCE, compare_with_index, crawl, one, response, visit
from test_split_workers import STORY
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped] # warcio has no types
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from archiver.items import Article, PreparedPage, RawRequest, RawResponse
from archiver.parsers import split_page
from archiver.parsers.workers import SplitWorkers
from archiver.pipelines.archive import OpenArchive
from archiver.pipelines.batch import Batch
from archiver.pipelines.pack import Pack
from db.connection import open_archive
from db.digests import body_digest
from db.prepared import know, prepare
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory
from db.raw_pages.warc_records import response_records
from db.searching.forms import know_forms, word_forms
from db.store import CrawlState, record_visit
from spiders.reading import read_story

URL = "https://news.example/flood"
REQUEST = RawRequest(method="GET", url=f"{URL}?a=é b", headers=(("Host", "news.example"), ("X-Name", "Zoe")))
GERMAN = Article(
    url=URL,
    headline="Brücken sind gesperrt",
    lead="Die Flüsse steigen “weiter”.",
    body="Die Flüsse steigen “weiter”.\n\nHäuser wurden geräumt, ¡Vorsicht! 洪水 №5.",
    language="de",
)


@pytest.fixture(scope="module")
def reading() -> Iterator[PreparedPage]:
    """Return what a worker makes of a page."""
    page = response(STORY)
    with SplitWorkers(1, seconds=10.0, memory=512 * 2**20) as workers:
        yield workers.run_now(
            read_story, page, url=URL, fetched=NOON, content_type="text/html", rules=(), record_of=URL
        )


def test_split_is_that_of_split_page(reading: PreparedPage) -> None:
    assert reading.split == split_page(STORY, url=URL, content_type="text/html", fetched=NOON)


def test_texts_are_prepared_as_the_archive_would(reading: PreparedPage) -> None:
    story = reading.split.article
    assert story is not None
    know_forms(None, ())

    assert reading.prepared == prepare(story)
    assert reading.prepared.body_digest == body_digest(story.body)
    assert ("Flood closes the old bridge", word_forms("en", "Flood closes the old bridge")) in (
        reading.prepared.forms
    )


def test_record_of_the_worker_is_what_stands_in_the_archive(reading: PreparedPage, tmp_path: Path) -> None:
    opened = OpenArchive(tmp_path / "archive.db", {})
    story = reading.split.article
    sent = replace(response(STORY), packed=reading.packed)
    item = visit(story, response=sent, split=reading.split, prepared=reading.prepared)

    async def record() -> object:
        packed = await Pack(opened).process_item(item)
        assert packed is item  # nothing was left to do
        return await Batch(opened).process_item(packed)

    asyncio.run(record())
    place = opened.connection.execute("SELECT warc_file, warc_offset, warc_length FROM captures").fetchone()
    kept = read_capture(
        warc_directory(tmp_path / "archive.db"), WarcPlace(file=place[0], offset=place[1], length=place[2])
    )
    opened.close(CrawlState.DONE)

    assert kept.body == STORY


def test_page_that_was_fetched_before_is_not_packed() -> None:
    again = read_story(
        response(STORY), url=URL, fetched=NOON, content_type="text/html", rules=(), record_of=None
    )

    assert again.packed is None
    assert again.prepared is not None


def test_page_without_story_has_nothing_prepared() -> None:
    page = response(b"<html><title>Front</title><body><p>Hi</p></body></html>")

    front = read_story(page, url=URL, fetched=NOON, content_type="text/html", rules=(), record_of=URL)

    assert (front.split.article, front.prepared) == (None, None)
    assert front.packed is not None


def test_index_of_prepared_texts_is_that_of_others(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive.db")
    crawl_id = crawl(archive)
    know(prepare(GERMAN))

    record_visit(archive, crawl_id, visit(GERMAN))
    know_forms(None, ())

    compare_with_index(archive)
    assert one(archive, "SELECT body_digest FROM articles") == body_digest(GERMAN.body)


def test_what_was_prepared_of_another_text_changes_nothing(tmp_path: Path) -> None:
    archive = open_archive(tmp_path / "archive.db")
    crawl_id = crawl(archive)
    prepared = prepare(replace(GERMAN, body="Ein anderer Text.", lead=None))
    know(replace(prepared, forms=(*prepared.forms, (GERMAN.body + " ", "nonsense")), body_digest="none"))

    record_visit(archive, crawl_id, visit(GERMAN))

    compare_with_index(archive)
    assert one(archive, "SELECT body_digest FROM articles") == body_digest(GERMAN.body)


@pytest.mark.parametrize(
    "sent",
    [
        RawResponse(status=200, headers=(("Content-Type", "text/html"), ("Content-Length", "7")), body=STORY),
        RawResponse(status=200, headers=(("Content-Disposition", 'inline; filename="u.html"'),), body=b"x"),
        RawResponse(status=404, headers=(("X", "Zoe"), ("Set-Cookie", "a\r\nb")), body=b"", request=REQUEST),
        RawResponse(status=799, headers=(), body=b"x", request=REQUEST, ip_address="192.0.2.1"),
    ],
)
def test_records_are_those_that_warcio_writes(sent: RawResponse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("db.raw_pages.warc_records.uuid4", lambda: UUID(int=7))

    for member in filter(None, response_records(f"{SOURCE}ü a", NOON, sent)):
        record = next(iter(ArchiveIterator(BytesIO(member))))
        named = dict(record.rec_headers.headers)
        assert gzip.decompress(member) == _written_by_warcio(named, record)


def _written_by_warcio(named: dict[str, str], record: object) -> bytes:
    """Return a record with the same headers and content, its digests, types and lengths made by warcio."""
    made = ("WARC-Payload-Digest", "WARC-Block-Digest", "Content-Type", "Content-Length")
    given = {name: value for name, value in named.items() if name not in made}
    http = record.http_headers  # type: ignore[attr-defined]  # warcio has no types
    body = record.raw_stream.read()  # type: ignore[attr-defined]
    out = BytesIO()
    writer = WARCWriter(out, gzip=False, warc_version="WARC/1.1")
    kind, url = given.pop("WARC-Type"), given.pop("WARC-Target-URI")
    head = StatusAndHeaders(http.statusline, http.headers, protocol=http.protocol)
    writer.write_record(
        writer.create_warc_record(
            url, kind, payload=BytesIO(body), length=len(body), http_headers=head, warc_headers_dict=given
        )
    )
    return out.getvalue()
