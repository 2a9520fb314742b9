"""archiver doctor finds what keeps crawls from working, names the cure, and changes nothing."""

import hashlib
import json
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from archives import FLOOD, NOON, crawl, filled, response, visit
from commands import PROGRAM, Result, on_terminal, run_apart
from conftest import as_another_user

from archiver.errors import ExitCode
from db.connection import PAGE_SIZE, open_archive
from db.forgetting.forget import forget as remove
from db.forgetting.stories import story_at
from db.health import archive_findings
from db.lock import acquire, lock_path, release
from db.raw_pages.warc import WarcWriter
from db.raw_pages.warc_places import warc_directory
from db.schemas import SCHEMA
from db.searching.index import rebuild
from db.sqlite import may_damage
from db.store import Kept, record_visit

CHECKS = [
    "Python",
    "packages",
    "splitter",
    "SQLite",
    "full text",
    "time",
    "open files",
    "sources",
    "contact",
    "disk",
    "permissions",
    "lock",
    "archive",
    "clock",
    "database",
    "references",
    "search index",
    "journal",
    "raw pages",
    "forgotten",
]


@pytest.fixture
def kept(archive: Path) -> Path:
    """Make an archive with a story whose bytes are kept."""
    with closing(open_archive(archive)) as connection, WarcWriter(warc_directory(archive), 1) as warc:
        place = warc.append(FLOOD.url, NOON, response())
        record_visit(connection, crawl(connection), visit(FLOOD, response=response()), Kept(place))
    return archive


def diagnose(archive: Path, *options: object, **environment: str) -> tuple[Result, dict[str, dict[str, str]]]:
    result = run_apart(
        "doctor", "-a", archive, "--json", *options, folder=archive.parent, stdin=b"", **environment
    )
    findings = [json.loads(line) for line in result.out.splitlines()]
    return result, {finding["name"]: finding for finding in findings}


def finding_of(archive: Path, name: str, *options: object, code: int = 0) -> tuple[str, str]:
    """Return how good one finding is, and what it says; all others are no failures."""
    result, findings = diagnose(archive, *options)
    failed = [each for each, finding in findings.items() if finding["health"] == "fail"]
    assert set(failed) <= {name}
    assert (result.code, result.err) == (code, "")
    finding = findings[name]
    assert bool(finding["cure"]) == (finding["health"] != "ok")
    return finding["health"], f"{finding['found']}: {finding['cure']}"


def test_sound_archive_is_sound_in_every_respect_and_stays_as_it_is(kept: Path) -> None:
    before = hashlib.sha256(kept.read_bytes()).digest()
    result, findings = diagnose(kept, ARCHIVER_CONTACT="me@example.org")

    assert result.code == ExitCode.DONE
    assert list(findings) == CHECKS
    assert {name for name, finding in findings.items() if finding["health"] != "ok"} <= {"SQLite"}
    assert findings["contact"]["found"] == "me@example.org"
    assert hashlib.sha256(kept.read_bytes()).digest() == before
    assert not lock_path(kept).exists()


def test_archive_that_is_not_there_yet_is_no_failure(archive: Path) -> None:
    health, found = finding_of(archive, "archive")

    assert (health, "the first crawl makes it" in found) == ("ok", True)
    assert list(archive.parent.iterdir()) == []


def test_lines_are_for_people_too(kept: Path) -> None:
    lines = run_apart("doctor", "-a", kept, folder=kept.parent).out.splitlines()
    screen = on_terminal("doctor", "-a", kept)

    assert [line[6:18].strip() for line in lines[:-1]] == CHECKS
    assert lines[-1].startswith("0 failures, ")
    assert "quick_check finds no fault" in " ".join(screen.split())
    assert (
        "integrity_check finds no fault"
        in run_apart("doctor", "--thorough", "-a", kept, folder=kept.parent).out
    )


@pytest.mark.parametrize(("page", "check"), [(2, "archive"), (-1, "database")], ids=["schema", "rows"])
def test_damaged_file_is_a_failure(kept: Path, page: int, check: str) -> None:
    with kept.open("r+b") as file:
        file.seek(page * PAGE_SIZE, os.SEEK_SET if page > 0 else os.SEEK_END)
        file.write(b"\xff" * PAGE_SIZE)
    result, findings = diagnose(kept)

    assert result.code == ExitCode.FAILED
    assert findings[check]["health"] == "fail"
    assert "recover" in findings[check]["cure"]
    assert "recover" not in findings[check]["found"]


