"""Which articles a search or an export is about: by source, date, language, author, section and kind of change."""

import json
import re
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from sqlite3 import Connection

from archiver.errors import QueryError
from archiver.host_names import ascii_host
from archiver.items import ChangeKind
from db.searching.forms import OTHER_LETTERS
from db.values import host_of, plain_host, storable, time_text

# In names the first are typed in many ways, the second left out.
APOSTROPHE = re.compile("['’‘ʼ`´′]")
HYPHEN = re.compile("[-‐‑–]")
# Letters as names are spelt with a keyboard that lacks them.
SPELT_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
UMLAUT = re.compile("[äöüåø]")


def refuse_empty_span(since: datetime | None, until: datetime | None) -> None:
    """Raise QueryError if nothing can lie between since and until, which is excluded."""
    if since is not None and until is not None and since >= until:
        raise QueryError(
            f"since is not before until: nothing lies between {bound_text(since)} and {bound_text(until)}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """Articles that count; None lets all pass."""

    source: str | None = None
    """Host, host above it, address or name of the site: "example.org" also means news.example.org."""
    since: datetime | None = None
    """Published then or later, with time zone. Articles that state no date are left out."""
    until: datetime | None = None
    """Published before, with time zone. Articles that state no date are left out."""
    language: str | None = None
    """BCP 47; "zh" also means zh-Hant."""
    author: str | None = None
    """Part of an author's name; case, accents, apostrophes and hyphens make no difference."""
    section: str | None = None
    """As the page names it; case makes no difference."""
    change: ChangeKind | None = None
    """Its publisher changed it so at least once."""
    distinct: bool = False
    """Of articles that are copies of each other, and that all else lets pass, only the one that was published first."""

    def __post_init__(self) -> None:
        refuse_empty_span(self.since, self.until)


ALL_ARTICLES = Filters()
# That a row of version_changes is the publisher's doing, and not that of a better parser.
BY_PUBLISHER = """ifnull((SELECT cause FROM revisions WHERE revisions.article_id = version_changes.article_id
    AND revisions.number = version_changes.number), articles.cause) = 'publisher'"""


@dataclass(frozen=True, slots=True)
class Condition:
    """A part of a WHERE clause; sql only ever holds text of this program, values what others wrote."""

    sql: str = "TRUE"
    values: tuple[object, ...] = ()

    def __and__(self, other: "Condition") -> "Condition":
        """Return the condition that both hold."""
        return Condition(f"{self.sql} AND {other.sql}", self.values + other.values)


def article_condition(archive: Connection, filters: Filters) -> Condition:
    """Return what filters asks of a row of articles; QueryError if no source is of that name.

    Whoever adds a condition of his own, such as the words of a search, leaves distinct out here and calls
    first_of_copies with all of them: else the only copy that has the words may be one that is left out.
    """
    condition = rows_condition(archive, filters, months_apart=False)
    if filters.language is not None:
        condition &= _in_language(filters.language)
    if filters.source is not None:
        condition &= from_source(archive, filters.source, "articles.source_id")
    if filters.change is not None:
        condition &= listed_as_changed(filters.change, "articles.id")
    return first_of_copies("articles", condition) if filters.distinct else condition


def rows_condition(archive: Connection, filters: Filters, *, months_apart: bool) -> Condition:
    """Return what filters asks of a row of articles beside what the search index holds of it.

    The index knows source, first subtag of the language and, as far as months_apart says so, the span of time.
    distinct is left to no_later_copy, which needs all other conditions.
    """
    condition = Condition()
    if filters.language is not None and not _is_subtag(filters.language):
        condition &= _in_language(filters.language)
    condition &= _of_the_story(archive, filters)
    if filters.since is not None and not months_apart:
        condition &= Condition("date_published >= ?", (bound_text(filters.since),))
    if filters.until is not None and not months_apart:
        condition &= Condition("date_published < ?", (bound_text(filters.until),))
    return condition


def first_of_copies(tables: str, condition: Condition) -> Condition:
    """Return condition and that an article is the first of its copies among those that fulfil it.

    tables, of which one is articles, is what stands behind FROM where condition is asked. The first is the one that
    was published first (of those that state no date: seen first), then the one that was archived first.
    """
    return condition & no_later_copy(tables, condition)


def no_later_copy(tables: str, condition: Condition) -> Condition:
    """Return what first_of_copies asks beside condition."""
    sql = f"""articles.id NOT IN (SELECT copy_id FROM (
        SELECT articles.id AS copy_id, row_number() OVER (PARTITION BY cluster_members.cluster_id
            ORDER BY ifnull(date_published, first_seen), first_seen, articles.id) AS place
        FROM {tables} JOIN cluster_members ON cluster_members.article_id = articles.id
        WHERE {condition.sql}) WHERE place > 1)"""  # noqa: S608 - only text of this program
    return Condition(sql, condition.values)


def link_condition(archive: Connection, filters: Filters) -> Condition:
    """Return what filters asks of a related link and its page, a row of related_links, pages and perhaps articles."""
    condition = about(archive, filters)
    if filters.source is not None:
        condition &= from_source(archive, filters.source, "pages.source_id")
    if filters.since is not None:
        condition &= Condition("related_links.last_seen >= ?", (bound_text(filters.since),))
    if filters.until is not None:
        condition &= Condition("related_links.first_seen < ?", (bound_text(filters.until),))
    return condition


def about(archive: Connection, filters: Filters) -> Condition:
    """Return what language, author, section and change of filters ask of a row of articles."""
    condition = Condition()
    if filters.language is not None:
        condition &= _in_language(filters.language)
    return condition & _of_the_story(archive, filters)


def from_source(archive: Connection, source: str, column: str) -> Condition:
    """Return the condition that column, a column of ours, holds the id of a source that source means."""
    found = source_ids(archive, source)
    if len(found) == 1:  # so that an index gives the articles of one site in the order of their dates
        return Condition(f"{column} = ?", (found[0],))
    ids = json.dumps(found)
    return Condition(f"{column} IN (SELECT value FROM json_each(?))", (ids,))  # noqa: S608


def source_ids(archive: Connection, source: str) -> list[int]:
    """Return the ids of the sources that source means; QueryError, naming some, if there is none."""
    rows = archive.execute("SELECT id, host, name FROM sources ORDER BY host").fetchall()
    wanted = _wanted_host(source)
    ids = [
        row["id"] for row in rows if _is_host(row["host"], wanted) or _folded(row["name"]) == _folded(source)
    ]
    if not ids:
        known = ", ".join(dict.fromkeys(row["host"] for row in rows[:10])) or "none yet"
        raise QueryError(f"the archive has no source {source!r}; it has {known}")
    return ids


def by_author(archive: Connection, author: str, column: str = "articles.id") -> Condition:
    """Return the condition that part of a name of the authors of the article whose id column, ours, holds is author."""
    parts = [part for part in _spellings(author) if part]
    names = archive.execute("SELECT id, name FROM authors")
    ids = [id_ for id_, name in names if any(part in each for each in _spellings(name) for part in parts)]
    sql = f"""{column} IN (SELECT article_id FROM article_authors
              WHERE author_id IN (SELECT value FROM json_each(?)))"""  # noqa: S608 - only text of this program
    return Condition(sql, (json.dumps(ids),))


def in_section(section: str) -> Condition:
    """Return the condition that an article's page names its section so."""
    text = storable(" ".join(section.split()))
    if text.isascii():
        return Condition("articles.section = ? COLLATE NOCASE", (text,))
    # NOCASE knows the letters of ASCII only: the usual spellings of others are asked for one by one.
    spellings = tuple(dict.fromkeys((text, text.lower(), text.upper(), text.capitalize(), text.title())))
    return Condition(f"articles.section COLLATE NOCASE IN ({', '.join('?' * len(spellings))})", spellings)


def was_changed(kind: ChangeKind) -> Condition:
    """Return the condition that the publisher of an article changed it so at least once."""
    sql = f"""EXISTS (SELECT 1 FROM version_changes
        WHERE version_changes.article_id = articles.id AND version_changes.kind = ? AND {BY_PUBLISHER})"""  # noqa: S608
    return Condition(sql, (str(kind),))


def listed_as_changed(kind: ChangeKind, column: str) -> Condition:
    """Return the condition that column, one of ours, holds the id of an article that was changed so, by whomever.

    It spares a look at the versions of most. The plus lets SQLite go on as without it: in the order of dates, or by the
    index of words.
    """
    return Condition(f"+{column} IN (SELECT article_id FROM version_changes WHERE kind = ?)", (str(kind),))  # noqa: S608


def listed_in_section(section: str, column: str) -> Condition:
    """Return the condition that column, one of ours, holds the id of an article of a section."""
    condition = in_section(section)
    sql = f"+{column} IN (SELECT articles.id FROM articles WHERE {condition.sql})"  # noqa: S608
    return Condition(sql, condition.values)


def bound_text(moment: datetime) -> str:
    """Return the limit of a span of time as columns are compared with it; ValueError without a time zone."""
    try:
        return time_text(moment)
    except OverflowError:  # a day at either end of the calendar
        return time_text(moment.replace(tzinfo=UTC))


def _of_the_story(archive: Connection, filters: Filters) -> Condition:
    """Return what author, section and change ask of a row of articles."""
    condition = Condition()
    if filters.author is not None:
        condition &= by_author(archive, filters.author)
    if filters.section is not None:
        condition &= in_section(filters.section)
    if filters.change is not None:
        condition &= was_changed(filters.change)
    return condition


def _wanted_host(source: str) -> str:
    """Return the host that source, an address, host or name, would be as a column holds hosts."""
    host = host_of(source) or plain_host(source.strip().partition("/")[0])
    try:
        return ascii_host(host)
    except UnicodeError:  # a name of a site, not of a host
        return host


def _is_host(host: str, wanted: str) -> bool:
    return (
        host == wanted or host.partition(":")[0] == wanted or (bool(wanted) and host.endswith(f".{wanted}"))
    )


def _spellings(name: str) -> tuple[str, ...]:
    """Return name folded, and with its umlauts spelt out where it has any."""
    plain = unicodedata.normalize("NFC", name.casefold())
    if UMLAUT.search(plain):
        return _folded(plain), _folded(plain.translate(SPELT_OUT))
    return (_folded(plain),)


def _folded(name: str) -> str:
    """Return name without case, accents, apostrophes and the difference between hyphens and white space."""
    plain = HYPHEN.sub(" ", APOSTROPHE.sub("", name.casefold()))
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain)
        plain = "".join([c for c in letters if not unicodedata.combining(c)]).translate(OTHER_LETTERS)
    return " ".join(plain.split())


def _is_subtag(language: str) -> bool:
    return language.isascii() and language.isalnum()


def _in_language(tag: str) -> Condition:
    language = storable(tag).lower().replace("_", "-")
    return Condition("(lower(articles.language) || '-') LIKE ? ESCAPE '\\'", (f"{_literal(language)}-%",))


def _literal(text: str) -> str:
    """Return text with the characters escaped that have a meaning to LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
