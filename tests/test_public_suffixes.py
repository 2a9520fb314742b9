"""Which hosts are one site: the public suffix list as tldextract, which carries it, reads it."""

import pytest
from tldextract import TLDExtract

from archiver.parsers import public_suffixes as suffixes
from archiver.parsers.public_suffixes import public_suffixes, registered_domain
from archiver.parsers.urls import site

PEER = TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.example.com", "example.com"),
        ("a.news.example.co.uk", "example.co.uk"),
        ("ann.blogspot.com", "ann.blogspot.com"),
        ("www.example.com.", "example.com"),
        ("news.example.com:8080", "example.com"),
        ("NEWS.Example.COM", "Example.COM"),
        ("a.b.kawasaki.jp", "a.b.kawasaki.jp"),
        ("www.city.kawasaki.jp", "city.kawasaki.jp"),
        ("новости.пример.рф", "пример.рф"),
        ("www.xn--e1afmkfd.xn--p1ai", "xn--e1afmkfd.xn--p1ai"),
        ("www。example。com", "example.com"),
        ("co.uk", None),
        ("news.example", None),
        ("localhost:8000", None),
        ("192.0.2.1:80", None),
        ("[2001:db8::1]:80", None),
        ("xn--.com", "xn--.com"),
        (".com", None),
        ("", None),
    ],
)
def test_registered_domain(host: str, domain: str | None) -> None:
    assert registered_domain(host) == domain
    assert registered_domain(host) == (PEER(host).top_domain_under_public_suffix or None)


def test_rules_are_those_that_the_list_s_carrier_reads() -> None:
    assert public_suffixes() == frozenset(PEER.tlds)
    assert len(public_suffixes()) > 5000


def test_names_below_every_rule_are_read_as_by_its_carrier() -> None:
    for rule in public_suffixes():
        base = rule.removeprefix("!").replace("*", "any")
        for host in (f"a.{base}", f"c.b.a.{base}"):
            assert (registered_domain(host) or "") == PEER(host).top_domain_under_public_suffix, host


def test_host_without_registered_domain_is_a_site_by_its_last_labels() -> None:
    assert site("www.news.example") == "news.example"
    assert site("127.0.0.1:8642") == "127.0.0.1:8642"
    assert site("localhost:8000") == "localhost:8000"


def test_list_that_lies_elsewhere_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suffixes, "SNAPSHOT", "moved")
    public_suffixes.cache_clear()
    try:
        assert public_suffixes() == frozenset(PEER.tlds)
    finally:
        public_suffixes.cache_clear()
