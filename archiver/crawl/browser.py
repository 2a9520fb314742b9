"""Chromium, which runs the scripts of pages: it asks us for all that it loads and reaches no network by itself."""

import asyncio
import os
import shutil
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from archiver.crawl.browser_memory import keep_renderers_below
from archiver.errors import PageError, ParseLimitError, SourceError

if TYPE_CHECKING:
    from playwright.async_api import Browser as Chromium
    from playwright.async_api import BrowserContext, Page, Playwright, Route, WebSocketRoute

# What systems call it.
PROGRAMS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
ARGUMENTS = (
    # Whatever is not asked of us (a connection announced by a page, WebRTC, a browser's own errand) finds no host,
    # not even this machine.
    "--proxy-server=http://nowhere.invalid:9",
    "--proxy-bypass-list=<-loopback>",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--no-pings",
    # Megabytes that scripts have for their objects; what lies beside them is watched from outside.
    "--js-flags=--max-old-space-size=512",
)
# Kinds of resources that hold no text, and those that may be anything.
LEFT_OUT = frozenset(
    {"image", "media", "font", "texttrack", "websocket", "ping", "cspviolationreport", "other"}
)
# Headers of an answer that would be wrong of what was unpacked, or would leave something in the browser.
NOT_HANDED_ON = frozenset(
    {
        "content-encoding",
        "transfer-encoding",
        "content-length",
        "set-cookie",
        "strict-transport-security",
        "refresh",
    }
)
# Share of the time of a page in which its network may come to rest; the rest is for reading the document.
QUIET_SHARE = 0.75
# Seconds in which a browser must start, and in which it must close a page.
START_SECONDS = 30
CLOSE_SECONDS = 5
# As readers' screens, but taller: many pages load what comes into view.
VIEWPORT: Any = {"width": 1280, "height": 3000}
# What <noscript> holds nobody has seen, and who reads the document without scripts would.
DOCUMENT = """most => {
    for (const each of document.querySelectorAll("noscript")) each.remove();
    const html = document.documentElement ? document.documentElement.outerHTML : "";
    return html.length > most ? null : (document.doctype ? "<!DOCTYPE html>\\n" : "") + html;
}"""
NEEDS = "javascript = true needs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the browser gets for an address."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a page asks for."""

    url: str
    kind: str
    """As browsers call it: script, xhr, fetch and so on."""
    headers: Mapping[str, str]


Fetch = Callable[[Wanted], Awaitable[Answer | None]]
# To a script that leads to another page; a refusal would show the browser's own page of errors.
STAY = Answer(status=204, headers=(), body=b"")
EMPTY_STYLES = Answer(status=200, headers=(("Content-Type", "text/css"),), body=b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserLimits:
    """What one page may take."""

    seconds: float
    memory: int
    """Bytes of the process that shows it."""
    largest: int
    """Characters of its document."""


class Browser:
    """One Chromium, started for the first page; every page has a profile of its own, which ends with it."""

    def __init__(self, program: str, user_agent: str, limits: BrowserLimits) -> None:
        """Use the program at a path or of a name; "": the system's."""
        self._program = program
        self._user_agent = user_agent
        self._limits = limits
        self._starting = asyncio.Lock()
        self._driver: Playwright | None = None
        self._chromium: Chromium | None = None
        self._watch: asyncio.Task[None] | None = None

    async def document(self, url: str, answer: Answer, fetch: Fetch) -> bytes:
        """Return the document, in UTF-8, that answer has become once its scripts have run.

        Whatever they ask for is asked of fetch. Raises ParseLimitError if they take too much time, memory or
        text, PageError if the browser fails, SourceError if it does not start.
        """
        from playwright.async_api import Error  # noqa: PLC0415 - an extra

        chromium = await self.start()
        showing = _Showing(fetch, answer)
        try:
            async with asyncio.timeout(self._limits.seconds):
                return await self._shown(chromium, showing, url)
        except TimeoutError as error:
            seconds = f"{self._limits.seconds:g} s"
            raise ParseLimitError(f"its scripts did not come to an end in {seconds}") from error
        except Error as error:
            if showing.has_crashed:
                raise ParseLimitError("the browser gave it up: its scripts took too much memory") from error
            raise PageError(f"the browser failed: {_first_line(error)}") from error
        finally:
            await self._put_away(showing)

    async def start(self) -> "Chromium":
        """Start the browser unless it runs. Raises SourceError, with the cure, if it cannot be."""
        async with self._starting:
            if self._chromium is None or not self._chromium.is_connected():
                await self._stop()
                self._chromium = await self._started()
            return self._chromium

    async def close(self) -> None:
        """End the browser."""
        async with self._starting:
            await self._stop()

    async def _started(self) -> "Chromium":
        try:
            from playwright.async_api import Error, async_playwright  # noqa: PLC0415 - an extra
        except ImportError as error:
            raise SourceError(f"{NEEDS} playwright: pip install 'news-archiver[js]'") from error
        path = browser_path(self._program)
        self._driver = await async_playwright().start()
        try:
            chromium = await self._driver.chromium.launch(
                executable_path=path,
                args=[*ARGUMENTS],
                # Chromium's own cage refuses to be root's.
                chromium_sandbox=os.geteuid() != 0,
                # Ctrl-C is for us: what is being rendered then is finished.
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
                timeout=START_SECONDS * 1000,
            )
        except Error as error:
            await self._stop()
            raise SourceError(
                f"{NEEDS} a browser, and {path} does not start ({_reason(error)}): try "
                f"`{path} --headless --dump-dom about:blank`, or name another by --set BROWSER=PATH"
            ) from error
        self._watch = asyncio.ensure_future(keep_renderers_below(self._limits.memory))
        return chromium

    async def _shown(self, chromium: "Chromium", showing: "_Showing", url: str) -> bytes:
        from playwright.async_api import TimeoutError as NotQuietError  # noqa: PLC0415 - an extra

        showing.context = context = await chromium.new_context(
            user_agent=self._user_agent,
            viewport=VIEWPORT,
            service_workers="block",
            accept_downloads=False,
        )
        await context.route("**/*", showing.answer_to)
        await context.route_web_socket("**/*", _refuse_socket)
        page = await context.new_page()
        page.on("crash", showing.crashed)
        context.on("page", _shut)  # what a script opens
        await page.goto(url, wait_until="domcontentloaded", timeout=0)
        with suppress(NotQuietError):  # some pages ask their server for news all the time
            await page.wait_for_load_state("networkidle", timeout=self._limits.seconds * QUIET_SHARE * 1000)
        html = await page.evaluate(DOCUMENT, self._limits.largest)
        if not isinstance(html, str):
            raise ParseLimitError(f"its document has more than {self._limits.largest:,} characters")
        return html.encode("utf-8", "replace")

    async def _put_away(self, showing: "_Showing") -> None:
        """Close a page; if it does not let itself be closed, the browser."""
        showing.stop()
        if showing.context is None:
            return
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await showing.context.close()
        except TimeoutError:
            await self.close()
        except _driver_error():
            pass  # it is gone already

    async def _stop(self) -> None:
        chromium, driver, watch = self._chromium, self._driver, self._watch
        self._chromium = self._driver = self._watch = None
        if watch is not None:
            watch.cancel()
        with suppress(TimeoutError, *([_driver_error()] if driver is not None else [])):
            async with asyncio.timeout(CLOSE_SECONDS):
                if chromium is not None:
                    await chromium.close()
        if driver is not None:
            await driver.stop()  # with the pipe to it ends what it has started


