"""All the rows that belong to one story: its articles, the pages that show it, their captures and links."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from sqlite3 import Connection

from archiver.errors import ArchiveError, NotInArchiveError
from archiver.items import ARTICLE_OUTCOMES, Outcome, StoryAddress
from db.connection import archive_errors
from db.digests import EMPTY_BODY, body_digest
from db.forgetting.forgotten import forms_of, text_digest
from db.values import storable

NAMED_PAGE = "SELECT id FROM pages WHERE url = ?"
NAMED_ARTICLE = "SELECT id FROM articles WHERE url = ?"
# The pages of an article: where it was found, what leads to it, and what stands at its own address.
PAGES_OF = """
SELECT id FROM pages WHERE article_id = ?1
UNION SELECT page_id FROM articles WHERE id = ?1
UNION SELECT page_id FROM captures WHERE id IN (
    SELECT capture_id FROM articles WHERE id = ?1 UNION SELECT capture_id FROM revisions WHERE article_id = ?1)
UNION SELECT pages.id FROM pages JOIN articles ON articles.url = pages.url WHERE articles.id = ?1
"""
ARTICLES_OF = """
SELECT id FROM articles WHERE page_id = ?1
UNION SELECT article_id FROM pages WHERE id = ?1 AND article_id IS NOT NULL
UNION SELECT articles.id FROM articles JOIN captures ON captures.id = capture_id WHERE captures.page_id = ?1
UNION SELECT article_id FROM revisions JOIN captures ON captures.id = capture_id WHERE captures.page_id = ?1
"""
# The same words at another address of the site.
COPIES_OF = f"""
SELECT copies.id FROM articles JOIN articles AS copies USING (source_id, body_digest)
WHERE articles.id = ? AND body_digest <> '{EMPTY_BODY}'
"""  # noqa: S608 - only text of this program
# A front page that leads to a story, or shows one, goes on being a front page.
IS_LISTING = """
SELECT pages.url FROM pages WHERE id = ? AND (
    outcome = 'listing' OR EXISTS (SELECT 1 FROM sources WHERE sources.url = pages.url))
"""
LISTINGS = "SELECT url FROM sources UNION SELECT url FROM pages WHERE outcome = 'listing'"
# Pages that were never had, or showed no story, of the sites of some others.
WITHOUT_ARTICLE = """
SELECT id, url FROM pages WHERE article_id IS NULL AND source_id IN (
    SELECT source_id FROM pages WHERE id IN (SELECT value FROM json_each(?)))
"""
# Another story that stands at a variant of the address.
OTHERS_AT = """
SELECT 1 FROM story_addresses
WHERE address = ? AND version = ? AND article_id NOT IN (SELECT value FROM json_each(?)) LIMIT 1
"""
CAPTURES_OF = "SELECT id FROM captures WHERE page_id = ?"
# Also of a listing that showed the story once.
READ_FROM = """
SELECT capture_id FROM articles WHERE id = ?1 UNION SELECT capture_id FROM revisions WHERE article_id = ?1
"""
LINKS_OF = "SELECT id FROM related_links WHERE page_id = ?1 OR target_id = ?1"
# Of a page that survives as text only: its headlines have no address to be known by.
LINKS_BY_HEADLINE = "SELECT id FROM related_links WHERE target_id IS NULL AND headline = ?"
HEADLINES_OF = """
SELECT headline FROM articles WHERE id = ?1 UNION SELECT headline FROM revisions WHERE article_id = ?1
"""
TITLES_OF = """
SELECT headline FROM related_links WHERE target_id = ?1
UNION SELECT listed_headline FROM pages WHERE id = ?1 AND listed_headline IS NOT NULL
UNION SELECT headline FROM listed_headlines WHERE page_id = ?1
"""
# Characters of a headline that names one story: "Weather" names many.
SHORTEST_HEADLINE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Rows of one story, by their ids in rising order."""

    url: str
    articles: tuple[int, ...]
    versions: int
    pages: tuple[int, ...]
    captures: tuple[int, ...]
    links: tuple[int, ...]
    """Related links that its pages show, and those that lead to it."""
    addresses: tuple[str, ...]
    forms: tuple[StoryAddress, ...]
    """That variants of its addresses share; of no listing, and of no other article."""
    texts: tuple[str, ...]
    """Digests of the texts of its versions, each with its site."""
    headlines: tuple[str, ...]
    """Under which it was seen anywhere; of those long enough to tell it from others."""


def story_at(archive: Connection, url: str) -> Story:
    """Return what belongs to the story at url, which may be the address of its article or of any of its pages.

    Raises NotInArchiveError if there is none, ArchiveError if it is a site's front page or another listing.
    """
    with archive_errors(archive):
        pages = _ids(archive, NAMED_PAGE, storable(url))
        articles = _ids(archive, NAMED_ARTICLE, storable(url))
        if not pages and not articles:
            raise NotInArchiveError(
                f"{url} is not in the archive, by this address: `archiver search` and `archiver explain` tell "
                "under which address a story is"
            )
        if any(archive.execute(IS_LISTING, (page,)).fetchone() for page in pages):
            raise ArchiveError(f"{url} is a listing of stories, not a story: name the story's own address")
        pages, articles = _closed(archive, pages, articles)
        return _story(archive, url, pages | _variants(archive, pages, articles), articles)


