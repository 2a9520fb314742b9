"""The bytes of a capture where they can still be read: a later crawl keeps anew what is lost."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from sqlite3 import Connection
from typing import TypeVar

from archiver.errors import ArchiveError
from db.raw_pages.warc_places import WarcPlace

T = TypeVar("T")

# Other records of the page that hold the bytes of the one at a place, the latest first.
OTHERS = """
SELECT others.warc_file, others.warc_offset, others.warc_length FROM captures AS own
JOIN captures AS others ON others.page_id = own.page_id AND others.digest = own.digest
    AND others.rendered = own.rendered AND others.id <> own.id
WHERE own.warc_file = ? AND own.warc_offset = ? AND others.warc_file IS NOT NULL AND others.refers_to IS NULL
ORDER BY others.fetched DESC, others.id DESC
"""


def read_same_bytes(
    archive: Connection, directory: Path, place: WarcPlace, read: Callable[[Path, WarcPlace], T]
) -> T:
    """Return what read gives of the record at place or, if that is lost, of another one of the same bytes.

    directory is that of the WARC files. Raises what read does of the record at place, an ArchiveError, if none can be
    read.
    """
    try:
        return read(directory, place)
    except ArchiveError:
        for other in other_places(archive, place):
            with suppress(ArchiveError):
                return read(directory, other)
        raise


def other_places(archive: Connection, place: WarcPlace) -> Iterator[WarcPlace]:
    """Yield where else the bytes stand that the record at place holds, or held, the latest kept first."""
    for file, offset, length in archive.execute(OTHERS, (place.file, place.offset)):
        yield WarcPlace(file=file, offset=offset, length=length)
