"""Whether crawls can work here: the machine, what is installed, the sources, the archive. Nothing is changed."""

import platform
import re
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from archiver import __version__, settings
from archiver.crawl.sources import read_sources
from archiver.errors import SourceError
from archiver.parsers import compiled
from db.health import Finding, archive_findings, fail, ok, warn
from db.sqlite import IS_OWN, may_damage, sqlite3

DISTRIBUTION = "news-archiver"
LEAST_PYTHON = (3, 11)
# The day on which this version was released: a clock that shows an earlier one is wrong.
RELEASED = date(2026, 11, 1)
# Open files: one for each request under way, those of the archive, the log and the workers, and some to spare.
LEAST_FILES = 256
# A name and the version that it must have, of a requirement without marker.
REQUIREMENT = re.compile(r"([\w.-]+)(?:\[[\w,-]*\])?\s*(?:>=\s*([\d.]+))?")
TOKENIZER = "unicode61 remove_diacritics 2"


def diagnose(
    archive: Path, sources: Path | None, contact: str | None, *, thorough: bool = False
) -> Iterator[Finding]:
    """Yield what was found, one after the other as it is looked at.

    sources is the file named by the user, or None where it may be missing; contact is what its user named
    besides; thorough is for db.health.archive_findings.
    """
    now = datetime.now(UTC)
    yield _python()
    yield _packages()
    yield _compiled_core()
    yield _sqlite()
    yield _full_text()
    yield _zone(now)
    yield _open_files()
    yield from _sources(sources, contact)
    yield from archive_findings(archive, now, settings.LEAST_DISK, thorough=thorough)


def _python() -> Finding:
    found = f"{platform.python_version()}, {sys.executable}"
    if sys.version_info < LEAST_PYTHON:
        return fail("Python", found, f"install Python {'.'.join(map(str, LEAST_PYTHON))} or newer")
    return ok("Python", found)


def _packages() -> Finding:
    """Look whether all that the package needs is installed, and new enough."""
    wrong, right = [], []
    for requirement in requires(DISTRIBUTION) or ():
        match = REQUIREMENT.match(requirement)
        if match is None or ";" in requirement:  # of an extra
            continue
        name, least = match[1], match[2]
        try:
            installed = version(name)
        except PackageNotFoundError:
            wrong.append(f"{name} is missing")
            continue
        if least and _numbers(installed) < _numbers(least):
            wrong.append(f"{name} is {installed}, not {least} or newer")
        else:
            right.append(f"{name} {installed}")
    if wrong:
        return fail("packages", "; ".join(wrong), f"pip install --upgrade {DISTRIBUTION}")
    return ok("packages", f"{DISTRIBUTION} {__version__}; {', '.join(right)}")


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.match(r"[\d.]*", text)[0].split(".") if part)  # type: ignore[index]  # matches always


def _compiled_core() -> Finding:
    """Whether the compiled core is used; splits are right in any case."""
    core = compiled.core()
    if core.is_sound:
        return ok("splitter", f"compiled core {core.state}")
    return warn(
        "splitter",
        f"compiled core {core.state}: splits take longer",
        f"pip install --force-reinstall {DISTRIBUTION}",
    )


def _sqlite() -> Finding:
    library = "Python's own" if IS_OWN else "pysqlite3's"
    found = f"{sqlite3.sqlite_version}, {library}"
    if may_damage(sqlite3.sqlite_version_info):
        return warn(
            "SQLite",
            f"{found}, which in rare cases damages a file that two programs write to (repaired in 3.51.3)",
            f'pip install "{DISTRIBUTION}[sqlite]", or let only archiver open the archive for writing',
        )
    return ok("SQLite", found)


def _full_text() -> Finding:
    try:
        with closing(sqlite3.connect(":memory:")) as memory:
            memory.execute(f"CREATE VIRTUAL TABLE texts USING fts5(text, tokenize = '{TOKENIZER}')")
            memory.execute("INSERT INTO texts VALUES ('L’Éclair')")
            found = memory.execute("SELECT count(*) FROM texts WHERE texts MATCH 'eclair'").fetchone()[0]
    except sqlite3.DatabaseError as error:
        return fail("full text", f"SQLite cannot search: {error}", "install a Python whose SQLite has FTS5")
    if not found:
        return fail("full text", "accents are not folded", "install a Python whose SQLite is 3.27 or newer")
    return ok("full text", "FTS5 with unicode61")


def _zone(now: datetime) -> Finding:
    here = datetime.now().astimezone()
    found = f"{here:%Y-%m-%d %H:%M} {time.tzname[here.dst() is not None and bool(here.dst())]}, UTC{here:%z}"
    if now.date() < RELEASED:
        return fail("time", f"{found}: before the release of this program", "set the clock, best by NTP")
    return ok("time", found)


def _open_files() -> Finding:
    most, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < LEAST_FILES:
        cure = f"ulimit -n {LEAST_FILES * 4}" + ("" if hard >= LEAST_FILES * 4 else ", allowed by root")
        return warn("open files", f"at most {most}", cure)
    return ok("open files", f"at most {'any' if most == resource.RLIM_INFINITY else most}")


def _sources(path: Path | None, contact: str | None) -> Iterator[Finding]:
    file = path or Path("sources.toml")
    stated: str | None = None
    if path is None and not file.exists():
        yield ok("sources", f"no {file} here: crawls need addresses, or --sources")
    else:
        try:
            content = read_sources(file)
        except SourceError as error:
            yield fail("sources", str(error), "correct the file; a crawl refuses it as it is")
        else:
            stated = content.contact
            yield ok("sources", f"{file} lists {len(content.sources):,}")
    if told := contact or stated or settings.CONTACT:
        yield ok("contact", told)
    else:
        cure = f'contact = "you@example.org" in {file}, or ARCHIVER_CONTACT, or --contact'
        yield warn("contact", "none: a site that minds the crawl cannot write to you", cure)
