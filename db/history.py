"""The history of one article: its versions, what changed between any two of them, and its headlines elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from sqlite3 import Connection, Row

from archiver.errors import NotInArchiveError, QueryError
from archiver.items import ChangeKind
from archiver.revisions.diff import Mark, ParagraphDiff, changed_words, text_diff
from archiver.revisions.kinds import Text, body_without_lead
from archiver.revisions.noise import is_same
from db.addresses import article_id_of
from db.connection import archive_errors
from db.headlines import HeadlineVariant, headline_variants
from db.read import gone_at
from db.values import time_of
from db.versions import kinds_of, text_of_row

PERIODS = "SELECT * FROM version_periods WHERE article_id = ? ORDER BY first_seen, number"


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDiff:
    """What changed in one field from one version to another."""

    field: str
    """headline, lead, authors or body. The body is without the lead where that stands first in it."""
    paragraphs: tuple[ParagraphDiff, ...]
    added: int
    """Words that were added; characters in scripts without spaces."""
    removed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionPeriod:
    """A time from when to when the page of an article showed one version."""

    number: int
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of an article."""

    number: int
    """From 1."""
    seen_at: datetime
    """When it was first seen."""
    last_seen: datetime | None
    """None if that was not noted."""
    cause: str
    """publisher, or parser: a better one read the same page again."""
    kinds: tuple[ChangeKind, ...]
    """What changed against the version before; none of the first."""
    headline: str
    authors: tuple[str, ...]
    changes: tuple[FieldDiff, ...]
    """The fields that differ from the version before, with how."""
    notice: str | None
    """The correction that the newsroom declares with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """All that is known of how an article changed."""

    article_id: int
    url: str
    source: str
    """Host of its site."""
    language: str | None
    versions: tuple[Version, ...]
    """Oldest first."""
    periods: tuple[VersionPeriod, ...]
    """Which version its page showed when; one that came back stands there again."""
    shown: int
    """The version that the page showed when it was last read; the latest, unless the page flaps."""
    headlines: tuple[HeadlineVariant, ...]
    gone_at: datetime | None
    """Since when its site has taken it down, as far as visits tell; None if it has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDiff:
    """What changed from one version of an article to another."""

    article_id: int
    url: str
    headline: str
    """Of the later one."""
    language: str | None
    old: int
    new: int
    old_seen_at: datetime
    new_seen_at: datetime
    kinds: tuple[ChangeKind, ...]
    cause: str
    """publisher or parser of the later one."""
    fields: tuple[FieldDiff, ...]
    """Those that differ."""


def history(archive: Connection, url_or_id: str) -> History:
    """Return the history of an article by its id or any address that leads to it.

    Raises NotInArchiveError, which says what became of the page.
    """
    with archive_errors(archive):
        article_id = article_id_of(archive, url_or_id)
        article = archive.execute(
            "SELECT articles.*, sources.host AS source FROM articles JOIN sources ON sources.id = source_id "
            "WHERE articles.id = ?",
            (article_id,),
        ).fetchone()
        periods = _periods(archive, article_id)
        return History(
            article_id=article_id,
            url=article["url"],
            source=article["source"],
            language=article["language"],
            versions=_versions(archive, article_id, periods),
            periods=periods,
            shown=periods[-1].number if periods else article["revision"],
            headlines=headline_variants(archive, article_id),
            gone_at=gone_at(archive, article_id),
        )


def version_diff(
    archive: Connection, url_or_id: str, old: int | None = None, new: int | None = None
) -> VersionDiff:
    """Return what changed from version old to version new of an article.

    new is the latest if it is left out, old the one before new. Raises NotInArchiveError if there is no such
    article or version, or only one, QueryError if old is new, or the version before the first.
    """
    with archive_errors(archive):
        article_id = article_id_of(archive, url_or_id)
        article = archive.execute("SELECT * FROM articles WHERE id = ?", (article_id,)).fetchone()
        latest = article["revision"]
        new = latest if new is None else new
        old = new - 1 if old is None else old
        if latest == 1:
            raise NotInArchiveError(
                f"{article['url']} has one version only: nothing has changed since it was archived"
            )
        if old == 0:
            raise QueryError(
                f"version 1 of article {article_id} is its first: name the one to compare it with, such as 1 {latest}"
            )
        before, after = (_version_row(archive, article_id, number, latest) for number in (old, new))
        if old == new:
            raise QueryError(
                f"version {old} is the same as itself: name two versions, such as {latest - 1} {latest}"
            )
        return VersionDiff(
            article_id=article_id,
            url=article["url"],
            headline=after["headline"],
            language=article["language"],
            old=old,
            new=new,
            old_seen_at=time_of(before["seen_at"]),
            new_seen_at=time_of(after["seen_at"]),
            kinds=_kinds_between(archive, article_id, old, new),
            cause=after["cause"],
            fields=field_diffs(text_of_row(before), text_of_row(after)),
        )


