"""Small scenes for these tests, painted here."""

import numpy as np

from cameras.watch.strip import Candidate, Numbers, Picture, measure

BOX = (60, 50, 90, 80)


def street(seed: int = 1) -> Picture:
    """120 x 160 px of ground with some grain."""
    grain = np.random.default_rng(seed).normal(0, 3, (120, 160, 1))
    return np.clip(np.full((120, 160, 3), (120, 128, 132)) + grain, 0, 255).astype(np.uint8)


def with_bag(picture: Picture, box: tuple[int, int, int, int] = BOX) -> Picture:
    """The picture with a dark bag in the box."""
    x0, y0, x1, y1 = box
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]]
    body = ((x - (x0 + x1) / 2) / ((x1 - x0) / 2)) ** 2 + ((y - (y0 + y1) / 2) / ((y1 - y0) / 2)) ** 2 <= 1
    made = picture.copy()
    made[body] = (28, 25, 24)
    made[body & ((x + y) % 11 < 2)] = (95, 90, 88)
    return made


def candidate(before: Picture, after: Picture, box: tuple[int, int, int, int] = BOX) -> Candidate:
    """Act is the after picture, the actor has gone."""
    told = measure(before, after, box)
    numbers = Numbers(
        dwell_s=8.0,
        area_share=told.area_share,
        size_to_actor=0.3,
        actor_distance=8.0,
        actor_seen=1.0,
        edge_gain=told.edge_gain,
        luma=told.luma,
    )
    return Candidate(before, after, after, box, numbers)
