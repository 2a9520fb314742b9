"""The archived page in the reading room: its letters as the site meant them, and nothing that acts."""

import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing

import pytest
from conftest import crawl_of
from misbehaving import Answer, answer, misbehaving
from rooms import Reply, serving

from archiver.room.captures import harmless
from db.connection import read_archive

RUSSIAN = "Привет мир, это новости города. Сегодня утром мэр открыл мост через реку, и жители пришли на него."
JAPANESE = "今日の新聞は港の橋について書いています。市長は午前に開通式を行った。"
GREEK = "Το νερό ανέβηκε δύο μέτρα την Παρασκευή και πήρε το κιγκλίδωμα της παλιάς γέφυρας."


def page(text: str, encoding: str, head: str, content_type: str = "text/html") -> Answer:
    body = (
        f"<!doctype html><html><head>{head}<title>{text[:20]}</title></head><body><p>{text}</p></body></html>"
    )
    return answer(body.encode(encoding), content_type=content_type)


def stated(encoding: str) -> str:
    return f'<meta http-equiv="Content-Type" content="text/html; charset={encoding}">'


PAGES = {
    "/utf-8": page(RUSSIAN, "utf-8", stated("utf-8")),
    "/windows-1251": page(RUSSIAN, "cp1251", stated("windows-1251")),
    "/shift-jis": page(JAPANESE, "shift_jis", stated("Shift_JIS")),
    "/wrong-header": page(RUSSIAN, "utf-8", stated("utf-8"), "text/html; charset=iso-8859-1"),
    "/only-header": page(GREEK, "iso8859-7", "", "text/html; charset=iso-8859-7"),
    "/utf-16": page(GREEK, "utf-16", ""),
}
TEXTS = {"/shift-jis": JAPANESE, "/only-header": GREEK, "/utf-16": GREEK}


@pytest.fixture(scope="module")
def shown(
    tmp_path_factory: pytest.TempPathFactory, fresh_processes: ProcessPoolExecutor
) -> Iterator[Callable[[str], Reply]]:
    """Yield what answers the archived page of a path."""
    path = tmp_path_factory.mktemp("captures") / "archive.db"
    with misbehaving(PAGES) as server:
        crawl_of(fresh_processes, path)(server.url)
    with closing(read_archive(path)) as connection:
        ids = {
            row["url"]: row["id"]
            for row in connection.execute(
                "SELECT url, captures.id FROM captures JOIN pages ON pages.id = page_id"
            )
        }
    with serving(path) as room:
        yield lambda path: room.get(f"/captures/{ids[server.url.rstrip('/') + path]}/page")


@pytest.mark.parametrize("path", PAGES)
def test_letters_are_those_that_the_page_or_its_header_states(
    shown: Callable[[str], Reply], path: str
) -> None:
    reply = shown(path)

    assert reply.headers["content-type"] == "text/html; charset=utf-8"
    assert TEXTS.get(path, RUSSIAN) in reply.text


@pytest.mark.parametrize(
    "tag",
    [
        '<link title=">" rel="stylesheet" href="https://elsewhere.example/style.css">',
        "<LINK\nrel=preconnect href=https://elsewhere.example/>",
        '<link/rel="icon"/href="https://elsewhere.example/icon.png">',
        '<meta content="1; url=https://elsewhere.example/?a>b" http-equiv=refresh>',
        '<META\tHTTP-EQUIV="refresh" content="0">',
    ],
)
def test_what_a_browser_follows_by_itself_is_made_harmless_whole(tag: str) -> None:
    made = harmless(f"<p>before</p>{tag}<p>behind</p>".encode()).decode()

    assert not re.search("<(link|meta)", made, re.IGNORECASE)
    assert "<p>before</p><basefont" in made
    assert f"{tag[5:]}<p>behind</p>" in made


def test_text_about_tags_and_other_tags_stay_as_they_are() -> None:
    text = "<p>&lt;meta http-equiv=refresh&gt;</p><link-list>a</link-list><p>He links <i>metal</i></p>"

    assert text in harmless(text.encode()).decode()


def test_doctype_stays_in_front() -> None:
    assert harmless(b"<!doctype html><html><head></head><body></body></html>").startswith(b"<!doctype html>")


@pytest.mark.parametrize("piece", ["<link ", "<meta\n", "<link title='>", '<meta "/'])
def test_page_of_twenty_megabytes_of_such_tags_is_made_harmless_too(piece: str) -> None:
    pieces = 20_000_000 // len(piece)

    assert harmless(piece.encode() * pieces).count(b"<basefont") == pieces


def test_frames_that_links_ask_for_are_other_ones() -> None:
    page = harmless(
        b"<a target=_self>1</a><a TARGET = '_SELF'>2</a><a target=\"_selfless\">3</a>" + b"target= " * 9
    )

    assert b"<a target=_blank>1</a><a TARGET = '_blank'>2</a><a target=\"_selfless\">3</a>" in page
