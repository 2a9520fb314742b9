"""Answers: what a page shows, as HTML for people and as JSON for programs."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cache
from shlex import quote
from typing import Generic, TypeVar
from unicodedata import bidirectional
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from archiver.errors import ArchiveError, ArchiverError, BusyError, NotInArchiveError, QueryError
from archiver.items import ChangeKind
from archiver.room.charts import lifetime, spark
from archiver.room.reader import Reader
from archiver.spans import FORMS, Span, span
from archiver.wording import (
    byte_text,
    counted,
    date_text,
    day_text,
    duration_text,
    iso_text,
    json_text,
    minute_text,
)
from db.searching.excerpt import MARK_END, MARK_START
from db.searching.search import Sort

JSON = ".json"
# Of errors that a reader can mend, and of those that may go by: an archive may be being put back in its place.
STATUSES: tuple[tuple[type[ArchiverError], int], ...] = (
    (NotInArchiveError, 404),
    (QueryError, 400),
    (ArchiveError, 503),
    (BusyError, 503),
)
LONGEST_NUMBER = 15
# The highest id that a row may have.
LAST_ID = 2**63 - 1
# The longest list that a page shows.
LONGEST_LIST = 1000

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Part(Generic[T]):
    """What a page shows of a list."""

    items: Sequence[T]
    is_whole: bool
    more: str | None = None
    """The address that shows more of it, if a page may."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page shows."""

    template: str
    title: str
    data: Mapping[str, object]
    """What programs get as JSON, and the template by the same names."""
    shown: Mapping[str, object] = field(default_factory=dict)
    """What only the template gets: pictures, addresses of other pages."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Of the page, where they differ from those of all others."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of a page."""

    request: Request
    archive: Reader

    @property
    def params(self) -> QueryParams:
        """The fields of the address."""
        return self.request.query_params

    def text(self, name: str) -> str | None:
        """Return a field that is not blank. Raises QueryError if it is given more than once."""
        given = [text for each in self.params.getlist(name) if (text := each.strip())]
        if len(given) > 1:
            raise QueryError(f"{name} is given more than once: leave all but one out")
        return given[0] if given else None

    def number(self, name: str, default: int, most: int) -> int:
        """Return a field that is a number from 1 to most. Raises QueryError if it is none."""
        text = self.text(name)
        if text is None:
            return default
        if not (
            text.isascii() and text.isdecimal() and len(text) < LONGEST_NUMBER and 1 <= int(text) <= most
        ):
            raise QueryError(f"{name} is {text!r}: give a number from 1 to {most:,}")
        return int(text)

    def part(self, found: Sequence[T], limit: int, *, is_whole: bool | None = None) -> Part[T]:
        """Return the first limit of what was found, and the address of a page with twice as many, if there are more.

        What was found has one more than limit if there are more, unless is_whole says whether there are.
        """
        is_whole = len(found) <= limit if is_whole is None else is_whole
        longer = {**self.params, "limit": min(limit * 2, LONGEST_LIST)}
        more = None if is_whole or limit >= LONGEST_LIST else address(self.request.url.path, **longer)
        return Part(found[:limit], is_whole, more)

    def day(self, name: str) -> datetime | None:
        """Return the beginning of a day or a longer span, or a moment, in UTC unless it says otherwise.

        Raises QueryError.
        """
        found = self._span(name)
        return None if found is None else found.start

    def day_after(self, name: str) -> datetime | None:
        """Return the end of a day or a longer span, or a moment that is given with its time."""
        found = self._span(name)
        return None if found is None else found.end

    def _span(self, name: str) -> Span | None:
        text = self.text(name)
        if text is None:
            return None
        with suppress(ValueError, OverflowError):
            return span(plain_day(text) or text, datetime.now(UTC))
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise QueryError(f"{name} is {text!r}: {FORMS}, or 2026-01-31T08:00") from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return Span(moment, moment)

    def switch(self, name: str) -> bool:
        """Return whether a field is set: 1, or 0. Raises QueryError if it is neither."""
        text = self.text(name)
        if text not in (None, "0", "1"):
            raise QueryError(f"{name} is {text!r}: give 1 or 0")
        return text == "1"

    def id(self, noun: str, name: str = "id") -> int:
        """Return the number of a thing that the path names. Raises NotInArchiveError if none could be so high."""
        number: int = self.request.path_params[name]
        if number > LAST_ID:
            raise NotInArchiveError(f"the archive has no {noun} {number}")
        return number