@dataclass  # without slots: Playwright hangs its own wrapper on whose method it calls
class _Showing:
    """One page that is being shown."""

    fetch: Fetch
    answer: Answer
    context: "BrowserContext | None" = None
    has_crashed: bool = False
    _is_served: bool = False
    _under_way: "set[asyncio.Task[Any] | None]" = field(default_factory=set)

    def crashed(self, _page: "Page") -> None:
        self.has_crashed = True

    def stop(self) -> None:
        """Fetch nothing any longer."""
        for task in self._under_way:
            if task is not None:
                task.cancel()

    async def answer_to(self, route: "Route") -> None:
        """Answer what the browser asks for, or refuse it."""
        task: asyncio.Task[Any] | None = asyncio.current_task()
        self._under_way.add(task)
        try:
            answer = await self._answer(route)
            if answer is None:
                await route.abort()
            else:
                await route.fulfill(status=answer.status, headers=_joined(answer.headers), body=answer.body)
        except _driver_error():
            pass  # the page is closed already
        finally:
            self._under_way.discard(task)

    async def _answer(self, route: "Route") -> Answer | None:
        request = route.request
        if request.is_navigation_request():  # of the page itself, once; of no frame, and nowhere else
            is_first, self._is_served = not self._is_served, True
            return self.answer if is_first else STAY
        if request.method != "GET" or not request.url.startswith(("http://", "https://")):
            return None
        if request.resource_type == "stylesheet":  # scripts wait for it to come
            return EMPTY_STYLES
        if request.resource_type in LEFT_OUT:
            return None
        return await self.fetch(Wanted(url=request.url, kind=request.resource_type, headers=request.headers))


def browser_path(program: str) -> str:
    """Return where a browser is, the system's if program is "". Raises SourceError if there is none."""
    for name in [program] if program else PROGRAMS:
        if (path := shutil.which(name)) is not None:
            return path
    what = f"a browser, and {program} is no program" if program else "Chromium"
    raise SourceError(f"{NEEDS} {what}: apt-get install chromium, or name it by --set BROWSER=PATH")


def check_browser(program: str, limits: BrowserLimits) -> None:
    """Raise SourceError, with the cure, if there is no browser that can be started."""

    async def check() -> None:
        browser = Browser(program, "", limits)
        await browser.start()
        await browser.close()

    asyncio.run(check())


def browser_limits(settings: Mapping[str, object]) -> BrowserLimits:
    """Return what one page may take by the settings."""
    return BrowserLimits(
        seconds=float(str(settings["RENDER_SECONDS"])),
        memory=int(str(settings["RENDER_MEMORY"])) * 2**20,
        largest=int(str(settings["DOWNLOAD_MAXSIZE"])),
    )


async def _shut(page: "Page") -> None:
    with suppress(_driver_error()):
        await page.close()


async def _refuse_socket(socket: "WebSocketRoute") -> None:
    with suppress(_driver_error()):
        await socket.close()


def _joined(headers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    joined: dict[str, str] = {}
    for name, value in headers:
        key = name.lower()
        if key not in NOT_HANDED_ON:
            joined[key] = f"{joined[key]}, {value}" if key in joined else value
    return joined


def _driver_error() -> type[Exception]:
    from playwright.async_api import Error  # noqa: PLC0415 - an extra

    error: type[Exception] = Error
    return error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__


def _reason(error: Exception) -> str:
    """Return what the browser itself said last, if anything, where it did not start."""
    said = [line.partition("[err]")[2].strip() for line in str(error).splitlines() if "[err]" in line]
    return (said[-1] if said else _first_line(error))[:200]
