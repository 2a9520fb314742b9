"""Crawls of long ago that found nothing are kept once a day: what they found, and all that is archived, stays."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from sqlite3 import Connection

import pytest
from archives import DAY, FLOOD, NOON, column, filled, one
from commands import run_apart, runner

from archiver.errors import ExitCode
from archiver.sample import serve
from db import thinning
from db.connection import read_archive
from db.crawls.funnels import funnels_by_day
from db.crawls.runs import crawl_account
from db.crawls.sources import source_records
from db.store import add_source
from db.thinning import LEAST_DAYS, thin_crawls
from db.values import time_text

SOURCES = json.dumps({"PAGE_BUDGET": 500, "sources": ["https://news.example/", "https://other.example/"]})
QUARTER = timedelta(minutes=15)
A_DAY = DAY // QUARTER
LONG_AGO = NOON.replace(hour=0) - (LEAST_DAYS + 3) * DAY
# Of the crawls of each day: one found a story at the first site, from one on the second could not be reached.
WITH_NEWS, OUT = 40, 50


@pytest.fixture
def archive_file(tmp_path: Path) -> Path:
    return tmp_path / "archive.db"


@pytest.fixture
def archive(archive_file: Path) -> Iterator[Connection]:
    """An archive of a story and two sites, of two days of crawls of long ago, and of the latest three."""
    with closing(filled(archive_file, (FLOOD,))) as connection:
        add_source(connection, "https://other.example/", NOON)
        add_crawls(connection, LONG_AGO, 2 * A_DAY)
        add_crawls(connection, NOON, 3)
        yield connection


def add_crawls(archive: Connection, first: datetime, number: int) -> None:
    """Add crawls of both sites, each a quarter of an hour after the other."""
    with archive:
        for each in range(number):
            crawl_id = archive.execute(
                "INSERT INTO crawls(started, finished, state, arguments, version) VALUES (?1, ?1, 'done', ?2, '') "
                "RETURNING id",
                (time_text(first + each * QUARTER), SOURCES),
            ).fetchone()[0]
            for source in (1, 2):
                new = int(source == 1 and each % A_DAY == WITH_NEWS)
                out = int(source == 2 and each % A_DAY >= OUT)
                archive.execute(
                    "INSERT INTO funnels VALUES (?, ?, 0, 1, ?, ?, ?, 0, 0, 0, ?, 9, 0, 0, NULL, 0, 0, NULL, 0, 0)",
                    (crawl_id, source, 1 - out, new, new, out),
                )
                counts = [("timeout", 1)] if out else [("listing", 4), *[("stored", 1)] * new]
                archive.executemany(
                    "INSERT INTO crawl_counts VALUES (?, ?, ?, ?)",
                    [(crawl_id, source, *count) for count in counts],
                )


def places(archive: Connection, source: int) -> list[object]:
    """Return which crawls of its day are left of a source, counted from 0."""
    return column(
        archive,
        """SELECT (strftime('%s', started) % 86400) / 900 FROM funnels JOIN crawls ON crawls.id = crawl_id
        WHERE source_id = ? AND started < ? ORDER BY started""",
        source,
        time_text(NOON - LEAST_DAYS * DAY),
    )


def others(archive: Connection) -> dict[str, list[tuple[object, ...]]]:
    """Return the rows of all tables that are not thinned out."""
    tables = ("sources", "pages", "captures", "articles", "revisions", "related_links", "sightings", "alarms")
    return {table: [tuple(row) for row in archive.execute(f"SELECT * FROM {table}")] for table in tables}


def test_crawls_of_long_ago_are_kept_once_a_day_where_they_found_nothing(archive: Connection) -> None:
    before = others(archive)
    summed = [(day.day, day.discovered, day.new, day.gone) for day in funnels_by_day(archive, 1, "")]
    thin_crawls(archive, NOON, LEAST_DAYS, wholly=True)

    assert places(archive, 1) == [0, WITH_NEWS] * 2
    assert places(archive, 2) == [0, OUT] * 2
    assert one(archive, "SELECT count(*) FROM funnels WHERE crawl_id > ?", 1 + 2 * A_DAY) == 6
    pairs = "SELECT DISTINCT crawl_id, source_id FROM {} WHERE crawl_id > 1 ORDER BY 1, 2"
    assert [tuple(row) for row in archive.execute(pairs.format("crawl_counts"))] == [
        tuple(row) for row in archive.execute(pairs.format("funnels"))
    ]
    assert others(archive) == before
    assert [(day.day, day.discovered, day.new, day.gone) for day in funnels_by_day(archive, 1, "")] == summed
    assert one(archive, "SELECT count(*) FROM crawls") == 1 + 2 * A_DAY + 3
    assert thin_crawls(archive, NOON, LEAST_DAYS, wholly=True).days == 0


def test_crawls_of_long_ago_do_not_repeat_the_sources_that_they_were_asked_for(archive: Connection) -> None:
    thin_crawls(archive, NOON, LEAST_DAYS, wholly=True)
    listing = (
        "SELECT id FROM crawls WHERE json_type(arguments, '$.sources') NOT NULL AND started < ? ORDER BY id"
    )
    assert column(archive, listing, time_text(NOON - DAY)) == [2, 2 + A_DAY]
    assert crawl_account(archive, 3).crawl.arguments == {"PAGE_BUDGET": 500}


def test_imports_of_long_ago_stay_as_they_were(archive: Connection) -> None:
    with archive:
        archive.execute('UPDATE crawls SET arguments = \'{"import": ["a"], "sources": []}\' WHERE id > 1')
    before = one(archive, "SELECT count(*) FROM funnels"), column(archive, "SELECT arguments FROM crawls")
    thin_crawls(archive, NOON, LEAST_DAYS, wholly=True)
    assert before == (
        one(archive, "SELECT count(*) FROM funnels"),
        column(archive, "SELECT arguments FROM crawls"),
    )


def test_last_crawl_of_a_source_that_was_removed_stays(archive: Connection) -> None:
    with archive:
        for table in ("funnels", "crawl_counts"):
            archive.execute(f"DELETE FROM {table} WHERE source_id = 2 AND crawl_id > ?", (1 + 2 * A_DAY,))
    before = source_records(archive)
    thin_crawls(archive, NOON, LEAST_DAYS, wholly=True)
    assert source_records(archive)["https://other.example/"] == before["https://other.example/"]


def test_what_a_standing_alarm_is_compared_with_stays(archive: Connection) -> None:
    with archive:
        archive.execute(
            "INSERT INTO alarms(source_id, kind, message, crawl_id, raised, last_seen) "
            "VALUES (2, 'silent', '', 2, ?1, ?1)",
            (time_text(LONG_AGO + 31 * DAY),),
        )
    thin_crawls(archive, NOON, LEAST_DAYS, wholly=True)
    assert places(archive, 1) == [0, WITH_NEWS] * 2
    assert places(archive, 2) == [0, OUT, *range(A_DAY)]


def test_thinning_goes_on_where_it_ended(archive: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thinning, "DAYS_AT_ONCE", 1)
    thin_crawls(archive, NOON, 0)
    assert places(archive, 1) == [0, WITH_NEWS, *range(A_DAY)]
    thin_crawls(archive, NOON, 0)
    assert places(archive, 1) == [0, WITH_NEWS] * 2


def test_crawl_thins_out_at_its_end_unless_told_otherwise(archive: Connection, archive_file: Path) -> None:
    archive.close()
    with serve() as site:
        crawl = ("crawl", site.url, "--delay", 0, "--budget", 1, "-a", archive_file, "--quiet")
        refused = run_apart(*crawl, "--set", "THIN_AFTER=10")
        assert (refused.code, "THIN_AFTER is 10: give 120" in refused.err) == (ExitCode.USAGE, True)
        run_apart(*crawl, "--set", "THIN_AFTER=0")
        with closing(read_archive(archive_file)) as connection:
            assert len(places(connection, 1)) == 2 * A_DAY
        run_apart(*crawl)
    with closing(read_archive(archive_file)) as connection:
        assert len(places(connection, 1)) == 4


def test_vacuum_thins_out_if_asked(
    archive: Connection, archive_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    archive.close()
    run = runner(capsys)
    assert json.loads(run("vacuum", "--json", "-a", archive_file).out)["thinned"] == 0
    done = run("vacuum", "--thin", LEAST_DAYS, "-a", archive_file)
    # Of 192 crawls of two sites, 4 are left of each; each has one row of either table.
    assert "Thinned out 752 counts of crawls that found nothing." in done.out
    assert run("vacuum", "--thin", LEAST_DAYS - 1, "-a", archive_file).code == ExitCode.USAGE
    with closing(read_archive(archive_file)) as connection:
        assert places(connection, 2) == [0, OUT] * 2
