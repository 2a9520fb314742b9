"""What is asked of an archive every day takes no longer with its years: crawls, captures and links of long ago."""

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, filled

from archiver.items import CrawlState
from db.crawls.accounts import page_account
from db.crawls.funnels import close_funnels, funnels_of
from db.crawls.past import Past
from db.crawls.sources import source_records
from db.crawls.spending import spending
from db.crawls.status import source_statuses
from db.forgetting.stories import LINKS_OF
from db.raw_pages.sameness import VISITS
from db.read import statistics
from db.store import add_source, finish_crawl, start_crawl
from db.values import time_text

SOURCES = 5
HOUR = timedelta(hours=1)
# Crawls of before: ten times as many as stand for the latest.
YEARS = 2000


@pytest.fixture
def archive(tmp_path: Path) -> Iterator[Connection]:
    """An archive of one crawl of one story, and of some sites that brought none."""
    with closing(filled(tmp_path / "archive.db", (FLOOD,))) as connection:
        connection.execute(
            "INSERT INTO pages(id, url, source_id, first_seen) VALUES (2, ?, 1, ?)",
            (SOURCE, time_text(NOON)),
        )
        for number in range(1, SOURCES):
            add_source(connection, f"https://site{number}.example/", NOON)
        finish_crawl(connection, 1, finished=NOON + HOUR, state=CrawlState.DONE)
        yield connection


def age(archive: Connection, crawls: int) -> None:
    """Add hourly crawls before the only one, each of which brought a page and a story of every site."""
    values = {"crawls": crawls, "noon": time_text(NOON)}
    numbers = "WITH numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < :crawls)"
    with archive:
        archive.execute(
            f"""INSERT INTO crawls(id, started, finished, state, arguments, version)
            {numbers} SELECT 1 + n, strftime('%Y-%m-%dT%H:%M:%SZ', :noon, '-' || n || ' hours'), :noon, 'done',
            '{{}}', '' FROM numbers""",
            values,
        )
        archive.execute(
            """INSERT INTO crawl_counts SELECT crawls.id, sources.id, value, 1 FROM crawls, sources,
            json_each('["listing", "stored"]') WHERE crawls.id > 1"""
        )
        archive.execute(
            """INSERT INTO funnels SELECT crawls.id, sources.id, 0, 1, 1, 1, 1, 0, 0, 0, 0, 9, 0, 1, 9, 1, 1, 0, 0, 0
            FROM crawls, sources WHERE crawls.id > 1"""
        )
        archive.execute(
            """INSERT INTO captures(page_id, crawl_id, fetched, final_url, status, length, outcome, detail)
            SELECT 2, id, started, 'https://news.example/', 200, 9, 'listing', '' FROM crawls WHERE id > 1"""
        )
        archive.execute(
            f"""INSERT INTO related_links(page_id, target_id, headline, kind, block, position, first_seen, last_seen)
            {numbers} SELECT 2, 2, n, 'latest', '', 0, :noon, :noon FROM numbers""",
            values,
        )


def steps(archive: Connection, ask: Callable[[], object]) -> int:
    """Return how many instructions of its virtual machine SQLite takes, in hundreds."""
    count = 0

    def counted() -> None:
        nonlocal count
        count += 1

    ask()  # what is prepared once counts not
    archive.set_progress_handler(counted, 100)
    ask()
    archive.set_progress_handler(None, 0)
    return count


def plan_of(archive: Connection, sql: str) -> list[str]:
    return [step["detail"] for step in archive.execute(f"EXPLAIN QUERY PLAN {sql}")]


def test_years_do_not_make_the_status_slow(archive: Connection) -> None:
    age(archive, YEARS)
    archive.execute("ANALYZE")
    # The crawls themselves are looked through, at few instructions for each, but not what each brought.
    assert steps(archive, lambda: source_statuses(archive, 3, NOON + HOUR)) < YEARS * 150 // 100


def test_crawls_that_found_nothing_cost_the_status_little(archive: Connection) -> None:
    age(archive, YEARS)
    days = YEARS // 24
    with_news = steps(archive, lambda: source_statuses(archive, days, NOON + HOUR))
    with archive:
        archive.execute("DELETE FROM crawl_counts WHERE outcome = 'stored' AND crawl_id % 100 > 0")
    assert steps(archive, lambda: source_statuses(archive, days, NOON + HOUR)) < with_news // 3


def test_last_crawl_of_a_source_is_found_without_looking_at_all_it_ever_had(archive: Connection) -> None:
    age(archive, YEARS)
    assert steps(archive, lambda: source_records(archive)) < YEARS  # in hundreds
    moments = [record.last_crawl for record in source_records(archive).values()]
    assert moments == [NOON, *[NOON - HOUR] * (SOURCES - 1)]


def test_front_page_of_years_is_explained_by_its_latest_visits(archive: Connection) -> None:
    age(archive, YEARS)
    archive.execute("ANALYZE")
    account = page_account(archive, SOURCE, 10)
    assert (len(account.visits), account.visit_count) == (10, YEARS)
    assert account.visits == page_account(archive, SOURCE).visits[-10:]
    assert (
        steps(archive, lambda: page_account(archive, SOURCE, 10)) < YEARS // 2
    )  # a few for each to be counted


