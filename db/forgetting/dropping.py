"""Taking an article out of the archive of which no stored page gives a story any more; the pages stay as they came."""

import json
from sqlite3 import Connection

from archiver.items import Outcome
from db.connection import transaction
from db.forgetting.forget import REMOVE
from db.rereading import Reading, reading_of
from db.values import storable

# What was read as the story, or as no news of it: at its own pages, and where a version of it was read from.
CAPTURES = """
SELECT captures.id, captures.status FROM captures JOIN pages ON pages.id = page_id
WHERE captures.outcome IN ('stored', 'changed', 'unchanged', 'duplicate') AND (
    pages.article_id = ?1 OR pages.id = (SELECT page_id FROM articles WHERE id = ?1)
    OR captures.id = (SELECT capture_id FROM articles WHERE id = ?1)
    OR captures.id IN (SELECT capture_id FROM revisions WHERE article_id = ?1))
ORDER BY captures.id
"""


def story_readings(archive: Connection, article_id: int) -> list[Reading | None]:
    """Return the captures that gave an article, those of the same bytes once; None for one without bytes."""
    found: dict[tuple[object, ...], Reading | None] = {}
    for capture_id, status in archive.execute(CAPTURES, (article_id,)).fetchall():
        if status != 304:  # which brings no other bytes than those of the capture before
            reading = reading_of(archive, capture_id, article_id)
            found.setdefault((reading.place, reading.final_url) if reading else (), reading)
    return list(found.values())


def drop_article(archive: Connection, article_id: int, reason: str) -> None:
    """Remove an article with its versions; its pages hold no story from now on, reason says why.

    Unlike a story that is forgotten it is not kept out: what is read of the pages later may bring it back.
    """
    from db.dedup.duplicates import forget_duplicates  # noqa: PLC0415 - numpy

    nothing = dict.fromkeys(("pages", "captures", "links", "stripped"), "[]")
    with transaction(archive):
        archive.execute("BEGIN IMMEDIATE")
        archive.execute("PRAGMA defer_foreign_keys = ON")
        captures = [
            (Outcome.NOT_ARTICLE, storable(reason), id_)
            for id_, _ in archive.execute(CAPTURES, (article_id,))
        ]
        archive.executemany("UPDATE captures SET outcome = ?, detail = ? WHERE id = ?", captures)
        archive.execute(
            "UPDATE pages SET outcome = ?, detail = ? WHERE article_id = ?"
            " AND outcome IN ('stored', 'changed', 'unchanged', 'duplicate')",
            (Outcome.NOT_ARTICLE, storable(reason), article_id),
        )
        forget_duplicates(archive, article_id)
        for statement in REMOVE:
            archive.execute(statement, {**nothing, "removed": "", "articles": json.dumps([article_id])})
