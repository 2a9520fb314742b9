"""Removing a story for good: rows first, in one transaction that also notes what is still to be done after it."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from uuid import uuid4

from archiver.errors import ArchiveError
from db.connection import transaction
from db.crawls.alarms import bundle_directory
from db.crawls.bundles import remove_from_bundles
from db.forgetting.forgotten import KEEP_OUT, address_digest, form_digest
from db.forgetting.mentions import Mention
from db.forgetting.stories import Story
from db.raw_pages.warc_places import warc_directory
from db.raw_pages.warc_removal import Place, remove_records
from db.vacuum import (
    Reclaimed,
    reclaim,
    require_room_to_reclaim,
    secure_index,
    size_of,
    tidy_index,
)
from db.values import storable, time_text

# What goes, in this order, all in one transaction: :pages, :articles, :captures, :links and :stripped are JSON arrays
# of ids. How each table is treated stands in db/tables.py.
REMOVE = (
    """
    UPDATE sightings SET links = (
        SELECT json_group_array(value) FROM (
            SELECT value FROM json_each(sightings.links)
            WHERE value NOT IN (SELECT value FROM json_each(:links)) ORDER BY key))
    WHERE page_id IN (
        SELECT page_id FROM related_links WHERE id IN (SELECT value FROM json_each(:links)))
    """,
    "DELETE FROM sightings WHERE page_id IN (SELECT value FROM json_each(:pages))",
    "DELETE FROM related_links WHERE id IN (SELECT value FROM json_each(:links))",
    """
    DELETE FROM listed_headlines WHERE page_id IN (SELECT value FROM json_each(:pages))
        OR listed_on_id IN (SELECT value FROM json_each(:pages))
    """,
    "DELETE FROM version_changes WHERE article_id IN (SELECT value FROM json_each(:articles))",
    "DELETE FROM version_sightings WHERE article_id IN (SELECT value FROM json_each(:articles))",
    "DELETE FROM images WHERE article_id IN (SELECT value FROM json_each(:articles))",
    "DELETE FROM version_sources WHERE article_id IN (SELECT value FROM json_each(:articles))",
    "DELETE FROM article_authors WHERE article_id IN (SELECT value FROM json_each(:articles))",
    "DELETE FROM authors WHERE NOT EXISTS (SELECT 1 FROM article_authors WHERE author_id = authors.id)",
    "DELETE FROM revisions WHERE article_id IN (SELECT value FROM json_each(:articles))",
    "DELETE FROM articles WHERE id IN (SELECT value FROM json_each(:articles))",
    """
    UPDATE captures SET refers_to = NULL, warc_file = NULL, warc_offset = NULL, warc_length = NULL, detail = :removed
    WHERE id IN (SELECT value FROM json_each(:stripped))
    """,
    "DELETE FROM captures WHERE id IN (SELECT value FROM json_each(:captures))",
    "UPDATE pages SET article_id = NULL WHERE article_id IN (SELECT value FROM json_each(:articles))",
    "UPDATE pages SET found_on_id = NULL WHERE found_on_id IN (SELECT value FROM json_each(:pages))",
    "DELETE FROM pages WHERE id IN (SELECT value FROM json_each(:pages))",
)
# Other pages are told to be copies of the story, by its address.
REMOVE_DETAIL = (
    "UPDATE captures SET detail = replace(detail, ?1, '(forgotten)') WHERE instr(detail, ?1)",
    "UPDATE pages SET detail = replace(detail, ?1, '(forgotten)') WHERE instr(detail, ?1)",
)
# Captures of other pages that brought the very bytes of the story, or stand for them.
SAME_BYTES = """
SELECT id FROM captures WHERE id NOT IN (SELECT value FROM json_each(:captures)) AND (
    refers_to IN (SELECT value FROM json_each(:captures))
    OR warc_file IS NOT NULL AND digest IN (
        SELECT digest FROM captures WHERE id IN (SELECT value FROM json_each(:captures))
            AND outcome IN ('stored', 'changed', 'unchanged', 'duplicate') AND length > 0))
"""
REFERRING = "SELECT id FROM captures WHERE refers_to IN (SELECT value FROM json_each(?))"
PLACES = """
SELECT warc_file, warc_offset, warc_length FROM captures
WHERE warc_file IS NOT NULL AND (id IN (SELECT value FROM json_each(:captures))
    OR id IN (SELECT value FROM json_each(:stripped)))
