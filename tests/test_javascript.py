"""Sources with javascript = true: what their pages become in a browser is split, and kept beside what was sent."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from sqlite3 import Row
from uuid import uuid4

import pytest
from commands import PROGRAM, SECONDS, run_apart
from conftest import Crawl
from misbehaving import OPENING, PARAGRAPHS, Answer, answer, front, misbehaving, redirect, story
from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped] # it has no types

from archiver.crawl.browser import PROGRAMS
from archiver.crawl.reparse import ReparsePlan, ReparseWatcher, Report, run_reparse
from archiver.crawl.sources import read_sources
from archiver.errors import SourceError
from archiver.items import Outcome
from db.connection import read_archive
from db.raw_pages.verify import Verification, verify
from db.raw_pages.warc import read_capture
from db.raw_pages.warc_places import WarcPlace, warc_directory
from spiders.frontier import Source

HAS_PLAYWRIGHT = find_spec("playwright") is not None
HAS_BROWSER = any(map(shutil.which, PROGRAMS))
needs_browser = pytest.mark.skipif(
    not (HAS_PLAYWRIGHT and HAS_BROWSER),
    reason="needs playwright (pip install 'news-archiver[js]') and Chromium (apt-get install chromium)",
)
HEADLINE = "Script raises the old bridge at Café Sarn"
TEXT = "".join(f"<p>{text}</p>" for text in (OPENING.format(HEADLINE), *PARAGRAPHS))
PARTS = f"<article><h1>{HEADLINE}</h1>{TEXT}</article>"
PAGE = b"""<!doctype html><html lang='en'><head><meta charset="iso-8859-1"><title>The Courier</title>
<meta property="og:type" content="article"><link rel="stylesheet" href="/styles.css"></head><body>
<div id=app></div><noscript>Switch it on.</noscript>
<img src="/picture.png"><script src="/app.js"></script></body></html>"""
APP = b"fetch('/api/story.html').then(r => r.text()).then(html => document.getElementById('app').innerHTML = html)"


def scripted(script: str) -> Answer:
    """Return a page that a script makes something of."""
    return answer(
        f"<!doctype html><html lang='en'><head><title>News</title><meta property='og:type' content='article'></head>"
        f"<body><div id=app></div>"
        f"<script>{script}</script></body></html>".encode()
    )


def show(text: str = PARTS) -> str:
    """Return the script that shows a story."""
    return f"document.getElementById('app').innerHTML = {text!r}"


def rows(archive: Path, sql: str) -> list[Row]:
    with closing(read_archive(archive)) as connection:
        return connection.execute(sql).fetchall()


def captures(archive: Path, path: str) -> list[Row]:
    return [
        row for row in rows(archive, "SELECT * FROM captures ORDER BY id") if row["final_url"].endswith(path)
    ]


def bytes_of(archive: Path, row: Row) -> bytes:
    place = WarcPlace(file=row["warc_file"], offset=row["warc_offset"], length=row["warc_length"])
    return read_capture(warc_directory(archive), place).body


def browsers(mark: str) -> set[int]:
    """Return the processes of browsers that run now and were started with a mark in their environment."""
    found = set[int]()
    for path in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            is_browser = b"--headless" in (path / "cmdline").read_bytes()
            if is_browser and mark.encode() in (path / "environ").read_bytes():
                found.add(int(path.name))
    return found


class Unwatched(ReparseWatcher):
    """Tells nobody how far a reparse is."""

    def reached(self, done: int, total: int) -> None:
        pass

    def found(self, report: Report) -> None:
        pass

    def applied(self, done: int, total: int) -> None:
        pass


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """Yield the address of a server of another port of this machine, by TCP and UDP, and what it hears."""
    heard: list[bytes] = []
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams,
    ):
        datagrams.bind(server.getsockname())
        datagrams.settimeout(0.2)

        def serve() -> None:
            with suppress(OSError):
                while True:
                    client, _ = server.accept()
                    with client:
                        client.settimeout(2)
                        with suppress(OSError):
                            heard.append(client.recv(1000))

        threading.Thread(target=serve, daemon=True).start()
        yield f"127.0.0.1:{server.getsockname()[1]}", heard
        server.shutdown(socket.SHUT_RDWR)
        with suppress(OSError):
            heard.append(datagrams.recv(1000))


PAGES = {
    "/story": answer(PAGE, content_type="text/html; charset=iso-8859-1"),
    "/app.js": answer(APP, content_type="text/javascript"),
    "/api/story.html": answer(PARTS.encode()),
}


@needs_browser
def test_story_that_exists_only_after_scripts_ran_is_archived_with_both_documents(
    crawl: Crawl, archive: Path
) -> None:
    with misbehaving(PAGES | {"/feed.xml": answer(b"<rss/>"), "/": front("/story")}) as server:
        crawl(Source(url=server.url, javascript=True))
        crawl(Source(url=server.url, javascript=True))
        asked = server.asked

    (found,) = rows(archive, "SELECT * FROM articles")
    assert found["headline"] == HEADLINE
    assert PARAGRAPHS[0] in found["body"]
    raw, rendered, raw_again, rendered_again = captures(archive, "/story")
    assert [row["rendered"] for row in (raw, rendered, raw_again, rendered_again)] == [0, 1, 0, 1]
    assert bytes_of(archive, raw) == PAGE
    assert HEADLINE in bytes_of(archive, rendered).decode()
    assert b"Switch it on" not in bytes_of(archive, rendered)
    assert found["capture_id"] == rendered["id"]
    assert (rendered_again["outcome"], rendered_again["refers_to"]) == ("unchanged", rendered["id"])
    assert not {"/picture.png", "/styles.css"} & set(asked)
    assert asked.count("/story") == 2


@needs_browser
def test_rendered_document_refers_to_what_was_sent_and_everything_verifies(
    crawl: Crawl, archive: Path
) -> None:
    with misbehaving(PAGES | {"/feed.xml": answer(b"<rss/>"), "/": front("/story")}) as server:
        crawl(Source(url=server.url, javascript=True))

    (path,) = warc_directory(archive).glob("*.warc.gz")
    with path.open("rb") as file:
        records = [
            (record.rec_type, record.rec_headers)
            for record in ArchiveIterator(file)
            if (record.rec_headers.get_header("WARC-Target-URI") or "").endswith("/story")
        ]
    headers = dict(records)
    assert {"response", "conversion"} <= headers.keys()
    original = headers["response"].get_header("WARC-Record-ID")
    assert headers["conversion"].get_header("WARC-Refers-To") == original
    with closing(read_archive(archive)) as connection:
        assert not list(verify(connection, path.parent, Verification(), lambda done, total: None))
    report = run_reparse(ReparsePlan(archive=archive, dry_run=True), Unwatched())
    assert not report.fields
    assert not report.unreadable


def test_source_without_javascript_is_split_as_sent(crawl: Crawl, archive: Path) -> None:
    with misbehaving(
        {"/story": answer(story() + b"<script>document.body.textContent = ''</script>")}
    ) as server:
        crawl(server.url)

    assert [row["rendered"] for row in captures(archive, "/story")] == [0]
    assert len(rows(archive, "SELECT * FROM articles")) == 1


@needs_browser
def test_front_page_that_scripts_fill_is_rendered(crawl: Crawl, archive: Path) -> None:
    link = "<article><h2><a href='/story'>The story that a script names on the front page</a></h2></article>"
    with misbehaving(
        PAGES | {"/": scripted(show(f"<main>{link}</main>")), "/feed.xml": answer(b"<rss/>")}
    ) as server:
        crawl(Source(url=server.url, javascript=True))

    assert [row["headline"] for row in rows(archive, "SELECT * FROM articles")] == [HEADLINE]


@needs_browser
@pytest.mark.parametrize(
    ("script", "outcome", "words"),
    [
        ("while (true);", Outcome.PARSE_LIMIT, "did not come to an end in 8 s"),
        ("for (const a = []; true;) a.push(new Uint8Array(1e7).fill(1))", Outcome.PARSE_LIMIT, ""),
        ("document.body.append(document.createComment('x'.repeat(2e7)))", Outcome.PARSE_LIMIT, "characters"),
    ],
)
def test_page_that_takes_too_much_ends_and_is_recorded(
    crawl: Crawl, archive: Path, script: str, outcome: Outcome, words: str
) -> None:
    with misbehaving({"/greedy": scripted(script), "/story": answer(story())}) as server:
        crawl(Source(url=server.url, javascript=True), RENDER_SECONDS=8, RENDER_MEMORY=600)

    (page,) = rows(archive, "SELECT * FROM pages WHERE url LIKE '%/greedy'")
    assert page["outcome"] == outcome
    assert words in page["detail"]
    (raw,) = captures(archive, "/greedy")
    assert script.encode() in bytes_of(archive, raw)
    assert len(rows(archive, "SELECT * FROM articles")) == 1  # the other page, after it or before


@needs_browser
def test_scripts_reach_no_private_address_and_no_other_host_of_this_machine(
    crawl: Crawl, archive: Path
) -> None:
    with listening() as (private, heard):
        port = private.partition(":")[2]
        script = f"""
            const all = ["http://{private}/", "http://localhost:{port}/", "http://0.0.0.0:{port}/",
                "http://[::ffff:127.0.0.1]:{port}/", "http://2130706433:{port}/", "/away",
                "http://169.254.169.254/latest/meta-data/"];
            for (const url of all) {{
                fetch(url, {{mode: "no-cors"}}).catch(() => 0);
                for (const [name, key] of [["script", "src"], ["img", "src"], ["iframe", "src"], ["embed", "src"]]) {{
                    const each = document.createElement(name); each[key] = url; document.body.append(each);
                }}
                for (const rel of ["prefetch", "preconnect", "preload", "prerender", "stylesheet", "icon"]) {{
                    const each = document.createElement("link"); each.rel = rel; each.href = url; each.as = "script";
                    document.head.append(each);
                }}
            }}
            navigator.sendBeacon(all[0], "x");
            try {{ new EventSource(all[0]) }} catch {{}}
            try {{ new WebSocket("ws://{private}/") }} catch {{}}
            const work = "fetch('http://{private}/w', {{mode: 'no-cors'}}); new WebSocket('ws://{private}/v')";
            try {{ new Worker(URL.createObjectURL(new Blob([work]))) }} catch {{}}
            try {{ new SharedWorker(URL.createObjectURL(new Blob([work]))) }} catch {{}}
            try {{ new WebTransport("https://{private}/") }} catch {{}}
            try {{
                const c = new RTCPeerConnection({{iceServers: [{{urls: "stun:{private}"}},
                    {{urls: "turn:{private}", username: "a", credential: "b"}},
                    {{urls: "turn:{private}?transport=tcp", username: "a", credential: "b"}}]}});
                c.createDataChannel("x"); c.createOffer().then(o => c.setLocalDescription(o));
            }} catch {{}}
            window.open("http://{private}/popup");
            {show()};
            setTimeout(() => location = "http://{private}/left", 200);
        """
        with misbehaving({"/story": scripted(script), "/away": redirect(f"http://{private}/led")}) as server:
            crawl(Source(url=server.url, javascript=True))
            assert "/away" in server.asked  # the script did run

    assert heard == []
    assert [row["headline"] for row in rows(archive, "SELECT * FROM articles")] == [HEADLINE]


@needs_browser
def test_scripts_ask_by_get_alone_and_not_where_robots_txt_says_no(crawl: Crawl, archive: Path) -> None:
    script = f"fetch('/post', {{method: 'POST'}}); fetch('/forbidden/a'); {show()}"
    with misbehaving({"/story": scripted(script), "/allowed": answer(b"")}) as server:
        crawl(Source(url=server.url, javascript=True))
        assert not {"/post", "/forbidden/a"} & set(server.asked)


@needs_browser
@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to see what runs")
@pytest.mark.parametrize("ending", [None, signal.SIGTERM, signal.SIGKILL])
def test_no_browser_outlives_its_crawl(archive: Path, ending: signal.Signals | None) -> None:
    mark = f"NEWS_ARCHIVER_TEST={uuid4()}"
    with misbehaving({"/story": scripted("while (true);")}) as server:
        file = archive.with_name("sources.toml")
        file.write_text(f'[[source]]\nurl = "{server.url}"\njavascript = true\ndelay = 0\n')
        options = ["--sources", str(file), "--archive", str(archive), "--set", "RENDER_SECONDS=4", "--quiet"]
        environment = os.environ | dict([mark.split("=")])
        with subprocess.Popen([PROGRAM, "crawl", *options], env=environment) as process:
            until(lambda: "/story" in server.asked and browsers(mark))
            if ending is not None:
                process.send_signal(ending)
            process.wait(SECONDS)

    until(lambda: not browsers(mark))


def test_missing_browser_is_said_before_anything_is_crawled(archive: Path) -> None:
    with misbehaving({"/story": answer(story())}) as server:
        file = archive.with_name("sources.toml")
        file.write_text(f'[[source]]\nurl = "{server.url}"\njavascript = true\n')
        options = ("--sources", file, "--archive", archive, "--set", "BROWSER=no-such-browser")
        result = run_apart("crawl", *options)

        assert server.asked == []
    assert result.code == 1
    assert result.err.count("\n") == 1
    assert "javascript = true needs" in result.err
    assert ("apt-get install chromium" if HAS_PLAYWRIGHT else "pip install 'news-archiver[js]'") in result.err
    assert not archive.exists()


def test_missing_extra_is_said_before_anything_is_crawled(archive: Path) -> None:
    hidden = archive.with_name("hidden")
    (hidden / "playwright").mkdir(parents=True)
    (hidden / "playwright" / "__init__.py").write_text("raise ImportError('not installed')")
    with misbehaving({"/story": answer(story())}) as server:
        file = archive.with_name("sources.toml")
        file.write_text(f'[[source]]\nurl = "{server.url}"\njavascript = true\n')
        path = os.pathsep.join([str(hidden), *filter(None, [os.environ.get("PYTHONPATH")])])
        results = [
            run_apart("crawl", "--sources", file, "--archive", archive, PYTHONPATH=path),
            run_apart("source", "test", server.url, "--sources", file, PYTHONPATH=path),
        ]

        assert server.asked == []
    for result in results:
        assert result.code == 1
        assert "pip install 'news-archiver[js]'" in result.err
        assert result.err.count("\n") == 1


def test_browser_that_does_not_start_is_said_with_its_reason(archive: Path) -> None:
    pytest.importorskip("playwright", reason="needs playwright: pip install 'news-archiver[js]'")
    broken = archive.with_name("browser")
    broken.write_text("#!/bin/sh\necho no display for me >&2\nexit 1\n")
    broken.chmod(0o755)
    with misbehaving({"/story": answer(story())}) as server:
        file = archive.with_name("sources.toml")
        file.write_text(f'[[source]]\nurl = "{server.url}"\njavascript = true\n')
        result = run_apart("crawl", "--sources", file, "--archive", archive, "--set", f"BROWSER={broken}")

    assert result.code == 1
    assert "no display for me" in result.err
    assert result.err.count("\n") == 1


def test_javascript_is_a_switch_of_a_source(tmp_path: Path) -> None:
    file = tmp_path / "sources.toml"
    file.write_text('[[source]]\nurl = "https://news.example/"\njavascript = true\n')
    assert read_sources(file).sources[0].javascript
    file.write_text('[[source]]\nurl = "https://news.example/"\njavascript = "yes"\n')
    with pytest.raises(SourceError, match="javascript"):
        read_sources(file)


def test_crawl_without_javascript_imports_no_playwright() -> None:
    program = (
        "import sys, archiver.crawl.run, archiver.crawl.rendering; sys.exit('playwright' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def until(holds: Callable[[], object], seconds: float = 40) -> None:
    """Wait until something holds."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.1)
