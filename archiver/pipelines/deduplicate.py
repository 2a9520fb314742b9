"""Step 4: what is the story to the archive: new, changed, unchanged, or one it has from another address?"""

from dataclasses import replace
from sqlite3 import Connection
from urllib.parse import urlsplit

from archiver.items import Article, Discovery, Outcome, Visit
from archiver.story_address import may_be_address_of, story_addresses
from db.crawls.lookups import article_at_address, body_of
from db.digests import body_digest, content_digest
from db.store import KnownArticle, article_with_body, known_article, page_state
from db.versions import FLAPPED, shown_version, was_shown_lately


class Deduplicate:
    """Settles the outcome of a visit that found a story, or heard that nothing has changed."""

    def __init__(self, archive: Connection, *, exact: bool = False) -> None:
        self._archive = archive
        self._exact = exact
        """Whether white space alone makes no version, as for a parser that reads better; else all noise."""

    def process_item(self, item: Visit | Discovery) -> Visit | Discovery:
        """Return the item with its outcome and the article it belongs to."""
        if isinstance(item, Discovery):
            return item
        if item.outcome is Outcome.UNCHANGED:
            return self._as_before(item)
        if item.split is None or item.split.article is None:
            return item
        return self._compared(item, item.split.article)

    def _as_before(self, visit: Visit) -> Visit:
        known = known_article(self._archive, page_url=visit.url, article_url=visit.final_url)
        if known is None:
            return replace(
                visit, outcome=Outcome.HTTP_ERROR, detail="HTTP status 304 for a page without article"
            )
        return _same(visit, known)

    def _compared(self, visit: Visit, article: Article) -> Visit:
        known = known_article(self._archive, page_url=visit.url, article_url=article.url)
        if known is not None:
            return self._against(visit, article, known)
        if article.url != visit.final_url and not may_be_address_of(
            article.url, visit.final_url, article.headline
        ):
            visit = _own_story(visit, article)
        variant = article_at_address(self._archive, visit.addresses)
        if variant is not None and _is_at_its_place(visit, variant):
            return self._against(visit, article, variant)
        if variant is not None and self._is_copy(article, variant, otherwise=False):
            return _as_duplicate(visit, variant)
        twin = article_with_body(self._archive, visit.source, body_digest(article.body))
        if twin is not None:
            return _as_duplicate(visit, twin)
        return replace(visit, outcome=Outcome.STORED)

    def _against(self, visit: Visit, article: Article, known: KnownArticle) -> Visit:
        digest = content_digest(article)
        if digest == known.content_digest or (digest in known.earlier and not _is_read_from(visit, known)):
            return _same(visit, known)
        if self._is_another_story(visit, article, known):
            return _own_story(visit, article)
        if not self._exact and (same := self._as_shown_before(visit, article, known)) is not None:
            return same
        return replace(visit, outcome=Outcome.CHANGED, article_id=known.id)

    def _as_shown_before(self, visit: Visit, article: Article, known: KnownArticle) -> Visit | None:
        """Return the visit of a page that shows a version which the archive has, None if it changed."""
        shown = shown_version(self._archive, known.id, article)
        if shown is None:
            return None
        if shown.is_latest or not _is_read_from(visit, known):
            return _same(visit, known)
        if not was_shown_lately(self._archive, known.id, shown.number, visit.fetched):
            return None
        return replace(_same(visit, known), detail=FLAPPED, version=shown.number)

    def _is_another_story(self, visit: Visit, article: Article, known: KnownArticle) -> bool:
        """Whether a page that led to a known article has nothing in common with it."""
        if _is_own_page(visit, known) or _is_at_its_place(visit, known):
            return False
        state = page_state(self._archive, visit.url)
        showed_it = state is not None and state.article_id == known.id
        if article.headline == known.headline:
            # "Weather", "Live": a page that names the other's address needs more than such a headline.
            return not showed_it and not self._is_copy(article, known, otherwise=True)
        # The page claims the other's address: believed only if it showed that story before.
        return article.url != known.url or not showed_it

    def _is_copy(self, article: Article, known: KnownArticle, *, otherwise: bool) -> bool:
        """Whether an article has the text of a known one, or nearly so; too little text: the headline, or otherwise."""
        from db.dedup.overlap import are_copies  # noqa: PLC0415 - numpy, for the few pages that need it

        is_copy = are_copies(article.body, body_of(self._archive, known.id))
        if is_copy is None:
            return otherwise or article.headline == known.headline
        return is_copy


def _is_own_page(visit: Visit, known: KnownArticle) -> bool:
    """Whether the page is the article's own, not another address that shows a copy, or where it leads now."""
    if known.url == visit.final_url:
        return True
    return known.url == visit.url and _place(visit.url) == _place(visit.final_url)


def _is_at_its_place(visit: Visit, known: KnownArticle) -> bool:
    """Whether the page stands where the article's own does, or did before its site moved."""
    return _place(known.url) == _place(visit.final_url)


def _place(url: str) -> tuple[str, str, str]:
    """Return what stays of an address where a site moves to https, or to or from "www." or a last slash."""
    parts = urlsplit(url)
    return parts.netloc.removeprefix("www."), parts.path.rstrip("/"), parts.query


def _is_read_from(visit: Visit, known: KnownArticle) -> bool:
    """Whether the page is where the archive has the article from, whatever address it names as the article's."""
    if _is_own_page(visit, known):
        return True
    leads_to = _place(visit.final_url)
    return known.page_url == visit.url and leads_to in (_place(visit.url), _place(known.url))


def _same(visit: Visit, known: KnownArticle) -> Visit:
    if _is_read_from(visit, known):
        return replace(visit, outcome=Outcome.UNCHANGED, article_id=known.id)
    return _as_duplicate(visit, known)


def _as_duplicate(visit: Visit, known: KnownArticle) -> Visit:
    return replace(visit, outcome=Outcome.DUPLICATE, detail=f"as {known.url}", article_id=known.id)


def _own_story(visit: Visit, article: Article) -> Visit:
    article = replace(article, url=visit.final_url)
    split = None if visit.split is None else replace(visit.split, article=article)
    addresses = story_addresses(visit.final_url)
    return replace(visit, outcome=Outcome.STORED, split=split, addresses=addresses)
