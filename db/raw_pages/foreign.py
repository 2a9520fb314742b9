"""WARC and WACZ files made by others: their records one after the other, from any record on."""

import hashlib
import logging
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Self

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped] # warcio has no types
from warcio.bufferedreaders import DecompressingBufferedReader  # type: ignore[import-untyped]
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]

from archiver.errors import ImportFileError
from archiver.items import RawResponse
from db.raw_pages.payloads import PayloadError, payload

WARC_OF_WACZ = re.compile(r"archive/.+\.warc(\.gz)?")
GZIP_RECORD = b"\x1f\x8b\x08"
PLAIN_RECORD = b"WARC/1."
RECORD = re.compile(re.escape(GZIP_RECORD) + rb"|WARC/1\.[01]\r\n")
# Bytes of the longest line of a record's headers; a longer one is no header.
LONGEST_LINE = 2**20
# Bytes searched at a time for the next record behind a damaged one.
STRIDE = 2**20
# Bytes at either end of a file by which it is known again.
ENDS = 2**20
# What warcio and zlib make of bytes that are no record; an AttributeError where a response has no address.
BROKEN = (ArchiveLoadFailed, PayloadError, EOFError, zlib.error, ValueError, AttributeError)
# Kinds of records that hold pages, or say where they stand.
PAGE_RECORDS = frozenset({"response", "resource", "revisit"})
# How addresses begin whose records hold HTTP; some write them in capitals.
SCHEMES = ("http:", "https:", "HTTP:", "HTTPS:", "Http:", "Https:")
NOT_RECORDWISE = "its records are not packed each on its own"
DAMAGED = "the record is damaged"
CUT_OFF = "the record is cut off"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHead:
    """What a record says of itself."""

    kind: str
    """response, revisit, request, warcinfo, metadata, ...; "" of a damaged one."""
    url: str
    fetched: datetime | None
    status: int | None
    """HTTP; None of a resource, which holds a page without what the server said of it."""
    content_type: str
    truncated: bool
    """Whether its maker says that it is not whole."""
    refers_to: tuple[str, datetime] | None
    """Address and time of the record whose body a revisit saw again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignRecord:
    """One record of a file of others."""

    head: RecordHead
    response: RawResponse | None
    """None if it is refused, or has none."""
    refusal: str
    """Why it is not taken, "" if it is."""
    next_offset: int
    """Where the next one begins."""


Refuse = Callable[[RecordHead], str]


class ForeignFile:
    """A WARC or WACZ file, open for reading. Offsets count the bytes of a WACZ file's WARC files in a row."""

    def __init__(self, path: Path) -> None:
        """Raise ImportFileError if it cannot be read or is none."""
        self._path = path
        self._closing = ExitStack()
        with self._errors():
            self._file = self._closing.enter_context(path.open("rb"))
            if not self._file.read(1):
                raise ImportFileError(f"{path} is empty: name a WARC or WACZ file")
            self.digest = _digest(self._file)
            self._zip: zipfile.ZipFile | None = None
            if zipfile.is_zipfile(self._file):
                self._zip = self._closing.enter_context(zipfile.ZipFile(self._file))
            self._parts = self._named_parts()
        self.size = sum(size for _, size in self._parts)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.close()

    def records(self, start: int, refuse: Refuse, largest: int) -> Iterator[ForeignRecord]:
        """Yield the records from offset start on; the body of one is read unless refuse gives a reason not to.

        A damaged record gives one without kind, and reading goes on behind it. Raises ImportFileError if
        there is no record to begin with, or the disk fails.
        """
        before = 0
        for name, size in self._parts:
            if start < before + size:
                with self._errors(), self._part(name) as stream:
                    for record in _part_records(stream, max(start - before, 0), refuse, largest):
                        end = min(record.next_offset, size)
                        yield _moved(record, before + end)
            before += size

    def _named_parts(self) -> list[tuple[str, int]]:
        if self._zip is None:
            return [("", self._file.seek(0, 2))]
        parts = sorted((info.filename, info.file_size) for info in self._zip.infolist())
        parts = [part for part in parts if WARC_OF_WACZ.fullmatch(part[0])]
        if not parts:
            raise ImportFileError(f"{self._path} is a zip file without archive/*.warc.gz: name a WACZ file")
        return parts

    @contextmanager
    def _part(self, name: str) -> Iterator[IO[bytes]]:
        if self._zip is None:
            yield self._file
        else:
            with self._zip.open(name) as stream:
                yield stream

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except _NoRecordError as error:
            raise ImportFileError(f"{self._path} {error}") from error
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:  # a secret, or odd packing
            raise ImportFileError(f"{self._path} is a zip file that cannot be read: {error}") from error
        except OSError as error:
            raise ImportFileError(f"{self._path} cannot be read: {error.strerror or error}") from error


class _NoRecordError(Exception):
    """A file holds nothing that could be read in."""


class _Reader(DecompressingBufferedReader):  # type: ignore[misc]  # it has no types
    """Says of damaged data that it is, where warcio's own prints it and reads on."""

    decompressor: Any

    def _decompress(self, data: bytes) -> bytes:
        if not self.decompressor:
            return data
        try:
            unpacked: bytes = self.decompressor.decompress(data)
        except zlib.error:
            if self.num_block_read or data.startswith(GZIP_RECORD):
                raise
            self.decompressor = None
            return data
        return unpacked

    def readline(self, length: int | None = None) -> bytes:
        line: bytes = super().readline(min(length or LONGEST_LINE, LONGEST_LINE))
        return line


