"""Keeps the README's pictures: `python -m tests.browser.keep` after the browser tests.

Takes the chosen pictures from where the tests left them (DINH_PICTURES, else tests/out/pictures) and writes them to docs/pictures,
reduced to a width of 1080 pixels and to a palette, so that none weighs more than 250 KB. Says which one is missing.
"""

import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from tests.browser.conftest import PICTURES, ROOT

KEPT = {
    "tablet-vote": "tablet/tablet-vote",
    "officer-desk": "desktop/officer-desk",
    "admin-devices": "desktop/admin-devices-many",
    "control": "desktop/control-speech",
    "hall-result": "screen/hall-result",
}
"""Name in docs/pictures -> the Vietnamese picture it is made from, `size/name`."""
WIDTH = 1080
PALETTES = (256, 96, 48, 24)
"""Colours, most first: photographs need fewer to stay light."""
MOST_BYTES = 250_000
SAMPLE = 20_000
FOLDER = ROOT / "docs" / "pictures"

Pixels = NDArray[np.uint8]
"""Height x width x 3, blue green red."""


def palette_of(pixels: Pixels, colours: int) -> Pixels:
    """The colours that stand for all, found by k-means over a sample: `colours` x 3, blue green red."""
    flat = pixels.reshape(-1, 3).astype(np.float32)
    sample = flat[np.random.default_rng(7).choice(len(flat), SAMPLE)]
    ends = (cv2.TERM_CRITERIA_MAX_ITER + cv2.TERM_CRITERIA_EPS, 20, 0.5)
    _error, _labels, centres = cv2.kmeans(sample, colours, np.empty(0, np.int32), ends, 1, cv2.KMEANS_PP_CENTERS)
    return np.clip(np.rint(centres), 0, 255).astype(np.uint8)


def indexed(pixels: Pixels, palette: Pixels) -> bytes:
    """An indexed PNG (PNG specification, colour type 3)."""
    colours = palette.astype(np.float32)
    lengths = (colours**2).sum(axis=1)
    rows = [b"\0" + np.argmin(lengths - 2 * row @ colours.T, axis=1).astype(np.uint8).tobytes() for row in pixels.astype(np.float32)]
    height, width = pixels.shape[:2]
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", palette[:, ::-1].tobytes()),
        (b"IDAT", zlib.compress(b"".join(rows), 9)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def small(source: Path) -> bytes:
    """A reduced PNG of `source` with as many colours as its weight allows. Raises FileNotFoundError, ValueError."""
    if not source.is_file():
        raise FileNotFoundError(source)
    whole = cv2.imread(str(source))
    if whole is None:
        raise ValueError(f"{source.name} is no picture")
    size = (WIDTH, round(whole.shape[0] * WIDTH / whole.shape[1]))
    reduced = cv2.resize(whole, size, interpolation=cv2.INTER_AREA).astype(np.uint8)
    for colours in PALETTES:
        png = indexed(reduced, palette_of(reduced, colours))
        if len(png) < MOST_BYTES:
            return png
    raise ValueError(f"{source.name} is too rich for {MOST_BYTES} bytes")


def missing() -> Iterator[str]:
    """Write every picture that is there; yields what is not, or cannot be made small enough."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, source in KEPT.items():
        try:
            png = small(PICTURES / "vi" / f"{source}.png")
        except (FileNotFoundError, ValueError) as error:
            yield f"{name}: {error}"
        else:
            (FOLDER / f"{name}.png").write_bytes(png)
            sys.stdout.write(f"{name}.png {len(png) / 1000:.0f} KB\n")


if __name__ == "__main__":
    sys.exit("\n".join(missing()) or 0)
