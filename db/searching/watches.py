"""Saved searches, and what they find that is new.

New is told by the order in which the archive took articles in, not by clocks: what a watch looked through is a
number that only grows. A hit stands as unreported until its report has come to its end, so that a run that was
killed loses none; the next one reports it again, and says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection, Row

from archiver.errors import NoSuchWatchError, QueryError
from db.connection import archive_errors, transaction
from db.searching.filters import Condition, Filters
from db.searching.matching import Matching, matching
from db.searching.query import read_query
from db.searching.search import Hit, hits_of
from db.values import storable, time_of, time_or_none, time_text

INSERT_HIT = "INSERT OR IGNORE INTO watch_hits(watch_id, article_id, found) VALUES (?, ?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """A search that is asked again and again."""

    id: int
    name: str
    query: str
    filters: Filters
    created: datetime
    reported: int
    """Articles that it has reported."""
    last_report: datetime | None
    """When it last had something to report."""


@dataclass(frozen=True, slots=True)
class WatchReport:
    """What a watch has found since its last report."""

    watch: Watch
    hits: tuple[Hit, ...]
    """In the order of archiving."""
    repeated: frozenset[int]
    """Ids of the articles among them that a report which did not come to its end may have shown."""


def add_watch(
    archive: Connection, name: str, query: str, filters: Filters, now: datetime, *, from_start: bool = False
) -> Watch:
    """Keep query, with the source, language and author of filters, under name; what is archived by now is not new.

    from_start makes all of it new. Raises QueryError if there is a watch of this name, if name is empty, or as
    db.searching.search.search does.
    """
    name = " ".join(storable(name).split())
    if not name:
        raise QueryError("a watch needs a name")
    parsed = read_query(query)
    if parsed.in_headlines:
        raise QueryError("a watch looks through articles: leave in:headlines out")
    with transaction(archive):
        matching(archive, parsed, filters)  # an unknown source is an error now, not in cron
        if archive.execute("SELECT 1 FROM watches WHERE name = ?", (name,)).fetchone():
            raise QueryError(f"there is a watch {name!r} already: remove it first, or give another name")
        archive.execute(
            """INSERT INTO watches(name, query, source, language, author, created, looked_to)
            VALUES (?, ?, ?, ?, ?, ?, CASE WHEN ? THEN NULL
                ELSE (SELECT ifnull(max(sequence), 0) FROM change_log) END)""",
            (
                name,
                storable(query),
                filters.source,
                filters.language,
                filters.author,
                time_text(now),
                from_start,
            ),
        )
    return watches(archive, (name,))[0]


def remove_watch(archive: Connection, name: str) -> None:
    """Forget the watch of this name and what it has reported; NoSuchWatchError if there is none."""
    with transaction(archive):
        (watch,) = watches(archive, (name,))
        archive.execute("DELETE FROM watch_hits WHERE watch_id = ?", (watch.id,))
        archive.execute("DELETE FROM watches WHERE id = ?", (watch.id,))


def watches(archive: Connection, names: Iterable[str] = ()) -> list[Watch]:
    """Return the watches of these names, all if there are none, by name.

    Raises NoSuchWatchError, naming those there are, if one of names is no watch's.
    """
    with archive_errors(archive):
        rows = archive.execute(
            """SELECT watches.*, count(reported) AS reports, max(reported) AS last_report FROM watches
            LEFT JOIN watch_hits ON watch_hits.watch_id = watches.id GROUP BY watches.id ORDER BY name"""
        ).fetchall()
    found = {row["name"]: _watch(row) for row in rows}
    wanted = [" ".join(name.split()) for name in names]
    if unknown := [name for name in wanted if name not in found]:
        known = ", ".join(found) or "none yet"
        raise NoSuchWatchError(f"there is no watch {unknown[0]!r}; there are: {known}")
    return [found[name] for name in dict.fromkeys(wanted)] if wanted else list(found.values())


def look(archive: Connection, watch: Watch, now: datetime) -> WatchReport:
    """Find what is new to watch and note it as found; it stands as unreported until mark_reported is called.

    Raises QueryError if the watch's query has become none, as when its source is gone.
    """
    query = read_query(watch.query)
    with transaction(archive):
        earlier = _unreported(archive, watch)
        found = matching(archive, query, watch.filters)
        (log_end,) = archive.execute("SELECT ifnull(max(sequence), 0) FROM change_log").fetchone()
        condition = found.condition & _unseen(archive, watch, found)
        ids = archive.execute(
            f"SELECT articles.id FROM {found.tables} WHERE {condition.sql}",  # noqa: S608 - only text of this program
            condition.values,
        ).fetchall()
        archive.executemany(INSERT_HIT, [(watch.id, id_, time_text(now)) for (id_,) in ids])
        archive.execute("UPDATE watches SET looked_to = ? WHERE id = ?", (log_end, watch.id))
        hits = hits_of(archive, sorted(_unreported(archive, watch)), query)
    return WatchReport(watch, tuple(hits), frozenset(earlier))


def mark_reported(archive: Connection, reports: Iterable[WatchReport], now: datetime) -> None:
    """Note that the hits of reports have been shown: the next report is without them."""
    with transaction(archive):
        archive.executemany(
            "UPDATE watch_hits SET reported = ? WHERE watch_id = ? AND article_id = ?",
            [(time_text(now), report.watch.id, hit.article_id) for report in reports for hit in report.hits],
        )


def latest_hits(archive: Connection, watch: Watch, limit: int) -> list[Hit]:
    """Return the articles that watch has found last, reported or not, the latest first."""
    with archive_errors(archive):
        rows = archive.execute(
            "SELECT article_id FROM watch_hits WHERE watch_id = ? ORDER BY found DESC, article_id DESC LIMIT ?",
            (watch.id, limit),
        ).fetchall()
        hits = hits_of(archive, [row[0] for row in rows], read_query(watch.query))
    return sorted(hits, key=lambda hit: hit.article_id, reverse=True)


def _unseen(archive: Connection, watch: Watch, found: Matching) -> Condition:
    """Return the condition that an article is new, or has changed, since watch looked last."""
    (looked_to,) = archive.execute("SELECT looked_to FROM watches WHERE id = ?", (watch.id,)).fetchone()
    if looked_to is None:
        return Condition()
    changed = "SELECT row_id FROM change_log WHERE what = 'article' AND sequence > ?"
    (first,) = archive.execute(f"SELECT min(row_id) FROM ({changed})", (looked_to,)).fetchone()  # noqa: S608
    # The index need not be read before the first of them.
    rowid = "articles_fts.rowid" if found.match else "articles.id"
    return Condition(f"{rowid} >= ? AND articles.id IN ({changed})", (first or 0, looked_to))


def _unreported(archive: Connection, watch: Watch) -> set[int]:
    rows = archive.execute(
        "SELECT article_id FROM watch_hits WHERE watch_id = ? AND reported IS NULL", (watch.id,)
    )
    return {int(row[0]) for row in rows}


def _watch(row: Row) -> Watch:
    return Watch(
        id=row["id"],
        name=row["name"],
        query=row["query"],
        filters=Filters(source=row["source"], language=row["language"], author=row["author"]),
        created=time_of(row["created"]),
        reported=row["reports"],
        last_report=time_or_none(row["last_report"]),
    )
