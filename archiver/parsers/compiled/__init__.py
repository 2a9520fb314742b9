"""The compiled core: what of the parsers a C compiler makes faster, where one was at hand when they were installed.

It is modules of the parsers as they are, and modules of its own that do what a part of the parsers does in Python too,
with the same results. The core is used whole or not at all: if it was built from the sources that lie beside it
now, and for the lxml that is installed. ARCHIVER_PURE=1 in the environment switches it off. See docs/compiled.md.
"""

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.machinery import EXTENSION_SUFFIXES, ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import ParamSpec, TypeVar

from archiver.parsers.compiled.sources import OWN, PARTS, digest

PURE = "ARCHIVER_PURE"
"""The environment variable that switches the compiled core off, unless it is empty or 0."""
PARSERS = "archiver.parsers"
IN_USE = "in use"
Given = ParamSpec("Given")
Made = TypeVar("Made")
_HERE = Path(__file__).parent
_PARTS = frozenset(f"{PARSERS}.{name}" for name in PARTS)


@dataclass(frozen=True, slots=True)
class Core:
    """The compiled core as it was found."""

    state: str
    """IN_USE, or in a few words why it is not."""
    modules: dict[str, ModuleType] = field(default_factory=dict)
    """Those of OWN by name; none if the core is not used."""
    parts: dict[str, Path] = field(default_factory=dict)
    """The files of PARTS by the names of the modules that they are; none if the core is not used."""
    is_sound: bool = True
    """False if it is there but cannot be used as it is."""


class _Finder:
    """Finds the parts of the core where their sources in Python would be found."""

    def find_spec(self, fullname: str, *_: object) -> ModuleSpec | None:
        if fullname not in _PARTS or (part := core().parts.get(fullname)) is None:
            return None
        return spec_from_file_location(fullname, part)


def install() -> None:
    """Let the modules of the parsers that are compiled be imported instead of their sources, from now on."""
    sys.meta_path.insert(0, _Finder())


def module(name: str) -> ModuleType | None:
    """Return a module of OWN, or None where the part in Python is to be used."""
    return core().modules.get(name)


def replaced(function: Callable[Given, Made]) -> Callable[Given, Made]:
    """Let the function of the same name in a module of OWN take the place of this one where the core is used."""
    for each in core().modules.values():
        faster: Callable[Given, Made] | None = getattr(each, function.__name__, None)
        if faster is not None:
            each.IN_PYTHON[function.__name__] = function
            return faster
    return function


@cache
def core() -> Core:
    """Return the compiled core, or why there is none to be used."""
    if os.environ.get(PURE, "0") not in ("", "0"):
        return Core(f"switched off by {PURE}")
    found = _built()
    if not found.is_sound:
        import logging  # noqa: PLC0415 - slow to import, and this is rare

        message = "the compiled core is not used, which makes splits slower: it is %s"
        logging.getLogger(__name__).warning(message, found.state)
    return found


def _built() -> Core:
    try:
        modules = {name: import_module(f"{__name__}.{name}") for name in OWN}
    except ModuleNotFoundError:
        return Core("not built")
    # Of another lxml than it was built for.
    except (ImportError, TypeError, ValueError, AttributeError) as error:
        return Core(f"not loadable: {error}", is_sound=False)
    sources = digest(_HERE.parent)
    if any(sources != each.BUILT_FROM for each in modules.values()):
        return Core("out of date: its sources have changed since it was built", is_sound=False)
    lxml = import_module("lxml.etree")
    built_for, installed = modules["nodes"].LXML_VERSION, ".".join(map(str, lxml.LXML_VERSION[:3]))
    if built_for.split(".")[0] != installed.split(".")[0]:
        return Core(f"built for lxml {built_for}, not {installed}", is_sound=False)
    parts = {f"{PARSERS}.{name}": path for name in PARTS if (path := _file(name)) is not None}
    if len(parts) < len(PARTS):
        return Core("not whole", is_sound=False)
    return Core(IN_USE, modules, parts)


def _file(name: str) -> Path | None:
    """The file of a compiled part for this Python."""
    paths = (_HERE / f"{name.rpartition('.')[2]}{suffix}" for suffix in EXTENSION_SUFFIXES)
    return next((path for path in paths if path.exists()), None)
