"""What the models see of a link: one row of numbers for each candidate."""

import re
from urllib.parse import urlsplit

import numpy as np

from archiver.items import LinkKind
from archiver.parsers.blocks import Block, Layout
from archiver.parsers.features import BLOCK_FEATURES, BlockTable, Rows
from archiver.parsers.links import Candidate, headings_above
from archiver.parsers.names import MEANINGS, name_bits
from archiver.parsers.phrases import USES, phrase_bits
from archiver.parsers.text import ends_sentence, word_count
from archiver.parsers.urls import same_site

NOT_A_STORY = re.compile(
    r"/(?:tags?|topics?|thema|themen|dossiers?|authors?|autor(?:en)?|auteurs?|categor\w*|sections?|search|suche|log-?in|sign-?in|sign-?up|"
    r"register|account|subscri\w*|abo\w*|newsletters?|contact\w*|about\w*|privacy|terms|impressum|datenschutz\w*|shop|store|jobs?|people|"
    r"persons?|profiles?|users?|feeds?|rss|help|faq|kontakt|video-?channel|podcasts?|games?|weather|wetter|tv|live|service|hashtag|by)(?:/|$)",
    re.IGNORECASE,
)
NOT_HTML = re.compile(r"\.(?:pdf|jpe?g|png|gif|webp|mp[34]|zip|docx?|xlsx?|xml|rss|ics|apk)$", re.IGNORECASE)
DIGITS = re.compile(r"\d{4,}")
DATE_PATH = re.compile(r"/(?:19|20)\d\d[/-]?[01]\d?")
SEGMENT = re.compile(r"[^/]+")
WORDS_OF_SLUG = re.compile(r"[^-_.]+")
FAR = 40.0

ADDRESS_FEATURES = ("most_words", "fewest_words", "any_heading", "any_image", "together", "which_of_them")
OWN_FEATURES = (
    "words", "log_chars", "ends_sentence", "in_heading", "spans", "image", "links", "share_of_block", "empty",
    "rel_nofollow", "blank", "same_host", "same_site", "depth", "slug_words", "long_digits", "html", "query",
    "path_length", "not_a_story", "not_html", "root", "dated", "shared_path", "own_shape", "own_shape_share",
    "shape_words", "shape_heading", "log_shape", "shape_links",
    "group_words", "group_heading", "log_group", "group_not_story",
    "order", "to_story", "from_story", "inside_story", "block_chance", "near_chance", "story_share_before",
    "has_heading", "heading_distance", "heading_words", "heading_is_h", *(f"heading_{use}" for use in USES),
    *ADDRESS_FEATURES, *(f"link_{meaning}" for meaning in MEANINGS),
)  # fmt: skip
LINK_FEATURES = (*OWN_FEATURES, *BLOCK_FEATURES)
"""The names of the columns of link_rows."""
_MEANING_BITS = np.array([1 << index for index in range(len(MEANINGS))], np.int64)


def link_rows(
    layout: Layout, candidates: list[Candidate], table: BlockTable, chances: Rows, own: str
) -> tuple[Rows, list[Block | None]]:
    """Return the features of each candidate and the heading above it.

    chances holds each block's probability of being the story's text; own is the story's address.
    """
    if not candidates:
        return np.zeros((0, len(LINK_FEATURES)), np.float32), []
    headings = headings_above(layout, candidates, own)
    at = np.array([_block_index(layout, candidate) for candidate in candidates], np.int32)
    words = np.array([word_count(candidate.headline) for candidate in candidates], np.float32)
    in_heading = np.array([_level(candidate) for candidate in candidates], np.float32)
    links = np.array([candidate.links for candidate in candidates], np.float32)
    address, shapes, not_story = _addresses(candidates, own)
    names = np.array([name_bits(_names(candidate)) for candidate in candidates], np.int64)
    rows = np.hstack(
        [
            np.array([_shown(*one) for one in zip(candidates, words, in_heading, strict=True)], np.float32),
            address,
            _together(shapes, words, in_heading, links),
            _together([look_alikes(candidate) for candidate in candidates], words, in_heading, not_story),
            _placed(at, len(layout.blocks), table, chances),
            np.array([_above(*one) for one in zip(headings, candidates, strict=True)], np.float32),
            _to_one_address(candidates, words, in_heading),
            (names[:, None] & _MEANING_BITS) > 0,
            table.rows[at] if layout.blocks else np.zeros((len(candidates), len(BLOCK_FEATURES)), np.float32),
        ]
    )
    return rows.astype(np.float32), headings


def _to_one_address(candidates: list[Candidate], words: Rows, in_heading: Rows) -> Rows:
    """What the links to the same address look like together: picture, headline and teaser of one card."""
    members: dict[str, list[int]] = {}
    for index, candidate in enumerate(candidates):
        members.setdefault(candidate.target, []).append(index)
    rows = np.zeros((len(candidates), len(ADDRESS_FEATURES)), np.float32)
    for indices in members.values():
        pictured = any(candidates[index].anchor.has_image for index in indices)
        rows[indices] = [
            words[indices].max(),
            words[indices].min(),
            in_heading[indices].max(),
            pictured,
            len(indices),
            0,
        ]
        rows[indices, -1] = range(len(indices))
    return rows


def _names(candidate: Candidate) -> str:
    """The names that a link itself and its innermost box bear."""
    return f"{candidate.anchor.element.get('class') or ''} {candidate.anchor.box.names}".lower()


def _block_index(layout: Layout, candidate: Candidate) -> int:
    block = candidate.block
    return block.index if block else max(0, min(candidate.anchor.first_block, len(layout.blocks) - 1))


def _level(candidate: Candidate) -> int:
    if candidate.block is not None and candidate.block.heading:
        return candidate.block.heading
    return 0


