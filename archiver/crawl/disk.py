"""A crawl leaves the file system of its archive some room, and ends before writes fail."""

from pathlib import Path
from typing import Self

from scrapy import signals
from scrapy.crawler import Crawler

from archiver.crawl.mishaps import Mishaps
from archiver.errors import DiskFullError
from db.disk import require_room
from db.raw_pages.warc_places import warc_directory


class DiskGuard:
    """Looks at the room that is left before the first request and after every page."""

    def __init__(self, crawler: Crawler, archive: Path, least: int) -> None:
        self._crawler = crawler
        # The raw pages may lie on a file system of their own.
        self._places = (archive, warc_directory(archive))
        self._least = least

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        guard = cls(crawler, Path(crawler.settings["ARCHIVE"]), crawler.settings.getint("LEAST_DISK"))
        crawler.signals.connect(guard.look, signal=signals.spider_opened)
        crawler.signals.connect(guard.look, signal=signals.item_scraped)
        return guard

    def look(self) -> None:
        """End the crawl if too little room is left."""
        try:
            for place in self._places:
                require_room(place, self._least)
        except DiskFullError as error:
            mishaps = self._crawler.get_extension(Mishaps)
            if mishaps is not None:
                mishaps.end(error)
