"""The training, in JAX, of the networks that archiver.parsers.models.networks evaluates."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import optax

from archiver.parsers.models.networks import CLIPPED, LEAST_VARIANCE, MOST_HEED, STEPS
from archiver.parsers.models.text_features import Columns

Arrays = dict[str, Columns]
"""What Networks is made of, by its names."""
Weights = dict[str, Any]
"""The same of one seed, for JAX."""
HEEDED = 4
SEEDS = 3
ROUNDS = 8
"""How often each text is learned from."""
FORGOTTEN = 0.25
"""Share of the numbers that are left out at each step, drawn anew: a few hundred sites are soon learned by heart."""
DISGUISED = 0.2
"""Share of the times in which a text is learned from in one of its disguises."""
FASTEST = 3e-3
"""The highest rate of learning."""
WARM_UP = 0.3
"""Share of the steps in which the rate rises."""
DECAY, LONGEST_STEP = 0.05, 1.0
"""The decay of weights and, at most, the length of a step's gradient."""
LEARNER = optax.chain(
    optax.clip_by_global_norm(LONGEST_STEP), optax.scale_by_adam(), optax.add_decayed_weights(DECAY)
)
SIZES = tuple(int(256 * 1.5**power) for power in range(17))
"""Lines that are learned from at once, filled up: for each size the computation is compiled once."""


@dataclass(frozen=True, slots=True, eq=False)
class Lesson:
    """The lines of one text with what is to be answered for each."""

    rows: Columns
    wanted: Columns
    """(lines, answers)."""
    weights: Columns
    """(lines, answers); 0 where nobody knows."""


@dataclass(frozen=True, slots=True)
class Course:
    """How large a network is, and how it learns."""

    numbers: int
    """By how many numbers it describes a line."""
    at_once: int
    """Texts that it learns from at once."""
    disguises: tuple[Callable[[Columns], Columns], ...] = ()
    """What the features of a text would be elsewhere."""


def trained(lessons: list[Lesson], course: Course) -> Arrays:
    """Return the arrays of Networks, with all seeds."""
    lessons = [lesson for lesson in lessons if len(lesson.rows)]
    every = np.vstack([lesson.rows for lesson in lessons])
    mean, spread = every.mean(axis=0), every.std(axis=0) + 1e-3
    seeds = [_trained(lessons, mean, spread, course, seed) for seed in range(1, SEEDS + 1)]
    return {
        "mean": mean,
        "spread": spread,
        **{name: np.stack([seed[name] for seed in seeds]) for name in seeds[0]},
    }


