"""Stored pages are read again by today's parser, shown first, written once, and told from what publishers change."""

import json
import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from archives import DAY, NOON, SOURCE, compare_with_index, response
from commands import PROGRAM, Run, runner, wait_for_the_next_second
from conftest import Crawl
from misbehaving import HEADLINE, answer, feed, misbehaving, story

from archiver import __version__
from archiver.errors import ExitCode
from archiver.items import Article, FoundBy, LinkKind, Outcome, RelatedLink, Split, Visit
from archiver.parsers import split_page
from db.connection import open_archive, read_archive
from db.digests import content_digest
from db.raw_pages.warc import WarcWriter
from db.raw_pages.warc_places import warc_directory
from db.store import Kept, record_visit, start_crawl

URL = f"{SOURCE}flood"
Changed = Callable[[Split], Split]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    monkeypatch.chdir(tmp_path)
    return runner(capsys)


def with_links(headline: str = HEADLINE, *links: str) -> bytes:
    """Return a page with a story and a list of others."""
    items = "".join(
        f"<li><a href='/{number}-{link[:4]}'>{link}</a></li>" for number, link in enumerate(links)
    )
    aside = f"<aside><h2>Read also</h2><ul>{items}</ul></aside>" if links else ""
    return story(headline).replace(b"</body>", aside.encode() + b"</body>")


def read_by_an_old_parser(archive: Path, pages: list[tuple[str, bytes, Changed]]) -> None:
    """Archive pages, one a day, with what an older parser made of today's split of them."""
    with closing(open_archive(archive)) as connection, WarcWriter(warc_directory(archive), 1) as writer:
        crawl_id = start_crawl(connection, started=NOON, arguments={}, version="0.0.1")
        for number, (url, html, changed) in enumerate(pages):
            fetched, sent = NOON + number * DAY, response(html)
            split = changed(split_page(html, url=url, fetched=fetched))
            known = connection.execute(
                "SELECT articles.id, content_digest FROM articles JOIN pages ON article_id = articles.id "
                "WHERE pages.url = ?",
                (url,),
            ).fetchone()
            outcome = Outcome.NOT_ARTICLE if split.article is None else Outcome.STORED
            if known is not None and split.article is not None:
                is_same = content_digest(split.article) == known["content_digest"]
                outcome = Outcome.UNCHANGED if is_same else Outcome.CHANGED
            visit = Visit(
                source=SOURCE,
                url=url,
                final_url=url,
                found_by=FoundBy.FEED,
                fetched=fetched,
                outcome=outcome,
                response=sent,
                split=split,
                article_id=known["id"] if known is not None and split.article is not None else None,
            )
            record_visit(connection, crawl_id, visit, Kept(writer.append(url, fetched, sent)))
        connection.execute("UPDATE articles SET parser = '0.0.1'")
        connection.execute("UPDATE revisions SET parser = '0.0.1'")
        connection.commit()


def misread(**fields: object) -> Changed:
    """Return what makes a split one whose article has other fields."""

    def changed(split: Split) -> Split:
        assert split.article is not None
        article: Article = replace(split.article, **fields)  # type: ignore[arg-type]  # the tests name fields
        return replace(split, article=article)

    return changed


def unread(split: Split) -> Split:
    """Return a split without its article."""
    return replace(split, article=None)


def as_it_is(split: Split) -> Split:
    return split


