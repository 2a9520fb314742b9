"""What stands around the articles of a synthetic archive, as a crawl leaves it: their pages, captures and links."""

import json
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain
from random import Random
from sqlite3 import Connection

# One page in so many shows related headlines: of all, they would take longer to index than the articles.
LINKED = 5
# Headlines of a page by kind and block, and how many: stories of its site, archived and not.
BLOCKS = (
    ("related", "Read also", 8, True),
    ("latest", "Latest", 5, True),
    ("popular", "Most read", 4, False),
)
# Stories of a site among which those that a page shows are drawn.
RECENT = 200

PAGE = """
INSERT INTO pages(id, url, source_id, found_by, found_on_id, first_seen, outcome, status, last_visited, visits,
                  links_seen, article_id, state)
VALUES (?, ?, ?, 'front_page', ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
CAPTURE = """
INSERT INTO captures(id, page_id, crawl_id, fetched, final_url, status, content_type, length, digest, outcome,
                     detail, body_length, has_date, has_author, link_count)
VALUES (?, ?, ?, ?, ?, 200, 'text/html; charset=utf-8', ?, ?, 'stored', '', ?, 1, 1, ?)
"""
LINK = """
INSERT INTO related_links(id, page_id, target_id, headline, kind, block, position, first_seen, last_seen, language)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
SIGHTING = "INSERT INTO sightings(page_id, first_seen, last_seen, links) VALUES (?, ?, ?, ?)"


@dataclass(slots=True)
class _Site:
    """What a site's pages link to: numbers of pages and headlines."""

    archived: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=RECENT))
    missing: deque[tuple[int, str]] = field(default_factory=lambda: deque(maxlen=RECENT))


class Surroundings:
    """Makes the rows around articles, which are given in the order of their ids, from 1."""

    def __init__(self, crawl_id: int, sites: int) -> None:
        """Leave the first rows to the front pages of so many sites, numbered like these."""
        self._crawl_id = crawl_id
        self._sites = {site: _Site() for site in range(1, sites + 1)}
        self._chance = Random(crawl_id)
        self._page, self._link, self._article = sites, 0, 0
        self._rows: dict[str, list[tuple[object, ...]]] = {sql: [] for sql in (PAGE, CAPTURE, LINK, SIGHTING)}

    def place(self, article: Mapping[str, object]) -> dict[str, object]:
        """Return the values of an article with page and capture of its own, whose rows the next write adds."""
        self._article += 1
        site_id, seen, url = int(str(article["source_id"])), article["seen"], str(article["url"])
        site = self._sites[site_id]
        number = self._article
        is_linked = number % LINKED == 0 and len(site.archived) == RECENT
        page = self._next_page(site_id, url, str(seen), number, is_linked=is_linked)
        links = self._links(page, site, article) if is_linked else 0
        digest = article["content_digest"]
        length = 20 * len(str(article["body"]))
        capture = (
            number + len(self._sites),
            page,
            self._crawl_id,
            seen,
            url,
            length,
            digest,
            length // 20,
            links,
        )
        self._rows[CAPTURE].append(capture)
        site.archived.append((page, str(article["headline"])))
        if number % LINKED == 0:
            story = f"{url}/missing"
            missing = self._next_page(site_id, story, str(seen), None, is_linked=False)
            site.missing.append((missing, f"{article['lead']}"[:80]))
        return {**article, "page_id": page, "capture_id": number + len(self._sites)}

    def write(self, archive: Connection) -> None:
        """Write the rows of the articles since the last write; theirs stand in the transaction that is open."""
        for sql, rows in self._rows.items():
            archive.executemany(sql, rows)
            rows.clear()

    def _next_page(self, site_id: int, url: str, seen: str, article: int | None, *, is_linked: bool) -> int:
        self._page += 1
        visited = ("stored", 200, seen, 1) if article else (None, None, None, 0)
        linked = seen if is_linked else None
        state = "done" if article else "pending"
        self._rows[PAGE].append((self._page, url, site_id, site_id, seen, *visited, linked, article, state))
        return self._page

    def _links(self, page: int, site: _Site, article: Mapping[str, object]) -> int:
        """Make the links of a page; return how many."""
        drawn = [
            [
                (kind, block, *story)
                for story in self._drawn(site.archived if archived else site.missing, number)
            ]
            for kind, block, number, archived in BLOCKS
        ]
        rows = list(chain.from_iterable(drawn))
        seen, first = article["seen"], self._link + 1
        for position, (kind, block, target, headline) in enumerate(rows):
            self._link += 1
            self._rows[LINK].append(
                (self._link, page, target, headline, kind, block, position, seen, seen, article["language"])
            )
        shown = json.dumps(list(range(first, self._link + 1)), separators=(",", ":"))
        self._rows[SIGHTING].append((page, seen, seen, shown))
        return len(rows)

    def _drawn(self, stories: deque[tuple[int, str]], number: int) -> list[tuple[int, str]]:
        return self._chance.sample(list(stories), min(number, len(stories)))
