"""Reading the stored pages again by today's parsers and rules, and what that changes."""

import pickle
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from sqlite3 import Connection
from typing import IO, Protocol

from archiver import settings
from archiver.crawl.sources import source_of
from archiver.crawl.splitting import KeptPage, SplitResult, split_in_order, stopped_by_signals
from archiver.errors import ArchiveError
from archiver.items import ARTICLE_OUTCOMES, FoundBy, Outcome, Visit
from archiver.pipelines.canonicalise import Canonicalise
from archiver.pipelines.deduplicate import Deduplicate
from archiver.pipelines.forgotten import LeaveOut
from archiver.pipelines.latest import KeepLatest
from archiver.pipelines.store import own_targets
from archiver.pipelines.validate import Validate
from db.connection import open_existing, read_archive
from db.differences import Difference, differences
from db.forgetting.dropping import drop_article, story_readings
from db.merging.lost_pages import LostPages
from db.raw_pages.same_bytes import read_same_bytes
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import warc_directory
from db.read import stored_article
from db.rereading import Reading, reading_count, readings, record_rereading
from spiders.frontier import Source

# What a page is that tells no story. A limit or an error tells nothing of it.
STORYLESS = frozenset(
    {Outcome.NOT_ARTICLE, Outcome.PAYWALL, Outcome.CONSENT, Outcome.CHALLENGE, Outcome.GONE}
)
# What became of a page whose scripts did not come to an end, or whose browser failed.
UNRENDERED = frozenset({Outcome.PARSE_LIMIT, Outcome.PARSE_ERROR})
# Examples of each kind of change that are kept for the report.
EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class ReparsePlan:
    """Which stored pages to read again."""

    archive: Path
    listed: tuple[Source, ...] = ()
    """The sources of sources.toml, for their rules."""
    source: str | None = None
    """Host, host above it, address or name of the only site."""
    since: datetime | None = None
    """When a page was last seen at the earliest."""
    dry_run: bool = False
    drop: bool = False
    """Whether articles of which no stored page gives a story any more leave the archive."""
    jobs: int = settings.SPLIT_WORKERS


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """One change."""

    url: str
    old: str
    new: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """An article that no stored page gives any more."""

    article_id: int
    url: str
    headline: str
    versions: int
    reason: str


@dataclass(slots=True)
class Report:
    """What reading the stored pages again would change."""

    pages: int
    """Read again."""
    changed: int
    """Pages on which anything would change."""
    fields: Counter[str]
    """Pages by the field that would change."""
    examples: dict[str, list[Example]]
    lost: Counter[str]
    """Pages that no longer give the article they gave, by reason: they are left as they are unless it is dropped."""
    lost_examples: dict[str, list[str]]
    unreadable: list[str]
    """Pages whose bytes cannot be read, each with the reason; those of one lost file in one."""
    lost_articles: dict[int, str] = field(default_factory=dict)
    """Articles that a page no longer gives, with the reason."""
    dropped: tuple[Dropped, ...] | None = None
    """Those of them that no page gives any more; None if the plan is not to drop them."""


class ReparseWatcher(Protocol):
    """Is told how far a reparse is: it must be quick."""

    def reached(self, done: int, total: int) -> None:
        """So many captures of about so many were read."""

    def found(self, report: Report) -> None:
        """All were read; what the report says is written now, unless it is only to be shown."""

    def applied(self, done: int, total: int) -> None:
        """So many of the captures that give something else were written."""


def run_reparse(plan: ReparsePlan, watch: ReparseWatcher) -> Report:
    """Read the stored pages again, tell watch what would change, and write it unless it is a dry run.

    Each page is written whole or not at all; after an interruption the same plan does what is left. Raises
    ArchiveError if there is no archive, or if another writer has it.
    """
    connection = read_archive(plan.archive) if plan.dry_run else open_existing(plan.archive)
    with closing(connection), stopped_by_signals(), tempfile.TemporaryFile() as spool:
        report, changed = _look(plan, connection, spool, watch)
        if plan.drop:
            report.dropped = tuple(_without_story(plan, connection, report.lost_articles))
        watch.found(report)
        if not plan.dry_run:
            # First: a page that gives a story now shall not be taken for a copy of one that goes.
            for each in report.dropped or ():
                drop_article(connection, each.article_id, each.reason)
            spool.seek(0)
            for done in range(changed):
                reading, visit = pickle.load(spool)  # noqa: S301 - we wrote it ourselves just now
                _apply(connection, reading, visit)
                watch.applied(done + 1, changed)
    return report


def _look(
    plan: ReparsePlan, connection: Connection, spool: IO[bytes], watch: ReparseWatcher
) -> tuple[Report, int]:
    """Read all again; return what would change, and how many readings now stand in spool to be written."""
    report, unreadable = Report(0, 0, Counter(), {}, Counter(), {}, []), LostPages()
    total, spooled = reading_count(connection), 0
    counted: tuple[str, set[str]] = "", set()
    unread: int | None = None
    for done, (reading, result) in enumerate(
        split_in_order(_pages(plan, connection, unreadable), plan.jobs), 1
    ):
        watch.reached(done, max(total, done))
        if result is None:
            unread = reading.article_id
            continue
        if reading.article_id is not None and reading.article_id == unread:
            continue  # what an unread version gives now is not known: nothing can be compared with it
        raw = _visit(reading, result)
        decided = _decided(connection, reading, raw)
        found = differences(connection, reading, decided)
        is_same_page = reading.url == counted[0]
        if not is_same_page:
            counted = reading.url, set()
            report.pages += 1
        if reading.article_id is not None and (reason := _why_lost(reading.article_id, decided)):
            report.lost[reason] += 1
            report.lost_articles.setdefault(reading.article_id, reason)
            _keep_some(report.lost_examples.setdefault(reason, []), reading.url)
        if found and not counted[1]:
            report.changed += 1
        for each in found:
            if each.field not in counted[1]:
                _note(report, reading.url, each)
        # The later of two captures is compared again once what the first one changes is written.
        if found or (is_same_page and counted[1]):
            pickle.dump((reading, raw), spool)
            spooled += 1
        counted[1].update(each.field for each in found)
    report.unreadable += unreadable.lines()
    return report, spooled