"""
ADD_FORGETTING = """
INSERT INTO forgettings(key, address, reason, begun, articles, versions, pages, captures, links)
VALUES (:key, :address, :reason, :begun, :articles, :versions, :pages, :captures, :links) RETURNING id
"""
ADD_WORK = """
INSERT INTO forgetting_work(forgetting_id, kind, value, position, length) VALUES (?, ?, ?, ?, ?)
"""
# What is done but for records in missing files, a JSON array of names; addresses are looked for in those too.
WORK_DONE = (
    "DELETE FROM forgetting_work WHERE kind = 'record' AND value NOT IN (SELECT value FROM json_each(?1))",
    """
    DELETE FROM forgetting_work WHERE forgetting_id NOT IN (
        SELECT forgetting_id FROM forgetting_work WHERE value IN (SELECT value FROM json_each(?1)))
    """,
)
FINISHED = """
UPDATE forgettings SET finished = ?
WHERE finished IS NULL AND id NOT IN (SELECT forgetting_id FROM forgetting_work)
"""

# The detail of a capture of another page whose bytes went; a merge does not bring them back.
REMOVED = "its bytes were removed: they showed a story that was forgotten"

Told = Callable[[str, int, int], None]
"""Is told what is being done, and how many of how many files are done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """What was finished."""

    forgettings: int
    records: int
    """That were taken out of WARC files, those of requests and of no capture included."""
    is_vacuumed: bool
    """Whether the file holds nothing of it in its free space either."""
    missing: tuple[str, ...] = ()
    """WARC files that are not there and hold pages of removals that are therefore not finished."""


def forget(
    archive: Connection, story: Story, reason: str, now: datetime, mentions: Iterable[Mention] = ()
) -> int:
    """Remove a story's rows, keep it out from now on, and note what finish has to do; return the id of the removal.

    mentions are captures of other pages whose bytes go too, since they show it.
    """
    from db.dedup.duplicates import forget_duplicates  # noqa: PLC0415 - numpy

    ids = {
        "removed": REMOVED,
        "pages": json.dumps(story.pages),
        "articles": json.dumps(story.articles),
        "captures": json.dumps(story.captures),
        "links": json.dumps(story.links),
    }
    shown_by = [mention.capture_id for mention in mentions]
    secure_index(archive)
    with transaction(archive):
        archive.execute("BEGIN IMMEDIATE")
        archive.execute("PRAGMA defer_foreign_keys = ON")
        ids["stripped"] = json.dumps(_stripped(archive, story, shown_by))
        forgetting_id = _note(archive, story, reason, now)
        work = [(forgetting_id, "address", url, None, None) for url in story.addresses]
        work += [(forgetting_id, "record", *place) for place in archive.execute(PLACES, ids)]
        archive.executemany(ADD_WORK, work)
        for article_id in story.articles:
            forget_duplicates(archive, article_id)
        for statement in REMOVE:
            archive.execute(statement, ids)
        for statement in REMOVE_DETAIL:
            archive.executemany(statement, [(url,) for url in story.addresses])
        _drop_samples(archive)
    return forgetting_id


def emptied_captures(archive: Connection, story: Story, mentions: Iterable[Mention]) -> list[str]:
    """Return, for each capture of another page that forget leaves without its bytes, the page's address."""
    stripped = _stripped(archive, story, [mention.capture_id for mention in mentions])
    rows = archive.execute(
        """
        SELECT url FROM captures JOIN pages ON pages.id = page_id
        WHERE captures.id IN (SELECT value FROM json_each(?)) ORDER BY captures.id
        """,
        (json.dumps(stripped),),
    )
    return [url for (url,) in rows]


def _stripped(archive: Connection, story: Story, shown_by: Sequence[int]) -> list[int]:
    """Return the captures of other pages whose bytes go: the story's own, those that show it, what refers to them."""
    captures = {"captures": json.dumps(story.captures)}
    stripped = {id_ for (id_,) in archive.execute(SAME_BYTES, captures)} | set(shown_by)
    stripped |= {id_ for (id_,) in archive.execute(REFERRING, (json.dumps(shown_by),))}
    return sorted(stripped - set(story.captures))


def unfinished(archive: Connection) -> int:
    """Return how many removals were begun and not finished."""
    return int(archive.execute("SELECT count(*) FROM forgettings WHERE finished IS NULL").fetchone()[0])


