"""What was removed on purpose: is an address or a text among it, who asked for it, and how it is let in again."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from sqlite3 import Connection
from typing import TypeVar

from archiver.items import StoryAddress
from archiver.story_address import story_addresses
from db.connection import archive_errors, transaction
from db.digests import EMPTY_BODY, bytes_digest
from db.values import storable, time_of, time_or_none, time_text

T = TypeVar("T")

# Who forgot any of some addresses and texts, a JSON array of digests; the first if there are several.
KEPT_OUT = """
SELECT forgetting_id FROM forgotten JOIN forgettings ON forgettings.id = forgetting_id
WHERE digest IN (SELECT value FROM json_each(?)) AND allowed IS NULL ORDER BY forgetting_id LIMIT 1
"""
KEEP_OUT = "INSERT INTO forgotten(digest, forgetting_id) VALUES (?, ?) ON CONFLICT DO NOTHING"
# What a row of a page holds that nobody ever visited, once its address turns out to be kept out.
SEEN_ONLY = """
SELECT pages.id FROM pages WHERE url = ? AND article_id IS NULL
    AND NOT EXISTS (SELECT 1 FROM captures WHERE page_id = pages.id)
    AND NOT EXISTS (SELECT 1 FROM pages AS others WHERE others.found_on_id = pages.id)
"""


HIDE_LINKS = """
UPDATE sightings SET links = (
    SELECT json_group_array(value) FROM (
        SELECT value FROM json_each(sightings.links)
        WHERE value NOT IN (SELECT id FROM related_links WHERE target_id = ?1) ORDER BY key))
WHERE page_id IN (SELECT page_id FROM related_links WHERE target_id = ?1)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgetting:
    """One removal: what stays of it."""

    id: int
    reason: str
    begun: datetime
    finished: datetime | None
    """None: rows are gone, raw pages or the file's free space are not yet."""
    allowed: datetime | None
    """When it was let in again; None: it is kept out."""
    articles: int
    versions: int
    pages: int
    captures: int
    links: int


def address_digest(url: str) -> str:
    """Return what stands for an address that is kept out."""
    return bytes_digest(storable(url).encode())


def form_digest(form: StoryAddress) -> str:
    """Return what stands for the form that all variants of an address (AMP, mobile, print) share, and is kept out."""
    return bytes_digest(f"{form.version} {storable(form.address)}".encode())


def forms_of(url: str) -> tuple[StoryAddress, ...]:
    """Return the forms that an address shares with its variants; none of what is no address."""
    try:
        return story_addresses(url)
    except ValueError:  # a broken IPv6 address
        return ()


def address_digests(url: str) -> list[str]:
    """Return what an address may be kept out by: itself first, then what it shares with its variants."""
    return [address_digest(url), *map(form_digest, forms_of(url))]


def text_digest(source: str, body_digest: str) -> str:
    """Return what stands for a text that is kept out of one site; another site's copy is another story."""
    return bytes_digest(f"{storable(source)} {body_digest}".encode())


def is_forgotten(archive: Connection, url: str) -> bool:
    """Return whether the page at url is kept out, itself or as a variant of one that is."""
    return _is_anything_forgotten(archive) and _forgetting_id(archive, address_digests(url)) is not None


def not_forgotten(archive: Connection, items: Iterable[T], address: Callable[[T], str]) -> list[T]:
    """Return those of items whose address is not kept out, in order; "" is none."""
    items = list(items)
    if not _is_anything_forgotten(archive):
        return items
    return [item for item in items if not address(item) or not is_forgotten(archive, address(item))]


def forgetting_of_visit(
    archive: Connection, source: str, addresses: Iterable[str], body_digest: str | None
) -> int | None:
    """Return the forgetting that keeps a visit out, by its addresses or the text of its story; None if none does."""
    if not _is_anything_forgotten(archive):
        return None
    digests = [digest for url in addresses for digest in address_digests(url)]
    if body_digest is not None and body_digest != EMPTY_BODY:
        digests.append(text_digest(source, body_digest))
    return _forgetting_id(archive, digests)


def keep_out(archive: Connection, forgetting_id: int, addresses: Iterable[str]) -> None:
    """Keep further addresses of a forgotten story out, inside a transaction; sites stay, and pages of other stories."""
    for url in {storable(url) for url in addresses}:
        if archive.execute("SELECT 1 FROM sources WHERE url = ?", (url,)).fetchone():
            continue
        archive.execute(KEEP_OUT, (address_digest(url), forgetting_id))
        archive.execute("UPDATE pages SET state = 'done', leased_until = NULL WHERE url = ?", (url,))
        for (page_id,) in archive.execute(SEEN_ONLY, (url,)).fetchall():
            archive.execute(HIDE_LINKS, (page_id,))
            archive.execute("DELETE FROM related_links WHERE ? IN (page_id, target_id)", (page_id,))
            archive.execute("DELETE FROM sightings WHERE page_id = ?", (page_id,))
            archive.execute("DELETE FROM listed_headlines WHERE ? IN (page_id, listed_on_id)", (page_id,))
            archive.execute("DELETE FROM pages WHERE id = ?", (page_id,))


def forgetting_of(archive: Connection, url: str) -> Forgetting | None:
    """Return the latest removal of the story at url, None if it was never removed."""
    with archive_errors(archive):
        row = archive.execute(
            """
            SELECT * FROM forgettings WHERE id IN (
                SELECT forgetting_id FROM forgotten WHERE digest IN (SELECT value FROM json_each(?2))
                UNION ALL SELECT id FROM forgettings WHERE address = ?1)
            ORDER BY begun DESC, id DESC LIMIT 1
            """,
            (address_digest(url), json.dumps(address_digests(url))),
        ).fetchone()
    if row is None:
        return None
    return Forgetting(
        id=row["id"],
        reason=row["reason"],
        begun=time_of(row["begun"]),
        finished=time_or_none(row["finished"]),
        allowed=time_or_none(row["allowed"]),
        articles=row["articles"],
        versions=row["versions"],
        pages=row["pages"],
        captures=row["captures"],
        links=row["links"],
    )


def allow_again(archive: Connection, url: str, now: datetime) -> int:
    """Let the story at url be archived again; return how many removals kept it out."""
    with transaction(archive):
        return archive.execute(
            """
            UPDATE forgettings SET allowed = ?1 WHERE allowed IS NULL AND id IN (
                SELECT forgetting_id FROM forgotten WHERE digest IN (SELECT value FROM json_each(?3))
                UNION ALL SELECT id FROM forgettings WHERE address = ?2)
            """,
            (time_text(now), address_digest(url), json.dumps(address_digests(url))),
        ).rowcount


def _is_anything_forgotten(archive: Connection) -> bool:
    return archive.execute("SELECT 1 FROM forgotten LIMIT 1").fetchone() is not None


def _forgetting_id(archive: Connection, digests: Sequence[str]) -> int | None:
    row = archive.execute(KEPT_OUT, (json.dumps(digests),)).fetchone()
    return None if row is None else int(row[0])
