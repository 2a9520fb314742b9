"""A crawl connects to public addresses, and to what its user has opened: by no redirect and by no name elsewhere."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from conftest import Crawl
from misbehaving import answer, misbehaving, redirect, story
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IHostnameResolver
from zope.interface import implementer

from archiver.crawl.addresses import AddressGuard, is_public, literal, networks
from archiver.errors import SettingError
from archiver.parsers.urls import canonical_url
from db.connection import read_archive
from spiders.frontier import Source

# All of 127.0.0.0/8 leads to this machine: what is opened by ALLOWED_NETWORKS stands for the public internet.
PUBLIC = "127.0.0.2"


def rows(archive: Path) -> Mapping[str, tuple[str, str]]:
    with closing(read_archive(archive)) as connection:
        found = connection.execute("SELECT url, outcome, detail FROM pages").fetchall()
    return {urlsplit(row["url"]).path: (row["outcome"], row["detail"]) for row in found}


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.9.9.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254"),
        *("100.64.0.1", "198.18.0.1", "192.0.2.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"),
        *("::", "::1", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1"),
        *("::ffff:127.0.0.1", "::ffff:10.0.0.1", "::10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::1"),
        "2001:0:4136:e378:8000:63bf:f5ff:fffe",
    ],
)
def test_address_that_is_not_public_is_known(address: str) -> None:
    assert not is_public(ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"]
)
def test_public_address_is_known(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "localhost", "a.localhost"],
)
def test_every_way_to_write_loopback_is_read(host: str) -> None:
    assert str(literal(host)) == "127.0.0.1"


@pytest.mark.parametrize("host", ["news.example", "localhost.example", "127.0.0.1.example", "1.2.3.4.5"])
def test_name_is_no_written_address(host: str) -> None:
    assert literal(host) is None


def test_network_that_is_none_is_said() -> None:
    with pytest.raises(SettingError, match="ALLOWED_NETWORKS: 'intranet' does not appear to be"):
        networks(["10.0.0.0/8", "intranet"])


def test_source_opens_its_own_port_alone() -> None:
    guard = AddressGuard((), ["http://127.0.0.1:8000/", "https://news.example/"])

    assert guard.may_connect("127.0.0.1", 8000, ip_address("127.0.0.1"))
    assert not guard.may_connect("127.0.0.1", 9999, ip_address("127.0.0.1"))
    assert not guard.may_connect("news.example", 443, ip_address("127.0.0.1"))


@pytest.fixture(scope="module")
def inside() -> Iterator[Any]:
    with misbehaving({"/secret": answer(story("Nobody should read this"))}) as server:
        yield server


def places(port: int) -> Sequence[str]:
    hosts = (
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "127.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
    )
    return [*(f"http://{host}:{port}/secret" for host in hosts), f"http://user:word@127.0.0.1:{port}/secret"]


def test_no_redirect_leads_into_a_private_network(archive: Path, crawl: Crawl, inside: Any) -> None:
    targets = [*places(inside.port), "http://169.254.169.254/latest/meta-data/", "http://10.0.0.1/"]
    pages = {f"/{number}": redirect(target) for number, target in enumerate(targets)}
    with misbehaving(pages, PUBLIC) as server:
        crawl(server.url, ALLOWED_NETWORKS=PUBLIC, RETRY_TIMES=0)

    found = rows(archive)
    assert {found[path][0] for path in pages} == {"forbidden_address"}
    assert "leads to 127.0.0.1, which is no public address" in found["/0"][1]
    assert inside.asked == []


def test_local_source_does_not_open_another_port(archive: Path, crawl: Crawl, inside: Any) -> None:
    pages = {"/out": redirect(f"{inside.url}secret"), "/good": answer(story())}
    with misbehaving(pages) as server:
        crawl(server.url)

    assert rows(archive)["/out"][0] == "forbidden_address"
    assert rows(archive)["/good"][0] == "stored"
    assert inside.asked == []


@pytest.mark.parametrize(
    "target", ["file:///etc/passwd", "ftp://127.0.0.1/a", "data:text/html,<p>hi", "gopher://a/"]
)
def test_redirect_to_another_protocol_is_not_followed(archive: Path, crawl: Crawl, target: str) -> None:
    with misbehaving({"/out": redirect(target)}) as server:
        crawl(server.url, RETRY_TIMES=0)

    outcome, detail = rows(archive)["/out"]
    assert (outcome, target[:8] in detail or "no address" in detail) == ("redirect", True)


def test_robots_txt_does_not_lead_into_a_private_network(archive: Path, crawl: Crawl, inside: Any) -> None:
    with misbehaving({"/robots.txt": redirect(f"{inside.url}robots.txt")}, PUBLIC) as server:
        crawl(server.url, ALLOWED_NETWORKS=PUBLIC)

    assert rows(archive)["/"][0] == "robots"
    assert "it leads into a private network, to http://" in rows(archive)["/"][1]
    assert inside.asked == []


def test_private_source_that_is_not_named_by_its_address_is_refused(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/good": answer(story())}) as server:
        crawl(f"http://machine.test:{server.port}/", TWISTED_DNS_RESOLVER=f"{__name__}.Inside", RETRY_TIMES=0)

    assert server.asked == []
    assert rows(archive)["/"][0] == "forbidden_address"
    assert "leads to 127.0.0.1" in rows(archive)["/"][1]


def test_name_is_checked_where_it_is_connected(archive: Path, crawl: Crawl) -> None:
    pages = {f"/{number}": answer(story(f"Story number {number}")) for number in range(3)}
    with misbehaving(pages, PUBLIC) as server:
        url = f"http://turncoat.test:{server.port}/"
        crawl(
            Source(url=url, feeds=(f"{url}feed.xml",), sitemaps=(f"{url}feed.xml",)),
            TWISTED_DNS_RESOLVER=f"{__name__}.Turncoat",
            ALLOWED_NETWORKS=PUBLIC,
            RETRY_TIMES=0,
        )

    found = rows(archive)
    assert found["/"][0] == "listing"
    assert {found[path][0] for path in pages} == {"forbidden_address"}


def test_host_with_letters_outside_ascii_is_asked_for_as_browsers_do(archive: Path, crawl: Crawl) -> None:
    with misbehaving({"/1": answer(story("Story number 1"))}, PUBLIC) as server:
        url = f"{canonical_url(f'http://straße.test:{server.port}/')}"
        resolver = f"{__name__}.Street"
        crawl(
            Source(url=url, feeds=(f"{url}feed.xml",)), TWISTED_DNS_RESOLVER=resolver, ALLOWED_NETWORKS=PUBLIC
        )

    assert rows(archive)["/1"][0] == "stored"


@implementer(IHostnameResolver)
class Inside:
    """Names of which all lead to this machine; or first to the public, by answers in their order."""

    answers: tuple[str, ...] = ("127.0.0.1",)

    def __init__(self, reactor: Any) -> None:
        self._reactor = reactor
        self._questions = 0

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "Inside":
        return cls(reactor)

    def install_on_reactor(self) -> None:
        self._reactor.installNameResolver(self)

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *others: Any) -> Any:  # noqa: N802
        address = self.answers[min(self._questions, len(self.answers) - 1)]
        self._questions += 1
        receiver.resolutionBegan(self)
        receiver.addressResolved(IPv4Address("TCP", address, port))
        receiver.resolutionComplete()
        return self


class Turncoat(Inside):
    """Gives public addresses until the listings are read: robots.txt, front page and feed."""

    answers = (PUBLIC, PUBLIC, PUBLIC, "127.0.0.1")


class Street(Inside):
    """Knows one name, as it is in the network."""

    answers = (PUBLIC,)

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *others: Any) -> Any:  # noqa: N802
        if name == "xn--strae-oqa.test":
            return super().resolveHostName(receiver, name, port, *others)
        receiver.resolutionBegan(self)
        receiver.resolutionComplete()
        return self
