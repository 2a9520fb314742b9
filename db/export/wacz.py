"""WACZ 1.1.1 (https://specs.webrecorder.net/wacz/1.1.1/): the raw pages of articles, to be shown by ReplayWeb.page."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from sqlite3 import Connection
from typing import IO
from uuid import NAMESPACE_URL, uuid5
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import orjson

from archiver import __version__
from archiver.errors import ArchiveError
from db.export import cdxj
from db.export.selection import CHOSEN, Selection
from db.export.streams import packed
from db.merging.lost_pages import LostPages
from db.raw_pages.same_bytes import read_same_bytes
from db.raw_pages.warc import StoredRecord, stored_record
from db.raw_pages.warc_places import WarcPlace, warc_directory

VERSION = "1.1.1"
WARC = "data.warc.gz"
# The time of every file in the zip: the earliest that it can express, so that the same pages give the same bytes.
NO_TIME = (1980, 1, 1, 0, 0, 0)
# A zip needs longer fields for files from here on.
ZIP64_BYTES = 2**31 - 2**20
# The capture whose record holds the bytes of each version: of a rendered page the one that it was made of; of one
# that brought known bytes the first that did.
RECORDS = f"""
CREATE TEMP TABLE versions AS
WITH version(article_id, is_latest, capture_id) AS (
    SELECT articles.id, 1, capture_id FROM {CHOSEN} CROSS JOIN articles ON articles.id = chosen.id
    UNION ALL
    SELECT article_id, 0, capture_id FROM {CHOSEN} CROSS JOIN revisions ON article_id = chosen.id)
SELECT article_id, is_latest, held.warc_file, held.warc_offset, held.warc_length, held.final_url, held.fetched
FROM version JOIN captures AS read ON read.id = version.capture_id
JOIN captures AS fetch ON fetch.id = CASE WHEN read.rendered THEN (
    SELECT max(id) FROM captures AS before
    WHERE before.page_id = read.page_id AND before.id < read.id AND NOT before.rendered) ELSE read.id END
JOIN captures AS held ON held.id = ifnull(fetch.refers_to, fetch.id) AND held.warc_file NOT NULL
"""  # noqa: S608 - only text of this program
PLACES = """
SELECT warc_file, warc_offset, max(warc_length) AS warc_length, final_url FROM temp.versions
GROUP BY warc_file, warc_offset ORDER BY min(article_id), warc_file, warc_offset
"""
WRITTEN = """
CREATE TEMP TABLE written(file TEXT, place INTEGER, url TEXT, date TEXT, line TEXT, PRIMARY KEY (file, place))
"""
PAGES = f"""
SELECT articles.id, articles.headline, articles.body, written.url, written.date
FROM {CHOSEN} CROSS JOIN articles ON articles.id = chosen.id
JOIN temp.versions ON article_id = articles.id AND is_latest
JOIN temp.written ON file = warc_file AND place = warc_offset
ORDER BY chosen.id
"""  # noqa: S608


def write_wacz(selection: Selection, path: Path, archive: Path) -> Mapping[str, object]:
    """Write the raw pages of the articles of selection, from beside archive, to path.

    Every version that was archived goes along; the list of pages names the latest, with the text for a search.
    Returns how many pages it names, how many articles have no raw page that can be read and, if some were kept that
    cannot, a line for each of these.
    """
    connection = selection.archive
    connection.execute(RECORDS)
    connection.execute(WRITTEN)
    with ZipFile(path, "w") as file:
        package = _Package(file)
        with package.entry(f"archive/{WARC}", ZIP_STORED, _size(connection)) as stream:
            lost = _write_records(connection, warc_directory(archive), stream)
        lines = connection.execute("SELECT line FROM temp.written ORDER BY CAST(line AS BLOB)")
        with package.entry(f"indexes/{cdxj.INDEX}", ZIP_STORED) as stream:
            blocks = list(cdxj.write_blocks((text for (text,) in lines), stream))
        with package.entry("indexes/index.idx") as stream:
            stream.write("".join(blocks).encode())
        with package.entry("pages/pages.jsonl") as stream:
            pages = _write_pages(connection, stream)
        package.close()
    counts: dict[str, object] = {"pages": pages, "without_page": selection.count - pages}
    return counts | ({"unreadable": lost} if lost else {})


class _Package:
    """A zip file that keeps the list of what it holds."""

    def __init__(self, file: ZipFile) -> None:
        self._file = file
        self._resources: list[dict[str, object]] = []

    @contextmanager
    def entry(self, name: str, packing: int = ZIP_DEFLATED, size: int = 0) -> Iterator["_Counted"]:
        """Hand out a stream that writes a file into the zip; size is about what it will have."""
        with self._file.open(_info(name, packing), "w", force_zip64=size > ZIP64_BYTES) as stream:
            counted = _Counted(stream)
            yield counted
        self._resources.append(
            {
                "name": name.rpartition("/")[2].lower(),
                "path": name,
                "hash": f"sha256:{counted.digest.hexdigest()}",
                "bytes": counted.size,
            }
        )

    def close(self) -> None:
        """Write the list, and its digest."""
        text = json.dumps(
            {
                "profile": "data-package",
                "wacz_version": VERSION,
                "title": "News articles",
                "software": f"news-archiver {__version__}",
                "resources": self._resources,
            },
            indent=1,
        ).encode()
        digest = {"path": "datapackage.json", "hash": f"sha256:{sha256(text).hexdigest()}"}
        self._file.writestr(_info("datapackage.json", ZIP_DEFLATED), text)
        self._file.writestr(
            _info("datapackage-digest.json", ZIP_DEFLATED), json.dumps(digest, indent=1).encode()
        )


class _Counted:
    """Writes to a stream and keeps count of it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.size = 0
        self.digest = sha256()

    def write(self, block: bytes, /) -> int:
        """Write block."""
        self._stream.write(block)
        self.digest.update(block)
        self.size += len(block)
        return len(block)


