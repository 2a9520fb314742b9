"""Exports are opened by the programs that they are for, and hold there what the archive holds."""

import json
import shutil
import sqlite3
import subprocess
import unicodedata
import zipfile
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from archives import DAY, FLOOD, NOON, article, compare_with_index, crawl, link, one, response, visit
from commands import runner
from markdown_it import MarkdownIt

from archiver.errors import ExportError
from archiver.items import Article, Image, Outcome
from db.connection import open_archive, read_archive
from db.export import ARTICLE_COLUMNS, Form, Request, What, export
from db.export.cdxj import sort_key
from db.export.markdown import LONGEST_NAME, file_name, plain
from db.export.subset import COPIED, LEFT_OUT
from db.export.targets import manifest_of
from db.raw_pages.warc import WarcWriter
from db.raw_pages.warc_places import WarcPlace, warc_directory
from db.searching.filters import Filters
from db.searching.forms import rules
from db.searching.search import search
from db.store import Kept, record_visit

NEEDS = "needs it: pip install -e '.[dev]'"
HEADLINE = 'A <script>alert(1)</script> & “quotes”, 中国 "x"\u2028 next'
MILL = article(
    "mill",
    HEADLINE,
    "# Not a heading\n\n* no list, _no_ emphasis [no](link) `code` &lt;b&gt;\n\n1. no <b>list</b>\n\n---",
    language="fr",
    authors=("=cmd",),
    date_published=NOON,
    images=(Image(url="https://news.example/1.jpg", caption='"A" \u2029'),),
    keywords=("a, b", "c"),
)
COPY = replace(FLOOD, url="https://other.example/flood")
STORIES = (FLOOD, MILL, COPY, article("bare", "", ""))


def fill(path: Path) -> None:
    """Make an archive of four articles and six links, with raw pages; the first article has changed once."""
    with closing(open_archive(path)) as archive, WarcWriter(warc_directory(path), 1) as warc:
        crawl_id = crawl(archive)

        def record(story: Article, **fields: Any) -> None:
            body = f"<html>{fields.get('fetched')}{story.headline}{story.body}</html>".encode()
            made = visit(story, [link("dam", "Dam"), link("dam", "Dam again", 1)], **fields)
            made = replace(made, response=response(body))
            assert made.response is not None
            place = warc.append(made.url, made.fetched, made.response)
            record_visit(archive, crawl_id, made, Kept(place))

        for story in STORIES:
            if story is COPY:
                record(story, source="https://other.example/")
            else:
                record(story)
        record(
            replace(FLOOD, headline="The old bridge is open"),
            outcome=Outcome.CHANGED,
            article_id=1,
            fetched=NOON + DAY,
        )
        text_only = visit(None, [link("", "Text only")], url="https://news.example/front")
        record_visit(archive, crawl_id, text_only)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("forms") / "archive.db"
    fill(path)
    return path


def write(path: Path, target: Path, form: Form, **request: Any) -> Path:
    export(path, Request(form=form, **request), target)
    return target


def manifest(target: Path) -> dict[str, Any]:
    file = target / "manifest.json" if target.is_dir() else manifest_of(target)
    found: dict[str, Any] = json.loads(file.read_text("utf-8"))
    return found


def as_jsonl(path: Path, folder: Path, **request: Any) -> list[dict[str, Any]]:
    file = write(path, folder / "rows.jsonl", Form.JSONL, **request)
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.mark.parametrize(
    ("form", "what"),
    [
        *((form, What.ARTICLES) for form in Form if form is not Form.GRAPHML),
        (Form.GRAPHML, What.LINKS),
        (Form.PARQUET, What.LINKS),
    ],
)
def test_same_archive_and_command_give_the_same_bytes_and_true_checksums(
    path: Path, tmp_path: Path, form: Form, what: What
) -> None:
    if form in (Form.PARQUET, Form.DATASET):
        pytest.importorskip("pyarrow", reason=NEEDS)
    found = []
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        target = write(path, tmp_path / folder / "out", form, what=what)
        files = [file for file in sorted((tmp_path / folder).rglob("*")) if file.is_file()]
        found.append([(file.relative_to(tmp_path / folder), file.read_bytes()) for file in files])
        said = manifest(target)
        for file in said["files"]:
            content = (target / file["path"] if target.is_dir() else target).read_bytes()
            assert (file["sha256"], file["bytes"]) == (sha256(content).hexdigest(), len(content))
        with closing(read_archive(path)) as archive:
            counted = "articles" if what is What.ARTICLES else "related_links"
            where = "target_id NOT NULL" if form is Form.GRAPHML else "TRUE"
            assert said["rows"] == one(archive, f"SELECT count(*) FROM {counted} WHERE {where}")
            assert said["rows"]
    assert found[0] == found[1]


