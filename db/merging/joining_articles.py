"""Joining articles: one for each address, whose versions are those of both archives in the order of time."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from sqlite3 import Row

from db.articles import write_addresses
from db.digests import body_digest
from db.forgetting.forgotten import forgetting_of_visit
from db.merging.joining import Join
from db.merging.joining_history import periods_of, write_sightings
from db.versions import class_changes

VERSIONS = """
SELECT article_versions.*, version_sources.sources AS read_from, captures.digest AS bytes, captures.id AS capture
FROM article_versions LEFT JOIN version_sources USING (article_id, number)
LEFT JOIN captures ON captures.id = capture_id
WHERE article_versions.article_id = ? ORDER BY number
"""
KEEP_LATEST = """
INSERT INTO revisions(article_id, number, seen_at, headline, lead, body, authors, date_published, date_modified,
                      capture_id, content_digest, cause, parser)
SELECT article_id, -number, seen_at, headline, lead, body, authors, date_published, date_modified,
       capture_id, content_digest, cause, parser
FROM article_versions WHERE article_id = ? AND is_latest
"""
ADD_REVISION = """
INSERT INTO revisions(article_id, number, seen_at, headline, lead, body, authors, date_published, date_modified,
                      capture_id, content_digest, cause, parser)
VALUES (:article_id, :number, :seen_at, :headline, :lead, :body, :authors, :date_published, :date_modified,
        :capture_id, :content_digest, :cause, :parser)
"""
WRITE_LATEST = """
UPDATE articles SET headline = :headline, lead = :lead, body = :body, body_digest = :body_digest,
    date_published = ifnull(:date_published, date_published), date_modified = ifnull(:date_modified, date_modified),
    capture_id = :capture_id, content_digest = :content_digest, cause = :cause, parser = :parser
WHERE id = :article_id
"""
# What a later sight of the page says of its story; what it no longer says, it said once.
DESCRIBE = """
UPDATE articles SET language = ifnull(:language, language), section = ifnull(:section, section),
    keywords = :keywords, date_published = ifnull(:date_published, date_published),
    date_modified = ifnull(:date_modified, date_modified)
WHERE id = :id
"""
NUMBER = """
UPDATE articles SET revision = ?, revised_at = CASE WHEN ? > 1 THEN ? END, first_seen = min(first_seen, ?),
    last_seen = max(last_seen, ?) WHERE id = ?
