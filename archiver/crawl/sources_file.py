"""Entries into a sources.toml and out of it, with everything else in it left as it is."""

import json
import os
import re
import shutil
import tempfile
import tomllib
from codecs import BOM_UTF8
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from archiver.crawl.sources import ENTRY, SourcesFile, bare_address, name_key, read_sources
from archiver.errors import SourceError
from archiver.parsers.urls import host
from spiders.frontier import Source, source_address

# Columns of a line of sources.toml before a list is broken into lines.
LONGEST_LINE = 110
BLANK_OR_COMMENT = re.compile(r"\s*(?:#.*)?")


def sources_of_file(path: Path) -> SourcesFile:
    """Return the sources of a sources.toml, none if it is not there. Raises SourceError as read_sources does."""
    if not path.exists():
        return SourcesFile(contact=None, sources=())
    return read_sources(path, least=0)


def named_source(sources: Sequence[Source], name: str, path: Path) -> Source:
    """Return the source of a name, host or address. Raises SourceError if none, or more than one, is called so."""
    found = [source for source in sources if _answers_to(source, name)]
    if len(found) == 1:
        return found[0]
    if found:
        raise SourceError(
            f"{path} names {len(found)} sources {name!r}: give the address of one, {_all(found)}"
        )
    if not path.exists():
        raise SourceError(
            f"{name!r} is no address, and there is no {path}: `archiver source add URL` writes one"
        )
    known = f"it lists {_all(sources)}" if sources else "it lists none"
    raise SourceError(f"{path} names no source {name!r}: {known}")


def wanted_source(name: str, path: Path) -> tuple[Source, str | None]:
    """Return the source that a name, host or address means, and the contact that the file names.

    An address that no entry has is a source without entry. Raises SourceError if it means nothing.
    """
    file = sources_of_file(path)
    if not any(_answers_to(source, name) for source in file.sources) and _may_be_address(name):
        return Source(url=source_address(name)), file.contact
    return named_source(file.sources, name, path), file.contact


def refuse_double(sources: Sequence[Source], url: str, path: Path) -> None:
    """Raise SourceError if a source has this address, however it is written."""
    for source in sources:
        if bare_address(source.url) == bare_address(url):
            raise SourceError(f"{path} lists {source.url} already: edit its entry, or take it out first")


def with_name_of_its_own(source: Source, sources: Sequence[Source]) -> Source:
    """Return a source without its name if one of these is called so: then its host names it."""
    is_taken = name_key(source.name) in {name_key(other.name) for other in sources}
    return replace(source, name=None) if is_taken else source


def entry_text(source: Source) -> str:
    """Return a source as an entry of a sources.toml."""
    values: list[tuple[str, str | tuple[str, ...] | None]] = [
        ("url", source.url),
        ("name", source.name),
        ("language", source.language),
        ("feeds", source.feeds),
        ("sitemaps", source.sitemaps),
        ("fronts", source.fronts),
    ]
    lines = ["[[source]]", *(f"{key} = {_toml(key, value)}" for key, value in values if value)]
    return "\n".join(lines) + "\n"


def add_entry(path: Path, source: Source, contact: str | None = None) -> None:
    """Add a source at the end of a sources.toml, which is made, with the contact, if it is not there.

    Raises SourceError, and leaves the file as it is, if that would make it unreadable.
    """
    before = _text(path) if path.exists() else ""
    if not before and contact:
        before = f"contact = {_quoted(contact)}\n"
    end = "" if not before or before.endswith("\n") else "\n"
    after = before + end + ("\n" if before else "") + entry_text(source)
    try:
        tomllib.loads(after)
    except tomllib.TOMLDecodeError as error:
        raise SourceError(
            f"{path} lists its sources in another way than by [[source]]: add the entry by hand"
        ) from error
    _write(path, after)


def remove_entry(path: Path, url: str) -> None:
    """Take the entry of a source out of a sources.toml; comments around it stay.

    Raises SourceError, and leaves the file as it is, if the entry cannot be told from the rest.
    """
    sources = read_sources(path).sources
    number = next(number for number, source in enumerate(sources) if source.url == url)
    text = _text(path)
    after = _without(text, number)
    if after is None or not _is_right(text, after, number):
        raise SourceError(f"{path}: the entry of {url} is written in an unusual way: take it out by hand")
    _write(path, after)


def _without(text: str, number: int) -> str | None:
    """Return a text without its entry of a number and the blank lines behind it, or None if it has not so many."""
    heads = [text.index("[", match.start()) for match in ENTRY.finditer(text)]
    if number >= len(heads):
        return None
    start = text.rfind("\n", 0, heads[number]) + 1
    end = heads[number + 1] if number + 1 < len(heads) else len(text)
    lines = text[start : text.rfind("\n", 0, end) + 1 if end < len(text) else end].splitlines(keepends=True)
    behind: list[str] = []
    while lines and BLANK_OR_COMMENT.fullmatch(lines[-1].rstrip("\r\n")):
        behind.insert(0, lines.pop())
    after = start + sum(map(len, lines))
    while behind and not behind[0].strip():
        after += len(behind.pop(0))
    before = text[:start]
    if after >= len(text) and before.endswith(
        "\n\n"
    ):  # the blank line that parted it from what stands before
        before = before[:-1]
    return before + text[after:]


def _is_right(before: str, after: str, number: int) -> bool:
    """Whether a text says the same as another but for one entry."""
    with suppress(tomllib.TOMLDecodeError):
        expected, found = tomllib.loads(before), tomllib.loads(after)
        del expected["source"][number]
        return expected == {"source": [], **found}
    return False


def _answers_to(source: Source, name: str) -> bool:
    wanted = name.strip().casefold()
    own = (source.url, host(source.url), host(source.url).removeprefix("www."), source.name or source.url)
    return wanted in (text.casefold() for text in own) or bare_address(source.url) == bare_address(name)


def _may_be_address(name: str) -> bool:
    return " " not in name.strip() and ("." in name or "://" in name or ":" in name)


def _all(sources: Sequence[Source]) -> str:
    return ", ".join(source.url if not source.name else f"{source.name} ({source.url})" for source in sources)


def _toml(key: str, value: str | tuple[str, ...]) -> str:
    if isinstance(value, str):
        return _quoted(value)
    line = f"[{', '.join(map(_quoted, value))}]"
    if len(f"{key} = {line}") <= LONGEST_LINE:
        return line
    return "[\n" + "".join(f"    {_quoted(text)},\n" for text in value) + "]"


def _quoted(text: str) -> str:
    # A string of JSON is one of TOML, but for the control character that JSON leaves as it is.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _text(path: Path) -> str:
    with path.open(encoding="utf-8-sig", newline="") as file:  # line ends stay as they are
        return file.read()


def _write(path: Path, text: str) -> None:
    """Put a text in place of a file's at once, so that no moment finds half of it."""
    path = path.resolve()
    try:
        is_marked = path.exists() and path.read_bytes().startswith(BOM_UTF8)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8-sig" if is_marked else "utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if path.exists():
                shutil.copymode(path, name)
            else:
                Path(name).chmod(0o666 & ~_umask())
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise SourceError(f"{path} cannot be written ({error.strerror})") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
