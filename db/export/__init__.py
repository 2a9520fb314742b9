"""Datasets out of an archive: articles or related links, in forms that other programs read."""

from typing import TYPE_CHECKING

from db.export.request import Form, Request, What, form_of
from db.export.rows import ARTICLE_COLUMNS, RELATED_LINK_COLUMNS, articles, related_links
from db.export.selection import Selection, selected
from db.export.targets import export_file

if TYPE_CHECKING:
    from db.export.run import Exported, export

__all__ = [
    "ARTICLE_COLUMNS",
    "RELATED_LINK_COLUMNS",
    "Exported",
    "Form",
    "Request",
    "Selection",
    "What",
    "articles",
    "export",
    "export_file",
    "form_of",
    "related_links",
    "selected",
]


def __getattr__(name: str) -> object:
    """Import what writes all the forms when it is asked for: a crawl only looks where its log may stand."""
    if name not in ("Exported", "export"):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from db.export import run  # noqa: PLC0415 - see above

    return getattr(run, name)
