"""Reading in the pages of WARC and WACZ files that others made, as if each had been crawled when it was fetched."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Protocol

from scrapy.http import Response

from archiver import settings
from archiver.crawl.scope import Scope
from archiver.crawl.splitting import KeptPage, SplitResult, split_in_order, stopped_by_signals
from archiver.errors import ArchiveError, ImportFileError, SourceError
from archiver.items import FoundBy, Outcome, RawResponse, Visit
from archiver.parsers.urls import canonical_url
from archiver.pipelines.archive import OpenArchive
from archiver.pipelines.canonicalise import Canonicalise
from archiver.pipelines.deduplicate import Deduplicate
from archiver.pipelines.forgotten import LeaveOut
from archiver.pipelines.latest import KeepLatest
from archiver.pipelines.store import Store
from archiver.pipelines.validate import Validate
from db.connection import open_archive
from db.digests import bytes_digest
from db.raw_pages.foreign import PAGE_RECORDS, ForeignFile, ForeignRecord, RecordHead
from db.raw_pages.imports import (
    OLDER,
    capture_of,
    file_progress,
    is_captured,
    keep_progress,
    source_addresses,
)
from db.raw_pages.same_bytes import read_same_bytes
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import warc_directory
from db.store import CrawlState, add_source
from db.values import time_text
from spiders.frontier import LONGEST_ADDRESS, Source
from spiders.responses import HTML_TYPES, UNDECIDED_TYPES, not_html

# Seconds between two notes of how far a file is where it holds nothing for us.
NOTE_SECONDS = 2.0
# How far the clock of who made a file may be ahead of ours.
CLOCK_DRIFT = timedelta(days=1)
# Statuses of the records that are taken, by kind.
STATUSES = {"response": (200,), "resource": (None,), "revisit": (None, 200, 304)}
ALREADY = "already archived"
NOT_HTML = "not HTML"
FORGOTTEN = "of a story that was forgotten"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportPlan:
    """Which files to read in, and whose pages."""

    archive: Path
    files: tuple[Path, ...]
    listed: tuple[Source, ...] = ()
    """The sources of sources.toml."""
    only: tuple[str, ...] = ()
    """Addresses of the only sources to take; if there are none, those listed and those of the archive."""
    hosts: tuple[str, ...] = ()
    all_hosts: bool = False
    jobs: int = settings.SPLIT_WORKERS


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """What came of an import."""

    crawl_id: int
    state: CrawlState
    elapsed: timedelta
    counts: Mapping[str, Mapping[Outcome, int]]
    """Recorded pages by source address and outcome."""
    older: int
    """Those among them with an older text than the archive's latest version."""
    refused: Mapping[str, int]
    """Records of pages that were not taken, by reason."""
    finished: tuple[Path, ...]
    """Files that an earlier run had read to their end."""
    errors: tuple[str, ...]
    """Files that could not be read, each with the reason."""


class ImportWatcher(Protocol):
    """Is told how far an import is: it must be quick."""

    def began(self, file: Path, size: int) -> None:
        """A file of so many bytes is read."""

    def reached(self, offset: int, pages: int) -> None:
        """So many bytes of it are read in; so many pages were recorded in all."""


def run_import(plan: ImportPlan, watch: ImportWatcher) -> ImportSummary:
    """Read in files, telling watch how far it is, and return what came of it.

    Ctrl-C and SIGTERM end it: the archive is whole and the summary says INTERRUPTED; the same plan goes on
    from there. A file that cannot be read is left and named. Raises SourceError if there is no source to take
    pages of, ImportFileError if there is neither an archive nor any of the files, ArchiveError if the archive
    cannot be opened or written.
    """
    if not plan.archive.exists() and not any(path.exists() for path in plan.files):
        raise ImportFileError(f"{plan.files[0]} does not exist: name a WARC or WACZ file")
    started = monotonic()
    scope = Scope(_sources(plan), plan.hosts, all_hosts=plan.all_hosts)
    archive = OpenArchive(plan.archive, {"import": [path.name for path in plan.files], **scope.arguments()})
    run = _Import(plan, scope, archive, watch)
    try:
        with stopped_by_signals():
            for path in plan.files:
                run.read(path)
        archive.close(CrawlState.DONE)
    except KeyboardInterrupt:
        archive.close(CrawlState.INTERRUPTED)
    finally:
        archive.close(CrawlState.FAILED)
    return run.summary(timedelta(seconds=monotonic() - started))