"""
WRITE_SOURCES = "INSERT OR REPLACE INTO version_sources(article_id, number, sources) VALUES (?, ?, ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Version:
    """One version of one article, of either archive."""

    number: int
    """In its own archive; 0 of theirs."""
    seen_at: str
    content_digest: str
    bytes: str | None
    """Digest of the page that it was read from."""
    read_from: str | None
    values: dict[str, object]


def join_articles(join: Join) -> None:
    """Join articles by their addresses, with versions, authors and images; ours keep their ids.

    What copies they have here is found anew: their clusters have numbers of their own.
    """
    from db.dedup.duplicates import note_duplicates  # noqa: PLC0415 - numpy

    for batch in join.batches("articles"):
        for row in batch:
            page, source = join.our("pages", row["page_id"]), join.our("sources", row["source_id"])
            theirs = list(_theirs(join, row["id"]))
            if page is None or source is None or not theirs or _is_left_out(join, row, theirs):
                continue
            known = join.ours.execute("SELECT * FROM articles WHERE url = ?", (row["url"],)).fetchone()
            article = _add(join, row, page, source, theirs) if known is None else int(known["id"])
            join.map("articles", row["id"], article)
            is_new_text = known is None or _combine(join, row, known, theirs)
            if is_new_text:
                note_duplicates(join.ours, article)
            write_addresses(join.ours, article, join.addresses(row["url"]))


def _is_left_out(join: Join, row: Row, versions: Sequence[_Version]) -> bool:
    """Whether an article, or any of its texts, was forgotten here."""
    (source,) = join.ours.execute(
        "SELECT url FROM sources WHERE id = ?", (join.our("sources", row["source_id"]),)
    ).fetchone()
    texts = {body_digest(str(version.values["body"])) for version in versions}
    return any(forgetting_of_visit(join.ours, source, [row["url"]], text) is not None for text in texts)


def _theirs(join: Join, article: int) -> Iterator[_Version]:
    """Yield the versions of their article whose captures are here."""
    for version in _versions(join.theirs.execute(VERSIONS, (article,))):
        capture = join.our("captures", int(str(version.values["capture_id"])))
        if capture is not None:
            yield replace(version, number=0, values=version.values | {"capture_id": capture})


def _versions(rows: Iterator[Row]) -> Iterator[_Version]:
    names = (
        "seen_at", "headline", "lead", "body", "authors", "date_published", "date_modified", "capture_id",
        "content_digest", "cause", "parser",
    )  # fmt: skip
    for row in rows:
        yield _Version(
            number=row["number"],
            seen_at=row["seen_at"],
            content_digest=row["content_digest"],
            bytes=row["bytes"],
            read_from=row["read_from"],
            values={name: row[name] for name in names},
        )


def _add(join: Join, row: Row, page: int, source: int, versions: Sequence[_Version]) -> int:
    latest = versions[-1]
    join.added.articles += 1
    article = join.insert(
        "articles",
        row,
        page_id=page,
        source_id=source,
        **{name: value for name, value in latest.values.items() if name not in ("seen_at", "authors")},
        body_digest=body_digest(str(latest.values["body"])),
        revision=len(versions),
        revised_at=latest.seen_at if len(versions) > 1 else None,
    )
    for number, version in enumerate(versions, 1):
        if number < len(versions):
            join.ours.execute(ADD_REVISION, version.values | {"article_id": article, "number": number})
        if version.read_from is not None:
            join.ours.execute(WRITE_SOURCES, (article, number, version.read_from))
    _write_authors(join, article, latest)
    _copy_images(join, row["id"], article)
    if len(versions) > 1:
        class_changes(join.ours, article)
        write_sightings(join.ours, article, periods_of(join.theirs, row["id"]))
    return article


def _combine(join: Join, row: Row, known: Row, theirs: Sequence[_Version]) -> bool:
    """Join their versions of an article into ours; return whether the latest is now one of theirs."""
    article = int(known["id"])
    ours = list(_versions(join.ours.execute(VERSIONS, (article,))))
    periods = [*periods_of(join.ours, article), *periods_of(join.theirs, row["id"])]
    history = _history(ours, theirs)
    new = [version for version in history if not version.number]
    if history != ours:
        join.added.versions += len(new)
        _renumber(join, article, ours, history)
    last = history[-1]
    join.ours.execute(
        NUMBER, (len(history), len(history), last.seen_at, row["first_seen"], row["last_seen"], article)
    )
    if history != ours:
        class_changes(join.ours, article)
    write_sightings(join.ours, article, periods)
    if row["last_seen"] > known["last_seen"]:
        join.ours.execute(DESCRIBE, {name: row[name] for name in row.keys()} | {"id": article})  # noqa: SIM118
        join.ours.execute("DELETE FROM images WHERE article_id = ?", (article,))
        _copy_images(join, row["id"], article)
    return not last.number


def _history(ours: Sequence[_Version], theirs: Sequence[_Version]) -> list[_Version]:
    """Return ours and, of theirs, those that say something else than what stood before, in the order of time.

    Each keeps its own order. The same text seen earlier there moves ours back in time.
    """
    known = {(version.seen_at, version.content_digest) for version in ours}
    left, others = list(ours), [each for each in theirs if (each.seen_at, each.content_digest) not in known]
    history: list[_Version] = []
    while left or others:
        if not others or (left and left[0].seen_at <= others[0].seen_at):
            version = left.pop(0)
            if history and not history[-1].number and history[-1].content_digest == version.content_digest:
                earlier = history.pop()
                version = replace(
                    version, seen_at=earlier.seen_at, values=version.values | {"seen_at": earlier.seen_at}
                )
            history.append(version)
        elif (version := others.pop(0)) and (
            not history or history[-1].content_digest != version.content_digest
        ):
            is_reread = bool(history) and version.bytes is not None and history[-1].bytes == version.bytes
            history.append(
                replace(version, values=version.values | {"cause": "parser"}) if is_reread else version
            )
    return history


def _renumber(join: Join, article: int, ours: Sequence[_Version], history: Sequence[_Version]) -> None:
    """Write a history: rows of ours keep their ids, and get the numbers that they have in it."""
    latest, last = ours[-1], history[-1]
    join.ours.execute("UPDATE revisions SET number = -number WHERE article_id = ?", (article,))
    join.ours.execute("DELETE FROM version_sources WHERE article_id = ?", (article,))
    if last.number != latest.number:
        join.ours.execute(KEEP_LATEST, (article,))
    for number, version in enumerate(history, 1):
        if version.read_from is not None:
            join.ours.execute(WRITE_SOURCES, (article, number, version.read_from))
        if version is last:
            continue
        if version.number:
            join.ours.execute(
                "UPDATE revisions SET number = ?, seen_at = ? WHERE article_id = ? AND number = ?",
                (number, version.seen_at, article, -version.number),
            )
        else:
            join.ours.execute(ADD_REVISION, version.values | {"article_id": article, "number": number})
    if not last.number:
        body = body_digest(str(last.values["body"]))
        join.ours.execute(WRITE_LATEST, last.values | {"article_id": article, "body_digest": body})
        join.ours.execute("DELETE FROM article_authors WHERE article_id = ?", (article,))
        _write_authors(join, article, last)


def _write_authors(join: Join, article: int, version: _Version) -> None:
    names = json.loads(str(version.values["authors"]))
    join.ours.executemany(
        "INSERT INTO authors(name) VALUES (?) ON CONFLICT DO NOTHING", [(name,) for name in names]
    )
    join.ours.executemany(
        "INSERT INTO article_authors(article_id, author_id, position) SELECT ?, id, ? FROM authors WHERE name = ?",
        [(article, position, name) for position, name in enumerate(names)],
    )


def _copy_images(join: Join, their: int, our: int) -> None:
    for row in join.theirs.execute("SELECT * FROM images WHERE article_id = ? ORDER BY position", (their,)):
        join.insert("images", row, article_id=our)
