"""Options that several commands share, and the types of their values."""

import logging
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click
from click.core import ParameterSource

from archiver import settings
from archiver.durations import duration
from archiver.items import ChangeKind
from archiver.spans import FORMS, Span, span
from db.searching.filters import Filters

T = TypeVar("T")
Command = Callable[..., T]

# A language (BCP 47), perhaps with script and region.
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
SWITCHES = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
# Beginnings of the names of settings that cannot be 0.
AT_LEAST_ONE = ("CONCURRENT_", "SPLIT_", "PAGE_", "DOWNLOAD_TIMEOUT")
# A setting is smaller than this, in whatever unit: more days than that are no time to Python.
SETTING_END = 1e9
# More of anything than a reader, or an archive, could take in.
MOST = 1_000_000
# Processes: each takes up to SPLIT_MEMORY.
MOST_JOBS = 256
# Seconds of the longest wait between two requests, a day.
LONGEST_DELAY = 86_400


class ChoosingOption(click.Option):
    """An option that is refused where it is given twice: the last would count alone, and one expects both."""

    def add_to_parser(self, parser: Any, ctx: click.Context) -> None:  # noqa: ARG002 - click hands it over
        """Have every value kept."""
        parser.add_option(obj=self, opts=self.opts, dest=self.name, action="append")

    def consume_value(self, ctx: click.Context, opts: Mapping[str, Any]) -> tuple[Any, ParameterSource]:
        """Return the value and where it comes from."""
        value, source = super().consume_value(ctx, opts)
        if not isinstance(value, list):
            return value, source
        if len(value) > 1:
            raise click.UsageError(f"{self.opts[0]} is given more than once: leave all but one out", ctx)
        return value[0], source


class SpanType(click.ParamType[Any]):
    """A day or a longer span, as people write it."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Span:
        """Return the span that value, an option's text, means today."""
        try:
            return span(str(value), datetime.now(UTC))
        except (ValueError, OverflowError):
            self.fail(f"{value!r} is no date: {FORMS}", param, ctx)


class MomentType(click.ParamType[Any]):
    """A moment: a day stands for its end."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Return the moment that value, an option's text, means; UTC where it names no zone."""
        try:
            moment = datetime.fromisoformat(str(value).strip())
        except ValueError:
            self.fail(f"{value!r} is no time: give 2026-01-31 or 2026-01-31T08:00:00Z", param, ctx)
        if len(str(value).strip()) <= len("2026-01-31"):
            moment += timedelta(days=1, seconds=-1)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class DurationType(click.ParamType[Any]):
    """A length of time."""

    name = "duration"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        """Return the length that value, an option's text, means."""
        try:
            return duration(str(value))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class NumberType(click.IntRange):
    """A whole number within bounds."""

    name = "number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number that value, an option's text, means."""
        try:
            int(value)
        except ValueError:
            self.fail(f"{value!r} is no whole number", param, ctx)
        return int(super().convert(value, param, ctx))


class DelayType(click.FloatRange):
    """Seconds between two requests."""

    def __init__(self) -> None:
        super().__init__(min=0, max=LONGEST_DELAY)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Return the number of seconds that value, an option's text, means."""
        try:
            seconds = float(value)
        except ValueError:
            seconds = math.nan
        if math.isnan(seconds):
            self.fail(f"{value!r} is no number of seconds", param, ctx)
        return float(super().convert(value, param, ctx))


class SettingType(click.ParamType[Any]):
    """A setting and its value, written NAME=VALUE."""

    name = "setting"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, object]:
        """Return the setting's name and its value, which is of the kind of its default."""
        name, _, text = str(value).partition("=")
        default = getattr(settings, name, None) if name.isupper() else None
        if isinstance(default, dict | list):
            self.fail(f"{name} makes up the program and is set in a file: see docs/extending.md", param, ctx)
        if not isinstance(default, bool | int | float | str):
            self.fail(f"there is no setting {name!r} to set: give one such as PAGE_BUDGET=50", param, ctx)
        if name == "ARCHIVE":
            self.fail("the archive is named by --archive", param, ctx)
        try:
            return name, setting(name, text.strip(), default)
        except (ValueError, KeyError):
            self.fail(f"{text!r} is no value for {name}: its default is {default!r}", param, ctx)


def setting(name: str, text: str, default: bool | float | str) -> object:
    """Return the value of a setting from its text; ValueError or KeyError if it can have no such value."""
    if name == "LOG_LEVEL":
        return logging.getLevelName(logging.getLevelNamesMapping()[text.upper()])
    if isinstance(default, str):
        return text
    if isinstance(default, bool):
        return SWITCHES[text.lower()]
    number = type(default)(text)
    if not (1 if name.startswith(AT_LEAST_ONE) else 0) <= number < SETTING_END:
        raise ValueError(f"{number} is out of range")
    return number


def page_address(text: str) -> str:
    """Return the canonical form of a page's address as a user gives it; one that is none is wrong usage."""
    from archiver.parsers.urls import canonical_url  # noqa: PLC0415 - only those who need it wait for it

    if text.isdecimal():
        raise click.UsageError(
            f"{text} is no address: give that of the article, which `archiver show {text}` tells"
        )
    whole = text if "://" in text else f"https://{text}"
    address = None if "@" in text or " " in text else canonical_url(whole)
    if address is None:
        raise click.UsageError(f"{text!r} is no address: give one such as https://news.example/2026/flood")
    return address


