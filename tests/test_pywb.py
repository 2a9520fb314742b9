"""pywb, which others read web archives with, shows from our WARC files what the server sent."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.error import URLError

import pytest
from conftest import Crawl
from misbehaving import answer, feed, misbehaving, story

from db.connection import read_archive
from db.raw_pages.warc_places import warc_directory

PATH = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
MANAGER, WAYBACK = (shutil.which(program, path=PATH) for program in ("wb-manager", "wayback"))
SECONDS = 60

pytestmark = pytest.mark.skipif(
    MANAGER is None or WAYBACK is None,
    reason="pywb is not there: install '.[replay]' here, or pywb elsewhere and put its programs on the PATH",
)


@contextmanager
def wayback(folder: Path, warc: Path) -> Iterator[str]:
    """Show the WARC files of a directory as pywb's collection news; yield its address."""
    assert MANAGER is not None
    assert WAYBACK is not None
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    folder.mkdir()
    subprocess.run([MANAGER, "init", "news"], check=True, cwd=folder, env=environment, timeout=SECONDS)
    files = folder / "collections" / "news" / "archive"
    files.rmdir()
    files.symlink_to(warc)
    subprocess.run([MANAGER, "reindex", "news"], check=True, cwd=folder, env=environment, timeout=SECONDS)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [WAYBACK, "--bind", "127.0.0.1", "--port", str(port)], cwd=folder, env=environment
    )
    try:
        wait_for(port, process)
        yield f"http://127.0.0.1:{port}/news"
    finally:
        process.terminate()
        process.wait(SECONDS)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + SECONDS
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=SECONDS).close()
        except URLError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.1)
        else:
            return


def test_every_capture_is_shown_with_the_bytes_that_came(archive: Path, tmp_path: Path, crawl: Crawl) -> None:
    pages = {
        "/whole": answer(story("Sent whole each time")),
        "/tagged": answer(story("Größer als zuvor"), ETag='"a"'),
        "/changed": answer(story("Flood closes the old bridge")),
        "/feed.xml": feed("/whole", "/tagged", "/changed"),
    }
    with misbehaving(pages) as server:
        crawl(server.url)
        time.sleep(1.1)  # pywb tells captures apart by their second
        server.pages["/tagged"] = answer(b"", "304 Not Modified", ETag='"a"')
        server.pages["/changed"] = answer(story("Flood closes the new bridge too"))
        crawl(server.url)
    with closing(read_archive(archive)) as connection:
        rows = connection.execute(
            "SELECT url, fetched, captures.status, refers_to FROM captures JOIN pages ON pages.id = page_id"
            " WHERE pages.article_id IS NOT NULL ORDER BY captures.id"
        ).fetchall()

    expected = {
        "whole": [story("Sent whole each time")] * 2,
        "tagged": [story("Größer als zuvor")] * 2,
        "changed": [story("Flood closes the old bridge"), story("Flood closes the new bridge too")],
    }
    assert sorted(row["status"] for row in rows if row["refers_to"]) == [200, 304]
    shown: dict[str, list[bytes]] = {}
    with wayback(tmp_path / "pywb", warc_directory(archive)) as collection:
        for row in rows:
            moment = "".join(filter(str.isdigit, row["fetched"]))
            with urllib.request.urlopen(f"{collection}/{moment}id_/{row['url']}", timeout=SECONDS) as page:
                assert f"/{moment}id_/" in page.headers["Content-Location"]
                shown.setdefault(row["url"].rpartition("/")[2], []).append(page.read())
    assert shown == expected
