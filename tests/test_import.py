"""WARC and WACZ files of others are read in as if their pages had been crawled, once, whatever is in them."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from contextlib import closing
from pathlib import Path

import pytest
from commands import PROGRAM, Run, on_terminal, run_apart, runner, wait_for_the_next_second
from conftest import Crawl
from foreign import HOST, HTML, Sent, chunked, packed, page, record, resource, warc
from misbehaving import answer, feed, misbehaving, story

from archiver.errors import ExitCode
from db.connection import read_archive
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def rows(archive: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(read_archive(archive)) as connection:
        return [tuple(row) for row in connection.execute(sql)]


def headlines(archive: Path) -> list[object]:
    return [headline for (headline,) in rows(archive, "SELECT headline FROM articles ORDER BY headline")]


def end_state(archive: Path) -> list[list[tuple[object, ...]]]:
    """Return all that an import leaves, but for ids and which run it was."""
    return [
        rows(archive, "SELECT url, outcome, visits, last_visited, found_by FROM pages ORDER BY url"),
        rows(
            archive, "SELECT url, headline, body, first_seen, last_seen, revision FROM articles ORDER BY url"
        ),
        rows(
            archive,
            "SELECT url, fetched, digest, captures.outcome FROM captures JOIN pages ON pages.id = page_id "
            "ORDER BY url, fetched",
        ),
        rows(archive, "SELECT digest, next_offset, finished IS NOT NULL FROM imports ORDER BY digest"),
        rows(archive, "SELECT url, host FROM sources ORDER BY url"),
    ]


def test_pages_are_archived_as_if_crawled_when_they_were_fetched(
    run: Run, archive: Path, tmp_path: Path
) -> None:
    file = warc(tmp_path / "a.warc.gz", [page("flood", "Flood closes the old bridge")])
    result = run("import", file, "--source", HOST, "--archive", archive)

    assert result.code == ExitCode.DONE, result.err
    assert "1 page archived" in result.out
    assert rows(archive, "SELECT url, first_seen, last_seen, cause FROM articles") == [
        (f"{HOST}/flood", "2026-11-01T08:00:00Z", "2026-11-01T08:00:00Z", "publisher")
    ]
    assert rows(archive, "SELECT found_by, outcome FROM pages") == [("import", "stored")]
    assert rows(archive, "SELECT state, json_extract(arguments, '$.import[0]') FROM crawls") == [
        ("done", "a.warc.gz")
    ]
    (place,) = rows(archive, "SELECT warc_file, warc_offset, warc_length FROM captures")
    kept = WarcPlace(file=str(place[0]), offset=int(str(place[1])), length=int(str(place[2])))
    assert read_capture(warc_directory(archive), kept).body == story("Flood closes the old bridge")


def test_second_import_adds_nothing(run: Run, archive: Path, tmp_path: Path) -> None:
    file = warc(tmp_path / "a.warc.gz", [page("a"), page("b"), page("a")])
    run("import", file, "--source", HOST, "--archive", archive)
    before = end_state(archive)
    again = run("import", file, "--source", HOST, "--archive", archive)
    copy = warc(tmp_path / "b.warc.gz", [page("c"), page("b")])
    copied = run("import", copy, "--source", HOST, "--archive", archive)

    assert "was read in to its end before" in again.out
    assert before[2] == [row for row in end_state(archive)[2] if row[0] != f"{HOST}/c"]
    assert len(rows(archive, "SELECT id FROM captures")) == 3
    assert "1 already archived" in copied.out


def test_body_may_be_in_chunks_and_packed_or_only_say_so(run: Run, archive: Path, tmp_path: Path) -> None:
    both = {**HTML, "Content-Encoding": "gzip", "Transfer-Encoding": "chunked"}
    sent = [
        Sent(url=f"{HOST}/1", body=chunked(packed(story("Packed and in chunks"))), headers=both),
        Sent(url=f"{HOST}/2", body=story("Neither, but it says so"), headers=both),
        Sent(
            url=f"{HOST}/3",
            body=chunked(story("In chunks")),
            headers={**HTML, "transfer-encoding": "chunked"},
        ),
        Sent(url=f"{HOST}/4", body=story("Of the wrong type"), headers={"Content-Type": "text/plain"}),
        Sent(
            url=f"{HOST}/5", body=packed(story("Cut off"))[:-40], headers={**HTML, "Content-Encoding": "gzip"}
        ),
        Sent(
            url=f"{HOST}/6",
            body=chunked(story("Cut chunk"))[:-60],
            headers={**HTML, "Transfer-Encoding": "chunked"},
        ),
        Sent(url=f"{HOST}/7", body=b"%PDF-1.7 " * 99),
        Sent(url=f"{HOST}/8", body=packed(bytes(50_000_000)), headers={**HTML, "Content-Encoding": "gzip"}),
    ]
    result = run("import", warc(tmp_path / "a.warc.gz", sent), "--source", HOST, "--archive", archive)

    expected = ["In chunks", "Neither, but it says so", "Of the wrong type", "Packed and in chunks"]
    assert headlines(archive) == expected
    for reason in (
        "its packed data is cut off",
        "its chunks are cut off or damaged",
        "it unpacks to more than a page may have",
        "1 not HTML",
    ):
        assert reason in result.out


def test_what_is_no_page_of_a_source_is_counted_and_left(run: Run, archive: Path, tmp_path: Path) -> None:
    sent = [
        page("a"),
        page("missing", status="404 Not Found"),
        page("moved", status="302 Found"),
        page("cut", warc_headers={"WARC-Truncated": "length"}),
        page("tomorrow", date="2999-01-01T00:00:00Z"),
        Sent(url="https://evil.test/news.example/", body=story("Host in the path")),
        Sent(url="https://news.example.evil.test/", body=story("Host in the host")),
        Sent(url="file:///etc/passwd", body=story("The passwords of them all")),
        Sent(url=f"{HOST}/x.png", body=b"\x89PNG", headers={"Content-Type": "image/png"}),
    ]
    result = run("import", warc(tmp_path / "a.warc.gz", sent), "--source", HOST, "--archive", archive)

    assert headlines(archive) == ["The story that is called a"]
    assert len(rows(archive, "SELECT 1 FROM captures")) == 1
    for reason in (
        "2 of no source",
        "1 no web address",
        "1 HTTP status 404",
        "1 HTTP status 302",
        "1 cut off by",
    ):
        assert reason in result.out


def test_resource_records_are_pages_too(run: Run, archive: Path, tmp_path: Path) -> None:
    file = tmp_path / "a.warc.gz"
    html = "text/html; charset=utf-8"
    file.write_bytes(
        resource(f"{HOST}/a", story("Saved without its server's words"), html)
        + resource(f"{HOST}/picture.png", b"\x89PNG", "image/png")
        + resource("urn:pageinfo:https://news.example/a", b"{}", "application/json")
        + resource("metadata://gnu.org/software/wget/warc/MANIFEST.txt", b"a", "text/plain")
    )
    result = run("import", file, "--source", HOST, "--archive", archive)

    assert headlines(archive) == ["Saved without its server's words"]
    assert rows(archive, "SELECT status, content_type FROM captures") == [(200, html)]
    assert "2 no web address" in result.out
    assert "1 not HTML" in result.out
    assert run("verify", "--archive", archive).code == ExitCode.DONE


def test_hosts_are_those_below_them_too_and_get_sources(run: Run, archive: Path, tmp_path: Path) -> None:
    sent = [
        page("a"),
        Sent(url="http://www.courier.test/1", body=story("Of the courier")),
        Sent(url="https://sport.gazette.test/2", body=story("Of the gazette")),
        Sent(url="https://notcourier.test/3", body=story("Of another")),
    ]
    file = warc(tmp_path / "a.warc.gz", sent)
    run("import", file, "--hosts", "courier.test,gazette.test", "--archive", archive)
    assert headlines(archive) == ["Of the courier", "Of the gazette"]
    assert rows(archive, "SELECT url FROM sources ORDER BY url") == [
        ("http://courier.test/",),
        ("https://sport.gazette.test/",),
    ]

    run("import", file, "--all-hosts", "--archive", archive)  # more is wanted of a file that was read
    assert len(headlines(archive)) == 4
    assert len(rows(archive, "SELECT 1 FROM captures")) == 4


def test_sources_file_and_archive_name_whose_pages_are_taken(run: Run, archive: Path, tmp_path: Path) -> None:
    (tmp_path / "sources.toml").write_text(
        '[[source]]\nurl = "https://news.example/"\nname = "The News"\n[[source.rules]]\nheadline = "h2"\n'
    )
    named = story("By the general logic").replace(b"</article>", b"<h2>By the rule</h2></article>")
    file = warc(
        tmp_path / "a.warc.gz", [Sent(url=f"{HOST}/a", body=named), Sent(url="https://b.test/", body=story())]
    )
    assert run("import", file, "--archive", archive).code == ExitCode.DONE
    assert headlines(archive) == ["By the rule"]
    assert rows(archive, "SELECT name FROM sources") == [("The News",)]

    (tmp_path / "sources.toml").write_text("")  # as `archiver source remove` leaves it
    more = warc(tmp_path / "b.warc.gz", [page("b")])
    assert run("import", more, "--archive", archive).code == ExitCode.DONE
    assert len(headlines(archive)) == 2


def test_without_any_source_nothing_is_begun(run: Run, archive: Path, tmp_path: Path) -> None:
    result = run("import", warc(tmp_path / "a.warc.gz", [page("a")]), "--archive", archive)
    assert (result.code, result.err.count("\n")) == (ExitCode.FAILED, 1)
    assert "--source, --hosts or --all-hosts" in result.err
    assert not archive.exists()


def test_revisit_is_read_from_what_it_refers_to(run: Run, archive: Path, tmp_path: Path) -> None:
    def revisit(url: str, date: str) -> Sent:
        refers = {"WARC-Refers-To-Target-URI": url, "WARC-Refers-To-Date": "2026-11-01T08:00:00Z"}
        return Sent(url=url, kind="revisit", date=date, headers=HTML, warc_headers=refers)

    first = warc(tmp_path / "a.warc.gz", [page("a"), revisit(f"{HOST}/a", "2026-11-02T08:00:00Z")])
    run("import", first, "--source", HOST, "--archive", archive)
    second = warc(
        tmp_path / "b.warc.gz",
        [revisit(f"{HOST}/a", "2026-11-03T08:00:00Z"), revisit(f"{HOST}/unknown", "2026-11-03T08:00:00Z")],
    )
    result = run("import", second, "--source", HOST, "--archive", archive)

    assert rows(archive, "SELECT fetched, outcome FROM captures ORDER BY fetched") == [
        ("2026-11-01T08:00:00Z", "stored"),
        ("2026-11-02T08:00:00Z", "unchanged"),
        ("2026-11-03T08:00:00Z", "unchanged"),
    ]
    assert rows(archive, "SELECT last_seen FROM articles") == [("2026-11-03T08:00:00Z",)]
    assert "1 a revisit of what the archive does not have" in result.out


def test_pages_that_a_crawl_met_twice_come_over_whole(
    run: Run, archive: Path, tmp_path: Path, crawl: Crawl
) -> None:
    with misbehaving({"/feed.xml": feed("/a"), "/a": answer(story("Flood"))}) as server:
        crawl(server.url)
        wait_for_the_next_second()
        crawl(server.url)
    kept = (
        "SELECT fetched, digest FROM captures WHERE content_type LIKE 'text/html%' ORDER BY fetched, digest"
    )
    before = rows(archive, kept)
    assert (2,) in rows(archive, "SELECT count(*) FROM captures GROUP BY page_id, digest")
    files = sorted(warc_directory(archive).iterdir())
    result = run("import", *files, "--all-hosts", "--archive", tmp_path / "new.db")

    assert "cut off" not in result.out
    assert rows(tmp_path / "new.db", kept) == before


def test_pages_that_a_server_called_unchanged_are_known_again(
    run: Run, archive: Path, tmp_path: Path, crawl: Crawl
) -> None:
    unchanged = answer(b"", "304 Not Modified", content_type="", ETag='"a"')
    with misbehaving({"/feed.xml": feed("/a"), "/a": answer(story("Flood"), ETag='"a"')}) as server:
        crawl(server.url)
        server.pages["/a"] = unchanged
        wait_for_the_next_second()
        crawl(server.url)
    kept = "SELECT id, page_id, fetched, digest, status FROM captures"
    assert (304,) in rows(archive, "SELECT status FROM captures")
    before, imported = rows(archive, kept), tmp_path / "imported.db"
    files = sorted(warc_directory(archive).iterdir())

    assert "0 pages archived" in run("import", *files, "--archive", archive).out
    run("import", *files, "--all-hosts", "--archive", imported)
    assert run("merge", imported, "--archive", archive).code == ExitCode.DONE
    assert rows(archive, kept) == before
    before = rows(imported, kept + " WHERE final_url LIKE '%/a'")
    assert run("merge", archive, "--archive", imported).code == ExitCode.DONE
    assert rows(imported, kept + " WHERE final_url LIKE '%/a'") == before


def test_later_text_revises_and_older_text_does_not(run: Run, archive: Path, tmp_path: Path) -> None:
    def sent(headline: str, day: int) -> Path:
        file = page("a", headline, date=f"2026-11-0{day}T08:00:00Z")
        return warc(tmp_path / f"{day}.warc.gz", [file])

    run("import", sent("As of the second", 2), "--source", HOST, "--archive", archive)
    run("import", sent("As of the fourth", 4), "--source", HOST, "--archive", archive)
    before = rows(archive, "SELECT * FROM articles"), rows(archive, "SELECT * FROM revisions")
    older = run("import", sent("As of the third", 3), "--source", HOST, "--archive", archive)
    run("import", sent("As of the first", 1), "--source", HOST, "--archive", archive)

    assert (rows(archive, "SELECT * FROM articles"), rows(archive, "SELECT * FROM revisions")) == before
    assert [row[0] for row in rows(archive, "SELECT headline FROM article_versions ORDER BY number")] == [
        "As of the second",
        "As of the fourth",
    ]
    assert rows(archive, "SELECT last_visited, visits, outcome FROM pages") == [
        ("2026-11-04T08:00:00Z", 4, "changed")
    ]
    assert len(rows(archive, "SELECT 1 FROM captures WHERE warc_file IS NOT NULL")) == 4
    assert "1 page with an older text" in older.out


def test_older_sight_of_the_same_text_makes_it_older(run: Run, archive: Path, tmp_path: Path) -> None:
    for day in (5, 3):
        file = warc(tmp_path / f"{day}.warc.gz", [page("a", date=f"2026-11-0{day}T08:00:00Z")])
        run("import", file, "--source", HOST, "--archive", archive)
    assert rows(archive, "SELECT first_seen, last_seen, revision FROM articles") == [
        ("2026-11-03T08:00:00Z", "2026-11-05T08:00:00Z", 1)
    ]


def test_crawl_goes_on_from_an_import(run: Run, archive: Path, tmp_path: Path, crawl: Crawl) -> None:
    with misbehaving({"/a": answer(story("The very same")), "/feed.xml": feed("/a")}) as server:
        file = warc(tmp_path / "a.warc.gz", [Sent(url=f"{server.url}a", body=story("The very same"))])
        run("import", file, "--source", server.url, "--archive", archive)
        crawl(server.url, REVISIT_AGES="36500d")
    assert rows(archive, "SELECT outcome FROM captures WHERE final_url LIKE '%/a' ORDER BY id") == [
        ("stored",),
        ("unchanged",),
    ]
    assert rows(archive, "SELECT revision, parser IS NOT NULL FROM articles") == [(1, 1)]


def test_import_is_no_crawl(run: Run, archive: Path, tmp_path: Path, crawl: Crawl) -> None:
    with misbehaving({"/a": answer(story("Seen by a crawl")), "/feed.xml": feed("/a")}) as server:
        file = warc(tmp_path / "a.warc.gz", [Sent(url=f"{server.url}b", body=story("Saved by another"))])
        run("import", file, "--source", server.url, "--archive", archive)
        before = json.loads(run("status", "--json", "--archive", archive).out)
        assert json.loads(run("stats", "--json", "--archive", archive).out)["last_crawl"] is None
        crawl(server.url)
        run("import", warc(tmp_path / "c.warc.gz", [page("c")]), "--source", HOST, "--archive", archive)

    assert (before["last_crawl"], before["last_new"], sum(before["new_by_day"])) == (None, None, 0)
    assert before["articles"] == 1
    assert json.loads(run("stats", "--json", "--archive", archive).out)["last_crawl"]["id"] == 2
    after = [json.loads(line) for line in run("status", "--json", "--archive", archive).out.splitlines()]
    assert [(each["last_crawl"] is None, sum(each["new_by_day"])) for each in after] == [
        (False, 1),
        (True, 0),
    ]


def test_wacz_is_read_and_nothing_is_unpacked(run: Run, archive: Path, tmp_path: Path) -> None:
    parts = {
        "archive/b.warc.gz": [page("b")],
        "archive/a.warc.gz": [page("a")],
        "../outside.warc.gz": [page("outside")],
        "pages/pages.jsonl": [],
    }
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as wacz:
        for name, sent in parts.items():
            wacz.writestr(name, warc(tmp_path / "part", sent).read_bytes())
    result = run("import", tmp_path / "a.wacz", "--source", HOST, "--archive", archive)

    assert result.code == ExitCode.DONE, result.err
    assert headlines(archive) == ["The story that is called a", "The story that is called b"]
    assert not (tmp_path.parent / "outside.warc.gz").exists()


@pytest.mark.parametrize("is_packed", [True, False])
def test_damaged_record_costs_itself_only(run: Run, archive: Path, tmp_path: Path, is_packed: bool) -> None:
    records = [bytearray(record(page(name), packed=is_packed)) for name in "abcd"]
    records[1][len(records[1]) // 2 : len(records[1]) // 2 + 20] = b"\0" * 20
    (tmp_path / "a.warc").write_bytes(
        b"".join([records[0], records[1], b"rubbish" * 9, records[2], records[3][:-40]])
    )
    result = run("import", tmp_path / "a.warc", "--source", HOST, "--archive", archive)

    assert headlines(archive) == ["The story that is called a", "The story that is called c"]
    assert result.code == ExitCode.DONE
    assert "damaged" in result.out
    assert "the record is cut off" in result.out
    assert result.err == ""


@pytest.mark.parametrize("left", [1, 10, 30])
def test_record_of_which_only_the_beginning_is_there_is_told(
    run: Run, archive: Path, tmp_path: Path, left: int
) -> None:
    file = warc(tmp_path / "a.warc.gz", [page("a")])
    with file.open("ab") as end:
        end.write(record(page("b"))[:left])
    result = run("import", file, "--source", HOST, "--archive", archive)

    assert headlines(archive) == ["The story that is called a"]
    assert "Not taken, 1 record: 1 the record is" in result.out


def test_addresses_are_taken_however_they_are_written(archive: Path, tmp_path: Path) -> None:
    sent = [
        Sent(url="HTTP://NEWS.EXAMPLE:80/a", body=story("In capitals and with its port")),
        Sent(url="http://news.example/b c", body=story("With a space in its address")),
    ]
    result = run_apart("import", warc(tmp_path / "a.warc.gz", sent), "--all-hosts", "-a", archive)

    assert (result.code, "Not taken" in result.out, "Replacing" in result.err) == (
        ExitCode.DONE,
        False,
        False,
    )
    assert rows(archive, "SELECT url FROM articles ORDER BY url") == [
        ("http://news.example/a",),
        ("http://news.example/b%20c",),
    ]


def test_brotli_of_another_kind_is_told(archive: Path, tmp_path: Path) -> None:
    (tmp_path / "brotli.py").write_text("class Decompressor:\n    def decompress(self, data): ...\n")
    sent = Sent(url=f"{HOST}/a", body=b"\x0b\x02\x80page\x03", headers={**HTML, "Content-Encoding": "br"})
    file = warc(tmp_path / "a.warc.gz", [sent])
    result = run_apart(
        "import", file, "--all-hosts", "-a", archive, PYTHONPATH=":".join([str(tmp_path), *sys.path])
    )

    assert (result.code, "packed by Brotli" in result.out) == (ExitCode.DONE, True), result.err


def test_files_that_cannot_be_read_are_named_and_others_go_on(
    run: Run, archive: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.warc").write_text("no web archive at all\n" * 99)
    with zipfile.ZipFile(tmp_path / "empty.wacz", "w") as wacz:
        wacz.writestr("readme.txt", "nothing")
    plain = warc(tmp_path / "plain.warc", [page("x"), page("y")], packed=False)
    (tmp_path / "joined.warc.gz").write_bytes(packed(plain.read_bytes()))
    good = warc(tmp_path / "good.warc.gz", [page("a")])
    (tmp_path / "nothing.warc.gz").touch()
    bad = [tmp_path / f"{name}.warc.gz" for name in ("missing", "joined", "nothing")]
    bad = [tmp_path / "text.warc", tmp_path / "empty.wacz", *bad]
    result = run("import", *bad, "--source", HOST, "--archive", archive)
    assert (result.code, result.out) == (ExitCode.FAILED, "")

    result = run("import", *bad, good, "--source", HOST, "--archive", archive)

    assert result.code == ExitCode.FAILED
    assert "1 page archived" in result.out
    lines = result.err.splitlines()
    assert len(lines) == 5
    for line, name, reason in zip(
        lines,
        bad,
        ["no WARC or WACZ file", "without archive/", "No such file", "`warcio recompress", "is empty"],
        strict=True,
    ):
        assert line.startswith(f"archiver: {name}")
        assert reason in line
    assert "The story that is called a" in headlines(archive)


def test_no_archive_is_made_for_files_that_are_not_there(run: Run, archive: Path, tmp_path: Path) -> None:
    result = run("import", tmp_path / "missing.warc.gz", "--all-hosts", "--archive", archive)

    assert (result.code, result.out) == (ExitCode.FAILED, "")
    assert result.err == f"archiver: {tmp_path}/missing.warc.gz does not exist: name a WARC or WACZ file\n"
    assert list(tmp_path.iterdir()) == []


def test_killed_import_goes_on_where_it_was(archive: Path, tmp_path: Path) -> None:
    sent = [page(str(number)) for number in range(60)]
    sent += [
        Sent(url=f"https://{number}.courier.test/", body=story(f"Of part {number}")) for number in range(9)
    ]
    file = warc(tmp_path / "a.warc.gz", sent)
    whole = tmp_path / "whole.db"
    arguments = [PROGRAM, "import", str(file), "--all-hosts", "--archive"]
    subprocess.run([*arguments, str(whole)], check=True, capture_output=True)

    for stop in (10, 35):
        process = subprocess.Popen([*arguments, str(archive)], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 60
        while captures(archive) < stop and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        assert 0 < captures(archive) <= len(sent)
    offsets = rows(archive, "SELECT next_offset FROM imports")
    last = subprocess.run([*arguments, str(archive)], check=True, capture_output=True, text=True)

    assert int(str(offsets[0][0])) > 0
    assert end_state(archive) == end_state(whole)
    assert "already archived" not in last.stdout.replace("1 already archived", "")
    assert {str(state) for (state,) in rows(archive, "SELECT state FROM crawls")} == {"interrupted", "done"}
    with closing(sqlite3.connect(archive)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def captures(archive: Path) -> int:
    if not archive.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as connection:
            return int(connection.execute("SELECT count(*) FROM captures").fetchone()[0])
    except sqlite3.OperationalError:  # it is being made
        return 0


def test_polite_stop_tells_so_and_goes_on_later(archive: Path, tmp_path: Path) -> None:
    file = warc(tmp_path / "a.warc.gz", [page(str(number)) for number in range(200)])
    arguments = [PROGRAM, "import", str(file), "--all-hosts", "--archive", str(archive)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 60
    while captures(archive) < 5:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)

    assert (process.returncode, err) == (ExitCode.INTERRUPTED, "")
    assert "Stopped early" in out
    assert rows(archive, "SELECT state FROM crawls") == [("interrupted",)]


def test_bar_is_shown_on_a_terminal(archive: Path, tmp_path: Path) -> None:
    file = warc(tmp_path / "a.warc.gz", [page("a")])
    shown = on_terminal("import", file, "--source", HOST, "--archive", archive)
    assert "1 page archived" in shown
    assert "a.warc.gz" in shown
