"""From bytes to items: what a page says, without Scrapy and without the database."""

from archiver.parsers import compiled

compiled.install()

from archiver.parsers.plain_text import split_text  # noqa: E402 - what is compiled must be there before its importers
from archiver.parsers.split import split_page  # noqa: E402

__all__ = ["split_page", "split_text"]
