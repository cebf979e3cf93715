"""Who moved where. Boxes of what moves become tracks; greedy and small, because a scene has few movers at a time."""

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from cameras.domain.geometry import Box, cover, gap, iou

PATH_S = 90.0
"""How far back a track remembers where it was."""
ABOUT_S = 3.0
LOST_S = 1.0
"""A mover that is not seen for this long has ended: it left, stopped, or went behind something."""


@dataclass
class Track:
    """One mover. Times in seconds of the stream; boxes on the analysed picture."""

    id: int
    born: float
    seen: float
    box: Box
    first_box: Box
    path: deque[tuple[float, Box]] = field(default_factory=deque)
    travel: float = 0.0
    """Farthest that the centre has been from where it first was, in pixels."""
    largest: float = 0.0
    """Largest box area."""
    size: float = 0.0
    """Longer side, a running upper quartile: a limb seen once makes no small actor."""
    velocity: tuple[float, float] = (0.0, 0.0)
    ended: bool = False

    def move(self, now: float, box: Box) -> None:
        """It was seen at `box`."""
        elapsed = max(now - self.seen, 1e-3)
        (x, y), (last_x, last_y) = box.centre, self.box.centre
        vx, vy = self.velocity
        self.velocity = (0.5 * vx + 0.5 * (x - last_x) / elapsed, 0.5 * vy + 0.5 * (y - last_y) / elapsed)
        first_x, first_y = self.first_box.centre
        self.travel = max(self.travel, math.hypot(x - first_x, y - first_y))
        self.largest = max(self.largest, box.area)
        self.size += (0.3 if box.side > self.size else -0.1) * abs(box.side - self.size)
        self.box, self.seen = box, now
        self.path.append((now, box))
        while self.path and self.path[0][0] < now - PATH_S:
            self.path.popleft()

    def size_about(self, at: float) -> float:
        """Its longer side near that moment, an upper quartile: who walks off into the distance or out of the picture was as large as he was."""
        sides = sorted(box.side for when, box in self.path if abs(when - at) <= ABOUT_S)
        return sides[(3 * len(sides)) // 4] if sides else self.size

    def predicted(self, now: float) -> Box:
        """Where it would be now if it kept its speed; the prediction fades after half a second."""
        elapsed = min(now - self.seen, 0.5)
        dx, dy = self.velocity[0] * elapsed, self.velocity[1] * elapsed
        return Box(self.box.x0 + dx, self.box.y0 + dy, self.box.x1 + dx, self.box.y1 + dy)

    @property
    def acts(self) -> bool:
        """It went somewhere: more than a branch or a flag does."""
        return self.travel > max(6.0, 0.35 * min(self.first_box.side, self.size))


class Tracker:
    """Turns the movers of each picture into tracks."""

    def __init__(self) -> None:
        self.live: list[Track] = []
        self._next = 1

    def step(self, now: float, boxes: Iterable[Box]) -> list[Track]:
        """Take one picture's movers; returns the tracks that ended with it."""
        free = list(boxes)
        pairs = sorted(
            (cost, track.id, index) for track in self.live for index, box in enumerate(free) if (cost := _cost(track, box, now)) is not None
        )
        by_id = {track.id: track for track in self.live}
        taken: set[int] = set()
        for _, track_id, index in pairs:
            track = by_id.get(track_id)
            if track is not None and index not in taken:
                track.move(now, free[index])
                taken.add(index)
                del by_id[track_id]
        for index, box in enumerate(free):
            if index not in taken:
                self._begin(now, box)
        return self._close(now)

    def clear(self) -> None:
        """Forget everybody: the camera moved, or the stream was away."""
        self.live.clear()

    def _begin(self, now: float, box: Box) -> None:
        track = Track(self._next, now, now, box, box, deque([(now, box)]), largest=box.area, size=box.side)
        self._next += 1
        self.live.append(track)

    def _close(self, now: float) -> list[Track]:
        over = [track for track in self.live if now - track.seen > LOST_S]
        for track in over:
            track.ended = True
        self.live = [track for track in self.live if not track.ended]
        return over


def _cost(track: Track, box: Box, now: float) -> float | None:
    """Lower is better; None when it cannot be the same mover."""
    guess = track.predicted(now)
    common = max(iou(guess, box), iou(track.box, box))
    reach = 0.5 * max(track.size, box.side) + 4.0
    (gx, gy), (bx, by) = guess.centre, box.centre
    away = math.hypot(gx - bx, gy - by)
    if common < 0.05 and max(cover(box, guess), cover(guess, box)) < 0.5 and (gap(guess, box) > reach / 2 or away > 2 * reach):
        return None
    ratio = max(box.area, 1.0) / max(track.largest, 1.0)
    return away / max(reach, 1.0) - common + 0.2 * abs(math.log(ratio))
