"""Plain Datasette shows an archive with labels, facets, descriptions and search, by the metadata that is shipped."""

import html
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing, contextmanager
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import pytest
from commands import SECONDS, run_apart
from conftest import crawl_of
from rooms import Room, crawl_both_editions

from db.connection import read_archive

pytestmark = pytest.mark.skipif(
    find_spec("datasette") is None, reason="needs datasette (pip install 'news-archiver[dev]')"
)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, fresh_processes: ProcessPoolExecutor) -> Path:
    """Make an archive of both editions of the sample newspaper."""
    path = tmp_path_factory.mktemp("datasette") / "harbour.db"
    crawl_both_editions(crawl_of(fresh_processes, path))
    return path


@pytest.fixture(scope="module")
def metadata(archive: Path) -> Path:
    """Write the metadata as a user does."""
    path = archive.with_name("metadata.json")
    path.write_text(run_apart("serve", "--archive", archive, "--datasette").out, "utf-8")
    return path


@pytest.fixture(scope="module")
def datasette(archive: Path, metadata: Path) -> Iterator[Room]:
    with running(archive, "--metadata", str(metadata)) as datasette:
        yield datasette


@contextmanager
def running(archive: Path, *options: str) -> Iterator[Room]:
    """Run Datasette at a free port until the end."""
    command = [sys.executable, "-m", "datasette", str(archive), "--port", "0", *options]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        assert process.stderr is not None
        try:
            said = iter(process.stderr.readline, "")
            address = next(found[0] for line in said if (found := re.search(r"http://[\d.]+:\d+", line)))
            yield Room(address)
        finally:
            process.terminate()
            process.communicate(timeout=SECONDS)


def names(archive: Path) -> list[str]:
    """Return the tables and views of an archive, without the inner tables of its indexes."""
    with closing(read_archive(archive)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type IN ('table', 'view')")
        return [name for (name,) in rows if not re.search(r"_fts_\w+$", name)]


def described(metadata: Path) -> dict[str, dict[str, object]]:
    found: dict[str, dict[str, object]] = json.loads(metadata.read_text())["databases"]["harbour"]["tables"]
    return found


def test_every_table_and_view_is_described_or_hidden(archive: Path, metadata: Path) -> None:
    about = described(metadata)

    assert set(names(archive)) - {"sqlite_stat1"} <= set(about)
    assert all(each.get("hidden") or each.get("description") for each in about.values())


def test_no_page_fails(archive: Path, datasette: Room) -> None:
    failed = []
    for place in ["/", "/harbour", *(f"/harbour/{name}" for name in names(archive))]:
        page = datasette.get(place)
        data = datasette.get(f"{place.rstrip('/') or '/-/databases'}.json")
        failed += [(place, reply.status) for reply in (page, data) if reply.status != 200]
        rows = re.findall(r'<td class="col-Link[^>]*><a href="([^"]+)"', page.text)
        failed += [(row, 0) for row in rows[:1] if datasette.get(html.unescape(row)).status != 200]

    assert not failed


def test_pages_say_what_tables_and_columns_are(datasette: Room, metadata: Path) -> None:
    shown = {name: about for name, about in described(metadata).items() if "description" in about}
    assert "Articles of news sites" in datasette.get("/").text
    for name, about in shown.items():
        page = html.unescape(datasette.get(f"/harbour/{name}").text)
        assert str(about["description"]) in page
        columns = about.get("columns", {})
        assert isinstance(columns, dict)
        assert all(text in page for text in columns.values())


def test_numbers_have_labels(datasette: Room) -> None:
    articles = html.unescape(datasette.get("/harbour/articles").text)
    captures = html.unescape(datasette.get("/harbour/captures").text)
    links = html.unescape(datasette.get("/harbour/related_links").text)

    assert re.search(r'<a href="/harbour/sources/1">127\.0\.0\.1:\d+</a>', articles)
    assert re.search(r'<a href="/harbour/crawls/\d+">\d{4}-\d\d-\d\dT', captures)
    assert re.search(r'<a href="/harbour/pages/\d+">http', links)


@pytest.mark.parametrize(
    ("table", "facets"),
    [
        ("articles", ("source_id", "language", "section")),
        ("changes", ("kind", "source")),
        ("pages", ("outcome",)),
    ],
)
def test_facets_are_counted_and_lead_to_rows(datasette: Room, table: str, facets: tuple[str, ...]) -> None:
    found = datasette.get(f"/harbour/{table}.json").data["facet_results"]

    for facet in facets:
        first = found[facet]["results"][0]
        place = first["toggle_url"].partition("/harbour")[2]
        rows = datasette.get(f"/harbour{place}").data
        assert rows["filtered_table_rows_count"] == first["count"] > 0


@pytest.mark.parametrize(("table", "words"), [("articles", "seagrass divers"), ("related_links", "bridge")])
def test_search_box_finds(datasette: Room, table: str, words: str) -> None:
    box = datasette.get(f"/harbour/{table}").text
    found = datasette.get(f"/harbour/{table}.json?_search={quote(words)}&_shape=objects").data

    assert 'name="_search"' in box
    assert found["rows"]
    assert all(words.split(maxsplit=1)[0] in json.dumps(row).lower() for row in found["rows"])
    # Words that mean something to FTS5 are no error.
    assert datasette.get(f"/harbour/{table}?_search={quote('AND (b* NEAR')}").status == 200


def test_tables_of_the_archive_itself_are_out_of_the_way(datasette: Room) -> None:
    hidden = {table["name"] for table in datasette.get("/harbour.json").data["tables"] if table["hidden"]}

    assert {"fingerprints", "change_log", "_sqlite_migrations", "articles_fts", "clusters"} <= hidden


def test_it_works_without_metadata_too(archive: Path) -> None:
    with running(archive) as datasette:
        assert {datasette.get(f"/harbour/{name}").status for name in names(archive)} == {200}
        assert datasette.get("/harbour/articles/1").status == 200
