"""Paints what is masked out of a camera's pictures, before anything looks at them, keeps them or sends them on."""

from collections.abc import Sequence

import cv2
import numpy as np

from cameras.domain.areas import SCALE, Mask
from cameras.watch.layers import Mask as Pixels
from cameras.watch.layers import Picture

RIM_PX = 7
"""What is learned of a pixel depends on others this far away (blur, closed cracks)."""


class Veil:
    """The masks of one camera. Black, and one pixel beyond the drawn edge, so that no scaled pixel holds a trace."""

    def __init__(self, masks: Sequence[Mask] = ()) -> None:
        self.masks = tuple(masks)
        self._hidden: Pixels | None = None

    def over(self, picture: Picture) -> Picture:
        """Paint the masks on `picture` (BGR, upright), in place."""
        for mask in self.masks:
            _fill(picture, mask)
        return picture

    def hidden(self, shape: tuple[int, ...]) -> Pixels | None:
        """255 where a picture of this shape is painted over; None when nothing is masked."""
        if not self.masks:
            return None
        if self._hidden is None or self._hidden.shape != shape[:2]:
            self._hidden = np.zeros(shape[:2], np.uint8)
            for mask in self.masks:
                _fill(self._hidden, mask, 255)
        return self._hidden

    def bare(self, picture: Picture) -> Picture:
        """Every eighth pixel of what is not painted over, as rows of one pixel: a covered lens is told by what can be seen. The picture itself when all is hidden."""
        hidden = self.hidden(picture.shape)
        sample = picture[::8, ::8]
        seen = sample if hidden is None else sample[hidden[::8, ::8] == 0]
        return seen if seen.size else sample


def changed(before: Veil, after: Veil, shape: tuple[int, ...]) -> Pixels:
    """255 where the two veils differ and where what was learned beside it is affected."""
    nothing = np.zeros(shape[:2], np.uint8)
    differ = cv2.bitwise_xor(*(nothing if hidden is None else hidden for hidden in (before.hidden(shape), after.hidden(shape))))
    return np.asarray(cv2.dilate(differ, np.ones((2 * RIM_PX + 1, 2 * RIM_PX + 1), np.uint8)), np.uint8)


def _fill(picture: Picture, mask: Mask, value: int = 0) -> None:
    height, width = picture.shape[:2]
    corners = np.array([(round(x * width / SCALE), round(y * height / SCALE)) for x, y in mask.corners], np.int32)
    colour = (value,) * 3
    cv2.fillPoly(picture, [corners], colour)
    cv2.polylines(picture, [corners], True, colour, 3)