def rows(archive: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(read_archive(archive)) as connection:
        return [tuple(row) for row in connection.execute(sql)]


def content(archive: Path) -> list[list[tuple[object, ...]]]:
    """Return all that a reparse may write."""
    names = ("articles", "revisions", "version_sources", "images", "related_links", "pages", "captures")
    return [rows(archive, f"SELECT * FROM {name} ORDER BY 1, 2") for name in names]


def test_another_text_of_the_same_bytes_is_the_parsers_version(run: Run, archive: Path) -> None:
    read_by_an_old_parser(
        archive, [(URL, story(), misread(headline="City News", section="Wrong", language="xx"))]
    )
    result = run("reparse", "--archive", archive)

    assert result.code == ExitCode.DONE, result.err
    assert f"City News -> {HEADLINE}" in result.out
    assert rows(
        archive, "SELECT number, headline, cause, parser, capture_id FROM article_versions ORDER BY number"
    ) == [
        (1, "City News", "publisher", "0.0.1", 1),
        (2, HEADLINE, "parser", __version__, 1),
    ]
    assert rows(archive, "SELECT * FROM headline_changes") == []
    assert rows(archive, "SELECT language, first_seen, last_seen, revised_at FROM articles") == [
        ("en", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z", "2026-11-20T12:00:00Z")
    ]
    assert rows(archive, "SELECT rowid FROM articles_fts WHERE articles_fts MATCH 'flood'") == [(1,)]


def test_second_run_finds_nothing_to_do(run: Run, archive: Path) -> None:
    pages = [
        (URL, with_links(HEADLINE, "Ferry runs again after three weeks"), misread(body="Nothing of it all.")),
        (f"{SOURCE}b", story("The ferry sails again"), unread),
        (f"{SOURCE}c", b"<p>Nothing here", as_it_is),
    ]
    read_by_an_old_parser(archive, pages)
    run("reparse", "--archive", archive)
    before = content(archive)
    result = run("reparse", "--archive", archive)
    assert "Nothing changes." in result.out
    assert content(archive) == before


def test_dry_run_writes_nothing_and_needs_no_lock(run: Run, archive: Path) -> None:
    read_by_an_old_parser(archive, [(URL, story(), misread(headline="City News"))])
    before = content(archive)
    with closing(open_archive(archive)):
        result = run("reparse", "--dry-run", "--json", "--archive", archive)
        refused = run("reparse", "--archive", archive)
    report = json.loads(result.out)
    assert (report["changed"], report["fields"], report["dry_run"]) == (1, {"headline": 1}, True)
    assert report["examples"]["headline"] == [{"url": URL, "old": "City News", "new": HEADLINE}]
    assert content(archive) == before
    assert refused.code == ExitCode.LOCKED
    assert "is being written" in refused.err


def test_page_without_article_becomes_one_as_of_its_fetch(run: Run, archive: Path) -> None:
    read_by_an_old_parser(archive, [(f"{SOURCE}a", story("First of all"), as_it_is), (URL, story(), unread)])
    result = run("reparse", "--archive", archive)

    assert "article on 1 page" in result.out
    assert rows(archive, "SELECT headline, first_seen, capture_id, parser FROM articles WHERE id = 2") == [
        (HEADLINE, "2026-11-21T12:00:00Z", 2, __version__)
    ]
    assert rows(archive, f"SELECT outcome, article_id FROM pages WHERE url = '{URL}'") == [("stored", 2)]
    assert rows(archive, "SELECT outcome FROM captures WHERE id = 2") == [("stored",)]


def test_article_that_is_none_any_more_is_named_and_stays(run: Run, archive: Path) -> None:
    nothing = b"<html><body><form><input name=q></form><p>Search</p></body></html>"
    invented = Split(article=Article(url=URL, headline="Search", body="Search the pages of this paper. " * 9))
    read_by_an_old_parser(archive, [(URL, nothing, lambda split: invented)])
    before = content(archive)
    result = run("reparse", "--archive", archive)
    assert "no article any more on 1 page, left as it is" in result.out
    assert URL in result.out
    assert content(archive) == before


def test_page_seen_unchanged_later_tells_what_stands_beside_the_text(run: Run, archive: Path) -> None:
    first, later = (
        story().replace(b"<title>", b"<meta property='article:section' content='%s'><title>" % section)
        for section in (b"Early", b"Late")
    )
    read_by_an_old_parser(
        archive, [(URL, first, misread(headline="Old")), (URL, later, misread(headline="Old"))]
    )
    run("reparse", "--archive", archive)

    assert rows(archive, "SELECT section, headline, capture_id, revision FROM articles") == [
        ("Late", HEADLINE, 1, 2)
    ]
    assert "Nothing changes." in run("reparse", "--archive", archive).out


def test_links_are_corrected_without_a_new_time(run: Run, archive: Path) -> None:
    names = ["Ferry runs again after three weeks of repairs", "Market hall traders ask for one more year"]

    def with_menu(split: Split) -> Split:
        menu = RelatedLink(url=f"{SOURCE}imprint", headline="Imprint", kind=LinkKind.SECTION, position=9)
        return replace(split, related=(*split.related[:1], menu))

    read_by_an_old_parser(archive, [(URL, with_links(HEADLINE, *names), with_menu)])
    with closing(open_archive(archive)) as connection:  # a later visit was answered by 304
        seen = "2026-11-22T12:00:00Z"
        connection.execute("UPDATE related_links SET last_seen = ?", (seen,))
        connection.execute("UPDATE pages SET links_seen = ? WHERE links_seen IS NOT NULL", (seen,))
        connection.commit()
    result = run("reparse", "--archive", archive)

    assert "related on 1 page" in result.out
    assert rows(
        archive, "SELECT headline, first_seen, last_seen, is_shown FROM related_headlines ORDER BY position"
    ) == [(name, "2026-11-20T12:00:00Z", "2026-11-22T12:00:00Z", 1) for name in names]
    assert rows(archive, f"SELECT links_seen FROM pages WHERE url = '{URL}'") == [("2026-11-22T12:00:00Z",)]


def test_rules_written_since_decide(run: Run, archive: Path, tmp_path: Path) -> None:
    html = story().replace(b"</article>", b"<h2>By the rule</h2></article>")
    read_by_an_old_parser(archive, [(URL, html, as_it_is)])
    (tmp_path / "sources.toml").write_text(
        f'[[source]]\nurl = "{SOURCE}"\n[[source.rules]]\nheadline = "h2"\n'
    )
    run("reparse", "--archive", archive)
    assert rows(archive, "SELECT headline, cause FROM articles") == [("By the rule", "parser")]


def test_page_whose_scripts_came_to_no_end_is_not_read_as_sent(
    run: Run, archive: Path, tmp_path: Path
) -> None:
    read_by_an_old_parser(archive, [(URL, b"<div id=app>Loading</div>", as_it_is)])
    with closing(open_archive(archive)) as connection:
        connection.execute("UPDATE captures SET outcome = 'parse_limit'")
        connection.execute("UPDATE pages SET outcome = 'parse_limit'")
        connection.commit()
    (tmp_path / "sources.toml").write_text(f'[[source]]\nurl = "{SOURCE}"\njavascript = true\n')
    run("reparse", "--archive", archive)

    assert rows(archive, "SELECT outcome FROM pages") == [("parse_limit",)]


def test_source_and_time_choose_pages(run: Run, archive: Path) -> None:
    pages = [(f"{SOURCE}{n}", story(f"Story {n} of three"), misread(headline="Old")) for n in range(3)]
    read_by_an_old_parser(archive, pages)
    result = run("reparse", "--since", "2026-11-21", "--dry-run", "--archive", archive)
    assert "headline on 2 pages" in result.out
    assert run("reparse", "--source", "elsewhere.example", "--archive", archive).code == ExitCode.USAGE
    assert "headline on 3 pages" in run("reparse", "--source", "news.example", "--archive", archive).out


def test_lost_bytes_are_named_and_others_go_on(run: Run, archive: Path) -> None:
    pages = [(f"{SOURCE}{n}", story(f"Story {n} of two"), misread(headline="Old")) for n in range(2)]
    read_by_an_old_parser(archive, pages)
    with closing(open_archive(archive)) as connection:
        connection.execute("UPDATE captures SET warc_offset = 3 WHERE id = 1")
        connection.commit()
    result = run("reparse", "--archive", archive)
    assert (result.code, result.err.count("\n")) == (ExitCode.FAILED, 1)
    assert f"{SOURCE}0" in result.err
    assert rows(archive, "SELECT headline FROM articles") == [("Old",), ("Story 1 of two",)]


def test_lost_file_is_named_once(run: Run, archive: Path) -> None:
    read_by_an_old_parser(
        archive, [(f"{SOURCE}{n}", story(f"Story {n} of three"), as_it_is) for n in range(3)]
    )
    (file,) = warc_directory(archive).iterdir()
    file.unlink()
    result = run("reparse", "--archive", archive)
    assert (result.code, result.err) == (
        ExitCode.FAILED,
        f"archiver: 3 captures: {file} is missing; restore the file from a copy\n",
    )


def test_bytes_may_stand_in_the_record_of_another_capture(run: Run, archive: Path) -> None:
    read_by_an_old_parser(archive, [(f"{SOURCE}a", story(), unread), (URL, story(), misread(headline="Old"))])
    with closing(open_archive(archive)) as connection:
        connection.execute(
            "UPDATE captures SET refers_to = 1, warc_file = 'crawl-000009-00001.warc.gz' WHERE id = 2"
        )
        connection.commit()
    run("reparse", "--archive", archive)
    assert rows(archive, "SELECT headline FROM articles WHERE id = 1") == [(HEADLINE,)]


def test_crawl_of_the_same_page_afterwards_is_unchanged(run: Run, archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/a": answer(story()), "/feed.xml": feed("/a")}) as server:
        crawl(server.url)
        with closing(open_archive(archive)) as connection:
            connection.execute("UPDATE articles SET headline = 'City News', content_digest = 'sha256:other'")
            connection.commit()
        run("reparse", "--archive", archive)
        crawl(server.url)
        server.pages["/a"] = answer(story("The bridge is open again"))
        crawl(server.url)
    assert rows(archive, "SELECT number, headline, cause FROM article_versions ORDER BY number") == [
        (1, "City News", "publisher"),
        (2, HEADLINE, "parser"),
        (3, "The bridge is open again", "publisher"),
    ]
    assert rows(archive, "SELECT to_headline FROM headline_changes") == [("The bridge is open again",)]


def test_crawl_by_a_newer_parser_blames_no_publisher(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/a": answer(story()), "/feed.xml": feed("/a")}) as server:
        crawl(server.url)
        with closing(open_archive(archive)) as connection:
            connection.execute("UPDATE articles SET headline = 'City News', content_digest = 'sha256:other'")
            connection.commit()
        crawl(server.url)
    assert rows(archive, "SELECT headline, cause FROM articles") == [(HEADLINE, "parser")]
    assert rows(archive, "SELECT * FROM headline_changes") == []


def test_killed_reparse_leaves_whole_pages_and_the_next_does_the_rest(archive: Path, tmp_path: Path) -> None:
    pages = [
        (
            f"{SOURCE}{n}",
            with_links(f"Story {n} of all", "Ferry runs again after three weeks"),
            misread(headline="Old"),
        )
        for n in range(80)
    ]
    pages += [(f"{SOURCE}x{n}", story(f"Unread {n} of all"), unread) for n in range(20)]
    read_by_an_old_parser(archive, pages)
    whole = tmp_path / "whole.db"
    with closing(sqlite3.connect(archive)) as source, closing(sqlite3.connect(whole)) as target:
        source.backup(target)
    warc_directory(whole).symlink_to(warc_directory(archive))
    subprocess.run(
        [PROGRAM, "reparse", "--archive", str(whole)], check=True, capture_output=True, cwd=tmp_path
    )

    command = [PROGRAM, "reparse", "--archive", str(archive)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=tmp_path)
    deadline = time.monotonic() + 60
    while not repaired(archive) and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    half = repaired(archive)
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)

    assert 0 < half <= len(pages)
    assert content(archive) == content(whole)
    assert repaired(archive) == len(pages)


def repaired(archive: Path) -> int:
    with closing(sqlite3.connect(f"file:{archive}?mode=ro", uri=True)) as connection:
        sql = "SELECT count(*) FROM articles WHERE headline <> 'Old'"
        return int(connection.execute(sql).fetchone()[0])


def test_archive_that_is_not_there_is_not_made(run: Run, archive: Path) -> None:
    result = run("reparse", "--archive", archive)
    assert (result.code, result.err.count("\n")) == (ExitCode.FAILED, 1)
    assert not archive.exists()


def taken_for_a_story(headline: str) -> Changed:
    """Return what makes of any split one with a story."""
    text = f"{headline}: search the pages of this paper. " * 9

    def changed(split: Split) -> Split:
        return Split(article=Article(url="", headline=headline, body=text, authors=("A Form",)))

    return changed


def test_articles_that_no_stored_page_gives_any_more_are_dropped(run: Run, archive: Path) -> None:
    form = b"<html><body><form><input name=q></form><p>Search</p></body></html>"
    names = [f"{SOURCE}search-{number}" for number in range(5)]
    pages = [(url, form, taken_for_a_story(f"Search {n}")) for n, url in enumerate(names)]
    changed = [(URL, story(), as_it_is), (URL, form, taken_for_a_story("Flood form"))]
    read_by_an_old_parser(archive, [*pages, *changed, (f"{SOURCE}a", story("Another story"), as_it_is)])
    before = content(archive)
    looked = run("reparse", "--drop", "--dry-run", "--archive", archive)
    told = json.loads(run("reparse", "--drop", "--dry-run", "--json", "--archive", archive).out)

    assert all(url in looked.out for url in names)
    assert "5 articles would leave the archive." in looked.out
    assert [each["url"] for each in told["dropped"]] == names
    assert content(archive) == before

    done = run("reparse", "--drop", "--archive", archive)
    assert done.code == ExitCode.DONE, done.err
    assert "5 articles left the archive." in done.out
    # Of the story, an earlier version can still be read.
    assert rows(archive, "SELECT headline FROM articles ORDER BY id") == [("Flood form",), ("Another story",)]
    assert rows(archive, "SELECT DISTINCT outcome, article_id FROM pages WHERE url LIKE '%search%'") == [
        ("not_article", None)
    ]
    assert rows(archive, "SELECT count(*) FROM articles_fts WHERE articles_fts MATCH 'search'") == [(1,)]
    assert rows(archive, "SELECT count(*) FROM forgotten") == [(0,)]
    assert run("verify", "--archive", archive).code == ExitCode.DONE
    assert run("doctor", "--archive", archive, "--json").code == ExitCode.DONE
    with closing(open_archive(archive)) as connection:
        compare_with_index(connection)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


def test_dropped_article_comes_back_where_its_page_is_read_as_a_story(
    run: Run, archive: Path, tmp_path: Path
) -> None:
    later = "The bridge is open again"
    pages = [story(), story(later), story(later), story(later + " to all")]
    read_by_an_old_parser(archive, [(URL, page, as_it_is) for page in pages])
    versions = "SELECT number, headline, cause, capture_id, seen_at FROM article_versions ORDER BY number"
    others = "SELECT first_seen, last_seen FROM articles", "SELECT outcome, detail FROM captures ORDER BY id"
    before = [rows(archive, sql) for sql in (versions, *others)]
    rules = tmp_path / "sources.toml"
    rules.write_text(f'[[source]]\nurl = "{SOURCE}"\n[[source.rules]]\nremove = ["article"]\n')
    dropped = run("reparse", "--drop", "--archive", archive)
    assert "1 article left the archive" in dropped.out
    assert "3 versions" in dropped.out
    assert rows(archive, "SELECT * FROM articles") == []
    rules.unlink()
    assert "article on 1 page" in run("reparse", "--since", "2026-11-23", "--archive", archive).out
    assert [rows(archive, sql) for sql in (versions, *others)] == before
    assert "Nothing changes." in run("reparse", "--archive", archive).out


def test_visits_answered_by_304_come_back_with_their_article(
    run: Run, archive: Path, crawl: Crawl, tmp_path: Path
) -> None:
    rules = tmp_path / "sources.toml"
    with misbehaving({"/feed.xml": feed("/a"), "/a": answer(story(), ETag='"a"')}) as server:
        crawl(server.url)
        server.pages["/a"] = answer(b"", "304 Not Modified", content_type="", ETag='"a"')
        for _ in range(2):
            wait_for_the_next_second()
            crawl(server.url)
        rules.write_text(f'[[source]]\nurl = "{server.url}"\n[[source.rules]]\nremove = ["article"]\n')
    told = (
        "SELECT first_seen, last_seen FROM articles",
        "SELECT url, outcome, detail FROM pages ORDER BY id",
        "SELECT status, outcome, detail FROM captures ORDER BY id",
    )
    before = [rows(archive, sql) for sql in told]
    assert (304, "unchanged", "HTTP status 304") in before[2]
    assert "1 article left the archive" in run("reparse", "--drop", "--archive", archive).out
    rules.unlink()
    run("reparse", "--archive", archive)
    assert [rows(archive, sql) for sql in told] == before


@pytest.mark.parametrize("lost", ["warc_offset = 3", "warc_file = NULL"])
def test_article_of_which_a_page_cannot_be_read_is_not_dropped(run: Run, archive: Path, lost: str) -> None:
    form = b"<html><body><form><input name=q></form><p>Search%s</p></body></html>"
    read_by_an_old_parser(
        archive, [(URL, form % text, taken_for_a_story("Search")) for text in (b"", b" all", b" here")]
    )
    with closing(open_archive(archive)) as connection:
        connection.execute(f"UPDATE captures SET {lost} WHERE id = 2")
        connection.commit()
    told = run("reparse", "--drop", "--archive", archive)

    assert "no article any more on" in told.out
    assert rows(archive, "SELECT count(*) FROM articles") == [(1,)]