def test_packed_lines_repeat_and_unpack(path: Path, tmp_path: Path) -> None:
    plain_file = write(path, tmp_path / "a.jsonl", Form.JSONL)
    first = write(path, tmp_path / "a.jsonl.gz", Form.JSONL).read_bytes()
    second = write(path, tmp_path / "b.jsonl.gz", Form.JSONL).read_bytes()
    assert first == second
    assert subprocess.run(["gzip", "-dc"], input=first, capture_output=True, check=True).stdout == (
        plain_file.read_bytes()
    )


def test_parquet_has_types_and_the_same_rows(path: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason=NEEDS)
    from pyarrow import parquet  # noqa: PLC0415 - an extra

    file = parquet.ParquetFile(write(path, tmp_path / "out.parquet", Form.PARQUET))

    types = {field.name: str(field.type) for field in file.schema_arrow}
    assert tuple(types) == ARTICLE_COLUMNS
    assert types["date_published"] == types["first_seen"] == "timestamp[us, tz=UTC]"
    assert types["authors"].startswith("list<")
    assert types["images"].startswith("list<")
    assert (types["id"], types["revision"], types["body"]) == ("int64", "int32", "string")
    assert file.metadata.row_group(0).column(0).compression == "ZSTD"
    rows = json.loads(json.dumps(file.read().to_pylist(), default=lambda time: f"{time:%Y-%m-%dT%H:%M:%SZ}"))
    assert rows == as_jsonl(path, tmp_path)


def test_parquet_is_read_by_duckdb_and_pandas(path: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason=NEEDS)
    file = write(path, tmp_path / "out.parquet", Form.PARQUET)
    duckdb = pytest.importorskip("duckdb", reason=NEEDS)
    found = duckdb.sql(
        f"SELECT headline, authors[1] FROM '{file}' WHERE date_published >= '2026-11-20'"
    ).fetchall()
    assert found == [(HEADLINE, "=cmd")]
    pandas = pytest.importorskip("pandas", reason=NEEDS)
    frame = pandas.read_parquet(file)
    assert str(frame["date_published"].dt.tz) == "UTC"
    assert list(frame["headline"])[1] == HEADLINE
    csv_file = write(path, tmp_path / "out.csv", Form.CSV, raw=True)
    assert list(pandas.read_csv(csv_file, keep_default_na=False)["body"])[1] == MILL.body


def test_row_groups_are_bounded_by_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pyarrow", reason=NEEDS)
    from pyarrow import parquet  # noqa: PLC0415

    monkeypatch.setattr("db.export.parquet.GROUP_BYTES", 50_000)
    monkeypatch.setattr("db.export.parquet.BATCH_BYTES", 10_000)
    monkeypatch.setattr("db.export.parquet.ParquetRows.__init__.__defaults__", (50_000,), raising=False)
    path = tmp_path / "long.db"
    with closing(open_archive(path)) as archive:
        crawl_id = crawl(archive)
        for number in range(60):
            record_visit(archive, crawl_id, visit(article(str(number), str(number), f"{number} " * 2000)))
    file = parquet.ParquetFile(write(path, tmp_path / "out.parquet", Form.PARQUET))
    assert file.metadata.num_row_groups > 1
    assert file.read(["id"])["id"].to_pylist() == list(range(1, 61))


