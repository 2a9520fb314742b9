"""archiver parse: the split of files, without archive."""

import bz2
import gzip
import json
import os
import quopri
import signal
import struct
import subprocess
import time
from pathlib import Path
from random import Random

import pytest
from commands import PROGRAM, Result, Run, first_lines, run_apart, runner
from misbehaving import HEADLINE, story

from archiver import settings

TEXT = """Dernière mise à jour à 08h40 le 20/11
Le ministre des Affaires étrangères a dit jeudi que la ville devait rassembler ses forces contre la crue.
Les ponts seront fermés jusqu'à vendredi, et les écoles resteront ouvertes, a indiqué la mairie dans la nuit.
Gros porteur chinois : le C919 quitte la ligne d'assemblage
"""
TAR = "holds no page: it is a tar file: unpack it first"
TABLE = "holds no page: it is a table (CSV): give every page a file of its own"
# As browsers save a page in a single file.
MHTML = b"""From: <Saved by Blink>
Snapshot-Content-Location: https://news.example/flood
Subject: Flood
MIME-Version: 1.0
Content-Type: multipart/related;
\ttype="text/html";
\tboundary="----MultipartBoundary--a----"


------MultipartBoundary--a----
Content-Type: text/html
Content-Transfer-Encoding: quoted-printable

%s
------MultipartBoundary--a----
Content-Type: image/png
Content-Transfer-Encoding: base64

iVBORw0KGgo=
------MultipartBoundary--a------
""" % quopri.encodestring(story("Flood closes the old bridge = for good"))


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    return runner(capsys)


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.html"
    path.write_bytes(story())
    return path


def rows_of(result: Result) -> list[dict[str, object]]:
    return [json.loads(line) for line in result.out.splitlines()]


def headlines(result: Result) -> list[object]:
    return [row["article"] and row["article"]["headline"] for row in rows_of(result)]  # type: ignore[index]


def test_page_is_split_into_one_line(run: Run, page: Path) -> None:
    result = run("parse", page, "--url", "https://news.example/flood")

    (row,) = rows_of(result)
    assert row["file"] == str(page)
    assert row["article"]["url"] == "https://news.example/flood"  # type: ignore[index]
    assert row["article"]["body"].count("\n\n") == 3  # type: ignore[index]
    assert (result.code, result.err) == (0, "")


def test_name_that_is_no_utf8_keeps_no_page_from_coming_out(tmp_path: Path) -> None:
    names = [os.fsdecode(name) for name in (b"\xff.html", b"other.html")]
    for name in names:
        (tmp_path / name).write_bytes(story())

    result = run_apart("parse", *names, folder=tmp_path)
    explained = run_apart("parse", "--explain", *names, folder=tmp_path)

    assert [row["file"] for row in rows_of(result)] == names
    assert (result.code, result.err, explained.code, explained.err) == (0, "", 0, "")


def test_packed_pages_and_standard_input_count_as_well(tmp_path: Path) -> None:
    packed = tmp_path / "page.html.gz"
    packed.write_bytes(gzip.compress(story("Second headline of the day")))

    result = run_apart("parse", packed, "-", stdin=story("Third headline of the day"))

    assert headlines(result) == ["Second headline of the day", "Third headline of the day"]


