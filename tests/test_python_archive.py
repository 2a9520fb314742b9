"""The archive from Python: the questions of the command, read only, from several threads."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, filled, link, visit

import archiver
from archiver.archive import Archive
from archiver.errors import (
    ArchiveError,
    ArchiverError,
    ExportError,
    ExportRequestError,
    NotInArchiveError,
    QueryError,
)
from archiver.items import Outcome
from db.changes import Happening
from db.connection import open_archive
from db.store import record_visit

SHUT = replace(FLOOD, headline="Old bridge shut")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with closing(filled(tmp_path / "archive.db", [FLOOD])) as writer:
        record_visit(writer, 1, visit(SHUT, outcome=Outcome.CHANGED, article_id=1, fetched=NOON + DAY))
        front = visit(None, [link("flood", "Bridge!"), link("lost", "Lost", 1)], url=SOURCE, final_url=SOURCE)
        record_visit(writer, 1, replace(front, outcome=Outcome.LISTING))
    return tmp_path / "archive.db"


@pytest.fixture
def archive(path: Path) -> Iterator[Archive]:
    with archiver.open(path) as opened:
        yield opened


def test_all_articles_are_read_one_after_the_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.archive.AT_ONCE", 2)
    stories = [
        article(f"story-{number}", f"Story {number}", f"Flood number {number}.") for number in range(5)
    ]
    filled(tmp_path / "archive.db", stories).close()
    with archiver.open(tmp_path / "archive.db") as opened:
        found = opened.articles()
        assert [next(found).headline for _ in range(3)] == ["Story 0", "Story 1", "Story 2"]
        with closing(open_archive(tmp_path / "archive.db")) as writer, writer:
            writer.execute("PRAGMA foreign_keys = OFF")
            writer.execute("DELETE FROM articles WHERE headline = 'Story 4'")
        assert [each.headline for each in found] == ["Story 3"]

        assert list(opened.articles(since=date(2027, 1, 1))) == []
        with pytest.raises(QueryError):
            opened.articles(since="today")  # type: ignore[arg-type]


def test_snippets_are_plain_text_or_marked_as_asked(archive: Archive) -> None:
    (hit,), (headline,) = archive.search("rivers"), archive.search_headlines("bridges")
    (marked,), (bold,) = (
        archive.search("rivers", marks=("<b>", "</b>")),
        archive.search_headlines("bridges", marks=("[", "]")),
    )

    assert hit.snippet.startswith("The river rose by two metres.")
    assert marked.snippet.startswith("The <b>river</b> rose by two metres.")
    assert (headline.snippet, bold.snippet) == ("Bridge!", "[Bridge]!")


def test_each_question_of_the_command_is_a_method(archive: Archive) -> None:
    address = f"{FLOOD.url}?utm_source=feed"
    assert [hit.article_id for hit in archive.search("bridge", since=date(2026, 11, 19))] == [1]
    assert archive.search("bridge", until=date(2026, 11, 18)) == []
    assert [hit.article_id for hit in archive.search("bridges", sort="date")] == [1]
    assert [hit.target_url for hit in archive.search_headlines("bridges")] == [f"{SOURCE}flood"]
    assert [(each.key, each.articles) for each in archive.count("bridge", "month").counts] == [("2026-11", 1)]
    with pytest.raises(QueryError, match="'week' is none of day, month"):
        archive.count("bridge", "week")
    assert archive.count("bridge", "day", until=date(2026, 11, 18), language="en").articles == 0
    assert archive.count("bridge", "lang", author="lee", change="headline", distinct=True).articles == 1
    assert archive.search_headlines("bridges", until=date(2026, 11, 19)) == []
    assert archive.search_headlines("bridges", author="lee", language="en") == []
    assert archive.article(1) == archive.show(address)
    assert archive.article("1").headline == SHUT.headline
    assert [version.headline for version in archive.history(address).versions] == [
        FLOOD.headline,
        SHUT.headline,
    ]
    assert [field.field for field in archive.diff(1).fields] == ["headline"]
    assert archive.diff(1, 1, 2) == archive.diff(1)
    assert [change.kinds for change in archive.changes(since=NOON)] == [(Happening.HEADLINE,)]
    assert archive.changes(kinds="headline") == archive.changes(kinds=[Happening.HEADLINE])
    assert archive.changes(kinds=["correction"], since=datetime(2026, 1, 1, tzinfo=UTC)) == []
    assert [edge.headline for edge in archive.related(address).pointed_by] == ["Bridge!"]
    assert archive.related(1, kind="popular").pointed_by == ()
    assert [item.headline for item in archive.front("news.example", at=date(2026, 11, 21)).items] == [
        "Bridge!",
        "Lost",
    ]
    assert [story.headline for story in archive.missing(sites=1)] == ["Lost"]
    assert archive.duplicates() == []
    assert archive.copies(address).cluster_id is None
    assert archive.stats().articles == 1
    assert len(archive.explain(address).visits) == 2


def test_day_that_ends_a_span_belongs_to_it(archive: Archive, tmp_path: Path) -> None:
    day = date(2026, 11, 19)
    assert [hit.article_id for hit in archive.search("bridge", since=day, until=day)] == [1]
    assert archive.export(tmp_path / "day.jsonl", since=day, until=day).rows == 1
    assert archive.search("bridge", until=datetime(2026, 11, 19, tzinfo=UTC)) == []
    assert (
        len(archive.changes(since=day, until=date(2026, 11, 21))) == len(archive.changes(until=date.max)) == 1
    )


@pytest.mark.parametrize(
    ("ask", "error", "message"),
    [
        (lambda archive: archive.article(7), NotInArchiveError, "no article 7"),
        (lambda archive: archive.diff(1, 1, 9), NotInArchiveError, "no version 9"),
        (
            lambda archive: archive.search("bridge", since="2026-11"),
            QueryError,
            "'2026-11' is no date: give a date",
        ),
        (lambda archive: archive.changes(until="today"), QueryError, "'today' is no date"),
        (lambda archive: archive.front("news.example", at="2026-11-21Z"), QueryError, "is no date"),
        (lambda archive: archive.search(" "), QueryError, "nothing to search for"),
        (lambda archive: archive.search("bridge", limit=-1), QueryError, "limit is -1"),
        (lambda archive: archive.search("bridge", limit="5"), QueryError, "limit is '5': give a number"),
        (lambda archive: archive.search("bridge", limit=None), QueryError, "limit is None: give a number"),
        (lambda archive: archive.search("bridge", limit=2**63), QueryError, "give a number, 0 or more"),
        (lambda archive: archive.stats("week"), QueryError, "days is 'week': give a number"),
        (lambda archive: archive.search(None), QueryError, "None is no text to search for"),
        (lambda archive: archive.export("x.csv", 5), QueryError, "5 is no text to search for"),
        (
            lambda archive: archive.count("bridge", "day", source=["a", "b"]),
            QueryError,
            "is no text to choose by",
        ),
        (
            lambda archive: archive.search("x", since=date(2026, 11, 21), until=date(2026, 11, 20)),
            QueryError,
            "since is not before until: nothing lies between 2026-11-21T00:00:00Z and 2026-11-21T00:00:00Z",
        ),
        (
            lambda archive: archive.changes(since=NOON, until=date(2026, 1, 1)),
            QueryError,
            "since is not before until",
        ),
        (lambda archive: archive.changes(kinds=["rumour"]), QueryError, "'rumour' is none of headline, lead"),
        (lambda archive: archive.changes(since=datetime(2026, 1, 1)), QueryError, "has no time zone"),  # noqa: DTZ001
        (lambda archive: archive.related(1, kind="rumour"), QueryError, "'rumour' is none of related"),
        (
            lambda archive: archive.duplicates(order="oldest"),
            QueryError,
            "'oldest' is none of largest, newest",
        ),
        (lambda archive: archive.copies(7), NotInArchiveError, "no article 7"),
        (lambda archive: archive.export("x.doc"), ExportRequestError, "the ending of x.doc tells no format"),
        (lambda archive: archive.export("x", form="doc"), QueryError, "'doc' is none of jsonl, csv"),
        (lambda archive: archive.export("x.csv", what="pages"), QueryError, "'pages' is none of articles"),
        (lambda archive: archive.export("x.csv", " "), QueryError, "nothing to search for"),
        (lambda archive: archive.export(archive.path, form="csv"), ExportError, "belongs to the archive"),
        (lambda archive: archive.front("far.example"), QueryError, "no source 'far.example'"),
        (lambda archive: archive.explain("https://far.example/x"), NotInArchiveError, "was never met"),
    ],
)
def test_what_cannot_be_answered_is_an_archiver_error(
    archive: Archive, ask: object, error: type[ArchiverError], message: str
) -> None:
    assert callable(ask)
    assert issubclass(error, archiver.ArchiverError)
    with pytest.raises(error, match=message):
        ask(archive)


def test_copies_are_found_and_left_out(tmp_path: Path) -> None:
    text = " ".join(f"word{number}" for number in range(60))
    copies = [article(f"{number}", f"Story {number}", f"{text} {number}") for number in range(2)]
    filled(tmp_path / "archive.db", [*copies, FLOOD]).close()
    with archiver.open(tmp_path / "archive.db") as archive:
        assert [member.article_id for member in archive.duplicates()[0].members] == [1, 2]
        assert archive.duplicates(source="news.example", order="newest") == archive.duplicates()
        assert [each.copy.article_id for each in archive.copies(1).comparisons] == [2]
        assert len(archive.search("word3", distinct=True)) == 1
        assert archive.export(tmp_path / "out.jsonl.gz", distinct=True).rows == 2
        stream = BytesIO()
        assert archive.export(stream, "word3", form="csv", language=None).rows == 2
        assert stream.getvalue().count(b"Story") == 2
        assert archive.export(str(tmp_path / "links.graphml"), what="links").rows == 0
        assert archive.export(tmp_path / "new.jsonl", since_last="weekly").rows == 3
        with pytest.raises(ExportError, match="no later export repeats it"):
            archive.export(tmp_path / "new.jsonl", since_last="weekly")
        assert archive.export(tmp_path / "new.jsonl", since_last="weekly", force=True).rows == 0


def test_what_is_no_archive_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ArchiveError, match="does not exist"):
        archiver.open(tmp_path / "none.db")
    (tmp_path / "notes.txt").write_text("Dear diary, " * 99)
    with pytest.raises(ArchiveError, match="not a database"):
        archiver.open(str(tmp_path / "notes.txt"))


def test_closed_archive_says_so(path: Path) -> None:
    with archiver.open(path) as archive:
        pass
    with pytest.raises(ArchiveError, match=r"was closed: open it again by archiver\.open"):
        archive.stats()
    archive.close()


def test_threads_read_at_once_while_a_crawl_writes(path: Path, archive: Archive) -> None:
    with closing(open_archive(path)) as writer, ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(archive.history, 1) for _ in range(100)]
        for number in range(20):
            record_visit(
                writer, 1, visit(article(f"{number}", f"Story {number}", f"Text of story {number}."))
            )
        assert {len(each.result().versions) for each in asked} == {2}
    assert archive.stats().articles == 21


def test_nothing_is_written(path: Path) -> None:
    before = path.read_bytes()
    with archiver.open(path) as archive:
        archive.history(1)
        archive.changes()
    assert path.read_bytes() == before


def test_importing_the_package_waits_for_nothing() -> None:
    code = (
        "import archiver, sys; print([m for m in ('scrapy', 'lxml', 'sqlite3', 'numpy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_opening_and_asking_by_number_waits_for_no_crawler(path: Path) -> None:
    code = (
        "import archiver, sys; archiver.open(sys.argv[1]).history(1);"
        "print([m for m in ('scrapy', 'lxml') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
