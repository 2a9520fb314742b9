"""archiver show: one article with the headlines around it."""

import json
import re
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, crawl, failed, filled, link, visit
from commands import Run, on_terminal, runner

from archiver.items import FoundBy, Outcome
from db.connection import open_archive
from db.store import record_visit

DAM = article("dam", "Minister visits the dam", "The minister spoke of the bridge in passing.")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive of two stories, the second of which the first shows, and a page that is gone."""
    path = tmp_path / "archive.db"
    connection = open_archive(path)
    crawl_id = crawl(connection)
    related = [
        link("dam", "Minister at the dam", 0, "Read also"),
        link("ferry", "Ferry runs again", 1, "Read also"),
        link("gone", "A story taken down", 2, ""),
    ]
    record_visit(connection, crawl_id, visit(FLOOD, related))
    record_visit(connection, crawl_id, visit(DAM))
    record_visit(
        connection, crawl_id, failed(f"{SOURCE}gone", Outcome.GONE, "404 Not Found", found_by=FoundBy.RELATED)
    )
    connection.close()
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def test_story_that_its_site_took_down_is_said_to_be_gone(run: Run, archive: Path) -> None:
    connection = open_archive(archive)
    gone = failed(DAM.url, Outcome.GONE, "404 Not Found", fetched=NOON + DAY, found_by=FoundBy.RELATED)
    record_visit(connection, 1, gone)
    connection.close()

    assert "article 2, archived 2026-11-20 12:00 UTC, gone from its site since 2026-11-21 12:00 UTC\n" in (
        run("show", DAM.url, "-a", archive).out
    )
    told = run("history", DAM.url, "-a", archive).out
    assert "Its site has taken it down: gone since 2026-11-21 12:00 UTC." in told
    for name, gone_at in (("2", "2026-11-21T12:00:00Z"), ("1", None)):
        for command in ("show", "history"):
            assert json.loads(run(command, name, "--json", "-a", archive).out)["gone_at"] == gone_at


def test_article_is_shown_with_its_facts_text_and_related_headlines(run: Run, archive: Path) -> None:
    assert run("show", "1", "-a", archive).out.splitlines() == [
        "Flood closes the old bridge",
        "2026-11-19 08:30 UTC",
        "Ann Lee, Zoë Müller · news.example · en",
        "article 1, archived 2026-11-20 12:00 UTC",
        "https://news.example/flood",
        "",
        "The river rose by two metres.",
        "",
        "Nobody may cross until Friday.",
        "",
        "Read also  related",
        "   2  Minister at the dam",
        "      Ferry runs again",
        "      https://news.example/ferry",
        "",
        "Further headlines  related",
        "      A story taken down",
        "      https://news.example/gone",
    ]


@pytest.mark.parametrize(
    "name",
    [
        "https://news.example/flood",
        "http://www.news.example/flood/?utm_source=mail#top",
        "news.example/flood",
    ],
)
def test_any_spelling_of_its_address_leads_to_the_article(run: Run, archive: Path, name: str) -> None:
    assert run("show", name, "-a", archive).out.startswith("Flood closes the old bridge\n")


def test_json_holds_every_field_and_the_links(run: Run, archive: Path) -> None:
    shown = json.loads(run("show", "1", "--json", "-a", archive).out)

    assert shown["body"] == FLOOD.body
    assert shown["authors"] == ["Ann Lee", "Zoë Müller"]
    assert shown["date_published"] == "2026-11-19T08:30:00Z"
    assert [(entry["headline"], entry["target_article_id"]) for entry in shown["related"]] == [
        ("Minister at the dam", 2),
        ("Ferry runs again", None),
        ("A story taken down", None),
    ]


def test_changed_article_says_how_many_earlier_versions_there_are(run: Run, archive: Path) -> None:
    connection = open_archive(archive)
    later = article("dam", "Minister leaves the dam", "The minister spoke of nothing at all.")
    record_visit(
        connection, crawl(connection), visit(later, outcome=Outcome.CHANGED, article_id=2, fetched=NOON + DAY)
    )
    connection.close()

    shown = run("show", "2", "-a", archive).out

    assert "Minister leaves the dam" in shown
    assert "changed since (1 earlier version)" in shown


def test_address_without_article_says_what_became_of_it(run: Run, archive: Path) -> None:
    result = run("show", "https://news.example/gone", "-a", archive)

    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("archiver: https://news.example/gone holds no article")
    assert "404 Not Found" in result.err


def test_terminal_gets_text_that_fits_it(archive: Path) -> None:
    screen = on_terminal("show", "1", "-a", archive, columns=24)

    text = re.sub(r"\x1b\[[0-9;]*m", "", screen)
    assert "Flood closes the old\nbridge\n" in text
    assert "Nobody may cross until\nFriday.\n" in text


def test_nearest_addresses_of_an_unknown_one_stand_on_lines_of_their_own(run: Run, tmp_path: Path) -> None:
    filled(tmp_path / "many.db", (article(f"2026/{n}", f"Story {n}", "It says.") for n in range(7))).close()

    result = run("show", f"{SOURCE}2026/x", "-a", tmp_path / "many.db")

    assert (result.code, result.out) == (1, "")
    assert result.err.splitlines() == [
        f"archiver: the archive has no article at {SOURCE}2026/x; near it are:",
        *(f"  {SOURCE}2026/{n}" for n in (6, 5, 4, 3, 2)),
    ]
