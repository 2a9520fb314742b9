"""Step 3: the page as a record of a WARC file, packed in a thread of its own beside all else."""

import asyncio
from dataclasses import replace
from typing import Self

from scrapy.crawler import Crawler

from archiver.items import Discovery, Visit
from archiver.pipelines.archive import OpenArchive
from archiver.pipelines.store import KEPT, brings_the_same
from db.raw_pages.warc_records import response_records
from db.store import last_capture


class Pack:
    """Packs what will be kept: bytes that are not those of the last visit. Whether they stay so is for Store to see."""

    def __init__(self, archive: OpenArchive) -> None:
        self._archive = archive

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(OpenArchive.of(crawler))

    async def process_item(self, item: Visit | Discovery) -> Visit | Discovery:
        """Return the item, its response packed."""
        if isinstance(item, Discovery) or item.response is None or item.outcome not in KEPT:
            return item
        response = item.response
        if response.packed is not None:  # by the worker that read the page
            return item
        if brings_the_same(response, last_capture(self._archive.connection, item.url)):
            return item
        packed = await asyncio.to_thread(response_records, item.final_url, item.fetched, response)
        return replace(item, response=replace(response, packed=packed))