@pytest.mark.parametrize("name", ["page.txt", "page"])
def test_plain_text_is_told_by_name_or_content(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(TEXT, "utf-8")

    (row,) = rows_of(run("parse", tmp_path / name, "--fetched", "2015-11-23"))

    assert row["article"]["date_published"].startswith("2015-11-20T08:40")  # type: ignore[index]
    assert [link["headline"] for link in row["related"]] == [TEXT.splitlines()[-1]]  # type: ignore[attr-defined]


def test_text_can_be_forced(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_text(TEXT, "utf-8")

    (forced,) = rows_of(run("parse", "--text", path))

    assert forced["article"] is not None


def test_files_keep_their_order(run: Run, tmp_path: Path) -> None:
    paths = [tmp_path / f"{number}.html" for number in range(12)]
    for number, path in enumerate(paths):
        path.write_bytes(story(f"Headline number {number} of the day"))

    result = run("parse", *paths)

    assert headlines(result) == [f"Headline number {number} of the day" for number in range(12)]


def test_file_that_cannot_be_read_or_split_is_named_and_the_others_come_out(
    run: Run, page: Path, tmp_path: Path
) -> None:
    deep, large, torn = (tmp_path / name for name in ("deep.html", "large.html", "torn.html.gz"))
    deep.write_bytes(b"<html><body>" + b"<div>" * 100_000 + b"text")
    large.write_bytes(gzip.compress(b"<html>" + b" " * settings.DOWNLOAD_MAXSIZE))
    torn.write_bytes(gzip.compress(story())[:-20])

    result = run("parse", tmp_path / "missing.html", deep, large, torn, page)

    assert headlines(result) == [HEADLINE]
    assert result.code == 1
    reasons = [line.removeprefix(f"archiver: {tmp_path}/") for line in result.err.splitlines()]
    assert reasons[0] == "missing.html: cannot be read: No such file or directory"
    assert reasons[1].startswith("deep.html: the page's tags nest too deep")
    assert reasons[2].startswith("large.html: is larger than a page may be")
    assert reasons[3].startswith("torn.html.gz: cannot be unpacked")
    assert len(reasons) == 4


def test_page_without_story_has_none(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bare.html").write_bytes(b"<html><body><p>Log in</p></body></html>")

    result = run("parse", tmp_path / "bare.html")

    assert (result.code, headlines(result)) == (0, [None])


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.html", b"", "holds no page: it is empty"),
        ("blank.txt", b" \n\t\n", "holds no page: it is empty"),
        ("zeros", bytes(5000), "holds no page: it is empty"),
        ("packed.html.gz", gzip.compress(b"", mtime=0), "holds no page: it is empty"),
        ("junk.html", bytes(range(256)) * 20, "holds no page: it is no text"),
        ("junk", Random(4).randbytes(5000), "holds no page: it is no text"),
        ("table.bin", struct.pack("<800d", *map(float, range(800))), "holds no page: it is no text"),
        ("zeros.txt", bytes(4000) + Random(4).randbytes(400), "holds no page: it is no text"),
        ("records", b"Some text of a record here \0\0\0\0\1" * 200, "holds no page: it is no text"),
        ("wide", b"<\0" * 20 + Random(4).randbytes(4000), "holds no page: it is no text"),
        (
            "story.doc",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "The river rose.".encode("utf-16-le"),
            "holds no page: it is a document of Word, Excel or PowerPoint: save its text",
        ),
        ("short.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "holds no page: it is no text"),
        (
            "saved",
            b'{"headline": "Flood closes the old bridge", "body": "<p>The river rose"}',
            "holds no page: it is JSON",
        ),
        ("saved.json", b'\xef\xbb\xbf[\n  {"a": 1}]', "holds no page: it is JSON"),
        ("saved.rtf", b"{\\rtf1\\ansi Flood closes the old bridge}", "holds no page: it is RTF"),
        (
            "feed.xml",
            b'<?xml version="1.0"?>\n<rss version="2.0"><channel><title>News</title></channel></rss>',
            "holds no page: it is a feed or sitemap",
        ),
        ("saved.mht", MHTML.replace(b"text/html", b"text/css"), "holds no page: no part of it is HTML"),
        (
            "paper.html",
            b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj << >> endobj\n" * 9,
            "holds no page: it is a PDF document: save its text",
        ),
        (
            "pages.warc.gz",
            gzip.compress(b"WARC/1.1\r\nWARC-Type: response\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" + story()),
            "holds no page: it is a WARC file: `archiver import` reads it in",
        ),
        (
            "large.warc",
            b"WARC/1.1\r\n" + bytes(settings.DOWNLOAD_MAXSIZE),
            "holds no page: it is a WARC file: `archiver import` reads it in",
        ),
        (
            "archive.db",
            b"SQLite format 3\0" + story(),
            "holds no page: it is an SQLite file: `archiver search` and `archiver show` read archives",
        ),
        (
            "saved.txt",
            b"PK\x03\x04" + story(),
            "holds no page: it is a ZIP file: unpack it first, or read in WACZ by `archiver import`",
        ),
        ("pages.tar", b"page.html".ljust(257, b"\0") + b"ustar\x0000" + story(), TAR),
        ("pages.bz2", bz2.compress(story()), "holds no page: it is packed: unpack it first"),
        ("stories.csv", b'id,headline,url\n1,"Flood, again",https://news.example/\n', TABLE),
        ("stories", "\ufeffid;headline;url\r\n1;Flood;https://news.example/\r\n".encode(), TABLE),
        (
            "shape.svg",
            b'<?xml version="1.0"?><svg><text>Flood</text></svg>',
            "holds no page: it is XML of another kind",
        ),
    ],
)
def test_file_without_page_is_named(run: Run, tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / name).write_bytes(content)

    result = run("parse", tmp_path / name)

    assert result.code == 1
    assert result.err == f"archiver: {tmp_path / name}: {reason}\n"


def test_page_with_nuls_in_it_is_read(run: Run, tmp_path: Path) -> None:
    (tmp_path / "page").write_bytes(story().replace(b"<body>", b"<body>" + bytes(400)))

    assert headlines(run("parse", tmp_path / "page")) == [HEADLINE]


@pytest.mark.parametrize("name", ["saved.mhtml", "saved.html", "saved"])
def test_page_in_a_single_file_is_read(run: Run, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(MHTML)

    assert headlines(run("parse", tmp_path / name)) == ["Flood closes the old bridge = for good"]


@pytest.mark.parametrize("header", [b"Snapshot-Content-Location: ", b"Content-Location: "])
def test_page_in_a_single_file_says_where_it_is_from(run: Run, tmp_path: Path, header: bytes) -> None:
    path = tmp_path / "saved.mhtml"
    path.write_bytes(MHTML.replace(b"Snapshot-Content-Location: ", header))

    (own,) = rows_of(run("parse", path))
    (told,) = rows_of(run("parse", path, "--url", "https://news.example/told"))

    assert own["article"]["url"] == "https://news.example/flood"  # type: ignore[index]
    assert told["article"]["url"] == "https://news.example/told"  # type: ignore[index]


def test_lines_with_commas_are_no_table(run: Run, tmp_path: Path) -> None:
    (tmp_path / "page").write_text(f"Flood,bridge,ferry\n{TEXT}", "utf-8")

    assert headlines(run("parse", tmp_path / "page", "--fetched", "2015-11-23")) != [None]


def test_address_in_place_of_a_file_is_told_what_reads_it(run: Run) -> None:
    result = run("parse", "https://news.example/a")

    assert result.err == (
        "archiver: https://news.example/a: is no file: "
        "curl -s https://news.example/a | archiver parse --url https://news.example/a -\n"
    )


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "gb18030"])
def test_text_of_any_encoding_is_no_junk(run: Run, tmp_path: Path, encoding: str) -> None:
    (tmp_path / "page.txt").write_bytes(
        "一丁丂七丄丅丆万丈三上下\x0c不与丏丐丑丒专且丕世。\n\n".encode(encoding) * 9
    )

    assert run("parse", tmp_path / "page.txt").code == 0


def test_no_page_writes_to_the_terminal(run: Run, page: Path) -> None:
    page.write_bytes(story("Flood \x1b]0;owned\x07 closes \xc2\x9b31m the bridge".encode("latin-1").decode()))

    result = run("parse", page)

    assert "\\u009b31m" in result.out
    assert not {"\x1b", "\x07", "\x9b"} & set(result.out)


def test_wrong_time_is_refused_with_the_forms_there_are(run: Run, page: Path) -> None:
    result = run("parse", page, "--fetched", "noon")

    assert result.code == 2
    assert "give 2026-01-31 or 2026-01-31T08:00:00Z" in result.err


def test_reader_that_goes_away_ends_it_quietly(page: Path) -> None:
    page.write_bytes(
        story(HEADLINE, *("The river rose by two metres on Friday night. " * 40 for _ in range(40)))
    )

    result = first_lines(1, "parse", *[page] * 40)

    assert json.loads(result.out)["file"] == str(page)
    assert (result.code, result.err) == (0, "")


def wait_until_it_waits(process_id: int) -> None:
    """Return once a process has used no more CPU for a second: it has started, however busy the machine is."""
    used, since = "", time.monotonic()
    while time.monotonic() - since < 1:
        now = Path(f"/proc/{process_id}/schedstat").read_text().split()[0]
        if now != used:
            used, since = now, time.monotonic()
        time.sleep(0.1)


def test_ctrl_c_ends_a_wait_for_input_at_once() -> None:
    # What a shell starts in the background does not heed Ctrl-C, nor does what that starts.
    command = ["env", "--default-signal=INT", PROGRAM, "parse", "-"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        wait_until_it_waits(process.pid)
        process.send_signal(signal.SIGINT)

        assert process.wait(10) == 130
        assert process.stderr is not None
        assert process.stderr.read().strip() == "archiver: interrupted"


@pytest.mark.parametrize("url", ["n.example/2026/x", "/2026/x", "mailto:a@news.example", "https://"])
def test_address_that_is_none_is_refused(run: Run, page: Path, url: str) -> None:
    result = run("parse", page, "--url", url)

    assert (result.code, result.out) == (2, "")
    assert "is no whole address: give one such as https://" in result.err
