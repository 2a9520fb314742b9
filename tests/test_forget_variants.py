"""A story that was forgotten does not come back by a variant of its address: AMP, mobile or print."""

import json
from pathlib import Path

import pytest
from commands import Run, runner
from conftest import Crawl
from foreign import Sent, warc
from forgetting import GONE, KEPT, PARAGRAPHS, WORD, files_with, front, is_sound, rows, two_stories
from misbehaving import Server, answer, misbehaving, redirect, story

from archiver.errors import ExitCode

PATH = "2026/mayor-accused-zz"
CHANGED = (
    *PARAGRAPHS[:-1],
    "The roof was looked at on Tuesday, and nobody found anything that was wrong with it.",
)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, archive: Path) -> Run:
    monkeypatch.setenv("ARCHIVER_ARCHIVE", str(archive))
    return runner(capsys)


def show_variants(server: Server) -> None:
    """Let the front page show variants of the story, with a paragraph that has changed, and one that is gone."""
    paths = (f"{PATH}?output=print", f"amp/{PATH}", f"{PATH}/amp")
    server.pages["/"] = answer(front(("/2026/ferry", KEPT), *((f"/{path}", GONE) for path in paths)))
    for path in paths[:2]:
        server.pages[f"/{path}"] = answer(story(GONE, *CHANGED))


def test_variant_with_other_words_stays_out(run: Run, crawl: Crawl, archive: Path, tmp_path: Path) -> None:
    with misbehaving(two_stories()) as server:
        crawl(server.url)
        assert (
            run("forget", f"{server.url}{PATH}", "--reason", "x", "--yes", "--mentions").code == ExitCode.DONE
        )
        show_variants(server)
        crawl(server.url)
        sent = Sent(url=f"{server.url}amp/{PATH}", body=story(GONE, *CHANGED))
        imported = run("import", warc(tmp_path / "a.warc.gz", [sent]), "--source", server.url)

    assert imported.code == ExitCode.DONE, imported.err
    assert rows(archive, "SELECT headline FROM articles") == [(KEPT,)]
    for table, column in (("pages", "url"), ("related_links", "headline"), ("listed_headlines", "headline")):
        assert rows(archive, f"SELECT * FROM {table} WHERE {column} LIKE '%accused%'") == []
    told = json.loads(run("explain", f"{server.url}{PATH}?output=print", "--json").out)
    assert told["forgotten"]["reason"] == "x"


def test_variants_that_were_never_had_go_with_the_story(run: Run, crawl: Crawl, archive: Path) -> None:
    with misbehaving(two_stories()) as server:
        show_variants(server)
        server.pages["/2026/ferry"] = answer(story(KEPT))
        server.pages[f"/{PATH}?output=print"] = server.pages[f"/{PATH}"]
        del server.pages[f"/amp/{PATH}"]
        crawl(server.url)
        assert (f"{server.url}{PATH}/amp", "gone") in rows(archive, "SELECT url, outcome FROM pages")
        done = run("forget", f"{server.url}{PATH}?output=print", "--reason", "x", "--yes", "--mentions")

    assert done.code == ExitCode.DONE, done.err
    assert files_with(archive, WORD, "mayor-accused") == []
    assert is_sound(archive)


def test_address_that_leads_to_it_leaves_nothing_in_the_free_space(
    run: Run, crawl: Crawl, archive: Path
) -> None:
    with misbehaving(two_stories()) as server:
        crawl(server.url)
        assert (
            run("forget", f"{server.url}{PATH}", "--reason", "x", "--yes", "--mentions").code == ExitCode.DONE
        )
        server.pages["/"] = answer(front(("/2026/ferry", KEPT), ("/go/5", GONE)))
        server.pages["/go/5"] = redirect(f"/{PATH}")
        server.pages["/2026/ferry"] = answer(story(KEPT))
        crawl(server.url)

    assert rows(archive, "SELECT sum(pages) FROM crawl_counts WHERE outcome = 'forgotten'") == [(1,)]
    assert archive.name not in files_with(archive, GONE, "/go/5")


def test_forgotten_story_is_no_site_to_crawl(run: Run, crawl: Crawl, archive: Path) -> None:
    with misbehaving(two_stories()) as server:
        crawl(server.url)
        assert (
            run("forget", f"{server.url}{PATH}", "--reason", "x", "--yes", "--mentions").code == ExitCode.DONE
        )
        told = run("crawl", f"{server.url}{PATH}", "--log-file", archive.with_suffix(".log"))

    assert (told.code, "was forgotten on purpose" in told.err) == (ExitCode.FAILED, True), told.err
    assert files_with(archive, "mayor-accused") == []
    assert not archive.with_name(f"{archive.name}-lock").exists()


def test_another_story_at_a_variant_stays_and_is_still_visited(run: Run, crawl: Crawl, archive: Path) -> None:
    other = "The harbour opens on Sunday for its ships"
    with misbehaving(two_stories()) as server:
        server.pages["/"] = answer(front((f"/{PATH}", GONE), (f"/amp/{PATH}", other)))
        server.pages[f"/amp/{PATH}"] = answer(story(other))
        crawl(server.url)
        assert run("forget", f"{server.url}{PATH}", "--reason", "x", "--yes").code == ExitCode.DONE
        server.pages[f"/amp/{PATH}"] = answer(story(other, "It opened on Monday.", *PARAGRAPHS[1:]))
        crawl(server.url)

    assert (other, 2) in rows(archive, "SELECT headline, revision FROM articles")
