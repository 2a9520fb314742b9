"""Two archives become one: nothing is lost or doubled, ids stay, and bytes are where the rows say."""

import json
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, compare_with_index, link, one, visit
from archives import crawl as begin
from commands import Run, runner, wait_for_the_next_second
from conftest import crawl_of
from misbehaving import Answer, Server, answer, front, misbehaving, story

from archiver.errors import ExitCode
from archiver.items import CrawlState, Discovery, FoundBy, Image, Listing, Outcome
from db.connection import open_archive, read_archive
from db.crawls.accounts import page_account
from db.crawls.runs import latest_crawls
from db.crawls.spending import spending
from db.crawls.status import source_statuses
from db.raw_pages.verify import Verification, verify
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory
from db.read import statistics
from db.schemas import SCHEMA
from db.store import add_discovery, finish_crawl, record_visit, start_crawl
from db.tables import INTERNAL, TABLES

NAMES = ("flood", "ferry", "crane", "market")
FERRY = article("ferry", "Ferry runs again", "It had lain in the dock for three weeks.")


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    pages: dict[str, Answer] = {
        f"/{name}": answer(story(f"The story that is called {name}")) for name in NAMES
    }
    with misbehaving({"/": front(*pages), **pages}) as server:
        yield server


@pytest.fixture(scope="module")
def crawled(
    running: Server, fresh_processes: ProcessPoolExecutor, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a directory with an archive of two crawls, a copy made after the first, and one of another crawler."""
    folder = tmp_path_factory.mktemp("crawled")
    for name in ("later", "early", "other"):
        (folder / name).mkdir()
    crawl = crawl_of(fresh_processes, folder / "later" / "archive.db")
    crawl(running.url)
    shutil.copytree(folder / "later", folder / "early", dirs_exist_ok=True)
    running.pages["/ferry"] = answer(story("The ferry is sold to the city"))
    running.pages["/new"] = answer(story("A story that is new to everybody"))
    running.pages["/"] = front("/new", *(f"/{name}" for name in NAMES))
    wait_for_the_next_second()
    crawl(running.url)
    wait_for_the_next_second()
    running.pages["/flood"] = answer(story("The flood is over at last"))
    crawl_of(fresh_processes, folder / "other" / "archive.db")(running.url)
    return folder


@pytest.fixture
def folder(crawled: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(crawled, tmp_path / "archives"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capsys)


def rows(archive: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(read_archive(archive)) as connection:
        return [tuple(row) for row in connection.execute(sql)]


def everything(archive: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all rows of all tables, ids included."""
    return {table: sorted(rows(archive, f"SELECT * FROM {table}"), key=repr) for table in TABLES}


def state(archive: Path) -> dict[str, list[tuple[object, ...]]]:
    """Return all that an archive tells, but for ids and places."""
    queries = {
        "crawls": "SELECT key, started, finished, state FROM crawls",
        "counts": "SELECT key, outcome, pages FROM crawl_counts JOIN crawls ON crawls.id = crawl_id",
        "funnels": "SELECT key, discovered, fetched, new FROM funnels JOIN crawls ON crawls.id = crawl_id",
        "pages": "SELECT pages.url, found_by, outcome, detail, visits, state, last_visited, links_seen, articles.url "
        "FROM pages LEFT JOIN articles ON articles.id = pages.article_id",
        "captures": "SELECT url, fetched, digest, captures.outcome, warc_file IS NULL, refers_to IS NULL "
        "FROM captures JOIN pages ON pages.id = page_id",
        "versions": "SELECT url, number, is_latest, seen_at, headline, body, authors, cause FROM article_versions",
        "articles": "SELECT url, first_seen, last_seen, revision, language, date_published FROM articles",
        "links": "SELECT page_url, target_url, headline, kind, block, position, first_seen, is_shown "
        "FROM related_headlines",
        "sightings": "SELECT url, sightings.first_seen, json_array_length(links) FROM sightings "
        "JOIN pages ON pages.id = page_id",
        "search": "SELECT headline FROM articles_fts WHERE articles_fts MATCH 'story'",
    }
    return {name: sorted(rows(archive, sql), key=repr) for name, sql in queries.items()}


def assert_sound(archive: Path) -> None:
    with closing(open_archive(archive)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        compare_with_index(connection)
        found = verify(connection, warc_directory(archive), Verification(), lambda done, total: None)
        assert [finding.message for finding in found if finding.is_problem] == []


def test_merge_adds_what_is_new_and_changes_no_id(run: Run, folder: Path) -> None:
    ours, other = folder / "early" / "archive.db", folder / "other" / "archive.db"
    before = everything(ours)
    merged = run("merge", other, "--archive", ours)

    assert merged.code == ExitCode.DONE, merged.err
    assert "Added: 1 crawl · 1 page · 7 captures · 1 article · 2 versions of articles" in merged.out
    headlines = [headline for (headline,) in rows(ours, "SELECT headline FROM articles ORDER BY id")]
    assert sorted(map(str, headlines)) == [
        "A story that is new to everybody",
        "The ferry is sold to the city",
        "The flood is over at last",
        "The story that is called crane",
        "The story that is called market",
    ]
    for table in ("sources", "crawls", "pages", "captures", "articles", "related_links"):
        ids = {row[:2] for row in before[table]}
        assert ids <= {row[:2] for row in everything(ours)[table]}, table
    assert_sound(ours)
    kept = rows(
        ours, "SELECT digest, warc_file, warc_offset, warc_length FROM captures WHERE warc_file NOT NULL"
    )
    assert len(kept) == len(rows(ours, "SELECT id FROM captures"))


def test_merging_again_adds_nothing(run: Run, folder: Path) -> None:
    ours, other = folder / "early" / "archive.db", folder / "other" / "archive.db"
    run("merge", other, "--archive", ours)
    before = everything(ours)
    files = {file.name: file.stat().st_size for file in warc_directory(ours).iterdir()}
    again = run("merge", other, "--archive", ours)

    assert again.out == "Nothing was new.\n", again.err
    assert everything(ours) == before
    assert {file.name: file.stat().st_size for file in warc_directory(ours).iterdir()} == files


def test_newer_copy_brings_an_archive_up_to_date(run: Run, folder: Path) -> None:
    ours, other = folder / "early" / "archive.db", folder / "later" / "archive.db"
    merged = run("merge", other, "--archive", ours)

    assert merged.code == ExitCode.DONE, merged.err
    assert "Added: 1 crawl · 1 page" in merged.out
    assert state(ours) == state(other)
    assert_sound(ours)


def test_older_copy_adds_nothing(run: Run, folder: Path) -> None:
    ours, other = folder / "later" / "archive.db", folder / "early" / "archive.db"
    before = everything(ours)

    assert run("merge", other, "--archive", ours).out == "Nothing was new.\n"
    assert everything(ours) == before


def test_empty_archive_becomes_the_other(run: Run, folder: Path, archive: Path) -> None:
    merged = run("merge", folder / "later" / "archive.db", "--archive", archive, "--json")

    assert merged.code == ExitCode.DONE, merged.err
    assert json.loads(merged.out)["articles"] == 5
    assert state(archive) == state(folder / "later" / "archive.db")
    assert_sound(archive)
    for digest, file, offset, length in rows(
        archive, "SELECT digest, warc_file, warc_offset, warc_length FROM captures WHERE warc_file NOT NULL"
    ):
        place = WarcPlace(file=str(file), offset=int(str(offset)), length=int(str(length)))
        assert digest is None or read_capture(warc_directory(archive), place).body


def test_other_archive_is_only_read(run: Run, folder: Path, archive: Path) -> None:
    other = folder / "other"
    before = {file: file.read_bytes() for file in other.rglob("*") if file.is_file()}
    run("merge", other / "archive.db", "--archive", archive)

    after = {file: file.read_bytes() for file in other.rglob("*") if file.is_file()}
    # SQLite's own, as every reader leaves them: no change stands in it.
    assert after.pop(other / "archive.db-wal", b"") == b""
    after.pop(other / "archive.db-shm", None)
    assert after == before


def histories(tmp_path: Path, ours: list[tuple[int, str]], theirs: list[tuple[int, str]]) -> list[Path]:
    """Return two archives of one story, each of which saw texts on some days."""
    paths = [tmp_path / "ours.db", tmp_path / "theirs.db"]
    for path, history in zip(paths, (ours, theirs), strict=True):
        with closing(open_archive(path)) as connection:
            crawl_id = begin(connection)
            for number, (day, text) in enumerate(history):
                seen = replace(
                    FLOOD, headline=f"Headline {text}", body=f"Body {text}", authors=(f"Author {text}",)
                )
                outcome = Outcome.CHANGED if number else Outcome.STORED
                fields: dict[str, Any] = {
                    "outcome": outcome,
                    "article_id": 1 if number else None,
                    "fetched": NOON + day * DAY,
                }
                record_visit(connection, crawl_id, visit(seen, **fields))
    return paths


@pytest.mark.parametrize("ours_first", [True, False])
def test_story_that_both_found_is_new_once_and_the_last_crawl_is_the_last_by_time(
    run: Run, tmp_path: Path, ours_first: bool
) -> None:
    paths = [tmp_path / "early.db", tmp_path / "late.db"]
    for path, day, others in zip(paths, (1, 2), ((), (FERRY,)), strict=True):
        with closing(open_archive(path)) as connection:
            moment = NOON + day * DAY
            crawl_id = start_crawl(connection, started=moment, arguments={}, version="0")
            for story in (FLOOD, *others):
                record_visit(connection, crawl_id, visit(story, fetched=moment))
            finish_crawl(connection, crawl_id, finished=moment, state=CrawlState.DONE)
    ours, theirs = paths if ours_first else reversed(paths)
    for _ in range(2):
        assert run("merge", theirs, "--archive", ours, "--no-warc").code == ExitCode.DONE
        with closing(read_archive(ours)) as connection:
            (status,) = source_statuses(connection, 3, NOON + 3 * DAY)
            last = statistics(connection).last_crawl
            crawls = latest_crawls(connection, limit=1)
            older = latest_crawls(connection, limit=9, before=crawls[0].id)
            spent = spending(connection, SOURCE, NOON + 2 * DAY)
        assert (status.new_by_day, status.articles) == ((1, 1, 0), 2)
        assert last is not None
        assert status.last_crawl == last.started == crawls[0].started == NOON + 2 * DAY
        assert [crawl.started for crawl in older] == [NOON + DAY]
        assert spent.pages == 2


@pytest.mark.parametrize(
    ("ours", "theirs", "expected"),
    [
        ([(1, "A")], [(2, "A")], "1A"),
        ([(2, "A")], [(1, "A")], "1A"),
        ([(1, "A")], [(2, "B")], "1A 2B"),
        ([(2, "B")], [(1, "A")], "1A 2B"),
        ([(1, "A"), (4, "C")], [(2, "A"), (3, "B"), (5, "C")], "1A 3B 4C"),
        ([(1, "A"), (3, "B")], [(2, "B"), (4, "A")], "1A 2B 4A"),
        ([(1, "A"), (3, "C"), (5, "E")], [(2, "B"), (4, "D"), (6, "F")], "1A 2B 3C 4D 5E 6F"),
    ],
)
def test_versions_of_both_stand_in_the_order_of_time(
    run: Run, tmp_path: Path, ours: list[tuple[int, str]], theirs: list[tuple[int, str]], expected: str
) -> None:
    first, second = histories(tmp_path, ours, theirs)
    (revisions,) = rows(first, "SELECT json_group_array(json_array(id, headline)) FROM revisions")
    for _ in range(2):
        assert run("merge", second, "--archive", first, "--no-warc").code == ExitCode.DONE
        found = rows(
            first, "SELECT number, seen_at, headline, body, authors FROM article_versions ORDER BY number"
        )
        told = [f"{int(str(seen)[8:10]) - NOON.day}{str(headline)[-1]}" for _, seen, headline, _, _ in found]
        assert " ".join(told) == expected
        assert [number for number, *_ in found] == list(range(1, len(found) + 1))
        assert all(str(row[2])[-1] == str(row[3])[-1] == str(row[4])[-3] for row in found)
        assert rows(first, "SELECT article_id, count(*) FROM version_sources") == [(1, len(found))]
        changed = {(number, kind) for number in range(2, len(found) + 1) for kind in ("headline", "byline")}
        kinds = rows(first, "SELECT number, kind FROM version_changes WHERE kind IN ('headline', 'byline')")
        assert set(kinds) == changed
        shown = rows(first, "SELECT number, first_seen FROM version_periods ORDER BY first_seen")
        assert shown == [(number, seen) for number, seen, *_ in found]
        after = rows(first, "SELECT json_group_array(json_array(id, headline)) FROM revisions")
        kept = json.loads(str(revisions[0]))
        assert all(each in json.loads(str(after[0][0])) for each in kept)
    assert rows(
        first,
        "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH ?".replace("?", f"'body {expected[-1]}'"),
    ) == [(1,)]
    assert_sound(first)


def test_links_and_sightings_of_both_stand_on_the_page(run: Run, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    shown = {ours: [(0, ["a", "b"]), (3, ["b"])], theirs: [(1, ["a", "b"]), (2, ["c"]), (4, ["b", "c"])]}
    for path, readings in shown.items():
        with closing(open_archive(path)) as connection:
            crawl_id = begin(connection)
            for day, names in readings:
                links = [link(name, f"Headline {name}", position) for position, name in enumerate(names)]
                record_visit(
                    connection, crawl_id, visit(None, links, url=f"{SOURCE}p", fetched=NOON + day * DAY)
                )
    for _ in range(2):
        run("merge", theirs, "--archive", ours, "--no-warc")
        assert rows(
            ours, "SELECT headline, is_shown, first_seen < last_seen FROM related_headlines ORDER BY headline"
        ) == [
            ("Headline a", 0, 1),
            ("Headline b", 1, 1),
            ("Headline c", 1, 1),
        ]
        assert rows(ours, "SELECT count(*) FROM sightings") == [(5,)]


def test_what_listings_say_of_a_page_is_filled_in(run: Run, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    listing = Listing(url=FLOOD.url, headline="Flood", language="en", keywords=("water", "bridge"))
    both = {
        ours: replace(listing, language=None, keywords=("flood",)),
        theirs: replace(listing, images=(Image(url=f"{SOURCE}flood.jpg", caption="The bridge"),)),
    }
    for path, said in both.items():
        with closing(open_archive(path)) as connection:
            discovery = Discovery(
                source=SOURCE, found_by=FoundBy.SITEMAP, found_on=SOURCE, seen=NOON, listings=(said,)
            )
            add_discovery(connection, discovery)
    for _ in range(2):
        assert run("merge", theirs, "--archive", ours).code == ExitCode.DONE
        with closing(read_archive(ours)) as connection:
            found = page_account(connection, FLOOD.url)
        assert (found.listed_language, found.listed_keywords) == ("en", ("flood",))
        assert found.listed_images == both[theirs].images


def test_times_of_a_version_and_headlines_in_feeds_are_those_of_both(run: Run, tmp_path: Path) -> None:
    first, second = histories(tmp_path, [(1, "A"), (5, "B")], [(2, "A"), (3, "B"), (6, "A")])
    for path, headline, day in ((first, "Flood!", 1), (second, "Flood!", 2), (second, "Bridge shut", 3)):
        with closing(open_archive(path)) as connection:
            listing = Listing(url=FLOOD.url, headline=headline)
            feed = Discovery(
                source=SOURCE,
                found_by=FoundBy.FEED,
                found_on=f"{SOURCE}feed",
                seen=NOON + day * DAY,
                listings=(listing,),
            )
            add_discovery(connection, feed)
    for _ in range(2):
        assert run("merge", second, "--archive", first, "--no-warc").code == ExitCode.DONE
        days = "CAST(substr(first_seen, 9, 2) AS INTEGER) - 20, CAST(substr(last_seen, 9, 2) AS INTEGER) - 20"
        assert rows(first, f"SELECT number, {days} FROM version_periods ORDER BY first_seen") == [
            (1, 1, 2),
            (2, 3, 5),
            (3, 6, 6),
        ]
        assert rows(first, f"SELECT headline, origin, {days} FROM listed_headlines ORDER BY headline") == [
            ("Bridge shut", "feed", 3, 3),
            ("Flood!", "feed", 1, 2),
        ]
    assert_sound(first)


def test_killed_merge_leaves_a_sound_archive_and_a_second_run_ends_it(run: Run, folder: Path) -> None:
    code = """
import os, sys
from pathlib import Path
import db.merging.joining, db.merging.merge
from archiver.cli import main
db.merging.joining.BATCH = 2
left = int(sys.argv[1])
batched = db.merging.joining.batched
def counting(rows, size=2):
    global left
    for batch in batched(rows, size):
        left -= 1
        if not left:
            os.kill(os.getpid(), 9)
        yield batch
db.merging.joining.batched = counting
main(["merge", sys.argv[2], "--archive", sys.argv[3]])
"""
    ours, other = folder / "early" / "archive.db", folder / "later" / "archive.db"
    deaths = 0
    for step in (3, 6, 8, 10, 12, 15, 19):
        died = subprocess.run(
            [sys.executable, "-c", code, str(step), other, ours], check=False, capture_output=True, timeout=60
        )
        deaths += died.returncode == -signal.SIGKILL
        assert_sound(ours)
    assert deaths >= 5
    assert run("merge", other, "--archive", ours).code == ExitCode.DONE

    assert state(ours) == state(other)
    assert_sound(ours)


def test_what_was_forgotten_here_stays_out(run: Run, folder: Path, running: Server) -> None:
    ours, other = folder / "early" / "archive.db", folder / "other" / "archive.db"
    run("forget", f"{running.url}crane", "--reason", "x", "--yes", "--archive", ours)
    merged = run("merge", other, "--archive", ours)

    assert "Left out, as forgotten here: 1 page." in merged.out
    assert rows(ours, "SELECT count(*) FROM articles WHERE headline LIKE '%crane%'") == [(0,)]
    assert rows(ours, "SELECT count(*) FROM pages WHERE url LIKE '%crane%'") == [(0,)]
    assert rows(ours, "SELECT count(*) FROM related_links WHERE headline LIKE '%crane%'") == [(0,)]
    assert_sound(ours)


def test_what_was_forgotten_there_is_named_and_kept_out_only_if_it_is_not_here(
    run: Run, folder: Path, running: Server
) -> None:
    ours, other = folder / "early" / "archive.db", folder / "other" / "archive.db"
    for name in ("crane", "new"):
        done = run("forget", f"{running.url}{name}", "--reason", f"of {name}", "--yes", "--archive", other)
        assert done.code == ExitCode.DONE, done.err
    for _ in range(2):
        merged = run("merge", other, "--archive", ours)
        assert merged.code == ExitCode.DONE, merged.err
        assert "kept here" in merged.out
        assert merged.out.splitlines()[-1].endswith("/crane")
        assert rows(ours, "SELECT reason, allowed IS NULL FROM forgettings ORDER BY id") == [
            ("of crane", 0),
            ("of new", 1),
        ]
    assert rows(ours, "SELECT count(*) FROM articles WHERE headline LIKE '%crane%'") == [(1,)]
    assert "of new" in run("explain", f"{running.url}new", "--archive", ours).out


def test_lost_raw_page_is_named_and_taken_once_it_is_back(run: Run, folder: Path) -> None:
    ours, other = folder / "early" / "archive.db", folder / "other" / "archive.db"
    file = next(warc_directory(other).iterdir())
    whole = file.read_bytes()
    (offset, *_), *_ = rows(other, "SELECT max(warc_offset) FROM captures")
    file.write_bytes(whole[: int(str(offset)) + 99] + b"????" + whole[int(str(offset)) + 103 :])
    merged = run("merge", other, "--archive", ours)

    assert merged.code == ExitCode.FAILED
    assert "archiver: no raw page of http://127.0.0.1" in merged.err
    assert "is damaged" in merged.err
    assert_sound(ours)
    lacking = rows(ours, "SELECT count(*) FROM captures WHERE length > 0 AND warc_file IS NULL")
    file.write_bytes(whole)
    again = run("merge", other, "--archive", ours)
    assert again.code == ExitCode.DONE
    assert (
        rows(ours, "SELECT count(*) FROM captures WHERE length > 0 AND warc_file IS NULL")[0][0]
        == int(str(lacking[0][0])) - 1
    )
    assert_sound(ours)


def test_lost_file_is_named_once(run: Run, folder: Path, archive: Path) -> None:
    other = folder / "early" / "archive.db"
    (file,) = warc_directory(other).iterdir()
    kept = rows(other, "SELECT count(*) FROM captures WHERE warc_file IS NOT NULL")[0][0]
    file.rename(folder / file.name)
    merged = run("merge", other, "--archive", archive)

    assert merged.code == ExitCode.FAILED
    assert merged.err.splitlines() == [
        f"archiver: no raw page of {kept} captures: {file} is missing; restore the file from a copy",
        f"archiver: once {other} has them again, the same command takes them",
    ]
    (folder / file.name).rename(file)
    assert run("merge", other, "--archive", archive).code == ExitCode.DONE
    assert state(archive) == state(other)


def test_wrong_archives_are_refused_in_a_line(run: Run, folder: Path, tmp_path: Path) -> None:
    ours, other = folder / "early" / "archive.db", folder / "other" / "archive.db"
    before = everything(ours)
    newer = tmp_path / "newer.db"
    shutil.copy(other, newer)
    with closing(sqlite3.connect(newer)) as connection:
        connection.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    text = tmp_path / "text.db"
    text.write_text("no archive " * 200)
    alone = tmp_path / "alone.db"
    shutil.copy(other, alone)
    for path, message in (
        (newer, "made by a newer version"),
        (text, "not a database"),
        (tmp_path / "none.db", "does not exist: name the file of an archive"),
        (tmp_path, "is a directory"),
        (ours, "is the archive itself"),
        (alone, "alone.warc is missing"),
    ):
        told = run("merge", path, "--archive", ours)
        assert (told.code, message in told.err, told.err.count("\n")) == (ExitCode.FAILED, True, 1), told.err
    assert everything(ours) == before
    assert run("merge", alone, "--archive", ours, "--no-warc").code == ExitCode.DONE
    with closing(open_archive(ours)):
        assert run("merge", other, "--archive", ours).code == ExitCode.LOCKED


def test_no_archive_is_made_for_one_that_cannot_be_merged(run: Run, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("no archive " * 200)
    for name in ("text.db", "none.db"):
        assert run("merge", tmp_path / name, "--archive", tmp_path / "ours.db").code == ExitCode.FAILED

    assert [path.name for path in tmp_path.iterdir()] == ["text.db"]


def test_every_table_has_a_word_on_what_becomes_of_it(tmp_path: Path) -> None:
    with closing(open_archive(tmp_path / "archive.db")) as connection:
        names = {
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        }
    assert {name for name in names if not name.startswith(INTERNAL)} == set(TABLES)


def test_both_may_have_articles_of_one_source(run: Run, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.db", tmp_path / "theirs.db"
    for path, names in ((ours, "ab"), (theirs, "bc")):
        with closing(open_archive(path)) as connection:
            crawl_id = begin(connection)
            for name in names:
                record_visit(
                    connection, crawl_id, visit(article(name, f"Headline {name}", f"Text of {name}."))
                )
    run("merge", theirs, "--archive", ours, "--no-warc")
    assert rows(ours, "SELECT count(*), count(DISTINCT source_id), max(revision) FROM articles") == [
        (3, 1, 1)
    ]
    with closing(read_archive(ours)) as connection:
        assert one(connection, "SELECT count(*) FROM sources") == 1
