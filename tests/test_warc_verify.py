"""Every way in which WARC files and archive can part is found, named and, where that is safe, mended."""

import gzip
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest
from archives import NOON, SOURCE, column, failed, response, visit
from archives import crawl as begin_crawl
from commands import runner
from conftest import Crawl
from misbehaving import answer, misbehaving, story

from archiver.items import Outcome, RawRequest, RawResponse
from db.connection import open_archive, read_archive
from db.raw_pages import verify as verifying
from db.raw_pages.verify import Verification, verify
from db.raw_pages.warc import WarcWriter, read_capture
from db.raw_pages.warc_findings import Finding, Kind
from db.raw_pages.warc_places import WarcPlace, warc_directory
from db.store import Kept, record_visit

FILE = "crawl-000001-00001.warc.gz"


@pytest.fixture(autouse=True)
def _no_wait_for_other_writers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifying, "WRITING_SECONDS", 0)


def sent(number: int) -> RawResponse:
    """Return the response of a page, always the same."""
    words = bytes(random.Random(number).choices(b"abcdefghijklmnop <>", k=600))
    request = RawRequest(method="GET", url=f"{SOURCE}{number}", headers=(("Host", "news.example"),))
    return replace(response(b"<html>" + words), request=request)


def fill(connection: Connection, writer: WarcWriter, pages: int = 4) -> int:
    """Record some pages, and page 1 two times more: with the same bytes and with none; return the crawl."""
    crawl_id = begin_crawl(connection)
    for number in range(pages):
        page = visit(None, url=f"{SOURCE}{number}", final_url=f"{SOURCE}{number}", response=sent(number))
        place = writer.append(page.final_url, NOON, sent(number))
        record_visit(connection, crawl_id, page, Kept(place))
        if number == 1:
            held = writer.held(place)
            (first,) = column(connection, "SELECT max(id) FROM captures")
            assert held is not None
            assert isinstance(first, int)
            for hours, again in ((1, sent(1)), (2, replace(sent(1), status=304, body=b""))):
                later = replace(page, fetched=NOON + timedelta(hours=hours), response=again)
                place = writer.append_revisit(later.final_url, later.fetched, again, held)
                record_visit(connection, crawl_id, later, Kept(place, refers_to=first))
    return crawl_id


@pytest.fixture
def filled(archive: Path) -> Iterator[Connection]:
    """Return an archive with four pages, each with its request, and one of them visited three times."""
    with closing(open_archive(archive)) as connection:
        with WarcWriter(warc_directory(archive), 1) as writer:
            fill(connection, writer)
        yield connection


def found(connection: Connection, archive: Path, *, repair: bool = False) -> list[Finding]:
    return list(verify(connection, warc_directory(archive), Verification(), ignore, repair=repair))


def ignore(done: int, total: int) -> None:
    """Nobody looks on."""


def kinds(findings: list[Finding]) -> list[Kind]:
    return [finding.kind for finding in findings]


