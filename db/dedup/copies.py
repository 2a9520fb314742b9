"""Which articles are copies, as people ask for it: the clusters, and what one article has in common with its copies."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from sqlite3 import Connection, Row

from archiver.errors import NotInArchiveError
from archiver.items import Precision
from db.connection import archive_errors
from db.dedup.clusters import current_cluster
from db.dedup.fingerprint import words_of
from db.dedup.overlap import Overlap, passages, shares
from db.read import stored_article
from db.searching.filters import ALL_ARTICLES, Filters, article_condition
from db.values import time_of, time_or_none

CLUSTERS = """
WITH chosen AS (
    SELECT DISTINCT cluster_id AS id FROM cluster_members JOIN articles ON articles.id = article_id WHERE {condition})
SELECT chosen.id, count(*) AS articles, count(DISTINCT source_id) AS sources, max(first_seen) AS latest
FROM chosen JOIN cluster_members ON cluster_id = chosen.id JOIN articles ON articles.id = article_id
GROUP BY chosen.id HAVING count(*) > 1
ORDER BY {order}, chosen.id LIMIT ?
"""
ONE_CLUSTER = """
SELECT cluster_id AS id, count(*) AS articles, count(DISTINCT source_id) AS sources, max(first_seen) AS latest
FROM cluster_members JOIN articles ON articles.id = article_id WHERE cluster_id = ?
GROUP BY cluster_id HAVING count(*) > 1
"""
MEMBERS = """
SELECT articles.id, articles.url, sources.host AS source, headline, date_published, articles.first_seen, agency,
    json_extract(version_sources.sources, '$.date_published_precision') AS precision