def _shown(candidate: Candidate, words: float, level: float) -> list[float]:
    anchor, block = candidate.anchor, candidate.block
    rel = (anchor.element.get("rel") or "").lower()
    return [
        words,
        float(np.log1p(len(candidate.headline))),
        float(ends_sentence(candidate.headline)),
        level,
        float(anchor.end_block - anchor.first_block),
        float(anchor.has_image),
        float(candidate.links),
        min(1.0, len(candidate.headline) / len(block.text)) if block else 0.0,
        float(not anchor.parts),
        float("nofollow" in rel) + 2 * float("sponsored" in rel),
        float(anchor.element.get("target") == "_blank"),
    ]


def _addresses(candidates: list[Candidate], own: str) -> tuple[Rows, list[str], Rows]:
    """What the addresses look like, their shapes, and which of them lead to no story by their path."""
    mine = urlsplit(own)
    own_segments, own_shape = SEGMENT.findall(mine.path), _shape(mine.netloc, mine.path, mine.query)
    rows, shapes = [], []
    for candidate in candidates:
        parts = urlsplit(candidate.target)
        segments = SEGMENT.findall(parts.path)
        shared = next(
            (i for i, (a, b) in enumerate(zip(segments, own_segments, strict=False)) if a != b),
            min(len(segments), len(own_segments)),
        )
        shape = _shape(parts.netloc, parts.path, parts.query)
        shapes.append(shape)
        rows.append(
            [
                float(parts.netloc == mine.netloc),
                float(parts.netloc == mine.netloc or same_site(candidate.target, own)),
                float(len(segments)),
                float(max((len(WORDS_OF_SLUG.findall(s)) for s in segments), default=0)),
                float(DIGITS.search(parts.path + parts.query) is not None),
                float(parts.path.endswith((".html", ".htm", ".php", ".shtml"))),
                float(bool(parts.query)),
                float(len(parts.path)),
                float(NOT_A_STORY.search(parts.path) is not None),
                float(NOT_HTML.search(parts.path) is not None),
                float(not segments),
                float(DATE_PATH.search(parts.path) is not None),
                float(shared if parts.netloc == mine.netloc else -1),
                float(shape == own_shape),
            ]
        )
    same = sum(shape == own_shape for shape in shapes) / len(shapes)
    table = np.array([[*row, same] for row in rows], np.float32)
    return table, shapes, table[:, 8]


def _shape(host: str, path: str, query: str) -> str:
    """An address with its words and numbers taken out: stories of one site are alike in it."""
    segments = SEGMENT.findall(path)
    return host + "/".join(_segment_shape(segment) for segment in segments) + ("?" if query else "")


def _segment_shape(segment: str) -> str:
    count = len(WORDS_OF_SLUG.findall(segment))
    kind = "n" if segment.isdigit() else "s" if count >= 4 else "w"
    return kind + ("d" if kind != "n" and DIGITS.search(segment) else "") + ("." if "." in segment else "")


def look_alikes(candidate: Candidate) -> tuple[str, ...]:
    """Return the tags and names around a link: cards of one list are alike in them."""
    names: list[str] = [str(candidate.anchor.element.get("class") or "")]
    box = candidate.anchor.box
    for _ in range(3):
        names += (box.tag, box.names)
        box = box.parent or box
    return tuple(names)


def _together(keys: "list[str] | list[tuple[str, ...]]", words: Rows, heading: Rows, other: Rows) -> Rows:
    """For links alike in a key: mean words, share in headings, their number, mean of another value."""
    numbers: dict[object, int] = {}
    which = np.array([numbers.setdefault(key, len(numbers)) for key in keys], np.int32)
    count = np.bincount(which)
    means = [np.bincount(which, values) / count for values in (words, heading > 0, other)]
    return np.column_stack(
        [means[0][which], means[1][which], np.log1p(count[which]), means[2][which]]
    ).astype(np.float32)


def _placed(
    at: "np.ndarray[tuple[int], np.dtype[np.int32]]", count: int, table: BlockTable, chances: Rows
) -> Rows:
    """Where a link stands relative to the story's text."""
    story = np.flatnonzero((chances > 0.5) & (table.words > 5)) if count else np.zeros(0, np.int32)
    first, last = (int(story[0]), int(story[-1])) if len(story) else (0, count)
    mass = chances * table.words if count else np.zeros(1, np.float32)
    before = np.concatenate([[0.0], np.cumsum(mass)])
    padded = np.concatenate([np.zeros(3), chances, np.zeros(3)])
    near = np.array([padded[i : i + 7].mean() for i in at]) if count else np.zeros(len(at))
    return np.column_stack(
        [
            at / max(count, 1),
            np.clip(first - at, -FAR, FAR),
            np.clip(at - last, -FAR, FAR),
            (at >= first) & (at <= last),
            chances[at] if count else np.zeros(len(at)),
            near,
            before[np.minimum(at, len(before) - 1)] / max(float(mass.sum()), 1.0),
        ]
    ).astype(np.float32)


def _above(heading: Block | None, candidate: Candidate) -> list[float]:
    if heading is None:
        return [0.0, -1.0, 0.0, 0.0] + [0.0] * len(USES)
    exact, begins, ends = phrase_bits(heading.text)
    bits = exact or begins | ends
    return [
        1.0,
        min(FAR, float(candidate.anchor.first_block - heading.index)),
        float(word_count(heading.text)),
        float(heading.heading),
        *(float(bits >> index & 1) for index in range(len(USES))),
    ]


KIND_ORDER = (LinkKind.RELATED, LinkKind.POPULAR, LinkKind.LATEST, LinkKind.SECTION, LinkKind.SPONSORED)
"""The classes of the model of kinds, in their order."""
