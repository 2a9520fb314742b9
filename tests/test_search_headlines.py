"""Related headlines are searched and articles counted; other programs read the index; what is forgotten leaves it."""

import json
import signal
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from archives import DAY, FLOOD, NOON, SOURCE, article, compare_with_index, filled, link, visit
from commands import Run, on_terminal, runner

from archiver.errors import ExitCode, QueryError
from archiver.items import Outcome
from db.connection import open_archive, read_archive
from db.searching.counts import CountBy, count_by
from db.searching.filters import Filters
from db.searching.headline_search import search_headlines
from db.searching.search import Sort, find
from db.store import record_visit

FERRY = article(
    "ferry",
    "Fähre fährt wieder",
    "Die Brücken bleiben gesperrt, die Fähre fährt.",
    language="de",
    authors=("Ann Lee", "Bo Ek"),
    date_published=NOON - 40 * DAY,
)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, path: Path) -> Run:
    monkeypatch.setenv("ARCHIVER_ARCHIVE", str(path))
    return runner(capsys)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "archive.db"
    with closing(filled(path, [replace(FLOOD, date_published=NOON)])) as writer:
        record_visit(writer, 1, visit(FERRY, [link("lost", "Brücken gesperrt"), link("gone", "Bridges!", 1)]))
        shown = [link("flood", "Old bridge shut after floods"), link("ferry", "Fähren fahren wieder", 1)]
        front = visit(None, shown, url=SOURCE, final_url=SOURCE, outcome=Outcome.LISTING)
        record_visit(writer, 1, front)
    return path


def test_headlines_are_found_with_where_they_stood_and_lead(path: Path) -> None:
    with closing(read_archive(path)) as archive:
        hit, *others = search_headlines(archive, "flood in:headlines")
        assert others == []
        assert (hit.headline, hit.snippet) == (
            "Old bridge shut after floods",
            "Old bridge shut after \x02floods\x03",
        )
        assert (hit.target_url, hit.target_article_id) == (f"{SOURCE}flood", 1)
        assert (hit.page_url, hit.page_headline, hit.position) == (SOURCE, None, 0)
        # By the language of the page that shows them, where the story is not archived.
        assert [each.page_url for each in search_headlines(archive, "brücke in:headlines")] == [
            f"{SOURCE}ferry"
        ]
        for words, count in (
            ("bridge in:headlines", 2),
            ("bridge -flood in:headlines", 1),
            ("fähre in:headlines", 1),
            ("fahre in:headlines", 1),
            ("headline:bridge in:headlines", 2),
            ("bridge in:headlines source:news.example", 2),
            ("bridge in:headlines -source:news.example", 0),
            ("bridg* in:headline", 2),
            # Of the page's article; the front page has none.
            ("author:lee brücke in:headlines", 1),
            ("author:lee bridge in:headlines", 1),
            ("author:quill OR author:ek bridge in:headlines", 1),
            ("bridge -author:lee in:headlines", 1),
            ("bridge -author:nobody in:headlines", 2),
        ):
            assert len(search_headlines(archive, words)) == count, words
        assert search_headlines(archive, "bridge in:headlines", Filters(until=NOON - DAY)) == []
        assert len(search_headlines(archive, "gesperrt in:headlines", Filters(language="de"))) == 1
        for words in (
            "in:headlines",
            "author:lee in:headlines",
            "bridge OR author:lee in:headlines",
            "bridge OR source:news.example in:headlines",
        ):
            with pytest.raises(QueryError):
                search_headlines(archive, words)


def test_command_shows_headlines(run: Run) -> None:
    told = run("search", "floods", "in:headlines").out
    assert (
        "     1  Old bridge shut after *floods*\n" in told or "   1  Old bridge shut after *floods*\n" in told
    )
    assert f"leads to  {SOURCE}flood" in told
    (line,) = run("search", "floods in:headlines", "--json").out.splitlines()
    hit = json.loads(line)
    assert (hit["headline"], hit["snippet"]) == (
        "Old bridge shut after floods",
        "Old bridge shut after *floods*",
    )
    assert "No related headline matches" in run("search", "nowhere in:headlines").err


