"""From bytes to items: what a page says, without Scrapy and without the database."""

from archiver.parsers.plain_text import split_text
from archiver.parsers.split import split_page

__all__ = ["split_page", "split_text"]
