"""Trains a network on examples: one thread, fixed seed, the best validation epoch is kept, and it goes on where it was stopped."""

import copy
import hashlib
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from rich.progress import Progress
from torch import nn

from cameras.training.examples import CLASSES, Examples, progress, unpacked
from cameras.training.network import SHAPES, SHIPPED, Network, jittered
from cameras.watch.verifier import DUMPING


@dataclass(frozen=True)
class Plan:
    """How long and how hard. `notes` is a file that holds each finished epoch, so that an interrupted training goes on."""

    seed: int = 20
    epochs: int = 10
    batch: int = 64
    rate: float = 2e-3
    patience: int = 4
    threads: int = 1
    shape: str = SHIPPED[0]
    notes: Path | None = None


@dataclass(frozen=True)
class Trained:
    """The best network, its temperature, and the story of the epochs (validation loss, validation AUC of dumping)."""

    network: Network
    temperature: float
    epochs: list[tuple[float, float]]
    seconds: float


@dataclass
class _Course:
    """A training under way: everything that an interruption must not lose."""

    network: Network
    descent: torch.optim.Optimizer
    pace: torch.optim.lr_scheduler.LRScheduler
    rng: np.random.Generator
    best: dict[str, Any] = field(default_factory=dict)
    story: list[tuple[float, float]] = field(default_factory=list)
    seconds: float = 0.0

    def keep(self, place: Path, mark: str) -> None:
        """One epoch is done. A file that is there is always whole."""
        parts = {
            "network": self.network.state_dict(),
            "descent": self.descent.state_dict(),
            "pace": self.pace.state_dict(),
            "rng": self.rng.bit_generator.state,
            "torch": torch.get_rng_state(),
            "told": {"mark": mark, "best": self.best, "story": self.story, "seconds": self.seconds},
        }
        torch.save(parts, place.with_suffix(".part"))
        place.with_suffix(".part").replace(place)

    def resume(self, place: Path, mark: str) -> bool:
        """Go on from `place` when it holds this very training."""
        if not place.is_file():
            return False
        parts = torch.load(place, weights_only=True)
        if parts["told"]["mark"] != mark:
            return False
        for name, part in (("network", self.network), ("descent", self.descent), ("pace", self.pace)):
            part.load_state_dict(parts[name])
        self.rng.bit_generator.state = parts["rng"]
        torch.set_rng_state(parts["torch"])
        self.best, self.story, self.seconds = parts["told"]["best"], parts["told"]["story"], parts["told"]["seconds"]
        return True

    @property
    def best_epoch(self) -> int:
        return int(np.argmin([loss for loss, _ in self.story]))


def train(learn: Examples, check: Examples, plan: Plan, *, start: Network | None = None, rows: np.ndarray | None = None) -> Trained:
    """Cross entropy with label smoothing, AdamW, one-cycle rate, early stop on the validation loss. `start`: go on from that network. `rows`: which
    of `learn` an epoch is made of, some more than once; None: each once.
    """
    rows = np.arange(len(learn.truths)) if rows is None else rows
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    course, mark = _begun(plan, max(1, len(rows) // plan.batch)), _mark(learn, check, plan, rows)
    if start is not None:
        course.network.load_state_dict(start.state_dict())
    with progress() as bar:
        task = bar.add_task("training", total=plan.epochs, told="")
        if plan.notes is not None and course.resume(plan.notes, mark):
            bar.update(task, completed=len(course.story), told="resumed")
        while len(course.story) < plan.epochs and len(course.story) - 1 - (course.best_epoch if course.story else 0) < plan.patience:
            started = time.monotonic()
            _epoch(course, (learn, rows[course.rng.permutation(len(rows))]), plan, bar)
            _look_up(course, check)
            course.seconds += time.monotonic() - started
            if plan.notes is not None:
                course.keep(plan.notes, mark)
            loss, area = course.story[-1]
            bar.update(task, advance=1, told=f"loss {loss:.3f}, AUC {area:.4f}")
    course.network.load_state_dict(course.best)
    course.network.eval()
    return Trained(course.network, best_temperature(logits(course.network, check), check.truths), course.story, course.seconds)


def _begun(plan: Plan, steps: int) -> _Course:
    network = Network(SHAPES[plan.shape]).to(memory_format=torch.channels_last)
    descent = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=0.02)
    pace = torch.optim.lr_scheduler.OneCycleLR(descent, plan.rate, total_steps=plan.epochs * steps + 1, pct_start=0.15)
    return _Course(network, descent, pace, np.random.default_rng(plan.seed))


def _epoch(course: _Course, lesson: tuple[Examples, np.ndarray], plan: Plan, bar: Progress) -> None:
    """Once through the rows of the lesson, in their order."""
    course.network.train()
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.05)
    (learn, order), steps = lesson, max(1, len(lesson[1]) // plan.batch)
    task = bar.add_task(f"epoch {len(course.story) + 1}", total=steps, told="")
    for at in range(steps):
        rows = order[at * plan.batch : (at + 1) * plan.batch]
        strips, numbers = jittered(torch.from_numpy(unpacked(learn.strips[rows])), torch.from_numpy(learn.numbers[rows]))
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=torch.cpu._is_avx512_bf16_supported()):  # noqa: SLF001 - three times faster where it can
            told = course.network(strips.contiguous(memory_format=torch.channels_last), numbers)
        loss = loss_of(told.float(), torch.from_numpy(learn.truths[rows]))
        course.descent.zero_grad()
        loss.backward()
        course.descent.step()
        course.pace.step()
        bar.advance(task)
    bar.remove_task(task)


