"""A page whose address has letters outside ASCII is one page, however a site writes it."""

from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from conftest import Crawl
from misbehaving import answer, feed, front, misbehaving, story

from db.connection import open_archive, read_archive, transaction
from spiders.frontier import Source

BRIDGE = "/новости/мост"
LINKS = "".join(
    f"<li><a href='{path}'>The story of the day at {path}</a></li>" for path in (BRIDGE, "/boat", "/quay")
)
RELATED = f"<aside><h2>Read also</h2><ul>{LINKS}</ul></aside>"
FERRY = story("The ferry sails").replace(b"</body>", f"{RELATED}</body>".encode())
PAGES = {quote(BRIDGE): answer(story()), "/a": answer(FERRY)}


def pages(archive: Path) -> dict[str, tuple[str | None, str]]:
    with closing(read_archive(archive)) as connection:
        rows = connection.execute("SELECT url, outcome, state FROM pages WHERE outcome IS NOT 'listing'")
        return {"/" + row["url"].split("/", 3)[3]: (row["outcome"], row["state"]) for row in rows}


def test_both_forms_of_an_address_are_one_page(archive: Path, crawl: Crawl) -> None:
    with misbehaving({**PAGES, "/": front(BRIDGE, "/a"), "/feed.xml": feed(quote(BRIDGE), "/a")}) as server:
        crawl(server.url)

    assert set(pages(archive)) == {quote(BRIDGE), "/a", "/boat", "/quay"}
    assert server.asked.count(quote(BRIDGE)) == 1


def test_page_that_an_older_archive_keeps_by_the_other_form_is_asked_for_by_this_one(
    archive: Path, crawl: Crawl
) -> None:
    with misbehaving({**PAGES, "/feed.xml": feed("/a")}) as server:
        crawl(Source(url=server.url, pages=1))
        with closing(open_archive(archive)) as connection, transaction(connection):
            connection.execute(
                "UPDATE pages SET url = ? WHERE url LIKE ?",
                (f"{server.url}{BRIDGE[1:]}", f"%{quote(BRIDGE)}"),
            )
        waiting = pages(archive)[BRIDGE]
        crawl(server.url)
        crawl(server.url)

    assert waiting == (None, "pending")
    assert pages(archive)[BRIDGE] == (None, "done")
    assert pages(archive)[quote(BRIDGE)][0] == "unchanged"
    assert server.asked.count(quote(BRIDGE)) == 2