@pytest.mark.parametrize(
    ("by", "counts"),
    [
        (CountBy.DAY, [("2026-11-20", 1), ("2026-10-11", 1)]),
        (CountBy.MONTH, [("2026-11", 1), ("2026-10", 1)]),
        (CountBy.SOURCE, [("news.example", 2)]),
        (CountBy.LANG, [("de", 1), ("en", 1)]),
    ],
)
def test_matches_are_counted(path: Path, by: CountBy, counts: list[tuple[str, int]]) -> None:
    with closing(read_archive(path)) as archive:
        found = count_by(archive, "bridge OR brücke", by)
        assert ([(count.key, count.articles) for count in found.counts], found.articles) == (counts, 2)
        authors = count_by(archive, "fähre", CountBy.AUTHOR)
        assert ({count.key: count.articles for count in authors.counts}, authors.articles) == (
            {"Ann Lee": 1, "Bo Ek": 1},
            1,
        )


def test_counts_have_bars(run: Run) -> None:
    told = run("search", "bridge OR brücke", "--count-by", "lang").out
    assert "de    1" in " ".join(told.replace("│", " ").split(" ")) or "de" in told
    assert "█" in told
    assert "2 articles in all" in told
    assert json.loads(run("search", "bridge", "--count-by", "month", "--json").out)["articles"] == 1
    assert "No article matches" in run("search", "nowhere", "--count-by", "day").err


def test_latest_come_first_by_date(path: Path) -> None:
    with closing(read_archive(path)) as archive:
        words = "bridge OR brücke OR fähre"
        assert [hit.article_id for hit in find(archive, words, sort=Sort.DATE).hits] == [1, 2]
        assert find(archive, "fähre OR bridge", sort=Sort.BEST).hits[0].article_id == 2
        recent = find(archive, "fähre OR bridge", sort=Sort.RECENT, now=NOON).hits
        assert recent[0].article_id == 1


def test_of_too_many_the_newest_are_ranked_and_it_is_said(
    run: Run, monkeypatch: pytest.MonkeyPatch, path: Path
) -> None:
    monkeypatch.setattr("db.searching.search.RANKED_AT_MOST", 1)
    told = run("search", "bridge OR brücke", "--limit", "1")
    assert "   2  Fähre fährt wieder" in told.out
    assert "looked at were the 1 archived last" in told.err
    assert run("search", "bridge OR brücke", "--limit", "2").err == ""


def test_distinct_leaves_later_copies_out_of_what_matches(run: Run, path: Path) -> None:
    text = " ".join(f"word{number} of the very same report" for number in range(80))
    with closing(open_archive(path)) as writer:
        for name, day in (("late", 2), ("early", 1)):
            story = article(
                name, f"Report {name}", text, language="en", date_published=NOON - (9 - day) * DAY
            )
            record_visit(writer, 1, visit(story, source=f"https://{name}.example/"))

    def found(*arguments: str) -> list[str]:
        lines = run("search", *arguments, "--json").out.splitlines()
        return sorted(json.loads(line)["url"].removeprefix(SOURCE) for line in lines)

    assert found("reports") == ["early", "late"]
    assert found("reports", "--distinct") == ["early"]
    assert found("headline:late reports", "--distinct") == ["late"]
    assert found("reports", "--distinct", "--source", "late.example") == ["late"]
    assert found("author:nobody", "--distinct") == []
    assert (
        json.loads(run("search", "reports", "--distinct", "--count-by", "month", "--json").out)["articles"]
        == 1
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("bridge", "--sort", "worst"), "is not one of"),
        (("bridge", "--count-by", "week"), "is not one of"),
        (("bridge", "--count-by", "day", "--sort", "date"), "leave one of them out"),
        (("bridge in:headlines", "--sort", "date"), "leave them out, or in:headlines"),
        (("bridge in:headlines", "--count-by", "day"), "leave them out, or in:headlines"),
        (("bridge in:headlines", "--distinct"), "leave them out, or in:headlines"),
        (("bridge source:far.example",), "no source 'far.example'"),
        (("in:headlines",), "nothing to search for"),
    ],
)
def test_bad_input_gets_one_line(run: Run, arguments: tuple[str, ...], message: str) -> None:
    result = run("search", *arguments)
    assert (result.code, message in result.err, result.err.count("\n")) == (ExitCode.USAGE, True, 1), (
        result.err
    )


