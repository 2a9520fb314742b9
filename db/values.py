"""What stands in a column for text, times and lists, and back."""

import json
import re
from collections.abc import Iterable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from urllib.parse import urlsplit

from archiver.items import Image, Origin, Precision, Sources

# Characters that no reader sees: SQLite's functions end a text at NUL, terminals obey some of the others.
INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")


def storable(text: str) -> str:
    """Return text as a column takes it: no control characters but tab and line ends, no half surrogate pairs.

    Two halves that belong together become their character, a lone half U+FFFD.
    """
    try:
        text.encode()
    except UnicodeEncodeError:
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return INVISIBLE.sub("", text)


def storable_or_none(text: str | None) -> str | None:
    """Return text as a column takes it, or None as it is."""
    return None if text is None else storable(text)


def each_name(names: Iterable[str]) -> tuple[str, ...]:
    """Return names as a column takes them: white space evened out, every name once, in order."""
    return tuple(dict.fromkeys(name for text in names if (name := " ".join(storable(text).split()))))


def time_text(moment: datetime) -> str:
    """Return moment as a column takes it: UTC, to the second, YYYY-MM-DDTHH:MM:SSZ.

    Raises ValueError without a time zone, OverflowError where UTC would leave the years 1 to 9999.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment} has no time zone")
    return moment.astimezone(UTC).replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def published_text(moment: datetime | None, precision: Precision | None = None) -> str | None:
    """Return a date that a page states as a column takes it; None also for one that UTC cannot express.

    Of a date whose precision is a day, that day is kept, whatever its zone: midnight in UTC.
    """
    try:
        if moment is not None and precision is Precision.DAY:
            return time_text(moment.replace(tzinfo=UTC))
        return None if moment is None else time_text(moment)
    except OverflowError:  # 0001-01-01T00:00:00+05:00, the zero date of some publishing systems
        return None


def sources_text(sources: Sources) -> str:
    """Return where an article's fields were read as a column takes it: what is not known is left out."""
    known = {field: value for field, value in asdict(sources).items() if value is not None}
    return json.dumps(known)


def sources_of(text: str | None) -> Sources:
    """Return where an article's fields were read, as a column holds it; nothing is known of None."""
    known = json.loads(text) if text else {}
    exactness = {field: Precision(known[field]) for field in known if field.endswith("_precision")}
    origins = {field: Origin(known[field]) for field in known if field not in exactness}
    return replace(Sources(), **origins, **exactness)  # type: ignore[arg-type]  # told apart by their names


def time_of(text: str) -> datetime:
    """Return the moment that a column holds, in UTC."""
    return datetime.fromisoformat(text)


def time_or_none(text: str | None) -> datetime | None:
    """Return the moment that a column holds, in UTC, or None."""
    return None if text is None else datetime.fromisoformat(text)


def list_text(texts: Iterable[str]) -> str:
    """Return texts as a column takes them: a JSON array."""
    return json.dumps([storable(text) for text in texts], ensure_ascii=False)


def list_of(text: str | None) -> tuple[str, ...]:
    """Return the texts of a column that holds a JSON array; none if it is NULL."""
    return tuple(json.loads(text or "[]"))


def images_text(images: Iterable[Image]) -> str:
    """Return the pictures that a listing names as a column takes them: a JSON array of objects."""
    named = [{"url": storable(image.url), "caption": storable_or_none(image.caption)} for image in images]
    return json.dumps(named, ensure_ascii=False)


def images_of(text: str | None) -> tuple[Image, ...]:
    """Return the pictures of a column that holds them so; none if it is NULL."""
    return tuple(Image(**image) for image in json.loads(text or "[]"))


def plain_host(host: str) -> str:
    """Return host in lower case and without "www.", which names the same site."""
    return host.lower().removeprefix("www.")


def host_of(url: str) -> str:
    """Return the host of an absolute address without "www.", with its port if it names one, or ""."""
    try:
        return plain_host(urlsplit(url).netloc.rpartition("@")[2])
    except ValueError:  # a broken IPv6 address
        return ""
