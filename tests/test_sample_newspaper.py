"""The sample newspaper serves what its gold and its server promise."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit
from urllib.robotparser import RobotFileParser

import pytest
from lxml import etree, html

from archiver.items import LinkKind, Outcome
from archiver.sample import SampleServer, serve

# Any: the gold is JSON.
GOLD: dict[str, Any] = json.loads((Path(__file__).parent / "pages" / "sample.json").read_text("utf-8"))
PAGES: list[dict[str, Any]] = GOLD["pages"]
FIRST = [page for page in PAGES if page["edition"] == 1]
STORIES = [page for page in FIRST if page["headline"] is not None]
SECOND = [page for page in PAGES if page["edition"] == 2]
# What the bytes are in, where that is not UTF-8, and what the page says that they are in.
ENCODINGS = {
    "/de/archiv/2026/3318.htm": ("cp1252", "windows-1252"),
    "/ru/arhiv/0915.htm": ("cp1251", "iso-8859-1"),
    "/ja/old/20261113.htm": ("cp932", "utf-8"),
}
HOSTILE = "/n/48666.html"
SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes


def fetch(server: SampleServer, path: str, **headers: str) -> Answer:
    connection = HTTPConnection("127.0.0.1", server.server_port, timeout=10)
    try:
        connection.request(
            "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())
    finally:
        connection.close()


def source(server: SampleServer, path: str) -> str:
    return fetch(server, path).body.decode(ENCODINGS.get(path, ("utf-8", ""))[0])


def squeeze(text: str) -> str:
    return " ".join(text.split())


def tree_of(markup: str) -> etree._Element:
    # What a page says of its encoding no longer holds once it is text.
    return html.document_fromstring(re.sub(r"<meta[^>]*charset[^>]*>", "", markup, flags=re.IGNORECASE))


def text_of(element: etree._Element) -> str:
    return squeeze(str(element.xpath("string()")))


def visible(markup: str) -> str:
    tree = tree_of(markup)
    etree.strip_elements(tree, "script", "style", "head", with_tail=False)
    return text_of(tree)


@pytest.fixture(scope="module")
def editions() -> Iterator[dict[int, SampleServer]]:
    with serve() as first, serve(edition=2) as second:
        yield {1: first, 2: second}


@pytest.fixture(scope="module")
def courier(editions: dict[int, SampleServer]) -> SampleServer:
    return editions[1]


@pytest.fixture(scope="module")
def courier_later(editions: dict[int, SampleServer]) -> SampleServer:
    return editions[2]


def name(page: dict[str, Any]) -> str:
    return f"{page['edition']}:{page['path']}"


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_headline_and_paragraphs_of_the_gold_stand_on_the_page(
    page: dict[str, Any], editions: dict[int, SampleServer]
) -> None:
    text = visible(source(editions[page["edition"]], page["path"]))
    place = 0

    for passage in (page["headline"], *(page["body"] or "").split("\n\n")):
        place = text.find(squeeze(passage or ""), place)
        assert place >= 0, passage


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_related_links_of_the_gold_stand_on_the_page_in_its_order(
    page: dict[str, Any], editions: dict[int, SampleServer]
) -> None:
    tree = tree_of(source(editions[page["edition"]], page["path"]))
    shown = iter([(link.get("href"), text_of(link)) for link in tree.iter("a")])

    for link in page["related"]:
        assert any(href == link["path"] and link["headline"] in text for href, text in shown), link
        assert link["kind"] in set(LinkKind)


@pytest.mark.parametrize("page", STORIES, ids=name)
def test_no_related_headline_stands_in_the_body(page: dict[str, Any]) -> None:
    assert not [link for link in page["related"] if link["headline"] in page["body"]]


@pytest.mark.parametrize("page", STORIES, ids=name)
def test_block_headings_of_the_gold_stand_on_the_page(page: dict[str, Any], courier: SampleServer) -> None:
    text = visible(source(courier, page["path"]))

    assert {link["block"] for link in page["related"] if link["block"] not in text} == set()


def test_stories_are_many_in_many_languages_and_layouts() -> None:
    assert len(STORIES) >= 30
    assert {page["language"] for page in STORIES} == {"en", "fr", "de", "es", "uk", "ru", "ar", "ja", "el"}
    assert {page["layout"] for page in STORIES} == {1, 2, 3, 4, 5}


def test_french_story_keeps_five_paragraphs_and_twelve_headlines(courier: SampleServer) -> None:
    path = "/fr/n/2026/1120/c12-871204.html"
    (story,) = (page for page in STORIES if page["path"] == path)
    paragraphs = story["body"].split("\n\n")

    assert visible(source(courier, path)).count("Dernière mise à jour à 08h40 le 20/11") == 1
    assert len(paragraphs) == 5
    assert paragraphs[0].startswith('"Il y a une ouverture, si on peut dire, des Russes')
    assert len({link["path"] for link in story["related"]}) == 12
    assert story["related"][0]["headline"].startswith("Elections en Turquie")
    assert story["related"][-1]["headline"].endswith("« Charles de Gaulle » frapper l'Etat islamique")


@pytest.mark.parametrize("edition", [1, 2])
def test_every_expected_outcome_can_come_about(edition: int, editions: dict[int, SampleServer]) -> None:
    server = editions[edition]
    stories = {page["path"] for page in PAGES}

    for path, outcome in GOLD["outcomes"][str(edition)].items():
        answer = fetch(server, path)
        assert answer.status in ((404, 410) if outcome == Outcome.GONE else (200,)), path
        assert (outcome == Outcome.EMPTY) == (answer.body == b""), path
        assert (outcome == Outcome.NOT_HTML) == (answer.headers.get_content_type() == "application/pdf"), path
        if outcome in (Outcome.STORED, Outcome.CHANGED, Outcome.UNCHANGED):
            assert path in stories


def test_robots_txt_denies_the_private_page_that_the_front_page_shows(courier: SampleServer) -> None:
    robots = RobotFileParser()
    robots.parse(source(courier, "/robots.txt").splitlines())
    denied = {path for path, outcome in GOLD["outcomes"]["1"].items() if outcome == Outcome.ROBOTS}

    assert denied == {page for page in GOLD["outcomes"]["1"] if not robots.can_fetch("news-archiver", page)}
    assert denied <= {link["path"] for link in FIRST[0]["related"]}
    assert robots.site_maps() == [f"{courier.url}sitemap.xml", f"{courier.url}sitemap-news.xml"]


def test_every_story_link_of_the_front_page_resolves(courier: SampleServer) -> None:
    (front,) = (page for page in FIRST if page["path"] == "/")
    paths = {link["path"] for link in front["related"] if link["path"].startswith("/")}

    assert len(paths) > 20
    assert {path: status for path in paths if (status := fetch(courier, path).status) != 200} == {}


def listed(server: SampleServer) -> dict[str, set[str]]:
    feed = etree.fromstring(fetch(server, "/feed.xml").body)
    atom = etree.fromstring(fetch(server, "/atom.xml").body)
    entries = atom.iterfind(f"{ATOM}entry/{ATOM}link")
    return {
        "feed": {path_of(element.text or "") for element in feed.iterfind("channel/item/link")},
        "atom": {path_of(urljoin(server.url, entry.get("href", ""))) for entry in entries},
        "sitemap": sitemap_paths(server, "/sitemap-pages.xml"),
        "news sitemap": sitemap_paths(server, "/sitemap-news.xml"),
    }


def sitemap_paths(server: SampleServer, path: str) -> set[str]:
    tree = etree.fromstring(fetch(server, path).body)
    return {path_of(element.text or "") for element in tree.iter(f"{SITEMAP}loc")}


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.path == "/story.php" else parts.path


def test_every_story_is_reached_and_some_by_one_way_only(courier: SampleServer) -> None:
    lists = listed(courier)
    related = {page["path"]: {link["path"] for link in page["related"]} for page in STORIES}
    reached = set[str]().union(*lists.values())
    front = {link["path"] for link in FIRST[0]["related"]}
    by_sitemap = lists["sitemap"] - set[str]().union(front, lists["feed"], lists["atom"], *related.values())
    by_related = set[str]().union(*related.values()) - reached - front
    stories = {page["path"] for page in STORIES}

    assert sitemap_paths(courier, "/sitemap.xml") == {"/sitemap-pages.xml", "/sitemap-news.xml"}
    assert {"/story.php?id=1194", "/ru/arhiv/0915.htm"} <= by_sitemap
    assert {"/archive/2026/4471.htm", "/fr/n/2026/1102/c12-871033.html"} <= by_related & stories
    assert stories <= reached | front | by_related


def test_news_sitemap_has_titles_and_dates_with_zones(courier: SampleServer) -> None:
    tree = etree.fromstring(fetch(courier, "/sitemap-news.xml").body)
    titles = {element.text for element in tree.iter(f"{NEWS}title")}
    dates = [element.text or "" for element in tree.iter(f"{NEWS}publication_date")]

    assert len(dates) > 10
    assert all(re.search(r"(Z|[+-]\d\d:\d\d)$", date) for date in dates)
    assert titles - {page["headline"] for page in STORIES}  # the variants that a search engine is given
    assert titles & {page["headline"] for page in STORIES}


def test_front_page_names_both_feeds(courier: SampleServer) -> None:
    tree = html.document_fromstring(source(courier, "/"))

    named = {(link.get("type"), link.get("href")) for link in tree.iterfind(".//link[@rel='alternate']")}

    assert named == {("application/rss+xml", "/feed.xml"), ("application/atom+xml", "/atom.xml")}


@pytest.mark.parametrize("path", ["/feed.xml", "/atom.xml", "/sitemap.xml", "/robots.txt"])
def test_lists_carry_the_address_of_the_running_server(courier: SampleServer, path: str) -> None:
    assert courier.url in source(courier, path)


def test_no_placeholder_is_left_anywhere(courier: SampleServer, courier_later: SampleServer) -> None:
    for server in (courier, courier_later):
        paths = {page["path"] for page in PAGES} | set(GOLD["outcomes"]["2"]) | {"/robots.txt"}
        assert [path for path in paths if b"{base}" in fetch(server, path).body] == []


@pytest.mark.parametrize("path", ENCODINGS)
def test_old_pages_declare_what_they_declare_and_are_what_they_are(courier: SampleServer, path: str) -> None:
    answer = fetch(courier, path)
    true, declared = ENCODINGS[path]

    assert answer.headers["Content-Type"] == "text/html"
    assert f"charset={declared}".encode() in answer.body
    with pytest.raises(UnicodeDecodeError):
        answer.body.decode("utf-8")
    assert answer.body.decode(true).encode(true) == answer.body


def test_wire_story_stands_at_two_addresses_that_do_not_know_each_other(courier: SampleServer) -> None:
    (twins,) = GOLD["twins"]
    first, second = (next(page for page in STORIES if page["path"] == path) for path in twins["paths"])

    assert first["body"] == second["body"]
    assert first["headline"] == second["headline"]
    assert first["related"] != second["related"]
    assert second["path"] not in source(courier, first["path"])
    assert first["path"] not in source(courier, second["path"])


def test_hostile_page_nests_deeper_than_any_page_may(courier: SampleServer) -> None:
    body = fetch(courier, HOSTILE).body

    assert body.count(b"<div") >= 100_000
    assert b'colspan="9007199254740991"' in body
    assert b"javascript:" in body
    assert b"onerror=" in body


def test_second_edition_changes_only_what_it_should(
    courier: SampleServer, courier_later: SampleServer
) -> None:
    paths = {page["path"] for page in FIRST} | set(GOLD["outcomes"]["1"]) | {"/robots.txt"}
    changed = {path for path in paths if not same_answer(courier, courier_later, path)}

    assert changed == {
        "/",
        "/feed.xml",
        "/sitemap-pages.xml",
        "/sitemap-news.xml",
        "/n/48187.html",
        "/city/2026/11/18/council-freezes-bus-fares/",
        "/science/2026/11/16/seagrass-beds-growing-again/",
    }


def same_answer(courier: SampleServer, courier_later: SampleServer, path: str) -> bool:
    before, after = fetch(courier, path), fetch(courier_later, path)
    one_address = after.body.replace(courier_later.url.encode(), courier.url.encode())
    return (before.status, before.body) == (after.status, one_address)


def test_second_edition_has_a_new_story_everywhere_and_one_story_less(
    courier: SampleServer, courier_later: SampleServer
) -> None:
    new = "/city/2026/11/20/tide-gauge-breaks-record-set-in-1953/"
    lists = listed(courier_later)

    assert all(new in lists[place] for place in ("feed", "sitemap", "news sitemap"))
    assert new in source(courier_later, "/")
    assert [fetch(server, new).status for server in (courier, courier_later)] == [404, 200]
    assert fetch(courier_later, "/n/48187.html").status == 410


def test_one_story_is_corrected_and_one_headline_rewritten() -> None:
    before = {page["path"]: page for page in FIRST}
    changed = {page["path"]: page for page in SECOND if page["path"] in before and page["headline"]}
    differing = {
        path: {field for field in ("headline", "body") if page[field] != before[path][field]}
        for path, page in changed.items()
    }

    assert sorted(map(sorted, differing.values())) == [["body"], ["headline"]]
