"""Joining what stands around articles: sources, crawls with their counts, alarms, imports, pages."""

from sqlite3 import Row

from db.connection import transaction
from db.forgetting.forgotten import address_digests, is_forgotten
from db.merging.joining import Join

FILL_PAGE = """
UPDATE pages SET source_id = ifnull(source_id, :source), priority = min(priority, :priority),
    found_by = CASE WHEN found_by IS NULL OR :seen < first_seen THEN ifnull(:found_by, found_by) ELSE found_by END,
    first_seen = min(first_seen, :seen),
    listed_headline = ifnull(listed_headline, :headline), listed_published = ifnull(listed_published, :published),
    listed_modified = nullif(max(ifnull(listed_modified, ''), ifnull(:modified, '')), ''),
    listed_language = ifnull(listed_language, :language), listed_keywords = ifnull(listed_keywords, :keywords),
    listed_images = ifnull(listed_images, :images)
WHERE id = :id
"""
# The later visit stands for the page; of visits, robots.txt forbade some, which left no capture.
CLOSE_PAGE = """
UPDATE pages SET outcome = :outcome, detail = :detail, status = :status, last_visited = :last_visited,
    article_id = ifnull(:article, article_id), state = :state, attempts = :attempts, next_visit = :next_visit,
    leased_until = NULL
WHERE id = :id AND ifnull(last_visited, '') < :last_visited
"""
COUNT_VISITS = """
UPDATE pages SET article_id = ifnull(article_id, :article), visits = max(visits, :visits, (
    SELECT ifnull(sum(fetches), 0) FROM captures WHERE page_id = pages.id AND NOT rendered))
WHERE id = :id
"""
# A story that both found is new where it was found first. Only crawls that found a story of the other archive are
# counted again: all would be every capture.
FOUND_BEFORE = """
SELECT 1 FROM pages AS others JOIN captures AS earlier ON earlier.page_id = others.id
WHERE others.article_id = pages.article_id AND earlier.outcome = 'stored' AND NOT earlier.rendered
    AND (earlier.fetched, earlier.id) < (captures.fetched, captures.id)
"""
COUNT_NEW = f"""
UPDATE funnels SET new = (
    SELECT pages FROM crawl_counts WHERE crawl_counts.crawl_id = funnels.crawl_id
        AND crawl_counts.source_id = funnels.source_id AND outcome = 'stored'
) - (
    SELECT count(*) FROM captures JOIN pages ON pages.id = page_id
    WHERE captures.crawl_id = funnels.crawl_id AND pages.source_id = funnels.source_id
        AND captures.outcome = 'stored' AND NOT captures.rendered AND EXISTS ({FOUND_BEFORE})
)
WHERE new > 0 AND crawl_id IN (
    SELECT captures.crawl_id FROM temp.joined_articles JOIN pages ON pages.article_id = our
    JOIN captures ON captures.page_id = pages.id WHERE captures.outcome = 'stored'
)
"""  # noqa: S608 - only text of this program
STANDING = (
    "SELECT id FROM alarms WHERE source_id = ? AND kind = ? AND (raised = ? OR cleared IS NULL AND ?) LIMIT 1"
)
FILL_ALARM = """
UPDATE alarms SET last_seen = max(last_seen, ?), cleared = ifnull(cleared, ?), notified = ifnull(notified, ?)
WHERE id = ?
"""
FILL_IMPORT = """
UPDATE imports SET next_offset = max(next_offset, ?), finished = ifnull(finished, ?) WHERE digest = ?
"""


def join_sources(join: Join) -> None:
    """Join sources by their addresses; ours keep their names."""
    for batch in join.batches("sources"):
        for row in batch:
            known = join.ours.execute("SELECT id FROM sources WHERE url = ?", (row["url"],)).fetchone()
            if known is None:
                join.added.sources += 1
            else:
                join.ours.execute(
                    "UPDATE sources SET first_seen = min(first_seen, ?) WHERE id = ?",
                    (row["first_seen"], known[0]),
                )
            join.map("sources", row["id"], known[0] if known else join.insert("sources", row))


def join_crawls(join: Join) -> None:
    """Join crawls by their keys, with their counts; one that went on since an earlier merge is brought up to date."""
    for batch in join.batches("crawls"):
        for row in batch:
            state = "interrupted" if row["state"] == "running" else row["state"]
            known = join.ours.execute(
                "SELECT id, finished FROM crawls WHERE key = ?", (row["key"],)
            ).fetchone()
            if known is None:
                join.added.crawls += 1
                crawl_id = join.insert("crawls", row, state=state)
            else:
                crawl_id = known["id"]
            join.map("crawls", row["id"], crawl_id)
            if known is not None and known["finished"] is None and row["finished"] is not None:
                join.ours.execute(
                    "UPDATE crawls SET state = ?, finished = ? WHERE id = ?",
                    (state, row["finished"], crawl_id),
                )
            if known is None or known["finished"] is None:
                _copy_counts(join, row["id"], crawl_id)


def join_alarms(join: Join) -> None:
    """Join alarms by source, kind and when they were raised; of two that stand, ours stays."""
    for batch in join.batches("alarms"):
        for row in batch:
            source, crawl = join.our("sources", row["source_id"]), join.our("crawls", row["crawl_id"])
            known = join.ours.execute(
                STANDING, (source, row["kind"], row["raised"], row["cleared"] is None)
            ).fetchone()
            if known is None:
                join.insert("alarms", row, source_id=source, crawl_id=crawl)
            else:
                join.ours.execute(FILL_ALARM, (row["last_seen"], row["cleared"], row["notified"], known[0]))


