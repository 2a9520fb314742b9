"""One line of log for each visit, instead of the whole page."""

# ruff: noqa: ARG002 - Scrapy names the arguments

import logging
from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure

from archiver.errors import ArchiveError
from archiver.items import Discovery, Visit


class VisitLog(LogFormatter):
    """Scrapy's log with visits and discoveries in the archive's words."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """Say what came of an item."""
        return {"level": logging.INFO, "msg": "%s", "args": (_line(item),)}

    def item_error(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """Say which item a pipeline failed on; the traceback follows.

        An archive that cannot be written ends the crawl, which says so once: no item needs to say it too.
        """
        level = logging.DEBUG if isinstance(exception, ArchiveError) else logging.ERROR
        return {"level": level, "msg": "Failed to archive %s", "args": (_line(item),)}


def _line(item: object) -> str:
    if isinstance(item, Visit):
        return f"{item.outcome} {item.url}" + (f" ({item.detail})" if item.detail else "")
    if isinstance(item, Discovery):
        return f"found {len(item.listings)} addresses on {item.found_on}"
    return repr(item)