def test_export_takes_the_same_queries(run: Run) -> None:
    lines = run("export", "brücke author:lee").out.splitlines()
    assert [json.loads(line)["url"] for line in lines] == [f"{SOURCE}ferry"]
    refused = run("export", "bridge in:headlines")
    assert (refused.code, "leave it out" in refused.err) == (ExitCode.USAGE, True)


def test_any_program_reads_the_index(path: Path) -> None:
    with closing(sqlite3.connect(path)) as plain:
        rows = plain.execute(
            "SELECT rowid, headline, highlight(articles_fts, 2, '[', ']') FROM articles_fts"
            " WHERE articles_fts MATCH 'friday' ORDER BY rank"
        ).fetchall()
        assert [(row[0], "[Friday]" in row[2]) for row in rows] == [(1, True)]
        assert plain.execute(
            "SELECT headline FROM headlines_fts WHERE headlines_fts MATCH 'fahren'"
        ).fetchall() == [("Fähren fahren wieder",)]
        for (name,) in plain.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"):
            plain.execute(f'SELECT * FROM "{name}" LIMIT 3').fetchall()
        with pytest.raises(sqlite3.OperationalError, match="no such function"):
            plain.execute("UPDATE articles SET headline = 'x'")


def test_forgotten_words_leave_both_indexes(run: Run, path: Path) -> None:
    assert run("forget", f"{SOURCE}flood", "--reason", "x", "--yes").code == ExitCode.DONE
    assert run("search", "friday").out == run("search", "floods in:headlines").out == ""
    with closing(open_archive(path)) as archive:
        compare_with_index(archive)
    content = path.read_bytes()
    assert b"until Friday" not in content
    assert "\ue000enflood".encode() not in content


def test_index_of_a_part_and_of_joined_archives_is_whole(run: Run, path: Path, tmp_path: Path) -> None:
    part, other = tmp_path / "part.db", tmp_path / "other.db"
    assert run("export", "brücke", "-o", part).code == ExitCode.DONE
    filled(other, [article("new", "Tunnels", "Two tunnels open.", language="en")]).close()
    assert run("merge", part, "--archive", other).code == ExitCode.DONE
    for archive in (part, other):
        assert "Fähre fährt wieder" in run("search", "Brücke", "--archive", archive).out
        assert "Bridges!" in run("search", "bridges! in:headlines", "--archive", archive).out.replace("*", "")
        with closing(open_archive(archive)) as connection:
            compare_with_index(connection)
    assert "Tunnels" in run("search", "tunnel", "--archive", other).out


def test_terminal_shows_headlines_in_bold(path: Path) -> None:
    assert "\x1b[1;33mfloods\x1b[0m" in on_terminal("search", "floods in:headlines", "--archive", path)


def test_reindex_mends_what_another_program_spoilt(run: Run, path: Path) -> None:
    with closing(sqlite3.connect(path)) as plain, plain:
        plain.execute("INSERT INTO articles_fts(articles_fts) VALUES ('rebuild')")  # knows no forms
    assert run("search", "brücke").out == ""
    assert "2 articles indexed" in run("reindex").err
    assert "Fähre" in run("search", "brücke").out
    missing = run("reindex", "--archive", path.with_name("none.db"))
    assert (missing.code, missing.err.count("\n")) == (ExitCode.FAILED, 1)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("command", [["reindex"], ["export", "--format", "sqlite", "--output", "part.db"]])
def test_signal_while_texts_are_indexed_interrupts(
    run: Run,
    path: Path,
    command: list[str],
    number: signal.Signals,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def indexed(text: str | None) -> str | None:
        signal.raise_signal(number)
        return text

    monkeypatch.chdir(path.parent)
    monkeypatch.setattr("db.searching.index.indexed_words", indexed)
    result = run(*command)

    assert (result.code, result.err.strip()) == (ExitCode.INTERRUPTED, "archiver: interrupted")
    monkeypatch.undo()
    with closing(open_archive(path)) as archive:
        compare_with_index(archive)
    assert not path.with_name("part.db").exists()
