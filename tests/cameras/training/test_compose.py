import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from cameras.training.compose import example
from cameras.training.compose.shelf import DATA, SPLITS, Shelf, shelves, split_of
from cameras.training.compose.stories import STORIES, Stage
from cameras.watch.strip import strip
from cameras.watch.verifier import Verdict


def fingerprint(shelf: Shelf, seed: int, index: int) -> bytes:
    pictures, numbers = strip(example(shelf, seed, index).candidate)
    return pictures.tobytes() + numbers.tobytes()


@pytest.fixture
def material(tmp_path: Path) -> Path:
    """A data folder with 30 photos, 10 cut-outs made from some of them, and 10 things on white ground."""
    rng = np.random.default_rng(5)
    for name in ("amsterdam", "cutouts", "studio/trash"):
        (tmp_path / "waste" / name).mkdir(parents=True)
    for index in range(30):
        cv2.imwrite(str(tmp_path / f"waste/amsterdam/{index}.jpg"), rng.integers(60, 200, (90, 120, 3), dtype=np.uint8))
    for index in range(10):
        cut_out = np.zeros((40, 40, 4), np.uint8)
        cv2.circle(cut_out, (20, 20), 15, (30, 60, 90, 255), -1)
        cv2.imwrite(str(tmp_path / f"waste/cutouts/{index}.png"), cut_out)
        white = np.full((60, 80, 3), 240, np.uint8)
        cv2.rectangle(white, (25, 20), (55, 40), (20, 40 + index, 90), -1)
        cv2.imwrite(str(tmp_path / f"waste/studio/trash/t{index}.jpg"), white)
    told = ", ".join(f'"{index}": {{"image": "{index}.jpg"}}' for index in range(10))
    (tmp_path / "waste/cutouts/meta.json").write_text(f"{{{told}}}", encoding="utf-8")
    return tmp_path


def test_a_seed_and_a_number_always_make_the_same_candidate() -> None:
    for index in range(12):
        assert fingerprint(Shelf("train"), 3, index) == fingerprint(Shelf("train"), 3, index)


def test_another_seed_or_number_or_split_makes_another_candidate() -> None:
    made = {fingerprint(Shelf(split), seed, index) for split in SPLITS for seed in (1, 2) for index in (0, 1)}
    assert len(made) == 12


def test_files_give_the_same_composites_every_time(material: Path) -> None:
    first, second = (shelves(material)["train"] for _ in range(2))
    assert [fingerprint(first, 1, index) for index in range(6)] == [fingerprint(second, 1, index) for index in range(6)]


def test_training_and_test_share_no_file(material: Path) -> None:
    made = shelves(material)
    names = {split: made[split].names() for split in SPLITS}
    assert all(names.values())
    assert not names["train"] & names["test"]
    assert not names["train"] & names["val"]
    assert not names["val"] & names["test"]


def test_a_cut_out_goes_where_its_photo_goes(material: Path) -> None:
    for split, shelf in shelves(material).items():
        cut_outs = {sprite.name for sprite in shelf.things if sprite.name.endswith(".png")}
        assert all(split_of(name.replace(".png", ".jpg")) == split for name in cut_outs)


def test_without_files_everything_is_painted(tmp_path: Path) -> None:
    assert not any(shelf.real for shelf in shelves(tmp_path / "nowhere").values())
    assert not any(shelf.real for shelf in shelves(None).values())


@pytest.mark.parametrize("story", [story for story, _ in STORIES], ids=lambda story: str(story.__name__))
def test_every_story_can_be_told(story: object) -> None:
    tell = next(one for one, _ in STORIES if one is story)
    for seed in range(8):
        take = tell(Stage(Shelf("train"), np.random.default_rng(seed)))
        assert take.before.shape == take.act.shape == take.after.shape
        assert take.box[2] > take.box[0]
        assert take.box[3] > take.box[1]


def test_all_classes_come_up() -> None:
    assert {example(Shelf("train"), 1, index).verdict for index in range(80)} == set(Verdict)


@pytest.mark.skipif(not (DATA / "waste" / "cutouts").is_dir(), reason="../shared/data is not here: real cut-outs are not looked at")
def test_the_real_cut_outs_are_found_and_kept_apart(tmp_path: Path) -> None:
    shutil.copytree(DATA / "waste" / "cutouts", tmp_path / "waste" / "cutouts")
    made = shelves(tmp_path)
    names = [made[split].names() for split in SPLITS]
    assert sum(len(part) for part in names) == 16
    assert len(set().union(*names)) == 16
