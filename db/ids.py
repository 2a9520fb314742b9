"""Ids of rows that others may have noted: none is given twice, also where its row is gone."""

# Tables whose rows are known by their ids outside of the archive: in exports, manifests, addresses of the reading room.
LASTING = frozenset({"articles", "related_links", "pages", "captures"})


def next_id(table: str) -> str:
    """Return SQL for the id of the next new row of a table, which is one of LASTING, inside the writer's transaction.

    SQLite itself would give the highest id again once its row is removed.
    """
    return f"""(SELECT 1 + max(ifnull((SELECT max(id) FROM {table}), 0),
        ifnull((SELECT id FROM last_ids WHERE name = '{table}'), 0)))"""  # noqa: S608 - only text of this program
