"""A site that moves to https, "www." and last slashes between two crawls: all that was led by 301s to all that is."""

import ssl
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from commands import wait_for_the_next_second
from conftest import Crawl
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from misbehaving import OPENING, PARAGRAPHS, Answer, Server, answer, misbehaving, redirect, story
from test_crawl_addresses import Inside

import archiver
from archiver.items import ARTICLE_OUTCOMES, ChangeKind, Outcome
from db.connection import read_archive
from db.crawls.alarms import standing_alarms
from spiders.frontier import Source

OLD, NEW = "courier.test", "www.courier.test"
NETWORKS = {OLD: "127.0.0.2", NEW: "127.0.0.3"}
SETTINGS = {
    "TWISTED_DNS_RESOLVER": f"{__name__}.Moving",
    "ALLOWED_NETWORKS": ",".join(NETWORKS.values()),
    "DOWNLOAD_VERIFY_CERTIFICATES": False,
    "RETRY_TIMES": 0,
}
FINE = (*ARTICLE_OUTCOMES, Outcome.LISTING)
CLOSED, OPENED = "It stays closed until the end of March.", "It was opened again on Sunday night."
STORIES = {"ferry": "Ferry sails again", "bridge": "Flood closes bridge", "market": "Market moves north"}
CHANGED = {
    **STORIES,
    "market": "Market moves north, and its traders with it",
    "school": "School meals are free",
}


class Moving(Inside):
    """Knows both names of the site."""

    def resolveHostName(self, receiver: Any, name: str, port: int = 0, *others: Any) -> Any:  # noqa: N802
        self.answers = (NETWORKS[name],)
        return super().resolveHostName(receiver, name, port, *others)


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Return what a server needs to speak https."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NEW)]),
    )
    now = datetime.now(UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    certificate = builder.not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
    file = tmp_path_factory.mktemp("tls") / "server.pem"
    form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    file.write_bytes(
        key.private_bytes(*form)
        + certificate.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context


def site(base: str, headlines: dict[str, str], slash: str, bridge: str) -> dict[str, Answer]:
    """Return the pages of the whole site as it stands at base."""
    address = {name: f"{base}news/{name}{slash}" for name in headlines}
    items = "".join(
        f"<item><title>{headlines[name]}</title><link>{url}</link>"
        f"<pubDate>Fri, 20 Nov 2026 10:{59 - number:02}:00 GMT</pubDate></item>"
        for number, (name, url) in enumerate(address.items())
    )
    links = "".join(
        f"<article><h2><a href='{url}'>{headlines[name]} this week</a></h2><p>In short.</p></article>"
        for name, url in address.items()
    )
    mapped = "".join(f"<url><loc>{url}</loc></url>" for url in address.values())
    feed = f"<link rel='alternate' type='application/rss+xml' href='{base}feed{slash}'>"
    pages = {
        "/": answer(
            f"<html><head><title>Courier</title>{feed}</head><body><main>{links}</main></body></html>".encode()
        ),
        f"/feed{slash}": answer(
            f"<rss><channel>{items}</channel></rss>".encode(), content_type="application/rss+xml"
        ),
        "/map.xml": answer(
            f"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'>{mapped}</urlset>".encode(),
            content_type="application/xml",
        ),
        "/robots.txt": answer(f"Sitemap: {base}map.xml\n".encode(), content_type="text/plain"),
    }
    for name, url in address.items():
        page = story(
            headlines[name], OPENING.format(name), *PARAGRAPHS, bridge if name == "bridge" else CLOSED
        )
        head = f"<link rel='canonical' href='{url}'><meta property='og:url' content='{url}'></head>"
        pages[f"/news/{name}{slash}"] = answer(page.replace(b"</head>", head.encode()))
    return pages


def move(old: Server, new: str) -> None:
    """Let every address of the old site lead to its own at the new one."""
    old.pages = {
        path: redirect(
            f"{new}{path[1:]}{'/' if '/news/' in path or path == '/feed' else ''}", "301 Moved Permanently"
        )
        for path in old.pages
    }


@pytest.mark.parametrize("named", [(), ("feed",)], ids=["found", "named"])
def test_site_that_moves_keeps_its_stories_each_once_with_all_versions(
    archive: Path, crawl: Crawl, tls: ssl.SSLContext, named: tuple[str, ...]
) -> None:
    with misbehaving({}, NETWORKS[OLD]) as old, misbehaving({}, NETWORKS[NEW], old.port, tls) as new:
        before, after = f"http://{OLD}:{old.port}/", f"https://{NEW}:{old.port}/"
        source = Source(url=before, feeds=tuple(before + name for name in named))
        old.pages = site(before, STORIES, "", CLOSED)
        crawl(source, **SETTINGS)
        move(old, after)
        new.pages = site(after, CHANGED, "/", OPENED)
        moved, settled = (_crawl_again(crawl, source) for _ in range(2))

    with archiver.open(archive) as opened:
        histories = {name: opened.history(f"{before}news/{name}") for name in STORIES}
        articles = sorted(article.url for article in opened.articles())
        changes = [(*change.kinds, change.url.rpartition("/")[2]) for change in opened.changes()]
    assert (moved[Outcome.STORED], moved[Outcome.CHANGED]) == (1, 2)
    assert settled.keys() == {Outcome.LISTING, Outcome.UNCHANGED, Outcome.DUPLICATE}
    assert articles == [*(f"{before}news/{name}" for name in sorted(STORIES)), f"{after}news/school/"]
    assert {name: each.versions[-1].kinds for name, each in histories.items()} == {
        "ferry": (),
        "bridge": (ChangeKind.BODY,),
        "market": (ChangeKind.HEADLINE,),
    }
    assert {len(each.periods) for each in histories.values()} == {1, 2}
    assert sorted(changes) == [("body", "bridge"), ("headline", "market")]
    assert all(each.gone_at is None for each in histories.values())
    with closing(read_archive(archive)) as connection:
        assert standing_alarms(connection) == []
        failed = connection.execute(
            "SELECT url, outcome FROM pages WHERE outcome NOT IN (?, ?, ?, ?, ?)", FINE
        )
        assert failed.fetchall() == []


def _crawl_again(crawl: Crawl, source: Source) -> Mapping[Outcome, int]:
    wait_for_the_next_second()
    return crawl(source, **SETTINGS).counts[source.url]
