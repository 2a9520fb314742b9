"""The reading room in a real browser: searched, read and compared, by keyboard, on a phone, without script."""

import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from archives import FLOOD, filled
from conftest import crawl_of
from hostile import pages
from misbehaving import PARAGRAPHS, answer, misbehaving, story
from rooms import Room, serving

from archiver.crawl.browser import PROGRAMS
from archiver.items import Image
from db.connection import read_archive

BROWSER = next(filter(None, map(shutil.which, PROGRAMS)), None)
pytestmark = pytest.mark.skipif(
    find_spec("playwright") is None or BROWSER is None,
    reason="needs playwright (pip install 'news-archiver[js]') and Chromium (apt-get install chromium)",
)
PLACES = (
    "/", "/search?q=bridge", "/articles/1", "/articles/1/beside/2", "/articles/1/links",
    "/links?q=harbour", "/sources", "/sources/HOST", "/search?q=harbour&section=City&change=body",
    "/changes", "/missing", "/crawls", "/crawls/1", "/captures/1", "/nosuch",
)  # fmt: skip
PHONE = {"width": 360, "height": 740}
# In place of the sample newspaper's host, whose port is known once it runs.
HOST = "HOST"
# What axe-core calls what somebody cannot use.
GRAVE = ("serious", "critical")


@pytest.fixture(scope="module")
def room(newspaper: Path) -> Iterator[Room]:
    with serving(newspaper) as room:
        yield room


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - it may not be there

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=BROWSER, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def page(browser: Any, room: Room) -> Iterator[Any]:
    """Yield a page of a browser that runs no script: the room needs none."""
    context = browser.new_context(base_url=room.address, java_script_enabled=False)
    yield context.new_page()
    context.close()


def put(room: Room, place: str) -> str:
    """Return a place of the room, with the host of its site."""
    host = room.get("/sources.json").data["sources"][0]["source"] if HOST in place else ""
    return place.replace(HOST, host)


def changed(archive: Path) -> int:
    """Return the article whose text was corrected."""
    with closing(read_archive(archive)) as connection:
        found: int = connection.execute(
            "SELECT id FROM articles WHERE revision = 2 AND headline LIKE 'Seagrass%'"
        ).fetchone()[0]
        return found


def test_story_is_searched_filtered_opened_compared_and_taken_home(page: Any, tmp_path: Path) -> None:
    page.goto("/")
    page.get_by_label("Words").fill("seagrass divers")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**q=seagrass**")
    page.get_by_text("Filters", exact=True).click()
    page.get_by_label("Language").fill("en")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**lang=en**")

    with page.expect_download() as download:
        page.get_by_role("link", name="csv").click()
    download.value.save_as(tmp_path / "found.csv")
    assert "Seagrass beds" in (tmp_path / "found.csv").read_text("utf-8-sig")

    page.get_by_role("link", name="Seagrass beds in the outer harbour").click()
    assert page.get_by_role("heading", level=1).inner_text().startswith("Seagrass beds")
    page.get_by_role("link", name="2 versions").click()
    assert page.locator("del").first.inner_text().strip() == "41"
    assert page.locator("ins").first.inner_text().strip() == "31"


def test_archived_page_is_shown_in_a_frame(page: Any, newspaper: Path) -> None:
    page.goto(f"/articles/{changed(newspaper)}")
    page.get_by_role("link", name="view the page as archived").click()

    assert "Archived page." in page.locator(".banner").inner_text()
    page.frame_locator("iframe.page").get_by_text("seagrass meadows off the north mole").first.wait_for()


