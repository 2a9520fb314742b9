"""archiver stats: what the archive holds."""

import json
import re
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, crawl, failed, filled, link, visit
from commands import Run, on_terminal, runner

import archiver
from archiver.items import Outcome
from db.connection import open_archive, read_archive
from db.crawls.status import source_statuses
from db.store import add_source, record_visit, start_crawl


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive with two stories of one day, one of the day after and one without date."""
    path = tmp_path / "archive.db"
    stories = (
        FLOOD,
        article("dam", "Minister visits the dam", "The minister spoke.", date_published=FLOOD.date_published),
        article("ferry", "Ferry runs again", "It runs every hour.", date_published=NOON),
        article("wind", "Wind", "It blows."),
    )
    filled(path, stories).close()
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def test_archive_is_told_in_all_by_source_and_by_day(run: Run, archive: Path) -> None:
    shown = run("stats", "-a", archive).out

    lines = [line.rstrip() for line in shown.splitlines()]
    assert "  4 articles · 0 earlier versions · 0 related links" in lines
    assert "news.example         4      4            0  2026-11-19 to 2026-11-20" in lines
    assert "2026-11-20         1  █" in lines
    assert "2026-11-19         2  ██" in lines
    assert "no date            1  █" in lines
    # Nobody writes to it: the crawl that did was killed.
    assert "Last crawl  number 1, 2026-11-20 12:00 UTC, interrupted: 4 new" in lines


def test_crawl_that_runs_is_told_from_one_that_was_killed(run: Run, archive: Path) -> None:
    def states() -> list[str]:
        (told,) = run("status", "--json", "-a", archive).out.splitlines()
        crawled = json.loads(run("stats", "--json", "-a", archive).out)["last_crawl"]
        return [json.loads(told)["state"], crawled["state"]]

    killed = states()
    with closing(open_archive(archive)):  # it holds the lock
        assert states() == ["running", "running"]
    assert killed == ["interrupted", "interrupted"]


def test_help_says_what_counts_as_failed(run: Run) -> None:
    assert "count the visits" in " ".join(run("status", "--help").out.split())
    assert "failed are pages" in " ".join(run("stats", "--help").out.split())


def test_status_counts_what_a_killed_crawl_brought(archive: Path) -> None:
    with closing(read_archive(archive)) as connection:
        (told,) = source_statuses(connection, 14, NOON + DAY)

    assert (told.last_new, told.new_by_day[-2:]) == (NOON, (4, 0))


def test_status_of_crawls_by_a_clock_that_was_ahead(run: Run, tmp_path: Path) -> None:
    path, ahead = tmp_path / "ahead.db", datetime.now(UTC) + DAY
    with closing(open_archive(path)) as connection:
        crawl_id = start_crawl(connection, started=ahead, arguments={}, version="1")
        record_visit(connection, crawl_id, visit(FLOOD))

    assert run("status", "-a", path).out.count("in the future") == 2


def test_days_limits_the_list(run: Run, archive: Path) -> None:
    shown = run("stats", "--days", "1", "-a", archive).out

    assert "2026-11-20         1" in shown
    assert "2026-11-19         2" not in shown


def test_what_was_published_in_a_time_is_told_by_site_and_day(run: Run, archive: Path) -> None:
    shown = run("stats", "--since", "2026-11-19", "--until", "2026-11-19", "-a", archive).out

    assert [line.rstrip() for line in shown.splitlines()] == [
        f"{archive}  articles published since 2026-11-19 until 2026-11-19",
        "  2 articles · 0 earlier versions · 0 related links",
        "",
        "Source        Articles  Published",
        "news.example         2  2026-11-19 to 2026-11-19",
        "",
        "Published   Articles",
        "2026-11-19         2  ██",
    ]


@pytest.mark.parametrize(
    ("options", "days"),
    [
        (("--since", "2026-11-20"), [("2026-11-20", 1)]),
        (("--until", "2026-11"), [("2026-11-20", 1), ("2026-11-19", 2)]),
        (("--until", "2026-11", "--days", "1"), [("2026-11-20", 1)]),
        (("--since", "2026", "--source", "news.example"), [("2026-11-20", 1), ("2026-11-19", 2)]),
        (("--until", "2025"), []),
    ],
)
def test_articles_of_a_time_as_json(
    run: Run, archive: Path, options: tuple[str, ...], days: list[tuple[str, int]]
) -> None:
    found = json.loads(run("stats", "--json", "-a", archive, *options).out)

    assert [(day["day"], day["articles"]) for day in found["days"]] == days
    assert "--days" in options or found["articles"] == sum(number for _, number in days)


def test_time_that_ends_before_it_begins_is_refused(run: Run, archive: Path) -> None:
    result = run("stats", "--since", "2026-12", "--until", "2026-11", "-a", archive)

    assert (result.code, result.out) == (2, "")
    assert "--since is later than --until" in result.err


def test_python_is_told_the_same_of_a_time(archive: Path) -> None:
    with archiver.open(archive) as opened:
        found = opened.published(since=NOON.date(), until=NOON.date())

    assert (found.articles, [source.source for source in found.sources]) == (1, ["news.example"])


def test_json_is_one_object(run: Run, archive: Path) -> None:
    found = json.loads(run("stats", "--json", "-a", archive).out)

    assert found["articles"] == 4
    assert found["outcomes"] == {"stored": 4}
    assert found["sources"][0]["last_published"] == NOON.isoformat().replace("+00:00", "Z")
    assert found["days"][0] == {"day": NOON.date().isoformat(), "articles": 1}
    assert found["bytes"] >= archive.stat().st_size > 0


def test_empty_archive_is_told_as_such(run: Run, tmp_path: Path) -> None:
    filled(tmp_path / "empty.db", ()).close()

    result = run("stats", "-a", tmp_path / "empty.db")

    assert result.code == 0
    assert "0 articles" in result.out


@pytest.fixture
def failures(tmp_path: Path) -> Path:
    """Return an archive with a story, a page without one, three that failed and an address of another site."""
    path = tmp_path / "failures.db"
    connection = open_archive(path)
    crawl_id = crawl(connection)
    elsewhere = replace(link("", "A story of others"), url="https://others.example/story")
    other = "https://courier.example/"
    for found in (
        visit(FLOOD, [elsewhere]),
        visit(None),
        failed(f"{SOURCE}old", Outcome.GONE, "HTTP status 404"),
        failed(f"{SOURCE}deep", Outcome.PARSE_LIMIT, "too deep", fetched=NOON + DAY),
        failed(f"{other}x", Outcome.HTTP_ERROR, "HTTP status 500", source=other, fetched=NOON + 2 * DAY),
    ):
        record_visit(connection, crawl_id, found)
    connection.close()
    return path


def test_failed_pages_are_listed_with_their_reasons_newest_first(run: Run, failures: Path) -> None:
    assert run("stats", "--failed", "-a", failures).out.splitlines() == [
        "2026-11-22 12:00 UTC · http error · HTTP status 500",
        "  https://courier.example/x",
        "2026-11-21 12:00 UTC · parse limit · too deep",
        "  https://news.example/deep",
        "2026-11-20 12:00 UTC · gone · HTTP status 404",
        "  https://news.example/old",
    ]


def test_failed_pages_of_one_source_and_so_many_at_most(run: Run, failures: Path) -> None:
    def urls(*options: str) -> list[str]:
        lines = run("stats", "--failed", "--json", "-a", failures, *options).out.splitlines()
        return [json.loads(line)["url"] for line in lines]

    assert urls("--source", "news.example") == [f"{SOURCE}deep", f"{SOURCE}old"]
    assert urls("--limit", "1") == ["https://courier.example/x"]
    assert urls("--since", "2026-11-21", "--until", "2026-11-21") == [f"{SOURCE}deep"]


def test_failed_page_as_json_has_the_code_of_its_outcome(run: Run, failures: Path) -> None:
    lines = run("stats", "--failed", "--json", "-s", "news.example", "-a", failures).out.splitlines()

    assert json.loads(lines[0]) == {
        "url": f"{SOURCE}deep",
        "source": "news.example",
        "outcome": "parse_limit",
        "detail": "too deep",
        "last_visited": "2026-11-21T12:00:00Z",
    }


def test_archive_without_failures_says_so(run: Run, archive: Path) -> None:
    result = run("stats", "--failed", "-a", archive)

    assert (result.code, result.out) == (0, "")
    assert result.err == "No page failed at its latest visit.\n"


def test_addresses_of_other_sites_are_counted_apart(run: Run, failures: Path) -> None:
    shown = run("stats", "-a", failures).out

    assert "  5 pages known · 0 not visited yet · 5 fetches\n" in shown
    assert "  1 address of other sites, which no crawl visits\n" in shown


def test_outcomes_are_worded_as_in_the_table_of_a_crawl(run: Run, failures: Path) -> None:
    shown = run("stats", "-a", failures).out

    assert "latest visits: 1 gone, 1 http error, 1 new, 1 not article, 1 parse limit\n" in shown
    assert shown.rstrip().endswith(": 1 gone, 1 http error, 1 new, 1 not article, 1 parse limit")


@pytest.mark.parametrize("command", ["status", "stats"])
def test_narrow_terminal_breaks_no_name_and_no_number(archive: Path, command: str) -> None:
    with closing(open_archive(archive)) as connection:
        add_source(connection, SOURCE, NOON, "The Courier of the Harbour")
    shown = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal(command, "-a", archive, columns=40))

    assert "news.example" in shown
    assert "The Courier of the Harbour" in shown
    assert "…" not in shown
    assert max(map(len, shown.splitlines())) <= 40


def test_status_is_cut_nowhere_on_a_terminal(archive: Path) -> None:
    with closing(open_archive(archive)) as connection:
        add_source(connection, SOURCE, NOON, "The Courier")
    shown = on_terminal("status", "-a", archive, columns=80)
    wide = re.sub(r"\x1b\[[0-9;]*m", "", on_terminal("status", "-a", archive, columns=120))

    assert "changed 0 · failed 0 · articles 4 · waiting 0 · due 4\n" in shown
    assert "changed  failed  articles  waiting  due\n" in wide
    assert "…" not in shown + wide
