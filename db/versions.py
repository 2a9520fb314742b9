"""Versions of articles: what changed from one to the next, and which of them the page showed when."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from sqlite3 import Connection, Row

from archiver.items import Article, ChangeKind
from archiver.revisions.kinds import Text, change_kinds, is_same_version, new_notice
from db.values import each_name, list_of, time_of

logger = logging.getLogger(__name__)

# A page that goes back to an earlier version within this time of showing the latest one flaps: it tests headlines,
# or two servers disagree. Beyond it, the publisher has taken the change back. Tests of headlines run for hours.
FLAPPING = timedelta(days=2)
# The detail of a capture that shows an earlier version again: no version was read from it.
FLAPPED = "an earlier version again, as in a test of headlines"
# Versions among which one that a page shows again is looked for: tests of headlines have two or three.
RECENT_VERSIONS = 10
# Changes from which on an upgrade says that it takes its time: some 200 are classed in a second.
MANY_VERSIONS = 1_000

VERSION = "SELECT * FROM article_versions WHERE article_id = ? AND number = ?"
SEE_VERSION = """
INSERT INTO version_sightings(article_id, first_seen, number, last_seen) VALUES (:id, :seen, :number, :seen)
ON CONFLICT DO NOTHING
"""
AS_LONG_AS = """
UPDATE version_sightings SET last_seen = max(last_seen, ifnull((
    SELECT max(last_seen) FROM version_sightings WHERE article_id = :id AND number = :number - 1), last_seen))
WHERE article_id = :id AND number = :number
"""
LAST_SIGHTING = """
SELECT * FROM version_sightings WHERE article_id = ? ORDER BY first_seen DESC, number DESC LIMIT 1
"""
# The last of the visits that showed a version before the next one was there; archives of old did not note it.
FILL_SIGHTINGS = """
INSERT INTO version_sightings(article_id, first_seen, number, last_seen)
SELECT article_id, seen_at, number, max(seen_at, CASE WHEN is_latest THEN articles.last_seen ELSE ifnull((
    SELECT max(captures.fetched) FROM captures WHERE captures.page_id = articles.page_id
        AND captures.fetched < later_at AND captures.outcome IN ('stored', 'changed', 'unchanged')), seen_at) END)
FROM (SELECT article_id, number, seen_at, is_latest,
             lead(seen_at) OVER (PARTITION BY article_id ORDER BY number) AS later_at
      FROM article_versions WHERE article_id IN (SELECT id FROM articles WHERE revision > 1))
JOIN articles ON articles.id = article_id
WHERE true
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class ShownVersion:
    """A version that a page shows."""

    number: int
    is_latest: bool


def shown_version(archive: Connection, article_id: int, article: Article) -> ShownVersion | None:
    """Return which version of an article its text is, None if it is a new one.

    The latest is tried first, then the RECENT_VERSIONS before it. What differs by
    noise only (archiver.revisions.noise) is the same version.
    """
    text = text_of(article)
    rows = archive.execute(
        "SELECT * FROM article_versions WHERE article_id = ? ORDER BY number DESC LIMIT ?",
        (article_id, RECENT_VERSIONS),
    )
    for row in rows:
        if is_same_version(text_of_row(row), text):
            return ShownVersion(row["number"], bool(row["is_latest"]))
    return None


def was_shown_lately(archive: Connection, article_id: int, number: int, moment: datetime) -> bool:
    """Whether the page of an article showed a version not longer ago than a flapping page would."""
    row = archive.execute(
        "SELECT max(last_seen) FROM version_periods WHERE article_id = ? AND number = ?", (article_id, number)
    ).fetchone()
    return row[0] is not None and moment - time_of(row[0]) <= FLAPPING


def see_version(archive: Connection, article_id: int, number: int | None, seen: str) -> None:
    """Note that the page of an article showed this version at the time seen; None: what it showed last.

    Of an article that never changed nothing needs to be noted.
    """
    last = archive.execute(LAST_SIGHTING, (article_id,)).fetchone()
    if last is None or last["last_seen"] > seen:
        return
    if number in (None, last["number"]):
        archive.execute(
            "UPDATE version_sightings SET last_seen = ? WHERE article_id = ? AND first_seen = ? AND number = ?",
            (seen, article_id, last["first_seen"], last["number"]),
        )
    else:
        archive.execute(SEE_VERSION, {"id": article_id, "number": number, "seen": seen})


