"""sources.toml: the sites of a standing crawl.

contact = "archive@example.org"

[[source]]
url = "https://news.example/"
name = "The News"
pages = 200

[[source.rules]]
from = 2026-03-01
body = ".story-text"
"""

import re
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from archiver.errors import SourceError
from archiver.parsers.language import language_tag
from archiver.parsers.rules import SiteRules, box_selector, value_selector
from archiver.parsers.urls import canonical_url, host, is_readable, same_site
from spiders.frontier import Source, source_address

# Story pages of one source that one crawl may be asked to visit: more than it could in a week.
MOST_PAGES = 1_000_000
# Seconds between two requests; --delay takes as much: a day.
LONGEST_DELAY = 86_400
# The first line of an entry, with nothing but white space before it.
ENTRY = re.compile(r"^\s*\[\[\s*source\s*\]\]", re.MULTILINE)
# That of its rules.
RULES = re.compile(r"^\s*\[\[\s*source\s*\.\s*rules\s*\]\]", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcesFile:
    """What a sources.toml says."""

    contact: str | None
    sources: tuple[Source, ...]


def read_sources(path: Path, least: int = 1) -> SourcesFile:
    """Return the sources of a sources.toml, in its order.

    Raises SourceError, which names file, line, entry and key, if it cannot be read, holds something else, or
    lists fewer than least sources.
    """
    try:
        text = path.read_text("utf-8-sig")  # some editors begin a file with a byte order mark
        content = tomllib.loads(text)
    except FileNotFoundError as error:
        raise SourceError(f"there is no {path}: `archiver source add URL` writes one") from error
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
    if len(entries.source) < least:
        raise SourceError(f"{path} lists no site: `archiver source add URL` adds one")
    return SourcesFile(contact=entries.contact, sources=_sources(path, text, content, entries))


def source_of(sources: Sequence[Source], url: str) -> Source | None:
    """Return the source whose site a page belongs to, or None; of several, the one whose address is most alike."""

    def likeness(source: Source) -> tuple[bool, int]:
        return host(source.url) == host(url), len(source.url) if url.startswith(source.url) else 0

    own = [each for each in sources if is_readable(url) and same_site(each.url, url)]
    return max(own, key=likeness, default=None)


def bare_address(url: str) -> tuple[str, str, str]:
    """Return what stays of an address whatever its scheme, "www." and a last slash."""
    address = canonical_url(url if "://" in url else f"https://{url}")
    if address is None:
        return url, "", ""
    parts = urlsplit(address)
    return parts.netloc.removeprefix("www."), parts.path.rstrip("/"), parts.query


def name_key(name: str | None) -> str:
    """Return what names of sources have in common that mean the same one, "" for none."""
    return (name or "").strip().casefold()


def _as_value_error(read: Callable[[str], str]) -> Callable[[str], str]:
    """Return read with its SourceErrors as what pydantic takes for a fault of the file."""

    def checked(text: str) -> str:
        try:
            return read(text)
        except SourceError as error:
            raise ValueError(str(error)) from error

    return checked


def _whole_address(text: str) -> str:
    if (address := canonical_url(text)) is None:
        raise ValueError(f"{text!r} is no whole address: give one such as https://news.example/feed.xml")
    return address


def _language(text: str) -> str:
    tag = language_tag(text)
    if tag is None or tag.casefold() != text.strip().replace("_", "-").casefold():
        raise ValueError(f"{text!r} is no language: give its code, such as en, fr, pt-BR or zh-Hant")
    return tag


def _name(text: str) -> str:
    if not text.strip():
        raise ValueError("string should have at least 1 character")
    return text


def _listed(value: object) -> object:
    if not isinstance(value, str | list):
        raise ValueError("give a CSS selector in quotes, or a list of them")  # noqa: TRY004 - pydantic's kind
    return [value] if isinstance(value, str) else value


def _day(value: object) -> object:
    if type(value) is not date:  # a datetime is one, too
        written = repr(value) if isinstance(value, str) else value
        raise ValueError(f"{written} is no day: write one without quotes, such as 2026-03-01")
    return value


def _zone(value: object) -> object:
    try:
        return ZoneInfo(str(value))
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise ValueError(f"{value!r} is no time zone: give its name, such as Europe/Berlin") from None


_Addresses = list[Annotated[str, AfterValidator(_whole_address)]]
_BoxSelector = Annotated[str, AfterValidator(_as_value_error(box_selector))]
_ValueSelector = Annotated[str, AfterValidator(_as_value_error(value_selector))]
_BoxSelectors = Annotated[list[_BoxSelector], BeforeValidator(_listed)]
_ValueSelectors = Annotated[list[_ValueSelector], BeforeValidator(_listed)]


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    valid_from: Annotated[date | None, BeforeValidator(_day), Field(alias="from")] = None
    body: _BoxSelectors = []
    headline: _ValueSelectors = []
    authors: _ValueSelectors = []
    date_published: _ValueSelectors = []
    section: _ValueSelectors = []
    timezone: Annotated[ZoneInfo | None, BeforeValidator(_zone)] = None
    related: _BoxSelectors = []
    remove: _BoxSelectors = []
    no_story: _BoxSelectors = []


def _tables(head: str) -> Callable[[object], object]:
    """Return what refuses anything but a list of tables, each below such a head."""

    def checked(value: object) -> object:
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            raise ValueError(f"head each of them with {head}, in two pairs of brackets")
        return value

    return checked


def _of_different_days(rules: list[_Rules]) -> list[_Rules]:
    days = [str(each.valid_from) if each.valid_from else "the beginning" for each in rules]
    if twice := next((day for number, day in enumerate(days) if day in days[:number]), ""):
        raise ValueError(f"two hold from {twice} on: join them, or give one a later 'from'")
    return rules


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    url: Annotated[str, AfterValidator(_as_value_error(source_address))]
    name: Annotated[str, AfterValidator(_name)] | None = None
    language: Annotated[str, AfterValidator(_language)] | None = None
    feeds: _Addresses = []
    sitemaps: _Addresses = []
    fronts: _Addresses = []
    pages: Annotated[int, Field(ge=1, le=MOST_PAGES)] | None = None
    pages_a_day: Annotated[int, Field(ge=1, le=MOST_PAGES)] | None = None
    megabytes_a_day: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    delay: Annotated[float, Field(ge=0, le=LONGEST_DELAY, allow_inf_nan=False)] | None = None
    javascript: bool = False
    rules: Annotated[
        list[_Rules], BeforeValidator(_tables("[[source.rules]]")), AfterValidator(_of_different_days)
    ] = []


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    contact: Annotated[str, Field(min_length=1)] | None = None
    source: Annotated[list[_Entry], BeforeValidator(_tables("[[source]]"))] = []


def _sources(path: Path, text: str, content: dict[str, Any], entries: _File) -> tuple[Source, ...]:
    by_address: dict[tuple[str, str, str], Source] = {}
    named: dict[str, int] = {}
    for number, entry in enumerate(entries.source):
        address = bare_address(entry.url)
        if address in by_address:
            where = _place(path, text, content, number, ("url",))
            raise SourceError(f"{where} is there twice: join the two entries")
        name = name_key(entry.name)
        if name and (first := named.setdefault(name, number)) != number:
            where, line = _place(path, text, content, number, ("name",)), _line(text, first, ("name",))
            raise SourceError(
                f"{where}: name {entry.name!r} is also that of line {line}: change one of the two"
            )
        by_address[address] = Source(
            url=entry.url,
            name=entry.name,
            language=entry.language,
            feeds=tuple(entry.feeds),
            sitemaps=tuple(entry.sitemaps),
            fronts=tuple(entry.fronts),
            pages=entry.pages,
            pages_a_day=entry.pages_a_day,
            megabytes_a_day=entry.megabytes_a_day,
            delay=entry.delay,
            javascript=entry.javascript,
            rules=tuple(_site_rules(rules) for rules in entry.rules),
        )
    return tuple(by_address.values())


def _site_rules(rules: _Rules) -> SiteRules:
    return SiteRules(
        valid_from=rules.valid_from,
        body=tuple(rules.body),
        headline=tuple(rules.headline),
        authors=tuple(rules.authors),
        date_published=tuple(rules.date_published),
        section=tuple(rules.section),
        timezone=rules.timezone,
        related=tuple(rules.related),
        remove=tuple(rules.remove),
        no_story=tuple(rules.no_story),
    )


def _message(path: Path, text: str, content: dict[str, Any], error: ValidationError) -> str:
    """Return one line on the first fault: where it is, what is wrong, and what may stand there."""
    # A misspelt key comes first: it is also why another one is missing.
    fault = min(error.errors(), key=lambda fault: fault["type"] != "extra_forbidden")
    model: type[BaseModel]
    match fault["loc"]:
        case ("source", int(number), "rules", int(rules), *keys):
            where, model = (
                f"{_place(path, text, content, number, ('rules', rules, *keys))}, rules {rules + 1}",
                _Rules,
            )
        case ("source", int(number), *keys):
            where, model = _place(path, text, content, number, tuple(keys)), _Entry
        case keys:
            where, model = f"{path}, line {_key_line(text, keys[0], (0, len(text)))}", _File
    key = str(keys[0]) if keys else ""
    if fault["type"] == "extra_forbidden":
        known = (field.alias or name for name, field in model.model_fields.items())
        return f"{where} has an unknown key {key!r}: a key is one of {', '.join(known)}"
    if fault["type"] == "missing":
        return f"{where} lacks {key!r}"
    reason = str(fault["msg"]).removeprefix("Value error, ")
    named = f"{where}: {key}" if key else where
    return f"{named}: {reason[:1].lower()}{reason[1:]}"


def _place(path: Path, text: str, content: dict[str, Any], number: int, keys: tuple[int | str, ...]) -> str:
    """Return where a fault of an entry is, by line, number and address."""
    entry = content["source"][number]
    name = f" ({entry['url']})" if isinstance(entry, dict) and "url" in entry else ""
    return f"{path}, line {_line(text, number, keys)}: source {number + 1}{name}"


def _line(text: str, number: int, keys: tuple[int | str, ...]) -> int:
    """Return the line of a key in an entry or its rules, or of the entry's or rules' head if it is not found there."""
    span = _table(ENTRY, text, number, 0, len(text))
    if span is None:  # the entries are written in another of TOML's ways
        return 1
    match keys:
        case ("rules", int(rules), *inner):
            span, keys = _table(RULES, text, rules, *span) or span, tuple(inner)
        case ("rules",):
            span = _table(RULES, text, 0, *span) or span
    return _key_line(text, keys[0] if keys else "", span)


def _key_line(text: str, key: int | str, span: tuple[int, int]) -> int:
    """Return the line of a part of the text where a key has its value or heads a table, else its first one."""
    name = rf"[\"']?{re.escape(str(key))}[\"']?\s*"
    found = re.compile(rf"^\s*(?:{name}=|\[+\s*(?:source\s*\.\s*)?{name}\])", re.MULTILINE).search(
        text, *span
    )
    return text.count("\n", 0, found.end() if found and key else span[0]) + 1


def _table(head: re.Pattern[str], text: str, number: int, start: int, end: int) -> tuple[int, int] | None:
    """Return where a table of some sort begins and ends in a part of the text, or None if it has not so many."""
    heads = [match.start() for match in head.finditer(text, start, end)]
    if number >= len(heads):
        return None
    after = heads[number + 1] if number + 1 < len(heads) else end
    return heads[number] + len(text[heads[number] :]) - len(text[heads[number] :].lstrip()), after
