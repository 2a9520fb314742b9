"""The bytes of every response are kept in standard WARC files and come back as they were."""

import errno
import gzip
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from archives import NOON, SOURCE, response
from hypothesis import given
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped] # warcio has no types

from archiver.errors import ArchiveError
from archiver.items import RawResponse
from db.raw_pages.warc import WarcWriter, lost_file, read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory
from db.raw_pages.warc_records import response_records


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Let no file grow beyond size bytes, as a full disk would."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def records(path: Path) -> list[tuple[str, str | None, bytes]]:
    """Return type, address and body of each record of a file, digests checked."""
    with path.open("rb") as file:
        return [
            (
                record.rec_type,
                record.rec_headers.get_header("WARC-Target-URI"),
                record.content_stream().read(),
            )
            for record in ArchiveIterator(file, check_digests="raise")
        ]


def test_response_comes_back_as_it_was(tmp_path: Path) -> None:
    body = bytes(range(256)) * 1000
    with WarcWriter(tmp_path, 12) as writer:
        place = writer.append(SOURCE, NOON, response(body, ETag='"1"'))
    assert place.file == "crawl-000012-00001.warc.gz"
    back = read_capture(tmp_path, place)
    assert (back.status, back.body) == (200, body)
    assert dict(back.headers) == {"content-type": "text/html", "ETag": '"1"', "Content-Length": "256000"}


def test_headers_claim_nothing_that_no_longer_holds(tmp_path: Path) -> None:
    sent = RawResponse(
        status=200,
        headers=(
            ("Content-Encoding", "gzip"),
            ("Transfer-Encoding", "chunked"),
            ("content-length", "7"),
            ("X", "y"),
        ),
        body=b"much longer than seven bytes",
    )
    with WarcWriter(tmp_path, 1) as writer:
        place = writer.append(SOURCE, NOON, sent)
    assert read_capture(tmp_path, place) == replace(sent, headers=(("X", "y"), ("Content-Length", "28")))


def test_other_programs_read_the_file(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, 1) as writer:
        places = [writer.append(f"{SOURCE}{n}", NOON, response(f"page {n}".encode())) for n in range(3)]
    path = tmp_path / places[0].file
    assert records(path) == [
        ("warcinfo", None, records(path)[0][2]),
        ("response", f"{SOURCE}0", b"page 0"),
        ("response", f"{SOURCE}1", b"page 1"),
        ("response", f"{SOURCE}2", b"page 2"),
    ]
    text = gzip.decompress(path.read_bytes()).decode()
    assert text.count("WARC/1.1\r\n") == 4
    assert "WARC-Date: 2026-11-20T12:00:00Z\r\n" in text
    assert text.count("WARC-Payload-Digest: sha1:") == 3


def test_each_record_is_a_gzip_file_of_its_own(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, 1) as writer:
        places = [writer.append(f"{SOURCE}{n}", NOON, response(f"page {n}".encode())) for n in range(3)]
    content = (tmp_path / places[0].file).read_bytes()
    for number, place in enumerate(places):
        member = content[place.offset : place.offset + place.length]
        assert gzip.decompress(member).rstrip().endswith(f"page {number}".encode())
    assert places[-1].offset + places[-1].length == len(content)


def test_bytes_are_readable_while_the_writer_is_open(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, 1) as writer:
        place = writer.append(SOURCE, NOON, response(b"now"))
        assert read_capture(tmp_path, place).body == b"now"


def test_no_response_makes_no_file(tmp_path: Path) -> None:
    with WarcWriter(tmp_path / "archive.warc", 1):
        pass
    assert not (tmp_path / "archive.warc").exists()


def test_full_file_is_followed_by_the_next(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, 1, file_bytes=2000) as writer:
        places = [writer.append(SOURCE, NOON, response(os.urandom(900))) for _ in range(5)]
    assert [place.file[-13:-8] for place in places] == ["00001", "00001", "00002", "00002", "00003"]
    assert len({read_capture(tmp_path, place).body for place in places}) == 5


def test_file_of_a_killed_crawl_is_left_alone(tmp_path: Path) -> None:
    torn = tmp_path / "crawl-000001-00001.warc.gz"
    torn.write_bytes(b"\x1f\x8b torn")
    with WarcWriter(tmp_path, 1) as writer:
        place = writer.append(SOURCE, NOON, response(b"whole"))
    assert place.file == "crawl-000001-00002.warc.gz"
    assert torn.read_bytes() == b"\x1f\x8b torn"


