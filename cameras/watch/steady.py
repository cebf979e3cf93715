"""Lays each small picture of a camera that shakes, drifts or is held by hand on the background that is known of its place.

A camera that stands still pays for one look at a sixteenth of its pixels. Only a picture that lies elsewhere is followed corner by
corner, turned back and laid on the background; what it does not show there is filled from it, so that no rim looks new. All
that is said afterwards is in coordinates of the background.
"""

import math
from collections import deque
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from cameras.watch.layers import Floats, Mask, Picture

STILL_PX = 0.75
"""Nearer than this the layers' own tolerance takes it."""
FARTHEST, TURNED_DEG, SIZED = 0.12, 6.0, 0.08
"""Beyond this share of the longer side, this angle or this change of size it is another place, and the scene says so."""
SAID, SETTLED_S, WOBBLE_PX = 0.02, 10.0, 3.0
"""A place that is left for good by more than this share was moved; by less, the background follows. For good: it stays where it is for so long."""
FEWEST_POSES = 6
RESTLESS_S, DOUBT_S, FRESH_S = 10.0, 1.0, 2.0
"""How long a camera that shook is followed corner by corner; how long one that seemed to, and did not, is let be; how old what is compared with may be."""
LOWEST_RESPONSE = 0.05
CORNERS, FEWEST = 100, 12
AGREE, BETTER = 0.3, 0.97
"""Share of the corners that must agree, and of the difference that may be left."""
Small = NDArray[np.float32]
Matrix = NDArray[np.float64]
"""2 x 3, from pixels of the picture to pixels of the background."""


class Laid(NamedTuple):
    """One picture in the coordinates of the background. `matrix` None: it lay there already."""

    of: Picture
    picture: Picture
    matrix: Matrix | None


class Steady:
    """One camera's. `lay` may be asked twice for the same picture; the second answer is the first."""

    def __init__(self) -> None:
        self._coarse: Small | None = None
        self._grey: Picture | None = None
        self._corners: Floats | None = None
        self._fresh = self._shook = self._doubted = -math.inf
        self._laid: Laid | None = None
        self._window: Small | None = None
        self._poses: deque[tuple[float, Matrix]] = deque()
        self._left = 0.0
        """How far the background has followed since the place was last learned anew, pixels."""

    def lay(self, picture: Picture, background: Picture, hidden: Mask | None, now: float) -> Picture:
        """`picture` (BGR uint8) as the background's place would show it; itself when it does not lie elsewhere. `hidden`: what is painted over."""
        if self._laid is None or self._laid.of is not picture:
            self._refresh(background, now)
            matrix = self._matrix(picture, now)
            turned = picture if matrix is None else _turned(picture, background, hidden, matrix)
            self._laid = Laid(picture, turned, matrix)
        return self._laid.picture

    def note(self, now: float) -> None:
        """The picture that was laid last is learned from: where it lay counts."""
        if self._laid is None:
            return
        matrix = self._laid.matrix
        if matrix is not None:
            self._shook = now
        self._poses.append((now, _NOTHING if matrix is None else matrix))
        while len(self._poses) > FEWEST_POSES and self._poses[1][0] <= now - SETTLED_S:
            self._poses.popleft()

    def settled(self) -> Matrix | None:
        """Where the camera has stood for SETTLED_S when that is not its old place, else None."""
        if self._laid is None or len(self._poses) < FEWEST_POSES or self._poses[-1][0] - self._poses[0][0] < SETTLED_S:
            return None
        shape = self._laid.of.shape
        middle = np.asarray(np.median([matrix for _, matrix in self._poses], axis=0), np.float64)
        return middle if reach(middle, shape) > STILL_PX else None

    def far(self, middle: Matrix) -> bool:
        """It stands elsewhere by so much that what was drawn on its picture does not fit any more."""
        return self._laid is not None and self._left + reach(middle, self._laid.of.shape) > SAID * max(self._laid.of.shape)

    def rests(self) -> bool:
        """It has not moved for SETTLED_S: nobody holds it in his hand, and no wind shakes it much."""
        if self._laid is None:
            return False
        far = [reach(matrix, self._laid.of.shape) for _, matrix in self._poses]
        return max(far) - min(far) < WOBBLE_PX

    def follow(self, middle: Matrix) -> None:
        """The background was laid where the camera stands now."""
        if self._laid is not None:
            self._left += reach(middle, self._laid.of.shape)
        self._begin()

    def forget(self) -> None:
        """The place is learned anew."""
        self._left = 0.0
        self._begin()

    def _begin(self) -> None:
        self._poses.clear()
        self._laid, self._fresh = None, -math.inf

    def _refresh(self, background: Picture, now: float) -> None:
        if self._coarse is None or now - self._fresh >= FRESH_S:
            self._fresh, self._corners = now, None
            self._grey = np.asarray(cv2.cvtColor(background, cv2.COLOR_BGR2GRAY), np.uint8)
            self._coarse = _small(self._grey)

    def _matrix(self, picture: Picture, now: float) -> Matrix | None:
        grey = np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)
        dx, dy, response = self._displaced(_small(grey))
        sure = response >= LOWEST_RESPONSE
        displaced = sure and math.hypot(dx, dy) >= STILL_PX and now - self._doubted >= DOUBT_S
        if not displaced and now - self._shook >= RESTLESS_S:
            return None
        matrix = self._followed(grey, (dx, dy) if sure else (0.0, 0.0))
        if matrix is not None and reach(matrix, picture.shape) >= STILL_PX and self._believed(matrix, grey):
            return matrix
        self._doubted = now
        return None

    def _believed(self, matrix: Matrix, grey: Picture) -> bool:
        return self._grey is not None and _plausible(matrix, grey.shape) and _fits(grey, self._grey, matrix)

    def _displaced(self, small: Small) -> tuple[float, float, float]:
        """How far the picture lies to the right of and below the background, pixels, and how sure that is."""
        if self._coarse is None:
            return 0.0, 0.0, 0.0
        if self._window is None or self._window.shape != small.shape:
            self._window = np.asarray(cv2.createHanningWindow(small.shape[::-1], cv2.CV_32F), np.float32)
        (dx, dy), response = cv2.phaseCorrelate(self._coarse, small, self._window)
        return dx * _SMALLER, dy * _SMALLER, response

    def _followed(self, grey: Picture, guess: tuple[float, float]) -> Matrix | None:
        """The turn, size and shift that most corners agree on."""
        if self._grey is None:
            return None
        if self._corners is None:
            found = cv2.goodFeaturesToTrack(self._grey, CORNERS, 0.01, 12)
            self._corners = np.empty((0, 1, 2), np.float32) if found is None else np.asarray(found, np.float32)
        if len(self._corners) < FEWEST:
            return None
        begin = self._corners + np.asarray(guess, np.float32)
        there, found, _ = cv2.calcOpticalFlowPyrLK(self._grey, grey, self._corners, begin.copy(), flags=cv2.OPTFLOW_USE_INITIAL_FLOW)
        kept = found.ravel() > 0
        if np.count_nonzero(kept) < FEWEST:
            return None
        matrix, agree = cv2.estimateAffinePartial2D(there[kept], self._corners[kept], ransacReprojThreshold=2.0)
        enough = matrix is not None and cv2.countNonZero(agree) >= max(FEWEST, AGREE * len(self._corners))
        return np.asarray(matrix, np.float64) if enough else None


