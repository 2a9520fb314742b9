"""What the crawls of a source came to over the last weeks, as much of it as comparing takes."""

from collections.abc import Sequence
from datetime import datetime
from sqlite3 import Connection
from typing import NamedTuple

from db.crawls.funnels import IS_CRAWL, Funnel, funnels_among
from db.values import time_of, time_text

# Of more crawls than these, the latest are looked at one by one, of those before a share, evenly over their time: a
# source that is crawled each quarter of an hour has 2,880 in thirty days, and hundreds of sources take minutes.
LATEST = 96
SHARE = 96
# After every time that the archive holds.
LATER = "~"
STARTED = "SELECT started FROM crawls WHERE id = ?"


class Beat(NamedTuple):
    """When a crawl of a source began, and how many stories were new."""

    started: datetime
    new: int


class Past:
    """The crawls of an archive by their times, not imports. For a moment: it does not see those that begin later."""

    def __init__(self, archive: Connection) -> None:
        self._archive = archive
        self._started: dict[int, str] = {}
        self._loaded_from = LATER
        self._moments: dict[int, datetime] = {}
        self._first: dict[str, int] = {}
        self._imports: dict[str, frozenset[int]] = {}

    def funnels(self, source_id: int, since: str, to: int | None = None) -> list[Funnel]:
        """Return what a source's crawls since a time came to, newest first: the latest all, of the others a share.

        to is the id of the last of them; None: the latest there is.
        """
        rows = self._archive.execute(
            "SELECT crawl_id FROM funnels WHERE source_id = ? AND crawl_id >= ?",
            (source_id, self._from(since)),
        )
        ids = self._ordered([crawl_id for (crawl_id,) in rows], since, to)
        step = max(1, -(-(len(ids) - LATEST) // SHARE))
        return funnels_among(self._archive, source_id, [*ids[:LATEST], *ids[LATEST::step]])

    def beats(self, source_id: int, since: str, to: int | None = None) -> list[Beat]:
        """Return when each of these crawls began, and what was new, newest first."""
        rows = self._archive.execute(
            "SELECT crawl_id, new FROM funnels WHERE source_id = ? AND crawl_id >= ?",
            (source_id, self._from(since)),
        )
        new = dict(rows.fetchall())
        return [Beat(self.moment(each), new[each]) for each in self._ordered(list(new), since, to)]

    def _from(self, since: str) -> int:
        """Return the least id of a crawl that began at a time or later; a merge may bring older ones behind it."""
        if since not in self._first:
            self._load(since)
            later = (crawl_id for crawl_id, started in self._started.items() if started >= since)
            self._first[since] = min(later, default=0)
        return self._first[since]

    def _load(self, since: str) -> None:
        """Learn when the crawls since a time began: of years, those of the last weeks do."""
        if since < self._loaded_from:
            rows = self._archive.execute(
                "SELECT id, started FROM crawls WHERE started >= ? AND started < ?",
                (since, self._loaded_from),
            )
            self._started.update(rows.fetchall())
            self._loaded_from = since

    def _imports_since(self, since: str) -> frozenset[int]:
        if since not in self._imports:
            rows = self._archive.execute(
                f"SELECT id FROM crawls WHERE started >= ? AND NOT ({IS_CRAWL})",  # noqa: S608 - only text of this program
                (since,),
            )
            self._imports[since] = frozenset(each for (each,) in rows)
        return self._imports[since]

    def _ordered(self, ids: Sequence[int], since: str, to: int | None) -> list[int]:
        started, imports = self._started, self._imports_since(since)
        until = LATER if to is None else time_text(self.moment(to))
        return sorted(
            (each for each in ids if since <= started.get(each, "") <= until and each not in imports),
            key=lambda each: (started[each], each),
            reverse=True,
        )

    def moment(self, crawl_id: int) -> datetime:
        """Return when a crawl began."""
        if crawl_id not in self._moments:
            started = self._started.get(crawl_id) or self._archive.execute(STARTED, (crawl_id,)).fetchone()[0]
            self._moments[crawl_id] = time_of(started)
        return self._moments[crawl_id]
