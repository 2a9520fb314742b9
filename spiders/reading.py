"""One page read by a worker: its split, and what else can be made of it without the archive."""

from collections.abc import Sequence
from datetime import datetime

from archiver.items import PreparedPage, RawResponse
from archiver.parsers import split_page
from archiver.parsers.rules import SiteRules
from db.prepared import prepare
from db.raw_pages.warc_records import response_records


def read_story(
    page: RawResponse,
    *,
    url: str,
    fetched: datetime,
    content_type: str | None,
    rules: Sequence[SiteRules],
    record_of: str | None,
) -> PreparedPage:
    """Return the split of a page that came from url, its story prepared for the archive.

    record_of is the address under which its WARC record names it, None if no record is wanted. Raises PageError.
    """
    split = split_page(page.body, url=url, content_type=content_type, fetched=fetched, rules=rules)
    return PreparedPage(
        split=split,
        prepared=None if split.article is None else prepare(split.article),
        packed=None if record_of is None else response_records(record_of, fetched, page),
    )