def test_table_that_is_missing_is_a_failure_of_every_command(kept: Path) -> None:
    with closing(sqlite3.connect(kept)) as archive, archive:
        archive.execute("DROP TABLE captures")

    assert finding_of(kept, "archive", code=1) == ("fail", f"{kept} lacks the table captures: restore a copy")
    for command in ("verify", "stats", "vacuum", "reindex", "upgrade"):
        told = run_apart(command, "-a", kept, folder=kept.parent)
        assert (told.code, told.err.count("\n")) == (ExitCode.FAILED, 1), told.err
        assert "lacks the table captures" in told.err


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (
            "INSERT INTO articles_fts(articles_fts) VALUES ('delete-all')",
            "it lacks 1 row of articles",
        ),
        ("INSERT INTO articles_fts(rowid, body) VALUES (9, 'More')", "it has 1 row that articles lacks"),
        ("UPDATE articles SET body = body || ' More.'", "the words of row 1 of articles are not those"),
        ("UPDATE articles SET body = replace(body, 'metres', 'inches')", "the words of row 1 of articles"),
    ],
)
def test_index_that_does_not_fit_the_articles_is_a_failure(kept: Path, damage: str, told: str) -> None:
    with closing(sqlite3.connect(kept)) as archive, archive:
        triggers = archive.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:  # as they are while a fault of the program or the disk is at work
            archive.execute(f"DROP TRIGGER {name}")
        archive.execute(damage)
        for _, sql in triggers:
            archive.execute(sql)
    health, found = finding_of(kept, "search index", code=1)

    assert (health, told in found, "archiver reindex" in found) == ("fail", True, True)
    assert finding_of(kept, "search index", "--thorough", code=1)[0] == "fail"
    with closing(open_archive(kept)) as archive:
        rebuild(archive)
    assert finding_of(kept, "search index")[0] == "ok"
    assert finding_of(kept, "search index", "--thorough")[0] == "ok"


def test_row_that_refers_to_nothing_is_a_failure(kept: Path) -> None:
    with closing(sqlite3.connect(kept)) as archive, archive:
        archive.execute("UPDATE captures SET crawl_id = 999")
    health, found = finding_of(kept, "references", code=1)

    assert (health, "in captures" in found) == ("fail", True)


@pytest.mark.parametrize("lost", [1, 40])
def test_record_that_is_not_whole_is_a_failure(kept: Path, lost: int) -> None:
    (file,) = warc_directory(kept).iterdir()
    os.truncate(file, file.stat().st_size - lost)

    assert finding_of(kept, "raw pages", code=1)[0] == "fail"


def test_raw_pages_that_are_missing_are_a_failure(kept: Path) -> None:
    with closing(open_archive(kept)) as connection, WarcWriter(warc_directory(kept), 2) as warc:
        again = visit(FLOOD, fetched=NOON + timedelta(days=1))
        record_visit(
            connection, crawl(connection), again, Kept(warc.append(FLOOD.url, NOON, response(b"new")))
        )
    first, _ = sorted(warc_directory(kept).iterdir())
    first.unlink()
    health, found = finding_of(kept, "raw pages", code=1)
    assert (health, f"lacks {first.name} of 2 files that captures need" in found) == ("fail", True)

    first.symlink_to("gone")
    assert finding_of(kept, "raw pages", code=1) == (health, found)

    shutil.rmtree(first.parent)
    health, found = finding_of(kept, "raw pages", code=1)
    assert (health, f"lacks {first.name} and 1 more of 2 files" in found) == ("fail", True)


def test_raw_pages_that_may_not_be_read_are_a_failure(kept: Path, open_directory: Path) -> None:
    own = open_directory / "own" / kept.name
    shutil.copytree(kept.parent, own.parent).chmod(0o755)
    (file,) = warc_directory(own).iterdir()
    file.chmod(0)
    with as_another_user():
        findings = {each.name: each for each in archive_findings(own, NOON, 1)}
    assert (findings["raw pages"].health, "Permission denied" in findings["raw pages"].found) == (
        "fail",
        True,
    )


def test_what_a_killed_crawl_left_behind_the_last_record_can_be_cut_off(kept: Path) -> None:
    (file,) = warc_directory(kept).iterdir()
    with file.open("ab") as end:
        end.write(file.read_bytes()[:30])
    health, found = finding_of(kept, "raw pages")

    assert (health, "ends in 30 bytes that a killed crawl left: `archiver verify --repair`" in found) == (
        "warn",
        True,
    )
    assert run_apart("verify", "--repair", "-a", kept, folder=kept.parent).code == ExitCode.DONE
    assert finding_of(kept, "raw pages")[0] == "ok"


