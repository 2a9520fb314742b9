"""When a page is asked for again: by the age of its story, by what came of its visits, and never for ever."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from sqlite3 import Connection

from archiver.items import ARTICLE_OUTCOMES, FoundBy, Outcome, Visit
from db.connection import transaction
from db.crawls.funnels import count_discovered
from db.ids import next_id
from db.pages import page_row
from db.values import storable, time_of, time_or_none, time_text

# How old a story is when it is looked at again: newsrooms correct within hours, and rarely after two weeks.
REVISIT_AGES = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=14),
)
# What was refused, moved, taken down or no page is looked at again this much later at the earliest.
SLOW = timedelta(hours=6)
# After a failure that may pass: this long, then so many times longer, until so many visits in a row have failed.
FIRST_RETRY = timedelta(minutes=15)
RETRY_FACTOR = 4
QUICK_TRIES = 3
# A crawl that holds a page for longer has died: no page may take a tenth of it.
LEASE = timedelta(minutes=30)

PASSING = frozenset({Outcome.TIMEOUT, Outcome.UNREACHABLE})
"""Outcomes of a failure that may pass; an HTTP error is one by its status."""
FINAL = frozenset({Outcome.LISTING, Outcome.TRAP})
"""Outcomes after which nothing asks for the page by itself: listings are asked for by every crawl."""
REFUSED = frozenset(
    {
        Outcome.GONE,
        Outcome.REDIRECT,
        Outcome.ROBOTS,
        Outcome.HTTP_ERROR,
        Outcome.CHALLENGE,
        Outcome.CONSENT,
        Outcome.PAYWALL,
        Outcome.NOT_HTML,
        Outcome.TOO_LARGE,
        Outcome.FORBIDDEN_ADDRESS,
    }
)
"""Outcomes that may change, slowly: a server that starts anew answers with anything."""


# A page by another form of its address, as it was found and listed.
SAME_PAGE = f"""
INSERT INTO pages(id, url, source_id, found_by, found_on_id, first_seen, priority, listed_headline, listed_published,
                  listed_modified, listed_language, listed_keywords, listed_images)
SELECT {next_id("pages")}, ?, source_id, found_by, found_on_id, first_seen, priority, listed_headline, listed_published,
    listed_modified, listed_language, listed_keywords, listed_images
FROM pages WHERE url = ?
ON CONFLICT(url) DO NOTHING
"""  # noqa: S608 - only text of this program


class PageStatus(StrEnum):
    """Whether a page waits for a visit."""

    PENDING = "pending"
    LEASED = "leased"
    """On its way in a crawl; one that was killed leaves its leases to the next."""
    DONE = "done"
    """Not asked for again unless a listing says that it changed."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What is to become of a page."""

    state: PageStatus
    attempts: int
    next_visit: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PageHistory:
    """What decides when a page is due."""

    born: datetime
    """When its story appeared: as the site says, at the latest when it was first seen."""
    tried: datetime
    """When it was first visited."""
    attempts: int
    """Visits that failed since the last that did not."""
    has_article: bool


def turn_after(
    visit_outcome: Outcome,
    status: int | None,
    history: PageHistory,
    now: datetime,
    ages: Sequence[timedelta] = REVISIT_AGES,
) -> Turn:
    """Return when a page is visited again after a visit with this outcome and HTTP status.

    One that has never given a story is tried as long as a story is looked at, whatever its own age, ever later.
    """
    if visit_outcome in FINAL:
        return Turn(PageStatus.DONE, 0, None)
    passes = may_pass(visit_outcome, status)
    attempts = history.attempts + 1 if passes else 0
    if passes and attempts < QUICK_TRIES:
        wait = FIRST_RETRY * RETRY_FACTOR ** (attempts - 1)
        return Turn(PageStatus.PENDING, attempts, now + wait)
    least = SLOW if visit_outcome in REFUSED and not passes else timedelta()
    # Of sites with a wall, every story would be asked for twice as often.
    is_tried = passes or (visit_outcome in REFUSED and visit_outcome is not Outcome.PAYWALL)
    if history.has_article or not is_tried:
        return _by_age(history.born, now, ages, least, attempts)
    again = now + max(now - history.tried, least, FIRST_RETRY)
    if again > history.tried + max(ages, default=timedelta()):
        return Turn(PageStatus.DONE, attempts, None)
    return Turn(PageStatus.PENDING, attempts, again)


def may_pass(outcome: Outcome, status: int | None) -> bool:
    """Return whether what a visit failed of may be mended by waiting."""
    busy = outcome is Outcome.HTTP_ERROR and status is not None and (status >= 500 or status == 429)
    return outcome in PASSING or busy


