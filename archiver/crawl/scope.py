"""Whose pages an import takes: those of known sources, and of hosts that the user names."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from archiver.crawl.sources import source_of
from archiver.parsers.urls import host, site
from db.values import plain_host
from spiders.frontier import Source


class Scope:
    """Tells to which source a page belongs. Hosts are compared as they are parsed, never as parts of a text."""

    def __init__(
        self, sources: Sequence[Source], hosts: Iterable[str] = (), *, all_hosts: bool = False
    ) -> None:
        """Pages of sources are taken; those of further hosts, or of all, get a source for each host."""
        self._hosts = frozenset(plain_host(name) for name in hosts)
        self._all_hosts = all_hosts
        self._by_site: dict[str, dict[str, Source]] = {}
        self._asked = sorted({source.url for source in sources})
        for source in sources:
            self.add(source)

    def add(self, source: Source) -> None:
        """Take the pages of a source's site from here on."""
        self._by_site.setdefault(site(host(source.url)), {}).setdefault(source.url, source)

    def source(self, url: str) -> Source | None:
        """Return the source that a page at a canonical address belongs to, None if it is not to be taken."""
        name = host(url)
        known = source_of(tuple(self._by_site.get(site(name), {}).values()), url)
        if known is not None or not self._is_wanted(name):
            return known
        return Source(url=f"{urlsplit(url).scheme}://{plain_host(name)}/")

    def arguments(self) -> dict[str, object]:
        """Return what the scope was made of, for the row of the run."""
        return {"sources": self._asked, "hosts": sorted(self._hosts), "all_hosts": self._all_hosts}

    def is_within(self, arguments: Mapping[str, object]) -> bool:
        """Whether an earlier run of these arguments took all that this one takes."""
        if arguments.get("all_hosts"):
            return True
        hosts, sources = arguments.get("hosts"), arguments.get("sources")
        if self._all_hosts or not isinstance(hosts, list) or not isinstance(sources, list):
            return False
        earlier = Scope((), map(str, hosts))
        return self._hosts <= earlier._hosts and all(
            url in sources or earlier._is_wanted(host(url)) for url in self._asked
        )

    def _is_wanted(self, name: str) -> bool:
        if self._all_hosts:
            return True
        labels = plain_host(name).partition(":")[0].split(".")
        # Of a host, the hosts below it too.
        names = {".".join(labels[start:]) for start in range(len(labels))} | {plain_host(name)}
        return not names.isdisjoint(self._hosts)
