"""The raw bytes of every fetch, in WARC files (ISO 28500, version 1.1) beside the archive."""

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped] # warcio has no types
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]
from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]

from archiver.errors import ArchiveError, LostFileError
from archiver.items import RawResponse
from db.disk import disk_full, is_full, sync
from db.raw_pages.warc_places import FILE_NAME, OFFSET, WarcPlace
from db.raw_pages.warc_records import (
    HELD_FILE,
    HELD_OFFSET,
    HeldRecord,
    conversion_record,
    response_records,
    revisit_records,
    warcinfo_record,
)

# Bytes after which a new file is begun: the size that web archives use, small enough to copy and check.
FILE_BYTES = 1_000_000_000
# Bytes read at a time.
CHUNK = 2**16


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredRecord:
    """A response as it stands in a WARC file, and what an index says of it."""

    member: bytes
    """The whole record, compressed: a gzip file of its own."""
    url: str
    date: str
    """As the record gives it."""
    status: int
    content_type: str
    """Without parameters."""
    payload_digest: str
    """As the record gives it, "" if it does not."""


class WarcWriter:
    """Appends what one crawl fetched to its WARC files; what it returned stands on the disk."""

    def __init__(self, directory: Path, crawl_id: int, file_bytes: int = FILE_BYTES) -> None:
        """Make nothing before the first response; once a file has file_bytes bytes, begin another."""
        self._directory = directory
        self._crawl_id = crawl_id
        self._file_bytes = file_bytes
        self._number = 0
        self._file: IO[bytes] | None = None
        self._is_synced = True
        self._is_together = False
        self._begun = 0
        """Bytes of the file's first record, which says what it is."""

    def append(self, url: str, fetched: datetime, response: RawResponse) -> WarcPlace:
        """Write response, fetched from url, and its request; return where the response stands.

        Raises ArchiveError if the disk does not take it, DiskFullError if it is full; the file is then as it
        was before.
        """
        return self._append(response.packed or response_records(url, fetched, response))

    def append_revisit(
        self, url: str, fetched: datetime, response: RawResponse, held: HeldRecord
    ) -> WarcPlace:
        """Write that response, fetched from url, brought the bytes that held has, or is a 304; as append does."""
        return self._append(revisit_records(url, fetched, response, held))

    def append_rendered(self, url: str, made: datetime, html: bytes, original: HeldRecord) -> WarcPlace:
        """Write what a browser made at the time made of the page that original holds; as append does."""
        return self._append((conversion_record(url, made, html, original), b""))

    def append_packed(self, record: bytes, request: bytes) -> WarcPlace:
        """Write a record that is packed already, and its request; it stands on the disk only after sync."""
        return self._write(record, request, waits=False)

    def sync(self) -> None:
        """Wait until the disk has all that append_packed wrote."""
        with _disk_errors(self._directory):
            if self._file is not None and not self._is_synced:
                os.fsync(self._file.fileno())
                self._is_synced = True

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let all that is appended inside wait for the disk at once, by sync; if anything fails, it is taken back."""
        if self._is_full():
            self.close()
        self._is_together = True
        file, end = self._file, self._file.tell() if self._file is not None else 0
        try:
            yield
        except BaseException:
            if self._file is not None:
                self._file.seek(end if self._file is file else self._begun)
                self._file.truncate()
            raise
        finally:
            self._is_together = False

    def held(self, place: WarcPlace) -> HeldRecord | None:
        """Return the record at place if its bytes can be read there today, so that another may refer to it."""
        try:
            return held_record(self._directory, place)
        except ArchiveError:
            return None

    def read(self, place: WarcPlace) -> RawResponse:
        """Return the response at place. Raises ArchiveError if it cannot be read."""
        return read_capture(self._directory, place)

    def is_whole(self, place: WarcPlace) -> bool:
        """Whether the record at place can be read today."""
        return is_readable(self._directory, place)

    def _append(self, records: tuple[bytes, bytes]) -> WarcPlace:
        return self._write(*records, waits=not self._is_together)

    def _write(self, answer: bytes, request: bytes, *, waits: bool) -> WarcPlace:
        with _disk_errors(self._directory):
            file = self._writable()
            offset = file.tell()
            self._is_synced = False
            try:
                _write_all(file, answer + request)
                if waits:
                    self.sync()
            except BaseException:
                file.seek(offset)
                file.truncate()
                raise
            return WarcPlace(file=Path(file.name).name, offset=offset, length=len(answer))

    def close(self) -> None:
        """Close the file; a later append begins another one."""
        if self._file is not None:
            self.sync()
            self._file.close()
            self._file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _writable(self) -> IO[bytes]:
        if self._is_full() and not self._is_together:
            self.close()
        if self._file is None:
            self._file = self._new_file()
            self._begun = self._file.tell()
        return self._file

    def _is_full(self) -> bool:
        return self._file is not None and self._file.tell() >= self._file_bytes

    def _new_file(self) -> IO[bytes]:
        self._directory.mkdir(parents=True, exist_ok=True)
        while True:
            self._number += 1
            path = self._directory / f"crawl-{self._crawl_id:06}-{self._number:05}.warc.gz"
            try:
                file = path.open("xb", buffering=0)
            except FileExistsError:  # never append to a file whose end a killed crawl may have left torn
                continue
            try:
                _write_whole(file, warcinfo_record(path.name))
                sync(self._directory)
            except BaseException:
                file.close()
                path.unlink()  # without its first record it is no WARC file
                raise
            return file


def read_capture(directory: Path, place: WarcPlace) -> RawResponse:
    """Return the response that stands at place in the WARC files of directory.

    Of a revisit, the bytes are those that it refers to; of a 304, so is all the rest. A rendered document comes
    as if a server had sent it. Raises ArchiveError if it is missing, torn or damaged.
    """
    record, body = _record(directory, place)
    if record.rec_type == "revisit":
        held = _place_held(directory, place, record)
        original, body = _record(directory, held)
        if original.rec_type == "revisit":
            raise _damage(directory, held)
        if record.http_headers is None or record.http_headers.get_statuscode() == "304":
            record = original
    if record.rec_type == "conversion":
        return RawResponse(status=200, headers=(("Content-Type", record.content_type),), body=body)
    headers = record.http_headers
    return RawResponse(status=int(headers.get_statuscode()), headers=tuple(headers.headers), body=body)


def is_readable(directory: Path, place: WarcPlace) -> bool:
    """Whether read_capture gives the response at place."""
    try:
        read_capture(directory, place)
    except ArchiveError:
        return False
    return True


def stored_record(directory: Path, place: WarcPlace) -> StoredRecord:
    """Return the response at place as it stands there; ArchiveError if it is damaged, or no response."""
    record, _ = _record(directory, place)
    if record.rec_type != "response":
        raise _damage(directory, place)
    about = record.rec_headers.get_header
    with (directory / place.file).open("rb") as file:
        file.seek(place.offset)
        member = file.read(place.length)
    return StoredRecord(
        member=member,
        url=about("WARC-Target-URI"),
        date=about("WARC-Date"),
        status=int(record.http_headers.get_statuscode()),
        content_type=(record.http_headers.get_header("Content-Type") or "").partition(";")[0].strip(),
        payload_digest=about("WARC-Payload-Digest") or "",
    )


def held_record(directory: Path, place: WarcPlace) -> HeldRecord:
    """Return what a revisit has to say of the response at place; ArchiveError if its bytes cannot be read."""
    record, _ = _record(directory, place)
    if record.rec_type != "response":
        raise _damage(directory, place)
    about = record.rec_headers.get_header
    return HeldRecord(
        file=place.file,
        offset=place.offset,
        id=about("WARC-Record-ID"),
        url=about("WARC-Target-URI"),
        date=about("WARC-Date"),
        payload_digest=about("WARC-Payload-Digest"),
    )


def lost_file(path: Path, error: OSError) -> LostFileError:
    """Return that the WARC file at path cannot be read, with the cure."""
    what = "is missing" if isinstance(error, FileNotFoundError) else f"cannot be read: {error.strerror}"
    cure = (
        "get permission to read it" if isinstance(error, PermissionError) else "restore the file from a copy"
    )
    return LostFileError(f"{path} {what}; {cure}")


def _record(directory: Path, place: WarcPlace) -> tuple[ArcWarcRecord, bytes]:
    """Return the record of a response at place, and its body with digests checked."""
    if not FILE_NAME.fullmatch(place.file):
        raise ArchiveError(f"{_where(directory, place)}: that is no name of a WARC file")
    try:
        with (directory / place.file).open("rb") as file:
            file.seek(place.offset)
            member = file.read(place.length)
        # Digests are checked as the body is read to its end.
        record = next(iter(ArchiveIterator(BytesIO(member), check_digests="raise")))
        body = record.content_stream().read()
    except OSError as error:
        raise lost_file(directory / place.file, error) from error
    except (ArchiveLoadFailed, StopIteration) as error:
        raise _damage(directory, place) from error
    has_page = record.rec_type in ("revisit", "conversion") or (
        record.rec_type == "response" and record.http_headers
    )
    if len(member) < place.length or not has_page:
        raise _damage(directory, place)
    return record, body


def _place_held(directory: Path, place: WarcPlace, revisit: ArcWarcRecord) -> WarcPlace:
    """Return the place that a revisit, which stands at place, refers to."""
    file, offset = (revisit.rec_headers.get_header(name) or "" for name in (HELD_FILE, HELD_OFFSET))
    if not FILE_NAME.fullmatch(file) or not OFFSET.fullmatch(offset):
        raise ArchiveError(f"{_where(directory, place)} does not say where its bytes stand: read them there")
    held = WarcPlace(file=file, offset=int(offset), length=0)
    try:
        length = _member_length(directory / file, held.offset)
    except OSError as error:
        raise lost_file(directory / held.file, error) from error
    except zlib.error as error:
        raise _damage(directory, held) from error
    return replace(held, length=length)


def _member_length(path: Path, offset: int) -> int:
    """Return how many bytes the gzip file that begins at offset has; zlib.error if it is not whole."""
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    length = 0
    with path.open("rb") as file:
        file.seek(offset)
        while not unpacker.eof:
            if not (chunk := file.read(CHUNK)):
                raise zlib.error("it ends too early")
            unpacker.decompress(chunk)
            length += len(chunk)
    return length - len(unpacker.unused_data)


def _where(directory: Path, place: WarcPlace) -> str:
    return f"{directory / place.file} at byte {place.offset}"


def _damage(directory: Path, place: WarcPlace) -> ArchiveError:
    return ArchiveError(f"{_where(directory, place)} is damaged; restore the file from a copy")


def _write_whole(file: IO[bytes], record: bytes) -> None:
    """Write all of record and wait until the disk has it: a row may point at it afterwards."""
    _write_all(file, record)
    os.fsync(file.fileno())


def _write_all(file: IO[bytes], record: bytes) -> None:
    rest = memoryview(record)
    while rest:
        rest = rest[file.write(rest) :]


@contextmanager
def _disk_errors(directory: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise disk_full(directory) from error
        raise ArchiveError(f"{directory} cannot be written: {error.strerror}") from error