def _trained(lessons: list[Lesson], mean: Columns, spread: Columns, course: Course, seed: int) -> Weights:
    draw = random.Random(seed)
    steps = ROUNDS * (len(lessons) // course.at_once)
    rates = optax.cosine_onecycle_schedule(steps, FASTEST, WARM_UP, div_factor=25, final_div_factor=1e4)
    weights = _begun(lessons[0], course.numbers, np.random.default_rng(seed))
    state, key, count = LEARNER.init(weights), jax.random.key(seed), 0
    for _ in range(ROUNDS):
        order = [_disguised(lesson, course, draw) for lesson in draw.sample(lessons, len(lessons))]
        for batch in _batches(order, course.at_once):
            batch["rows"] = np.clip((batch["rows"] - mean) / spread, -CLIPPED, CLIPPED) * batch["shown"]
            key, own = jax.random.split(key)
            weights, state = _compiled_step(weights, state, batch, rates(count), own)
            count += 1
    return {name: np.asarray(part) for name, part in weights.items()}


def _begun(lesson: Lesson, numbers: int, draw: np.random.Generator) -> Weights:
    features, answers, sources = lesson.rows.shape[1], lesson.wanted.shape[1], 3 + 1 + HEEDED

    def drawn(*shape: int) -> Any:
        widest = 1 / np.sqrt(shape[-2] - 1)
        return jnp.asarray(draw.uniform(-widest, widest, shape), jnp.float32)

    return {
        "into": drawn(features + 1, numbers),
        "heeded": drawn(len(STEPS), numbers + 1, HEEDED),
        "scale": jnp.tile(jnp.array([[1.0], [0.0]]), (len(STEPS), 1, numbers)),
        "layers": drawn(len(STEPS), sources * numbers + 1, numbers),
        "out": drawn(numbers + features + 1, answers),
    }


def _disguised(lesson: Lesson, course: Course, draw: random.Random) -> Lesson:
    rows = lesson.rows
    for disguise in course.disguises:
        if draw.random() < DISGUISED:
            rows = disguise(rows)
    return replace(lesson, rows=rows)


def _batches(lessons: list[Lesson], at_once: int) -> Iterator[dict[str, Any]]:
    """Some texts below one another, with as many empty lines between them as a layer looks far."""
    for at in range(0, len(lessons) - at_once + 1, at_once):
        chosen = lessons[at : at + at_once]
        lengths = [len(lesson.rows) + STEPS[-1] for lesson in chosen]
        size = next(size for size in SIZES if size >= sum(lengths))
        starts = np.cumsum([0, *lengths[:-1]])
        rows = np.zeros((size, chosen[0].rows.shape[1]), np.float32)
        wanted = np.zeros((size, chosen[0].wanted.shape[1]), np.float32)
        weights = np.zeros_like(wanted)
        text, shown = np.zeros(size, np.int32), np.zeros((size, 1), np.float32)
        for number, (start, lesson) in enumerate(zip(starts, chosen, strict=True)):
            own = slice(start, start + len(lesson.rows))
            rows[own], wanted[own], weights[own] = lesson.rows, lesson.wanted, lesson.weights
            text[own], shown[own] = number, 1
        yield {
            "rows": rows,
            "wanted": wanted,
            "weights": weights,
            "text": text,
            "shown": shown,
            "lines": np.array([[len(lesson.rows)] for lesson in chosen], np.float32),
        }


def _step(weights: Weights, state: Any, batch: dict[str, Any], rate: Any, key: Any) -> tuple[Weights, Any]:
    gradient = jax.grad(_loss)(weights, batch, key)
    change, state = LEARNER.update(gradient, state, weights)
    return {name: part - rate * change[name] for name, part in weights.items()}, state


_compiled_step = jax.jit(_step)


def _loss(weights: Weights, batch: dict[str, Any], key: Any) -> Any:
    answers = _answers(weights, batch, key)
    losses = optax.sigmoid_binary_cross_entropy(answers, batch["wanted"])
    return (losses * batch["weights"]).sum() / len(batch["lines"])


def _answers(weights: Weights, batch: dict[str, Any], key: Any) -> Any:
    """What Networks.answers does, for several texts at once and with numbers left out."""
    keys = jax.random.split(key, len(STEPS) + 1)
    rows, shown, lines = batch["rows"], batch["shown"], batch["lines"]
    text_sums = partial(jax.ops.segment_sum, segment_ids=batch["text"], num_segments=len(lines))
    numbers = jax.nn.relu(_times(_some(rows, keys[0]), weights["into"])) * shown
    for at, step in enumerate(STEPS):
        away = numbers - numbers.mean(axis=1, keepdims=True)
        even = away / jnp.sqrt((away**2).mean(axis=1, keepdims=True) + LEAST_VARIANCE)
        even = (even * weights["scale"][at, 0] + weights["scale"][at, 1]) * shown
        padded = jnp.pad(even, ((step, step), (0, 0)))
        heed = jnp.exp(jnp.clip(_times(even, weights["heeded"][at]), -MOST_HEED, MOST_HEED)) * shown
        weighed = text_sums(heed[:, :, None] * even[:, None, :]) / text_sums(heed)[:, :, None]
        means = jnp.concatenate([text_sums(even) / lines, weighed.reshape(len(lines), -1)], axis=1)
        sources = [padded[: -2 * step], even, padded[2 * step :], means[batch["text"]]]
        added = jax.nn.relu(_times(jnp.concatenate(sources, axis=1), weights["layers"][at]))
        numbers = numbers + _some(added, keys[at + 1]) * shown
    return _times(jnp.concatenate([numbers, rows], axis=1), weights["out"])


def _times(numbers: Any, weights: Any) -> Any:
    return numbers @ weights[:-1] + weights[-1]


def _some(numbers: Any, key: Any) -> Any:
    """The numbers with a share of them left out and the others raised to make up for it."""
    kept = jax.random.bernoulli(key, 1 - FORGOTTEN, numbers.shape)
    return jnp.where(kept, numbers / (1 - FORGOTTEN), 0)
