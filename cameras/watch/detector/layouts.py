"""The closed table of layouts: by what shapes a file is known, how its input is made and its output read.

An anatomy is what onnxruntime tells about a file, with the real shapes of one run. Nothing here reads a file's bytes.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import cv2

from cameras.domain.errors import Code, Refusal
from cameras.watch.detector.decode import Outputs, Raw, Size, end_to_end, fastestdet, nanodet, relative, rf_detr, sized, strides_of, yolox
from cameras.watch.detector.decode import ultralytics as pixels
from cameras.watch.detector.fit import Fit, Place
from cameras.watch.detector.names import COCO, COCO_IDS

SIZES_INPUT = "orig_target_sizes"
PROPOSALS = range(50, 1001)
"""A list of so many proposals may be one that needs no suppression."""
Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Anatomy:
    """What a file takes and gives. `inputs` are those beside the picture; `notes` what its maker wrote into it."""

    width: int
    height: int
    outputs: Mapping[str, Shape]
    inputs: tuple[str, ...] = ()
    notes: Mapping[str, str] = field(default_factory=dict)

    @property
    def only(self) -> Shape:
        """Shape of the output when there is one alone, else ()."""
        return next(iter(self.outputs.values())) if len(self.outputs) == 1 and not self.inputs else ()

    def cells(self, count: int) -> bool:
        """True when a pyramid of grids over this input has `count` places."""
        return strides_of(Size(self.width, self.height, 0), count) is not None


Fits = Callable[[Anatomy, int], bool]
"""Anatomy and number of classes -> whether this is the layout."""


@dataclass(frozen=True, slots=True)
class Layout:
    """One way of speaking. `least`: below this score its finds are not worth a word; `apart`: overlap beyond which two finds are one."""

    name: str
    fit: Fit
    fits: Fits
    decode: Callable[[Outputs, Size], Raw]
    least: float = 0.4
    apart: float | None = 0.5
    guess: Callable[[Anatomy], int] = lambda _: len(COCO)
    """The number of classes if nobody told."""


def recognise(anatomy: Anatomy, told: tuple[str, ...] = ()) -> tuple[Layout, tuple[str, ...]]:
    """Layout and class names. `told`: the names as a person gave them; without, the file's own, without, COCO's where the number fits.

    Raises Refusal: OTHER_TASK, UNKNOWN_LAYOUT (with the shapes), CLASSES_UNKNOWN (with their number).
    """
    if anatomy.notes.get("task", "detect") != "detect":
        raise Refusal(Code.MODEL_OTHER_TASK, {"task": anatomy.notes["task"]})
    names = told or names_in(anatomy.notes)
    for layout in LAYOUTS:
        if layout.fits(anatomy, len(names) or layout.guess(anatomy)):
            return layout, names or (COCO_IDS if layout.guess(anatomy) == len(COCO_IDS) else COCO)
    possible = next((n for n in range(1, 1000) for layout in LAYOUTS if layout.fits(anatomy, n)), None)
    if possible is not None:
        raise Refusal(Code.MODEL_CLASSES_UNKNOWN, {"classes": possible, "told": len(names)})
    shapes = ", ".join(f"{name} {'×'.join(map(str, shape))}" for name, shape in anatomy.outputs.items())
    raise Refusal(Code.MODEL_UNKNOWN_LAYOUT, {"input": f"{anatomy.width}×{anatomy.height}", "outputs": shapes})


def names_in(notes: Mapping[str, str]) -> tuple[str, ...]:
    """Class names from a file's own notes (`names`, a mapping or a list as Python writes it); () when there are none."""
    try:
        names = ast.literal_eval(notes.get("names", ""))
    except (ValueError, SyntaxError):
        return ()
    listed = [names[key] for key in sorted(names)] if isinstance(names, dict) else names
    return tuple(str(name) for name in listed) if isinstance(listed, list | tuple) else ()


def _is_sized(anatomy: Anatomy, _: int) -> bool:
    return anatomy.inputs == (SIZES_INPUT,) and set(anatomy.outputs) == {"labels", "boxes", "scores"}


def _is_rf_detr(anatomy: Anatomy, classes: int) -> bool:
    boxes, labels = anatomy.outputs.get("dets", ()), anatomy.outputs.get("labels", ())
    return len(boxes) == len(labels) == 3 and boxes[1:] == (labels[1], 4) and labels[2] in (classes, classes + 1)


def _rf_detr_classes(anatomy: Anatomy) -> int:
    return len(COCO_IDS) if anatomy.outputs.get("labels", ())[-1:] == (len(COCO_IDS),) else len(COCO)


def _is_fastestdet(anatomy: Anatomy, classes: int) -> bool:
    return anatomy.only == (1, 5 + classes, anatomy.height // 16, anatomy.width // 16)


def _is_list(anatomy: Anatomy, columns: int) -> bool:
    """One row for each of a few proposals."""
    shape = anatomy.only
    return len(shape) == 3 and shape[2] == columns and shape[1] in PROPOSALS and not anatomy.cells(shape[1])


def _is_ultralytics_detr(anatomy: Anatomy, classes: int) -> bool:
    """With two classes it looks like an end-to-end list: then the maker's own description decides."""
    said = anatomy.notes.get("description", "").lower().replace("-", "")
    return _is_list(anatomy, 4 + classes) and (classes != 2 or "rtdetr" in said)


def _is_end_to_end(anatomy: Anatomy, _: int) -> bool:
    return _is_list(anatomy, 6)


def _is_ultralytics(anatomy: Anatomy, classes: int) -> bool:
    shape = anatomy.only
    return len(shape) == 3 and shape[1] == 4 + classes and anatomy.cells(shape[2])


def _is_yolox(anatomy: Anatomy, classes: int) -> bool:
    shape = anatomy.only
    return len(shape) == 3 and shape[2] == 5 + classes and anatomy.cells(shape[1])


def _is_nanodet(anatomy: Anatomy, classes: int) -> bool:
    shape = anatomy.only
    bins, rest = divmod(shape[2] - classes, 4) if len(shape) == 3 else (0, 1)
    return rest == 0 and 4 <= bins <= 33 and anatomy.cells(shape[1])


PLAIN = Fit(Place.STRETCHED, rgb=True)
IMAGENET = Fit(Place.STRETCHED, rgb=True, mean=(123.675, 116.28, 103.53), spread=(58.395, 57.12, 57.375))
IMAGENET_BGR = Fit(Place.STRETCHED, rgb=False, mean=(103.53, 116.28, 123.675), spread=(57.375, 57.12, 58.395))
CENTRED = Fit(Place.CENTRED, rgb=True)
LAYOUTS = (
    Layout("detr", PLAIN, _is_sized, sized, apart=None),
    Layout("rf-detr", IMAGENET, _is_rf_detr, rf_detr, apart=None, guess=_rf_detr_classes),
    Layout("fastestdet", Fit(Place.STRETCHED, rgb=False, shrink=cv2.INTER_AREA), _is_fastestdet, fastestdet, least=0.6),
    Layout("ultralytics-detr", PLAIN, _is_ultralytics_detr, relative, apart=None),
    Layout("ultralytics-end-to-end", CENTRED, _is_end_to_end, end_to_end, apart=None),
    Layout("ultralytics", CENTRED, _is_ultralytics, pixels),
    Layout("yolox", Fit(Place.TOP_LEFT, rgb=False, spread=(1.0, 1.0, 1.0)), _is_yolox, yolox),
    Layout("nanodet", IMAGENET_BGR, _is_nanodet, nanodet),
)
BY_NAME = {layout.name: layout for layout in LAYOUTS}
