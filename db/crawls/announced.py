"""What a site's feeds and sitemaps say of a story since its last visit: that it changed."""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta
from sqlite3 import Connection

from archiver.items import ANNOUNCED, Listing, Outcome
from archiver.revisions.noise import settled
from db.crawls.lookups import PageState
from db.values import storable, time_text

# Some sites date every page by the clock. A change of the last minutes may be one of these: after a visit that brought
# nothing new it waits so long since that visit, unless a later crawl still finds it dated as it was.
CLOCK = timedelta(minutes=5)
WAIT = timedelta(hours=1)
# A date without a time of day is read as its midnight in UTC. Until so long after, it is that day somewhere.
DAY_ENDS = timedelta(hours=36)
# A site that says of all its stories that they changed, whenever it is asked, is found out by the visits of some days:
# by so many of those that it announced, if not one in so many brought a change.
LOOKED_BACK = timedelta(days=3)
LEAST_IN_VAIN = 6
NEWS_SHARE = 10
DATED_IN_VAIN = """
SELECT pages.source_id
FROM crawls
CROSS JOIN captures INDEXED BY captures_crawl ON captures.crawl_id = crawls.id
JOIN pages ON pages.id = captures.page_id
WHERE crawls.started >= ? AND captures.detail LIKE '%' || ? AND captures.outcome IN ('changed', 'unchanged')
GROUP BY pages.source_id
HAVING count(*) >= ? AND ? * sum(captures.outcome = 'changed') < count(*)
"""
LISTED = """
SELECT places.url AS listed_on, listed_headlines.headline, articles.headline AS own,
    listed_headlines.first_seen <= :visited AS is_old
FROM pages JOIN articles ON articles.id = pages.article_id
JOIN listed_headlines ON listed_headlines.page_id = pages.id JOIN pages AS places ON places.id = listed_on_id
WHERE pages.url = :url AND origin IN ('feed', 'sitemap')
"""


def announced_visit(
    archive: Connection,
    page: PageState,
    read: datetime,
    listed_on: str | None = None,
    listing: Listing | None = None,
    *,
    by_dates: bool = True,
) -> datetime | None:
    """Return from when on a page may be visited because its site says that it changed; None if it does not say so.

    read is when its feeds and sitemaps were read; listed_on is the one that names it now, if any, and listing what
    that says, which the archive may not have yet. Without by_dates, its dates say nothing: see dated_in_vain.
    """
    visited = page.last_visited
    if visited is None:
        return None
    headline, modified = (None, None) if listing is None else (listing.headline, listing.date_modified)
    if _has_new_headline(archive, page.url, visited, listed_on, headline):
        return visited
    dates = (modified, page.listed_modified) if by_dates else ()
    stated = [moment for moment in dates if moment is not None]
    moments = [moment for moment in stated if moment > visited]
    if not moments:
        # The last visit may have been earlier on the day of the change: one more once that is over.
        days_over = (moment + DAY_ENDS for moment in stated if _is_day(moment))
        return max((moment for moment in days_over if moment > visited), default=None)
    brought_news = page.outcome in (Outcome.STORED, Outcome.CHANGED)
    return visited if brought_news or read - max(moments) >= CLOCK else visited + WAIT


def dated_in_vain(archive: Connection, now: datetime) -> frozenset[int]:
    """Return the ids of the sources that date changes which, again and again, turn out to be none.

    They are told by the announced visits of the last days. Once those are over, the dates of a source count again.
    """
    values = (time_text(now - LOOKED_BACK), ANNOUNCED, LEAST_IN_VAIN, NEWS_SHARE)
    return frozenset(source_id for (source_id,) in archive.execute(DATED_IN_VAIN, values))


def _is_day(moment: datetime) -> bool:
    """Whether a date was most probably given without a time of day."""
    return moment.astimezone(UTC).time() == time()


def _has_new_headline(
    archive: Connection, url: str, visited: datetime, listed_on: str | None, headline: str | None
) -> bool:
    """Whether a feed or sitemap that named a story before gives it a headline that neither it nor the story had."""
    rows = archive.execute(LISTED, {"url": storable(url), "visited": time_text(visited)}).fetchall()
    known = defaultdict[str | None, set[str]](set)
    for row in rows:
        if row["is_old"]:
            known[row["listed_on"]] |= {settled(row["headline"]), settled(row["own"])}
    found = [(row["listed_on"], row["headline"]) for row in rows if not row["is_old"]]
    found += [(listed_on, headline)] if headline else []
    return any(place in known and settled(text) not in known[place] for place, text in found)
