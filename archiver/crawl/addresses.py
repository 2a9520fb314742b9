"""Which network addresses a crawl may connect to: none of a private network, unless the user has opened it.

Hosts are checked twice: addresses written as numbers before a request is sent, and what a name resolves to at the
moment of connecting, so that no answer of a name server can change in between.
"""

import socket
from collections.abc import Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Any, Self, TypeAlias
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import CannotResolveHostError
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer

from archiver.errors import SettingError
from archiver.host_names import ascii_host
from archiver.parsers.urls import DEFAULT_PORTS
from spiders.responses import ForbiddenAddressError

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network
Place: TypeAlias = tuple[str, int]

# Networks whose IPv6 addresses carry one of IPv4 in their last 32 bits: of translators (RFC 6052), and an old form.
CARRIERS = (IPv6Network("64:ff9b::/96"), IPv6Network("::/96"))
LOOPBACK = IPv4Address("127.0.0.1")


def networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Return the networks that ALLOWED_NETWORKS names, each as an address or as address/bits.

    Raises SettingError for anything else.
    """
    try:
        return tuple(ip_network(text.strip()) for text in texts if text.strip())
    except ValueError as error:
        raise SettingError(
            f"ALLOWED_NETWORKS: {error}: give addresses or networks such as 10.1.2.3 or 10.1.0.0/16"
        ) from error


def is_public(address: Address) -> bool:
    """Whether an address is one of the public internet, seen through every form that carries another one."""
    inner = _carried(address)
    if inner is not None:
        return is_public(inner)
    is_site = isinstance(address, IPv6Address) and address.is_site_local
    return address.is_global and not address.is_multicast and not address.is_reserved and not is_site


def literal(host: str) -> Address | None:
    """Return the address that a host is written as, in any way that a resolver reads as numbers, or None.

    "2130706433", "0x7f.1" and "localhost" are all 127.0.0.1.
    """
    if host == "localhost" or host.endswith(".localhost"):
        return LOOPBACK
    try:
        return ip_address(host)
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):  # a name
        return None


class AddressGuard:
    """Refuses requests to private addresses, as Scrapy's middleware and as Twisted's resolver of names.

    What the user names himself by a private address, a source at 127.0.0.1:8000, is open to the requests of that
    source, at that port. A name that leads to a private address is open only by ALLOWED_NETWORKS.
    """

    def __init__(
        self, allowed: Sequence[Network], sources: Iterable[str], proxies: Iterable[str] = ()
    ) -> None:
        self._allowed = allowed
        self._opened = {url: place(url) for url in sources if literal(place(url)[0]) is not None}
        self._proxies = frozenset(
            place(proxy if "://" in proxy else f"http://{proxy}")[0] for proxy in proxies
        )
        self._refused: dict[str, Address] = {}

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the guard of a crawl, which from now on stands before the reactor's resolver."""
        from twisted.internet import reactor  # noqa: PLC0415 - it is the one that Scrapy has installed

        sources = [source.url for source in getattr(crawler.spider, "sources", ())]
        # Whoever set these variables of the environment named them himself, as he did the sources.
        proxies = [url for scheme, url in getproxies().items() if scheme in DEFAULT_PORTS]
        guard = cls(networks(crawler.settings.getlist("ALLOWED_NETWORKS")), sources, proxies)
        names: Any = reactor
        names.installNameResolver(GuardedResolver(names.nameResolver, guard))
        return guard

    def process_request(self, request: Request) -> None:
        """Raise ForbiddenAddressError if a request names a private address that its source has not opened."""
        where = place(request.url)
        source = request.meta.get("source") or request.meta.get("robots_of")
        address = literal(where[0])
        if address is not None and where != self._opened.get(str(source)) and not self.permits(address):
            raise ForbiddenAddressError(request.url, str(address))

    def process_exception(self, request: Request, exception: Exception) -> None:
        """Raise ForbiddenAddressError where a name led to nothing but private addresses."""
        host = place(request.url)[0]
        if isinstance(exception, CannotResolveHostError) and host in self._refused:
            raise ForbiddenAddressError(request.url, str(self._refused[host])) from exception

    def permits(self, address: Address) -> bool:
        """Whether an address is public, or in a network that the user has opened."""
        inner = _carried(address) or address
        in_opened = any(each in network for each in (address, inner) for network in self._allowed)
        return in_opened or is_public(address)

    def may_connect(self, name: str, port: int, address: Address) -> bool:
        """Whether a connection that was asked for by name may be made to an address."""
        host = _as_asked(name)
        if host in self._proxies or (host, port) in self._opened.values() or self.permits(address):
            return True
        self._refused[host] = address
        return False


# zope.interface carries no types: what stands for one of its interfaces is Any.
@implementer(IHostnameResolver)
class GuardedResolver:
    """Resolves names as another resolver does, without the addresses that may not be connected to.

    Twisted connects to what a resolver hands over, and to nothing else.
    """

    def __init__(self, names: Any, guard: AddressGuard) -> None:
        self._names = names
        self._guard = guard

    def resolveHostName(  # noqa: N802 - the words are Twisted's
        self,
        resolutionReceiver: Any,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        *others: Any,
    ) -> Any:
        """Tell the receiver the addresses of a name that may be connected to."""
        receiver = _Receiver(resolutionReceiver, self._guard, hostName, portNumber)
        return self._names.resolveHostName(receiver, hostName, portNumber, *others)


@implementer(IResolutionReceiver)
class _Receiver:
    def __init__(self, receiver: Any, guard: AddressGuard, name: str, port: int) -> None:
        self._receiver = receiver
        self._guard = guard
        self._place = name, port

    def resolutionBegan(self, resolution: Any) -> None:  # noqa: N802
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:  # noqa: N802
        if self._guard.may_connect(*self._place, ip_address(address.host)):
            self._receiver.addressResolved(address)

    def resolutionComplete(self) -> None:  # noqa: N802
        self._receiver.resolutionComplete()


def place(url: str) -> Place:
    """Return host and port of an address that is asked for; no port that is none: 0."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        return (parts.hostname or "").rstrip("."), 0
    return (parts.hostname or "").rstrip("."), DEFAULT_PORTS.get(parts.scheme, 0) if port is None else port


def _carried(address: Address) -> Address | None:
    """Return the IPv4 address that one of IPv6 carries, or None."""
    if isinstance(address, IPv4Address):
        return None
    teredo = address.teredo[1] if address.teredo else None
    for carried in (address.ipv4_mapped, address.sixtofour, teredo):
        if carried is not None:
            return carried
    if any(address in network for network in CARRIERS):
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None


def _as_asked(name: str) -> str:
    """Return a name as addresses write it; Twisted hands over letters outside ASCII."""
    try:
        return ascii_host(name).lower().rstrip(".")
    except UnicodeError:
        return name.lower().rstrip(".")
