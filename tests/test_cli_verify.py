"""archiver verify tells in one line each what is wrong with the raw pages, and its exit code tells cron."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from archives import NOON, crawl, visit
from commands import Run, on_terminal, run_apart, runner

from archiver.errors import ExitCode
from db.connection import open_archive, writers_kept_out
from db.raw_pages.warc import WarcWriter
from db.raw_pages.warc_places import warc_directory
from db.store import Kept, record_visit

URL = "https://news.example/flood"
FILE = "crawl-000001-00001.warc.gz"


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


@pytest.fixture
def warc(archive: Path) -> Path:
    """Return the WARC file of an archive with one page."""
    with closing(open_archive(archive)) as connection, WarcWriter(warc_directory(archive), 1) as writer:
        page = visit(None, url=URL, final_url=URL)
        assert page.response is not None
        record_visit(connection, crawl(connection), page, Kept(writer.append(URL, NOON, page.response)))
    return warc_directory(archive) / FILE


def test_sound_archive_says_so(run: Run, archive: Path, warc: Path) -> None:
    result = run("verify", "--archive", archive)
    size = warc.stat().st_size
    assert (result.code, result.err) == (0, "")
    assert result.out == f"archive.warc: sound  1 file · {size} bytes · 2 records · 1 capture\n"


def test_problem_is_one_line_and_exit_code_1(run: Run, archive: Path, warc: Path) -> None:
    warc.unlink()
    result = run("verify", "-a", archive)
    assert result.code == 1
    assert result.out.splitlines() == [
        f"{FILE} is missing; 1 capture needs it: restore the file from a copy",
        "archive.warc: 1 problem  0 files · 0 bytes · 0 records · 1 capture",
    ]


def test_torn_end_names_the_command_that_mends_it(run: Run, archive: Path, warc: Path) -> None:
    size = warc.stat().st_size
    with warc.open("ab") as file:
        file.write(b"\x1f\x8b\x08torn")
    result = run("verify", "-a", archive)
    assert result.code == 1
    assert f"{FILE} at byte {size}: its last 7 bytes are no whole record" in result.out
    assert "`archiver verify --repair` cuts them off" in result.out

    repaired = run("verify", "-a", archive, "--repair")
    assert repaired.code == 0
    assert f"they are kept in {FILE}.torn-{size}" in repaired.out
    after = run("verify", "-a", archive)
    assert after.code == 0
    assert repaired.out.splitlines()[-1] == after.out.splitlines()[-1]


def test_archive_behind_a_link_has_its_raw_pages_beside_itself(
    run: Run, archive: Path, warc: Path, tmp_path: Path
) -> None:
    link = tmp_path / "links" / "paper.db"
    link.parent.mkdir()
    link.symlink_to(archive)

    assert run("verify", "-a", link).code == 0
    with writers_kept_out(archive):
        assert run("verify", "-a", link, "--repair").code == ExitCode.LOCKED
    assert list(link.parent.iterdir()) == [link]


def test_json_has_a_line_for_each_finding_and_the_totals(run: Run, archive: Path, warc: Path) -> None:
    warc.write_bytes(warc.read_bytes()[:-3])
    result = run("verify", "-a", archive, "--json")
    finding, totals = map(json.loads, result.out.splitlines())
    assert result.code == 1
    assert (finding["kind"], finding["file"], finding["captures"]) == ("damaged", FILE, 1)
    assert finding["message"].startswith(f"{FILE} at byte {finding['offset']}: ")
    assert totals == {
        "archive": str(archive),
        "files": 1,
        "bytes": warc.stat().st_size,
        "records": 1,
        "captures": 1,
        "orphans": 0,
        "problems": 1,
    }


def test_repair_waits_for_no_crawl(run: Run, archive: Path, warc: Path) -> None:
    with writers_kept_out(archive):
        result = run("verify", "-a", archive, "--repair")
        assert run("verify", "-a", archive).code == 0  # to look is allowed
    assert result.code == ExitCode.LOCKED
    assert "is being written" in result.err
    assert run("verify", "-a", archive, "--repair").code == 0


def test_nothing_is_made_where_no_archive_is(run: Run, tmp_path: Path) -> None:
    for option in ([], ["--repair"]):
        result = run("verify", "-a", tmp_path / "none.db", *option)
        assert result.code == 1
        assert "none.db does not exist" in result.err
    assert not list(tmp_path.iterdir())


def test_page_cannot_write_to_the_terminal(run: Run, archive: Path, warc: Path) -> None:
    with closing(open_archive(archive)) as connection:
        connection.execute("UPDATE captures SET final_url = 'https://news.example/\x1b[2J'")
        connection.commit()
    result = run("verify", "-a", archive)
    assert result.code == 1
    assert "\x1b" not in result.out


def test_terminal_gets_the_same_lines(archive: Path, warc: Path) -> None:
    shown = on_terminal("verify", "-a", archive)
    assert "archive.warc: sound" in shown.replace("\x1b[1m", "").replace("\x1b[0m", "")


def test_report_goes_to_standard_output(archive: Path, warc: Path) -> None:
    warc.write_bytes(b"")
    result = run_apart("verify", "-a", archive)
    assert (result.code, result.err) == (1, "")
    assert f"{FILE} ends at byte 0, before capture 1 of {URL}" in result.out
