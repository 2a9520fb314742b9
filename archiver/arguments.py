"""What callers of archiver.Archive give, as the questions of db take it. QueryError says what is none."""

from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import TypeVar

from archiver.errors import QueryError
from archiver.items import ChangeKind
from db.searching.filters import Filters

# A day stands for its first moment, in UTC, and where it ends a span of time, for all of it.
Moment = datetime | date
Name = TypeVar("Name", bound=StrEnum)


def canonical(url_or_id: str | int) -> str:
    """Return the number of an article as text, or an address as the archive has it."""
    text = str(url_or_id)
    if "://" not in text:
        return text
    from archiver.parsers.urls import canonical_url  # noqa: PLC0415 - a number must not wait for lxml

    return canonical_url(text) or text


def article_filters(  # noqa: PLR0913, PLR0917 - one for each option of the command
    source: str | None,
    since: Moment | None,
    until: Moment | None,
    language: str | None,
    author: str | None,
    section: str | None = None,
    change: ChangeKind | str | None = None,
    *,
    distinct: bool = False,
) -> Filters:
    """Return the articles that count."""
    for text in (source, language, author, section):
        if text is not None and not isinstance(text, str):
            raise QueryError(f"{text!r} is no text to choose by: give one")
    return Filters(
        source=source,
        since=moment_of(since),
        until=end_of(until),
        language=language,
        author=author,
        section=section,
        change=None if change is None else one_of(ChangeKind, change),
        distinct=distinct,
    )


def sought(words: str) -> str:
    """Return the words to search for."""
    if not isinstance(words, str):
        raise QueryError(f"{words!r} is no text to search for: give one")
    return words


def moment_of(moment: Moment | None) -> datetime | None:
    """Return a moment with time zone; of a day its first, in UTC."""
    if moment is None:
        return None
    if not isinstance(moment, date):
        raise QueryError(f"{moment!r} is no date: give a date or datetime, such as date(2026, 11, 1)")
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), UTC)
    if moment.tzinfo is None:
        raise QueryError(f"{moment} has no time zone: give one, such as datetime.now(UTC)")
    return moment


def end_of(until: Moment | None) -> datetime | None:
    """Return the moment that a span of time ends before: a day is in it, a moment is not."""
    moment = moment_of(until)
    if moment is None or isinstance(until, datetime):
        return moment
    return moment if until == date.max else moment + timedelta(days=1)


def number(given: int, name: str = "limit") -> int:
    """Return a number of things, 0 or more; name is what it is called."""
    if not isinstance(given, int) or not 0 <= given < 2**62:  # SQLite counts to twice that
        raise QueryError(f"{name} is {given!r}: give a number, 0 or more")
    return given


def one_of(kind: type[Name], name: str) -> Name:
    """Return the member of kind that has this name."""
    try:
        return kind(name)
    except ValueError:
        raise QueryError(f"{name!r} is none of {', '.join(kind)}") from None
