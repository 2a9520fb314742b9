"""What happened to stories of the archive lately: rewritten headlines, corrections, stories gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from sqlite3 import Connection, Row

from db.connection import archive_errors
from db.searching.filters import BY_PUBLISHER, Condition, bound_text, from_source, refuse_empty_span
from db.values import time_of


class Happening(StrEnum):
    """What may happen to a story."""

    HEADLINE = "headline"
    LEAD = "lead"
    BODY = "body"
    BYLINE = "byline"
    CORRECTION = "correction"
    TRIVIAL = "trivial"
    GONE = "gone"
    """Its site took it down."""


# What is shown unless somebody asks for something else.
NOTABLE = tuple(each for each in Happening if each is not Happening.TRIVIAL)
# A change is chosen by its kinds, then shown with all of them. CROSS: by the index on when it was seen.
CHANGED = """
SELECT DISTINCT version_changes.seen_at, version_changes.article_id, version_changes.number
FROM version_changes INDEXED BY version_changes_seen
CROSS JOIN articles ON articles.id = version_changes.article_id
WHERE {0} ORDER BY version_changes.seen_at DESC, version_changes.article_id DESC, version_changes.number DESC LIMIT ?
"""
# Asked for a column of the join, SQLite would look through all articles beforehand, for a filter of its own.
SOURCE_OF_CHANGE = "(SELECT source_id FROM articles AS own WHERE own.id = version_changes.article_id)"
ROWS = """
SELECT changed_at, kind, article_id, url, source, number, cause, from_headline, to_headline, notice
FROM changes WHERE article_id = ? AND number IS ?
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that happened to a story."""

    changed_at: datetime
    """When a crawl first saw it so."""
    kinds: tuple[Happening, ...]
    article_id: int
    url: str
    source: str
    """Host of its site."""
    number: int | None
    """The version that came of it; None of a story that is gone."""
    cause: str | None
    """publisher, or parser: a better one read the same page again; None of a story that is gone."""
    from_headline: str
    to_headline: str | None
    """None of a story that is gone."""
    notice: str | None
    """The correction that the newsroom declares, or how the story is gone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeFilters:
    """Changes that count; None lets all pass."""

    since: datetime | None = None
    """With time zone."""
    until: datetime | None = None
    """With time zone, excluded."""
    source: str | None = None
    """Host, host above it, address or name of the site."""
    kinds: Sequence[Happening] = NOTABLE
    parser: bool = False
    """Also what a better parser changed."""

    def __post_init__(self) -> None:
        refuse_empty_span(self.since, self.until)


EVERY_NOTABLE = ChangeFilters()


def changes(archive: Connection, filters: ChangeFilters = EVERY_NOTABLE, limit: int = 50) -> list[Change]:
    """Return at most limit changes, the newest first; a change of several kinds counts if one of them is asked for.

    Raises QueryError if no source is of that name, ValueError if a time has no zone.
    """
    with archive_errors(archive):
        found = [*_changed(archive, filters, limit), *_gone(archive, filters, limit)]
        return sorted(found, key=lambda each: (each.changed_at, each.article_id), reverse=True)[
            : max(limit, 0)
        ]


def _changed(archive: Connection, filters: ChangeFilters, limit: int) -> list[Change]:
    kinds = [kind for kind in filters.kinds if kind is not Happening.GONE]
    if not kinds:
        return []
    condition = _span(filters, "version_changes.seen_at") & Condition(
        f"kind IN ({', '.join('?' * len(kinds))})", tuple(kinds)
    )
    if filters.source is not None:
        condition &= from_source(archive, filters.source, SOURCE_OF_CHANGE)
    if not filters.parser:
        condition &= Condition(BY_PUBLISHER)
    chosen = archive.execute(
        CHANGED.format(condition.sql),
        (*condition.values, max(limit, 0)),
    ).fetchall()
    rows = (archive.execute(ROWS, (row["article_id"], row["number"])).fetchall() for row in chosen)
    return [_change(group) for group in rows if group]


def _gone(archive: Connection, filters: ChangeFilters, limit: int) -> list[Change]:
    if Happening.GONE not in filters.kinds:
        return []
    condition = _span(filters, "gone_at")
    if filters.source is not None:
        condition &= from_source(archive, filters.source, "source_id")
    rows = archive.execute(
        f"""
        SELECT gone_at AS changed_at, 'gone' AS kind, article_id, gone_stories.url, source,
            NULL AS number, NULL AS cause, gone_stories.headline AS from_headline, NULL AS to_headline, detail AS notice
        FROM gone_stories JOIN articles ON articles.id = article_id
        WHERE gone_at IS NOT NULL AND {condition.sql} ORDER BY gone_at DESC, article_id DESC LIMIT ?
        """,  # noqa: S608 - only text of this program
        (*condition.values, max(limit, 0)),
    )
    return [_change([row]) for row in rows]


def _span(filters: ChangeFilters, column: str) -> Condition:
    condition = Condition()
    if filters.since is not None:
        condition &= Condition(f"{column} >= ?", (bound_text(filters.since),))
    if filters.until is not None:
        condition &= Condition(f"{column} < ?", (bound_text(filters.until),))
    return condition


def _change(rows: Sequence[Row]) -> Change:
    kinds = {row["kind"] for row in rows}
    row = rows[0]
    return Change(
        changed_at=time_of(row["changed_at"]),
        kinds=tuple(kind for kind in Happening if kind in kinds),
        article_id=row["article_id"],
        url=row["url"],
        source=row["source"],
        number=row["number"],
        cause=row["cause"],
        from_headline=row["from_headline"],
        to_headline=row["to_headline"],
        notice=next((each["notice"] for each in rows if each["notice"]), None),
    )