def _closed(archive: Connection, pages: set[int], articles: set[int]) -> tuple[set[int], set[int]]:
    """Return pages and articles with all that belong to any of them."""
    open_pages, open_articles = set(pages), set(articles)
    while open_pages or open_articles:
        found_pages = {page for id_ in open_articles for page in _ids(archive, PAGES_OF, id_)}
        found_pages = {page for page in found_pages if not archive.execute(IS_LISTING, (page,)).fetchone()}
        found_articles = {article for id_ in open_pages for article in _ids(archive, ARTICLES_OF, id_)}
        found_articles |= {copy for id_ in open_articles for copy in _ids(archive, COPIES_OF, id_)}
        open_pages, open_articles = found_pages - pages, found_articles - articles
        pages |= open_pages
        articles |= open_articles
    return pages, articles


def _variants(archive: Connection, pages: set[int], articles: set[int]) -> set[int]:
    """Return other pages of the same sites that showed no article, at variants of the addresses of pages."""
    ids = json.dumps(sorted(pages))
    addresses = _texts(archive, "SELECT url FROM pages WHERE id IN (SELECT value FROM json_each(?))", ids)
    forms = _free_forms(archive, addresses, articles)
    rows = archive.execute(WITHOUT_ARTICLE, (ids,))
    found = {id_ for id_, url in rows if forms.intersection(forms_of(url))}
    return {page for page in found if not archive.execute(IS_LISTING, (page,)).fetchone()}


def _free_forms(archive: Connection, addresses: Iterable[str], articles: Iterable[int]) -> set[StoryAddress]:
    """Return the forms of addresses that no listing has, and no article but these."""
    forms = {form for url in addresses for form in forms_of(url)}
    forms -= {form for (url,) in archive.execute(LISTINGS) for form in forms_of(url)}
    own = json.dumps(sorted(articles))
    return {
        form for form in forms if not archive.execute(OTHERS_AT, (form.address, form.version, own)).fetchone()
    }


def _story(archive: Connection, url: str, pages: set[int], articles: set[int]) -> Story:
    headlines = {headline for id_ in articles for headline in _texts(archive, HEADLINES_OF, id_)}
    headlines |= {headline for id_ in pages for headline in _texts(archive, TITLES_OF, id_)}
    telling = tuple(sorted(each for each in headlines if len(each) >= SHORTEST_HEADLINE))
    links = {link for id_ in pages for link in _ids(archive, LINKS_OF, id_)}
    links |= {link for headline in telling for link in _ids(archive, LINKS_BY_HEADLINE, headline)}
    versions = list(_versions(archive, articles))
    captures = {capture for id_ in pages for capture in _ids(archive, CAPTURES_OF, id_)}
    captures |= {capture for id_ in articles for capture in _ids(archive, READ_FROM, id_)}
    addresses = _addresses(archive, pages, articles)
    return Story(
        url=storable(url),
        articles=tuple(sorted(articles)),
        versions=len(versions),
        pages=tuple(sorted(pages)),
        captures=tuple(sorted(captures)),
        links=tuple(sorted(links)),
        addresses=tuple(sorted(addresses)),
        forms=tuple(_free_forms(archive, addresses, articles)),
        texts=tuple(
            sorted({text_digest(source, digest) for source, digest in versions if digest != EMPTY_BODY})
        ),
        headlines=telling,
    )


def _versions(archive: Connection, articles: Iterable[int]) -> Iterable[tuple[str, str]]:
    """Yield site and digest of the text of each version."""
    for id_ in articles:
        rows = archive.execute(
            """
            SELECT sources.url, article_versions.body FROM article_versions
            JOIN articles ON articles.id = article_id JOIN sources ON sources.id = source_id
            WHERE article_id = ?
            """,
            (id_,),
        )
        yield from ((source, body_digest(body)) for source, body in rows)


def _addresses(archive: Connection, pages: Iterable[int], articles: Iterable[int]) -> set[str]:
    """Return where the story was: of its pages, and where their redirects led, unless that is a site or listing."""
    found = {url for id_ in pages for url in _texts(archive, "SELECT url FROM pages WHERE id = ?", id_)}
    found |= {
        url for id_ in articles for url in _texts(archive, "SELECT url FROM articles WHERE id = ?", id_)
    }
    for id_ in pages:
        rows = archive.execute("SELECT DISTINCT final_url, outcome FROM captures WHERE page_id = ?", (id_,))
        found |= {final_url for final_url, outcome in rows if Outcome(outcome) in ARTICLE_OUTCOMES}
    return {url for url in found if not _is_listing(archive, url)}


def _is_listing(archive: Connection, url: str) -> bool:
    row = archive.execute(
        "SELECT 1 FROM sources WHERE url = ?1 UNION ALL SELECT 1 FROM pages WHERE url = ?1 AND outcome = 'listing'",
        (url,),
    ).fetchone()
    return row is not None


def _ids(archive: Connection, sql: str, value: object) -> set[int]:
    return {int(id_) for (id_,) in archive.execute(sql, (value,))}


def _texts(archive: Connection, sql: str, value: object) -> set[str]:
    return {str(text) for (text,) in archive.execute(sql, (value,))}
