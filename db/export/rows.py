"""The rows of an export as Python values, one after the other."""

from collections.abc import Iterator

import orjson

from db.columns import AUTHORS
from db.export.request import What
from db.export.selection import CHOSEN, Selection

ARTICLE_COLUMNS = (
    "id",
    "url",
    "source",
    "headline",
    "lead",
    "body",
    "authors",
    "date_published",
    "date_modified",
    "language",
    "section",
    "keywords",
    "images",
    "first_seen",
    "last_seen",
    "revision",
)
RELATED_LINK_COLUMNS = (
    "page_url",
    "page_headline",
    "source",
    "target_url",
    "headline",
    "kind",
    "block",
    "position",
    "first_seen",
    "last_seen",
    "id",
)
LISTS = ("authors", "keywords", "images")
TIMES = ("date_published", "date_modified", "first_seen", "last_seen")
IMAGES = """(SELECT json_group_array(json_object('url', url, 'caption', caption, 'credit', credit)) FROM (
    SELECT url, caption, credit FROM images WHERE article_id = articles.id ORDER BY position))"""
# In the order of ARTICLE_COLUMNS; lists as JSON.
ARTICLES = f"""
SELECT articles.id, articles.url, sources.host, headline, lead, body, {AUTHORS}, date_published, date_modified,
    articles.language, section, keywords, {IMAGES}, articles.first_seen, articles.last_seen, revision
FROM {CHOSEN} CROSS JOIN articles ON articles.id = chosen.id JOIN sources ON sources.id = articles.source_id
ORDER BY chosen.id
"""  # noqa: S608 - only text of this program
# In the order of RELATED_LINK_COLUMNS. CROSS: page by page, so that no more than one's are sorted.
RELATED_LINKS = f"""
SELECT pages.url, articles.headline, sources.host, targets.url, related_links.headline, kind, block, position,
    related_links.first_seen, related_links.last_seen, related_links.id
FROM pages CROSS JOIN related_links ON related_links.page_id = pages.id
CROSS JOIN {CHOSEN} ON chosen.id = related_links.id
LEFT JOIN sources ON sources.id = pages.source_id
LEFT JOIN pages AS targets ON targets.id = related_links.target_id
LEFT JOIN articles ON articles.id = pages.article_id
ORDER BY pages.id, position, related_links.id
"""  # noqa: S608


def columns(what: What) -> tuple[str, ...]:
    """Return the names of the columns of a row."""
    return ARTICLE_COLUMNS if what is What.ARTICLES else RELATED_LINK_COLUMNS


def stored_rows(selection: Selection) -> Iterator[tuple[object, ...]]:
    """Return the rows as the archive holds them, in the order of columns: lists are JSON arrays."""
    cursor = selection.archive.cursor()
    cursor.row_factory = None
    return cursor.execute(ARTICLES if selection.what is What.ARTICLES else RELATED_LINKS)


def rows(selection: Selection) -> Iterator[dict[str, object]]:
    """Yield the rows as dicts, of articles or related links."""
    return articles(selection) if selection.what is What.ARTICLES else related_links(selection)


def json_rows(selection: Selection) -> Iterator[dict[str, object]]:
    """Yield the rows as dicts for orjson, which writes lists as the archive holds them: reading them takes a tenth."""
    if selection.what is What.LINKS:
        yield from related_links(selection)
        return
    # Written out, for zip takes as long as turning the whole into JSON does.
    for (
        number, url, source, headline, lead, body, authors, published, modified, language, section, keywords, images,
        first_seen, last_seen, revision,
    ) in stored_rows(selection):  # fmt: skip
        yield {
            "id": number,
            "url": url,
            "source": source,
            "headline": headline,
            "lead": lead,
            "body": body,
            "authors": orjson.Fragment(str(authors)),
            "date_published": published,
            "date_modified": modified,
            "language": language,
            "section": section,
            "keywords": orjson.Fragment(str(keywords)),
            "images": orjson.Fragment(str(images)),
            "first_seen": first_seen,
            "last_seen": last_seen,
            "revision": revision,
        }


def articles(selection: Selection) -> Iterator[dict[str, object]]:
    """Yield the latest version of each article chosen, in order of id.

    The keys are ARTICLE_COLUMNS; authors, keywords and images are lists, an image is a dict of url, caption
    and credit. Times are ISO 8601 in UTC.
    """
    for row in stored_rows(selection):
        article: dict[str, object] = dict(zip(ARTICLE_COLUMNS, row, strict=True))
        for name in LISTS:
            article[name] = orjson.loads(str(article[name]))
        yield article


def related_links(selection: Selection) -> Iterator[dict[str, object]]:
    """Yield the related links chosen, front pages' included, by page and position; keys are RELATED_LINK_COLUMNS.

    Of the filters, source is the page's, since and until mean that the page showed the link at some time
    between them, language and author are those of the page's article.
    """
    for row in stored_rows(selection):
        yield dict(zip(RELATED_LINK_COLUMNS, row, strict=True))