def close_turn(
    archive: Connection, page_id: int, visit: Visit, outcome: Outcome, ages: Sequence[timedelta]
) -> None:
    """Note when a page that was just visited is due again, by the page and article rows as they are now."""
    # A listing, unless it was a story that its user named for one: every crawl asks for it.
    is_story = visit.found_by is FoundBy.START and outcome in ARTICLE_OUTCOMES
    if visit.listing is None and visit.found_by is not FoundBy.RELATED and not is_story:
        outcome = Outcome.LISTING
    row = archive.execute(
        """
        SELECT attempts, pages.first_seen, listed_published, article_id, articles.date_published,
            (SELECT fetched FROM captures WHERE page_id = pages.id ORDER BY id LIMIT 1) AS tried
        FROM pages LEFT JOIN articles ON articles.id = article_id WHERE pages.id = ?
        """,
        (page_id,),
    ).fetchone()
    first_seen = time_of(row["first_seen"])
    stated = _moment(row["date_published"] or row["listed_published"])
    history = PageHistory(
        born=first_seen if stated is None else min(stated, first_seen),
        tried=min(time_of(row["tried"] or row["first_seen"]), visit.fetched),
        attempts=row["attempts"],
        has_article=row["article_id"] is not None,
    )
    status = None if visit.response is None else visit.response.status
    turn = turn_after(outcome, status, history, visit.fetched, ages)
    archive.execute(
        "UPDATE pages SET state = ?, attempts = ?, next_visit = ?, leased_until = NULL WHERE id = ?",
        (turn.state, turn.attempts, None if turn.next_visit is None else time_text(turn.next_visit), page_id),
    )
    if outcome in (Outcome.GONE, Outcome.REDIRECT):
        _look_elsewhere(archive, page_id, visit.fetched)


def lease_page(archive: Connection, crawl_id: int, url: str, source: str, now: datetime) -> None:
    """Note that a crawl is about to ask for a page of the source at address source, which has a row.

    Raises ArchiveError if the archive cannot be written, DiskFullError if the disk is full.
    """
    moment = time_text(now)
    with transaction(archive):
        (source_id,) = archive.execute("SELECT id FROM sources WHERE url = ?", (storable(source),)).fetchone()
        is_known = archive.execute("SELECT 1 FROM pages WHERE url = ?", (storable(url),)).fetchone()
        page_id = page_row(archive, url, moment, source_id)
        if not is_known:  # asked for before the listing that names it is written
            count_discovered(archive, crawl_id, source_id, 1)
        archive.execute(
            "UPDATE pages SET state = 'leased', leased_until = ? WHERE id = ?",
            (time_text(now + LEASE), page_id),
        )


def leave_page(archive: Connection, url: str, same: str) -> None:
    """Ask for a page no longer at address url but at same, the form of it that pages are known by now."""
    with transaction(archive):
        archive.execute(SAME_PAGE, (storable(same), storable(url)))
        archive.execute("UPDATE pages SET state = 'done', next_visit = NULL WHERE url = ?", (storable(url),))


def make_due(archive: Connection, moments: Mapping[str, datetime]) -> None:
    """Let visited pages, by their addresses, be due again at these moments at the latest."""
    with transaction(archive):
        archive.executemany(
            """
            UPDATE pages SET state = 'pending', next_visit = ?1
            WHERE url = ?2 AND (state = 'done' OR state = 'pending' AND next_visit > ?1)
            """,
            [(time_text(moment), storable(url)) for url, moment in moments.items()],
        )


def release_leases(archive: Connection) -> int:
    """Make every leased page wait again, for the crawl that leased it has ended; return how many there were."""
    return archive.execute(
        "UPDATE pages SET state = 'pending', leased_until = NULL WHERE state = 'leased'"
    ).rowcount


def _look_elsewhere(archive: Connection, page_id: int, now: datetime) -> None:
    """Let the other pages that showed the story of one that is gone be visited next: it may stand there still."""
    archive.execute(
        f"""
        UPDATE pages SET state = 'pending', next_visit = ?1
        WHERE article_id = (SELECT article_id FROM pages WHERE id = ?2) AND id <> ?2 AND state <> 'leased'
            AND last_visited < ?1 AND outcome IN ({", ".join(f"?{n}" for n in range(3, 3 + len(ARTICLE_OUTCOMES)))})
        """,  # noqa: S608 - only marks for values
        (time_text(now), page_id, *sorted(ARTICLE_OUTCOMES)),
    )


def _moment(text: str | None) -> datetime | None:
    """Return the moment of a column that may hold a day alone."""
    moment = time_or_none(text)
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)


def _by_age(
    born: datetime, now: datetime, ages: Sequence[timedelta], least: timedelta, attempts: int
) -> Turn:
    for age in ages:
        # A visit a little before the hour counts as that hour's: no second one right after it.
        if born + age > now + min(age, timedelta(hours=1)) / 4 and born + age >= now + least:
            return Turn(PageStatus.PENDING, attempts, born + age)
    return Turn(PageStatus.DONE, attempts, None)
