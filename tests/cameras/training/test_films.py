"""Whole composite films: the same bytes every time, truth that can be seen in the pictures, splits that share nothing."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from cameras.training.compose.deeds import DEEDS
from cameras.training.compose.films import STORIES, _Shoot, film
from cameras.training.compose.places import place
from cameras.training.compose.reel import LISTS, entries, listed, shot, tools
from cameras.training.compose.shelf import Shelf

PAINTED = Shelf("test")


@pytest.mark.parametrize("story", sorted(STORIES))
def test_every_story_can_be_told(story: str) -> None:
    made = film(PAINTED, f"{story}@1", 7)
    told, shoot = made.truth(), _Shoot(made)
    assert 8 * made.place.fps <= told["frames"] <= 50 * made.place.fps
    assert bool(told["events"]) == (story in DEEDS)
    for share in (0.1, 0.5, 0.9):
        shoot._populate(shoot.plate.copy(), share * made.script.seconds)
    for event in told["events"]:
        x0, y0, x1, y1 = event["box"]
        assert 0 <= x0 < x1 <= told["w"]
        assert 0 <= y0 < y1 <= told["h"]
        assert 8 <= max(x1 - x0, y1 - y0) <= 160
        assert 0 < event["put_down"] < told["frames"] - 2 * told["fps"], "there is time to see it lie there"
        assert event["agent_left"] is None or event["put_down"] <= event["agent_left"] <= told["frames"]


def test_the_thing_lies_in_its_box_from_the_told_frame_on() -> None:
    made = film(PAINTED, "put-down@0", 3)
    (event,) = made.truth()["events"]
    x0, y0, x1, y1 = event["box"]
    pictures = [picture.astype(np.int16) for picture in made.frames()]
    before, after = (np.median(np.stack(part), axis=0) for part in (pictures[:8], pictures[-8:]))
    change = np.abs(after - before).max(axis=2)
    inside = change[y0:y1, x0:x1].mean()
    change[y0 - 8 : y1 + 12, x0 - 20 : x1 + 20] = 0
    assert inside > 10
    assert inside > 8 * change.mean(), "nothing else is new when all have gone"
    assert len(pictures) == made.count


def test_a_film_is_the_same_bytes_again(tmp_path: Path) -> None:
    entry = entries("test", 1, first=2)[0]
    first, truth = shot(PAINTED, entry, tmp_path)
    again, same = shot(PAINTED, entry, tmp_path)
    assert (first, truth) == (again, same)
    assert first.file == hashlib.sha256((tmp_path / entry.name).read_bytes()).hexdigest()[:32]
    other, _ = shot(PAINTED, entries("test", 1, first=86)[0], tmp_path)
    assert other.raw != first.raw


def test_the_painted_set_comes_out_as_it_is_written_down(tmp_path: Path) -> None:
    head, wanted = listed(LISTS / "test-painted.tsv")
    if any(head[name] != told for name, told in tools().items()):
        pytest.skip(f"made with other tools than the list: {tools()}")
    known = next(one for one in wanted if one.raw)
    made, _ = shot(PAINTED, known, tmp_path)
    assert (made.raw, made.file) == (known.raw, known.file)


@pytest.mark.parametrize("name", ["test-full.tsv", "test-painted.tsv"])
def test_the_fixed_set_is_large_enough_and_written_down(name: str) -> None:
    _, wanted = listed(LISTS / name)
    stories = [one.recipe.partition("@")[0] for one in wanted]
    assert len(wanted) >= 400
    assert sum(story in DEEDS for story in stories) >= 200
    assert set(stories) == set(STORIES)
    assert len({one.name for one in wanted}) == len(wanted)


def test_splits_share_no_place() -> None:
    grounds = [place(Shelf(split), 5).ground for split in ("train", "val", "test")]
    assert all(not np.array_equal(a[:300, :600], b[:300, :600]) for a, b in zip(grounds, grounds[1:] + grounds[:1], strict=True))
