"""The reading room as a web application (ASGI)."""

from collections.abc import Collection
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from archiver.room import article, captures, changes, crawls, exports, links, search, sources
from archiver.room.answers import JSON, View, answer, refusal
from archiver.room.guard import Guard
from archiver.room.reader import Reader

# Seconds that an answer may take to be found in the archive.
PATIENCE = 10.0

PAGES: tuple[tuple[str, View], ...] = (
    ("/search", search.search_page),
    ("/articles", article.by_address),
    ("/articles/{id:int}", article.article_page),
    ("/articles/{id:int}/versions", article.versions_page),
    ("/articles/{id:int}/links", links.links_page),
    ("/articles/{id:int}/beside/{other:int}", article.shared_page),
    ("/links", links.search_links_page),
    ("/captures/{id:int}", captures.capture_page),
    ("/sources", sources.sources_page),
    ("/sources/{host}", sources.source_page),
    ("/changes", changes.changes_page),
    ("/missing", links.missing_page),
    ("/crawls", crawls.crawls_page),
    ("/crawls/{id:int}", crawls.crawl_page),
    ("/explain", crawls.explain_page),
)


def reading_room(
    path: Path, hosts: Collection[str] = (), token: str | None = None, seconds: float = PATIENCE
) -> Starlette:
    """Return the application that shows the archive at path.

    Requests must name one of hosts, any if there is none, and bring the token if there is one. An answer takes at
    most so many seconds. Raises ArchiveError if there is no archive at path.
    """
    archive = Reader(path, seconds)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> Any:
        yield
        archive.close()

    app = Starlette(
        routes=_routes(),
        middleware=[Middleware(Guard, hosts=hosts, token=token)],
        exception_handlers={HTTPException: _http_error},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False
    app.state.archive = archive
    app.state.exports = BoundedSemaphore(exports.AT_ONCE)
    return app


def _routes() -> list[Route | Mount]:
    static = StaticFiles(directory=Path(__file__).with_name("static"))
    routes: list[Route | Mount] = [Route("/", partial(answer, search.search_page))]
    for path, view in PAGES:
        # The form for programs first: a name of a site may hold a dot.
        routes += [Route(path + JSON, partial(answer, view)), Route(path, partial(answer, view))]
    routes.append(Route("/captures/{id:int}/page", partial(answer, captures.raw_page)))
    routes.append(Route("/feed.xml", partial(answer, search.feed)))
    routes.append(Route("/export", partial(answer, exports.export_file)))
    return [*routes, Mount("/static", static, name="static")]


def _http_error(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 500
    message = (
        f"there is no page {request.url.path}: the links above lead to all" if status == 404 else str(error)
    )
    return refusal(request, status, message)
