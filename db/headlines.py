"""Headlines of a story elsewhere than above its text: in feeds, sitemaps, on other pages, and for machines."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection

from archiver.items import Discovery, FoundBy, StatedTitle
from archiver.revisions.noise import settled
from db.values import storable, time_of, time_text

LISTINGS = frozenset({FoundBy.FEED, FoundBy.SITEMAP})
SEE_LISTED = """
INSERT INTO listed_headlines(page_id, origin, listed_on_id, headline, first_seen, last_seen)
SELECT id, :origin, :on, :headline, :seen, :seen FROM pages WHERE url = :url
ON CONFLICT(page_id, origin, listed_on_id, headline)
DO UPDATE SET first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)
"""
SEE_STATED = """
INSERT INTO listed_headlines(page_id, origin, listed_on_id, headline, first_seen, last_seen)
VALUES (:page, :origin, :page, :headline, :seen, :seen)
ON CONFLICT(page_id, origin, listed_on_id, headline)
DO UPDATE SET first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)
"""
# What the view headline_variants holds of one article. Asked of the view, which groups, SQLite would put together all
# versions of all articles first.
VARIANTS = """
SELECT 'article' AS origin, headline, min(first_seen) AS first_seen, max(last_seen) AS last_seen, url AS seen_on
FROM (SELECT number, first_seen, last_seen FROM version_periods WHERE article_id = :id)
JOIN (SELECT number, headline, url FROM article_versions WHERE article_id = :id) USING (number)
WHERE number + 1 NOT IN (SELECT number FROM article_versions WHERE article_id = :id AND cause = 'parser')
GROUP BY number
UNION ALL
SELECT origin, headline, listed_headlines.first_seen, listed_headlines.last_seen, places.url
FROM pages JOIN listed_headlines ON listed_headlines.page_id = pages.id
JOIN pages AS places ON places.id = listed_on_id
WHERE pages.article_id = :id
UNION ALL
SELECT CASE WHEN pages.article_id IS NULL THEN 'front_page' ELSE 'related' END, headline,
    min(related_links.first_seen), max(related_links.last_seen), pages.url
FROM pages AS targets JOIN related_links ON target_id = targets.id
JOIN pages ON pages.id = related_links.page_id
WHERE targets.article_id = :id GROUP BY related_links.page_id, headline
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeadlineVariant:
    """A headline that a story was seen under."""

    origin: str
    """article (above its text), feed, sitemap, front_page, related, og:title, twitter:title or json-ld."""
    headline: str
    first_seen: datetime
    last_seen: datetime
    seen_on: str
    """The page that showed it: the story's own, a feed, a front page, another story."""


def see_listed_headlines(archive: Connection, discovery: Discovery, found_on: int) -> None:
    """Note the headlines that a feed or sitemap gives; those of a front page are its related links."""
    if discovery.found_by not in LISTINGS:
        return
    rows = [
        {
            "url": storable(listing.url),
            "origin": discovery.found_by,
            "on": found_on,
            "headline": headline,
            "seen": time_text(discovery.seen),
        }
        for listing in discovery.listings
        if listing.headline and (headline := " ".join(storable(listing.headline).split()))
    ]
    archive.executemany(SEE_LISTED, rows)


def see_stated_titles(archive: Connection, page_id: int, titles: Iterable[StatedTitle], seen: str) -> None:
    """Note the titles that a story's page states for machines, those that differ from its headline."""
    rows = [
        {"page": page_id, "origin": title.origin, "headline": storable(title.text), "seen": seen}
        for title in titles
    ]
    archive.executemany(SEE_STATED, rows)


def headline_variants(archive: Connection, article_id: int) -> tuple[HeadlineVariant, ...]:
    """Return every headline that an article was seen under, by place, in the order of their first being seen.

    Those of versions stand first among those of one time. What differs by noise only is one, spelled as it was first.
    """
    rows = archive.execute(
        f"SELECT * FROM ({VARIANTS}) ORDER BY first_seen, origin <> 'article', origin, seen_on, headline",  # noqa: S608
        {"id": article_id},
    )
    found: dict[tuple[str, str, str], HeadlineVariant] = {}
    for row in rows:
        key = (row["origin"], row["seen_on"], settled(row["headline"]))
        last_seen = time_of(row["last_seen"])
        known = found.get(key)
        found[key] = HeadlineVariant(
            origin=row["origin"],
            headline=known.headline if known else row["headline"],
            first_seen=known.first_seen if known else time_of(row["first_seen"]),
            last_seen=max(known.last_seen, last_seen) if known else last_seen,
            seen_on=row["seen_on"],
        )
    return tuple(found.values())