def join_imports(join: Join) -> None:
    """Join what is known of files that were read in, by their digests."""
    for batch in join.batches("imports", "digest"):
        for row in batch:
            if join.ours.execute("SELECT 1 FROM imports WHERE digest = ?", (row["digest"],)).fetchone():
                join.ours.execute(FILL_IMPORT, (row["next_offset"], row["finished"], row["digest"]))
            else:
                join.insert("imports", row, crawl_id=join.our("crawls", row["crawl_id"]))


def join_forgettings(join: Join) -> None:
    """Join what was forgotten; a story that is here stays, and is named."""
    theirs = join.theirs.execute("SELECT * FROM forgettings").fetchall()
    ours = dict(join.ours.execute("SELECT key, allowed FROM forgettings").fetchall())
    new = {row["id"]: row for row in theirs if row["key"] not in ours}
    # What is kept out here already is not here.
    open_ = {row["id"]: row for row in theirs if row["id"] in new or ours[row["key"]] is not None}
    digests: dict[str, set[int]] = {}
    for digest, id_ in join.theirs.execute("SELECT digest, forgetting_id FROM forgotten"):
        if id_ in open_:
            digests.setdefault(digest, set()).add(id_)
    if not open_:
        return
    held = set[int]()
    for (url,) in join.ours.execute("SELECT url FROM pages UNION SELECT url FROM articles"):
        if found := set[int]().union(*(digests.get(digest, set()) for digest in address_digests(url))):
            held |= found
            if any(open_[id_]["allowed"] is None for id_ in found):
                join.added.forgotten_there.append(url)
    with join.ours:
        for id_, row in new.items():
            # Nothing is kept out that is here.
            allowed = row["allowed"] or (row["begun"] if id_ in held else None)
            our = join.insert("forgettings", row, allowed=allowed, finished=row["finished"] or row["begun"])
            pairs = [(digest, our) for digest, ids in digests.items() if id_ in ids]
            join.ours.executemany("INSERT INTO forgotten(digest, forgetting_id) VALUES (?, ?)", pairs)


def join_pages(join: Join) -> None:
    """Join pages by their addresses; those that were forgotten here stay out."""
    for batch in join.batches("pages"):
        for row in batch:
            if is_forgotten(join.ours, row["url"]):
                join.added.left_out += 1
                continue
            join.map("pages", row["id"], _page(join, row))
    for batch in join.batches("pages"):
        for row in batch:
            page, found_on = join.our("pages", row["id"]), join.our("pages", row["found_on_id"])
            if page is not None and found_on is not None:
                join.ours.execute(
                    "UPDATE pages SET found_on_id = ? WHERE id = ? AND found_on_id IS NULL AND found_by IS ?",
                    (found_on, page, row["found_by"]),
                )


def close_pages(join: Join) -> None:
    """Join what the latest visits of pages came to, once all that they led to is there."""
    for batch in join.batches("pages"):
        for row in batch:
            if (page := join.our("pages", row["id"])) is None:
                continue
            values = {
                **{name: row[name] for name in ("outcome", "detail", "status", "last_visited", "attempts")},
                "next_visit": row["next_visit"],
                "state": _state(row),
                "visits": row["visits"],
                "article": join.our("articles", row["article_id"]),
                "id": page,
            }
            if row["last_visited"] is not None:
                join.ours.execute(CLOSE_PAGE, values)
            join.ours.execute(COUNT_VISITS, values)


def count_new(join: Join) -> None:
    """Count a story that crawls of both archives found as new once, in the funnel of the first of them."""
    with transaction(join.ours):
        join.ours.execute(COUNT_NEW)


def _page(join: Join, row: Row) -> int:
    source = join.our("sources", row["source_id"])
    known = join.ours.execute("SELECT id FROM pages WHERE url = ?", (row["url"],)).fetchone()
    if known is not None:
        values = {
            "id": known[0],
            "source": source,
            "priority": row["priority"],
            "found_by": row["found_by"],
            "seen": row["first_seen"],
            "headline": row["listed_headline"],
            "published": row["listed_published"],
            "modified": row["listed_modified"],
            "language": row["listed_language"],
            "keywords": row["listed_keywords"],
            "images": row["listed_images"],
        }
        join.ours.execute(FILL_PAGE, values)
        return int(known[0])
    join.added.pages += 1
    # What its visits came to is written last.
    return join.insert(
        "pages",
        row,
        source_id=source,
        found_on_id=None,
        outcome=None,
        detail="",
        status=None,
        last_visited=None,
        visits=0,
        links_seen=None,
        article_id=None,
        state=_state(row),
        leased_until=None,
    )


def _state(row: Row) -> object:
    return "pending" if row["state"] == "leased" else row["state"]


def _copy_counts(join: Join, their: int, our: int) -> None:
    for table in ("crawl_counts", "funnels"):
        join.ours.execute(f"DELETE FROM {table} WHERE crawl_id = ?", (our,))  # noqa: S608
        for row in join.theirs.execute(f"SELECT * FROM {table} WHERE crawl_id = ?", (their,)):  # noqa: S608
            join.insert(table, row, crawl_id=our, source_id=join.our("sources", row["source_id"]))
