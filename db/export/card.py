"""The card of a dataset: what is in it, for people and for the hub that reads its front matter."""

from collections.abc import Mapping
from sqlite3 import Row

from archiver import __version__
from db.export.groups import group_count
from db.export.request import Request, query_of
from db.export.selection import CHOSEN, Selection
from db.export.yaml_text import front_matter, yaml_text

# Rows of a table in the card; what is beyond is counted in one.
MOST_LISTED = 50
# The names that the hub has for how many rows there are.
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
LARGEST = ((10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"))
COLUMNS = """\
| Column | Type | |
|---|---|---|
| `id` | int64 | number of the article in the archive that it comes from |
| `url` | string | canonical address |
| `source` | string | host of the news site |
| `headline`, `lead`, `body` | string | plain text; a blank line between paragraphs of the body |
| `authors`, `keywords` | list of string | |
| `date_published`, `date_modified` | timestamp, UTC | as the page states them; null if it does not |
| `language` | string | BCP 47 |
| `section` | string | as the page names it |
| `images` | list of struct | `url`, `caption`, `credit` |
| `first_seen`, `last_seen` | timestamp, UTC | when the archive saw it |
| `revision` | int32 | 1: not changed since it was first seen |
"""
LICENCE = """\
The texts, headlines and captions belong to their publishers and authors, and so do the rights in them. This dataset
gives no licence to them: who uses or passes it on must find out what the law and the publishers' terms allow
(quotation, research, text and data mining). Its makers collected the pages that the sites' robots.txt let them ask for.
"""


def card_text(selection: Selection, request: Request, splits: Mapping[str, int]) -> str:
    """Return the card of the articles of selection, of which so many went to each split."""
    languages = _counts(selection, "language")
    sources = _counts(selection, "(SELECT host FROM sources WHERE id = source_id)")
    parts = (
        _head(selection, languages, splits),
        f"# News articles\n\n{_summary(selection)}\n",
        f"Chosen from the archive by `{yaml_text(query_of(request))}`; written by news-archiver {__version__}.\n",
        _splits_text(selection, splits),
        f"## Languages\n\n{_table('Language', languages)}",
        f"## Sources\n\n{_table('Source', sources)}",
        f"## Columns\n\n{COLUMNS}",
        f"## Licence\n\n{LICENCE}",
    )
    return "\n".join(parts)


def _head(selection: Selection, languages: list[tuple[str, int]], splits: Mapping[str, int]) -> str:
    primary = {name.partition("-")[0].lower() for name, _ in languages if name != "not known"}
    files = [{"split": name, "path": f"data/{name}-*.parquet"} for name in splits]
    values = {
        "pretty_name": "News articles",
        "language": sorted(primary),
        "license": "other",
        "license_name": "rights-of-the-publishers",
        "size_categories": [_size(selection.count)],
        "tags": ["news"],
        "configs": [{"config_name": "default", "data_files": files}],
    }
    return front_matter(values)


def _size(count: int) -> str:
    return next((name for end, name in (*SIZES, *LARGEST) if count < end), "100M<n<1B")


def _summary(selection: Selection) -> str:
    row: Row = selection.archive.execute(
        f"""SELECT min(date_published), max(date_published), sum(date_published IS NULL), max(first_seen)
            FROM {CHOSEN} CROSS JOIN articles ON articles.id = chosen.id"""  # noqa: S608
    ).fetchone()
    first, last, undated, seen = tuple(row)
    if not selection.count:
        return "No articles."
    dated = f"published from {first[:10]} to {last[:10]}" if first else "none of which states a date"
    without = f" ({undated:,} state no date)" if first and undated else ""
    noun = "article" if selection.count == 1 else "articles"
    return f"{selection.count:,} {noun}, {dated}{without}; the last was archived on {seen[:10]}."


def _splits_text(selection: Selection, splits: Mapping[str, int]) -> str:
    return (
        f"## Splits\n\n{_table('Split', list(splits.items()))}\n"
        f"The articles fall into {group_count(selection):,} groups of near duplicates. All of a group are in one "
        "split, and stay there when the dataset is written again from a larger archive, unless two groups become one.\n"
    )


def _counts(selection: Selection, column: str) -> list[tuple[str, int]]:
    """Return the values of a column of articles with how many have them, the most frequent first."""
    rows = selection.archive.execute(
        f"""SELECT ifnull({column}, 'not known') AS name, count(*) AS articles
            FROM {CHOSEN} CROSS JOIN articles ON articles.id = chosen.id
            GROUP BY name ORDER BY articles DESC, name"""  # noqa: S608
    )
    return [(str(name), int(number)) for name, number in rows]


def _table(title: str, counts: list[tuple[str, int]]) -> str:
    lines = [f"| {_cell(name)} | {number:,} |\n" for name, number in counts[:MOST_LISTED]]
    if rest := counts[MOST_LISTED:]:
        lines.append(f"| {len(rest):,} others | {sum(number for _, number in rest):,} |\n")
    return f"| {title} | Articles |\n|---|---|\n{''.join(lines)}"


def _cell(text: str) -> str:
    """Return text as one cell of a table, whatever a page wrote into it."""
    return "".join(f"\\{c}" if c in "\\|`*_[]<>&" else c for c in " ".join(text.split()))
