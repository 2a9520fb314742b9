"""The models of split_text over the lines of plain text, cross-validated by site: boosted trees and networks."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime

import lightgbm as lgb
import numpy as np

from archiver.parsers.detection import detected_language
from archiver.parsers.models.text_features import Columns
from archiver.parsers.phrases import USES
from archiver.parsers.plain_text.line_features import FAR, LINE_FEATURES, line_rows
from archiver.parsers.plain_text.lines import read_line
from archiver.parsers.plain_text.split_text import LINE_TREES
from archiver.parsers.text import ends_sentence, fold
from training.dumps import VARIANTS, Dump, variant
from training.fit import FOLDS, TREES, Boosters, Ensemble
from training.networks import Arrays, Course, Lesson, trained

ROUNDS = 300
# A third of a million lines: half of them, and coarse bins, are enough for each tree.
SETTINGS = {
    **TREES, "objective": "binary", "learning_rate": 0.08, "feature_fraction": 0.3, "bagging_fraction": 0.5,
    "max_bin": 63,
}  # fmt: skip
# Dates without a year are read as before this day; the models do not see years.
READ = datetime(2026, 11, 23, tzinfo=UTC)
# A longer text weighs more than a short one, but not in proportion.
SHORTEST = 20
# Trees learn from one text in so many once more in each of two disguises.
DISGUISED_EACH = 6
# What is told by the words of a language: phrases, headings of lists, notices, agencies.
WORDED = re.compile(
    rf"(is|begins|ends)_({'|'.join(USES)})|read_also|credit|under_\w+|(heading|notices)(_in_\d+|[+-]\d|_above|_below)?"
)
WORDS = [at for at, name in enumerate(LINE_FEATURES) if WORDED.fullmatch(name)]
FROM_HEADING = LINE_FEATURES.index("from_heading")
# What is told by capitals: which letter is first, and shares of capitals.
CASED = [
    at for at, name in enumerate(LINE_FEATURES) if re.fullmatch(r"first_(lower|upper)(_in_\d+|[+-]\d)?", name)
]
SHARES = [at for at, name in enumerate(LINE_FEATURES) if re.fullmatch(r"upper|title_case([+-]\d)?", name)]
CASELESS = LINE_FEATURES.index("caseless")


def wordless(rows: Columns) -> Columns:
    """Return the features of a text's lines as they would be in a language whose words nobody has written down."""
    other = rows.copy()
    other[:, WORDS] = np.minimum(other[:, WORDS], 0)  # below 0 beyond the ends of the text
    other[:, FROM_HEADING] = FAR
    return other


def caseless(rows: Columns) -> Columns:
    """Return what they would be in a script without capitals."""
    other = rows.copy()
    other[:, CASED] = np.minimum(other[:, CASED], 0)
    other[:, SHARES] = np.minimum(other[:, SHARES], -1)
    other[:, CASELESS] = 1
    return other


COURSE = Course(numbers=40, at_once=8, disguises=(wordless, caseless))


@dataclass(slots=True, eq=False)
class Text:
    """One variant of one dump with what the models are to learn from it."""

    dump: Dump
    rows: Columns
    story: Columns
    headlines: Columns | None
    title: Columns | None
    """Which lines above the story's first show its headline; None if none does."""
    weights: Columns

    @property
    def answers(self) -> tuple[Columns, Columns | None, Columns | None]:
        """What is to be learned, in the order of LINE_TREES."""
        return self.story, self.headlines, self.title


def texts(dumps: list[Dump]) -> list[Text]:
    """Return all variants of the dumps whose links the corpus gives; the others as they are, bare, short and small."""
    return [
        _text(variant(dump, name))
        for dump in dumps
        for name in (VARIANTS if dump.is_gold else ("page", "bare", "short", "small"))
    ]


def _text(dump: Dump) -> Text:
    language = detected_language(
        " ".join(line for line in dump.lines if ends_sentence(line)) or " ".join(dump.lines)
    )
    rows = line_rows([read_line(line, language, READ) for line in dump.lines])
    return Text(
        dump=dump,
        rows=rows,
        story=np.array(dump.story, np.float32),
        headlines=None
        if dump.headlines is None
        else np.array([bool(kind) for kind in dump.headlines], np.float32),
        title=_titles(dump),
        weights=np.full(len(rows), 1 / np.sqrt(len(rows) + SHORTEST), np.float32),
    )


def _titles(dump: Dump) -> Columns | None:
    first = dump.story.index(True) if any(dump.story) else 0
    title = fold(dump.title)
    shown = np.array([fold(line) == title for line in dump.lines], np.float32)
    shown[first + 1 :] = 0
    return shown if title and shown.any() else None


@dataclass(slots=True, eq=False)
class LineModels:
    """What decides on the lines of plain text."""

    trees: Boosters
    networks: Arrays


def line_models(read: list[Text], folds: dict[str, int]) -> tuple[list[LineModels], LineModels]:
    """Return the models of each fold, which have not seen its sites, and those trained on all texts."""
    parts = [_line_models([text for text in read if folds[text.dump.site] != part]) for part in range(FOLDS)]
    return parts, _line_models(read)


def _line_models(read: list[Text]) -> LineModels:
    return LineModels(
        trees={name: _booster(at, read) for at, name in enumerate(LINE_TREES)},
        networks=trained([_lesson(text) for text in read], COURSE),
    )


def _booster(at: int, read: list[Text]) -> Ensemble:
    labelled = [(text, label) for text in read if (label := text.answers[at]) is not None]
    shown = [(text.rows, label, text.weights) for text, label in labelled]
    shown += [(wordless(text.rows), label, text.weights) for text, label in labelled[::DISGUISED_EACH]]
    shown += [
        (caseless(wordless(text.rows)), label, text.weights) for text, label in labelled[1::DISGUISED_EACH]
    ]
    rows, labels, weights = zip(*shown, strict=True)
    learnt = lgb.Dataset(np.vstack(rows), np.concatenate(labels), weight=np.concatenate(weights))
    return [lgb.train(SETTINGS, learnt, ROUNDS)]


def _lesson(text: Text) -> Lesson:
    unknown = np.zeros_like(text.story)
    return Lesson(
        rows=text.rows,
        wanted=np.column_stack([unknown if answer is None else answer for answer in text.answers]),
        weights=np.column_stack([unknown if answer is None else text.weights for answer in text.answers]),
    )
