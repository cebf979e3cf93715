"""CARD.md: what the network sees, what it misses, on what it was judged. The last part, real clips, is kept when it exists."""

from pathlib import Path

from cameras.training.evaluate import Figures
from cameras.training.train import Trained

REAL = "<!-- real clips: written by hand or by the evaluation, kept by training -->"

_HEAD = """# Mô hình phát hiện đổ rác trái phép / The dumping model

**Tóm tắt.** Mạng nhỏ này xem ba ảnh cắt tại cùng một chỗ (trước, lúc có người, sau) và cho điểm: có phải vừa có rác bị bỏ lại
không. Nó chỉ đề nghị; cán bộ xem đoạn phim và quyết định. Không ai bị phạt vì điểm số này. Nó không nhận dạng người, không
đọc biển số. Đồ bỏ lại không phải rác (cặp, túi hàng) cũng được báo: mạng thấy "đồ bị bỏ lại", không biết đó có phải là rác.

**In short.** A small network looks at three pictures cut from the same place (before, with the actor, after) and scores
whether something was just left there. It only proposes; an officer looks at the clip and decides. Nobody is fined by this
score. It recognises no person and reads no plate. Things that are no waste (a briefcase, shopping) are flagged as well: it
sees "left behind", not "waste".

## What it does not see
- Anything the scene does not propose: things smaller than about 12 px, things that look like the ground, things left while
  the camera shakes or was just switched.
- Whether the owner comes back: it judges one moment. A parked motorcycle that nobody's track explains can look like a thing.
- It learned from composites: people and vehicles are mostly painted, waste is cut from photos of Amsterdam and from product
  photos. Vietnamese streets, conical hats, handcarts and market days are painted guesses, not footage.
"""


def write_card(place: Path, *, told: Figures, trained: Trained, threshold: float, origin: dict[str, str | int]) -> Path:
    """The card beside the weights. What follows the mark `REAL` in an older card is kept as it is."""
    path = place / "CARD.md"
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    kept = REAL + old.split(REAL, 1)[1] if REAL in old else f"{REAL}\n\n## Real clips\nNot judged yet.\n"
    parts = [_HEAD, _made(trained, threshold, origin), _figures(told, threshold), _kinds(told), _rest(told), kept.rstrip()]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")
    return path


def _made(trained: Trained, threshold: float, origin: dict[str, str | int]) -> str:
    size = sum(weights.numel() for weights in trained.network.parameters())
    best = min(trained.epochs)
    return f"""## How it was made
`{origin["command"]}` with material: {origin["data"]}; {origin["composites"]} training composites, {len(trained.epochs)} epochs,
{trained.seconds / 60:.0f} minutes on one core, best validation loss {best[0]:.3f}. {size / 1e6:.2f} M parameters, {origin["ms"]} ms per candidate on one
thread (without cutting the strip), temperature {trained.temperature:.2f}, threshold {threshold} (at most 1 % of the validation negatives pass).
Training, validation and test share no photo, no cut-out thing and no cut-out actor; painted parts come from different seeds
of the same painter.
"""


def _figures(told: Figures, threshold: float) -> str:
    return f"""## Composites (test): {told.positives} with waste left or thrown, {told.negatives} without
| AUC | precision at {threshold} | recall at {threshold} | six classes right |
|---|---|---|---|
| {told.auc:.4f} | {told.precision:.3f} | {told.recall:.3f} | {told.class_accuracy:.3f} |

Composites show a claim wrong or hold it up; they do not say how often a real camera flags in vain.
"""


def _kinds(told: Figures) -> str:
    rows = [f"| {row.kind} | {row.count} | {row.flagged / max(1, row.count):.3f} | {row.low:.3f} to {row.high:.3f} |" for row in told.kinds]
    return "\n".join(["| kind of candidate | count | share flagged | 95 % interval |", "|---|---|---|---|", *rows, ""])


def _rest(told: Figures) -> str:
    hours = [f"| {hour} | {precision:.3f} | {recall:.3f} |" for hour, precision, recall in told.hours]
    bins = [f"| {score:.2f} | {share:.2f} | {count} |" for score, share, count in told.calibration]
    return "\n".join(
        ["| light | precision | recall |", "|---|---|---|", *hours, "", "| mean score | was dumping | count |", "|---|---|---|", *bins, ""]
    )
