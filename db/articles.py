"""Rows of articles, their earlier versions, authors and images."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from sqlite3 import Connection

from archiver import __version__
from archiver.items import ARTICLE_OUTCOMES, Article, Image, Outcome, Sources, StoryAddress, Visit
from db.digests import body_digest, content_digest
from db.ids import next_id
from db.values import (
    each_name,
    list_of,
    list_text,
    published_text,
    sources_text,
    storable,
    storable_or_none,
    time_text,
)
from db.versions import (
    continue_sighting,
    keep_first_period,
    note_change,
    outlasting_version,
    see_version,
)

INSERT_ARTICLE = f"""
INSERT INTO articles(id, url, page_id, source_id, headline, lead, body, language, section, keywords,
                     date_published, date_modified, first_seen, last_seen, capture_id,
                     body_digest, content_digest, parser)
VALUES ({next_id("articles")}, :url, :page_id, :source_id, :headline, :lead, :body, :language, :section, :keywords,
        :date_published, :date_modified, :seen, :seen, :capture_id,
        :body_digest, :content_digest, :parser)
RETURNING id
"""  # noqa: S608 - only text of this program
KEEP_VERSION = """
INSERT INTO revisions(article_id, number, seen_at, headline, lead, body, authors,
                      date_published, date_modified, capture_id, content_digest, cause, parser)
SELECT article_id, number, seen_at, headline, lead, body, authors,
       date_published, date_modified, capture_id, content_digest, cause, parser
FROM article_versions WHERE article_id = ? AND is_latest
"""
# Where the same bytes gave another text, it was not the publisher who changed it.
REVISE_ARTICLE = """
UPDATE articles SET revision = revision + 1, revised_at = :seen, capture_id = :capture_id, parser = :parser,
    cause = CASE WHEN (SELECT digest FROM captures WHERE id = articles.capture_id)
        = (SELECT digest FROM captures WHERE id = :capture_id) THEN 'parser' ELSE 'publisher' END,
    headline = :headline, lead = :lead, body = :body,
    body_digest = :body_digest, content_digest = :content_digest
WHERE id = :id
"""
# The fetch that brought a page whose text went back to an earlier version.
FIRST_SIGHT = """
SELECT id FROM captures WHERE page_id = ? AND fetched = ? AND status BETWEEN 200 AND 299 ORDER BY id DESC LIMIT 1
"""
# What a page no longer says of its story, it said once: a date does not become unknown by a new design.
DESCRIBE_ARTICLE = """
UPDATE articles SET last_seen = max(last_seen, :seen), keywords = :keywords, language = ifnull(:language, language),
    section = ifnull(:section, section), date_published = ifnull(:date_published, date_published),
    date_modified = ifnull(:date_modified, date_modified)
WHERE id = :id
"""
# An import may bring an older sight of the text; of an article that has changed since, it is of no version.
SEEN_BEFORE = """
UPDATE articles SET first_seen = min(first_seen, :seen) WHERE id = :id AND revision = 1
    AND content_digest = :content_digest
