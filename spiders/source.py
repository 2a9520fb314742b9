"""One news site that crawls are told of."""

from dataclasses import dataclass

from archiver.errors import SourceError
from archiver.parsers.rules import SiteRules
from archiver.parsers.urls import canonical_url, host, site


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One news site, as the user named it."""

    url: str
    """Canonical address; the site's pages are those of the same registered domain."""
    name: str | None = None
    language: str | None = None
    """BCP 47: what its stories are written in, mostly."""
    feeds: tuple[str, ...] = ()
    sitemaps: tuple[str, ...] = ()
    fronts: tuple[str, ...] = ()
    """Pages that list stories. Empty, as feeds and sitemaps: the crawl finds them by itself."""
    pages: int | None = None
    """Story pages to visit in one crawl; None: the setting PAGE_BUDGET."""
    pages_a_day: int | None = None
    megabytes_a_day: float | None = None
    """What may be fetched in 24 hours by all crawls together; None: no limit."""
    delay: float | None = None
    """Seconds between two requests; None: the setting DOWNLOAD_DELAY."""
    javascript: bool = False
    """Whether its fronts and stories are what a browser makes of them, scripts run."""
    rules: tuple[SiteRules, ...] = ()
    """How its pages are read where the general logic errs; one for each time they were made anew."""

    def may_list(self, url: str) -> bool:
        """Whether a page may list its stories: one of its own site, or of a site where the user says that one does."""
        named = (self.url, *self.feeds, *self.sitemaps, *self.fronts)
        return host(url) != "" and site(host(url)) in {site(host(each)) for each in named}


def source_address(url: str) -> str:
    """Return the canonical address of a site; https:// is put before one without scheme.

    Raises SourceError if it cannot be the address of a site.
    """
    address = url.strip()
    is_word = address.isalnum() and address != "localhost"  # a slip: the name of a source, or a command
    address = f"https://{address}" if address and "://" not in address else address
    # What stands before an @ is a name to log in with, or an e-mail address.
    canonical = None if is_word or " " in address or "@" in address else canonical_url(address)
    if canonical is None:
        raise SourceError(f"{url!r} is no address of a site: give one such as https://news.example/")
    return canonical