def test_full_disk_leaves_only_whole_records_and_the_writer_goes_on(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, 1) as writer:
        first = writer.append(SOURCE, NOON, response(b"first"))
        end = first.offset + first.length
        with (
            largest_file(end + 100),
            pytest.raises(ArchiveError, match="cannot be written: no file may have more than"),
        ):
            writer.append(SOURCE, NOON, response(os.urandom(5000)))
        assert (tmp_path / first.file).stat().st_size == end
        second = writer.append(SOURCE, NOON, response(b"second"))
    assert [body for _, _, body in records(tmp_path / first.file)][1:] == [b"first", b"second"]
    assert read_capture(tmp_path, second).body == b"second"


def test_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "archive.warc").write_text("in the way")
    with (
        WarcWriter(tmp_path / "archive.warc", 1) as writer,
        pytest.raises(ArchiveError, match=r"archive\.warc cannot be written"),
    ):
        writer.append(SOURCE, NOON, response())


def test_damage_is_found_and_named(tmp_path: Path) -> None:
    with WarcWriter(tmp_path, 1) as writer:
        place = writer.append(SOURCE, NOON, response(os.urandom(3000)))
    path = tmp_path / place.file
    content = path.read_bytes()
    for damaged in (content[:-50], content[:-1500], content[:-1500] + b"\0" * 1500, b"\0" * len(content)):
        path.write_bytes(damaged)
        with pytest.raises(ArchiveError, match=rf"{place.file} at byte {place.offset} is damaged"):
            read_capture(tmp_path, place)


@pytest.mark.parametrize(
    ("place", "message"),
    [
        (WarcPlace(file="crawl-000009-00001.warc.gz", offset=0, length=10), "00001.warc.gz is missing"),
        (WarcPlace(file="../../etc/passwd", offset=0, length=10), "no name of a WARC file"),
        (WarcPlace(file="crawl-000001-00001.warc.gz", offset=0, length=0), "is damaged"),
        (WarcPlace(file="crawl-000001-00001.warc.gz", offset=10**12, length=10), "is damaged"),
    ],
)
def test_place_that_holds_no_record_is_refused(tmp_path: Path, place: WarcPlace, message: str) -> None:
    with WarcWriter(tmp_path, 1) as writer:
        writer.append(SOURCE, NOON, response())
    with pytest.raises(ArchiveError, match=message):
        read_capture(tmp_path, place)


def test_file_that_may_not_be_read_needs_permission() -> None:
    error = lost_file(Path("a.warc/x.warc.gz"), PermissionError(errno.EACCES, "Permission denied"))
    assert str(error) == "a.warc/x.warc.gz cannot be read: Permission denied; get permission to read it"


@given(
    name=st.text(max_size=20),
    value=st.text(max_size=50),
    url=st.text(max_size=50),
    status=st.integers(100, 999),
    body=st.binary(max_size=200),
)
def test_no_header_can_break_a_record(name: str, value: str, url: str, status: int, body: bytes) -> None:
    sent = RawResponse(status=status, headers=((name, value),), body=body)
    record = next(
        iter(ArchiveIterator(BytesIO(response_records(SOURCE + url, NOON, sent)[0]), check_digests="raise"))
    )
    assert int(record.http_headers.get_statuscode()) == status
    assert record.content_stream().read() == body


def test_directory_stands_beside_the_archive() -> None:
    assert warc_directory(Path("/news/archive.db")) == Path("/news/archive.warc")


def test_headers_have_the_bytes_that_came(tmp_path: Path) -> None:
    odd = replace(
        response(), headers=(("X-Latin", "caf\xe9 \xfc"), ("X-Utf-8", "caf\xc3\xa9"), ("X-Euro", "5 €"))
    )
    with WarcWriter(tmp_path, 1) as writer:
        place = writer.append(SOURCE, NOON, odd)
    (file,) = tmp_path.iterdir()
    record = gzip.decompress(file.read_bytes()[place.offset :])

    for line in (b"X-Latin: caf\xe9 \xfc\r\n", b"X-Utf-8: caf\xc3\xa9\r\n", "X-Euro: 5 €\r\n".encode()):
        assert line in record
    assert dict(read_capture(tmp_path, place).headers)["X-Latin"] == "café ü"
