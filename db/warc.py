"""The raw bytes of every fetch, in WARC files (ISO 28500, version 1.1) beside the archive."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped] # warcio has no types
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from archiver.errors import ArchiveError
from archiver.items import RawResponse
from db.values import time_text

# Bytes after which a new file is begun: the size that web archives use, small enough to copy and check.
FILE_BYTES = 1_000_000_000
# The body is kept decoded, so that these no longer hold.
TRANSPORT_HEADERS = frozenset({"content-encoding", "transfer-encoding", "content-length"})
CONTROL = re.compile("[\x00-\x1f\x7f]+")
FILE_NAME = re.compile(r"[\w-][\w.-]*\.warc\.gz")


@dataclass(frozen=True, slots=True, kw_only=True)
class WarcPlace:
    """Where one record stands."""

    file: str
    """Name of the file in the archive's WARC directory."""
    offset: int
    """Bytes from the start of the file."""
    length: int
    """Bytes of the record as it stands there, compressed: a gzip file of its own."""


def warc_directory(archive: Path) -> Path:
    """Return the directory of the WARC files of the archive at path: archive.warc for archive.db."""
    return archive.with_name(f"{archive.stem}.warc")


class WarcWriter:
    """Appends the responses of one crawl to its WARC files; what it returned stands on the disk."""

    def __init__(self, directory: Path, crawl_id: int, file_bytes: int = FILE_BYTES) -> None:
        """Make nothing before the first response; once a file has file_bytes bytes, begin another."""
        self._directory = directory
        self._crawl_id = crawl_id
        self._file_bytes = file_bytes
        self._number = 0
        self._file: IO[bytes] | None = None

    def append(self, url: str, fetched: datetime, response: RawResponse) -> WarcPlace:
        """Write response, fetched from url, and return where it stands.

        Raises ArchiveError if the disk does not take it; the file is then as it was before.
        """
        with _disk_errors(self._directory):
            file = self._writable()
            offset = file.tell()
            record = _response_record(url, fetched, response)
            try:
                _write_whole(file, record)
            except BaseException:
                file.seek(offset)
                file.truncate()
                raise
            return WarcPlace(file=Path(file.name).name, offset=offset, length=len(record))

    def close(self) -> None:
        """Close the file; a later append begins another one."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _writable(self) -> IO[bytes]:
        if self._file is not None and self._file.tell() >= self._file_bytes:
            self.close()
        if self._file is None:
            self._file = self._new_file()
        return self._file

    def _new_file(self) -> IO[bytes]:
        self._directory.mkdir(parents=True, exist_ok=True)
        while True:
            self._number += 1
            path = self._directory / f"crawl-{self._crawl_id:06}-{self._number:05}.warc.gz"
            try:
                file = path.open("xb", buffering=0)
            except FileExistsError:  # never append to a file whose end a killed crawl may have left torn
                continue
            _write_whole(file, _first_record(path.name))
            _sync_directory(self._directory)
            return file


def read_capture(directory: Path, place: WarcPlace) -> RawResponse:
    """Return the response that stands at place in the WARC files of directory.

    Raises ArchiveError if it is missing, torn or damaged.
    """
    where = f"{directory / place.file} at byte {place.offset}"
    if not FILE_NAME.fullmatch(place.file):
        raise ArchiveError(f"{where}: that is no name of a WARC file")
    try:
        with (directory / place.file).open("rb") as file:
            file.seek(place.offset)
            member = file.read(place.length)
        # Digests are checked as the body is read to its end.
        record = next(iter(ArchiveIterator(BytesIO(member), check_digests="raise")))
        body = record.content_stream().read()
    except OSError as error:
        raise ArchiveError(
            f"{where} cannot be read: {error.strerror}; restore the file from a copy"
        ) from error
    except (ArchiveLoadFailed, StopIteration) as error:
        raise ArchiveError(f"{where} is damaged; restore the file from a copy") from error
    headers = record.http_headers
    if len(member) < place.length or record.rec_type != "response" or headers is None:
        raise ArchiveError(f"{where} is damaged; restore the file from a copy")
    return RawResponse(status=int(headers.get_statuscode()), headers=tuple(headers.headers), body=body)


def _first_record(name: str) -> bytes:
    """Return the record that says what the file of this name is."""
    record = BytesIO()
    writer = WARCWriter(record, gzip=True, warc_version="WARC/1.1")
    about = {"software": "news-archiver", "format": "WARC File Format 1.1"}
    writer.write_record(writer.create_warcinfo_record(name, about))
    return record.getvalue()


def _response_record(url: str, fetched: datetime, response: RawResponse) -> bytes:
    """Return the response as one record, compressed as a gzip file of its own."""
    headers = [
        (_one_line(name).encode("ascii", "replace").decode(), _one_line(value))
        for name, value in response.headers
        if name.lower() not in TRANSPORT_HEADERS
    ]
    headers.append(("Content-Length", str(len(response.body))))
    member = BytesIO()
    writer = WARCWriter(member, gzip=True, warc_version="WARC/1.1")
    record = writer.create_warc_record(
        "%20".join(_one_line(url).split()),
        "response",
        payload=BytesIO(response.body),
        length=len(response.body),
        http_headers=StatusAndHeaders(_status_line(response.status), headers, protocol="HTTP/1.1"),
        warc_headers_dict={"WARC-Date": time_text(fetched)},
    )
    writer.write_record(record)
    return member.getvalue()


def _write_whole(file: IO[bytes], record: bytes) -> None:
    """Write all of record and wait until the disk has it: a row may point at it afterwards."""
    rest = memoryview(record)
    while rest:
        rest = rest[file.write(rest) :]
    os.fsync(file.fileno())


def _one_line(text: str) -> str:
    """Return text without what would end a header's line or cannot be written."""
    return CONTROL.sub(" ", text.encode("utf-8", "replace").decode()).strip()


def _status_line(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # a status of the server's own invention
        return f"{status} Unknown"


def _sync_directory(directory: Path) -> None:
    """Make sure that a file just made is still there after a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _disk_errors(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ArchiveError(f"{directory} cannot be written: {error.strerror}") from error