def look_again(archive: Connection, forgetting_id: int, url: str) -> None:
    """Let finish look for raw pages of a story that was forgotten before: a file put back may hold them."""
    with transaction(archive):
        archive.execute(ADD_WORK, (forgetting_id, "address", storable(url), None, None))
        archive.execute("UPDATE forgettings SET finished = NULL WHERE id = ?", (forgetting_id,))


def finish(
    archive: Connection, path: Path, now: datetime, told: Told, *, vacuum: bool = True, are_lost: bool = False
) -> Forgotten:
    """Do what is left of all removals in the archive at path: raw pages, bundles, search index, free space.

    Raises ArchiveError, DiskFullError; what is left then is done by the next call. With vacuum, the whole file is
    written anew last, which takes as much room again: nothing of the story stays where rows were. A removal whose pages
    stand in WARC files that are missing is not finished, unless these are_lost for good.
    """
    number = unfinished(archive)
    if not number:
        return Forgotten(forgettings=0, records=0, is_vacuumed=False)
    addresses = [
        url for (url,) in archive.execute("SELECT value FROM forgetting_work WHERE kind = 'address'")
    ]
    places: dict[str, set[Place]] = {}
    for file, offset, length in archive.execute(
        "SELECT value, position, length FROM forgetting_work WHERE kind = 'record'"
    ):
        places.setdefault(file, set()).add(Place(offset, length))
    directory = warc_directory(path)
    there = {file.name for file in directory.glob("*.warc.gz")}
    missing = [] if are_lost else sorted(places.keys() - there)
    records = remove_records(
        archive, directory, places, addresses, lambda done, all_: told("raw pages", done, all_)
    )
    remove_from_bundles(bundle_directory(path), addresses)
    told("search index", 0, 1)
    tidy_index(archive)
    with transaction(archive):
        for statement in WORK_DONE:
            archive.execute(statement, (json.dumps(missing),))
    if vacuum:
        told("database", 0, 1)
        reclaim(archive, path)
    with transaction(archive):
        finished = archive.execute(FINISHED, (time_text(now),)).rowcount
    return Forgotten(forgettings=finished, records=records, is_vacuumed=vacuum, missing=tuple(missing))


def refuse_missing(path: Path, done: Forgotten) -> None:
    """Raise ArchiveError if removals in the archive at path are not finished for want of WARC files."""
    if not done.missing:
        return
    first, more = warc_directory(path) / done.missing[0], len(done.missing) - 1
    missing = f"{first} and {more:,} more WARC files are" if more else f"{first} is"
    raise ArchiveError(
        f"{missing} missing, with raw pages of what was forgotten: put back what is missing and run `archiver forget` "
        "again, or say `archiver forget --lost` if it is lost for good"
    )


def clean_up(archive: Connection, path: Path, now: datetime, told: Told) -> tuple[Reclaimed, Forgotten]:
    """Finish removals, merge the search index and give back free space; return also what was left of removals."""
    before = size_of(path)
    done = finish(archive, path, now, told)
    if done.is_vacuumed:
        return Reclaimed(before=before, after=size_of(path)), done
    require_room_to_reclaim(archive, path)
    tidy_index(archive)
    return Reclaimed(before=before, after=reclaim(archive, path).after), done


def _note(archive: Connection, story: Story, reason: str, now: datetime) -> int:
    row = archive.execute(
        ADD_FORGETTING,
        {
            "key": uuid4().hex,
            "address": address_digest(story.url),
            "reason": reason,
            "begun": time_text(now),
            "articles": len(story.articles),
            "versions": story.versions,
            "pages": len(story.pages),
            "captures": len(story.captures),
            "links": len(story.links),
        },
    ).fetchone()
    digests = {*map(address_digest, story.addresses), *map(form_digest, story.forms), *story.texts}
    archive.executemany(KEEP_OUT, [(digest, row[0]) for digest in digests])
    return int(row[0])


def _drop_samples(archive: Connection) -> None:
    """Drop what SQLite noted of the values of indexes: it is made anew, and may hold addresses and headlines."""
    for (name,) in archive.execute("SELECT name FROM sqlite_master WHERE name = 'sqlite_stat4'").fetchall():
        archive.execute(f"DELETE FROM {name}")  # noqa: S608 - only text of this program
