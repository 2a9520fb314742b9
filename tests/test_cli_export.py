"""archiver export: datasets of the archive."""

import csv
import json
import os
from pathlib import Path

import pytest
from archives import FLOOD, article, crawl, filled, link, visit
from commands import Run, first_lines, run_apart, runner

from db.connection import open_archive
from db.store import record_visit

DAM = article("dam", "=Minister visits the dam", "The minister spoke of the bridge.", language="fr")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Return an archive of two stories, of which the first shows the second."""
    path = tmp_path / "archive.db"
    connection = open_archive(path)
    crawl_id = crawl(connection)
    record_visit(connection, crawl_id, visit(FLOOD, [link("dam", "Minister at the dam")]))
    record_visit(connection, crawl_id, visit(DAM))
    connection.close()
    return path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


def rows_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_articles_come_as_json_lines_on_standard_output(run: Run, archive: Path) -> None:
    result = run("export", "-a", archive)

    assert [row["headline"] for row in rows_of(result.out)] == [FLOOD.headline, DAM.headline]
    assert rows_of(result.out)[0]["body"] == FLOOD.body
    assert result.err == ""


@pytest.mark.parametrize("options", [["--lang", "fr"], ["minister"], ["bridge", "-l", "fr"]])
def test_words_and_filters_choose_articles(run: Run, archive: Path, options: list[str]) -> None:
    assert [row["id"] for row in rows_of(run("export", "-a", archive, *options).out)] == [2]


@pytest.mark.parametrize("options", [["--format", "csv", "-o", "articles.txt"], ["-o", "articles.csv"]])
def test_csv_by_option_or_by_the_ending_of_the_file(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch, options: list[str]
) -> None:
    monkeypatch.chdir(archive.parent)

    result = run("export", "-a", archive, *options)

    with Path(options[-1]).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["headline"] for row in rows] == [FLOOD.headline, f"'{DAM.headline}"]
    assert rows[0]["authors"] == "Ann Lee; Zoë Müller"
    assert (result.out, result.err) == ("", f"2 articles written to {options[-1]}\n")


def test_links_are_a_dataset_of_their_own(run: Run, archive: Path) -> None:
    (row,) = rows_of(run("export", "--what", "links", "-a", archive).out)

    assert (row["page_url"], row["target_url"]) == (FLOOD.url, DAM.url)
    assert (row["headline"], row["kind"], row["block"]) == ("Minister at the dam", "related", "Read also")


def test_words_do_not_choose_links(run: Run, archive: Path) -> None:
    result = run("export", "flood", "--what", "links", "-a", archive)

    assert result.code == 2
    assert result.err.startswith("archiver: WORDS choose articles, not links")


def test_file_may_have_a_name_that_is_no_utf8(run: Run, archive: Path, tmp_path: Path) -> None:
    target = tmp_path / os.fsdecode(b"o\xff.db")
    for _ in range(2):  # the second knows it by its manifest
        result = run("export", "-a", archive, "-o", target)
        assert (result.code, result.err.startswith("2 articles written to ")) == (0, True), result.err
    words = os.fsdecode(b"bridge \xff")
    noted = run("export", words, "-a", archive, "--since-last", "x", "-o", target.with_suffix(".csv"))
    assert (noted.code, noted.err.startswith("2 articles written to ")) == (0, True), noted.err


def test_target_that_cannot_be_written_is_named(run: Run, archive: Path, tmp_path: Path) -> None:
    result = run("export", "-a", archive, "-o", tmp_path / "nowhere" / "articles.jsonl")

    assert result.code == 1
    assert result.err.startswith(f"archiver: {tmp_path}/nowhere/articles.jsonl cannot be written")


def test_only_articles_with_a_raw_page_are_said_to_be_written(
    run: Run, archive: Path, tmp_path: Path
) -> None:
    result = run("export", "-a", archive, "-o", tmp_path / "news.wacz")

    assert result.err == (
        f"0 articles written to {tmp_path}/news.wacz\n2 articles without a raw page: not in it\n"
    )


def test_file_is_not_written_where_a_folder_is_named(run: Run, archive: Path, tmp_path: Path) -> None:
    result = run("export", "-a", archive, "-o", f"{tmp_path}/notes/")

    assert (result.code, result.err) == (
        1,
        f"archiver: {tmp_path}/notes/ is a folder: name a file to write to\n",
    )
    assert not (tmp_path / "notes").exists()


def test_output_is_utf8_whatever_the_locale(archive: Path) -> None:
    assert "Zoë Müller" in run_apart("export", "-a", archive, PYTHONIOENCODING="latin-1").out


def test_standard_output_may_be_named_by_its_path(archive: Path) -> None:
    result = run_apart("export", "-a", archive, "-o", "/dev/stdout")

    assert (len(rows_of(result.out)), result.err) == (2, "2 articles written to /dev/stdout\n")


def test_reader_that_goes_away_ends_it_quietly(tmp_path: Path) -> None:
    body = "The river rose by two metres. " * 400
    filled(tmp_path / "long.db", (article(f"{n}", f"Story {n}", f"{n} {body}") for n in range(60))).close()

    result = first_lines(1, "export", "-a", tmp_path / "long.db")

    assert json.loads(result.out)["headline"] == "Story 0"
    assert (result.code, result.err) == (0, "")


@pytest.mark.parametrize("what", ["articles", "links"])
def test_archive_is_not_overwritten_by_its_own_export(
    run: Run, archive: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.chdir(archive.parent)
    before = archive.read_bytes()

    result = run("export", "-a", archive, "-o", archive.name, "--what", what)

    assert (result.code, result.out) == (1, "")
    assert result.err == "archiver: archive.db belongs to the archive: name another file to write to\n"
    assert archive.read_bytes() == before
