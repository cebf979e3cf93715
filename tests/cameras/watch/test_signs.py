"""What pixels say of a place: its memory is sharp, or smeared by those who stood there."""

import cv2
import numpy as np

from cameras.domain.geometry import Box
from cameras.watch.layers import Picture
from cameras.watch.signs import signs

BOX = Box(60, 40, 100, 80)
WHERE = (slice(40, 80), slice(60, 100))


def floor() -> Picture:
    """Boards of two browns with a fine grain, 160 x 120."""
    rng = np.random.default_rng(3)
    boards = np.where((np.arange(160) // 6 % 2)[None, :, None], (60, 90, 140), (40, 66, 104))
    return np.clip(boards + rng.normal(0, 6, (120, 160, 1)), 0, 255).astype(np.uint8)


def still() -> Picture:
    mask = np.zeros((120, 160), np.uint8)
    mask[WHERE] = 255
    return mask


def test_a_smeared_memory_is_less_sharp_than_its_surroundings_and_the_place_itself_is_not() -> None:
    smeared = floor()
    smeared[WHERE] = cv2.blur(floor(), (25, 25))[WHERE]
    seen = signs(floor(), smeared, still(), BOX)
    assert seen.sharp_before < 0.5
    assert 0.8 < seen.sharp_now < 1.25


def test_a_smooth_thing_on_a_sharp_floor_is_the_other_way_round() -> None:
    bag = floor()
    bag[WHERE] = (30, 160, 40)
    seen = signs(bag, floor(), still(), BOX)
    assert 0.8 < seen.sharp_before < 1.25
    assert seen.sharp_now < 0.5