def _pages(
    plan: ReparsePlan, connection: Connection, unreadable: LostPages
) -> Iterator[tuple[Reading, KeptPage | None]]:
    directory = warc_directory(plan.archive)
    for reading in readings(connection, plan.source, plan.since):
        if _is_unrendered(plan, reading):
            continue
        try:
            response = read_same_bytes(connection, directory, reading.place, read_capture)
        except ArchiveError as error:
            unreadable.add(reading.url, error)
            yield reading, None
            continue
        yield reading, _page(plan, reading, response.body)


def _is_unrendered(plan: ReparsePlan, reading: Reading) -> bool:
    """Whether a browser failed to make the page of what was sent, which may be without all that scripts show."""
    if reading.is_rendered or reading.outcome not in UNRENDERED:
        return False
    source = source_of(plan.listed, reading.source)
    return source is not None and source.javascript


def _page(plan: ReparsePlan, reading: Reading, html: bytes) -> KeptPage:
    source = source_of(plan.listed, reading.source)
    return KeptPage(
        html=html,
        url=reading.final_url,
        content_type=reading.content_type,
        fetched=reading.fetched,
        rules=source.rules if source is not None else (),
    )


def _without_story(plan: ReparsePlan, connection: Connection, lost: Mapping[int, str]) -> Iterator[Dropped]:
    """Yield the articles of which every page that gave them was read again and tells no story."""
    kept = set[int]()
    for (article_id, reading), result in split_in_order(_pages_of(plan, connection, lost), plan.jobs):
        if reading is None or result is None or _visit(reading, result).outcome not in STORYLESS:
            kept.add(article_id)
    for article_id, reason in lost.items():
        if article_id not in kept:
            article = stored_article(connection, str(article_id))
            yield Dropped(
                article_id=article_id,
                url=article.url,
                headline=article.headline,
                versions=article.revision,
                reason=reason,
            )


def _pages_of(
    plan: ReparsePlan, connection: Connection, lost: Iterable[int]
) -> Iterator[tuple[tuple[int, Reading | None], KeptPage | None]]:
    """Yield the pages that gave some articles; None for what cannot be read."""
    directory = warc_directory(plan.archive)
    for article_id in lost:
        for reading in story_readings(connection, article_id):
            page = None
            if reading is not None:
                with suppress(ArchiveError):  # told of where it was read first
                    response = read_same_bytes(connection, directory, reading.place, read_capture)
                    page = _page(plan, reading, response.body)
            yield (article_id, reading), page


def _visit(reading: Reading, result: SplitResult) -> Visit:
    """Return what a crawl would have made of the page, up to what the archive knew then."""
    visit = Visit(
        source=reading.source,
        url=reading.url,
        final_url=reading.final_url,
        found_by=FoundBy.IMPORT,
        listing=reading.listing,
        fetched=reading.fetched,
        outcome=result.outcome,
        detail=result.detail,
        split=result.split,
    )
    for step in (Validate(), Canonicalise()):
        done = step.process_item(visit)
        visit = done if isinstance(done, Visit) else visit
    return visit


def _decided(connection: Connection, reading: Reading, visit: Visit) -> Visit:
    # Between captures of one page it is the publisher who changed something, as between visits.
    is_exact = reading.article_id is not None
    done = Deduplicate(connection, exact=is_exact).process_item(visit)
    decided = LeaveOut(connection).without_forgotten(done if isinstance(done, Visit) else visit)
    return replace(decided, split=None) if decided.outcome is Outcome.FORGOTTEN else decided


def _apply(connection: Connection, reading: Reading, visit: Visit) -> None:
    visit = _decided(connection, reading, visit)
    if reading.article_id is None:
        visit = KeepLatest(connection).process_item(visit)
    if differences(connection, reading, visit):
        record_rereading(connection, reading, visit, own_targets(visit))


def _why_lost(article_id: int, visit: Visit) -> str:
    """Return why a capture no longer gives the article that was read from it, or ""."""
    if visit.outcome not in ARTICLE_OUTCOMES:
        return visit.detail or visit.outcome
    is_other = visit.outcome is not Outcome.STORED and visit.article_id != article_id
    return "it leads to another article of the archive" if is_other else ""


def _note(report: Report, url: str, difference: Difference) -> None:
    report.fields[difference.field] += 1
    examples = report.examples.setdefault(difference.field, [])
    if len(examples) < EXAMPLES:
        examples.append(Example(url=url, old=difference.old, new=difference.new))


def _keep_some(examples: list[str], url: str) -> None:
    if len(examples) < EXAMPLES:
        examples.append(url)