def _look_up(course: _Course, check: Examples) -> None:
    """How the epoch did on the validation; the best is remembered."""
    told = logits(course.network, check)
    course.story.append((_loss(told, check.truths), auc(dumping(_softmax(told)), _is_dumping(check.truths))))
    if course.best_epoch == len(course.story) - 1:
        course.best = copy.deepcopy(course.network.state_dict())


def _mark(learn: Examples, check: Examples, plan: Plan, rows: np.ndarray) -> str:
    """Names this training: the same plan on the same rows of the same examples."""
    told = repr((plan.seed, plan.epochs, plan.batch, plan.rate, plan.shape)).encode()
    return hashlib.sha256(
        b"".join([told, rows.tobytes(), *(given.truths.tobytes() + given.numbers.tobytes() for given in (learn, check))])
    ).hexdigest()


def logits(network: Network, given: Examples, batch: int = 128) -> np.ndarray:
    """(n, 6) for all examples, in evaluation mode."""
    network.eval()
    with torch.no_grad():
        parts = [
            network(
                torch.from_numpy(unpacked(given.strips[at : at + batch])).contiguous(memory_format=torch.channels_last),
                torch.from_numpy(given.numbers[at : at + batch]),
            ).numpy()
            for at in range(0, len(given.truths), batch)
        ]
    return np.concatenate(parts)


def averaged(first: Trained, second: Trained, check: Examples) -> Trained:
    """Halfway between two rounds, weight by weight: it forgets less of the first than the second does. The temperature is fitted anew."""
    network = copy.deepcopy(first.network)
    others = second.network.state_dict()
    network.load_state_dict(
        {name: (part + others[name]) / 2 if part.is_floating_point() else part for name, part in network.state_dict().items()}
    )
    temperature = best_temperature(logits(network, check), check.truths)
    return Trained(network.eval(), temperature, [*first.epochs, *second.epochs], first.seconds + second.seconds)


def probabilities(trained: Trained, given: Examples) -> np.ndarray:
    """(n, 6) at the fitted temperature."""
    return _softmax(logits(trained.network, given), trained.temperature)


def dumping(scores: np.ndarray) -> np.ndarray:
    """Score of left + thrown, per row."""
    return scores[:, [CLASSES.index(verdict) for verdict in DUMPING]].sum(axis=1)


def auc(scores: np.ndarray, truths: np.ndarray) -> float:
    """Probability that a true one scores above a false one; ties count half. NaN when one side is empty."""
    rank = np.empty(len(scores))
    order = np.argsort(scores, kind="stable")
    rank[order] = np.arange(1, len(scores) + 1)
    values, inverse = np.unique(scores, return_inverse=True)
    rank = (np.bincount(inverse, rank) / np.bincount(inverse))[inverse] if len(values) < len(scores) else rank
    yes, no = int(truths.sum()), int((~truths).sum())
    return float("nan") if not yes or not no else float((rank[truths].sum() - yes * (yes + 1) / 2) / (yes * no))


def _is_dumping(truths: np.ndarray) -> np.ndarray:
    return np.isin(truths, [CLASSES.index(verdict) for verdict in DUMPING])


def _softmax(told: np.ndarray, temperature: float = 1.0) -> np.ndarray:
    raised = np.exp((told - told.max(axis=1, keepdims=True)) / temperature)
    return raised / raised.sum(axis=1, keepdims=True)


def _loss(told: np.ndarray, truths: np.ndarray, temperature: float = 1.0) -> float:
    return float(-np.log(np.clip(_softmax(told, temperature)[np.arange(len(truths)), truths], 1e-9, 1)).mean())


def best_temperature(told: np.ndarray, truths: np.ndarray) -> float:
    """The one number that makes the validation probabilities honest."""
    tried = np.geomspace(0.3, 3.0, 60)
    return float(tried[int(np.argmin([_loss(told, truths, value) for value in tried]))])