View = Callable[[Asked], Answer | Response]


def answer(view: View, request: Request) -> Response:
    """Return what view answers, as JSON if the address ends so."""
    as_json = request.url.path.endswith(JSON)
    archive: Reader = request.app.state.archive
    try:
        with archive.in_time():
            found = view(Asked(request, archive))
    except ArchiverError as error:
        return refusal(request, _status(error), str(error))
    if isinstance(found, Response):
        return found
    return json_response(found.data) if as_json else html_response(request, found)


def refusal(request: Request, status: int, message: str) -> Response:
    """Return an error as the page or the JSON that was asked for."""
    data = {"error": {"status": status, "message": message}}
    if request.url.path.endswith(JSON):
        return json_response(data, status)
    return html_response(
        request, Answer("error.html", "Not found" if status == 404 else "Sorry", data), status
    )


def json_response(data: Mapping[str, object], status: int = 200) -> Response:
    """Return data as JSON."""
    return Response(f"{json_text(data)}\n", status, media_type="application/json")


def html_response(request: Request, found: Answer, status: int = 200) -> HTMLResponse:
    """Return an answer as a page."""
    path = request.url.path
    query = f"?{request.url.query}" if request.url.query else ""
    page = (
        _environment()
        .get_template(found.template)
        .render(
            **found.data,
            **found.shown,
            title=found.title,
            path=path,
            as_json=f"{'/search' if path == '/' else path}{JSON}{query}",
            archive_name=request.app.state.archive.path.name,
            asked=defaultdict(str, request.query_params),  # what was not asked for is blank
        )
    )
    return HTMLResponse(page, status, dict(found.headers))


def _status(error: ArchiverError) -> int:
    return next((status for kind, status in STATUSES if isinstance(error, kind)), 500)


def address(path: str, /, **fields: object) -> str:
    """Return a path with the fields that are not None."""
    given = urlencode({name: str(value) for name, value in fields.items() if value not in (None, "")})
    return f"{path}?{given}" if given else path


def safe_link(url: str) -> str:
    """Return url if a browser may follow it: http or https, else ""."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return url if parts.scheme in ("http", "https") and parts.netloc else ""


def outward(url: str, text: str | None = None) -> Markup:
    """Return a link to the web that tells nobody where the reader comes from, or the text alone if it is unsafe."""
    shown = escape(text or url)
    link = safe_link(url)
    if not link:
        return Markup('<span dir="auto">{}</span>').format(shown)
    return Markup(
        '<a href="{}" rel="noopener noreferrer nofollow external" target="_blank" dir="auto">{}</a>'
    ).format(link, shown)


def marked(snippet: str) -> Markup:
    """Return a passage with its matches marked."""
    return Markup("").join(
        Markup("<mark>{}</mark>{}").format(*part.partition(MARK_END)[::2]) if index else escape(part)
        for index, part in enumerate(snippet.split(MARK_START))
    )


def time_element(moment: datetime | date | None, text: str = "") -> Markup:
    """Return a moment as people and programs read it."""
    if moment is None:
        return Markup('<span class="dim">no date</span>')
    if not isinstance(moment, datetime):
        return Markup("<time>{}</time>").format(moment.isoformat())
    return Markup('<time datetime="{}">{}</time>').format(iso_text(moment), text or minute_text(moment))


def direction(text: str) -> str:
    """Return the direction of a text by its first letter that has one, as dir="auto" does for one element alone."""
    letters = map(bidirectional, text)
    return "rtl" if next((each for each in letters if each in ("L", "R", "AL")), "L") != "L" else "ltr"


def plain_day(text: str) -> str:
    """Return a day as a field for days takes it, "" if text is none: a moment, or nothing at all."""
    try:
        return date.fromisoformat(text.strip()).isoformat()
    except ValueError:
        return ""


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("archiver.room"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "bytes": byte_text,
        "day": day_text,
        "direction": direction,
        "day_element": lambda moment: time_element(moment, day_text(moment)),
        "lifetime": lifetime,
        "duration": duration_text,
        "marked": marked,
        "outward": outward,
        "plain_day": plain_day,
        "quoted": quote,
        "time": time_element,
        "spark": spark,
        "stated": lambda moment, precision: time_element(moment, date_text(moment, precision)),
    }
    environment.globals |= {
        "address": address,
        "change_kinds": list(ChangeKind),
        "counted": counted,
        "orders": list(Sort),
    }
    return environment
