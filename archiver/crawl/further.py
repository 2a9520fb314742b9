"""What a page costs beside its one request: hops of redirects, and second tries."""

from scrapy import Request
from scrapy.http import Response

from archiver.crawl.journal import asked_again
from spiders.frontier import Frontier

# Where a request keeps what it was answered, for the one that follows it to the same page.
ANSWERED = "answered"


class FurtherRequests:
    """Weighs what was answered before a page came, and logs it; stands before what sends requests.

    A request that is sent on or tried again is made of the one before, with all that is noted there.
    """

    def process_request(self, request: Request) -> None:
        """Count a request that follows another one to the same page."""
        answered = request.meta.pop(ANSWERED, None)
        frontier: Frontier | None = request.cb_kwargs.get("frontier")
        if answered is not None and frontier is not None:
            url, what, size = answered
            frontier.weigh_further(size, pages=0 if request.meta.get("listing_of") else 1)
            asked_again(frontier.source.url, url, what, request.url)

    def process_response(self, request: Request, response: Response) -> Response:
        """Note what came, which may be no page yet."""
        request.meta[ANSWERED] = request.url, f"HTTP status {response.status}", len(response.body)
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Note that nothing came."""
        request.meta[ANSWERED] = request.url, type(exception).__name__, 0