def outlasting_version(archive: Connection, article_id: int, seen: str) -> Row | None:
    """Return the sighting of an earlier version that the page has gone back to for good, as seen at that time."""
    last = archive.execute(LAST_SIGHTING, (article_id,)).fetchone()
    if last is None:
        return None
    latest = archive.execute("SELECT revision FROM articles WHERE id = ?", (article_id,)).fetchone()[0]
    if last["number"] == latest or was_shown_lately(archive, article_id, latest, time_of(seen)):
        return None
    row: Row = last
    return row


def keep_first_period(archive: Connection, article_id: int) -> None:
    """Note when the only version of an article was seen, before it gets a second one."""
    archive.execute(
        """
        INSERT INTO version_sightings(article_id, first_seen, number, last_seen)
        SELECT id, first_seen, 1, last_seen FROM articles WHERE id = ? AND revision = 1 ON CONFLICT DO NOTHING
        """,
        (article_id,),
    )


def note_change(archive: Connection, article_id: int, number: int, seen: str) -> None:
    """Class the change that made this version of an article, and note that it was seen."""
    before, after = (archive.execute(VERSION, (article_id, n)).fetchone() for n in (number - 1, number))
    archive.execute(SEE_VERSION, {"id": article_id, "number": number, "seen": seen})
    if after["cause"] == "parser":  # the page has shown since what is only now read rightly
        archive.execute(AS_LONG_AS, {"id": article_id, "number": number})
    _class_change(archive, before, after)


def continue_sighting(archive: Connection, sighting: Row, number: int) -> None:
    """Make the sighting of an earlier version, which came back for good, one of the new version that it became."""
    archive.execute(
        "DELETE FROM version_sightings WHERE article_id = ? AND number = ?", (sighting["article_id"], number)
    )
    archive.execute(
        "UPDATE version_sightings SET number = ? WHERE article_id = ? AND first_seen = ? AND number = ?",
        (number, sighting["article_id"], sighting["first_seen"], sighting["number"]),
    )


def class_all_changes(archive: Connection) -> None:
    """Class the changes of an archive that was written before there were classes, and fill in what was seen when."""
    versions = archive.execute("SELECT count(*) FROM revisions").fetchone()[0]
    if versions > MANY_VERSIONS:
        logger.warning("The archive is brought up to date: %s changes are classed, once", f"{versions:,}")
    archive.execute(FILL_SIGHTINGS)
    articles = archive.execute("SELECT id FROM articles WHERE revision > 1 ORDER BY id").fetchall()
    for (article_id,) in articles:
        class_changes(archive, article_id)


def class_changes(archive: Connection, article_id: int) -> None:
    """Class all changes of an article anew."""
    archive.execute("DELETE FROM version_changes WHERE article_id = ?", (article_id,))
    rows = archive.execute(
        "SELECT * FROM article_versions WHERE article_id = ? ORDER BY number", (article_id,)
    ).fetchall()
    for before, after in pairwise(rows):
        _class_change(archive, before, after)


def text_of(article: Article) -> Text:
    """Return what of an article counts when versions are compared."""
    return Text(
        headline=article.headline,
        lead=article.lead,
        body=article.body,
        authors=each_name(article.authors),
    )


def text_of_row(row: Row) -> Text:
    """Return the same of a row of article_versions."""
    return Text(headline=row["headline"], lead=row["lead"], body=row["body"], authors=list_of(row["authors"]))


def kinds_of(archive: Connection, article_id: int, number: int) -> tuple[ChangeKind, ...]:
    """Return of which kinds the change is that made this version."""
    found = {
        ChangeKind(kind)
        for (kind,) in archive.execute(
            "SELECT kind FROM version_changes WHERE article_id = ? AND number = ?", (article_id, number)
        )
    }
    return tuple(kind for kind in ChangeKind if kind in found)


def _class_change(archive: Connection, before: Row, after: Row) -> None:
    old, new = text_of_row(before), text_of_row(after)
    archive.executemany(
        """
        INSERT INTO version_changes(article_id, number, kind, notice, seen_at) VALUES (?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """,
        _change_rows(after, change_kinds(old, new), new_notice(old, new)),
    )


def _change_rows(after: Row, kinds: Sequence[ChangeKind], notice: str | None) -> list[tuple[object, ...]]:
    return [
        (
            after["article_id"],
            after["number"],
            kind,
            notice if kind is ChangeKind.CORRECTION else None,
            after["seen_at"],
        )
        for kind in kinds
    ]