@dataclass(frozen=True, slots=True)
class _Record:
    """A record on its way to the archive; without visit it only moves the offset."""

    next_offset: int
    visit: Visit | None = None
    name: str | None = None
    """What its source is called in sources.toml."""


class _Import:
    def __init__(self, plan: ImportPlan, scope: Scope, archive: OpenArchive, watch: ImportWatcher) -> None:
        self._plan = plan
        self._scope = scope
        self._archive = archive
        self._watch = watch
        connection = archive.connection
        self._steps = (
            Validate(),
            Canonicalise(),
            Deduplicate(connection),
            KeepLatest(connection),
            LeaveOut(connection),
        )
        self._store = Store(archive)
        self._under_way: dict[tuple[str, str], RawResponse] = {}
        self._noted = monotonic()
        self._pages = self._older = 0
        self._counts: dict[str, Counter[Outcome]] = {}
        self._refused: Counter[str] = Counter()
        self._finished: list[Path] = []
        self._errors: list[str] = []

    def read(self, path: Path) -> None:
        """Read in one file from where the last run that read it ended."""
        try:
            with ForeignFile(path) as file:
                progress = file_progress(self._archive.connection, file.digest)
                start = 0
                if progress is not None and self._scope.is_within(progress.arguments):
                    start = progress.next_offset
                    if progress.finished is not None:
                        self._finished.append(path)
                        return
                self._watch.began(path, file.size)
                self._read(path.name, file, start)
        except ImportFileError as error:
            self._errors.append(str(error))

    def summary(self, elapsed: timedelta) -> ImportSummary:
        """Return what came of all files so far."""
        return ImportSummary(
            crawl_id=self._archive.crawl_id,
            state=self._archive.state,
            elapsed=elapsed,
            counts=self._counts,
            older=self._older,
            refused=self._refused,
            finished=tuple(self._finished),
            errors=tuple(self._errors),
        )

    def _read(self, name: str, file: ForeignFile, start: int) -> None:
        self._note(name, file, start)
        for record, result in split_in_order(self._records(file, start), self._plan.jobs):
            if record.visit is not None and result is not None:
                self._record(record.visit, result, record.name)
            if record.visit is not None or monotonic() - self._noted > NOTE_SECONDS:
                self._note(name, file, record.next_offset)
        self._note(name, file, file.size, datetime.now(UTC))

    def _note(self, name: str, file: ForeignFile, offset: int, finished: datetime | None = None) -> None:
        self._noted = monotonic()
        self._watch.reached(offset, self._pages)
        keep_progress(
            self._archive.connection,
            self._archive.crawl_id,
            digest=file.digest,
            file=name,
            next_offset=offset,
            finished=finished,
        )

    def _records(self, file: ForeignFile, start: int) -> Iterator[tuple[_Record, KeptPage | None]]:
        for record in file.records(start, self._refusal, settings.DOWNLOAD_MAXSIZE):
            refusal, page = record.refusal, None
            if not refusal and record.head.kind in PAGE_RECORDS:
                page = self._page(record)
                refusal = page if isinstance(page, str) else ""
            if refusal:
                self._refused[refusal] += 1
            if isinstance(page, tuple):
                yield page
            else:
                yield _Record(record.next_offset), None

    def _refusal(self, head: RecordHead) -> str:
        """Return why a record is not taken, as far as its head tells, or ""."""
        if head.kind not in PAGE_RECORDS:
            return ""
        url = canonical_url(head.url)
        if url is None:
            return "no web address"
        if self._scope.source(url) is None:
            return "of no source"
        if len(url) > LONGEST_ADDRESS:
            return "too long an address"
        return _fault(head)

    def _page(self, record: ForeignRecord) -> tuple[_Record, KeptPage] | str:
        """Return a record's page and what to split of it, or why it is not taken."""
        head = record.head
        url, fetched = canonical_url(head.url), head.fetched
        response = self._seen_again(head) if head.kind == "revisit" else record.response
        if url is None or fetched is None or response is None:
            return "a revisit of what the archive does not have"
        if not response.body.strip():
            return "no body"
        content_type = _content_type(response)
        if not_html(_as_scrapy(url, content_type, response)):
            return NOT_HTML
        if is_captured(self._archive.connection, url, fetched, bytes_digest(response.body)):
            return ALREADY
        if (source := self._scope.source(url)) is None:
            return "of no source"
        self._scope.add(source)
        self._under_way[url, time_text(fetched)] = response
        visit = Visit(
            source=source.url,
            url=url,
            final_url=url,
            found_by=FoundBy.IMPORT,
            fetched=fetched,
            outcome=Outcome.STORED,
            response=response,
        )
        page = KeptPage(
            html=response.body, url=url, content_type=content_type, fetched=fetched, rules=source.rules
        )
        return _Record(record.next_offset, visit, source.name), page

    def _seen_again(self, head: RecordHead) -> RawResponse | None:
        """Return the response that a revisit refers to, on its way to the archive or there already."""
        if head.refers_to is None or (url := canonical_url(head.refers_to[0])) is None:
            return None
        if (response := self._under_way.get((url, time_text(head.refers_to[1])))) is not None:
            return response
        place = capture_of(self._archive.connection, url, head.refers_to[1])
        if place is None:
            return None
        try:
            return read_same_bytes(
                self._archive.connection, warc_directory(self._plan.archive), place, read_capture
            )
        except ArchiveError:
            return None

    def _record(self, visit: Visit, result: SplitResult, name: str | None) -> None:
        self._under_way.pop((visit.url, time_text(visit.fetched)), None)
        digest = bytes_digest(visit.response.body) if visit.response is not None else None
        if is_captured(self._archive.connection, visit.url, visit.fetched, digest):  # twice in one file
            self._refused[ALREADY] += 1
            return
        visit = replace(visit, outcome=result.outcome, detail=result.detail, split=result.split)
        if name is not None:
            add_source(self._archive.connection, visit.source, visit.fetched, name)
        for step in self._steps:
            done = step.process_item(visit)
            visit = done if isinstance(done, Visit) else visit
        self._older += visit.detail == OLDER
        recorded = self._store.process_item(visit)
        if isinstance(recorded, Visit) and recorded.outcome is Outcome.FORGOTTEN:
            self._refused[FORGOTTEN] += 1
            return
        self._pages += 1
        if isinstance(recorded, Visit):
            self._counts.setdefault(visit.source, Counter())[recorded.outcome] += 1


