"""The pages of one article: the article with all that is known around it, and two of its versions side by side."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from starlette.responses import RedirectResponse, Response

from archiver.errors import QueryError
from archiver.revisions.diff import Mark, ParagraphDiff
from archiver.room.answers import Answer, Asked
from archiver.room.charts import span_of_headlines
from archiver.room.pictures import policy_with, shown_pictures
from archiver.room.reader import Reader
from db.headlines import HeadlineVariant
from db.history import FieldDiff
from db.read import StoredArticle, StoredLink

# Stories that point to an article, copies of it, visits to its page and headlines, as shown on its page.
MOST_POINTERS = 50
MOST_COPIES = 10
MOST_CAPTURES = 30
MOST_HEADLINES = 60
# Versions that can be asked for.
MOST_VERSIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class HeadlineSpan:
    """A headline that a story was seen under at places of one kind."""

    headline: str
    origin: str
    places: int
    first_seen: datetime
    last_seen: datetime


def by_address(asked: Asked) -> Response:
    """Lead to the article of an address or a number."""
    url = asked.text("url")
    if url is None:
        raise QueryError("url is missing: give the address of an article, such as /articles?url=https://…")
    ending = ".json" if asked.request.url.path.endswith(".json") else ""
    return RedirectResponse(f"/articles/{asked.archive.article(url).id}{ending}", 303)


def article_page(asked: Asked) -> Answer:
    """Show an article."""
    id_ = asked.id("article")
    archive = asked.archive
    article = archive.article(id_)
    history = archive.history(id_)
    # One more than is shown tells whether there are more.
    pointed_by = archive.related(id_, limit=MOST_POINTERS + 1).pointed_by
    captures = archive.captures(id_, limit=MOST_CAPTURES + 1)
    headlines = headline_spans(history.headlines)
    data = {
        "article": article,
        "history": history,
        "pointed_by": pointed_by[:MOST_POINTERS],
        "copies": archive.copies(id_, limit=MOST_COPIES),
        "captures": captures[:MOST_CAPTURES],
    }
    loads = asked.text("pictures") is not None
    shown = {
        "paragraphs": _paragraphs(article),
        "related_by_block": _by_block(article.related),
        "kept": next((each for each in captures if each.place), None),
        "pictures": shown_pictures(article.images),
        "loads_pictures": loads,
        "read_from": _read_from(article),
        "variants": headlines[:MOST_HEADLINES],
        "span": span_of_headlines(history.headlines),
        "is_more": {
            "pointed_by": len(pointed_by) > MOST_POINTERS,
            "captures": len(captures) > MOST_CAPTURES,
            "headlines": len(headlines) > MOST_HEADLINES,
        },
    }
    headers = {"Content-Security-Policy": policy_with(article.images)} if loads else {}
    return Answer("article.html", article.headline, data, shown, headers)


def shared_page(asked: Asked) -> Answer:
    """Show two articles side by side, with the passages that they have in common."""
    found = asked.archive.shared_text(asked.id("article"), asked.id("article", "other"))
    return Answer("shared.html", f"Beside {found.other.article.headline}", {"shared": found})


def versions_page(asked: Asked) -> Answer:
    """Show what changed between two versions of an article."""
    id_ = asked.id("article")
    history = asked.archive.history(id_)
    latest = history.versions[-1].number if history.versions else 1
    data: dict[str, object] = {"history": history, "diff": None}
    if latest > 1 or asked.text("new") or asked.text("old"):
        new = asked.number("new", latest, MOST_VERSIONS)
        old = asked.number("old", max(new - 1, 1), MOST_VERSIONS)
        data["diff"] = asked.archive.diff(id_, old, new)
    fields = data["diff"].fields if data["diff"] else ()  # type: ignore[attr-defined]  # a VersionDiff
    return Answer(
        "versions.html", f"Versions of {_headline(asked.archive, id_)}", data, {"rows": _rows(fields)}
    )


def headline_spans(variants: Sequence[HeadlineVariant]) -> list[HeadlineSpan]:
    """Return headlines with how many places of a kind showed each, in the order of their first being seen."""
    grouped: dict[tuple[str, str], list[HeadlineVariant]] = {}
    for each in variants:
        grouped.setdefault((each.headline, each.origin), []).append(each)
    return [
        HeadlineSpan(
            headline,
            origin,
            len(group),
            min(each.first_seen for each in group),
            max(each.last_seen for each in group),
        )
        for (headline, origin), group in grouped.items()
    ]


def _read_from(article: StoredArticle) -> list[tuple[str, str]]:
    """Return the fields of an article with where on its page each was read, as far as it is known."""
    sources = article.sources
    return [
        (name.replace("_", " "), str(origin))
        for name in ("headline", "lead", "body", "authors", "date_published", "date_modified", "language", "section",
                     "keywords", "url")
        if (origin := getattr(sources, name))
    ]  # fmt: skip


def _headline(archive: Reader, id_: int) -> str:
    return archive.article(id_).headline


def _paragraphs(article: StoredArticle) -> list[str]:
    """Return the paragraphs of the body, without the lead a second time."""
    paragraphs = article.body.split("\n\n")
    is_lead = article.lead is not None and paragraphs[0].strip() == article.lead.strip()
    return paragraphs[1:] if is_lead else paragraphs


def _by_block(links: Sequence[StoredLink]) -> list[tuple[str, str, list[StoredLink]]]:
    return [
        (block, kind, list(group))
        for (block, kind), group in groupby(links, lambda link: (link.block, link.kind))
    ]


def _rows(
    fields: Sequence[FieldDiff],
) -> list[tuple[str, list[tuple[str, list[ParagraphDiff], ParagraphDiff | None]]]]:
    """Return the paragraphs of each field in rows: those that changed one by one, runs of others as "same"."""
    return [(field.field, list(_field_rows(field.paragraphs))) for field in fields]


def _field_rows(
    paragraphs: Sequence[ParagraphDiff],
) -> list[tuple[str, list[ParagraphDiff], ParagraphDiff | None]]:
    rows: list[tuple[str, list[ParagraphDiff], ParagraphDiff | None]] = []
    for is_same, group in groupby(paragraphs, lambda paragraph: paragraph.mark is Mark.SAME):
        if is_same:
            rows.append(("same", list(group), None))
        else:
            rows += [(str(paragraph.mark), [], paragraph) for paragraph in group]
    return rows