def test_links_of_an_archived_page_lead_nowhere(
    browser: Any, tmp_path: Path, fresh_processes: ProcessPoolExecutor
) -> None:
    links = "".join(
        f"<a href='/next' {target}>Link {target}</a> " for target in ("", "target=_self", "target='_top'")
    )
    body = story("Flood closes the old bridge", *PARAGRAPHS, links)
    with misbehaving({"/story": answer(body)}) as server:
        crawl_of(fresh_processes, tmp_path / "archive.db")(server.url)
    with serving(tmp_path / "archive.db") as room:
        context = browser.new_context(base_url=room.address)
        page = context.new_page()
        page.goto("/articles/1")
        page.get_by_role("link", name="view the page as archived").click()
        place, frame = page.url, page.frame_locator("iframe.page")
        for link in frame.get_by_role("link").all():
            link.click()
            link.press("Enter")
        page.wait_for_timeout(500)

        assert frame.get_by_role("link").count() == 3
        assert "took the railing" in frame.locator("body").inner_text()
        assert (page.url, len(context.pages)) == (place, 1)
        assert "its links lead nowhere" in page.locator(".banner").inner_text()
        context.close()


def test_keyboard_alone_leads_to_a_story(page: Any) -> None:
    page.goto("/")
    page.locator("input[name=q]:focus").wait_for()  # which the browser sees to right behind the load
    page.keyboard.type("seagrass divers")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=seagrass**")
    for _ in range(90):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and focused.inner_text().startswith("Seagrass beds"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles/*")

    assert page.get_by_role("heading", level=1).inner_text().startswith("Seagrass beds")


def test_keyboard_alone_narrows_down_and_passes_by_chart_and_facets(page: Any) -> None:
    page.goto("/search?q=harbour")
    pressed = press_until(page, "To what was found")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert "/articles/" in (page.locator(":focus").get_attribute("href") or "")

    page.goto("/search?q=harbour")
    assert press_until(page, "City") > pressed
    page.keyboard.press("Enter")
    page.wait_for_url("**section=City**")
    press_until(page, "any")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "section" not in url)


def press_until(page: Any, words: str) -> int:
    """Go on by Tab to the element of these words; return how often it was pressed."""
    for number in range(1, 90):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count() and (focused.first.text_content() or "").strip() == words:
            return number
    raise AssertionError(f"{words} was not reached by Tab")


def test_each_page_prints_in_black_on_white_whatever_the_screen_has(
    browser: Any, room: Room, newspaper: Path
) -> None:
    context = browser.new_context(base_url=room.address, color_scheme="dark")
    page = context.new_page()
    page.emulate_media(media="print")
    for place in (*PLACES, f"/articles/{changed(newspaper)}/versions"):
        page.goto(put(room, place))
        colours = page.evaluate(
            "(({color, backgroundColor}) => [color, backgroundColor])(getComputedStyle(document.body))"
        )
        assert colours == ["rgb(0, 0, 0)", "rgb(255, 255, 255)"]
        assert not page.locator("nav").is_visible()
        assert not any(form.is_visible() for form in page.locator("form").all())
    page.goto("/search?q=harbour&section=City")
    assert page.get_by_text("harbour; section: City").is_visible()
    context.close()


@pytest.mark.parametrize("place", PLACES)
def test_phone_shows_each_page_without_scrolling_sideways(browser: Any, room: Room, place: str) -> None:
    context = browser.new_context(base_url=room.address, viewport=PHONE)
    page = context.new_page()
    page.goto(put(room, place))
    width = page.evaluate("document.documentElement.scrollWidth")
    context.close()

    assert width <= PHONE["width"]


def test_phone_breaks_the_longest_words_but_no_name_in_a_table(browser: Any, tmp_path: Path) -> None:
    word = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz" * 3
    long = replace(FLOOD, headline=word, lead=word, body=f"{word} {word}", authors=(word,), section=word)
    filled(tmp_path / "archive.db", [long]).close()
    with serving(tmp_path / "archive.db") as room:
        context = browser.new_context(base_url=room.address, viewport=PHONE)
        page = context.new_page()
        for place in (
            "/",
            f"/search?q={word[:63]}",
            "/articles/1",
            f"/articles?url=https://a.example/{word}",
        ):
            page.goto(place)
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        page.goto("/sources")
        assert page.evaluate("document.querySelector('tbody th a').getClientRects().length") == 1
        context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", PLACES)
def test_axe_finds_nothing_grave(browser: Any, room: Room, place: str, scheme: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="needs axe-playwright-python")
    context = browser.new_context(base_url=room.address, color_scheme=scheme, bypass_csp=True)
    page = context.new_page()
    page.goto(put(room, place))
    found = axe.Axe().run(page).response["violations"]
    context.close()

    grave = [
        (each["id"], [node["html"] for node in each["nodes"]][:3])
        for each in found
        if each["impact"] in GRAVE
    ]
    assert not grave


def test_pages_ask_no_other_host_and_run_nothing(browser: Any, room: Room) -> None:
    context = browser.new_context(base_url=room.address)
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    messages: list[str] = []
    page.on("console", lambda message: messages.append(message.text))
    for place in PLACES:
        page.goto(put(room, place))
        assert page.locator("script").count() == 0
        if "/captures/" in place:  # of what an archived page may not load, the browser speaks
            messages.clear()
    context.close()

    assert all(url.startswith(room.address) for url in asked)
    assert not [message for message in messages if "404" not in message]


def test_nothing_of_a_hostile_page_runs_and_no_request_leaves(
    browser: Any, tmp_path: Path, fresh_processes: ProcessPoolExecutor
) -> None:
    path = tmp_path / "hostile.db"
    with misbehaving({}) as elsewhere, misbehaving(pages(elsewhere.url)) as server:
        crawl_of(fresh_processes, path)(server.url)
        before = len(elsewhere.requests)
        with serving(path) as room:
            context = browser.new_context(base_url=room.address)
            page = context.new_page()
            dialogs: list[str] = []
            page.on("dialog", lambda dialog: dialogs.append(dialog.message))
            story = next(
                hit for hit in room.get("/search.json?q=railing").data["hits"] if "script" in hit["headline"]
            )
            for place in ("/", "/search?q=railing", f"/articles/{story['article_id']}", "/missing"):
                page.goto(put(room, place))
                assert "owned" not in page.title().split("<")[0]
            page.goto(f"/articles/{story['article_id']}")
            page.get_by_role("link", name="view the page as archived").click()
            frame = page.frame_locator("iframe.page")
            frame.get_by_text("took the railing").first.click()
            frame.locator("#send").click()
            page.wait_for_timeout(1500)  # a page that is led elsewhere after a second would be gone
            assert "/captures/" in page.url
            frame.get_by_text("took the railing").first.wait_for()
            context.close()

        assert dialogs == []
        assert len(elsewhere.requests) == before


def test_pictures_come_from_the_web_only_if_they_are_asked_for(browser: Any, tmp_path: Path) -> None:
    picture = bytes.fromhex("47494638396101000100800000000000ffffff2c00000000010001000002024401003b")
    with misbehaving({"/bridge.gif": answer(picture, content_type="image/gif")}) as elsewhere:
        port = urlsplit(elsewhere.url).port
        images = (Image(url="http://pictures.example/bridge.gif"), Image(url=f"{elsewhere.url}/near.gif"))
        filled(tmp_path / "archive.db", [replace(FLOOD, images=images)]).close()
        with serving(tmp_path / "archive.db") as room:
            rules = f"--host-resolver-rules=MAP pictures.example:80 127.0.0.1:{port}"
            running = browser.browser_type.launch(executable_path=BROWSER, args=["--no-sandbox", rules])
            page = running.new_page(base_url=room.address, java_script_enabled=False)
            page.goto("/articles/1", wait_until="networkidle")
            before = len(elsewhere.requests)
            page.get_by_role("link", name="Load them from the web").click()
            page.wait_for_url("**pictures=1**")
            page.wait_for_load_state("networkidle")
            page.locator("#pictures img").scroll_into_view_if_needed()
            page.wait_for_load_state("networkidle")
            running.close()
            asked = list(elsewhere.requests)

    assert before == 0
    assert [request for request in asked if "bridge.gif" in request]
    assert not [request for request in asked if "near.gif" in request]
