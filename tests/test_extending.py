"""The spider and the pipeline that docs/extending.md shows run as it says, in a folder of their own."""

import os
import re
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from misbehaving import Server, answer, misbehaving, story

from db.connection import read_archive

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "docs" / "extending.md").read_text("utf-8")
FILE = re.compile(r"`([a-z_]+\.(?:py|cfg))`:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LATEST = b'[{"link": "/flood", "title": "The bridge"}, {"link": "/cup", "title": "The cup"}]'


def scrapy(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with the files that the document shows."""
    files = dict(FILE.findall(TEXT))
    assert sorted(files) == ["newsroom.py", "newsroom_settings.py", "scrapy.cfg"]
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def crawl(folder: Path, server: Server) -> None:
    command = re.search(r"^scrapy (crawl .*)$", TEXT, re.MULTILINE)
    assert command is not None
    arguments = command[1].replace("https://news.example/", server.url).split()
    scrapy(folder, *arguments, "-s", "DOWNLOAD_DELAY=0", "-s", "AUTOTHROTTLE_ENABLED=False")


def test_spider_and_pipeline_of_the_document_run(folder: Path) -> None:
    sport = story("The cup").replace(b"<title>", b"<meta property='article:section' content='Sport'><title>")
    pages = {
        "/latest.json": answer(LATEST, content_type="application/json"),
        "/flood": answer(story("The bridge")),
        "/cup": answer(sport),
    }
    with misbehaving(pages) as server:
        assert scrapy(folder, "list") == "latest\n"
        for _ in range(2):
            crawl(folder, server)

    with closing(read_archive(folder / "archive.db")) as archive:
        rows = archive.execute("SELECT url, outcome, detail, listed_headline FROM pages ORDER BY id")
        told = {row["url"].removeprefix(server.url): tuple(row)[1:] for row in rows}
        headlines = [headline for (headline,) in archive.execute("SELECT headline FROM articles")]
    assert headlines == ["The bridge"]
    assert told["latest.json"] == ("listing", "2 stories", None)
    assert told["flood"] == ("stored", "", "The bridge")
    assert told["cup"] == ("not_article", "left out: sport", "The cup")
    assert server.asked.count("/cup") == server.asked.count("/flood") == 1
    assert "(+you@example.org)" in server.requests[0]
