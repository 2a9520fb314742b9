"""Addresses: absolute, canonical, and whether two belong to one site."""

import re
from functools import lru_cache
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

from archiver.host_names import ascii_host
from archiver.parsers.public_suffixes import registered_domain
from archiver.story_address import versions

DEFAULT_PORTS = {"http": 80, "https": 443}
# Characters that may stand in an address as they are (RFC 3986), so that quoting leaves them alone.
SAFE = "/:@!$&'()*+,;=~-._%?"
# What may not, or could not be seen: white space, controls and marks of the direction of writing (RFC 3987).
FORBIDDEN = re.compile(
    r"[\x00-\x20\x7f-\xa0\u1680\u2000-\u200f\u2028-\u202f\u205f\u2066-\u2069\u3000\"<>\\^`{|}]"
)
# Addresses and paths that are canonical as they stand, as most links on news pages are.
PLAIN_PATH = r"/(?!/)[A-Za-z0-9_~!$&'()*+,;=:@%/.-]*\Z"
# What a path has in it, besides, that is none: "/../".
DOTS = "/."
PLAIN = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+" + PLAIN_PATH)
PLAIN_FROM_ROOT = re.compile(PLAIN_PATH)
BARE_HOST = re.compile(r"https?://[a-z0-9-]+(?:\.[a-z0-9-]+)+\Z")
NOT_HTTP = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)
PLAIN_QUERY = re.compile(r"[A-Za-z0-9_~!$'()*,;=:@&%/.-]+\Z")
SPACE = re.compile(r"[\t\r\n]+")
WORDS = re.compile(r"[^\W_]+")


def canonical_url(url: str, base: str = "") -> str | None:
    """Return url made absolute and canonical, or None if it is no http(s) address, or no text that could be sent.

    url may be relative to base. Scheme and host become lower case, the host ASCII (IDNA), default ports,
    credentials, fragment and tracking parameters go, the order of the other parameters stays, and
    characters outside ASCII are percent-encoded as UTF-8. Path and trailing slash stay as they are:
    servers tell them apart.
    """
    readable = readable_url(url, base)
    try:
        return None if readable is None else quote(readable, safe=SAFE + "#[]")
    except UnicodeEncodeError:  # half of a surrogate pair
        return None


def readable_url(url: str, base: str = "") -> str | None:
    """Return the same as canonical_url, but with letters outside ASCII as the page writes them (RFC 3987)."""
    plain, mark, query = url.partition("#")[0].partition("?")
    if mark and PLAIN_QUERY.match(query):
        query = _without_tracking(query)
        mark = "?" if query else ""
    elif mark:
        return _read(url, base)
    if DOTS not in plain:
        if plain.startswith("//"):
            plain = f"{base.partition(':')[0]}:{plain}"
        if PLAIN.match(plain):
            return plain + mark + query
        if PLAIN_FROM_ROOT.match(plain):
            origin = _origin(base)
            return None if origin is None else origin + plain + mark + query
        if BARE_HOST.match(plain):
            return plain + "/" + mark + query
    return None if NOT_HTTP.match(plain) else _read(url, base)


def _read(url: str, base: str) -> str | None:
    """What readable_url returns, of any address: taken apart and put together again."""
    try:
        parts = urlsplit(urljoin(base, SPACE.sub("", url.strip())))
    except ValueError:  # a broken IPv6 address
        return None
    if (host := _canonical_host(parts)) is None:
        return None
    path = _encoded(parts.path) or "/"
    return urlunsplit((parts.scheme, host, path, _canonical_query(parts), ""))


@lru_cache(maxsize=1024)
def _origin(base: str) -> str | None:
    """Scheme and host of an address, canonical, or None if it is no http(s) address."""
    try:
        parts = urlsplit(base)
    except ValueError:
        return None
    host = _canonical_host(parts)
    return None if host is None else f"{parts.scheme}://{host}"


def _canonical_host(parts: SplitResult) -> str | None:
    """Host and port of an http(s) address, or None if it has no valid ones."""
    try:
        host, port = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme not in DEFAULT_PORTS or not host or (ascii_host := _ascii_host(host)) is None:
        return None
    return ascii_host if port in (None, DEFAULT_PORTS[parts.scheme]) else f"{ascii_host}:{port}"


def _ascii_host(host: str) -> str | None:
    try:
        host = ascii_host(host.rstrip("."))
    except UnicodeError:
        return None
    if not host or any(c in host for c in " <>\"'\\^`{|}%"):
        return None
    return f"[{host}]" if ":" in host else host


def _canonical_query(parts: SplitResult) -> str:
    return _encoded(_without_tracking(parts.query))


def _without_tracking(query: str) -> str:
    pairs = query.split("&")
    kept = [pair for pair in pairs if not _is_tracking(pair.partition("=")[0])]
    return query if len(kept) == len(pairs) else "&".join(filter(None, kept))


# A few names stand in the addresses of all sites.
@lru_cache(maxsize=4096)
def _is_tracking(name: str) -> bool:
    """Whether a parameter says where a reader came from, never which story is meant."""
    return versions()[-1].tracking.fullmatch(name) is not None


def _encoded(part: str) -> str:
    """Part with the characters quoted that may not stand in an address."""
    return FORBIDDEN.sub(lambda match: quote(match[0]), part) if FORBIDDEN.search(part) else part


def is_readable(url: str) -> bool:
    """Whether an address can be taken apart at all: "http://[::1" cannot."""
    try:
        urlsplit(url)
    except ValueError:
        return False
    return True


def host(url: str) -> str:
    """Return the host of an absolute address in lower case, with its port if it names one."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


def same_site(url: str, other: str) -> bool:
    """Whether two absolute addresses belong to one site: the same registered domain.

    Addresses without one (localhost, an IP address) are one site if host and port are the same.
    """
    return site(host(url)) == site(host(other))


def same_name(url: str, other: str) -> bool:
    """Whether two absolute addresses belong to sites of one name: riverpost.example and riverpost.co.uk."""
    return site(host(url)).partition(".")[0] == site(host(other)).partition(".")[0]


@lru_cache(maxsize=4096)
def site(host: str) -> str:
    """Return the registered domain of a host (a.news.example.co.uk: example.co.uk), or the host itself."""
    if (domain := registered_domain(host)) is not None:
        return domain
    # A name under no known suffix (news.example, a host of an intranet): its last two labels.
    labels = host.partition(":")[0].split(".")
    is_name = len(labels) > 1 and not labels[-1].isdigit() and not host.startswith("[")
    return ".".join(labels[-2:]) if is_name else host


def words_of_path(url: str) -> frozenset[str]:
    """Return the words, in lower case, that the path of an address is made of: "/team/ann-lee" gives three."""
    return frozenset(WORDS.findall(url.partition("?")[0].lower()))
