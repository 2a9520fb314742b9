"""Step 5: what was removed on purpose stays out, at its own address, at others, and as a headline on other pages."""

from dataclasses import replace
from sqlite3 import Connection

from archiver.items import Discovery, Outcome, Split, Visit
from db.digests import body_digest
from db.forgetting.forgotten import forgetting_of_visit, not_forgotten

REASON = "the story was forgotten on purpose: it stays out"


class LeaveOut:
    """Takes from a visit all that would bring a forgotten story back, its bytes first."""

    def __init__(self, archive: Connection) -> None:
        self._archive = archive

    def process_item(self, item: Visit | Discovery) -> Visit | Discovery:
        """Return the item without it."""
        return item if isinstance(item, Discovery) else self.without_forgotten(item)

    def without_forgotten(self, visit: Visit) -> Visit:
        """Return a visit without links to forgotten stories; of one to such a story nothing but that there was one."""
        article = visit.split.article if visit.split else None
        addresses = {visit.url, visit.final_url} | ({article.url} if article else set())
        text = body_digest(article.body) if article else None
        if forgetting_of_visit(self._archive, visit.source, addresses, text) is not None:
            # By the article the archive knows which story it is; nothing of it is kept.
            split = None if article is None else Split(article=article, related=())
            return replace(
                visit,
                outcome=Outcome.FORGOTTEN,
                detail=REASON,
                response=None,
                rendered=None,
                split=split,
                article_id=None,
            )
        if visit.split is None:
            return visit
        related = tuple(not_forgotten(self._archive, visit.split.related, lambda link: link.url))
        return (
            visit
            if related == visit.split.related
            else replace(visit, split=replace(visit.split, related=related))
        )
