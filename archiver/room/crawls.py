"""The crawls, one by one, and the whole story of one address."""

from collections import Counter

from archiver.errors import QueryError
from archiver.items import Outcome
from archiver.room.answers import Answer, Asked, address
from db.crawls.funnels import Funnel

# Crawls that a page shows, and the most of them, of failures, visits and captures.
CRAWLS, MOST = 50, 200
# Pages that show an address, as told with its story.
MOST_POINTERS = 50
LAST_ID = 10**12


def crawls_page(asked: Asked) -> Answer:
    """Show the latest crawls, or those before one."""
    before = asked.number("before", LAST_ID, LAST_ID)
    limit = asked.number("limit", CRAWLS, MOST)
    found = asked.archive.crawls(limit=limit + 1, before=before)
    place = asked.request.url.path
    given = asked.text("limit")
    shown = {
        "older": address(place, before=found[limit - 1].id, limit=given) if len(found) > limit else None,
        "latest": address(place, limit=given) if asked.text("before") else None,
    }
    return Answer("crawls.html", "Crawls", {"crawls": found[:limit]}, shown)


def crawl_page(asked: Asked) -> Answer:
    """Show what one crawl came to, first at the sites where it found something."""
    id_ = asked.id("crawl")
    found = asked.archive.crawl(id_, limit=MOST)
    pages: Counter[Outcome] = Counter()
    for count in found.crawl.counts:
        pages[count.outcome] += count.pages
    shown = {
        "outcomes": dict(pages.most_common()),
        "telling": [each for each in found.funnels if _tells(each)],
        "quiet": [each for each in found.funnels if not _tells(each)],
        "failed": sum(funnel.failed for funnel in found.funnels),
        "most": MOST,
    }
    return Answer("crawl.html", f"Crawl {id_}", {"account": found}, shown)


def _tells(funnel: Funnel) -> bool:
    return bool(funnel.discovered or funnel.new or funnel.changed or funnel.gone or funnel.failed)


def explain_page(asked: Asked) -> Answer:
    """Tell the whole story of one address."""
    url = asked.text("url")
    if url is None:
        raise QueryError("url is missing: give the address of a page, such as /explain?url=https://…")
    account = asked.archive.explain(url, visits=MOST)
    captures = asked.archive.captures_at(account.url, limit=MOST + 1)
    pointed_by = asked.archive.pointed_by(account.url, limit=MOST_POINTERS + 1)
    data = {
        "account": account,
        "captures": captures[:MOST],
        "pointed_by": pointed_by[:MOST_POINTERS],
    }
    is_more = {"captures": len(captures) > MOST, "pointed_by": len(pointed_by) > MOST_POINTERS}
    return Answer("explain.html", f"The story of {url}", data, {"is_more": is_more})