def writable(ctx: click.Context, param: click.Parameter, path: Path | None) -> Path | None:
    """Return the path of a file that lines will be added to, if they can be; one that is not there is not made yet."""
    if path is not None:
        try:
            file = path.resolve()
            is_new = not file.exists()
            file.open("a").close()
            if is_new:
                file.unlink()
        except OSError as error:
            raise click.BadParameter(f"{path} cannot be written: {error.strerror}", ctx, param) from error
    return path


def not_blank(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """Return the text of an option that chooses, if there is any in it."""
    if text is not None and not text.strip():
        raise click.BadParameter("is empty: give a value, or leave the option out", ctx, param)
    return text


def language_code(ctx: click.Context, param: click.Parameter, text: str | None) -> str | None:
    """Return the text of an option that chooses a language, if it can be a code of one."""
    code = not_blank(ctx, param, text)
    if code is not None and not LANGUAGE.fullmatch(code.strip()):
        raise click.BadParameter(
            f"{code!r} is no code of a language: give one such as en, fr or zh-Hant", ctx, param
        )
    return code


def archive_option(command: Command[T]) -> Command[T]:
    """Add the option that names the archive."""
    return click.option(
        "--archive",
        "-a",
        type=click.Path(dir_okay=True, path_type=Path),
        envvar="ARCHIVER_ARCHIVE",
        show_envvar=True,
        default=settings.ARCHIVE,
        show_default=True,
        metavar="FILE",
        help="The archive's SQLite file.",
    )(command)


def jobs_option(command: Command[T]) -> Command[T]:
    """Add the option that says how many processes split pages."""
    return click.option(
        "--jobs",
        "-j",
        type=NumberType(1, MOST_JOBS),
        metavar="N",
        help=f"Processes that split pages.  [default: {settings.SPLIT_WORKERS}]",
    )(command)


def json_option(help_text: str) -> Callable[[Command[T]], Command[T]]:
    """Return the decorator that adds the option for JSON, which prints what help_text says."""
    return click.option("--json", "as_json", is_flag=True, help=help_text)


def source_option(command: Command[T]) -> Command[T]:
    """Add the option that chooses a site."""
    return click.option(
        "--source",
        "-s",
        cls=ChoosingOption,
        metavar="HOST",
        callback=not_blank,
        help="Only of this site: a host, a host above it, or a name.",
    )(command)


def distinct_option(command: Command[T]) -> Command[T]:
    """Add the option that leaves copies out."""
    return click.option(
        "--distinct",
        is_flag=True,
        help="Of articles with the same or nearly the same text only the first.",
    )(command)


def filter_options(command: Command[T]) -> Command[T]:
    """Add the options that choose articles; command receives them as filters, a Filters."""
    return distinct_option(section_options(article_options(command)))


def section_options(command: Command[T]) -> Command[T]:
    """Add the options that choose articles by their section, and by what was changed of them."""
    section = click.option(
        "--section",
        cls=ChoosingOption,
        metavar="NAME",
        callback=not_blank,
        help="In this section of the site; case is ignored.",
    )
    change = click.option(
        "--change",
        cls=ChoosingOption,
        type=click.Choice([kind.value for kind in ChangeKind]),
        help="Changed so by its publisher at least once.",
    )
    return section(change(command))


def article_options(command: Command[T]) -> Command[T]:
    """Add the options that choose articles but --distinct."""
    since = click.option(
        "--since", type=SpanType(), metavar="DATE", help="Published on that day (UTC) or later."
    )
    until = click.option(
        "--until", type=SpanType(), metavar="DATE", help="Published on that day (UTC) or before."
    )
    return undated_options(since(until(command)))


def undated_options(command: Command[T]) -> Command[T]:
    """Add the options that choose articles whenever they were published, and take the values of all others."""

    @source_option
    @click.option(
        "--lang",
        "-l",
        cls=ChoosingOption,
        metavar="CODE",
        callback=language_code,
        help="In this language: en, fr, zh (also means zh-Hant).",
    )
    @click.option(
        "--author",
        cls=ChoosingOption,
        metavar="NAME",
        callback=not_blank,
        help="By an author whose name holds this; case, accents and apostrophes are ignored.",
    )
    @wraps(command)
    def with_filters(*, source: str | None, **others: Any) -> T:
        since: Span | None = others.pop("since", None)
        until: Span | None = others.pop("until", None)
        if since and until and since.start >= until.end:
            raise click.UsageError(
                f"--since {since.start.date()} is later than --until {(until.end - timedelta(days=1)).date()}"
            )
        filters = Filters(
            source=source,
            since=since.start if since else None,
            until=until.end if until else None,
            language=others.pop("lang"),
            author=others.pop("author"),
            section=others.pop("section", None),
            change=ChangeKind(change) if (change := others.pop("change", None)) else None,
            distinct=others.pop("distinct", False),
        )
        return command(filters=filters, **others)

    return with_filters
