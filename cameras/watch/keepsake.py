"""What the network saw of one candidate, small enough to be kept: strip.npz, the strip in whole numbers of 5/127 and the seven numbers.

It is cut from pictures over which the masks were painted, like everything that is analysed. It lies with the evidence, on the node, and goes with it.
"""

import io
import zipfile

import numpy as np

from cameras.watch.strip import CHANNELS, NUMBERS, RECIPE, SIDE, Candidate, Floats, strip

SCALE = 127 / 5
NAME = "strip.npz"


def pack(candidate: Candidate) -> bytes:
    """As a file; 20 to 60 kB. ValueError as `strip` raises it."""
    pictures, numbers = strip(candidate)
    stream = io.BytesIO()
    np.savez_compressed(stream, strip=np.rint(pictures[0] * SCALE).astype(np.int8), numbers=numbers[0], recipe=RECIPE)
    return stream.getvalue()


def unpack(content: bytes) -> tuple[Floats, Floats]:
    """(1, 12, 80, 80) and (1, 7), as the network takes them. ValueError when it is no such file, or of another recipe."""
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as told:
            pictures, numbers, recipe = told["strip"], told["numbers"], int(told["recipe"])
    except (OSError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(str(error)) from error
    if recipe != RECIPE or pictures.shape != (CHANNELS, SIDE, SIDE) or pictures.dtype != np.int8 or numbers.shape != (NUMBERS,):
        raise ValueError(f"recipe {recipe}, {pictures.shape}")
    return (pictures[np.newaxis] / SCALE).astype(np.float32), numbers[np.newaxis].astype(np.float32)