class _Records(ArchiveIterator):  # type: ignore[misc]  # it has no types
    """The records from where a stream stands; silent, and of WARC files only."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream, check_digests=True)
        self.known_format = "warc"
        self.loader.HTTP_SCHEMES = SCHEMES
        logging.getLogger("warcio.recordloader").setLevel(logging.ERROR)  # it warns of spaces in addresses
        self.reader = _Reader(self.fh)

    def _raise_invalid_gzip_err(self) -> None:
        raise _NoRecordError(f"cannot be read: {NOT_RECORDWISE}; `warcio recompress FILE NEW` cures that")

    def _consume_blanklines(self) -> tuple[bytes | None, int]:
        empty = 0
        while line := self.reader.readline():
            if line.strip():
                return line, empty
            empty += len(line)
        return None, empty


def _part_records(stream: IO[bytes], start: int, refuse: Refuse, largest: int) -> Iterator[ForeignRecord]:
    offset: int | None = start
    while offset is not None:
        stream.seek(offset)
        try:
            for record in _whole_records(stream, refuse, largest):
                offset = record.next_offset
                yield record
        except BROKEN as error:
            after = _next_record(stream, offset + 1)
            if offset == 0 and after is None:
                raise _NoRecordError("is no WARC or WACZ file") from error
            yield _damaged(stream.seek(0, 2) if after is None else after)
            offset = after
        else:
            stream.seek(offset)
            if (
                stream.read(1) == GZIP_RECORD[:1]
            ):  # what warcio takes for the end: the first bytes of a record
                yield _damaged(stream.seek(0, 2), CUT_OFF)
            return


def _whole_records(stream: IO[bytes], refuse: Refuse, largest: int) -> Iterator[ForeignRecord]:
    records = _Records(stream)
    for record in records:
        head = _head(record)
        refusal, response = refuse(head), None
        if not refusal and head.kind in PAGE_RECORDS:
            response, refusal = _response(record, head, largest)
        records.read_to_end()
        yield ForeignRecord(head=head, response=response, refusal=refusal, next_offset=records.offset)


def _head(record: Any) -> RecordHead:
    headers, http = record.rec_headers, record.http_headers
    stated = headers if record.rec_type == "resource" else http
    refers_at = _moment(headers.get_header("WARC-Refers-To-Date"))
    refers_to = headers.get_header("WARC-Refers-To-Target-URI")
    return RecordHead(
        kind=record.rec_type or "",
        url=headers.get_header("WARC-Target-URI") or "",
        fetched=_moment(headers.get_header("WARC-Date")),
        status=_number(http.get_statuscode()) if http else None,
        content_type=(stated.get_header("Content-Type") or "") if stated else "",
        truncated=headers.get_header("WARC-Truncated") is not None,
        refers_to=(refers_to.strip("<>"), refers_at) if refers_to and refers_at else None,
    )


def _response(record: Any, head: RecordHead, largest: int) -> tuple[RawResponse | None, str]:
    """Return the response of a record, or None and why it is not to be had."""
    stream = record.raw_stream
    raw: bytes = stream.read(largest + 1)
    if len(raw) > largest:
        return None, "the page is larger than a page may be"
    if stream.limit:
        return None, CUT_OFF
    if any("block" in problem for problem in record.digest_checker.problems):
        return None, "the record is damaged: its digest is that of other bytes"
    headers: tuple[tuple[str, str], ...] = ()
    if head.kind == "resource":
        headers = (("Content-Type", head.content_type),) if head.content_type else ()
    elif record.http_headers:
        headers = tuple((str(name), str(value)) for name, value in record.http_headers.headers)
    try:
        body = payload(raw, headers, largest)
    except PayloadError as error:
        return None, f"the body is not whole: {error}"
    status = 200 if head.kind == "resource" else head.status or 0
    return RawResponse(status=status, headers=headers, body=body), ""


def _next_record(stream: IO[bytes], start: int) -> int | None:
    """Return where the first record behind start begins, or None."""
    stream.seek(start)
    before = b""
    while block := stream.read(STRIDE):
        seen, offset = before + block, stream.tell() - len(block) - len(before)
        for found in RECORD.finditer(seen):
            if found[0] != GZIP_RECORD or _begins_record(seen[found.start() : found.start() + 4096]):
                return offset + found.start()
        before = seen[-4096:]
    return None


def _begins_record(packed: bytes) -> bool:
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(packed, 16).startswith(PLAIN_RECORD)
    except zlib.error:
        return False


def _damaged(next_offset: int, refusal: str = DAMAGED) -> ForeignRecord:
    head = RecordHead(
        kind="", url="", fetched=None, status=None, content_type="", truncated=False, refers_to=None
    )
    return ForeignRecord(head=head, response=None, refusal=refusal, next_offset=next_offset)


def _moved(record: ForeignRecord, next_offset: int) -> ForeignRecord:
    return ForeignRecord(
        head=record.head, response=record.response, refusal=record.refusal, next_offset=next_offset
    )


def _digest(file: IO[bytes]) -> str:
    """Return what a file is known again by: the digest of its ends and its size."""
    size = file.seek(0, 2)
    file.seek(0)
    digest = hashlib.sha256(file.read(ENDS))
    file.seek(max(size - ENDS, 0))
    digest.update(file.read(ENDS))
    digest.update(str(size).encode())
    file.seek(0)
    return f"sha256:{digest.hexdigest()}"


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat((text or "").strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) == 3 else None
