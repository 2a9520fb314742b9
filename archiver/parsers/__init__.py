"""From bytes to items: what a page says, without Scrapy and without the database."""

from importlib import import_module
from typing import TYPE_CHECKING

from archiver.parsers import compiled

if TYPE_CHECKING:
    from archiver.parsers.plain_text.split_text import split_text
    from archiver.parsers.split import split_page

__all__ = ["split_page", "split_text"]
# Imported when they are asked for: who only reads an address need not wait for the splitter.
_PLACES = {"split_page": "split", "split_text": "plain_text.split_text"}

compiled.install()


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
