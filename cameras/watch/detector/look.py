"""One look of a detector at one picture, drawn for a person to judge."""

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from cameras.domain.actors import VEHICLES, Kind
from cameras.domain.errors import Code, Refusal
from cameras.watch.detector.detector import Found
from cameras.watch.detector.fit import Picture

COLOURS = {Kind.PERSON: (60, 200, 60), Kind.ANIMAL: (200, 120, 220), Kind.OTHER: (150, 150, 150)}
VEHICLE = (40, 160, 240)


def read_picture(file: Path) -> Picture:
    """A picture file, or the first picture of a film, BGR. Raises Refusal (NO_PICTURE, or as a film is refused)."""
    try:
        picture = cv2.imdecode(np.frombuffer(file.read_bytes(), np.uint8), cv2.IMREAD_COLOR) if file.stat().st_size < 64 << 20 else None
    except (OSError, cv2.error) as error:
        raise Refusal(Code.MODEL_NO_PICTURE, {"file": file.name}) from error
    return _first_of(file) if picture is None else np.asarray(picture, np.uint8)


def painted() -> Picture:
    """A street with somebody on it, 640x384: enough to see that a detector runs, not how good it is."""
    rng = np.random.default_rng(7)
    place = np.full((384, 640, 3), (205, 190, 175), np.uint8)
    place[170:] = (120, 124, 128)
    cv2.rectangle(place, (380, 40), (620, 190), (150, 170, 190), -1)
    cv2.rectangle(place, (430, 80), (490, 190), (70, 80, 95), -1)
    skin, shirt, trousers = (140, 165, 205), (60, 50, 150), (75, 55, 45)
    for left in (286, 312):
        cv2.rectangle(place, (left, 250), (left + 20, 338), trousers, -1)
        cv2.ellipse(place, (left + 12, 341), (16, 7), 0, 0, 360, (35, 35, 40), -1)
    cv2.ellipse(place, (309, 200), (34, 62), 0, 0, 360, shirt, -1)
    for x, lean in ((272, 8), (346, -8)):
        cv2.ellipse(place, (x, 205), (9, 52), lean, 0, 360, shirt, -1)
        cv2.circle(place, (x - lean // 2, 258), 9, skin, -1)
    cv2.ellipse(place, (309, 112), (19, 25), 0, 0, 360, skin, -1)
    cv2.ellipse(place, (309, 102), (21, 19), 0, 180, 360, (30, 30, 35), -1)
    softened = cv2.GaussianBlur(place, (5, 5), 0).astype(np.float32)
    return np.asarray(np.clip(softened + rng.normal(0, 4, place.shape), 0, 255), np.uint8)


def draw(picture: Picture, found: Sequence[Found], file: Path) -> None:
    """The picture with its boxes as a PNG. OSError when it cannot be written."""
    copy = picture.copy()
    for one in found:
        colour = VEHICLE if one.kind in VEHICLES else COLOURS[one.kind]
        x0, y0, x1, y1 = (round(edge) for edge in one.box)
        cv2.rectangle(copy, (x0, y0), (x1, y1), colour, 2)
        cv2.putText(copy, f"{one.name} {one.score:.2f}", (x0 + 2, max(y0 - 5, 12)), cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)
    file.write_bytes(cv2.imencode(".png", copy)[1].tobytes())


def _first_of(film: Path) -> Picture:
    from cameras.watch.stream import Stream, upright  # noqa: PLC0415 - a picture needs no PyAV

    stream = Stream(str(film))
    try:
        stream.open()
        for parcel in stream.parcels():
            for frame in stream.pictures(parcel):
                return upright(frame)
    finally:
        stream.close()
    raise Refusal(Code.MODEL_NO_PICTURE, {"file": film.name})
