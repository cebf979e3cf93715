import numpy as np
import pytest

from cameras.watch.strip import CHANNELS, NUMBERS, SIDE, Numbers, cut, measure, square, strip, vector
from tests.cameras.training.scenes import BOX, candidate, street, with_bag


def test_a_strip_has_the_shape_that_the_manifest_promises() -> None:
    pictures, numbers = strip(candidate(street(), with_bag(street())))
    assert pictures.shape == (1, CHANNELS, SIDE, SIDE)
    assert numbers.shape == (1, NUMBERS)
    assert pictures.dtype == numbers.dtype == np.float32


def test_the_same_candidate_gives_the_same_bytes() -> None:
    first, second = (strip(candidate(street(), with_bag(street()))) for _ in range(2))
    assert first[0].tobytes() == second[0].tobytes()
    assert first[1].tobytes() == second[1].tobytes()


def test_cutting_changes_no_picture() -> None:
    given = candidate(street(), with_bag(street()))
    kept = [picture.copy() for picture in (given.before, given.act, given.after)]
    strip(given)
    assert all(np.array_equal(a, b) for a, b in zip(kept, (given.before, given.act, given.after), strict=True))


def test_the_square_is_centred_and_two_and_a_half_boxes_wide() -> None:
    x0, y0, x1, y1 = square(BOX)
    assert x1 - x0 == y1 - y0 == 72
    assert (x0 + x1) / 2 == (BOX[0] + BOX[2]) / 2


def test_a_tiny_box_still_gets_its_surroundings() -> None:
    x0, _, x1, _ = square((10, 10, 14, 14))
    assert x1 - x0 == 40


@pytest.mark.parametrize("box", [(0, 0, 30, 30), (140, 100, 160, 120), (150, 110, 175, 130)])
def test_a_box_at_the_edge_is_filled_from_the_edge(box: tuple[int, int, int, int]) -> None:
    pictures, _ = strip(candidate(street(), with_bag(street(), box), box))
    assert np.isfinite(pictures).all()


def test_a_box_outside_the_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="outside"):
        cut(street(), (400, 400, 440, 440))


def test_pictures_of_different_size_are_refused() -> None:
    given = candidate(street(), street())
    other = type(given)(given.before, given.act, given.after[:-2], given.box, given.numbers)
    with pytest.raises(ValueError, match="size"):
        strip(other)


def test_exposure_cancels_out() -> None:
    bright, dark = (candidate(picture, with_bag(picture)) for picture in (street(), (street() * 0.6).astype(np.uint8)))
    assert np.abs(strip(bright)[0][0, :3] - strip(dark)[0][0, :3]).mean() < 0.35


def test_a_change_of_light_everywhere_is_no_local_change() -> None:
    lit = np.clip(street().astype(np.float32) + 25, 0, 255).astype(np.uint8)
    assert abs(float(strip(candidate(street(), lit))[0][0, 9].mean())) < 0.1


def test_a_new_thing_gains_edges_and_a_removed_one_loses_them() -> None:
    assert measure(street(), with_bag(street()), BOX).edge_gain > 0.2
    assert measure(with_bag(street()), street(), BOX).edge_gain < -0.2


def test_wild_numbers_stay_within_bounds() -> None:
    wild = Numbers(dwell_s=1e9, area_share=0.0, size_to_actor=50, actor_distance=1e6, actor_seen=3, edge_gain=-7, luma=9)
    assert np.abs(vector(wild)).max() <= 1.0