def test_parquet_without_pyarrow_names_the_extra(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(ExportError, match=r"pip install 'news-archiver\[parquet\]'"):
        write(path, tmp_path / "out.parquet", Form.PARQUET)
    assert list(tmp_path.iterdir()) == []


def test_dataset_is_loaded_with_its_splits_and_near_duplicates_stay_together(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow", reason=NEEDS)
    datasets = pytest.importorskip("datasets", reason=NEEDS)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    folder = write(path, tmp_path / "news", Form.DATASET, splits=(40, 30, 30))

    loaded = datasets.load_dataset(str(folder), cache_dir=str(tmp_path / "cache"))

    assert {name: len(rows) for name, rows in loaded.items()} == manifest(folder)["splits"]
    assert sorted(row["id"] for rows in loaded.values() for row in rows) == [1, 2, 3, 4]
    where = {row["id"]: name for name, rows in loaded.items() for row in rows}
    assert where[1] == where[3]  # the same text at two addresses
    card = (folder / "README.md").read_text("utf-8")
    for said in ("4 articles, published from 2026-11-19 to 2026-11-20", "3 groups", "| news.example | 3 |"):
        assert said in card
    yaml = pytest.importorskip("yaml", reason=NEEDS)
    head = yaml.safe_load(card.split("---\n")[1])
    assert (head["language"], head["license"], head["size_categories"]) == (["en", "fr"], "other", ["n<1K"])


def test_near_copies_stay_in_one_split_for_good(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason=NEEDS)
    path = tmp_path / "archive.db"
    texts = [
        " ".join(f"{name}{number}" for number in range(80)) for name in ("flood", "ferry", "mill", "dam")
    ]
    with closing(open_archive(path)) as archive:
        crawl_id = crawl(archive)
        for number, text in enumerate(texts):
            record_visit(archive, crawl_id, visit(article(f"{number}", f"Story {number}", text)))
        before = _splits(write(path, tmp_path / "one", Form.DATASET, splits=(34, 33, 33)))
        for number, text in enumerate(texts):
            copy = article(f"copy-{number}", f"Copy {number}", f"Just in: {text[:-20]} end.")
            record_visit(archive, crawl_id, visit(copy))
    folder = write(path, tmp_path / "two", Form.DATASET, splits=(34, 33, 33))
    after = _splits(folder)

    assert len(set(before.values())) > 1
    assert {number: after[number] for number in before} == before
    assert {number + 4: split for number, split in before.items()} == {
        number: split for number, split in after.items() if number > 4
    }
    assert "fall into 4 groups" in (folder / "README.md").read_text()
    assert "not_compared" not in manifest(folder)
    with closing(open_archive(path)) as archive, archive:
        archive.execute("DELETE FROM fingerprints WHERE article_id = 1")
    assert manifest(write(path, tmp_path / "two", Form.DATASET))["not_compared"] == 1
    only_first = write(path, tmp_path / "three", Form.DATASET, filters=Filters(distinct=True))
    assert sorted(_splits(only_first)) == [1, 2, 3, 4]


def _splits(folder: Path) -> dict[int, str]:
    from pyarrow import parquet  # noqa: PLC0415

    return {
        number: file.name.partition("-")[0]
        for file in (folder / "data").iterdir()
        for number in parquet.read_table(file)["id"].to_pylist()
    }


def test_part_of_an_archive_keeps_what_is_known_of_copies(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "archive.db"
    text = " ".join(f"word{number}" for number in range(80))
    with closing(open_archive(path)) as archive:
        crawl_id = crawl(archive)
        for number in range(3):
            story = article(
                f"{number}", f"Story {number}", f"{text} {number}", language="en" if number else "fr"
            )
            record_visit(archive, crawl_id, visit(story))
    part = write(path, tmp_path / "part.db", Form.SQLITE, filters=Filters(language="en"))

    told = json.loads(runner(capsys)("duplicates", "--json", "-a", part).out)
    assert (told["id"], [member["article_id"] for member in told["members"]]) == (1, [2, 3])
    with closing(open_archive(part)) as archive:
        record_visit(archive, crawl(archive), visit(article("9", "Again", text)))
        assert one(archive, "SELECT count(*) FROM cluster_members WHERE cluster_id = 1") == 3
        assert archive.execute("PRAGMA foreign_key_check").fetchall() == []


def test_dataset_of_nothing_is_a_table_without_rows(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("pyarrow", reason=NEEDS)
    from pyarrow import parquet  # noqa: PLC0415

    folder = write(path, tmp_path / "news", Form.DATASET, filters=Filters(author="nobody"))
    (file,) = (folder / "data").iterdir()
    assert parquet.read_table(file).num_rows == 0
    assert "No articles." in (folder / "README.md").read_text()
    datasets = pytest.importorskip("datasets", reason=NEEDS)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    cache = str(tmp_path / "cache")
    loaded = datasets.load_dataset(str(folder), cache_dir=cache, streaming=True)["train"]
    assert (list(loaded), tuple(loaded.features)) == ([], ARTICLE_COLUMNS)


def test_markdown_shows_the_text_and_tells_of_it_in_front(path: Path, tmp_path: Path) -> None:
    yaml = pytest.importorskip("yaml", reason=NEEDS)
    folder = write(path, tmp_path / "notes", Form.MARKDOWN)

    assert sorted(file.name for file in folder.iterdir()) == [
        "2026-11",
        "SHA256SUMS",
        "manifest.json",
        "undated",
    ]
    (file,) = folder.glob("*/*-2.md")
    _, head, text = file.read_text("utf-8").split("---\n", 2)
    about = yaml.safe_load(head)
    assert (about["title"], about["authors"], about["keywords"]) == (HEADLINE, ["=cmd"], ["a, b", "c"])
    assert about["images"][0]["caption"] == '"A" \u2029'
    tokens = MarkdownIt().parse(text)
    shown = [
        "".join(part.content for part in token.children or []) for token in tokens if token.type == "inline"
    ]
    assert shown == [" ".join(HEADLINE.split()), *MILL.body.split("\n\n")]
    assert [token.type for token in tokens if token.type.endswith("_open")] == [
        "heading_open",
        *["paragraph_open"] * 4,
    ]
    subprocess.run(["sha256sum", "-c", "--quiet", "SHA256SUMS"], cwd=folder, check=True)


@pytest.mark.parametrize(
    "text",
    ["+ a", "- a", "> a", "~~~", "===", "2) a", "| a | b |", "a\\", "    code", "a *b* __c__", "<http://x>"],
)
def test_markdown_leaves_no_markup_in_a_text(text: str) -> None:
    tokens = MarkdownIt("gfm-like", {"linkify": False}).parse(f"before\n\n{plain(text)}\n")
    assert [token.type for token in tokens] == ["paragraph_open", "inline", "paragraph_close"] * 2
    assert {part.type for part in tokens[4].children or []} == {"text"}
    assert "".join(part.content for part in tokens[4].children or []) == text.strip()


@pytest.mark.parametrize(
    "headline",
    [
        "../../etc/passwd",
        "..",
        "CON",
        "nul.txt",
        "a" * 300,
        "頭" * 300,
        "é" * 150 + "🙂",
        "🙂🏳️‍🌈",
        "ends with a dot.",
        " spaces ",
        'a/b\\c:d*e?f"g<h>i|j\0k\nl',
        "\u202etxt.exe",
        "",
        "e\u0301" * 200,
    ],
)
def test_file_name_is_safe_wherever_it_goes(headline: str) -> None:
    name = file_name(headline, 12)
    assert len(name.encode()) <= LONGEST_NAME == 200
    assert name.endswith("-12.md")
    stem = name.removesuffix(".md")
    assert all(character == "-" or unicodedata.category(character)[0] in "LNM" for character in stem)
    assert not stem.startswith("-")
    assert unicodedata.normalize("NFC", name) == name
    assert stem.upper() not in {"CON", "NUL", "AUX", "PRN"}


def test_names_that_differ_in_case_only_are_told_apart_by_the_number() -> None:
    assert file_name("Flood", 1).lower() != file_name("FLOOD", 2).lower()
    assert file_name("Flood 1", 2) != file_name("Flood", 12)


def test_graph_is_read_by_networkx(path: Path, tmp_path: Path) -> None:
    networkx = pytest.importorskip("networkx", reason=NEEDS)
    graph = networkx.read_graphml(write(path, tmp_path / "links.graphml", Form.GRAPHML, what=What.LINKS))

    assert graph.is_directed()
    assert graph.is_multigraph()  # each story shows the dam by two headlines
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (5, 8)
    dam = next(name for name, node in graph.nodes(data=True) if node["url"].endswith("/dam"))
    assert (graph.nodes[dam]["label"], graph.nodes[dam]["archived"]) == ("Dam", False)
    assert HEADLINE in [node["label"] for _, node in graph.nodes(data=True)]
    # What is no story, such as a front page, goes by its address.
    assert all(node["label"] for _, node in graph.nodes(data=True))
    assert {edge["headline"] for _, _, edge in graph.edges(data=True)} == {"Dam", "Dam again"}


def test_edges_as_a_table_make_the_same_graph(path: Path, tmp_path: Path) -> None:
    networkx = pytest.importorskip("networkx", reason=NEEDS)
    pandas = pytest.importorskip("pandas", reason=NEEDS)
    frame = pandas.read_csv(write(path, tmp_path / "links.csv", Form.CSV, what=What.LINKS))
    assert len(frame) == 9
    frame = frame.dropna(subset=["target_url"])
    graph = networkx.from_pandas_edgelist(frame, "page_url", "target_url", create_using=networkx.MultiDiGraph)
    assert (graph.number_of_nodes(), graph.number_of_edges()) == (5, 8)


def test_part_of_an_archive_is_an_archive(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    part = write(
        path, tmp_path / "part.db", Form.SQLITE, words="bridge", filters=Filters(source="news.example")
    )

    run = runner(capsys)
    assert "The old *bridge* is open" in run("search", "bridge", "-a", part).out.replace(
        "old bridge", "old *bridge*"
    )
    assert (
        run("show", "1", "-a", part).code
        == run("stats", "-a", part).code
        == run("verify", "-a", part).code
        == 0
    )
    with closing(sqlite3.connect(part)) as archive:
        assert archive.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert archive.execute("PRAGMA foreign_key_check").fetchall() == []
        assert archive.execute("SELECT id FROM articles").fetchall() == [(1,)]
        assert archive.execute("SELECT headline FROM revisions").fetchall() == [(FLOOD.headline,)]
        assert archive.execute("SELECT headline FROM related_links").fetchall() == [("Dam",), ("Dam again",)]
    with closing(open_archive(part)) as archive:  # it can be written to like any other
        record_visit(archive, crawl(archive), visit(article("new", "A new bridge", "Built.")))
        assert len(search(archive, "bridge")) == 2


@pytest.mark.parametrize("table", ["articles_fts", "headlines_fts"])
def test_index_of_a_whole_archive_is_copied(tmp_path: Path, table: str) -> None:
    path = tmp_path / "archive.db"
    with closing(open_archive(path)) as archive:
        for story in STORIES:  # each makes a part of the index of its own
            record_visit(archive, crawl(archive), visit(story, [link("dam", story.headline or "Dam")]))
    part = write(path, tmp_path / "part.db", Form.SQLITE)

    parts = [f"SELECT * FROM {table}_{name} ORDER BY 1, 2" for name in ("data", "idx", "docsize")]
    with closing(read_archive(path)) as archive, closing(open_archive(part)) as other:
        for sql in parts:
            assert list(map(tuple, other.execute(sql))) == list(map(tuple, archive.execute(sql)))
        compare_with_index(other)
        record_visit(
            other,
            crawl(other),
            visit(article("new", "A new bridge", "Built.", language="en"), [link("n", "Span")]),
        )
        compare_with_index(other)
        assert len(search(other, "bridges")) == 3


@pytest.mark.parametrize(
    ("damage", "request_"),
    [
        ("INSERT INTO articles_fts(articles_fts) VALUES ('delete-all')", {}),
        ("UPDATE articles_fts_data SET block = x'00'", {}),
        ("UPDATE _search_rules SET rules = 'of old'", {}),
        ("SELECT 1", {"filters": Filters(language="en")}),
    ],
    ids=["empty", "damaged", "old rules", "a part"],
)
def test_index_that_cannot_be_copied_is_made_anew(
    path: Path, tmp_path: Path, damage: str, request_: dict[str, Any]
) -> None:
    whole = tmp_path / "archive.db"
    shutil.copy(path, whole)
    with closing(sqlite3.connect(whole)) as archive, archive:
        archive.execute(damage)
    part = write(whole, tmp_path / "part.db", Form.SQLITE, **request_)

    with closing(open_archive(part)) as archive:
        compare_with_index(archive)
        assert one(archive, "SELECT rules FROM _search_rules") == rules()


def test_every_table_goes_with_a_part_or_is_left_out_on_purpose(path: Path) -> None:
    with closing(read_archive(path)) as archive:
        rows = archive.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' "
            "AND name NOT GLOB '*_fts_*'"
        )
        assert {row["name"] for row in rows} == COPIED.keys() | LEFT_OUT


def test_wacz_holds_every_version_and_names_the_latest(path: Path, tmp_path: Path) -> None:
    file = write(path, tmp_path / "news.wacz", Form.WACZ)

    with zipfile.ZipFile(file) as wacz:
        assert wacz.testzip() is None
        assert wacz.getinfo("archive/data.warc.gz").compress_type == zipfile.ZIP_STORED
        head, *pages = [json.loads(line) for line in wacz.read("pages/pages.jsonl").splitlines()]
        package = json.loads(wacz.read("datapackage.json"))
        for resource in package["resources"]:
            content = wacz.read(resource["path"])
            assert resource["hash"] == f"sha256:{sha256(content).hexdigest()}"
            assert resource["bytes"] == len(content)
        wacz.extractall(tmp_path)
    assert (head["format"], head["hasText"]) == ("json-pages-1.0", True)
    assert [page["ts"] for page in pages] == ["2026-11-21T12:00:00Z", *["2026-11-20T12:00:00Z"] * 3]
    assert pages[0]["title"] == "The old bridge is open"
    assert manifest(file)["pages"] == 4
    found = _index(
        subprocess.run(
            ["gzip", "-dc", tmp_path / "indexes" / "index.cdx.gz"], capture_output=True, check=True
        ).stdout
    )
    assert found == sorted(found, key=lambda entry: entry[:2])
    assert len(found) == 5
    # Each place that the index names is a whole record of that page.
    from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]  # noqa: PLC0415

    warc = (tmp_path / "archive" / "data.warc.gz").read_bytes()
    for _, _, entry in found:
        start = int(entry["offset"])
        member = warc[start : start + int(entry["length"])]
        record = next(iter(ArchiveIterator(__import__("io").BytesIO(member), check_digests="raise")))
        assert record.rec_headers.get_header("WARC-Target-URI") == entry["url"]
        assert record.content_stream().read().startswith(b"<html>")


def _index(text: bytes) -> list[tuple[str, str, dict[str, str]]]:
    lines = [line.split(" ", 2) for line in text.decode().splitlines()]
    return [(key, time, json.loads(fields)) for key, time, fields in lines]


def test_wacz_is_valid_to_the_programs_that_make_such_files(path: Path, tmp_path: Path) -> None:
    programs = [shutil.which(name) for name in ("wacz", "cdxj-indexer")]
    if None in programs:
        pytest.skip("wacz is not on the PATH: pip install wacz, in an environment of its own")
    file = write(path, tmp_path / "news.wacz", Form.WACZ)

    done = subprocess.run([programs[0], "validate", "-f", file], capture_output=True, text=True, check=False)  # type: ignore[list-item]
    assert "Validation succeeded" in done.stdout, done.stdout

    with zipfile.ZipFile(file) as wacz:
        wacz.extractall(tmp_path)
    ours = subprocess.run(
        ["gzip", "-dc", tmp_path / "indexes" / "index.cdx.gz"], capture_output=True, check=True
    )
    command = [programs[1], "--sort", tmp_path / "archive" / "data.warc.gz"]
    theirs = subprocess.run(command, capture_output=True, check=True)  # type: ignore[arg-type]
    assert _index(ours.stdout) == _index(theirs.stdout)


def test_wacz_tells_which_articles_have_no_raw_page(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    fill(path)
    (warc,) = warc_directory(path).iterdir()
    with closing(read_archive(path)) as archive:
        row = archive.execute("SELECT * FROM captures WHERE id = 2").fetchone()
    place = WarcPlace(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"])
    with warc.open("r+b") as file:
        file.seek(place.offset + 40)
        file.write(b"\xff" * 20)

    out = write(path, tmp_path / "news.wacz", Form.WACZ)

    assert (manifest(out)["rows"], manifest(out)["pages"], manifest(out)["without_page"]) == (4, 3, 1)


@pytest.mark.parametrize(
    ("url", "key"),
    [
        ("https://www.News.example:443/Path/?b=2&a=1", "example,news)/path?a=1&b=2"),
        ("http://news.example", "example,news)/"),
        ("http://127.0.0.1:8642/x.html", "1,0,0,127:8642)/x.html"),
        ("https://news.example:8443/", "example,news:8443)/"),
    ],
)
def test_index_sorts_addresses_as_others_do(url: str, key: str) -> None:
    assert sort_key(url) == key
