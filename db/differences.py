"""What another reading of a capture would change in the archive, field by field."""

import json
from dataclasses import dataclass
from sqlite3 import Connection

from archiver.items import Article, Outcome, Visit
from db.articles import article_values, storable_article
from db.columns import AUTHORS
from db.links import link_rows, shown_links
from db.rereading import Reading
from db.values import list_of, list_text, sources_text

CONTENT = ("headline", "lead", "body")
# What a page no longer says of its story, it said once: these keep what they are.
LASTING = ("language", "section", "date_published", "date_modified")
NOW = f"""
SELECT headline, lead, body, {AUTHORS} AS authors, language, section, date_published, date_modified, keywords,
    (SELECT sources FROM version_sources WHERE article_id = articles.id AND number = revision) AS sources,
    (SELECT json_group_array(json_array(url, caption, credit)) FROM (
        SELECT * FROM images WHERE article_id = articles.id ORDER BY position)) AS images
FROM articles WHERE id = ?
"""  # noqa: S608 - only text of this program


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One field that would change."""

    field: str
    """A field of Article, or related, or article where a page gives one now, or outcome where it gives none still."""
    old: str
    new: str


def differences(archive: Connection, reading: Reading, visit: Visit) -> tuple[Difference, ...]:
    """Return what recording visit, a capture's reading decided as if it were a crawl's, would change."""
    article = visit.split.article if visit.split else None
    if reading.article_id is not None and article is None:
        return ()
    found = [] if article is None else _of_article(archive, reading, visit, article)
    is_still_none = reading.article_id is None and visit.split is not None and article is None
    if is_still_none and visit.outcome is not reading.outcome:
        found.append(Difference(field="outcome", old=reading.outcome, new=visit.outcome))
    return (*found, *_of_links(archive, reading, visit))


def _of_article(archive: Connection, reading: Reading, visit: Visit, article: Article) -> list[Difference]:
    if visit.outcome is Outcome.STORED or reading.article_id is None:
        return [Difference(field="article", old="", new=article.headline)]
    if visit.article_id != reading.article_id:
        return []
    now = archive.execute(NOW, (reading.article_id,)).fetchone()
    article = storable_article(article, visit.final_url)
    values = article_values(article, "")
    found = []
    if visit.outcome is Outcome.CHANGED:
        found += [_difference(field, now[field], values[field]) for field in CONTENT]
        found.append(_difference("authors", _listed(now["authors"]), "; ".join(article.authors)))
    if reading.gives_fields:
        found += [_difference(name, now[name], values[name] or now[name]) for name in LASTING]
        found.append(_difference("keywords", _listed(now["keywords"]), _listed(list_text(article.keywords))))
        images = json.dumps([[image.url, image.caption, image.credit] for image in article.images])
        found.append(_difference("images", _spaced(now["images"]), _spaced(images)))
        sources = json.loads(now["sources"] or "{}")
        after = sources | json.loads(sources_text(article.sources))
        found.append(_difference("sources", _named(sources), _named(after)))
    return [each for each in found if each.old != each.new]


def _of_links(archive: Connection, reading: Reading, visit: Visit) -> list[Difference]:
    if not reading.gives_links or visit.split is None:
        return []
    old, new = shown_links(archive, reading.page_id), link_rows(visit.split.related)
    if old == new:
        return []
    gone, come = (", ".join(sorted(str(row[1]) for row in rows)) for rows in (old - new, new - old))
    return [Difference(field="related", old=gone, new=come)]


def _difference(field: str, old: object, new: object) -> Difference:
    return Difference(field=field, old=str(old or ""), new=str(new or ""))


def _listed(text: str) -> str:
    return "; ".join(list_of(text))


def _spaced(text: str) -> str:
    return json.dumps(json.loads(text), ensure_ascii=False)


def _named(sources: dict[str, str]) -> str:
    return ", ".join(f"{field} {sources[field]}" for field in sorted(sources))