"""
# What a page no longer says of its story keeps its source too.
WRITE_SOURCES = """
INSERT INTO version_sources(article_id, number, sources)
SELECT id, revision, :sources FROM articles WHERE id = :id
ON CONFLICT(article_id, number) DO UPDATE SET sources = json_patch(sources, excluded.sources)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The rows that an article belongs to."""

    page_id: int
    source_id: int
    capture_id: int | None


def record_article(archive: Connection, visit: Visit, place: Place) -> tuple[Outcome, int | None]:
    """Write what the visit tells of an article; return the outcome and the article's id, None if it has none.

    The outcome is the visit's, but an article that another page stored since the visit was decided is not
    stored again. Raises ValueError if the visit lacks the article or the article_id that its outcome needs.
    """
    article = (
        storable_article(visit.split.article, visit.final_url)
        if visit.split and visit.split.article
        else None
    )
    outcome, article_id = visit.outcome, visit.article_id
    if outcome is Outcome.STORED:
        outcome, article_id = _known_by_now(archive, _needed(article), place)
    if outcome not in ARTICLE_OUTCOMES:
        return outcome, None
    seen = time_text(visit.fetched)
    if article_id is None:
        if outcome is not Outcome.STORED:
            raise ValueError(f"a visit of outcome {outcome} needs the article_id: {visit.url}")
        article_id = _add_article(archive, _needed(article), place, seen)
        write_addresses(archive, article_id, visit.addresses)
        return outcome, article_id
    if outcome is Outcome.CHANGED:
        revise_article(archive, article_id, _needed(article), place, seen)
    if outcome is Outcome.UNCHANGED and _went_back(archive, visit, article_id, place):
        return Outcome.CHANGED, article_id
    if outcome is Outcome.DUPLICATE or article is None or visit.version is not None:
        archive.execute("UPDATE articles SET last_seen = max(last_seen, ?) WHERE id = ?", (seen, article_id))
    elif outcome is Outcome.UNCHANGED and _was_seen_after(archive, article_id, seen):
        # What was seen later knows better what the page says of its story.
        archive.execute(SEEN_BEFORE, article_values(article, seen) | {"id": article_id})
    else:
        describe_article(archive, article_id, article, seen)
    return outcome, article_id


def _went_back(archive: Connection, visit: Visit, article_id: int, place: Place) -> bool:
    """Note which version a page shows that did not change; whether it has gone back to an earlier one for good.

    That becomes a version of its own, as of when the page went back.
    """
    seen = time_text(visit.fetched)
    latest = archive.execute("SELECT revision FROM articles WHERE id = ?", (article_id,)).fetchone()[0]
    number = visit.version or (None if visit.split is None else latest)
    see_version(archive, article_id, number, seen)
    sighting = outlasting_version(archive, article_id, seen)
    if sighting is None:
        return False
    archive.execute("UPDATE articles SET last_seen = max(last_seen, ?) WHERE id = ?", (seen, article_id))
    text = archive.execute(
        "SELECT * FROM article_versions WHERE article_id = ? AND number = ?", (article_id, sighting["number"])
    ).fetchone()
    again = Article(
        url=text["url"],
        headline=text["headline"],
        lead=text["lead"],
        body=text["body"],
        authors=list_of(text["authors"]),
    )
    since = sighting["first_seen"]
    first = archive.execute(FIRST_SIGHT, (place.page_id, since)).fetchone()
    place = replace(place, capture_id=text["capture_id"] if first is None else first["id"])
    revise_article(archive, article_id, again, place, since)
    continue_sighting(archive, sighting, latest + 1)
    return True


def _needed(article: Article | None) -> Article:
    if article is None:
        raise ValueError("a visit that is stored or changed needs the article")
    return article


def _known_by_now(archive: Connection, article: Article, place: Place) -> tuple[Outcome, int | None]:
    """Return what storing the article comes to, and the id of the one that stands at its address, if any."""
    row = archive.execute(
        "SELECT id, page_id, content_digest FROM articles WHERE url = ?", (article.url,)
    ).fetchone()
    if row is None:
        return Outcome.STORED, None
    if row["content_digest"] != content_digest(article):
        return Outcome.CHANGED, row["id"]
    return (Outcome.UNCHANGED if row["page_id"] == place.page_id else Outcome.DUPLICATE), row["id"]


def _was_seen_after(archive: Connection, article_id: int, seen: str) -> bool:
    row = archive.execute("SELECT last_seen > ? FROM articles WHERE id = ?", (seen, article_id)).fetchone()
    return row is not None and bool(row[0])


def _add_article(archive: Connection, article: Article, place: Place, seen: str) -> int:
    values = article_values(article, seen) | {
        "page_id": place.page_id,
        "source_id": place.source_id,
        "capture_id": place.capture_id,
    }
    article_id = int(archive.execute(INSERT_ARTICLE, values).fetchone()[0])
    _write_authors(archive, article_id, article.authors)
    _write_images(archive, article_id, article.images)
    _write_sources(archive, article_id, article.sources)
    _note_duplicates(archive, article_id)
    return article_id


def write_addresses(archive: Connection, article_id: int, addresses: Iterable[StoryAddress]) -> None:
    """Keep the story address of an article; those of other versions of the rules stay."""
    archive.executemany(
        "INSERT OR IGNORE INTO story_addresses(article_id, version, address) VALUES (?, ?, ?)",
        [(article_id, each.version, storable(each.address)) for each in addresses],
    )


def without_address(archive: Connection, version: int, limit: int) -> list[tuple[int, str]]:
    """Return id and address of articles whose story address by a version of the rules is not kept, the latest first.

    As long as they are filled in in this order, the first article says whether all are.
    """
    first = archive.execute(
        "SELECT 1 FROM story_addresses WHERE article_id = (SELECT min(id) FROM articles) AND version = ?",
        (version,),
    ).fetchone()
    if first is not None:
        return []
    rows = archive.execute(
        """
        SELECT id, url FROM articles LEFT JOIN story_addresses ON article_id = id AND version = ?
        WHERE article_id IS NULL ORDER BY id DESC LIMIT ?
        """,
        (version, limit),
    )
    return [(row["id"], row["url"]) for row in rows]


def revise_article(archive: Connection, article_id: int, article: Article, place: Place, seen: str) -> None:
    """Make article, which is storable and was seen so at the time seen, the latest version."""
    keep_first_period(archive, article_id)
    archive.execute(KEEP_VERSION, (article_id,))
    values = article_values(article, seen) | {"id": article_id, "capture_id": place.capture_id}
    archive.execute(REVISE_ARTICLE, values)
    archive.execute("DELETE FROM article_authors WHERE article_id = ?", (article_id,))
    _write_authors(archive, article_id, article.authors)
    number = archive.execute("SELECT revision FROM articles WHERE id = ?", (article_id,)).fetchone()[0]
    note_change(archive, article_id, number, seen)
    _note_duplicates(archive, article_id)


def describe_article(archive: Connection, article_id: int, article: Article, seen: str) -> None:
    """Update what the page says of its story beside its content; article is storable."""
    archive.execute(DESCRIBE_ARTICLE, article_values(article, seen) | {"id": article_id})
    if _images(archive, article_id) != article.images:  # writing them again would count as a change
        archive.execute("DELETE FROM images WHERE article_id = ?", (article_id,))
        _write_images(archive, article_id, article.images)
    _write_sources(archive, article_id, article.sources)


def _note_duplicates(archive: Connection, article_id: int) -> None:
    from db.dedup.duplicates import note_duplicates  # noqa: PLC0415 - a search must not wait for numpy

    note_duplicates(archive, article_id)


def _write_authors(archive: Connection, article_id: int, names: tuple[str, ...]) -> None:
    archive.executemany(
        "INSERT INTO authors(name) VALUES (?) ON CONFLICT(name) DO NOTHING", [(name,) for name in names]
    )
    archive.executemany(
        "INSERT INTO article_authors(article_id, author_id, position) "
        "SELECT ?, id, ? FROM authors WHERE name = ?",
        [(article_id, position, name) for position, name in enumerate(names)],
    )


def _write_images(archive: Connection, article_id: int, images: tuple[Image, ...]) -> None:
    archive.executemany(
        "INSERT INTO images(article_id, position, url, caption, credit) VALUES (?, ?, ?, ?, ?)",
        [(article_id, position, im.url, im.caption, im.credit) for position, im in enumerate(images)],
    )


def _images(archive: Connection, article_id: int) -> tuple[Image, ...]:
    rows = archive.execute(
        "SELECT url, caption, credit FROM images WHERE article_id = ? ORDER BY position", (article_id,)
    )
    return tuple(Image(url=url, caption=caption, credit=credit) for url, caption, credit in rows)


def _write_sources(archive: Connection, article_id: int, sources: Sources) -> None:
    archive.execute(WRITE_SOURCES, {"id": article_id, "sources": sources_text(sources)})


def article_values(article: Article, seen: str) -> dict[str, object]:
    """Return what columns hold of a storable article, seen at the time seen."""
    return {
        "url": article.url,
        "headline": article.headline,
        "lead": article.lead,
        "body": article.body,
        "language": article.language,
        "section": article.section,
        "keywords": list_text(article.keywords),
        "date_published": published_text(article.date_published, article.sources.date_published_precision),
        "date_modified": published_text(article.date_modified, article.sources.date_modified_precision),
        "body_digest": body_digest(article.body),
        "content_digest": content_digest(article),
        "parser": __version__,
        "seen": seen,
    }


def storable_article(article: Article, final_url: str) -> Article:
    """Return article with texts as columns take them, at final_url if it has no address."""
    return replace(
        article,
        url=storable(article.url or final_url),
        headline=storable(article.headline),
        lead=storable_or_none(article.lead),
        body=storable(article.body),
        authors=each_name(article.authors),
        language=storable_or_none(article.language),
        section=storable_or_none(article.section),
        images=tuple(_storable_image(image) for image in article.images),
    )


def _storable_image(image: Image) -> Image:
    return Image(
        url=storable(image.url),
        caption=storable_or_none(image.caption),
        credit=storable_or_none(image.credit),
    )
