"""Trains the network on composites: one thread, fixed seed, the best validation epoch is kept."""

import copy
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn

from cameras.training.examples import CLASSES, Examples, progress, unpacked
from cameras.training.network import Network, jittered
from cameras.watch.verifier import DUMPING


@dataclass(frozen=True)
class Plan:
    """How long and how hard."""

    seed: int = 20
    epochs: int = 10
    batch: int = 64
    rate: float = 2e-3
    patience: int = 4
    threads: int = 1


@dataclass(frozen=True)
class Trained:
    """The best network, its temperature, and the story of the epochs (validation loss, validation AUC of dumping)."""

    network: Network
    temperature: float
    epochs: list[tuple[float, float]]
    seconds: float


def train(learn: Examples, check: Examples, plan: Plan) -> Trained:
    """Cross entropy with label smoothing, AdamW, one-cycle rate, early stop on the validation loss."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    started, rng = time.monotonic(), np.random.default_rng(plan.seed)
    network = Network()
    steps = max(1, len(learn.truths) // plan.batch)
    descent = torch.optim.AdamW(network.parameters(), lr=plan.rate, weight_decay=0.02)
    pace = torch.optim.lr_scheduler.OneCycleLR(descent, plan.rate, total_steps=plan.epochs * steps + 1, pct_start=0.15)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.05)
    best, best_loss, story = copy.deepcopy(network.state_dict()), float("inf"), []
    with progress() as bar:
        task = bar.add_task("training", total=plan.epochs * steps, told="")
        for epoch in range(plan.epochs):
            network.train()
            order = rng.permutation(len(learn.truths))
            for at in range(steps):
                rows = order[at * plan.batch : (at + 1) * plan.batch]
                strips, numbers = jittered(torch.from_numpy(unpacked(learn.strips[rows])), torch.from_numpy(learn.numbers[rows]))
                loss = loss_of(network(strips, numbers), torch.from_numpy(learn.truths[rows]))
                descent.zero_grad()
                loss.backward()
                descent.step()
                pace.step()
                bar.advance(task)
            told = logits(network, check)
            story.append((_loss(told, check.truths), auc(dumping(_softmax(told)), _is_dumping(check.truths))))
            bar.update(task, told=f"epoch {epoch + 1}: loss {story[-1][0]:.3f}, AUC {story[-1][1]:.4f}")
            if story[-1][0] < best_loss:
                best, best_loss = copy.deepcopy(network.state_dict()), story[-1][0]
            elif epoch - int(np.argmin([loss for loss, _ in story])) >= plan.patience:
                break
    network.load_state_dict(best)
    network.eval()
    return Trained(network, _temperature(logits(network, check), check.truths), story, time.monotonic() - started)


def logits(network: Network, given: Examples, batch: int = 128) -> np.ndarray:
    """(n, 6) for all examples, in evaluation mode."""
    network.eval()
    with torch.no_grad():
        parts = [
            network(torch.from_numpy(unpacked(given.strips[at : at + batch])), torch.from_numpy(given.numbers[at : at + batch])).numpy()
            for at in range(0, len(given.truths), batch)
        ]
    return np.concatenate(parts)


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


def _temperature(told: np.ndarray, truths: np.ndarray) -> float:
    """The one number that makes the validation probabilities honest."""
    tried = np.geomspace(0.3, 3.0, 60)
    return float(tried[int(np.argmin([_loss(told, truths, value) for value in tried]))])
