"""CARD.md: what the network sees, what it misses, on what it was judged. The part on whole films and real clips is kept as it stands."""

from pathlib import Path

from cameras.training.evaluate import Figures

BEGIN, END = "<!-- films: kept by training -->", "<!-- films: end -->"
_NOT_YET = "\n## Trên phim / On films\nChưa đo. / Not judged yet.\n\n"

_HEAD = """# Mô hình phát hiện đổ rác trái phép / The dumping model

## Cho cán bộ
**Máy làm gì.** Khi camera thấy một vật mới nằm yên ở nơi vừa có người hoặc xe, mạng nhỏ này xem ba ảnh cắt tại đúng chỗ đó (trước,
lúc có người, sau) và cho điểm: vật có vừa bị bỏ lại hoặc ném xuống không. Điểm vượt ngưỡng thì có một đề nghị.

**Máy không làm gì.** Nó không quyết định: cán bộ xem đoạn phim rồi quyết định. **Không ai bị phạt vì điểm số này.** Nó không nhận dạng
người, không đọc biển số. Nó thấy "đồ bị bỏ lại", không biết đó có phải là rác: cặp để quên, túi hàng cũng được báo.

**Máy bỏ sót gì.**
- Vật nhỏ hơn khoảng 12 điểm ảnh, vật giống hệt nền đất, vật nằm khuất sau xe hoặc người.
- Vật bị bỏ lại lúc camera đang rung mạnh, đang quay, hoặc vừa bật.
- Vật mà chủ vẫn đứng cạnh. Khi người ấy đi, máy mới xét; máy không biết người ấy có quay lại hay không.
- Ngược lại, vật bị đá hoặc gió đưa đi, xe đạp và xe máy đỗ, thùng rác bị xê dịch, bóng nắng đôi khi giống một vật bị bỏ lại: đó là phần lớn các
  đề nghị sai.

**Máy đã học và được kiểm tra trên gì.** Trên phim ghép: người và xe phần lớn là hình vẽ, rác cắt từ ảnh chụp ở Amsterdam và ảnh sản phẩm.
Đường phố Việt Nam, nón lá, xe đẩy, ngày chợ đều là phỏng đoán. Các con số bên dưới nói về phim ghép; con số ở xã phải đo ở xã.

## For officers
**What it does.** When a camera sees something new and still where somebody just was, this small network looks at three pictures cut
from that place (before, with the actor, after) and scores whether the thing was just left or thrown there. Above the threshold it proposes.

**What it does not do.** It does not decide: an officer looks at the clip and decides. **Nobody is fined by this score.** It recognises no
person and reads no plate. It sees "left behind", not "waste": a forgotten briefcase or shopping is flagged as well.

## What it does not see
- Things smaller than about 12 px, things that look like the ground, things hidden behind people or vehicles.
- Things left while the camera shakes, turns, or was just switched on.
- Things whose owner still stands beside them. It judges when he has gone; it does not know whether he comes back.
- The other way round, what is kicked or blown along, parked bicycles and motorcycles, bins that were moved and patches of sun sometimes look like
  something left: most false flags are of these.
- It learned from composites: people and vehicles are mostly painted, waste is cut from photos of Amsterdam and from product
  photos. Vietnamese streets, conical hats, handcarts and market days are painted guesses, not footage. The figures below are
  about composites; a commune's own figures have to be measured there.
"""


def write_card(place: Path, *, told: Figures, films: Figures | None, facts: dict[str, str | int]) -> Path:
    """The card beside the weights. What stands between the marks in an older card, the whole watcher on films, is kept as it is."""
    path = place / "CARD.md"
    old = path.read_text(encoding="utf-8") if path.is_file() else ""
    kept = old.split(BEGIN, 1)[1].split(END, 1)[0] if BEGIN in old and END in old else _NOT_YET
    parts = [
        _HEAD,
        f"{BEGIN}{kept}{END}\n",
        "![Độ đúng, độ tin, và sai theo từng loại / precision against recall, reliability, and what is wrong of each kind](card.png)\n",
        _made(told.threshold, facts),
        _figures("The network alone, composed strips (test)", told),
        "Composites show a claim wrong or hold it up; they do not say how often a real camera flags in vain.\n",
        _kinds(told),
        _rest(told),
        *([_figures("What the watcher proposes on composite films (validation; the threshold was chosen on it)", films)] if films else []),
        *([_kinds(films)] if films else []),
    ]
    path.write_text("\n".join(parts).rstrip() + "\n", encoding="utf-8")
    return path


def _made(threshold: float, facts: dict[str, str | int]) -> str:
    return f"""## How it was made
`{facts["command"]}`, from nothing, at commit {facts["commit"]}: {facts["cpu"]} CPU minutes, {facts["minutes"]} by the clock (since it was last started).
Material: {facts["data"]}; {facts["composites"]} training composites and what the watcher proposed on {facts["films"]} composite films. Networks that were
trained apart and are joined into one that says the mean of their logits: {facts["shape"]}. {int(facts["parameters"]) / 1e6:.2f} M parameters,
{facts["ms"]} ms per candidate on one thread (without cutting the strip), temperature {facts["temperature"]}, threshold {threshold} (at most 1 % of the
validation's negatives pass, composites and proposals together).
Training, validation and test share no photo, no cut-out thing and no cut-out actor; painted parts come from different seeds
of the same painter.
"""


def _figures(name: str, told: Figures) -> str:
    return f"""## {name}: {told.positives} with waste left or thrown, {told.negatives} without
| AUC | precision at {told.threshold} | recall at {told.threshold} | six classes right |
|---|---|---|---|
| {told.auc:.4f} | {told.precision:.3f} | {told.recall:.3f} | {told.class_accuracy:.3f} |
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
