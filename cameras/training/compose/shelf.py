"""What composites are made of, split once: training, validation and test share no ground, no thing and no actor.

Real material comes from a data folder (waste/amsterdam, waste/cutouts, waste/studio, waste/polygons; actors are cut from the
same photos with a detector in models/). Without the folder everything is painted. A file belongs to the split that its
name hashes to; whatever was cut from a photo goes where the photo goes. Clips are never opened here.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
from numpy.random import Generator

from cameras.training.compose import paint, people
from cameras.training.compose.sprites import Floats, Sprite, tight

SPLITS = ("train", "val", "test")
DATA = Path(__file__).resolve().parents[3].parent / "shared" / "data"
_LONGEST_PHOTO_PX = 800
_COCO_ACTORS = {0: "person", 1: "bicycle", 2: "car", 3: "motorcycle", 5: "bus", 7: "truck"}


def split_of(name: str) -> str:
    """Of 100 names 70 go to train, 12 to val, 18 to test."""
    share = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") / 2**32
    return "train" if share < 0.70 else "val" if share < 0.82 else "test"


@dataclass
class Shelf:
    """The material of one split. `real` is False when everything is painted."""

    split: str
    photos: list[tuple[str, np.ndarray]] = field(default_factory=list)
    things: list[Sprite] = field(default_factory=list)
    actors: list[Sprite] = field(default_factory=list)

    @property
    def real(self) -> bool:
        return bool(self.photos)

    def names(self) -> set[str]:
        """Every source file used here, for the proof that splits are apart."""
        return {name for name, _ in self.photos} | {sprite.name for sprite in [*self.things, *self.actors]}

    def ground(self, rng: Generator, width: int, height: int) -> tuple[Floats, str]:
        """A place of that size, and its name."""
        if not self.photos or rng.random() < 0.25:
            return paint.ground(rng, width, height), "painted"
        name, photo = self.photos[rng.integers(len(self.photos))]
        tall, wide = photo.shape[:2]
        most = min(wide / width, tall / height)
        scale = most * rng.uniform(0.35, 1.0)
        w, h = max(8, int(width * scale)), max(8, int(height * scale))
        x, y = int(rng.integers(0, wide - w + 1)), int(rng.beta(2.0, 1.2) * (tall - h))
        how = cv2.INTER_AREA if scale > 1 else cv2.INTER_LINEAR
        part = cv2.resize(photo[y : y + h, x : x + w], (width, height), interpolation=how).astype(np.float32)
        return (part if rng.random() < 0.5 else np.ascontiguousarray(part[:, ::-1])), name

    def thing(self, rng: Generator) -> Sprite:
        """A piece of waste."""
        made = self.things[rng.integers(len(self.things))] if self.things and rng.random() < 0.55 else paint.thing(rng)
        return made if rng.random() < 0.5 else made.mirrored()

    def actor(self, rng: Generator) -> Sprite:
        """Somebody or some vehicle."""
        made = self.actors[rng.integers(len(self.actors))] if self.actors and rng.random() < 0.25 else people.actor(rng)
        return made if rng.random() < 0.5 else made.mirrored()


def shelves(data: Path | None = DATA, *, step: Callable[[str], None] = lambda _: None) -> dict[str, Shelf]:
    """The three shelves. `data` None or absent: painted only. `step` hears the name of every file that was read."""
    made = {split: Shelf(split) for split in SPLITS}
    waste = data / "waste" if data else None
    if data is None or waste is None or not waste.is_dir():
        return made
    cutter = _Cutter(data / "models")
    for path in sorted((waste / "amsterdam").glob("*.jpg")):
        step(path.name)
        photo = cv2.imread(str(path))
        if photo is None or photo.mean() < 14:
            continue
        scale = min(1.0, _LONGEST_PHOTO_PX / max(photo.shape[:2]))
        shelf = made[split_of(path.name)]
        shelf.actors.extend(cutter.actors(photo, path.name))
        shelf.photos.append((path.name, cv2.resize(photo, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)))
    for source, sprite in _things(waste):
        step(sprite.name)
        made[split_of(source)].things.append(sprite)
    return made


def _things(waste: Path) -> Iterator[tuple[str, Sprite]]:
    """Every cut-out thing with the name that decides its split. Cutouts come several times: few, and the best."""
    told = waste / "cutouts" / "meta.json"
    origin = json.loads(told.read_text(encoding="utf-8")) if told.is_file() else {}
    for path in sorted((waste / "cutouts").glob("*.png")):
        picture = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
        sprite = tight(picture[..., :3], picture[..., 3] / 255.0, path.name)
        if sprite:
            yield from [(origin.get(path.stem, {}).get("image", path.name), sprite)] * 12
    for path in sorted((waste / "studio").glob("*/*.jpg")):
        sprite = _studio(path)
        if sprite:
            yield path.name, sprite
    for path in sorted((waste / "polygons").glob("data/*/labels/*.txt")):
        sprite = _polygon(path)
        if sprite:
            yield path.stem.split(".rf.")[0], sprite


def _studio(path: Path) -> Sprite | None:
    """A thing on a plain light ground, when it stands clear of the border."""
    picture = cv2.imread(str(path))
    lab = cv2.cvtColor(cv2.GaussianBlur(picture, (5, 5), 0), cv2.COLOR_BGR2LAB).astype(np.float32)
    rim = np.concatenate([lab[:6].reshape(-1, 3), lab[-6:].reshape(-1, 3), lab[:, :6].reshape(-1, 3), lab[:, -6:].reshape(-1, 3)])
    if rim.std(axis=0).max() > 16:
        return None
    away = (np.linalg.norm(lab - np.median(rim, axis=0), axis=2) > 24).astype(np.uint8)
    away = cv2.morphologyEx(away, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(away)
    if count < 2:
        return None
    biggest = 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    mask = (labels == biggest).astype(np.uint8)
    touching = np.concatenate([mask[0], mask[-1], mask[:, 0], mask[:, -1]]).mean()
    if not 0.03 < mask.mean() < 0.6 or touching > 0.03:
        return None
    outline, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    cv2.drawContours(mask, outline, -1, 1, -1)
    return tight(picture, cv2.erode(mask, np.ones((3, 3), np.uint8)), f"{path.parent.name}/{path.name}", 200)


def _polygon(label: Path) -> Sprite | None:
    """The biggest outlined thing of one picture, when it is whole."""
    image = label.parent.parent / "images" / f"{label.stem}.jpg"
    picture = cv2.imread(str(image)) if image.is_file() else None
    rows = [line.split()[1:] for line in label.read_text(encoding="utf-8").splitlines()]
    outlines = [np.asarray(row, np.float32).reshape(-1, 2) for row in rows if len(row) >= 8]
    if picture is None or not outlines:
        return None
    size = np.asarray(picture.shape[1::-1], np.float32)
    outline = max(outlines, key=lambda points: float(np.ptp(points, axis=0).prod()))
    if not 0.02 < float(np.ptp(outline, axis=0).prod()) < 0.7 or outline.min() < 0.01 or outline.max() > 0.99:
        return None
    alpha = np.zeros(picture.shape[:2], np.float32)
    cv2.fillPoly(alpha, [(outline * size).astype(np.int32)], 1.0)
    return tight(picture, alpha, label.stem.split(".rf.")[0], 200)


class _Cutter:
    """Finds people and vehicles in photos with a YOLOX detector and cuts them out with GrabCut. Absent: finds nothing."""

    SHAPE = (384, 640)

    def __init__(self, folder: Path) -> None:
        path = folder / "yolox_nano_384x640.onnx"
        self._session = None
        if path.is_file():
            import onnxruntime  # noqa: PLC0415 - only where a detector lies beside the photos

            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = 1
            self._session = onnxruntime.InferenceSession(str(path), sess_options=options, providers=["CPUExecutionProvider"])

    def actors(self, photo: np.ndarray, name: str) -> list[Sprite]:
        if self._session is None:
            return []
        found = [_grabbed(photo, box, f"{kind} in {name}") for box, kind in self._boxes(photo)]
        return [sprite for sprite in found if sprite]

    def _boxes(self, photo: np.ndarray) -> list[tuple[np.ndarray, str]]:
        scale = min(self.SHAPE[0] / photo.shape[0], self.SHAPE[1] / photo.shape[1])
        small = cv2.resize(photo, None, fx=scale, fy=scale)
        padded = np.full((*self.SHAPE, 3), 114, np.uint8)
        padded[: small.shape[0], : small.shape[1]] = small[: self.SHAPE[0], : self.SHAPE[1]]
        told = self._session.run(None, {self._session.get_inputs()[0].name: padded.transpose(2, 0, 1)[np.newaxis].astype(np.float32)})[0][0]
        cells = [
            np.stack(
                [
                    *np.meshgrid(np.arange(self.SHAPE[1] // s), np.arange(self.SHAPE[0] // s)),
                    np.full((self.SHAPE[0] // s, self.SHAPE[1] // s), s),
                ],
                -1,
            ).reshape(-1, 3)
            for s in (8, 16, 32)
        ]
        grid = np.concatenate(cells).astype(np.float32)
        centre, size = (told[:, :2] + grid[:, :2]) * grid[:, 2:], np.exp(told[:, 2:4]) * grid[:, 2:]
        score = told[:, 4:5] * told[:, 5:]
        best, kind = score.max(axis=1), score.argmax(axis=1)
        corner = (centre - size / 2) / scale
        sure = [i for i in np.where(best > 0.55)[0] if int(kind[i]) in _COCO_ACTORS]
        kept = cv2.dnn.NMSBoxes(
            [[*map(float, corner[i]), *map(float, size[i] / scale)] for i in sure], [float(best[i]) for i in sure], 0.5, 0.4
        )
        return [
            (np.concatenate([corner[sure[k]], size[sure[k]] / scale]), _COCO_ACTORS[int(kind[sure[k]])]) for k in np.asarray(kept).ravel()
        ]


def _grabbed(photo: np.ndarray, box: np.ndarray, name: str) -> Sprite | None:
    """One actor cut out; None when it is small, cut by the frame, no upright person, or GrabCut found next to nothing or everything."""
    x, y, w, h = box
    tall, wide = photo.shape[:2]
    if h < 60 or (name.startswith("person") and h < 1.8 * w) or x < 2 or y < 2 or x + w > wide - 2 or y + h > tall - 2:
        return None
    pad = 0.15
    left, top = int(max(0, x - pad * w)), int(max(0, y - pad * h))
    part = photo[top : int(min(tall, y + h * (1 + pad))), left : int(min(wide, x + w * (1 + pad)))]
    scale = 220 / max(part.shape[:2])
    part = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    mask = np.zeros(part.shape[:2], np.uint8)
    inner = tuple(int(value * scale) for value in (x - left, y - top, w, h))
    cv2.setRNGSeed(1)
    cv2.grabCut(part, mask, inner, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_RECT)
    body = ((mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(body, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8)))
    if count < 2:
        return None
    body = (labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())).astype(np.float32)
    if not 0.3 < body.sum() / (inner[2] * inner[3]) < 0.97:
        return None
    return tight(part, body, name)
