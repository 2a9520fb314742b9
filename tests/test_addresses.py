"""Addresses: one form for one page, and what belongs to one site."""

from urllib.parse import quote

import pytest

from archiver.parsers.urls import canonical_url, readable_url, same_site

BASE = "https://news.example/city/index.html"


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTP://News.Example:80/a?utm_source=x&b=1&a=2#top", "http://news.example/a?b=1&a=2"),
        ("//cdn.example/x?fbclid=1", "https://cdn.example/x"),
        ("flood", "https://news.example/city/flood"),
        ("/a b/ü?q=é", "https://news.example/a%20b/%C3%BC?q=%C3%A9"),
        ("/a%20b/%C3%BC", "https://news.example/a%20b/%C3%BC"),
        ("https://münchen.de", "https://xn--mnchen-3ya.de/"),
        ("https://STRASSE.example/straße", "https://strasse.example/stra%C3%9Fe"),
        ("https://www.Straße.example:443/", "https://www.xn--strae-oqa.example/"),
        ("https://νέος.example", "https://xn--ixa5ahm.example/"),
        ("https://日本。example", "https://xn--wgv71a.example/"),
        ("https://i❤.example", "https://xn--i-7iq.example/"),
        ("http://user:secret@news.example/", "http://news.example/"),
        ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
        ("http://[::1]:80/x", "http://[::1]/x"),
        (" \n/flood\t ", "https://news.example/flood"),
        ("/story,U9R9Yva", "https://news.example/story,U9R9Yva"),
        ("/story?id=7&page=2#comments", "https://news.example/story?id=7&page=2"),
        ("https://news.example/story?utm_medium=box&id=7", "https://news.example/story?id=7"),
        ("/story?", "https://news.example/story"),
        ("/a.b/story.2.html", "https://news.example/a.b/story.2.html"),
        ("/a/../b/./c..d", "https://news.example/b/c..d"),
        ("#comments", "https://news.example/city/index.html"),
    ],
)
def test_addresses_become_canonical(url: str, canonical: str) -> None:
    assert canonical_url(url, BASE) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "mailto:a@b.example",
        "data:text/html,x",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
        "http://a b/",
        "http://é..example/",
        "http://é％.example/",
        f"http://{'é' * 64}.example/",
        "http://a\u200db.example/",
    ],
)
def test_what_is_no_web_address_gives_none(url: str) -> None:
    assert canonical_url(url, BASE) is None


def test_readable_address_keeps_the_letters_that_the_page_wrote() -> None:
    assert readable_url("/новости/мост?utm_medium=x", BASE) == "https://news.example/новости/мост"


@pytest.mark.parametrize("unseen", ["\x85", "\xa0", "\u2028", "\u202e", "\u3000"])
def test_readable_address_holds_no_character_that_a_reader_does_not_see(unseen: str) -> None:
    readable = readable_url(f"/мост{unseen}x?q={unseen}y", BASE)

    assert readable == f"https://news.example/мост{quote(unseen)}x?q={quote(unseen)}y"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://www.bbc.co.uk/news", "https://news.bbc.co.uk/", True),
        ("https://a.co.uk/", "https://b.co.uk/", False),
        ("https://www.news.example/", "https://news.example/x", True),
        ("https://one.blogspot.com/", "https://other.blogspot.com/", False),
        ("http://127.0.0.1:1/", "http://127.0.0.1:2/", False),
        ("http://localhost:1/", "http://localhost:1/x", True),
    ],
)
def test_one_site_is_one_registered_domain(one: str, other: str, same: bool) -> None:
    assert same_site(one, other) is same


def test_half_a_character_makes_no_address() -> None:
    assert canonical_url("https://news.example/\ud800") is None
