"""The reading room stands what is thrown at it: odd requests, too much at once, an archive that goes and comes."""

import shutil
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import BoundedSemaphore
from time import monotonic
from urllib.parse import quote, urlsplit

import pytest
from archives import FLOOD, NOON, article, filled, visit
from rooms import Room, serving
from starlette.applications import Starlette
from starlette.requests import Request

from archiver.errors import BusyError, TookTooLongError
from archiver.items import Outcome
from archiver.room import exports
from archiver.room.answers import Asked
from archiver.room.app import reading_room
from archiver.room.guard import LONGEST_ADDRESS
from archiver.room.reader import Reader
from db.searching.filters import ALL_ARTICLES
from db.searching.search import Sort
from db.store import record_visit, start_crawl

# Seconds that the worst of requests may take on a busy machine.
PATIENCE = 8
LONG = LONGEST_ADDRESS - 200
SURROGATE, CONTROL, BIDI = "%ed%a0%80", "%00%01", quote("\u202e\u2066evil\u2069")
ODD = (
    f"/search?q={'a' * LONG}",
    f"/search?q={'+'.join(f'w{n}*' for n in range(1000))}",
    f"/search?q={'+OR+'.join(f'author:a{n}' for n in range(400))}",
    f"/search?q=NEAR({'+'.join('ab' for _ in range(2000))})",
    f"/search?q={'(' * 2000}",
    f"/search?q=bridge&{'&'.join(f'a{n}=1' for n in range(1000))}",
    f"/search?q={CONTROL}",
    f"/search?q=bridge{SURROGATE}",
    f"/search?q=bridge+{BIDI}",
    "/search?q=%ff%fe",
    f"/search?q=bridge&section={SURROGATE}&author={SURROGATE}&lang={CONTROL}",
    f"/search?q=bridge&source={BIDI}",
    "/links?q=bridge&_block_vars=1",
    "/links?q=bridge&_Context__self=1&self=1&path=2",
    "/search?q=bridge&_loop_vars=1&_block_vars=1",
    "/search?q=bridge&path=/etc&self=1&request=2&name=3&template=4",
    "/search?since=9999-12-31&until=9999-12-31",
    "/search?until=0001-01-01T00:00:00%2b14:00",
    "/search?limit=%D9%A1",
    f"/links?q={'+OR+'.join(f'a{n}' for n in range(800))}",
    "/changes?since=0001-01-01&until=9999-12-31",
    f"/changes?source={SURROGATE}",
    f"/missing?site={SURROGATE}",
    "/missing?site=http://[x",
    "/articles/9223372036854775808",
    "/articles/1/beside/99999999999999999999",
    "/articles/1/versions?old=1000000&new=1000000",
    f"/articles?url={'http://a/' * 800}",
    "/articles?url=http://[::1",
    "/captures/9223372036854775808",
    "/captures/9223372036854775808/page",
    "/crawls/99999999999999999999",
    "/sources/..",
    f"/sources/{SURROGATE}",
    f"/explain?url={CONTROL}",
    f"/feed.xml?q={CONTROL}+bridge",
    "/feed.xml?q=bridge+%EF%BF%BE",
    "/export?form=../../etc/passwd",
    f"/export?q={SURROGATE}+bridge",
)
PATHS = (
    "//evil.example/", "/\\evil.example", "/%2f%2fevil.example", "/%5cevil.example", "/articles/..%2f..%2fetc/passwd",
    "/static/..%2f..%2fapp.py", "/static/%2e%2e%2fapp.py", "/static/....//app.py", "/static//etc/passwd", "/static/%00",
    "/static/room.css%00.html", "/static/", "/static", "/sources/%2e%2e%2f", "/captures/..%2f1/page", "/search/",
)  # fmt: skip


@pytest.fixture(scope="module")
def room(newspaper: Path) -> Iterator[Room]:
    with serving(newspaper) as room:
        yield room


@pytest.mark.parametrize("place", ODD)
def test_odd_requests_are_answered_soon_and_without_a_bug(room: Room, place: str) -> None:
    began = monotonic()
    page = room.get(place)
    path, _, query = place.partition("?")
    data = (
        page
        if path in ("/export", "/feed.xml") or path.endswith("/page")
        else room.get(f"{path}.json?{query}")
    )

    assert page.status in (200, 303, 400, 404)
    assert data.status == page.status
    assert monotonic() - began < PATIENCE
    assert "Traceback" not in page.text
    assert "<script" not in page.text


@pytest.mark.parametrize("path", PATHS)
def test_no_path_leads_elsewhere(room: Room, path: str) -> None:
    reply = room.get(path)

    assert reply.status == 404
    assert "location" not in reply.headers
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert b"root:" not in reply.body
    assert b"import" not in reply.body