def places(connection: Connection) -> list[WarcPlace]:
    rows = connection.execute("SELECT * FROM captures WHERE warc_file IS NOT NULL ORDER BY id")
    return [
        WarcPlace(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"]) for row in rows
    ]


def bodies(connection: Connection, archive: Path) -> list[bytes]:
    return [read_capture(warc_directory(archive), place).body for place in places(connection)]


def test_what_belongs_together_is_sound(archive: Path, filled: Connection) -> None:
    seen = Verification()
    told: list[tuple[int, int]] = []
    assert not list(
        verify(filled, warc_directory(archive), seen, lambda done, total: told.append((done, total)))
    )
    size = (warc_directory(archive) / FILE).stat().st_size
    assert seen == Verification(files=1, bytes=size, records=1 + 6 * 2, captures=6)
    assert told == sorted(told)
    assert told[-1] == (size, size)
    assert bodies(filled, archive) == [sent(number).body for number in (0, 1, 1, 1, 2, 3)]


def test_archive_without_pages_is_sound(archive: Path) -> None:
    with closing(open_archive(archive)) as connection:
        record_visit(connection, begin_crawl(connection), failed(f"{SOURCE}1", Outcome.TIMEOUT))
        assert not found(connection, archive)


def test_captures_of_earlier_versions_may_share_a_place(archive: Path) -> None:
    with closing(open_archive(archive)) as connection:
        with WarcWriter(warc_directory(archive), 1) as writer:
            place = writer.append(SOURCE, NOON, sent(0))
        crawl_id = begin_crawl(connection)
        first = visit(None, url=SOURCE, final_url=SOURCE, response=sent(0))
        for later in (
            first,
            replace(first, final_url=f"{SOURCE}moved"),
            replace(first, response=response(b"", 304)),
        ):
            record_visit(connection, crawl_id, later, Kept(place))
        assert not found(connection, archive)


def test_file_cut_anywhere_is_found(archive: Path, filled: Connection) -> None:
    path = warc_directory(archive) / FILE
    content = path.read_bytes()
    starts = [place.offset for place in places(filled)]
    for cut in range(1, len(content), 61):
        path.write_bytes(content[:cut])
        findings = found(filled, archive)
        lost = sum(place.offset + place.length > cut for place in places(filled))
        named = sum(finding.captures for finding in findings)
        assert all(finding.is_problem for finding in findings)
        assert named >= lost
        assert lost > 0 or kinds(findings) in ([Kind.TORN], []), cut
        if cut not in starts and lost == 0:
            (torn,) = findings
            assert torn.offset is not None
            assert torn.offset + (torn.length or 0) == cut


def test_file_that_is_missing_is_needed_by_what_refers_to_it_too(archive: Path, filled: Connection) -> None:
    later = replace(
        visit(None, url=SOURCE, final_url=SOURCE, response=sent(1)), fetched=NOON + timedelta(hours=3)
    )
    with WarcWriter(warc_directory(archive), 2) as writer:
        held = writer.held(places(filled)[1])
        assert held is not None
        place = writer.append_revisit(SOURCE, later.fetched, sent(1), held)
    record_visit(filled, begin_crawl(filled), later, Kept(place, refers_to=2))
    (warc_directory(archive) / FILE).unlink()

    (finding,) = (each for each in found(filled, archive) if each.kind is Kind.MISSING)
    assert finding.captures == 7


@pytest.mark.parametrize("to", ["nowhere", FILE], ids=["dangling", "loop"])
def test_link_that_leads_nowhere_is_found(archive: Path, filled: Connection, to: str) -> None:
    path = warc_directory(archive) / FILE
    path.unlink()
    path.symlink_to(to)

    (finding,) = found(filled, archive)
    assert (finding.kind, finding.captures) == (Kind.UNREADABLE, 6)


@pytest.mark.parametrize("fault", ["warc_offset = NULL", "warc_length = NULL", "warc_offset = -3"])
def test_capture_without_a_place_is_found(archive: Path, filled: Connection, fault: str) -> None:
    with filled:
        filled.execute(f"UPDATE captures SET {fault} WHERE id = 1")

    assert Kind.MISPLACED in kinds(found(filled, archive))
    assert any("capture 1 of" in finding.message for finding in found(filled, archive))


@pytest.mark.parametrize("cut", [1, 8, 9, 100, 250])
def test_torn_end_that_no_capture_needs_is_cut_off_and_kept(
    archive: Path, filled: Connection, cut: int
) -> None:
    path = warc_directory(archive) / FILE
    whole = path.read_bytes()
    with WarcWriter(warc_directory(archive), 1) as writer:
        place = writer.append(SOURCE, NOON, sent(9))
        more = (warc_directory(archive) / place.file).read_bytes()[place.offset : place.offset + place.length]
    (warc_directory(archive) / place.file).unlink()
    torn = more[:-cut]
    path.write_bytes(whole + torn)

    assert kinds(found(filled, archive)) == [Kind.TORN]
    assert path.read_bytes() == whole + torn  # nothing is done unless asked for
    (repaired,) = found(filled, archive, repair=True)
    assert (repaired.kind, repaired.offset, repaired.length) == (Kind.REPAIRED, len(whole), len(torn))
    assert path.read_bytes() == whole
    assert path.with_name(f"{FILE}.torn-{len(whole)}").read_bytes() == torn
    assert not found(filled, archive, repair=True)


def test_end_that_captures_stand_in_is_never_cut_off(archive: Path, filled: Connection) -> None:
    path = warc_directory(archive) / FILE
    last = places(filled)[-1]
    torn = path.read_bytes()[: last.offset + last.length - 5]
    path.write_bytes(torn)
    (finding,) = found(filled, archive, repair=True)
    assert (finding.kind, finding.captures, finding.offset) == (Kind.DAMAGED, 1, last.offset)
    assert finding.message.endswith("restore the file from a copy")
    assert path.read_bytes() == torn
    assert [file.name for file in warc_directory(archive).iterdir()] == [FILE]


def test_bytes_cut_off_never_replace_those_of_before(archive: Path, filled: Connection) -> None:
    path = warc_directory(archive) / FILE
    whole = path.read_bytes()
    for end in (b"first", b"second"):
        path.write_bytes(whole + end)
        assert kinds(found(filled, archive, repair=True)) == [Kind.REPAIRED]
    kept = {file.read_bytes() for file in warc_directory(archive).glob("*.torn-*")}
    assert kept == {b"first", b"second"}


def test_flipped_byte_is_found_and_the_rest_is_read(archive: Path, filled: Connection) -> None:
    path = warc_directory(archive) / FILE
    content = path.read_bytes()
    whole = bodies(filled, archive)
    last = places(filled)[-1]
    unseen = 0
    for position in range(0, last.offset + last.length, 53):
        damaged = bytearray(content)
        damaged[position] ^= 0x55
        path.write_bytes(damaged)
        problems = [finding for finding in found(filled, archive) if finding.is_problem]
        if not problems:  # in what no program reads, such as the time in a gzip file's head
            assert bodies(filled, archive) == whole
            unseen += 1
            continue
        (problem,) = problems
        assert problem.offset is not None
        assert problem.offset <= position < problem.offset + (problem.length or 0)
        assert problem.length is not None
        assert problem.length < 1500
    assert unseen < 10


def test_next_record_is_found_behind_much_that_looks_like_one(archive: Path, filled: Connection) -> None:
    path = warc_directory(archive) / FILE
    content, last = path.read_bytes(), places(filled)[-1]
    for size in (2**20 - 1, 2**20, 2**20 + 1, 3 * 2**20):  # around what is searched at a time
        noise = (b"\x1f\x8b\x08\0noise" * (size // 9 + 1))[:size]
        path.write_bytes(content[: last.offset] + noise + content[last.offset :])
        with filled:
            filled.execute("UPDATE captures SET warc_offset = ? WHERE id = 6", (last.offset + size,))
        (finding,) = found(filled, archive)
        assert (finding.kind, finding.offset, finding.length) == (Kind.DAMAGED, last.offset, size)
        assert finding.captures == 0


def test_damaged_bytes_count_the_captures_that_refer_to_them(archive: Path, filled: Connection) -> None:
    path = warc_directory(archive) / FILE
    held = places(filled)[1]
    damaged = bytearray(path.read_bytes())
    damaged[held.offset + 40 : held.offset + 60] = bytes(20)
    path.write_bytes(damaged)
    (finding,) = found(filled, archive)
    assert (finding.kind, finding.captures) == (Kind.DAMAGED, 3)
    assert f"{FILE} at byte {held.offset}: {held.length} bytes are damaged" in finding.message
    assert f"of {SOURCE}1 and 2 more" in finding.message


def test_missing_file_is_named_with_what_stood_in_it(archive: Path, filled: Connection) -> None:
    (warc_directory(archive) / FILE).unlink()
    (finding,) = found(filled, archive)
    assert (finding.kind, finding.captures) == (Kind.MISSING, 6)
    warc_directory(archive).rmdir()
    assert kinds(found(filled, archive)) == [Kind.MISSING]


def test_loss_is_none_once_all_of_it_was_kept_anew(archive: Path, filled: Connection) -> None:
    first = places(filled)[0]
    (warc_directory(archive) / FILE).unlink()
    assert kinds(found(filled, archive)) == [Kind.MISSING]
    with WarcWriter(warc_directory(archive), 2) as writer:
        fill(filled, writer, 3)
        assert kinds(found(filled, archive)) == [Kind.MISSING]
        page = visit(None, url=f"{SOURCE}3", final_url=f"{SOURCE}3", response=sent(3))
        record_visit(filled, 1, page, Kept(writer.append(page.final_url, NOON, sent(3))))
    (finding,) = found(filled, archive)
    assert (finding.kind, finding.captures, finding.is_problem) == (Kind.RENEWED, 6, False)
    assert finding.message == f"{FILE} is missing; 6 captures need it, but the bytes were kept anew: leave it"

    damage(warc_directory(archive) / "crawl-000002-00001.warc.gz", first.offset)
    assert kinds(found(filled, archive)) == [Kind.MISSING, Kind.DAMAGED]


def damage(path: Path, offset: int) -> None:
    """Spoil the record at offset."""
    content = path.read_bytes()
    path.write_bytes(content[: offset + 99] + b"????" + content[offset + 103 :])


def test_file_that_may_not_be_read_is_named(archive: Path, filled: Connection) -> None:
    path = warc_directory(archive) / FILE
    path.unlink()
    path.mkdir()  # not even root can read it
    assert kinds(found(filled, archive)) == [Kind.UNREADABLE]


def test_row_that_names_a_file_elsewhere_opens_nothing(archive: Path, filled: Connection) -> None:
    with filled:
        filled.execute("UPDATE captures SET warc_file = '../../etc/passwd' WHERE id = 1")
    assert Kind.MISSING in kinds(found(filled, archive))


def test_records_of_no_capture_are_named_and_do_no_harm(archive: Path) -> None:
    with closing(open_archive(archive)) as connection:
        with WarcWriter(warc_directory(archive), 1) as writer:
            fill(connection, writer)
            place = writer.append(f"{SOURCE}lost", NOON, sent(7))
        seen = Verification()
        (orphan,) = verify(connection, warc_directory(archive), seen, ignore)
    assert (orphan.kind, orphan.offset, orphan.is_problem) == (Kind.ORPHAN, place.offset, False)
    assert (seen.orphans, seen.problems) == (2, 0)  # its request too
    assert f"{SOURCE}lost" in orphan.message


def test_record_noted_while_the_files_are_read_is_no_orphan(archive: Path) -> None:
    with closing(open_archive(archive)) as writing, closing(read_archive(archive)) as reading:
        with WarcWriter(warc_directory(archive), 1) as writer:
            crawl_id = fill(writing, writer)
            page = visit(None, url=f"{SOURCE}new", final_url=f"{SOURCE}new", response=sent(7))
            place = writer.append(page.final_url, NOON, sent(7))

        def commit(done: int, total: int) -> None:
            if done == total:
                record_visit(writing, crawl_id, page, Kept(place))

        assert not list(verify(reading, warc_directory(archive), Verification(), commit))


def test_record_being_written_is_not_torn(
    archive: Path, filled: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = warc_directory(archive) / FILE
    whole = path.read_bytes()
    path.write_bytes(whole + b"\x1f\x8b\x08")
    monkeypatch.setattr(time, "sleep", lambda seconds: path.write_bytes(whole + bytes(99)))
    assert not found(filled, archive)


@pytest.mark.parametrize(
    ("change", "kind", "message"),
    [
        ("warc_offset = warc_offset + 1", Kind.MISPLACED, "no record begins there"),
        ("warc_offset = 10000000", Kind.MISPLACED, "ends at byte"),
        ("warc_offset = 0", Kind.WRONG, "the record is of kind warcinfo"),
        ("warc_length = warc_length - 1", Kind.WRONG, "bytes, not"),
        ("final_url = 'https://news.example/other'", Kind.WRONG, f"the record is of {SOURCE}0"),
        ("digest = 'sha256:0'", Kind.WRONG, "the record holds other bytes"),
    ],
)
def test_row_at_odds_with_its_record_is_named(
    archive: Path, filled: Connection, change: str, kind: Kind, message: str
) -> None:
    with filled:
        filled.execute(f"UPDATE captures SET {change} WHERE id = 1")
    problems = [finding for finding in found(filled, archive) if finding.is_problem]
    assert [(problem.kind, problem.captures) for problem in problems] == [(kind, 1)]
    assert message in problems[0].message
    assert "capture 1 of https://news.example/" in problems[0].message


@pytest.mark.parametrize(
    ("change", "messages"),
    [
        ("refers_to = NULL", ["the revisit leads to other bytes"]),
        ("refers_to = 1", ["the revisit leads to other bytes", "refers to capture 1, which does not hold"]),
        ("digest = 'sha256:0'", ["refers to capture 2, which does not hold"]),
    ],
)
def test_revisit_that_leads_elsewhere_is_named(
    archive: Path, filled: Connection, change: str, messages: list[str]
) -> None:
    with filled:
        filled.execute(f"UPDATE captures SET {change} WHERE id = 3")
    findings = found(filled, archive)
    assert kinds(findings) == [Kind.WRONG] * len(messages)
    assert all(part in finding.message for part, finding in zip(messages, findings, strict=True))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"WARC/1.1", b"XARC/1.1", "it is no WARC record"),
        (b"<html>", b"<HTML>", "its digest is of other bytes"),
        (b"Content-Length: ", b"Content-Length: 1", "it is not as long as it says"),
        (b"Content-Length: ", b"Content-Length: x", "it does not say how long it is"),
    ],
)
def test_whole_gzip_file_with_a_bad_record_is_named(
    archive: Path, filled: Connection, old: bytes, new: bytes, fault: str
) -> None:
    path = warc_directory(archive) / FILE
    content, last = path.read_bytes(), places(filled)[-1]
    record = gzip.decompress(content[last.offset : last.offset + last.length])
    assert old in record
    path.write_bytes(content[: last.offset] + gzip.compress(record.replace(old, new, 1)))
    (finding,) = found(filled, archive)
    assert (finding.kind, finding.captures) == (Kind.DAMAGED, 1)
    assert fault in finding.message


def test_disk_that_takes_no_copy_leaves_the_file_as_it_is(archive: Path, filled: Connection) -> None:
    path = warc_directory(archive) / FILE
    torn = path.read_bytes() + b"torn"
    path.write_bytes(torn)
    script = f"""
import resource, sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
from pathlib import Path
from db.raw_pages.warc_repair import cut_off
resource.setrlimit(resource.RLIMIT_FSIZE, (2, 2))
cut_off(Path({str(path)!r}), {len(torn) - 4})
"""
    done = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True, text=True)
    assert "ArchiveError" in done.stderr
    assert "cannot be repaired: File too large" in done.stderr
    assert path.read_bytes() == torn
    assert kinds(found(filled, archive, repair=True)) == [Kind.REPAIRED]


