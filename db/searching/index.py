"""The search index: filling it, checking it, and the functions that its triggers call."""

import logging
from pathlib import Path
from sqlite3 import Connection

from db.searching.forms import FACT, SAME_STEMS, STEMMERS, indexed_words, rules, stemmer_tag, word_forms

# Articles from which filling the index takes so long that it is said.
MANY = 20_000
# Bytes of index that SQLite gathers in memory before it writes them; measured, three times as fast as its own 1 MB.
GATHERED, GATHERED_ELSE = 32 << 20, 1 << 20
ARTICLE_VALUES = """id, indexed_words(headline), indexed_words(lead), indexed_words(body),
    word_forms(language, headline), word_forms(language, lead), word_forms(language, body),
    article_facts(source_id, language, date_published)"""
LINK_VALUES = "id, indexed_words(headline), word_forms(language, headline)"
FILL = {
    "articles_fts": f"""
        INSERT INTO articles_fts(rowid, headline, lead, body, headline_forms, lead_forms, body_forms, facts)
        SELECT {ARTICLE_VALUES} FROM articles ORDER BY id""",  # noqa: S608 - only text of this program
    "headlines_fts": f"""
        INSERT INTO headlines_fts(rowid, headline, headline_forms)
        SELECT {LINK_VALUES} FROM related_links ORDER BY id""",  # noqa: S608 - as above
}
# What the index ought to hold, in the place of the views that show programs without our functions less.
WHOLE_VIEWS = f"""
DROP VIEW _articles_text;
CREATE VIEW _articles_text(id, headline, lead, body, headline_forms, lead_forms, body_forms, facts) AS
SELECT {ARTICLE_VALUES} FROM articles;
DROP VIEW _related_links_text;
CREATE VIEW _related_links_text(id, headline, headline_forms) AS SELECT {LINK_VALUES} FROM related_links
"""  # noqa: S608 - as above
LANGUAGES = (*STEMMERS, *SAME_STEMS)

log = logging.getLogger(__name__)


def add_functions(archive: Connection) -> None:
    """Give archive, a connection that writes, the functions that the triggers of the index call."""
    for name, count, function in (
        ("indexed_words", 1, indexed_words),
        ("word_forms", 2, word_forms),
        ("article_facts", 3, article_facts),
    ):
        archive.create_function(name, count, function, deterministic=True)


def article_facts(source_id: int, language: str | None, date_published: str | None) -> str:
    """Return the tokens by which an article is filtered: its site, language and month."""
    facts = [source_fact(source_id)]
    if language and (subtag := plain_subtag(language)):
        facts.append(language_fact(subtag))
    if date_published:
        facts.append(month_fact(date_published))
    return " ".join(facts)


def source_fact(source_id: int) -> str:
    """Return the token of the articles of a site."""
    return f"{FACT}s{source_id}"


def language_fact(subtag: str) -> str:
    """Return the token of the articles in a language, of which subtag is the first of its subtags."""
    return f"{FACT}l{subtag}"


def month_fact(moment: str) -> str:
    """Return the token of the articles published in the month of moment, ISO 8601."""
    return f"{FACT}m{moment[:4]}{moment[5:7]}"


def plain_subtag(language: str) -> str:
    """Return the first subtag of language as a token holds it, "" if it is none."""
    subtag = language.lower().replace("_", "-").partition("-")[0]
    return subtag if subtag.isascii() and subtag.isalnum() else ""


def archived_stems(archive: Connection) -> tuple[str, ...]:
    """Return the tags of the languages with stems that archive holds articles in."""
    found = [stemmer_tag(language) for language in LANGUAGES if has_language(archive, language)]
    return tuple(dict.fromkeys(found))


def has_language(archive: Connection, subtag: str) -> bool:
    """Return whether archive holds an article in a language, of which subtag is the first of its subtags."""
    sql = "SELECT EXISTS (SELECT 1 FROM articles_fts WHERE articles_fts MATCH ?)"
    return bool(archive.execute(sql, (f'"{language_fact(subtag)}"',)).fetchone()[0])


def fill_if_needed(archive: Connection, path: Path) -> None:
    """Fill the index of archive, the file path, if it is empty or of other rules; inside the open transaction."""
    row = archive.execute("SELECT rules FROM _search_rules").fetchone()
    if row is not None and row[0] == rules():
        return
    (number,) = archive.execute("SELECT count(*) FROM articles").fetchone()
    if number >= MANY:
        log.warning(
            "%s: indexing %s articles for the search anew, once; this takes minutes", path, f"{number:,}"
        )
    fill(archive)


def rebuild(archive: Connection) -> int:
    """Build the index of archive anew, in a transaction of its own; return how many articles it is of."""
    with archive:
        archive.execute("BEGIN IMMEDIATE")
        fill(archive)
    return int(archive.execute("SELECT count(*) FROM articles").fetchone()[0])


def fill(archive: Connection) -> None:
    """Fill the index of archive anew, inside the transaction that is open."""
    for table, sql in FILL.items():
        command = f"INSERT INTO {table}({table}, rank) VALUES (?, ?)"  # noqa: S608 - only text of this program
        archive.execute(f"INSERT INTO {table}({table}) VALUES ('delete-all')")  # noqa: S608 - as above
        archive.execute(command, ("hashsize", GATHERED))
        archive.execute(sql)
        archive.execute(command, ("hashsize", GATHERED_ELSE))
    archive.execute("DELETE FROM _search_rules")
    archive.execute("INSERT INTO _search_rules(rules) VALUES (?)", (rules(),))


def compare_index(archive: Connection) -> None:
    """Raise sqlite3.DatabaseError if an index of archive does not fit the rows that it is of.

    Changes what the caller must take back: archive is a connection that writes, its transaction is open.
    """
    add_functions(archive)
    for statement in WHOLE_VIEWS.split(";"):
        archive.execute(statement)
    for table in FILL:
        archive.execute(f"INSERT INTO {table}({table}, rank) VALUES ('integrity-check', 1)")  # noqa: S608
