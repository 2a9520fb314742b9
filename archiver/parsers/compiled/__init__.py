"""The compiled core: what of this package a C compiler makes faster, where one was at hand when it was installed.

Each of its modules does what a part of the package does in Python too, with the same results. The core is used if it
was built from the sources that lie beside it now, and for the lxml that is installed; else the parts in Python are.
ARCHIVER_PURE=1 in the environment switches it off. See docs/compiled.md.
"""

import logging
import os
import sys
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.metadata import version
from importlib.resources import files
from types import ModuleType

from archiver.parsers.compiled.sources import MODULES, REPLACED, digest

PURE = "ARCHIVER_PURE"
"""The environment variable that switches the compiled core off, unless it is empty or 0."""
PARSERS = "archiver.parsers"
IN_USE = "in use"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Core:
    """The compiled core as it was found."""

    modules: dict[str, ModuleType]
    """By name; none if it is not used."""
    state: str
    """IN_USE, or in a few words why it is not."""
    is_sound: bool = True
    """False if it is there but cannot be used as it is."""


def install() -> None:
    """Put the modules of this package that are compiled in the place of those in Python, before these are imported."""
    found = core()
    for name in REPLACED:
        if name in found.modules:
            sys.modules[f"{PARSERS}.{name}"] = found.modules[name]
            setattr(sys.modules[PARSERS], name, found.modules[name])


def module(name: str) -> ModuleType | None:
    """Return a module of the compiled core, or None where the part in Python is to be used."""
    return core().modules.get(name)


@cache
def core() -> Core:
    """Return the compiled core, or why there is none to be used."""
    if os.environ.get(PURE, "0") not in ("", "0"):
        return Core({}, f"switched off by {PURE}")
    found = _built()
    if not found.is_sound:
        _log.warning("the compiled core is not used, which makes splits slower: it is %s", found.state)
    return found


def _built() -> Core:
    try:
        # Those that replace a whole module import its neighbours: they come last, and only if the others are right.
        modules = {name: import_module(f"{__name__}.{name}") for name in MODULES if name not in REPLACED}
    except ModuleNotFoundError:
        return Core({}, "not built")
    # Of another lxml than it was built for.
    except (ImportError, TypeError, ValueError, AttributeError) as error:
        return Core({}, f"not loadable: {error}", is_sound=False)
    if any(digest(files(PARSERS)) != each.BUILT_FROM for each in modules.values()):
        return Core({}, "out of date: its sources have changed since it was built", is_sound=False)
    built_for, installed = modules["nodes"].LXML_VERSION, version("lxml")
    if built_for.split(".")[0] != installed.split(".")[0]:
        return Core({}, f"built for lxml {built_for}, not {installed}", is_sound=False)
    try:
        modules |= {name: import_module(f"{__name__}.{name}") for name in REPLACED}
    except ImportError as error:
        return Core({}, f"not whole: {error}", is_sound=False)
    return Core(modules, IN_USE)
