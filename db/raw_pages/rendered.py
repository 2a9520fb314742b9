"""Captures of what a browser made of a page, each beside the capture of the bytes that it was made of."""

from dataclasses import dataclass
from sqlite3 import Connection

from archiver.items import RENDERED_TYPE
from db.digests import bytes_digest
from db.ids import next_id
from db.raw_pages.warc_places import WarcPlace
from db.values import storable

# What a page gave was read from its rendering, the later of the two rows: the row of the bytes counts no story.
ADD_RENDERING = f"""
INSERT INTO captures(id, page_id, crawl_id, fetched, final_url, status, content_type, length, digest, outcome, detail,
                     warc_file, warc_offset, warc_length, refers_to,
                     body_length, has_date, has_author, link_count, rendered)
SELECT {next_id("captures")}, page_id, crawl_id, fetched, final_url, status, :content_type, :length, :digest, outcome,
       detail, :file, :offset, :warc_length, :refers_to, body_length, has_date, has_author, link_count, 1
FROM captures WHERE id = :fetched_id
"""  # noqa: S608 - only text of this program
CLEAR_MEASURES = """
UPDATE captures SET body_length = NULL, has_date = NULL, has_author = NULL, link_count = NULL WHERE id = ?
"""


@dataclass(frozen=True, slots=True)
class KeptRendering:
    """Where the record of a rendered document stands in the WARC files."""

    place: WarcPlace | None
    """None: only in that of the capture that it refers to."""
    refers_to: int | None = None
    """The capture whose record holds the same document; None: its own does."""


@dataclass(frozen=True, slots=True)
class SameRendering:
    """An earlier capture of the same document."""

    capture_id: int
    place: WarcPlace


def same_rendering(archive: Connection, page_url: str, html: bytes) -> SameRendering | None:
    """Return the latest capture whose record holds what a browser made of a page, if it was the same, else None."""
    row = archive.execute(
        """
        SELECT captures.* FROM captures JOIN pages ON pages.id = page_id
        WHERE pages.url = ? AND rendered AND refers_to IS NULL AND warc_file NOT NULL
        ORDER BY captures.id DESC LIMIT 1
        """,
        (storable(page_url),),
    ).fetchone()
    if row is None or row["digest"] != bytes_digest(html):
        return None
    place = WarcPlace(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"])
    return SameRendering(row["id"], place)


def add_rendering(archive: Connection, fetched_id: int, html: bytes, kept: KeptRendering) -> int:
    """Add the capture of what a browser made of another one's bytes and return its id; inside a transaction."""
    values = {
        "fetched_id": fetched_id,
        "content_type": RENDERED_TYPE,
        "length": len(html),
        "digest": bytes_digest(html),
        "file": kept.place and kept.place.file,
        "offset": kept.place and kept.place.offset,
        "warc_length": kept.place and kept.place.length,
        "refers_to": kept.refers_to,
    }
    capture_id = archive.execute(ADD_RENDERING, values).lastrowid
    archive.execute(CLEAR_MEASURES, (fetched_id,))
    return int(capture_id or 0)