def test_forgetting_that_was_killed_is_told(kept: Path) -> None:
    with closing(open_archive(kept)) as connection:
        remove(connection, story_at(connection, FLOOD.url), "x", NOON)
    health, found = finding_of(kept, "forgotten")
    assert (health, "of 1 of 1" in found, "archiver vacuum" in found) == ("warn", True, True)

    assert run_apart("forget", "-a", kept, folder=kept.parent).code == ExitCode.DONE
    assert finding_of(kept, "forgotten") == ("ok", "stories removed on purpose: 1, none of them by half: ")


def test_clock_behind_the_archive_is_a_failure(kept: Path) -> None:
    ahead = datetime.now(UTC) + timedelta(days=2)
    with closing(sqlite3.connect(kept)) as archive, archive:
        archive.execute("UPDATE captures SET fetched = ?", (f"{ahead:%Y-%m-%dT%H:%M:%SZ}",))
    health, found = finding_of(kept, "clock", code=1)

    assert (health, "NTP" in found) == ("fail", True)


def test_older_and_newer_schema(kept: Path) -> None:
    with closing(sqlite3.connect(kept)) as archive:
        archive.execute(f"PRAGMA user_version = {SCHEMA - 1}")
    assert finding_of(kept, "archive")[0] == "warn"
    with closing(sqlite3.connect(kept)) as archive:
        archive.execute(f"PRAGMA user_version = {SCHEMA + 1}")
    health, found = finding_of(kept, "archive", code=1)
    assert (health, "upgrade news-archiver" in found) == ("fail", True)


def test_crawl_that_runs_is_named_and_its_archive_is_checked(kept: Path) -> None:
    lock = acquire(kept)
    health, found = finding_of(kept, "lock")
    index = finding_of(kept, "search index")[1]
    thorough = finding_of(kept, "search index", "--thorough")[1]
    release(lock)

    assert index.startswith("holds the 1 article, ")
    assert thorough.startswith("not checked: ")
    assert health == "ok"
    assert f"process {os.getpid()} since" in found


def test_lock_file_of_a_killed_crawl_holds_nobody_off(kept: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from db.health import archive_findings
from db.lock import acquire
lock = acquire(Path(sys.argv[1]))
os.kill(os.getpid(), 9)
"""
    subprocess.run([sys.executable, "-c", code, kept], check=False)
    assert lock_path(kept).exists()
    health, found = finding_of(kept, "lock")

    assert (health, "holds nobody off" in found) == ("ok", True)


def test_sources_and_their_contact_are_read(kept: Path) -> None:
    file = kept.with_name("sources.toml")
    file.write_text('contact = "desk@example.org"\n[[source]]\nurl = "https://news.example/"\n')
    assert finding_of(kept, "contact") == ("ok", "desk@example.org: ")
    assert finding_of(kept, "sources")[1].startswith("sources.toml lists 1")
    file.write_text("[[source]]\nurl = 'nowhere'\npagez = 3\n")
    health, found = finding_of(kept, "sources", code=1)
    assert (health, "sources.toml" in found) == ("fail", True)
    assert finding_of(kept, "sources", "--sources", "missing.toml", code=1)[0] == "fail"


def test_few_open_files_are_a_warning(kept: Path) -> None:
    def few() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))

    done = subprocess.run(
        [PROGRAM, "doctor", "-a", kept, "--json"], preexec_fn=few, capture_output=True, text=True, check=False
    )
    findings = {finding["name"]: finding for finding in map(json.loads, done.stdout.splitlines())}

    assert (done.returncode, findings["open files"]["health"]) == (0, "warn")


def test_archive_that_cannot_be_written_is_a_failure(open_directory: Path) -> None:
    archive = open_directory / "archive.db"
    filled(archive, [FLOOD]).close()
    archive.chmod(0o444)
    open_directory.chmod(0o555)
    with as_another_user():
        findings = {each.name: each for each in archive_findings(archive, NOON, 1)}

    assert findings["permissions"].health == "fail"
    assert f"no permission to write {open_directory}, {archive}" in findings["permissions"].found


def test_missing_directory_is_a_failure(tmp_path: Path) -> None:
    result, findings = diagnose(tmp_path / "archive.db", "-a", "no/such/archive.db")

    assert (result.code, findings["permissions"]["health"]) == (1, "fail")


@pytest.mark.parametrize(
    ("version", "faulty"),
    [
        ((3, 6, 23), False),
        ((3, 40, 1), True),
        ((3, 44, 5), True),
        ((3, 44, 6), False),
        ((3, 50, 6), True),
        ((3, 50, 7), False),
        ((3, 51, 2), True),
        ((3, 51, 3), False),
        ((3, 53, 4), False),
    ],
)
def test_versions_of_sqlite_that_may_damage_an_archive(version: tuple[int, int, int], faulty: bool) -> None:
    assert may_damage(version) is faulty