def field_diffs(before: Text, after: Text) -> tuple[FieldDiff, ...]:
    """Return the fields that differ between two texts, with what is not noise of how."""
    fields = (
        ("headline", (before.headline,), (after.headline,)),
        ("lead", _given(before.lead), _given(after.lead)),
        ("authors", before.authors, after.authors),
        ("body", body_without_lead(before), body_without_lead(after)),
    )
    return tuple(
        _field_diff(field, old, new)
        for field, old, new in fields
        if not is_same("\n".join(old), "\n".join(new))
    )


def _field_diff(field: str, old: tuple[str, ...], new: tuple[str, ...]) -> FieldDiff:
    paragraphs = text_diff(old, new)
    added, removed = changed_words(paragraphs)
    return FieldDiff(field=field, paragraphs=paragraphs, added=added, removed=removed)


def _given(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def _version_row(archive: Connection, article_id: int, number: int, latest: int) -> Row:
    row: Row | None = archive.execute(
        "SELECT * FROM article_versions WHERE article_id = ? AND number = ?", (article_id, number)
    ).fetchone()
    if row is None:
        raise NotInArchiveError(f"article {article_id} has no version {number}: it has 1 to {latest}")
    return row


def _kinds_between(archive: Connection, article_id: int, old: int, new: int) -> tuple[ChangeKind, ...]:
    """Return the kinds of all changes between two versions."""
    first, last = sorted((old, new))
    found = {kind for number in range(first + 1, last + 1) for kind in kinds_of(archive, article_id, number)}
    return tuple(kind for kind in ChangeKind if kind in found)


def _periods(archive: Connection, article_id: int) -> tuple[VersionPeriod, ...]:
    return tuple(
        VersionPeriod(
            number=row["number"],
            first_seen=time_of(row["first_seen"]),
            last_seen=time_of(row["last_seen"]),
        )
        for row in archive.execute(PERIODS, (article_id,))
    )


def _versions(
    archive: Connection, article_id: int, periods: tuple[VersionPeriod, ...]
) -> tuple[Version, ...]:
    rows = archive.execute(
        "SELECT * FROM article_versions WHERE article_id = ? ORDER BY number", (article_id,)
    ).fetchall()
    befores = (None, *rows)
    make = partial(_version, archive, periods)
    return tuple(make(before, after) for before, after in zip(befores, rows, strict=False))


def _version(
    archive: Connection, periods: tuple[VersionPeriod, ...], before: Row | None, after: Row
) -> Version:
    text, number = text_of_row(after), after["number"]
    notice = archive.execute(
        "SELECT notice FROM version_changes WHERE article_id = ? AND number = ? AND kind = 'correction'",
        (after["article_id"], number),
    ).fetchone()
    return Version(
        number=number,
        seen_at=time_of(after["seen_at"]),
        last_seen=max((each.last_seen for each in periods if each.number == number), default=None),
        cause=after["cause"],
        kinds=kinds_of(archive, after["article_id"], number),
        headline=after["headline"],
        authors=text.authors,
        changes=() if before is None else field_diffs(text_of_row(before), text),
        notice=None if notice is None else notice["notice"],
    )


def old_and_new(field: FieldDiff) -> tuple[str, str]:
    """Return the text of a field of short paragraphs, such as names of authors, before and after."""
    # What moved stands in full where it stood before, too.
    stayed = [each for each in field.paragraphs if each.mark is not Mark.MOVED]
    return _joined(stayed, Mark.REMOVED), _joined(field.paragraphs, Mark.ADDED)


def _joined(paragraphs: Sequence[ParagraphDiff], mark: Mark) -> str:
    """Return the texts of paragraphs with the pieces of mark, and without those of the other text."""
    texts = (
        "".join(piece.text for piece in paragraph.pieces if piece.mark in (Mark.SAME, mark)).strip()
        for paragraph in paragraphs
    )
    return ", ".join(text for text in texts if text)