def test_visits_are_counted_by_indexes(archive: Connection) -> None:
    age(archive, YEARS)
    with archive:
        archive.execute("UPDATE captures SET rendered = 1 WHERE id % 10 = 0 AND page_id = 2")
    (visits,) = archive.execute("SELECT count(*) FROM captures WHERE NOT rendered").fetchone()
    assert statistics(archive).captures == visits < YEARS
    assert page_account(archive, SOURCE, 10).visit_count == visits - 1  # but the one of the story
    plan = plan_of(archive, VISITS)
    assert [step for step in plan if "captures" in step and "INDEX" not in step] == []


def test_past_of_a_source_is_told_without_the_crawls_of_before(archive: Connection) -> None:
    age(archive, YEARS)
    archive.execute("ANALYZE")

    def latest() -> list[datetime]:
        return [beat.started for beat in Past(archive).beats(2, time_text(NOON - 5 * HOUR))]

    assert latest() == [NOON - number * HOUR for number in range(1, 6)]
    # A few for each funnel, since the ids of these crawls run against time, but none for the crawls themselves.
    assert steps(archive, latest) < YEARS * 8 // 100


def test_budget_of_a_day_is_asked_of_its_crawls_alone(archive: Connection) -> None:
    age(archive, YEARS)
    with archive:  # as an archive of years is measured by PRAGMA optimize
        archive.execute("ANALYZE sources")
        archive.executemany(
            "INSERT INTO sqlite_stat1 VALUES (?, ?, ?)",
            [
                ("captures", "captures_crawl", "1040065 208"),
                ("captures", "captures_page", "1040065 4 1"),
                ("pages", "pages_source_outcome", "420267 2081 210"),
                ("pages", "sqlite_autoindex_pages_1", "420267 1"),
            ],
        )
    archive.execute("ANALYZE sqlite_schema")
    statements: list[str] = []
    archive.set_trace_callback(statements.append)
    spending(archive, SOURCE, NOON - DAY)
    archive.set_trace_callback(None)
    assert not any("SCAN captures" in step for step in plan_of(archive, statements[0]))


def test_links_of_a_story_are_found_without_looking_at_all_links(archive: Connection) -> None:
    assert not any("SCAN" in step for step in plan_of(archive, LINKS_OF.replace("?1", "1")))


def test_status_finds_what_sources_had_before_the_latest_crawls(archive: Connection) -> None:
    age(archive, YEARS)
    with archive:  # the last site has had nothing since the first crawl but one, and no story since the first
        archive.execute("DELETE FROM funnels WHERE source_id = ? AND crawl_id < ?", (SOURCES, YEARS))
        archive.execute(
            "DELETE FROM crawl_counts WHERE source_id = ? AND crawl_id < ? AND outcome = 'stored'",
            (SOURCES, YEARS + 1),
        )
    first, *others, quiet = source_statuses(archive, 3, NOON + HOUR)
    assert (quiet.last_crawl, quiet.last_new) == (NOON - (YEARS - 1) * HOUR, NOON - YEARS * HOUR)
    assert (first.last_crawl, first.last_new, first.new_by_day) == (NOON, NOON, (24, 24, 13))
    assert {(each.last_crawl, each.last_new, each.new_by_day) for each in others} == {
        (NOON - HOUR, NOON - HOUR, (24, 24, 12))
    }


def test_end_of_a_crawl_takes_each_source_by_itself(archive: Connection) -> None:
    few, many = (steps_to_close(archive, number) for number in (50, 200))
    assert many < 8 * few


def steps_to_close(archive: Connection, sources: int) -> int:
    """Return what the end of a crawl of so many sources takes, each with a listing and a story."""
    crawl_id = start_crawl(archive, started=NOON + HOUR, arguments={}, version="")
    for number in range(sources):
        url = f"https://many{number}.example/"
        source_id = add_source(archive, url, NOON)
        with archive:
            archive.execute(
                "INSERT OR IGNORE INTO pages(url, source_id, first_seen) VALUES (?, ?, ?)",
                (url, source_id, time_text(NOON)),
            )
            archive.execute("INSERT INTO crawl_counts VALUES (?, ?, 'stored', 1)", (crawl_id, source_id))
            archive.executemany(
                """INSERT INTO captures(page_id, crawl_id, fetched, final_url, status, length, outcome, detail,
                body_length, has_date, has_author, link_count)
                SELECT id, ?, ?, url, 200, 9, 'stored', '', ?, 1, 0, 3 FROM pages WHERE url = ?""",
                [(crawl_id, time_text(NOON), length, url) for length in (None, 2000 + number)],
            )
    with archive:
        archive.execute("BEGIN")
        taken = steps(archive, lambda: close_funnels(archive, crawl_id))
    found = funnels_of(archive, crawl_id)
    assert [(each.fetched, each.bytes, each.read, each.dated, each.signed, each.links) for each in found] == [
        (2, 18, 1, 1, 0, 3)
    ] * sources
    assert [each.body_length for each in found] == [2000 + number for number in range(sources)]
    return taken
