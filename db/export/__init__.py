"""Datasets out of an archive: articles or related links, in forms that other programs read."""

from db.export.request import Form, Request, What, form_of
from db.export.rows import ARTICLE_COLUMNS, RELATED_LINK_COLUMNS, articles, related_links
from db.export.run import Exported, export
from db.export.selection import Selection, selected
from db.export.targets import export_file

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