def test_address_that_is_too_long_is_refused(room: Room) -> None:
    reply = room.get(f"/search?q={'a' * LONGEST_ADDRESS}")

    assert (reply.status, f"{LONGEST_ADDRESS:,}" in reply.text) == (414, True)


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/%5c/evil.example/", "/%2f/evil.example/x", "///evil.example"]
)
def test_token_leads_to_no_other_host(newspaper: Path, path: str) -> None:
    with serving(newspaper, "--auth-token", "s3cret") as room:
        place = urlsplit(room.get(f"{path}?q=bridge&token=s3cret").headers["location"])

    assert (place.netloc, place.query) == ("", "q=bridge")
    assert place.path[1:2] not in ("/", "\\")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x00\x01\x02\r\n\r\n",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1@evil.example\r\nConnection: close\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /" + b"a" * 200_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"CONNECT evil.example:443 HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n",
    ],
)
def test_what_is_no_request_is_refused(room: Room, sent: bytes) -> None:
    host, _, port = urlsplit(room.address).netloc.partition(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as client:
        client.sendall(sent)
        assert client.recv(100).split(b" ")[1] in (b"400", b"405", b"414", b"421", b"431")
    assert room.get("/").status == 200


def test_many_readers_at_once_are_served(room: Room) -> None:
    places = [
        "/search?q=harbour",
        "/articles/1",
        "/links?q=bridge",
        "/sources",
        "/",
        "/export?q=bridge",
        "/nosuch",
    ]
    with ThreadPoolExecutor(24) as threads:
        replies = list(threads.map(room.get, places * 12))

    assert {reply.status for reply in replies} <= {200, 404, 503}
    assert all(reply.status != 503 or "ask again" in reply.text for reply in replies)
    assert [reply.status for reply in replies].count(404) == 12


def test_only_some_files_are_written_at_once(newspaper: Path) -> None:
    app = Starlette()
    app.state.exports = BoundedSemaphore(1)
    scope = {"type": "http", "query_string": b"q=bridge", "headers": [], "app": app}
    request, head = Request(scope | {"method": "GET"}), Request(scope | {"method": "HEAD"})
    reader = Reader(newspaper, 10)
    app.state.exports.acquire()
    with pytest.raises(BusyError, match="ask again"):
        exports.export_file(Asked(request, reader))
    assert exports.export_file(Asked(head, reader)).status_code == 200  # nothing is written for it
    app.state.exports.release()

    assert exports.export_file(Asked(request, reader)).status_code == 200
    assert app.state.exports.acquire(blocking=False)
    reader.close()


@pytest.mark.parametrize("asked", ["bytes=999999999-", "lines=1-2"])
def test_no_file_stays_behind_whatever_becomes_of_the_answer(
    newspaper: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving(newspaper) as room:
        whole, part = room.get("/export?form=csv"), room.get("/export?form=csv", Range=asked)
        head = room.get("/export?form=csv", "HEAD")
        with socket.create_connection(
            (urlsplit(room.address).hostname, urlsplit(room.address).port)
        ) as client:
            client.sendall(b"GET /export?form=sqlite HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            begun = client.recv(12)
            left = list(tmp_path.glob("archiver-export-*"))  # while the rest is still to be sent

    assert (whole.status, part.status, part.body) == (200, 200, whole.body)
    assert whole.headers["content-length"] == str(len(whole.body))
    assert (head.status, head.body, "content-length" in head.headers) == (200, b"", False)
    assert head.headers["content-disposition"] == whole.headers["content-disposition"]
    assert (begun, left) == (b"HTTP/1.1 200", [])


def test_questions_of_one_page_share_its_time(newspaper: Path) -> None:
    reader = Reader(newspaper, 0.2)
    with pytest.raises(TookTooLongError, match=r"0\.2 seconds"), reader.in_time():  # noqa: PT012 - all of it
        for _ in range(100_000):
            reader.found("harbour", ALL_ARTICLES, 20, Sort.BEST)
    assert reader.headlines([1])
    reader.close()


def test_archive_that_goes_and_comes_is_told(newspaper: Path, tmp_path: Path) -> None:
    path, other = tmp_path / "archive.db", tmp_path / "other.db"
    filled(path, [FLOOD]).close()
    filled(other, [article("ferry", "Ferry runs again", "It runs.")]).close()
    with serving(path) as room:
        first = room.get("/search.json?q=bridge").data
        path.rename(tmp_path / "away.db")
        gone, page = room.get("/search.json?q=bridge"), room.get("/")
        other.rename(path)
        replaced = room.get("/search.json?limit=5").data
        path.write_bytes(b"no archive at all" * 1000)
        damaged = room.get("/articles/1.json")
        path.unlink()
        (tmp_path / "away.db").rename(path)
        back = room.get("/search.json?q=bridge").data

    assert len(first["hits"]) == 1
    assert (gone.status, page.status) == (503, 503)
    assert "does not exist" in gone.data["error"]["message"]
    assert [hit["headline"] for hit in replaced["hits"]] == ["Ferry runs again"]
    assert damaged.status == 503
    assert back == first


def test_reading_goes_on_while_a_writer_holds_the_archive(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    writer = filled(path, [FLOOD])
    with serving(path) as room:
        writer.execute("BEGIN EXCLUSIVE")
        writer.execute("UPDATE articles SET section = 'Sport'")
        meanwhile = room.get("/articles/1.json").data["article"]
        writer.commit()
        after = room.get("/articles/1.json").data["article"]
    writer.close()

    assert (meanwhile["section"], after["section"]) == (None, "Sport")


def test_versions_of_huge_texts_are_compared_soon(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    words = [f"word{n % 977}" for n in range(30_000)]
    huge = article(
        "huge", "A huge text", "\n\n".join(" ".join(words[n : n + 300]) for n in range(0, 30_000, 300))
    )
    archive = filled(path, [huge])
    changed = article("huge", "A huge text", huge.body.replace("word7", "other7").replace("word11 ", ""))
    number = start_crawl(archive, started=NOON, arguments={}, version="0")
    record_visit(archive, number, visit(changed, outcome=Outcome.CHANGED, article_id=1))
    archive.close()
    with serving(path) as room:
        began = monotonic()
        reply = room.get("/articles/1/versions")

    assert reply.status == 200
    assert monotonic() - began < PATIENCE


def test_copy_of_the_archive_is_served_read_only(newspaper: Path, tmp_path: Path) -> None:
    copy = tmp_path / "archive.db"
    shutil.copy(newspaper, copy)
    before = copy.read_bytes()
    app = reading_room(copy)
    app.state.archive.stats()
    app.state.archive.close()

    assert copy.read_bytes() == before
