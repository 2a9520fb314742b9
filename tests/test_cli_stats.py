"""archiver stats: what the archive holds."""

import json
from pathlib import Path

import pytest
from archives import FLOOD, NOON, article, filled
from commands import Run, runner


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
    assert any(line.startswith("Last crawl  number 1, 2026-11-20 12:00 UTC, running") for line in lines)


def test_days_limits_the_list(run: Run, archive: Path) -> None:
    shown = run("stats", "--days", "1", "-a", archive).out

    assert "2026-11-20         1" in shown
    assert "2026-11-19         2" not in shown


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
