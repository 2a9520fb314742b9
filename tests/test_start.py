"""Every process starts fast: it imports what it needs and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from archives import FLOOD, filled

# What takes long to import, and what only crawls, exports or splits need.
CRAWLING = {"scrapy", "twisted", "warcio", "feedparser", "playwright"}
SLOW = CRAWLING | {
    "numpy",
    "lxml",
    "tldextract",
    "requests",
    "urllib3",
    "fsspec",
    "pydantic",
    "sqlite_utils",
}
SLOW |= {"importlib.metadata", "importlib.resources"}


def after(script: str, *arguments: str, cwd: Path | None = None) -> set[str]:
    """Return the modules that a process of its own has when it has run a script."""
    script = f"import sys; {script}; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], cwd=cwd, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


def imported(*arguments: str, cwd: Path) -> set[str]:
    """Return the modules that a process of its own has when it has run a command."""
    return after("from archiver.cli import main; assert main(sys.argv[1:]) == 0", *arguments, cwd=cwd)


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a directory with an archive of one article."""
    filled(tmp_path / "archive.db", [FLOOD]).close()
    return tmp_path


@pytest.mark.parametrize("arguments", [["--version"], ["--help"]])
def test_version_and_help_wait_for_no_command(place: Path, arguments: list[str]) -> None:
    modules = imported(*arguments, cwd=place)

    assert modules & (SLOW | {"sqlite3", "rich"}) == set()
    assert {module for module in modules if module.startswith(("archiver.cli.", "db"))} == {
        "archiver.cli.listing"
    }


def test_completion_waits_for_no_command(place: Path) -> None:
    script = (
        "import sys, atexit; atexit.register(lambda: print(*sys.modules, file=sys.stderr));"
        "from archiver.cli import main; main()"
    )
    asked = {"_ARCHIVER_COMPLETE": "bash_complete", "COMP_WORDS": "archiver sea", "COMP_CWORD": "1"}

    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, **asked},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == "plain,search\n"
    assert set(done.stderr.split()) & SLOW == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["search", "bridge"],
        ["show", "1"],
        ["stats"],
        ["status"],
        ["changes"],
        ["history", "1"],
        ["related", "1"],
        ["missing"],
        ["explain", FLOOD.url],
        ["watch", "list"],
        ["export", "-o", "articles.jsonl"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_reading_waits_for_nothing_of_a_crawl(place: Path, arguments: list[str]) -> None:
    assert imported(*arguments, cwd=place) & SLOW == set()


def test_crawl_is_imported_only_by_a_crawl() -> None:
    modules = after(
        "from archiver.cli.listing import SUMMARIES, Later; [Later(name).load() for name in SUMMARIES]"
    )

    assert {
        module for module in modules if module.startswith(("scrapy", "twisted", "archiver.crawl"))
    } == set()


def test_splitter_waits_for_nothing_that_most_pages_do_not_need() -> None:
    modules = after("import archiver.parsers.split")

    assert modules & (SLOW - {"numpy", "lxml"}) == set()
    assert (
        modules
        & {"email", "hashlib", "logging", "cssselect", "py3langid", "archiver.parsers.plain_text.split_text"}
        == set()
    )


def test_addresses_wait_for_no_splitter() -> None:
    assert after("import archiver.parsers.urls as urls; urls.site('www.example.co.uk')") & SLOW == set()


def test_worker_imports_what_it_takes_to_split_before_it_is_ready_and_no_more() -> None:
    modules = after("import archiver.parsers.serving")

    assert "archiver.parsers.split" in modules
    assert modules & ((SLOW - {"numpy", "lxml"}) | {"asyncio", "concurrent.futures"}) == set()


def test_crawl_waits_for_no_extension_that_is_off() -> None:
    script = (
        "from pathlib import Path; from archiver.crawl.run import CrawlPlan, crawl_settings;"
        "settings = crawl_settings(CrawlPlan(archive=Path(), sources=()));"
        "assert settings.get_component_priority_dict_with_base('EXTENSIONS')"
    )

    assert (
        after(script) & {"aiohttp", "scrapy.extensions.telnet", "scrapy.extensions.remote_control"} == set()
    )
