"""The models of split_text: gradient-boosted trees over the lines of plain text, cross-validated by site."""

from dataclasses import dataclass
from datetime import UTC, datetime

import lightgbm as lgb
import numpy as np

from archiver.parsers.detection import detected_language
from archiver.parsers.plain_text_features import context_rows, line_rows
from archiver.parsers.plain_text_lines import read_line
from archiver.parsers.text import ends_sentence, fold
from archiver.parsers.text_features import Columns
from training.dumps import VARIANTS, Dump, variant
from training.fit import FOLDS, TREES, Boosters, Ensemble, predicted

ROUNDS = {
    "lines_story": 300,
    "lines_headlines": 300,
    "lines_story_in_context": 300,
    "lines_headlines_in_context": 300,
    "lines_title_in_context": 300,
}
# A third of a million lines: half of them, and coarse bins, are enough for each tree.
LINE_TREES = {
    **TREES, "objective": "binary", "learning_rate": 0.08, "feature_fraction": 0.3, "bagging_fraction": 0.5,
    "max_bin": 63,
}  # fmt: skip
# Dates without a year are read as before this day; the models do not see years.
READ = datetime(2026, 11, 23, tzinfo=UTC)
# A longer text weighs more than a short one, but not in proportion.
SHORTEST = 20


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


def texts(dumps: list[Dump]) -> list[Text]:
    """Return all variants of the dumps whose links the corpus gives; the others as they are, bare and short."""
    return [
        _text(variant(dump, name))
        for dump in dumps
        for name in (VARIANTS if dump.is_gold else ("page", "bare", "short"))
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


def line_models(read: list[Text], folds: dict[str, int]) -> tuple[list[Boosters], Boosters]:
    """Return the models of each fold, which have not seen its sites, and those trained on all texts.

    The models in context learn from what the first ones make of texts that they have not seen.
    """
    parts: list[Boosters] = [{} for _ in range(FOLDS)]
    rows = [text.rows for text in read]
    story = _out_of_fold("lines_story", read, rows, folds, parts)
    headlines = _out_of_fold("lines_headlines", read, rows, folds, parts)
    seen = [
        np.hstack([text.rows, context_rows(one, other, text.rows[:, 1])])
        for text, one, other in zip(read, story, headlines, strict=True)
    ]
    for part in range(FOLDS):
        others = [i for i, text in enumerate(read) if folds[text.dump.site] != part]
        for name in ROUNDS:
            if name not in parts[part]:
                parts[part][name] = _booster(name, read, seen if name.endswith("context") else rows, others)
    every = list(range(len(read)))
    return parts, {
        name: _booster(name, read, seen if name.endswith("context") else rows, every) for name in ROUNDS
    }


def _out_of_fold(
    name: str, read: list[Text], rows: list[Columns], folds: dict[str, int], parts: list[Boosters]
) -> list[Columns]:
    """Fit one model a fold, keep it in parts, and return its probabilities for the texts it has not seen."""
    for part in range(FOLDS):
        others = [i for i, text in enumerate(read) if folds[text.dump.site] != part]
        parts[part][name] = _booster(name, read, rows, others)
    return [predicted(parts[folds[text.dump.site]][name], own) for text, own in zip(read, rows, strict=True)]


def _booster(name: str, read: list[Text], rows: list[Columns], which: list[int]) -> Ensemble:
    labelled = [(i, label) for i in which if (label := _label(name, read[i])) is not None]
    learnt = lgb.Dataset(
        np.vstack([rows[i] for i, _ in labelled]),
        np.concatenate([label for _, label in labelled]),
        weight=np.concatenate([read[i].weights for i, _ in labelled]),
    )
    return [lgb.train(LINE_TREES, learnt, ROUNDS[name])]


def _label(name: str, text: Text) -> Columns | None:
    if name.startswith("lines_title"):
        return text.title
    return text.story if name.startswith("lines_story") else text.headlines
