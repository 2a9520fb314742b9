"""What our own faults leave: a row for the page that met one, and an end when nothing can be written."""

import asyncio
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Response
from twisted.python.failure import Failure

from archiver.crawl.ending import Ending
from archiver.errors import ArchiveError
from archiver.items import Outcome, Visit
from archiver.pipelines.archive import OpenArchive
from db.store import record_visit
from spiders.frontier import Asked
from spiders.responses import one_line

logger = logging.getLogger(__name__)


class Mishaps:
    """Records a page whose spider or pipeline failed, and ends a crawl whose archive cannot be written."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self.fatal: ArchiveError | None = None
        """Why the crawl had to end."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        mishaps = cls(crawler)
        crawler.signals.connect(mishaps.item_error, signal=signals.item_error)
        crawler.signals.connect(mishaps.spider_error, signal=signals.spider_error)
        return mishaps

    def item_error(self, item: object, failure: Failure) -> None:
        """Record the visit that a pipeline failed on."""
        if isinstance(failure.value, ArchiveError):
            self.end(failure.value)
        elif isinstance(item, Visit):
            self._record(replace(item, split=None, article_id=None), failure)

    def spider_error(self, response: Response | Failure, failure: Failure) -> None:
        """Record the visit that a spider's callback failed on."""
        if isinstance(failure.value, ArchiveError):
            self.end(failure.value)
            return
        request = response.request  # type: ignore[union-attr]  # Scrapy puts it on a Failure too
        asked: Asked | None = request.cb_kwargs.get("asked") if request is not None else None
        if request is not None and asked is not None:
            visit = Visit(
                source=request.meta["source"],
                url=asked.url,
                final_url=asked.url,
                found_by=asked.found_by,
                found_on=asked.found_on,
                fetched=datetime.now(UTC),
                outcome=Outcome.PARSE_ERROR,
            )
            self._record(visit, failure)

    def end(self, error: ArchiveError) -> None:
        """End the crawl after the requests on the wire, because of error."""
        if self.fatal is None:
            self.fatal = error
            logger.info("%s", one_line(str(error)))
            Ending.begin(self._crawler)
            self._ending = asyncio.ensure_future(self._crawler.engine.close_spider_async(reason="archive"))

    def _record(self, visit: Visit, failure: Failure) -> None:
        reason = one_line(f"{type(failure.value).__name__}: {failure.value}")
        visit = replace(visit, outcome=Outcome.PARSE_ERROR, detail=f"a fault of the archiver: {reason}")
        try:
            archive = OpenArchive.of(self._crawler)
            record_visit(archive.connection, archive.crawl_id, visit, None)
        except ArchiveError as error:
            self.end(error)
