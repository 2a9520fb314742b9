"""Step 6: into the archive, the bytes first, so that no row points at bytes that are not there."""

from collections.abc import Iterator
from dataclasses import replace

from archiver.items import ARTICLE_OUTCOMES, Discovery, Outcome, RawResponse, Visit
from archiver.parsers.urls import same_site
from archiver.pipelines.archive import OpenArchive
from db.crawls.lookups import LastCapture, bytes_place
from db.digests import bytes_digest
from db.raw_pages.rendered import KeptRendering, same_rendering
from db.raw_pages.sameness import same_of_the_day
from db.store import Kept, add_discovery, last_capture, record_visit

# Outcomes whose bytes are worth keeping: they were split, or could be by a better splitter.
KEPT = ARTICLE_OUTCOMES | {Outcome.LISTING, Outcome.NOT_ARTICLE, Outcome.PARSE_LIMIT, Outcome.PARSE_ERROR}


def brings_the_same(response: RawResponse, last: LastCapture | None) -> bool:
    """Whether a response brings no other bytes than the last capture of its page."""
    return response.status == 304 or (last is not None and last.digest == bytes_digest(response.body))


class Store:
    """Writes every visit and every discovered address."""

    def __init__(self, archive: OpenArchive) -> None:
        self._archive = archive

    def process_item(self, item: Visit | Discovery) -> Visit | Discovery:
        """Return the item as it was recorded."""
        archive = self._archive
        if isinstance(item, Discovery):
            add_discovery(archive.connection, item, archive.crawl_id)
            return item
        outcome = record_visit(
            archive.connection,
            archive.crawl_id,
            item,
            self._with_rendering(item, self._kept(item)),
            own_targets(item),
            archive.ages,
        )
        return replace(item, outcome=outcome)

    def _kept(self, visit: Visit) -> Kept | None:
        """Write the visit's response; return where it stands and the capture that holds its bytes, if another.

        Bytes that are those of the last visit are not written again, unless what was written can no longer be read;
        of a listing, of which this is the rule, that it brought them is written once a day.
        """
        response = visit.response
        if response is None or visit.outcome not in KEPT:
            return None
        warc = self._archive.warc
        last = last_capture(self._archive.connection, visit.url)
        if last is not None and last.place is not None and brings_the_same(response, last):
            held = warc.held(last.place)
            if held is not None:
                again = same_of_the_day(
                    self._archive.connection, self._archive.crawl_id, visit, last.holder_id
                )
                if again is not None:
                    return Kept(None, refers_to=last.holder_id, seen_again=again)
                place = warc.append_revisit(visit.final_url, visit.fetched, response, held)
                return Kept(place, refers_to=last.holder_id)
        if response.status == 304:
            return None
        return Kept(warc.append(visit.final_url, visit.fetched, response))

    def _with_rendering(self, visit: Visit, kept: Kept | None) -> Kept | None:
        """Write what a browser made of the visit's response, unless it is what it made of it last time."""
        if kept is None or visit.rendered is None:
            return kept
        archive = self._archive
        same = same_rendering(archive.connection, visit.url, visit.rendered)
        if same is not None and archive.warc.is_whole(same.place):
            return replace(kept, rendered=KeptRendering(None, refers_to=same.capture_id))
        original = kept.place if kept.refers_to is None else bytes_place(archive.connection, kept.refers_to)
        held = None if original is None else archive.warc.held(original)
        if held is None:
            return kept
        place = archive.warc.append_rendered(visit.final_url, visit.fetched, visit.rendered, held)
        return replace(kept, rendered=KeptRendering(place))


def own_targets(visit: Visit) -> Iterator[str]:
    """Yield the addresses of the related headlines that are stories of the visit's own site."""
    for link in visit.split.related if visit.split else ():
        if link.url and same_site(link.url, visit.source):
            yield link.url
