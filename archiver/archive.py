"""An archive to read from Python: the questions of the command, with values for answers."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from os import PathLike, fspath
from pathlib import Path
from sqlite3 import Connection
from threading import Lock
from typing import IO, TYPE_CHECKING, Concatenate, ParamSpec, Self, TypeVar

from archiver.arguments import (
    Moment,
    article_filters,
    canonical,
    end_of,
    moment_of,
    number,
    one_of,
    sought,
)
from archiver.errors import ArchiveError
from archiver.items import ChangeKind, LinkKind
from db.changes import NOTABLE, Change, ChangeFilters, Happening, changes
from db.connection import archive_errors, read_archive
from db.crawls.accounts import PageAccount, page_account
from db.fronts import Front, front
from db.graph import MissingFilters, MissingStory, Relations, missing, relations
from db.history import History, VersionDiff, history, version_diff
from db.published import Published, published
from db.read import Statistics, StoredArticle, article_ids, statistics, stored_article, stored_articles
from db.searching.counts import CountBy, Counts, count_by
from db.searching.excerpt import with_marks
from db.searching.filters import Filters
from db.searching.headline_search import HeadlineHit, search_headlines
from db.searching.search import Hit, Sort, find

if TYPE_CHECKING:
    from db.dedup.copies import Cluster, Copies
    from db.export import Exported

# Articles that an iteration reads at once.
AT_ONCE = 200
# What stands before and behind a match in a snippet: nothing.
UNMARKED = ("", "")
P = ParamSpec("P")
T = TypeVar("T")


class Archive:
    """A read-only archive. Close it, or use it in a with statement.

    It may be used from several threads at once: each call has a connection of its own while it lasts, and sees one
    state of the archive, also while a crawl writes to it. All errors are archiver.ArchiverErrors.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(fspath(path))
        self._idle: list[Connection] = []
        self._file = _file_at(self.path)
        self._lock = Lock()
        self._is_open = True
        with self._connection():  # so that what is no archive is refused at once
            pass

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<Archive {self.path}>"

    def close(self) -> None:
        """Close the file; calls that are under way in other threads end as they would have."""
        with self._lock:
            self._is_open = False
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def search(  # noqa: PLR0913 - one for each option of the command
        self,
        words: str,
        *,
        source: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        language: str | None = None,
        author: str | None = None,
        section: str | None = None,
        change: ChangeKind | str | None = None,
        distinct: bool = False,
        sort: Sort | str = Sort.BEST,
        limit: int = 20,
        marks: tuple[str, str] = UNMARKED,
    ) -> list[Hit]:
        """Return at most limit articles that match words, as `archiver search` does; sort is best, recent or date.

        since and until mean when an article was published; until is included if it is a day, not if it is a moment.
        With distinct, of articles that are copies of each other only the first; with change, only those that their
        publisher changed so. marks stand before and behind each match in the snippets, such as ("<b>", "</b>"); the
        snippets themselves are text, not HTML.
        """
        filters = article_filters(source, since, until, language, author, section, change, distinct=distinct)
        found = self._ask(find, sought(words), filters, number(limit), one_of(Sort, sort))
        return with_marks(found.hits, *marks)

    def search_headlines(  # noqa: PLR0913 - one for each option of the command
        self,
        words: str,
        *,
        source: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        language: str | None = None,
        author: str | None = None,
        limit: int = 20,
        marks: tuple[str, str] = UNMARKED,
    ) -> list[HeadlineHit]:
        """Return at most limit related headlines that match words, best first.

        source, language and author are those of the pages that show them, since and until when these did; marks are
        those of search.
        """
        filters = article_filters(source, since, until, language, author)
        found = self._ask(search_headlines, sought(words), filters, number(limit))
        return with_marks(found, *marks)

    def count(  # noqa: PLR0913 - one for each option of the command
        self,
        words: str,
        by: CountBy | str,
        *,
        source: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        language: str | None = None,
        author: str | None = None,
        section: str | None = None,
        change: ChangeKind | str | None = None,
        distinct: bool = False,
    ) -> Counts:
        """Return how many articles match words, by day, month, source, lang, author, section or change.

        The others choose as in search.
        """
        filters = article_filters(source, since, until, language, author, section, change, distinct=distinct)
        return self._ask(count_by, sought(words), one_of(CountBy, by), filters)

    def articles(  # noqa: PLR0913 - one for each option of the command
        self,
        *,
        source: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        language: str | None = None,
        author: str | None = None,
        section: str | None = None,
        change: ChangeKind | str | None = None,
        distinct: bool = False,
    ) -> Iterator[StoredArticle]:
        """Yield every article that the filters let pass, in the order in which they were first archived.

        The filters are those of search. However many there are, AT_ONCE of them are in memory. Which they are is
        settled with the first, what each says when its turn comes; one that was forgotten meanwhile is left out.
        """
        filters = article_filters(source, since, until, language, author, section, change, distinct=distinct)
        return self._articles(filters)

    def _articles(self, filters: Filters) -> Iterator[StoredArticle]:
        ids = self._ask(article_ids, filters)
        for at in range(0, len(ids), AT_ONCE):
            yield from self._ask(stored_articles, ids[at : at + AT_ONCE])

    def article(self, url_or_id: str | int) -> StoredArticle:
        """Return an article by its number or any address that leads to it, with the related headlines of its page."""
        return self._ask(stored_article, canonical(url_or_id))

    show = article
    """The name of the command."""

    def history(self, url_or_id: str | int) -> History:
        """Return every version of an article with what changed, and every headline it was seen under."""
        return self._ask(history, canonical(url_or_id))

    def diff(self, url_or_id: str | int, old: int | None = None, new: int | None = None) -> VersionDiff:
        """Return what changed from version old of an article to version new, word by word.

        new is the latest if it is left out, old the one before new.
        """
        return self._ask(version_diff, canonical(url_or_id), old, new)

    def changes(
        self,
        *,
        since: Moment | None = None,
        until: Moment | None = None,
        source: str | None = None,
        kinds: Sequence[Happening | str] | Happening | str = NOTABLE,
        parser: bool = False,
        limit: int = 50,
    ) -> list[Change]:
        """Return at most limit things that happened to stories, the newest first.

        since and until mean when a crawl saw them; kinds are those of db.changes.Happening; with parser also what a
        better parser read otherwise counts.
        """
        each = (kinds,) if isinstance(kinds, str) else kinds
        filters = ChangeFilters(
            since=moment_of(since),
            until=end_of(until),
            source=source,
            kinds=tuple(one_of(Happening, kind) for kind in each),
            parser=parser,
        )
        return self._ask(changes, filters, number(limit))

    def related(
        self, url_or_id: str | int, *, kind: LinkKind | str | None = None, limit: int = 50
    ) -> Relations:
        """Return what a page points to by headlines and what points to it, at most limit in either direction."""
        chosen = None if kind is None else one_of(LinkKind, kind)
        return self._ask(relations, canonical(url_or_id), chosen, number(limit))

    def missing(
        self,
        *,
        source: str | None = None,
        at: str | None = None,
        since: Moment | None = None,
        sites: int = 1,
        limit: int = 50,
    ) -> list[MissingStory]:
        """Return at most limit stories that pages show and the archive lacks, those that most sites show first.

        source is whose pages show them, at the host where they stand, since when they were shown, sites by how many.
        """
        filters = MissingFilters(source=source, site=at, since=moment_of(since), least_sites=sites)
        return self._ask(missing, filters, number(limit))

    def front(self, source: str, *, at: Moment | None = None, page: str | None = None) -> Front:
        """Return what stood on a source's front page at a time, the latest if at is left out.

        page is the address of another front page than the first, such as a section's.
        """
        return self._ask(front, source, moment_of(at), None if page is None else canonical(page))

    def duplicates(  # noqa: PLR0913 - one for each option of the command
        self,
        *,
        source: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        language: str | None = None,
        author: str | None = None,
        order: str = "largest",
        limit: int = 20,
    ) -> list["Cluster"]:
        """Return at most limit clusters of copies that hold an article that the filters let pass, with all theirs.

        order is "largest" or "newest", as of db.dedup.copies.Order.
        """
        from db.dedup.copies import Order, clusters  # noqa: PLC0415 - numpy

        filters = article_filters(source, since, until, language, author)
        return self._ask(clusters, filters, number(limit), one_of(Order, order))

    def copies(self, url_or_id: str | int, *, limit: int = 20) -> "Copies":
        """Return what an article has in common with at most limit others of its cluster.

        Those of the same text come first, then those that have most of it.
        """
        from db.dedup.copies import copies_of  # noqa: PLC0415 - numpy

        return self._ask(copies_of, canonical(url_or_id), number(limit))

    def export(  # noqa: PLR0913 - one for each option of the command
        self,
        target: str | PathLike[str] | IO[bytes],
        words: str | None = None,
        *,
        what: str = "articles",
        form: str | None = None,
        source: str | None = None,
        since: Moment | None = None,
        until: Moment | None = None,
        language: str | None = None,
        author: str | None = None,
        section: str | None = None,
        change: ChangeKind | str | None = None,
        distinct: bool = False,
        raw: bool = False,
        splits: tuple[int, ...] | None = None,
        since_last: str | None = None,
        force: bool = False,
    ) -> "Exported":
        """Write a dataset to target, a path or a binary stream, as `archiver export` does; return what it came to.

        form is one of db.export.Form, else told by the ending of target; words and filters choose as in a search.
        since_last is the one thing that is noted in the archive: how far the exports of that name have come. An earlier
        one of these that stands at target is replaced only with force.
        """
        from db.export import Form, Request, What, export  # noqa: PLC0415 - only this needs it
        from db.export.request import SPLITS, target_and_form  # noqa: PLC0415

        place, chosen = target_and_form(target, None if form is None else one_of(Form, form))
        request = Request(
            what=one_of(What, what),
            form=chosen,
            filters=article_filters(
                source, since, until, language, author, section, change, distinct=distinct
            ),
            words=None if words is None else sought(words),
            raw=raw,
            since_last=since_last,
            replace=force,
            splits=splits or SPLITS,
        )
        with self._connection():
            return export(self.path, request, place)

    def stats(self, days: int = 14) -> Statistics:
        """Return what the archive holds, with the articles of each of the latest days that have any."""
        return self._ask(statistics, number(days, "days"))

    def published(
        self, *, source: str | None = None, since: Moment | None = None, until: Moment | None = None
    ) -> Published:
        """Return how many articles were published then, by site and by day; without bounds, all that state a date."""
        return self._ask(published, article_filters(source, since, until, None, None))

    def explain(self, url: str, visits: int | None = None) -> PageAccount:
        """Return the whole story of one address, with at most so many visits, the latest; None: with all."""
        return self._ask(page_account, canonical(url), visits=visits)

    def _ask(self, question: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Return what a question of db answers, asked of one state of the archive."""
        with self._connection() as connection, archive_errors(connection):
            connection.execute("BEGIN")
            try:
                return question(connection, *args, **kwargs)
            finally:
                connection.rollback()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        file = _file_at(self.path)
        outdated: list[Connection] = []
        with self._lock:
            if not self._is_open:
                raise ArchiveError(f"{self.path} was closed: open it again by archiver.open")
            if file != self._file:  # another archive was put in its place, or it is gone
                outdated, self._idle, self._file = self._idle, [], file
            connection = self._idle.pop() if self._idle else None
        for each in outdated:
            each.close()
        if connection is None:
            connection = read_archive(self.path)
        try:
            yield connection
        finally:
            with self._lock:
                keep = self._is_open and file == self._file
                if keep:
                    self._idle.append(connection)
            if not keep:
                connection.close()


def _file_at(path: Path) -> tuple[int, int] | None:
    """Return what tells a file from another one that is put in its place, None if there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
