"""Takes the pictures of docs/screenshots/: the pages of the reading room, on the sample newspaper.

usage: python docs/screenshots.py

Needs the extras js and serve, and Chromium.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from playwright.sync_api import sync_playwright

from archiver.crawl.browser import PROGRAMS
from db.connection import read_archive

FOLDER = Path(__file__).with_name("screenshots")
COMMAND = [sys.executable, "-c", "from archiver.cli import main; raise SystemExit(main())"]
WIDTH, HEIGHT = 1000, 900
# Pictures that show their whole.
TALL = {"links": (1300, 1650)}


def main() -> int:
    """Run the command; exit with 1 if there is no browser."""
    browser = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if browser is None:
        print("Chromium is not installed: apt-get install chromium", file=sys.stderr)
        return 1
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(2):  # the second edition has changed stories
            subprocess.run([*COMMAND, "demo"], check=True, cwd=folder, stdout=subprocess.DEVNULL)
        _shoot(Path(folder), browser)
    return 0


def _shoot(folder: Path, browser: str) -> None:
    places = _places(folder / "archive.db")
    with (
        subprocess.Popen(
            [*COMMAND, "serve", "--port", "0"], cwd=folder, stderr=subprocess.PIPE, text=True
        ) as server,
        sync_playwright() as playwright,
    ):
        assert server.stderr is not None
        found = re.search(r"http://\S+", server.stderr.readline())
        assert found is not None, server.stderr.read()
        running = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        for name, place in places.items():
            width, height = TALL.get(name, (WIDTH, HEIGHT))
            page = running.new_page(
                base_url=found[0],
                viewport={"width": width, "height": height},
                color_scheme="dark" if name == "dark" else "light",
            )
            page.goto(place)
            page.screenshot(path=FOLDER / f"{name}.jpg", type="jpeg", quality=70)
            page.close()
        running.close()
        server.terminate()


def _places(path: Path) -> dict[str, str]:
    with closing(read_archive(path)) as archive:
        (changed, story, capture, host) = archive.execute(
            """SELECT (SELECT id FROM articles WHERE revision = 2 AND headline LIKE 'Seagrass%'),
            (SELECT id FROM articles WHERE headline LIKE 'La France juge%'),
            (SELECT capture_id FROM articles WHERE headline LIKE 'Old swing bridge%'), (SELECT host FROM sources)"""
        ).fetchone()
    return {
        "search": "/search?q=harbour&since=2026-11-01",
        "article": f"/articles/{story}",
        "versions": f"/articles/{changed}/versions",
        "links": "/links?q=harbour",
        "capture": f"/captures/{capture}",
        "sources": "/sources",
        "source": f"/sources/{host}",
        "changes": "/changes",
        "missing": "/missing",
        "crawl": "/crawls/1",
        "dark": f"/articles/{changed}",
    }


if __name__ == "__main__":
    sys.exit(main())
