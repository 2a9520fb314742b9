"""Which article an address leads to, however it is written, and what is near one that leads to none."""

from os.path import commonprefix
from sqlite3 import Connection, Row
from urllib.parse import urlsplit, urlunsplit

from archiver.errors import NotInArchiveError, QueryError
from archiver.items import StoryAddress
from archiver.story_address import story_addresses
from archiver.wording import minute_text
from db.values import storable, time_of

# More digits than an id can have in SQLite would be no integer to it.
LONGEST_ID = 18
# Articles named to somebody who asked for one that is not there.
MOST_HINTS = 5

AT_ADDRESS = """
SELECT id FROM articles WHERE url = ?1
UNION ALL SELECT article_id FROM pages WHERE url = ?1 AND article_id IS NOT NULL
"""
AT_STORY_ADDRESS = (
    "SELECT article_id FROM story_addresses WHERE address = ? AND version = ? ORDER BY article_id"
)
# Of the addresses of a site those before and behind another in alphabetical order: they begin most as it does.
NEIGHBOURS = """
SELECT * FROM (SELECT url FROM articles WHERE url >= :url AND url < :end ORDER BY url LIMIT :most)
UNION ALL SELECT * FROM (SELECT url FROM articles WHERE url < :url AND url >= :site ORDER BY url DESC LIMIT :most)
"""


def article_id_of(archive: Connection, url_or_id: str) -> int:
    """Return the id of an article by its id, its address, or the address of any page that holds it.

    Scheme, "www.", a slash at the end and the encoding of letters may differ from the stored address, and so may what
    makes an AMP, mobile or print variant. Raises NotInArchiveError, which says what became of the page, or has the
    archived addresses that come near as its notes; QueryError if there is no letter in url_or_id.
    """
    wanted = storable(url_or_id.strip())
    if not wanted:
        raise QueryError("no article is named: give its id or its address")
    if wanted.isascii() and wanted.isdecimal() and len(wanted) <= LONGEST_ID:
        row = archive.execute("SELECT id FROM articles WHERE id = ?", (int(wanted),)).fetchone()
    else:
        row = _found_at(archive, wanted)
    if row is None:
        raise _not_there(archive, wanted)
    return int(row[0])


def _found_at(archive: Connection, url: str) -> Row | None:
    """Return the id of the article at url, else of the one that the page at url holds; the closest spelling counts."""
    asked: list[tuple[str, tuple[object, ...]]] = [(AT_ADDRESS, (spelling,)) for spelling in _spellings(url)]
    asked += [(AT_STORY_ADDRESS, (form.address, form.version)) for form in _story_addresses(url)]
    for sql, values in asked:
        row: Row | None = archive.execute(sql, values).fetchone()
        if row is not None:
            return row
    return None


def _story_addresses(url: str) -> list[StoryAddress]:
    """Return the forms of url in which variants are alike, by the newest rules first."""
    try:
        return list(reversed(story_addresses(url)))
    except ValueError:  # a broken IPv6 address
        return []


def _spellings(url: str) -> list[str]:
    """Return addresses that mostly mean the same page as url, url first."""
    try:
        parts = urlsplit(url if "://" in url else f"https://{url}")
    except ValueError:  # a broken IPv6 address
        return [url]
    path = parts.path.rstrip("/")
    paths = [parts.path or "/", path or "/", f"{path}/"]
    host = parts.netloc.lower()
    hosts = [host, f"www.{host}", host.removeprefix("www.")]
    schemes = [parts.scheme.lower(), "https", "http"]
    every = [
        urlunsplit((scheme, host, path, parts.query, ""))
        for path in paths
        for host in hosts
        for scheme in schemes
    ]
    return list(dict.fromkeys([url, *every]))


def _not_there(archive: Connection, wanted: str) -> NotInArchiveError:
    """Return the error that says why there is no article of this id or address, and where to look instead."""
    if wanted.isdecimal():
        return NotInArchiveError(
            f"the archive has no article {wanted}: `archiver search` shows the ids of those it has"
        )
    for spelling in _spellings(wanted):
        page = archive.execute("SELECT * FROM pages WHERE url = ?", (spelling,)).fetchone()
        if page is not None:
            return NotInArchiveError(_state_of(page))
    hints = _nearest(archive, wanted)
    cure = "; near it are:" if hints else ": `archiver search` finds those it has by their words"
    error = NotInArchiveError(f"the archive has no article at {wanted}{cure}")
    for hint in hints:
        error.add_note(hint)
    return error


def _state_of(page: Row) -> str:
    known = f"{page['url']} is known since {minute_text(time_of(page['first_seen']))}"
    if page["source_id"] is None:
        return f"{known}, but its site is not crawled"
    if page["outcome"] is None:
        return f"{known}, but no crawl has visited it yet: crawl again"
    detail = f": {page['detail']}" if page["detail"] else ""
    visited = minute_text(time_of(page["last_visited"]))
    return f"{page['url']} holds no article; it was visited at {visited}, {page['outcome']}{detail}"


def _nearest(archive: Connection, url: str) -> list[str]:
    """Return a few addresses of articles in the same folder, or above it, those first that begin most as url does."""
    for spelling in _spellings(url):
        scheme, _, rest = spelling.partition("://")
        site = f"{scheme}://{rest.partition('/')[0]}/"
        # Just behind every address of the site: "0" is the character after "/".
        asked = {"url": spelling, "site": site, "end": f"{site[:-1]}0", "most": MOST_HINTS}
        # Each with the letters at its beginning that are those of url.
        found = {
            row["url"]: len(commonprefix((row["url"], spelling)))  # noqa: RUF071 - letters, not folders
            for row in archive.execute(NEIGHBOURS, asked)
        }
        if found:
            best = max(found, key=lambda each: found[each])
            folder = best[: found[best]].rpartition("/")[0]
            near = [each for each in found if each.startswith(f"{folder}/")]
            return sorted(near, key=lambda each: -found[each])[:MOST_HINTS]
    return []