def _sources(plan: ImportPlan) -> tuple[Source, ...]:
    """Return the sources whose pages are taken. Raises SourceError if nobody's are."""
    listed = {source.url: source for source in plan.listed}
    if plan.only:
        return tuple(listed.get(url) or Source(url=url) for url in plan.only)
    known: dict[str, Source] = {}
    if plan.archive.exists():
        with closing(open_archive(plan.archive)) as connection:
            known = {url: Source(url=url) for url in source_addresses(connection)}
    sources = tuple((known | listed).values())
    if not sources and not plan.hosts and not plan.all_hosts:
        raise SourceError(
            "there is no source whose pages could be taken: name some by --source, --hosts or --all-hosts"
        )
    return sources


def _fault(head: RecordHead) -> str:
    """Return why a page that is wanted cannot be taken, or ""."""
    if head.status not in STATUSES[head.kind]:
        return f"HTTP status {head.status}"
    if head.fetched is None or head.fetched > datetime.now(UTC) + CLOCK_DRIFT:
        return "no date, or one to come"
    if head.truncated and head.kind != "revisit":  # a revisit leaves its body out, as our own say
        return "cut off by who made the file"
    media_type = head.content_type.partition(";")[0].strip().lower()
    return "" if media_type in HTML_TYPES | UNDECIDED_TYPES else NOT_HTML


def _content_type(response: RawResponse) -> str | None:
    return next((value for name, value in response.headers if name.lower() == "content-type"), None)


def _as_scrapy(url: str, content_type: str | None, response: RawResponse) -> Response:
    headers = {} if content_type is None else {"Content-Type": content_type.encode("latin-1", "replace")}
    return Response(url, headers=headers, body=response.body)
