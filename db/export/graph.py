"""Related links as a graph in GraphML, for Gephi and NetworkX: pages are nodes, links are edges."""

import re
from sqlite3 import Row
from typing import IO

from db.export.selection import CHOSEN, Selection

# Characters that XML 1.0 cannot hold.
NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
ESCAPED = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\t": "&#9;", "\n": "&#10;", "\r": "&#13;"}
)
NODE_KEYS = {
    "label": "string",
    "url": "string",
    "source": "string",
    "language": "string",
    "date_published": "string",
    "archived": "boolean",
}
EDGE_KEYS = {
    "headline": "string",
    "kind": "string",
    "block": "string",
    "position": "int",
    "first_seen": "string",
    "last_seen": "string",
}
# A page is named by its story's headline, or the one by which feeds, sitemaps or another page show it.
NODES = f"""
WITH met AS (
    SELECT page_id AS id FROM {CHOSEN} CROSS JOIN related_links ON related_links.id = chosen.id
    UNION SELECT target_id FROM {CHOSEN} CROSS JOIN related_links ON related_links.id = chosen.id)
SELECT pages.id, pages.url, sources.host AS source, articles.language, articles.date_published,
    pages.article_id NOT NULL AS archived,
    coalesce(nullif(articles.headline, ''), nullif(pages.listed_headline, ''), (
        SELECT headline FROM related_links WHERE target_id = pages.id AND headline <> '' ORDER BY id LIMIT 1
    ), pages.url) AS label
FROM met CROSS JOIN pages ON pages.id = met.id
LEFT JOIN articles ON articles.id = pages.article_id LEFT JOIN sources ON sources.id = pages.source_id
ORDER BY met.id
"""  # noqa: S608 - only text of this program
EDGES = f"""
SELECT related_links.id, page_id, target_id, headline, kind, block, position, first_seen, last_seen
FROM {CHOSEN} CROSS JOIN related_links ON related_links.id = chosen.id ORDER BY chosen.id
"""  # noqa: S608
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'


def write_graphml(selection: Selection, stream: IO[bytes]) -> int:
    """Write the links of selection, all of which have a target, as a directed graph; return how many there were."""
    keys = "".join(
        f'<key id="{of[0]}_{name}" for="{of}" attr.name="{name}" attr.type="{kind}"/>\n'
        for of, names in (("node", NODE_KEYS), ("edge", EDGE_KEYS))
        for name, kind in names.items()
    )
    stream.write(f'{HEAD}{keys}<graph id="links" edgedefault="directed">\n'.encode())
    for row in selection.archive.execute(NODES):
        stream.write(f'<node id="p{row["id"]}">{_values(row, "n", NODE_KEYS)}</node>\n'.encode())
    number = 0
    for number, row in enumerate(selection.archive.execute(EDGES), 1):  # noqa: B007 - the count is the result
        ends = f'source="p{row["page_id"]}" target="p{row["target_id"]}"'
        stream.write(f'<edge id="l{row["id"]}" {ends}>{_values(row, "e", EDGE_KEYS)}</edge>\n'.encode())
    stream.write(b"</graph>\n</graphml>\n")
    return number


def _values(row: Row, of: str, keys: dict[str, str]) -> str:
    return "".join(
        f'<data key="{of}_{name}">{_xml(row[name], kind)}</data>'
        for name, kind in keys.items()
        if row[name] is not None
    )


def _xml(value: object, kind: str) -> str:
    if kind == "boolean":
        return "true" if value else "false"
    return NOT_IN_XML.sub("", str(value)).translate(ESCAPED)
