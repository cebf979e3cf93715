"""What a surveillance camera does to a scene: light of the hour, soft optics, noise, JPEG and H.264."""

import io
from dataclasses import dataclass

import av
import cv2
import numpy as np
from numpy.random import Generator

from cameras.training.compose.paint import cloud
from cameras.training.compose.sprites import Floats

DAY, DUSK, NIGHT, INFRARED = "day", "dusk", "night", "infrared"
_HOURS = (DAY, DAY, DAY, DAY, DAY, DUSK, NIGHT, NIGHT, INFRARED)


@dataclass(frozen=True)
class Camera:
    """One camera at one hour. The same for all pictures of a candidate."""

    hour: str
    light: Floats
    """Gain (h, w, 3) of the scene's own light."""
    softness: float
    """Factor by which the picture is smaller inside the camera, 1 or more."""
    noise: float
    """Sigma of one frame, grey levels."""
    codec: str
    quality: int
    """JPEG quality, or CRF for h264."""
    seed: int


def camera(rng: Generator, width: int, height: int, *, dim: bool = False) -> Camera:
    """Somebody's camera at some hour. `dim`: the place was photographed at night already, so no hour darkens it again."""
    hour = DAY if dim else str(rng.choice(_HOURS))
    codec = str(rng.choice(["none", "jpeg", "jpeg", "h264"]))
    return Camera(
        hour=hour,
        light=_light(hour, rng, width, height),
        softness=float(max(1.0, rng.uniform(0.6, 2.6))),
        noise=float(rng.gamma(1.5, 1.5) * (1.0 if hour == DAY else 2.0)),
        codec=codec,
        quality=int(rng.integers(22, 36)) if codec == "h264" else int(rng.integers(30, 96)),
        seed=int(rng.integers(2**31)),
    )


def seen(scenes: list[Floats], by: Camera, *, calm: tuple[float, ...]) -> list[np.ndarray]:
    """The scenes as that camera delivers them, uint8. `calm` is the share of the frame noise in each (an average has less)."""
    rng = np.random.default_rng(by.seed)
    pictures = []
    for scene, share in zip(scenes, calm, strict=True):
        picture = scene * by.light
        if by.hour == INFRARED:
            picture = np.repeat(picture.mean(axis=2, keepdims=True), 3, axis=2)
        picture = _soft(picture, by.softness)
        noise = rng.standard_normal(picture.shape[:2])[..., np.newaxis] * by.noise
        if by.hour != INFRARED:
            noise = noise + rng.standard_normal(picture.shape) * by.noise * 0.4
        pictures.append(np.clip(picture + noise * share, 0, 255).astype(np.uint8))
    if by.codec == "jpeg":
        return [_jpeg(picture, by.quality) for picture in pictures]
    return _h264(pictures, by.quality) if by.codec == "h264" else pictures


def _light(hour: str, rng: Generator, width: int, height: int) -> Floats:
    if hour == DAY:
        return np.full((height, width, 3), rng.uniform(0.75, 1.2), np.float32)
    tint = {DUSK: rng.uniform(0.8, 1.1, 3), NIGHT: np.asarray([rng.uniform(0.25, 0.9), rng.uniform(0.6, 0.9), 1.0]), INFRARED: np.ones(3)}[
        hour
    ]
    level = {DUSK: rng.uniform(0.35, 0.8), NIGHT: rng.uniform(0.12, 0.5), INFRARED: rng.uniform(0.3, 0.9)}[hour]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    at, reach = rng.uniform(-0.2, 1.2, 2) * (width, height), rng.uniform(0.4, 1.6) * max(width, height)
    pool = np.exp(-((x - at[0]) ** 2 + (y - at[1]) ** 2) / (2 * reach**2))
    uneven = 1.0 if hour == DUSK else 0.35 + 1.1 * pool
    return ((level * uneven * (1 + 0.04 * cloud((height, width), rng)))[..., np.newaxis] * tint).astype(np.float32)


def _soft(picture: Floats, factor: float) -> Floats:
    if factor < 1.05:
        return picture
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(8, round(width / factor)), max(8, round(height / factor))), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def _jpeg(picture: np.ndarray, quality: int) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_COLOR)


def _h264(pictures: list[np.ndarray], crf: int) -> list[np.ndarray]:
    """The pictures as consecutive frames of one stream: the later ones predicted from the first."""
    height, width = (side // 2 * 2 for side in pictures[0].shape[:2])
    hold = io.BytesIO()
    with av.open(hold, "w", format="mp4") as box:
        stream = box.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.options = {"crf": str(crf), "preset": "ultrafast", "threads": "1", "bf": "0", "g": "10"}
        for picture in pictures:
            box.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(picture[:height, :width]), format="bgr24")))
        box.mux(stream.encode(None))
    hold.seek(0)
    with av.open(hold) as box:
        decoded = [frame.to_ndarray(format="bgr24") for frame in box.decode(video=0)]
    return [
        cv2.copyMakeBorder(frame, 0, picture.shape[0] - height, 0, picture.shape[1] - width, cv2.BORDER_REPLICATE)
        for frame, picture in zip(decoded, pictures, strict=True)
    ]
