"""Which servers say that nothing has changed where something has."""

from datetime import datetime, timedelta
from sqlite3 import Connection

from archiver.items import WHOLE
from db.values import time_text

# So long a server is not believed that was wrong.
LOOKED_BACK = timedelta(days=7)
# Changes that a request without conditions found where the one before was answered by 304, and those that a request
# with conditions found.
CHANGES = """
SELECT sources.url,
    max(captures.detail LIKE '%' || :whole || '%' AND earlier.status = 304) AS was_hidden,
    max(captures.detail NOT LIKE '%' || :whole || '%'
        AND ifnull(earlier.etag, earlier.last_modified) NOT NULL) AS was_told
FROM crawls
CROSS JOIN captures INDEXED BY captures_crawl ON captures.crawl_id = crawls.id
JOIN pages ON pages.id = captures.page_id
JOIN sources ON sources.id = pages.source_id
JOIN captures AS earlier ON earlier.id = (
    SELECT max(id) FROM captures AS others
    WHERE others.page_id = captures.page_id AND others.id < captures.id AND NOT others.rendered)
WHERE crawls.started >= :since AND captures.outcome = 'changed' AND NOT captures.rendered
GROUP BY sources.id
"""


def hiding_sources(archive: Connection, now: datetime) -> frozenset[str]:
    """Return the addresses of the sources whose servers seem to answer 304 whatever became of a story.

    Of the changes of the last days one was found at least although the server had said that there was none, and none
    because it said that there is one.
    """
    rows = archive.execute(CHANGES, {"whole": WHOLE, "since": time_text(now - LOOKED_BACK)})
    return frozenset(row["url"] for row in rows if row["was_hidden"] and not row["was_told"])
