"""Detectors of every layout, from tiny files that say one known thing, and the real ones where they are at hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from onnx import TensorProto

from cameras.domain.actors import Kind, Naming, kind_of
from cameras.domain.errors import Code, Refusal
from cameras.watch.detector.detector import Detector
from cameras.watch.detector.fit import prepare
from cameras.watch.detector.layouts import BY_NAME
from cameras.watch.detector.look import draw, painted, read_picture
from cameras.watch.detector.shelf import MANIFEST, Shelf, Told
from edge.words import Words
from tests.cameras.watch import tiny

WIDE = np.full((100, 200, 3), (51, 102, 204), np.uint8)
"""200 x 100, BGR. In an input of 128 x 128 it lies at a scale of 0.64, or 0.64 by 1.28 where it is stretched."""
MIDDLE = (50.0, 37.5, 150.0, 62.5)
COLOURS = {
    "yolox": (51, 102, 204, 114),
    "ultralytics": (0.8, 0.4, 0.2, 114 / 255),
    "ultralytics-end-to-end": (0.8, 0.4, 0.2, 114 / 255),
    "ultralytics-detr": (0.8, 0.4, 0.2, 0.8),
    "detr": (0.8, 0.4, 0.2, 0.8),
    "fastestdet": (0.2, 0.4, 0.8, 0.2),
    "rf-detr": ((0.8 - 0.485) / 0.229, (0.4 - 0.456) / 0.224, (0.2 - 0.406) / 0.225, (0.8 - 0.485) / 0.229),
    "nanodet": ((51 - 103.53) / 57.375, (102 - 116.28) / 57.12, (204 - 123.675) / 58.395, (51 - 103.53) / 57.375),
}
"""The three channels in the middle of the input, and the first one in its lower left corner, as each layout was published."""
Case = tuple[tiny.Values, Mapping[str, Any], str, Kind, float, tuple[float, ...]]
CASES: dict[str, Case] = {
    "yolox": (tiny.yolox(), {}, "yolox", Kind.MOTORCYCLE, 0.72, (31.25, 21.875, 56.25, 34.375)),
    "ultralytics": (tiny.ultralytics(), {}, "ultralytics", Kind.CAR, 0.9, MIDDLE),
    "end to end": (tiny.end_to_end(), {"notes": {"end2end": "True"}}, "ultralytics-end-to-end", Kind.CAR, 0.9, MIDDLE),
    "rt-detr of ultralytics": (tiny.relative(), {}, "ultralytics-detr", Kind.CAR, 0.9, MIDDLE),
    "rt-detr, d-fine": (tiny.sized(), {"others": ("orig_target_sizes",)}, "detr", Kind.CAR, 0.9, MIDDLE),
    "rf-detr": (tiny.rf_detr(), {}, "rf-detr", Kind.CAR, 0.9, MIDDLE),
    "fastestdet": (tiny.fastestdet(), {}, "fastestdet", Kind.PERSON, 0.72, (12.5, 25, 112.5, 75)),
    "nanodet-plus": (tiny.nanodet(), {}, "nanodet", Kind.PERSON, 0.9, (25, 6.25, 100, 25)),
    "nanodet": (tiny.nanodet(336, bins=11), {}, "nanodet", Kind.PERSON, 0.9, (37.5, 12.5, 112.5, 31.25)),
    "half precision": (tiny.ultralytics(), {"kind": TensorProto.FLOAT16}, "ultralytics", Kind.CAR, 0.9, MIDDLE),
}


def detector_of(tmp_path: Path, values: tiny.Values, classes: tuple[str, ...] = (), **parts: Any) -> Detector:
    return Detector(tiny.write(tmp_path / "tiny.onnx", values, **parts).read_bytes(), classes)


@pytest.mark.parametrize("case", CASES)
def test_each_layout_is_recognised_and_its_box_lands_where_it_belongs(case: str, tmp_path: Path) -> None:
    values, parts, layout, kind, score, box = CASES[case]
    detector = detector_of(tmp_path, values, **parts)
    assert detector.layout.name == layout
    (found,) = detector.detect(WIDE)
    assert found.kind is kind
    assert found.score == pytest.approx(score, abs=1e-3)
    assert found.box == pytest.approx(box, abs=0.01)
    assert detector.took_ms is not None


def test_every_layout_of_the_table_has_a_case_and_a_picture() -> None:
    assert {case[2] for case in CASES.values()} == set(BY_NAME) == set(COLOURS)


@pytest.mark.parametrize("layout", sorted(COLOURS))
def test_the_picture_is_laid_and_coloured_as_the_layout_was_published(layout: str) -> None:
    tensor, way = prepare(WIDE, (64, 64), BY_NAME[layout].fit)
    assert tensor.shape == (1, 3, 64, 64)
    row = 16 if layout == "yolox" else 32
    assert (*tensor[0, :, row, 32], tensor[0, 0, 63, 0]) == pytest.approx(COLOURS[layout], abs=1e-4)
    corners = np.asarray([[0, 0, 200, 100]], np.float32)
    there = corners * [way.x_scale, way.y_scale, way.x_scale, way.y_scale] + [way.left, way.top, way.left, way.top]
    assert way.back(np.asarray(there, np.float32)) == pytest.approx(corners, abs=1e-3)


def test_two_boxes_of_one_thing_are_one_and_its_class_has_the_name_that_was_told(tmp_path: Path) -> None:
    detector = detector_of(tmp_path, tiny.yolox(3, chosen=1), ("xe tải", "xe máy", "chó"))
    assert [(one.name, one.kind) for one in detector.detect(WIDE, 0.1)] == [("xe máy", Kind.MOTORCYCLE)]


def test_names_and_size_are_read_from_the_files_own_notes(tmp_path: Path) -> None:
    notes = {"names": "{1: 'dog', 0: 'rác'}", "imgsz": "[128, 128]", "task": "detect", "license": "MIT"}
    detector = detector_of(tmp_path, tiny.ultralytics(2, chosen=1), notes=notes, sides=("height", "width"))
    assert (detector.classes, detector.size, detector.detect(WIDE)[0].kind) == (("rác", "dog"), (128, 128), Kind.ANIMAL)


def test_two_classes_of_six_columns_are_told_apart_by_the_makers_description(tmp_path: Path) -> None:
    names = {"names": "['người', 'ô tô']"}
    assert detector_of(tmp_path, tiny.end_to_end(), notes=names).layout.name == "ultralytics-end-to-end"
    said = {**names, "description": "Ultralytics rtdetr-l model"}
    assert detector_of(tmp_path, tiny.relative(2, chosen=1), notes=said).layout.name == "ultralytics-detr"


REFUSED: dict[str, tuple[tiny.Values, Mapping[str, Any], Code]] = {
    "shapes of nothing known": ({"out": np.zeros((1, 7, 11), np.float32)}, {}, Code.MODEL_UNKNOWN_LAYOUT),
    "two lists": ({**tiny.ultralytics(), "out": np.zeros((1, 32, 16, 16), np.float32)}, {}, Code.MODEL_UNKNOWN_LAYOUT),
    "masks": (tiny.ultralytics(), {"notes": {"task": "segment"}}, Code.MODEL_OTHER_TASK),
    "no names": (tiny.yolox(3, chosen=1), {}, Code.MODEL_CLASSES_UNKNOWN),
    "wrong names": (tiny.ultralytics(), {"notes": {"names": "['a', 'b']"}}, Code.MODEL_CLASSES_UNKNOWN),
    "no size": (tiny.ultralytics(), {"sides": ("h", "w")}, Code.MODEL_SIZE_UNKNOWN),
    "one channel": (tiny.ultralytics(), {"channels": 1}, Code.MODEL_INPUT),
    "another input": (tiny.ultralytics(), {"others": ("prompt",)}, Code.MODEL_INPUT),
    "bytes": (tiny.ultralytics(), {"kind": TensorProto.UINT8}, Code.MODEL_INPUT),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_an_unknown_file_lacks_is_said(case: str, tmp_path: Path) -> None:
    values, parts, code = REFUSED[case]
    with pytest.raises(Refusal) as refused:
        detector_of(tmp_path, values, **parts)
    assert refused.value.code is code


def test_a_layout_that_gives_no_numbers_is_refused_at_its_first_picture(tmp_path: Path) -> None:
    broken = tiny.ultralytics()
    broken["output0"][0, 50, 3] = np.nan
    with pytest.raises(Refusal) as refused:
        detector_of(tmp_path, broken).detect(WIDE)
    assert refused.value.code is Code.MODEL_NONSENSE


def test_what_is_no_onnx_and_what_cannot_compute_it_is_refused(tmp_path: Path) -> None:
    content = tiny.write(tmp_path / "tiny.onnx", tiny.yolox()).read_bytes()
    for given, provider, code in ((b"", "cpu", "not_onnx"), (content[:90], "cpu", "not_onnx"), (content, "coreml", "no_provider")):
        with pytest.raises(Refusal) as refused:
            Detector(given, (), provider)
        assert refused.value.code.value == f"models.{code}"
    assert refused.value.facts["installed"] == "cpu"


def test_every_refusal_of_a_model_has_a_sentence_in_both_languages() -> None:
    codes = [code.value for code in Code if code.name.startswith("MODEL_")]
    assert len(codes) > 10
    assert [code for code in codes for language in ("vi", "en") if not Words(language).has(f"errors.{code}")] == []


def test_the_shelf_remembers_what_was_added_and_refuses_what_was_exchanged(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "models")
    file = tiny.write(tmp_path / "My Detector.onnx", tiny.yolox(), notes={"license": 'MIT "or" so'})
    card, _ = shelf.add(file, Told())
    shelf.add(tiny.write(tmp_path / "b.onnx", tiny.ultralytics(1, chosen=0)), Told("b", "của xã", ("người",)))
    manifest = shelf.manifest()
    assert (card.name, card.licence, manifest.in_use, manifest.provider) == ("my-detector", 'MIT "or" so', "my-detector", "cpu")
    assert [(one.name, one.layout, one.licence, one.classes[0]) for one in manifest.cards][1] == ("b", "ultralytics", "của xã", "người")
    assert shelf.use("b") == manifest.cards[1]
    assert shelf.open("b").detect(WIDE)[0].kind is Kind.PERSON
    (tmp_path / "models" / "b.onnx").write_bytes(file.read_bytes())
    with pytest.raises(Refusal) as refused:
        shelf.open("b")
    assert refused.value.code is Code.MODEL_CHECKSUM
    shelf.remove("b")
    assert (shelf.manifest().in_use, [one.name for one in shelf.manifest().cards]) == (None, ["my-detector"])
    assert sorted(path.name for path in (tmp_path / "models").iterdir()) == [MANIFEST, "my-detector.onnx"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("../x", Code.MODEL_NAME), ("A", Code.MODEL_NAME), ("a", Code.MODEL_NAME_TAKEN), ("b", None), ("c", Code.MODEL_NONSENSE)],
)
def test_names_are_plain_and_once_and_nothing_comes_onto_the_shelf_unverified(name: str, code: Code | None, tmp_path: Path) -> None:
    shelf, file = Shelf(tmp_path / "models"), tiny.write(tmp_path / "a.onnx", tiny.yolox())
    shelf.add(file, Told())

    def verify(_: Detector) -> None:
        if code is Code.MODEL_NONSENSE:
            raise Refusal(code)

    if code is None:
        shelf.add(file, Told(name), verify)
    else:
        with pytest.raises(Refusal) as refused:
            shelf.add(file, Told(name), verify)
        assert refused.value.code is code
    assert len(list((tmp_path / "models").glob("*.onnx"))) == len(shelf.manifest().cards) == (2 if code is None else 1)


def test_a_manifest_that_names_other_places_is_refused(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "models")
    shelf.add(tiny.write(tmp_path / "a.onnx", tiny.yolox()), Told())
    place = tmp_path / "models" / MANIFEST
    place.write_text(place.read_text().replace('name = "a"', 'name = "../a"'))
    with pytest.raises(Refusal) as refused:
        shelf.manifest()
    assert refused.value.code is Code.MODEL_MANIFEST


def test_the_majority_over_several_looks_names_an_actor() -> None:
    naming = Naming()
    assert (naming.kind, naming.score) == (None, 0.0)
    for kind, score in ((Kind.PERSON, 0.6), (Kind.MOTORCYCLE, 0.5), (Kind.MOTORCYCLE, 0.4), (None, 0.0)):
        naming.add(kind, score)
    assert naming.kind is Kind.MOTORCYCLE
    assert naming.score == pytest.approx(0.225)
    assert [kind_of(name) for name in ("Xe máy", "traffic_light", "Người")] == [Kind.MOTORCYCLE, Kind.OTHER, Kind.PERSON]


def test_the_boxes_are_drawn_for_a_person_to_see(tmp_path: Path) -> None:
    detector = detector_of(tmp_path, tiny.yolox())
    draw(WIDE, detector.detect(WIDE), tmp_path / "sheet.png")
    picture = read_picture(tmp_path / "sheet.png")
    assert (picture != WIDE).any()
    assert (picture[60:, :] == WIDE[60:, :]).all()


def real(shared: Path, name: str) -> Detector:
    file = shared / "models" / name
    if not file.is_file():
        pytest.skip(f"no {name} beside the project")
    return Detector(file.read_bytes())


@pytest.mark.parametrize("name", ["yolox_nano_384x640.onnx", "fastestdet_352x352.onnx"])
def test_real_detectors_see_the_people_at_the_table_and_no_person_on_the_car_park(shared: Path, name: str) -> None:
    detector = real(shared, name)
    seen = {
        film: _people(detector, shared / "negatives" / film, every) for film, every in (("people_at_table.mp4", 120), ("car_park.mp4", 60))
    }
    assert seen["people_at_table.mp4"] >= 7
    assert seen["car_park.mp4"] == 0
    (painted_person,) = [one for one in detector.detect(painted()) if one.kind is Kind.PERSON]
    assert painted_person.box == pytest.approx((260, 85, 358, 357), abs=12)


def _people(detector: Detector, film: Path, every: int) -> int:
    """How many of the pictures show a person who stands in the right half, taller than wide."""
    capture, count, number = cv2.VideoCapture(str(film)), 0, 0
    while capture.grab():
        number += 1
        if number % every == 0:
            picture = np.asarray(capture.retrieve()[1], np.uint8)
            people = [one for one in detector.detect(picture) if one.kind is Kind.PERSON]
            count += any(one.box.x0 > picture.shape[1] * 0.4 and one.box.height > one.box.width for one in people)
    capture.release()
    return count
