"""sources.toml: the sites of a standing crawl.

contact = "archive@example.org"

[[source]]
url = "https://news.example/"
name = "The News"
pages = 200
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from archiver.errors import SourceError
from archiver.parsers.urls import canonical_url
from spiders.base import source_address
from spiders.frontier import Source

# Story pages of one source that one crawl may be asked to visit: more than it could in a week.
MOST_PAGES = 1_000_000
# The first line of an entry, with nothing but white space before it.
ENTRY = re.compile(r"^\s*\[\[\s*source\s*\]\]", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesFile:
    """What a sources.toml says."""

    contact: str | None
    sources: tuple[Source, ...]


def read_sources(path: Path) -> SourcesFile:
    """Return the sources of a sources.toml, in its order.

    Raises SourceError, which names file, line, entry and key, if it cannot be read or holds something else.
    """
    try:
        text = path.read_text("utf-8")
        content = tomllib.loads(text)
    except OSError as error:
        raise SourceError(
            f"{path} cannot be read ({error.strerror}): name the file that lists the sources"
        ) from error
    except UnicodeDecodeError as error:
        raise SourceError(f"{path} is not UTF-8 text: save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise SourceError(f"{path} is not TOML: {error}") from error
    try:
        entries = _File.model_validate(content)
    except ValidationError as error:
        raise SourceError(_message(path, text, content, error)) from error
    return SourcesFile(contact=entries.contact, sources=_sources(path, entries))


def _address(text: str) -> str:
    try:
        return source_address(text)
    except SourceError as error:
        raise ValueError(str(error)) from error


def _whole_address(text: str) -> str:
    if (address := canonical_url(text)) is None:
        raise ValueError(f"{text!r} is no whole address: give one such as https://news.example/feed.xml")
    return address


_Addresses = list[Annotated[str, AfterValidator(_whole_address)]]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    url: Annotated[str, AfterValidator(_address)]
    name: Annotated[str, Field(min_length=1)] | None = None
    feeds: _Addresses = []
    sitemaps: _Addresses = []
    fronts: _Addresses = []
    pages: Annotated[int, Field(ge=1, le=MOST_PAGES)] | None = None
    delay: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    contact: Annotated[str, Field(min_length=1)] | None = None
    source: Annotated[list[_Entry], Field(min_length=1)]


def _sources(path: Path, entries: _File) -> tuple[Source, ...]:
    by_address: dict[str, Source] = {}
    for number, entry in enumerate(entries.source, 1):
        if entry.url in by_address:
            raise SourceError(f"{path}: source {number} ({entry.url}) is there twice: join the two entries")
        by_address[entry.url] = Source(
            url=entry.url,
            name=entry.name,
            feeds=tuple(entry.feeds),
            sitemaps=tuple(entry.sitemaps),
            fronts=tuple(entry.fronts),
            pages=entry.pages,
            delay=entry.delay,
        )
    return tuple(by_address.values())


def _message(path: Path, text: str, content: dict[str, Any], error: ValidationError) -> str:
    """Return one line on the first fault: where it is, what is wrong, and what may stand there."""
    # A misspelt key comes first: it is also why another one is missing.
    fault = min(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    match fault["loc"]:
        case ("source", int(number), *keys):
            line = _line(text, number, str(keys[0]) if keys else "")
            entry = content["source"][number]
            name = f" ({entry['url']})" if isinstance(entry, dict) and "url" in entry else ""
            where, model = f"{path}, line {line}: source {number + 1}{name}", cast("type[BaseModel]", _Entry)
        case keys:
            where, model = str(path), _File
    key = str(keys[0]) if keys else ""
    if fault["type"] == "extra_forbidden":
        return f"{where} has an unknown key {key!r}: a key is one of {', '.join(model.model_fields)}"
    if fault["type"] == "missing":
        return f"{where} lacks {key!r}"
    reason = str(fault["msg"]).removeprefix("Value error, ")
    return f"{where}: {key}: {reason[:1].lower()}{reason[1:]}"


def _line(text: str, number: int, key: str) -> int:
    """Return the line of a key in an entry, or of the entry's head if it is not found there."""
    heads = [match.start() for match in ENTRY.finditer(text)]
    if number >= len(heads):  # the entries are written in another of TOML's ways
        return 1
    start = heads[number] + len(text[heads[number] :]) - len(text[heads[number] :].lstrip())
    end = heads[number + 1] if number + 1 < len(heads) else len(text)
    found = (
        re.compile(rf"^\s*[\"']?{re.escape(key)}[\"']?\s*=", re.MULTILINE).search(text, start, end)
        if key
        else None
    )
    place = found.end() if found else start
    return text.count("\n", 0, place) + 1