_SMALLER = 4
_NOTHING: Matrix = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


def reach(matrix: Matrix, shape: tuple[int, ...]) -> float:
    """How far the corner of the picture that moves farthest is moved, pixels."""
    height, width = shape[:2]
    corners = np.array([(0, 0, 1), (width, 0, 1), (0, height, 1), (width, height, 1)], np.float64)
    return float(np.hypot(*(corners @ matrix.T - corners[:, :2]).T).max())


def _plausible(matrix: Matrix, shape: tuple[int, ...]) -> bool:
    height, width = shape[:2]
    size = math.hypot(matrix[0, 0], matrix[1, 0])
    turned = math.degrees(math.atan2(matrix[1, 0], matrix[0, 0]))
    x, y = matrix @ (width / 2, height / 2, 1.0)
    near = math.hypot(x - width / 2, y - height / 2) <= FARTHEST * max(width, height)
    return near and abs(turned) <= TURNED_DEG and abs(size - 1) <= SIZED


def _fits(grey: Picture, background: Picture, matrix: Matrix) -> bool:
    """Laid like this the picture differs less from the background than as it came."""
    turned = cv2.warpAffine(grey, matrix, grey.shape[::-1], borderMode=cv2.BORDER_REPLICATE)
    inner = (slice(grey.shape[0] // 8, -grey.shape[0] // 8, 2), slice(grey.shape[1] // 8, -grey.shape[1] // 8, 2))
    after, before = (float(cv2.absdiff(one[inner], background[inner]).mean()) for one in (turned, grey))
    return after < BETTER * before


def _turned(picture: Picture, background: Picture, hidden: Mask | None, matrix: Matrix) -> Picture:
    """Laid on the background; what is not shown or painted over, here or there, is the background's."""
    size = picture.shape[1::-1]
    laid = cv2.warpAffine(picture, matrix, size)
    shown = np.full(picture.shape[:2], 255, np.uint8) if hidden is None else cv2.bitwise_not(hidden)
    unknown = cv2.bitwise_not(cv2.bitwise_and(cv2.warpAffine(shown, matrix, size, flags=cv2.INTER_NEAREST), shown))
    return np.asarray(cv2.copyTo(background, cv2.dilate(unknown, np.ones((5, 5), np.uint8)), laid), np.uint8)


def _small(grey: Picture) -> Small:
    return np.asarray(cv2.resize(grey, None, fx=1 / _SMALLER, fy=1 / _SMALLER, interpolation=cv2.INTER_AREA), np.float32)
