"""When pages are asked for again: by the age of their stories, by what came of their visits, and after a kill."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, column, crawl, failed, visit

from archiver.crawl.revisits import ArchiveMemory
from archiver.items import Discovery, FoundBy, Listing, Outcome
from db.connection import open_archive
from db.crawls.lookups import page_state, waiting
from db.crawls.schedule import REVISIT_AGES, PageHistory, PageStatus, Turn, lease_page, turn_after
from db.store import add_discovery, record_visit, start_crawl
from spiders.frontier import Asked, Source
from spiders.frontier import Turn as CrawlTurn

HOUR = timedelta(hours=1)
FRESH = PageHistory(born=NOON, tried=NOON, attempts=0, has_article=True)
WITHOUT = replace(FRESH, has_article=False)


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    with closing(open_archive(tmp_path / "archive.db")) as connection:
        yield connection


def visits_of(outcome: Outcome, history: PageHistory = FRESH) -> list[timedelta]:
    """Return how old the story is at each visit, if a crawl runs whenever one is due and all end so."""
    ages, now = [timedelta()], history.born
    while True:
        turn = turn_after(outcome, 200, history, now)
        if turn.next_visit is None:
            return ages
        now = turn.next_visit
        ages.append(now - history.born)


def test_story_is_looked_at_often_while_it_is_fresh_and_then_never() -> None:
    assert visits_of(Outcome.STORED) == [timedelta(), *REVISIT_AGES]
    assert visits_of(Outcome.UNCHANGED) == [timedelta(), *REVISIT_AGES]


def test_story_that_was_old_when_it_was_found_is_not_looked_at_again() -> None:
    old = replace(FRESH, born=NOON - 15 * DAY)
    assert turn_after(Outcome.STORED, 200, old, NOON) == Turn(PageStatus.DONE, 0, None)
    assert turn_after(Outcome.STORED, 200, replace(FRESH, born=NOON - 2 * DAY), NOON).next_visit == NOON + DAY


def test_visit_shortly_before_an_age_counts_as_that_of_the_age() -> None:
    early = turn_after(Outcome.UNCHANGED, 304, FRESH, NOON + 6 * HOUR - timedelta(minutes=5))
    assert early.next_visit == NOON + 24 * HOUR


REFUSALS = (
    Outcome.GONE, Outcome.REDIRECT, Outcome.ROBOTS, Outcome.CHALLENGE, Outcome.PAYWALL, Outcome.NOT_HTML,
    Outcome.TOO_LARGE, Outcome.FORBIDDEN_ADDRESS,
)  # fmt: skip


@pytest.mark.parametrize("outcome", REFUSALS)
def test_archived_story_that_was_taken_down_or_refused_keeps_its_schedule_but_for_the_next_hours(
    outcome: Outcome,
) -> None:
    assert visits_of(outcome) == [timedelta(), 6 * HOUR, DAY, 3 * DAY, 14 * DAY]
    late = turn_after(outcome, 200, FRESH, NOON + 23 * HOUR)
    assert late.next_visit == NOON + 3 * DAY


@pytest.mark.parametrize("outcome", sorted({*REFUSALS} - {Outcome.PAYWALL}))
def test_page_that_never_gave_a_story_is_tried_ever_later_for_two_weeks(outcome: Outcome) -> None:
    """A story that the site takes up in a feed before its page, or after a check for robots, is not lost."""
    assert visits_of(outcome, WITHOUT) == [wait * HOUR for wait in (0, 6, 12, 24, 48, 96, 192)]


def test_page_of_an_old_story_is_tried_as_long() -> None:
    old = replace(WITHOUT, born=NOON - 900 * DAY)

    assert turn_after(Outcome.GONE, 404, old, NOON).next_visit == NOON + 6 * HOUR
    assert (
        turn_after(Outcome.TIMEOUT, None, replace(old, attempts=2), NOON + HOUR).next_visit == NOON + 2 * HOUR
    )


@pytest.mark.parametrize("outcome", [Outcome.LISTING, Outcome.TRAP])
def test_what_cannot_be_a_story_is_done_with(outcome: Outcome) -> None:
    assert turn_after(outcome, 200, FRESH, NOON).state is PageStatus.DONE


def test_failures_that_may_pass_are_tried_again_ever_later_for_two_weeks() -> None:
    """Story pages that fail for half a day while the listings are served are had within another."""
    history, now = WITHOUT, NOON
    visits = [timedelta()]
    while (turn := turn_after(Outcome.TIMEOUT, None, history, now)).next_visit is not None:
        now = turn.next_visit
        visits.append(now - NOON)
        history = replace(history, attempts=turn.attempts)

    minutes = [0, 15, 75, *(75 * 2**doubled for doubled in range(1, 9))]
    assert visits == [timedelta(minutes=each) for each in minutes]
    assert turn.state is PageStatus.DONE


def test_failures_of_a_page_that_waited_long_for_its_first_visit_count_from_that(
    archive: sqlite3.Connection,
) -> None:
    crawl_id, url = crawl(archive), f"{SOURCE}mill"
    listings = (Listing(url=url, date_published=NOON - 900 * DAY),)
    found = Discovery(
        source=SOURCE,
        found_by=FoundBy.FEED,
        found_on=f"{SOURCE}feed",
        seen=NOON - 90 * DAY,
        listings=listings,
    )
    add_discovery(archive, found)
    broken = failed(url, Outcome.TIMEOUT, found_by=FoundBy.RELATED)
    for hours in (0, 1, 2, 3):
        record_visit(archive, crawl_id, replace(broken, fetched=NOON + hours * HOUR))

    state = page_state(archive, url)
    assert state is not None
    assert (state.state, state.next_visit) == (PageStatus.PENDING, NOON + 6 * HOUR)


def test_archived_story_that_fails_for_long_keeps_its_schedule() -> None:
    turn = turn_after(Outcome.HTTP_ERROR, 503, replace(FRESH, attempts=2), NOON + 2 * HOUR)
    assert (turn.state, turn.next_visit) == (PageStatus.PENDING, NOON + 6 * HOUR)


def due(archive: sqlite3.Connection, now: datetime) -> list[str]:
    return [page.url for page in waiting(archive, SOURCE, 9, now=now)]


def test_story_is_due_by_the_age_that_its_site_states(archive: sqlite3.Connection) -> None:
    old = replace(article("old", "Old mill", "It stood."), date_published=NOON - 30 * DAY)
    crawl_id = crawl(archive)
    record_visit(archive, crawl_id, visit(article("flood", "Flood", "It rose."), found_by=FoundBy.RELATED))
    record_visit(archive, crawl_id, visit(old, found_by=FoundBy.RELATED))

    assert due(archive, NOON + timedelta(minutes=30)) == []
    assert due(archive, NOON + 2 * HOUR) == [f"{SOURCE}flood"]
    state = page_state(archive, old.url)
    assert state is not None
    assert state.state is PageStatus.DONE


def test_story_that_was_visited_by_a_clock_that_was_ahead_is_due(archive: sqlite3.Connection) -> None:
    crawl_id, now = crawl(archive), datetime.now(UTC)
    undated = visit(article("dam", "Dam", "It holds."), found_by=FoundBy.RELATED)
    page = Asked(url=f"{SOURCE}dam", found_by=FoundBy.FRONT_PAGE)
    by_age = ArchiveMemory(archive, crawl_id, REVISIT_AGES, None)

    record_visit(archive, crawl_id, replace(undated, fetched=now + 2 * DAY))
    for memory in (by_age, ArchiveMemory(archive, crawl_id, REVISIT_AGES, timedelta())):
        assert memory.turn(page) is CrawlTurn.AGAIN
        assert [each.url for each in memory.waiting(Source(url=SOURCE), 9)] == [page.url]
    record_visit(archive, crawl_id, replace(undated, fetched=now))
    assert by_age.turn(page) is CrawlTurn.NOT_DUE


def test_leases_of_a_crawl_that_was_killed_wait_for_the_next(archive: sqlite3.Connection) -> None:
    first = crawl(archive)
    found = Discovery(
        source=SOURCE,
        found_by=FoundBy.FEED,
        found_on=f"{SOURCE}feed",
        seen=NOON,
        listings=(Listing(url=f"{SOURCE}a"), Listing(url=f"{SOURCE}b")),
    )
    add_discovery(archive, found)
    lease_page(archive, first, f"{SOURCE}a", SOURCE, NOON)
    assert due(archive, NOON) == [f"{SOURCE}b"]
    record_visit(archive, first, failed(f"{SOURCE}b", Outcome.GONE, found_by=FoundBy.RELATED))

    start_crawl(archive, started=NOON, arguments={}, version="1")
    assert due(archive, NOON) == [f"{SOURCE}a"]
    assert (
        column(archive, "SELECT leased_until FROM pages WHERE state <> 'leased' AND leased_until NOT NULL")
        == []
    )


def test_page_that_is_asked_for_has_a_row_and_counts_as_found(archive: sqlite3.Connection) -> None:
    crawl_id = crawl(archive)
    record_visit(archive, crawl_id, visit(FLOOD))
    before = column(archive, "SELECT discovered + 1 FROM funnels")
    for _ in range(2):
        lease_page(archive, crawl_id, f"{SOURCE}unheard-of", SOURCE, NOON)
    assert column(archive, "SELECT discovered FROM funnels") == before
    assert column(archive, "SELECT url FROM pages WHERE state = 'leased' AND source_id = 1") == [
        f"{SOURCE}unheard-of"
    ]
