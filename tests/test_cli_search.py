"""archiver search: what it finds, how it looks, and how soon it starts."""

import json
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from archives import FLOOD, article, filled
from commands import Run, on_terminal, run_apart, runner

from archiver.spans import span

STORIES = (
    article(
        "dam",
        "Minister visits the dam",
        "The minister spoke of the bridge in passing, and of the dam at length.",
        date_published=datetime(2026, 10, 31, 23, 59, tzinfo=UTC),
        language="en",
    ),
    FLOOD,
    article(
        "daech",
        "La France juge sincère l’ouverture russe",
        "Le président Poutine doit se concentrer contre Daech, a dit AT&T.",
        authors=("Zoë Müller",),
        date_published=datetime(2026, 11, 20, 7, 40, tzinfo=UTC),
        language="fr",
    ),
)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive of three stories."""
    path = tmp_path / "archive.db"
    filled(path, STORIES).close()
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def test_best_match_comes_first_with_id_date_source_headline_and_marked_snippet(
    run: Run, archive: Path
) -> None:
    result = run("search", "bridge", "--archive", archive)

    lines = result.out.splitlines()
    assert lines[:4] == [
        "   2  Flood closes the old bridge",
        "      2026-11-19 · news.example · en · Ann Lee, Zoë Müller",
        "      The river rose by two metres. Nobody may cross until Friday.",
        "      https://news.example/flood",
    ]
    assert lines[5] == "   1  Minister visits the dam"
    assert "of the *bridge* in passing" in lines[7]
    assert (result.code, result.err) == (0, "")


def test_words_are_found_without_accents_and_case(run: Run, archive: Path) -> None:
    assert "sincère" in run("search", "POUTINE", "president", "-a", archive).out


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--lang", "fr"], [3]),
        (["--author", "zoe"], [2, 3]),
        (["--since", "2026-11"], [2, 3]),
        (["--until", "2026-10-31"], [1]),
        (["--until", "2026-10-30"], []),
        (["--since", "2026-11-20", "--until", "2026-11-20"], [3]),
        (["--source", "example"], [1, 2, 3]),
        (["--limit", "1"], [2]),
    ],
)
def test_filters_choose_articles(run: Run, archive: Path, options: list[str], ids: list[int]) -> None:
    result = run("search", "minister OR flood OR poutine", "--json", "-a", archive, *options)

    found = [json.loads(line)["article_id"] for line in result.out.splitlines()]
    if "--limit" in options:
        assert len(found) == 1
    else:
        assert sorted(found) == ids


def test_json_is_one_object_a_line(run: Run, archive: Path) -> None:
    (line,) = run("search", "daech", "--json", "-a", archive).out.splitlines()

    hit = json.loads(line)
    assert hit["headline"] == "La France juge sincère l’ouverture russe"
    assert hit["date_published"] == "2026-11-20T07:40:00Z"
    assert hit["authors"] == ["Zoë Müller"]
    assert "contre *Daech*" in hit["snippet"]


@pytest.mark.parametrize("words", ["AT&T", '"at&t', "l’ouverture russe", "daech*", "NEAR( OR poutine"])
def test_queries_that_sqlite_could_not_read_work_as_words(run: Run, archive: Path, words: str) -> None:
    assert "La France" in run("search", words, "-a", archive).out


@pytest.mark.parametrize(
    ("arguments", "ids"),
    [
        (["minister", "OR", "flood", "-love"], [1, 2]),
        (["minister", "OR", "flood", "-summer", "-n1"], [1]),
        (["bridge", "-dam", "-l", "en"], [2]),
        (["-passing", "--lang", "en", "bridge"], [2]),
        (["bridge", "-headline:flood"], [1]),
        (["bridge", '-"dam at length"'], [2]),
        (["bridge", "--", "-dam"], [2]),
    ],
)
def test_word_with_a_minus_is_left_out_and_no_option(
    run: Run, archive: Path, arguments: list[str], ids: list[int]
) -> None:
    result = run("search", "--json", "-a", archive, *arguments)

    assert sorted(json.loads(line)["article_id"] for line in result.out.splitlines()) == ids


def test_word_with_a_minus_is_left_out_of_exports_and_watches(run: Run, archive: Path) -> None:
    (line,) = run("export", "bridge", "-dam", "-a", archive).out.splitlines()
    assert json.loads(line)["url"] == FLOOD.url
    assert "watching for bridge -dam" in run("watch", "add", "b", "bridge", "-dam", "-a", archive).err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["-x"], "no such option '-x'"),
        (["--limit"], "'--limit' requires an argument"),
        (["-n", "-x"], "'-x'"),
    ],
)
def test_wrong_option_is_no_word(run: Run, archive: Path, options: list[str], message: str) -> None:
    result = run("search", "bridge", "-a", archive, *options)

    assert (result.code, message in result.err) == (2, True)


def test_nothing_found_is_said_and_is_no_failure(run: Run, archive: Path) -> None:
    result = run("search", "submarine", "-a", archive)

    assert (result.code, result.out) == (0, "")
    assert result.err.startswith("No article matches. Fewer words")


def test_empty_archive_says_that_it_is_empty(run: Run, tmp_path: Path) -> None:
    filled(tmp_path / "new.db", []).close()
    result = run("search", "bridge", "--lang", "en", "-a", tmp_path / "new.db")

    assert (result.code, result.out) == (0, "")
    assert (
        result.err == "No article matches: the archive has none yet. `archiver crawl ADDRESS` brings some.\n"
    )


@pytest.mark.parametrize("code", ["german", "en,de", "%", "e"])
def test_what_is_no_code_of_a_language_is_refused(run: Run, archive: Path, code: str) -> None:
    result = run("search", "flood", "--lang", code, "-a", archive)

    assert (result.code, result.err.count("\n")) == (2, 1)
    assert f"{code!r} is no code of a language: give one such as en" in result.err


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("xx", "The archive has no article in xx.\n"),
        ("en-GB", "--lang en also finds articles whose pages do not say that they are in en-GB.\n"),
        ("fr", "fewer filters find more.\n"),
    ],
)
def test_choice_of_a_language_that_finds_nothing_is_explained(
    run: Run, archive: Path, code: str, told: str
) -> None:
    assert run("search", "flood", "--lang", code, "-a", archive).err.endswith(told)


def test_unknown_source_is_named_with_those_there_are(run: Run, archive: Path) -> None:
    result = run("search", "flood", "--source", "other.example", "-a", archive)

    assert result.code == 2
    assert result.err == "archiver: the archive has no source 'other.example'; it has news.example\n"


def test_terminal_shows_matches_in_bold_and_wraps_words(archive: Path) -> None:
    screen = on_terminal("search", "poutine", "-a", archive, columns=50)

    assert "\x1b[1;33mPoutine\x1b[0m" in screen
    assert "*Poutine*" not in screen
    assert "\n      Le président" in re.sub(r"\x1b\[[0-9;]*m", "", screen)
    assert "archiver show 3" in screen


def test_more_is_promised_only_where_there_is_more(archive: Path, run: Run) -> None:
    query = "minister OR flood OR poutine"
    assert "3 articles; read one" in on_terminal("search", query, "-n", 3, "-a", archive)
    assert "2 articles (--limit shows more); read one" in on_terminal("search", query, "-n", 2, "-a", archive)
    assert len(run("search", query, "-n", 2, "--json", "-a", archive).out.splitlines()) == 2
    counted = ("search", query, "--count-by", "day", "-a", archive)
    assert run(*counted, "-n", 3).out.endswith("\n3 articles in all\n")
    assert run(*counted, "-n", 2).out.endswith("\n3 articles in all; 1 row more (--limit shows more)\n")


def test_archive_is_taken_from_the_environment(archive: Path, tmp_path: Path) -> None:
    result = run_apart("search", "flood", folder=tmp_path.parent, ARCHIVER_ARCHIVE=str(archive))

    assert "Flood closes the old bridge" in result.out


def test_letters_that_the_locale_lacks_are_no_error(archive: Path) -> None:
    plain = run_apart("search", "poutine", "-a", archive, PYTHONIOENCODING="ascii")
    parsed = run_apart("search", "poutine", "--json", "-a", archive, PYTHONIOENCODING="ascii")

    assert "La France juge sinc?re" in plain.out
    assert json.loads(parsed.out)["headline"].startswith("La France juge sincère")


def test_search_does_not_wait_for_the_crawler_or_the_parsers(archive: Path) -> None:
    code = (
        "import sys; from archiver.cli import main; main(sys.argv[1:]);"
        "print(*(name for name in ('scrapy', 'twisted', 'lxml', 'pydantic') if name in sys.modules))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, "search", "flood", "-a", str(archive)],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "Flood closes" in done.stdout
    assert done.stdout.splitlines()[-1] == ""


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-01-31", "2026-01-31", "2026-02-01"),
        ("2026-02", "2026-02-01", "2026-03-01"),
        ("2026-12", "2026-12-01", "2027-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("today", "2026-11-23", "2026-11-24"),
        ("Yesterday", "2026-11-22", "2026-11-23"),
        ("7d", "2026-11-16", "2026-11-17"),
    ],
)
def test_dates_are_read_as_people_write_them(text: str, start: str, end: str) -> None:
    found = span(text, datetime(2026, 11, 23, 7, 40, tzinfo=UTC))

    assert (found.start.isoformat(), found.end.isoformat()) == (
        f"{start}T00:00:00+00:00",
        f"{end}T00:00:00+00:00",
    )


@pytest.mark.parametrize("text", ["9999-12-31", "9999-12", "9999"])
def test_end_of_the_calendar_is_a_date(run: Run, archive: Path, text: str) -> None:
    assert "Flood closes" in run("search", "flood", "--until", text, "-a", archive).out
    assert run("search", "flood", "--since", text, "-a", archive).code == 0


@pytest.mark.parametrize(
    "text", ["2026-13", "2026-02-30", "tomorrow", "", "9999999d", "999999d", "0000", "31.1.2026"]
)
def test_other_dates_are_refused_with_the_forms_there_are(run: Run, archive: Path, text: str) -> None:
    result = run("search", "flood", "--since", text, "-a", archive)

    assert result.code == 2
    assert result.err.startswith("archiver: invalid value for '--since'")
    assert "give 2026-01-31" in result.err
    assert result.err.count("\n") == 1
