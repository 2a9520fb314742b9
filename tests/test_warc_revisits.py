"""What a crawl asked and what came is kept in pairs; bytes that are there already are referred to."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest
from archives import FLOOD, NOON, SOURCE, one, response, visit
from archives import crawl as begin_crawl
from commands import runner
from conftest import Crawl
from misbehaving import Server, answer, feed, misbehaving, story
from scrapy import Request
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped] # warcio has no types
from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]

from archiver.errors import ArchiveError, ExitCode
from archiver.items import RawRequest
from db.connection import open_archive, read_archive
from db.crawls.lookups import bytes_place, last_capture
from db.raw_pages.captures import capture, captured_page
from db.raw_pages.warc import WarcWriter, read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory
from db.store import Kept, record_visit
from spiders.responses import raw_request

ASKED = RawRequest(
    method="GET",
    url="https://news.example/flood?page=2#top",
    headers=(("Host", "news.example"), ("User-Agent", "news-archiver/0.1.0")),
)
PROFILE = "http://netpreserve.org/warc/1.1/revisit/"


def records(directory: Path, kind: str) -> Iterator[ArcWarcRecord]:
    """Yield the records of a kind, each before the next is read."""
    for path in sorted(directory.glob("*.warc.gz")):
        with path.open("rb") as file:
            for record in ArchiveIterator(file, check_digests="raise"):
                if record.rec_type == kind:
                    yield record


def about(directory: Path, kind: str, *names: str) -> list[tuple[str | None, ...]]:
    """Return some headers of each record of a kind."""
    return [
        tuple(record.rec_headers.get_header(name) for name in names) for record in records(directory, kind)
    ]


def test_request_stands_beside_its_response(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, 1) as writer:
        place = writer.append(SOURCE, NOON, replace(response(), request=ASKED, ip_address="192.0.2.7"))

    ((answered, *common),) = about(
        tmp_path, "response", "WARC-Record-ID", "WARC-Target-URI", "WARC-Date", "WARC-IP-Address"
    )
    assert about(
        tmp_path, "request", "WARC-Concurrent-To", "WARC-Target-URI", "WARC-Date", "WARC-IP-Address"
    ) == [(answered, *common)]
    assert common == [SOURCE, "2026-11-20T12:00:00Z", "192.0.2.7"]
    (request,) = records(tmp_path, "request")
    assert request.http_headers.to_str() == (
        "GET /flood?page=2 HTTP/1.1\r\nHost: news.example\r\nUser-Agent: news-archiver/0.1.0\r\n"
    )
    assert request.rec_headers.get_header("WARC-Block-Digest").startswith("sha1:")
    assert read_capture(tmp_path, place).body == response().body


def test_pair_costs_one_wait_for_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[int] = []
    sync = os.fsync

    def wait(file: int) -> None:
        waits.append(file)
        sync(file)

    with WarcWriter(tmp_path, 1) as writer:
        writer.append(SOURCE, NOON, replace(response(), request=ASKED))
        monkeypatch.setattr(os, "fsync", wait)
        writer.append(SOURCE, NOON, replace(response(), request=ASKED))
    assert len(waits) == 1


def test_secrets_of_a_request_are_not_kept() -> None:
    secret = {"Cookie": "id=1", "Authorization": "Basic YTpi", "Proxy-Authorization": "Basic YTpi"}
    request = raw_request(
        Request("http://a:b@news.example:8080/x", headers={"Accept": "text/html", **secret})
    )
    assert request.headers == (("Host", "news.example:8080"), ("Accept", "text/html"))
    assert request.url == "http://news.example:8080/x"


def test_request_cannot_break_a_record(tmp_path: Path) -> None:
    odd = RawRequest(
        method="GET\r\nX: 1", url="https://news.example/a b\r\nc?é#f", headers=(("Näme\n", "v\r\nw"),)
    )
    with WarcWriter(tmp_path, 1) as writer:
        writer.append(SOURCE, NOON, replace(response(), request=odd))
    (request,) = records(tmp_path, "request")
    assert request.http_headers.headers == [("N?me", "v w")]


def revisited(directory: Path, again: bytes, status: int = 200) -> tuple[WarcPlace, WarcPlace]:
    """Return the places of a response and of a later one that brought the same or nothing."""
    with WarcWriter(directory, 1) as writer:
        first = writer.append(SOURCE, NOON, response(b"<html>flood</html>", ETag='"1"'))
        held = writer.held(first)
        assert held is not None
        later = response(again, status, ETag='"2"')
        return first, writer.append_revisit(SOURCE, NOON + timedelta(hours=1), later, held)


def test_revisit_of_the_same_bytes_has_its_own_headers(tmp_path: Path) -> None:
    first, second = revisited(tmp_path, b"<html>flood</html>")
    back = read_capture(tmp_path, second)
    assert (back.status, back.body) == (200, b"<html>flood</html>")
    assert dict(back.headers)["ETag"] == '"2"'
    ((record_id, digest),) = about(tmp_path, "response", "WARC-Record-ID", "WARC-Payload-Digest")
    assert about(
        tmp_path,
        "revisit",
        "WARC-Profile",
        "WARC-Date",
        "WARC-Refers-To",
        "WARC-Refers-To-Target-URI",
        "WARC-Refers-To-Date",
        "WARC-Refers-To-File-Offset",
        "WARC-Payload-Digest",
        "WARC-Truncated",
    ) == [
        (
            f"{PROFILE}identical-payload-digest",
            "2026-11-20T13:00:00Z",
            record_id,
            SOURCE,
            "2026-11-20T12:00:00Z",
            str(first.offset),
            digest,
            "length",
        )
    ]


def test_revisit_of_what_the_server_did_not_send_is_what_it_sent_before(tmp_path: Path) -> None:
    first, second = revisited(tmp_path, b"", 304)
    assert read_capture(tmp_path, second) == read_capture(tmp_path, first)
    assert about(tmp_path, "revisit", "WARC-Profile", "WARC-Refers-To-Date", "WARC-Truncated") == [
        (f"{PROFILE}server-not-modified", "2026-11-20T12:00:00Z", None)
    ]
    (record,) = records(tmp_path, "revisit")
    assert record.http_headers is None  # a 304 with a block is shown as an empty page by pywb
    assert record.rec_headers.get_header("Content-Length") == "0"


def test_revisit_of_bytes_that_are_lost_says_so(tmp_path: Path) -> None:
    first, second = revisited(tmp_path, b"", 304)
    path = tmp_path / first.file
    content = path.read_bytes()
    path.write_bytes(content[: first.offset] + bytes(first.length) + content[second.offset :])
    with pytest.raises(ArchiveError, match=f"at byte {first.offset} is damaged"):
        read_capture(tmp_path, second)
    with WarcWriter(tmp_path, 1) as writer:
        assert writer.held(first) is None


@pytest.fixture
def server() -> Iterator[Server]:
    """Serve a story that is sent whole each time, and one that is only sent anew if it changed."""
    pages = {
        "/whole": answer(story("Sent whole each time")),
        "/tagged": answer(story("Sent with a tag"), ETag='"a"'),
        "/feed.xml": feed("/whole", "/tagged"),
    }
    with misbehaving(pages) as running:
        yield running


def unchanged(client: socket.socket) -> None:
    """Answer that nothing changed, to a visitor who knows the page."""
    client.sendall(b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nConnection: close\r\n\r\n')


def captures(archive: Path, url: str) -> list[tuple[int, int | None, int | None, str]]:
    with closing(read_archive(archive)) as connection:
        rows = connection.execute(
            "SELECT captures.id, refers_to, captures.status, captures.outcome"
            " FROM captures JOIN pages ON pages.id = page_id WHERE url = ? ORDER BY captures.id",
            (url,),
        )
        return [tuple(row) for row in rows]


def test_crawl_keeps_what_it_asked_with_what_came(archive: Path, crawl: Crawl, server: Server) -> None:
    crawl(server.url)

    host = server.url.split("/")[2]
    (sent,) = [text for text in server.requests if text.startswith("GET /whole ")]
    (request,) = [
        record
        for record in records(warc_directory(archive), "request")
        if record.rec_headers.get_header("WARC-Target-URI").endswith("/whole")
    ]
    kept = request.http_headers
    assert f"{kept.protocol} {kept.statusline}" == sent.split("\r\n", maxsplit=1)[0] == "GET /whole HTTP/1.1"
    assert sorted(f"{name}: {value}" for name, value in kept.headers) == sorted(
        sent.rstrip("\r\n").split("\r\n")[1:]
    )
    assert kept.get_header("Host") == host
    assert request.rec_headers.get_header("WARC-IP-Address") == "127.0.0.1"
    kinds = ("response", "request")
    assert len({len(about(warc_directory(archive), kind, "WARC-Type")) for kind in kinds}) == 1


def test_crawl_refers_to_what_it_has(archive: Path, crawl: Crawl, server: Server) -> None:
    crawl(server.url)
    server.pages["/tagged"] = unchanged
    crawl(server.url)
    crawl(server.url)

    for path, headline, status in (
        ("whole", "Sent whole each time", 200),
        ("tagged", "Sent with a tag", 304),
    ):
        url = f"{server.url}{path}"
        first, second, third = (row[0] for row in captures(archive, url))
        assert [row[1:] for row in captures(archive, url)[1:]] == [(first, status, "unchanged")] * 2
        with closing(read_archive(archive)) as connection:
            last = last_capture(connection, url)
            assert last is not None
            assert last.holder_id == first
            for capture_id in (first, second, third):
                place = bytes_place(connection, capture_id)
                assert place == last.place == bytes_place(connection, first)
                own = own_place(connection, capture_id)
                assert read_capture(warc_directory(archive), own).body == story(headline)
                assert read_capture(warc_directory(archive), own).status == 200
    assert {profile for (profile,) in about(warc_directory(archive), "revisit", "WARC-Profile")} == {
        f"{PROFILE}identical-payload-digest",
        f"{PROFILE}server-not-modified",
    }


def own_place(archive: Connection, capture_id: int) -> WarcPlace:
    row = archive.execute("SELECT * FROM captures WHERE id = ?", (capture_id,)).fetchone()
    return WarcPlace(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"])


def test_bytes_that_were_lost_are_kept_again(archive: Path, crawl: Crawl, server: Server) -> None:
    crawl(server.url)
    for path in warc_directory(archive).glob("*.warc.gz"):
        path.unlink()
    crawl(server.url)

    for page, headline in (("whole", "Sent whole each time"), ("tagged", "Sent with a tag")):
        assert [row[1] for row in captures(archive, f"{server.url}{page}")] == [None, None]
        with closing(read_archive(archive)) as connection:
            last = last_capture(connection, f"{server.url}{page}")
        assert last is not None
        assert last.place is not None
        assert read_capture(warc_directory(archive), last.place).body == story(headline)
    assert not [text for text in server.requests if "If-None-Match" in text]


def test_bytes_kept_again_stand_for_those_that_were_lost(
    archive: Path, crawl: Crawl, server: Server, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = runner(capsys)
    crawl(server.url)
    for path in warc_directory(archive).glob("*.warc.gz"):
        path.unlink()
    assert run("reparse", "--archive", archive).code == ExitCode.FAILED
    lacking = run("export", "-o", tmp_path / "news.wacz", "--archive", archive)
    assert (lacking.code, "2 captures: " in lacking.err, "00001.warc.gz is missing" in lacking.err) == (
        ExitCode.FAILED,
        True,
        True,
    )
    crawl(server.url)

    reparsed = run("reparse", "--archive", archive)
    exported = run("export", "-o", tmp_path / "news.wacz", "--archive", archive)
    first = captures(archive, f"{server.url}whole")[0][0]
    with closing(read_archive(archive)) as connection:
        page = captured_page(connection, archive, capture(connection, first))

    assert (reparsed.code, "2 pages read again" in reparsed.out) == (ExitCode.DONE, True), reparsed.err
    assert exported.err == f"2 articles written to {tmp_path}/news.wacz\n"
    assert page.body == story("Sent whole each time")


def test_captures_that_share_a_place_are_still_read(archive: Path) -> None:
    """Archives of earlier versions hold such rows, without refers_to."""
    with WarcWriter(warc_directory(archive), 1) as writer:
        place = writer.append(FLOOD.url, NOON, response())
    with closing(open_archive(archive)) as connection:
        crawl_id = begin_crawl(connection)
        for hours in range(3):
            record_visit(
                connection, crawl_id, visit(None, fetched=NOON + timedelta(hours=hours)), Kept(place)
            )
        last = last_capture(connection, f"{SOURCE}page")
        assert last is not None
        assert (last.place, last.holder_id) == (place, one(connection, "SELECT min(id) FROM captures"))
        assert bytes_place(connection, 3) == place
        assert bytes_place(connection, 4) is None