FROM cluster_members JOIN articles ON articles.id = cluster_members.article_id
JOIN sources ON sources.id = source_id
LEFT JOIN fingerprints ON fingerprints.article_id = articles.id
LEFT JOIN version_sources ON version_sources.article_id = articles.id AND number = revision
WHERE cluster_id = ? ORDER BY ifnull(date_published, articles.first_seen), articles.first_seen, articles.id
"""
# The article's own form of each version, and what else is or leads there.
ADDRESSES = """
SELECT url FROM pages WHERE article_id = ?1 AND outcome IN ('stored', 'changed', 'unchanged', 'duplicate')
UNION SELECT articles.url FROM story_addresses AS own
JOIN story_addresses AS other ON other.address = own.address AND other.version = own.version
JOIN articles ON articles.id = other.article_id WHERE own.article_id = ?1
EXCEPT SELECT url FROM articles WHERE id = ?1 ORDER BY 1
"""
SAME_TEXT = """
SELECT others.article_id FROM cluster_members AS own JOIN cluster_members AS others USING (cluster_id)
JOIN articles ON articles.id = others.article_id
WHERE own.article_id = ?1 AND others.article_id <> ?1
AND body_digest = (SELECT body_digest FROM articles WHERE id = ?1)
"""
# Articles of other texts with which one is compared at least: half a millisecond each.
COMPARED = 200
SAME = Overlap(1.0, 1.0, 1.0, is_template=False)


class Order(StrEnum):
    """In which order clusters come."""

    LARGEST = "largest"
    NEWEST = "newest"
    """Those that last got an article first."""


class Level(StrEnum):
    """How much alike two articles are."""

    TEXT = "text"
    """All their words are the same; case and punctuation make no difference."""
    NEAR = "near"


class Direction(StrEnum):
    """Who had a text first."""

    EARLIER = "earlier"
    """The other article."""
    LATER = "later"
    UNKNOWN = "unknown"
    """Both are of the same moment, or of a day of which the time is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """An article that has a copy."""

    article_id: int
    url: str
    source: str
    headline: str
    date_published: datetime | None
    date_published_precision: Precision | None
    """Whether its page states a day or a moment."""
    first_seen: datetime
    agency: str | None
    """The news agency that its byline or an agency line names."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cluster:
    """Articles that are copies of each other."""

    id: int
    """Given once; of clusters that grow together the oldest one's stays."""
    articles: int
    sources: int
    latest: datetime
    """When the last of them was archived."""
    members: tuple[Copy, ...]
    """The one that was published first, first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What an article has in common with another one of its cluster."""

    copy: Copy
    level: Level
    direction: Direction
    """Whether the other one is earlier or later."""
    share: float
    """Of the article, what the other has too."""
    other_share: float
    """Of the other, what the article has too."""
    passages: tuple[str, ...]
    """What is the same word by word, as the article writes it, in order; empty if all is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Copies:
    """The copies of one article, at each of the three levels."""

    article: Copy
    cluster_id: int | None
    addresses: tuple[str, ...]
    """Other addresses of the same story."""
    comparisons: tuple[Comparison, ...]
    """With those of the same text, then with those that have most of it; each the earliest first."""
    others: int
    """The other articles of its cluster, compared or not."""


@dataclass(frozen=True, slots=True)
class _Text:
    """An article as it is compared."""

    copy: Copy
    body: str


def clusters(
    archive: Connection,
    filters: Filters = ALL_ARTICLES,
    limit: int = 20,
    order: Order = Order.LARGEST,
) -> list[Cluster]:
    """Return at most limit clusters that hold an article that filters lets pass, with all their articles.

    Raises QueryError if no source is of the name that filters gives.
    """
    by = "articles DESC, latest DESC" if order is Order.LARGEST else "latest DESC, articles DESC"
    with archive_errors(archive):
        condition = article_condition(archive, filters)
        sql = CLUSTERS.format(condition=condition.sql, order=by)
        rows = archive.execute(sql, (*condition.values, max(limit, 0))).fetchall()
        return [_cluster(archive, row) for row in rows]


def cluster(archive: Connection, cluster_id: int) -> Cluster:
    """Return a cluster by its id, or by that of one that was merged into it. Raises NotInArchiveError."""
    with archive_errors(archive):
        current = current_cluster(archive, cluster_id)
        row = archive.execute(ONE_CLUSTER, (current,)).fetchone()
        if row is None:
            raise NotInArchiveError(
                f"no articles are cluster {cluster_id} now: `archiver duplicates` shows those that are"
            )
        return _cluster(archive, row)


def copies_of(archive: Connection, url_or_id: str, limit: int = 20) -> Copies:
    """Return the copies of an article, compared with at most limit of them.

    Of more than COMPARED whose text is another one, or than limit if that is more, the earliest are looked at.
    The article is named as db.read.stored_article takes it. Raises NotInArchiveError as that does.
    """
    article = stored_article(archive, url_or_id)
    with archive_errors(archive):
        row = archive.execute(
            "SELECT cluster_id FROM cluster_members WHERE article_id = ?", (article.id,)
        ).fetchone()
        members = () if row is None else tuple(archive.execute(MEMBERS, (row["cluster_id"],)))
        agency = archive.execute(
            "SELECT agency FROM fingerprints WHERE article_id = ?", (article.id,)
        ).fetchone()
        return Copies(
            article=Copy(
                article_id=article.id,
                url=article.url,
                source=article.source,
                headline=article.headline,
                date_published=article.date_published,
                date_published_precision=article.sources.date_published_precision,
                first_seen=article.first_seen,
                agency=agency and agency["agency"],
            ),
            cluster_id=row["cluster_id"] if len(members) > 1 else None,
            addresses=tuple(url for (url,) in archive.execute(ADDRESSES, (article.id,))),
            comparisons=tuple(_comparisons(archive, article.id, members, max(limit, 0))),
            others=max(len(members) - 1, 0),
        )


def _cluster(archive: Connection, row: Row) -> Cluster:
    return Cluster(
        id=row["id"],
        articles=row["articles"],
        sources=row["sources"],
        latest=time_of(row["latest"]),
        members=tuple(_copy(member) for member in archive.execute(MEMBERS, (row["id"],))),
    )


def _copy(row: Row) -> Copy:
    return Copy(
        article_id=row["id"],
        url=row["url"],
        source=row["source"],
        headline=row["headline"],
        date_published=time_or_none(row["date_published"]),
        date_published_precision=None if row["precision"] is None else Precision(row["precision"]),
        first_seen=time_of(row["first_seen"]),
        agency=row["agency"],
    )


def _comparisons(
    archive: Connection, article_id: int, members: Sequence[Row], limit: int
) -> Iterator[Comparison]:
    """Yield at most limit comparisons with members: those of the same text, then those with the largest share."""
    own = next((_text(archive, row) for row in members if row["id"] == article_id), None)
    if own is None:
        return
    alike = {id_ for (id_,) in archive.execute(SAME_TEXT, (article_id,))}
    same = [row for row in members if row["id"] in alike][:limit]
    for row in same:
        yield _comparison(own, _text(archive, row), SAME, ())
    words = words_of(own.body)
    others = [row for row in members if row["id"] not in {article_id, *alike}] if len(same) < limit else []
    texts = [_text(archive, row) for row in others[: max(COMPARED, limit)]]
    found = [(shares(words, words_of(text.body)), text) for text in texts]
    found.sort(key=lambda each: -each[0].share)
    for overlap, text in found[: limit - len(same)]:
        yield _comparison(own, text, overlap, tuple(passages(words, words_of(text.body))))


def _comparison(own: _Text, other: _Text, overlap: Overlap, common: tuple[str, ...]) -> Comparison:
    return Comparison(
        copy=other.copy,
        level=Level.TEXT if overlap is SAME else Level.NEAR,
        direction=_direction(own, other),
        share=overlap.share,
        other_share=overlap.other_share,
        passages=common,
    )


def _text(archive: Connection, row: Row) -> _Text:
    (body,) = archive.execute("SELECT body FROM articles WHERE id = ?", (row["id"],)).fetchone()
    return _Text(_copy(row), body)


def _direction(own: _Text, other: _Text) -> Direction:
    """Return whether the other was published before, by their dates or, if one states none, by when they were seen."""
    ours, theirs = own.copy.date_published, other.copy.date_published
    if ours is None or theirs is None:
        ours, theirs = own.copy.first_seen, other.copy.first_seen
    elif (
        Precision.DAY in (own.copy.date_published_precision, other.copy.date_published_precision)
        and ours.date() == theirs.date()
    ):
        return Direction.UNKNOWN
    if ours == theirs:
        return Direction.UNKNOWN
    return Direction.EARLIER if theirs < ours else Direction.LATER