def test_crawl_and_crawl_again_leave_sound_files(archive: Path, crawl: Crawl) -> None:
    with misbehaving() as server:
        crawl(server.url, DOWNLOAD_TIMEOUT=2)
        server.pages["/good"] = answer(story("Flood closes the old bridge for a week"))
        crawl(server.url, DOWNLOAD_TIMEOUT=2)
    with closing(read_archive(archive)) as connection:
        seen = Verification()
        assert not list(verify(connection, warc_directory(archive), seen, ignore))
    assert seen.captures > 20
    assert seen.orphans == 0


KILLED = """
import sys
from pathlib import Path
from archiver.crawl.run import CrawlPlan, run_crawl
from spiders.frontier import Source

plan = CrawlPlan(archive=Path(sys.argv[1]), sources=(Source(url=sys.argv[2]),), delay=0, log_level="ERROR",
                 others={"AUTOTHROTTLE_ENABLED": False, "SPLIT_WORKERS": 1})
run_crawl(plan)
"""


def captures(archive: Path) -> int:
    """How many pages a crawl that goes on has stored so far."""
    try:
        with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM captures").fetchone()
    except sqlite3.OperationalError:  # it has not begun
        return 0
    return int(count)


def test_killed_crawl_leaves_nothing_worse_than_a_torn_end(archive: Path) -> None:
    pages = {f"/{number}": answer(story(f"Story number {number}")) for number in range(60)}
    with misbehaving(pages) as server:
        process = subprocess.Popen([sys.executable, "-c", KILLED, str(archive), server.url])
        deadline = time.monotonic() + 30
        while captures(archive) < 5 and process.poll() is None:
            assert time.monotonic() < deadline, server.asked
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
    with closing(open_archive(archive)) as connection:
        assert set(kinds(found(connection, archive))) <= {Kind.ORPHAN, Kind.TORN}
        assert set(kinds(found(connection, archive, repair=True))) <= {Kind.ORPHAN, Kind.REPAIRED}
        assert len(bodies(connection, archive)) >= 5


def test_loss_that_was_accepted_is_no_problem_until_more_is_lost(
    filled: Connection, archive: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled.close()
    run = runner(capsys)
    file = warc_directory(archive) / FILE
    content = file.read_bytes()
    file.rename(file.with_name("aside"))
    assert run("verify", "--archive", archive).code == 1
    assert "1 loss accepted" in run("verify", "--accept", "--archive", archive).err
    again = run("verify", "--archive", archive)
    assert again.code == 0
    assert "captures need it: lost, accepted on 20" in again.out
    doctor = run("doctor", "--archive", archive)
    assert "lacks" not in doctor.out

    middle = len(content) // 2  # it came back, but for some bytes
    file.write_bytes(content[:middle] + bytes(40) + content[middle + 40 :])
    assert run("verify", "--archive", archive).code == 1
    assert run("verify", "--accept", "--archive", archive).code == 0
    assert run("verify", "--archive", archive).code == 0
    file.unlink()
    assert run("verify", "--archive", archive).code == 1