def _info(name: str, packing: int) -> ZipInfo:
    info = ZipInfo(name, NO_TIME)
    info.compress_type = packing
    info.create_system = 3  # on every system, so that bytes repeat
    info.external_attr = 0o644 << 16
    return info


def _size(connection: Connection) -> int:
    (size,) = connection.execute(f"SELECT ifnull(sum(warc_length), 0) FROM ({PLACES})").fetchone()  # noqa: S608
    return int(size)


def _write_records(connection: Connection, directory: Path, stream: _Counted) -> list[str]:
    """Write the records as they stand beside the archive, and note where; return lines of those that cannot be read."""
    lost = LostPages()
    (latest,) = connection.execute("SELECT max(fetched) FROM temp.versions").fetchone()
    _write_head(stream, latest or "1970-01-01T00:00:00Z")
    for file, offset, length, url in connection.execute(PLACES).fetchall():
        place = WarcPlace(file=file, offset=offset, length=length)
        try:
            record = read_same_bytes(connection, directory, place, stored_record)
        except ArchiveError as error:
            lost.add(url, error)
            continue
        text = _index_line(record, stream.size)
        connection.execute(
            "INSERT INTO temp.written VALUES (?, ?, ?, ?, ?)", (file, offset, record.url, record.date, text)
        )
        stream.write(record.member)
    return lost.lines()


def _index_line(record: StoredRecord, offset: int) -> str:
    fields = {
        "mime": record.content_type,
        "status": str(record.status),
        "digest": record.payload_digest,
        "length": str(len(record.member)),
        "offset": str(offset),
        "filename": WARC,
    }
    timestamp = "".join(filter(str.isdigit, record.date))[:14]
    return cdxj.line(record.url, timestamp, {name: value for name, value in fields.items() if value})


def _write_head(stream: _Counted, date: str) -> None:
    """Write the record that says what the file is; its name is that of every such file of the same time."""
    block = f"software: news-archiver {__version__}\r\nformat: WARC File Format 1.1\r\n".encode()
    head = (
        "WARC/1.1\r\nWARC-Type: warcinfo\r\n"
        f"WARC-Record-ID: <{uuid5(NAMESPACE_URL, f'{WARC} {date} {__version__}').urn}>\r\n"
        f"WARC-Date: {date}\r\nWARC-Filename: {WARC}\r\n"
        f"Content-Type: application/warc-fields\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    with packed(stream) as file:  # type: ignore[arg-type] # gzip needs no more of it than write
        file.write(head.encode() + block + b"\r\n\r\n")


def _write_pages(connection: Connection, stream: _Counted) -> int:
    number = 0
    stream.write(
        _json_lines([{"format": "json-pages-1.0", "id": "pages", "title": "Articles", "hasText": True}])
    )
    for number, row in enumerate(connection.execute(PAGES), 1):  # noqa: B007 - the count is the result
        page = {
            "id": str(row["id"]),
            "url": row["url"],
            "ts": row["date"],
            "title": row["headline"],
            "text": row["body"],
        }
        stream.write(_json_lines([page]))
    return number


def _json_lines(values: Iterable[object]) -> bytes:
    return b"".join(orjson.dumps(value, option=orjson.OPT_APPEND_NEWLINE) for value in values)
