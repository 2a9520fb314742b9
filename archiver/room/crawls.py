"""The crawls, one by one, and the whole story of one address."""

from archiver.errors import QueryError
from archiver.room.answers import Answer, Asked

MOST = 200
# Pages that show an address, as told with its story.
MOST_POINTERS = 50
LAST_ID = 10**12


def crawls_page(asked: Asked) -> Answer:
    """Show the latest crawls."""
    before = asked.number("before", LAST_ID, LAST_ID)
    limit = asked.number("limit", 50, MOST)
    found = asked.archive.crawls(limit=limit + 1, before=before)
    older = found[limit - 1].id if len(found) > limit else None
    return Answer("crawls.html", "Crawls", {"crawls": found[:limit]}, {"older": older})


def crawl_page(asked: Asked) -> Answer:
    """Show what one crawl came to."""
    id_ = asked.id("crawl")
    found = asked.archive.crawl(id_, limit=MOST)
    failed = sum(funnel.failed for funnel in found.funnels)
    return Answer("crawl.html", f"Crawl {id_}", {"account": found}, {"failed": failed, "most": MOST})


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
