"""Zones limit where things may be flagged; what lies under a mask is never looked at, kept or sent."""

import base64
import json
import math
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.messages.cameras import Health
from broker.topics import LOOK
from cameras.domain.areas import Areas, Kind, Mask, Wrong, Zone, fault
from cameras.domain.geometry import Box, Polygon, crosses_itself, inside
from cameras.watch.analyst import LONGEST_SIDE, LOOKS_PER_S, Analyst, Finding
from cameras.watch.camera import Camera, Means
from cameras.watch.layers import Picture
from cameras.watch.plan import Plan, plans_of
from cameras.watch.recorder import Recorder
from cameras.watch.sampler import Sampler
from cameras.watch.spool import Spool
from cameras.watch.stream import Stream
from cameras.watch.told import Cut
from cameras.watch.veil import Veil
from tests.cameras.watch import films
from tests.cameras.watch.nodes import eventually, node_in

CORNER = (20, 20, 120, 80)
"""Pixels of the film in which something burns brightly that nobody may see."""
HIDES: Polygon = ((20, 40), (290, 40), (290, 330), (20, 330))
"""The mask over it, in thousandths."""
AT_THE_BAG: Polygon = ((560, 700), (750, 700), (750, 950), (560, 950))
ELSEWHERE: Polygon = ((0, 500), (400, 500), (400, 1000), (0, 1000))


def burning(frame: int) -> Picture:
    """The bag's film, and in one corner a pure magenta light that flickers and moves."""
    picture = films.dumping(frame)
    left = CORNER[0] + frame % 40
    cv2.rectangle(picture, (left, CORNER[1]), (left + 50, CORNER[3]), (255, 0, 255) if frame % 8 < 4 else (250, 20, 250), -1)
    return picture


@pytest.fixture(scope="module")
def burnt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return films.render(tmp_path_factory.mktemp("masked") / "burning.mp4", burning, 18)


def magenta(picture: Picture) -> int:
    """Pixels that only the hidden light has."""
    blue, green, red = (picture[..., channel].astype(int) for channel in range(3))
    return int(((blue - green > 70) & (red - green > 70)).sum())


def looked(film: Path, areas: Areas) -> tuple[list[Finding], list[Picture]]:
    """What a camera's eyes find in a film, and every picture that they were given."""
    stream, analyst = Stream(str(film)), Analyst()
    stream.open()
    sampler = Sampler(stream, per_second=LOOKS_PER_S, longest_side=LONGEST_SIDE)
    sampler.veil = analyst.draw(areas)
    found, given_to_it = [], []
    for parcel in stream.parcels():
        for at, picture in sampler.pictures(parcel):
            given_to_it.append(picture.copy())
            found += analyst.look(picture, at)
    stream.close()
    return found, given_to_it


def flagged(film: Path, *zones: tuple[Kind, Polygon]) -> int:
    findings, _ = looked(film, Areas(tuple(Zone("", kind, corners) for kind, corners in zones)))
    return sum(finding.flagged for finding in findings)


def test_a_bag_in_the_zone_is_flagged_and_one_outside_is_not(dumping: Path) -> None:
    assert flagged(dumping, (Kind.WATCH, AT_THE_BAG)) == 1
    assert flagged(dumping, (Kind.WATCH, ELSEWHERE)) == 0
    assert flagged(dumping, (Kind.WATCH, AT_THE_BAG), (Kind.NEVER, AT_THE_BAG)) == 0
    assert flagged(dumping, (Kind.NEVER, ELSEWHERE)) == 1


def test_the_film_would_betray_the_light_without_a_mask(burnt: Path) -> None:
    _, pictures = looked(burnt, Areas())
    assert min(magenta(picture) for picture in pictures) > 1000


def test_what_is_masked_never_reaches_the_analyst(burnt: Path) -> None:
    findings, pictures = looked(burnt, Areas(masks=(Mask("nhà dân", HIDES),)))
    assert [finding.flagged for finding in findings] == [True], "the bag is found beside it, and the light is nothing"
    kept = [*pictures, *(getattr(finding, name) for finding in findings for name in ("before", "act", "after"))]
    assert [magenta(picture) for picture in kept] == [0] * len(kept)


@dataclass
class Heard:
    """What a whole camera tells."""

    spool: Spool
    pictures: list[Picture] = field(default_factory=list)
    states: list[str] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)

    def health(self, _camera: str, health: Health) -> None:
        self.states.append(health.state)

    def picture(self, _camera: str, picture: Picture) -> None:
        self.pictures.append(picture.copy())

    def cut(self, cut: Cut) -> None:
        """Everything is written by the recorder's own functions."""
        recorder = Recorder("watcher-1", self.spool, Silent(), lambda: None)
        recorder.cut(cut)
        recorder.stop()
        self.cuts.append(cut)


class Silent:
    connected = True

    def publish(self, *_: Any, **__: Any) -> Any: ...

    def retain(self, *_: Any, **__: Any) -> None: ...


@pytest.fixture
def heard(burnt: Path, tmp_path: Path) -> Heard:
    """What a camera with a mask told, up to its first cut."""
    heard = Heard(Spool(tmp_path / "spool"))
    heard.spool.open()
    areas = Areas((Zone("đường", Kind.WATCH, AT_THE_BAG),), (Mask("nhà dân", HIDES),))
    camera = Camera(Plan("cam-1", "Ngõ", str(burnt), areas=areas), Means(heard, Analyst))
    camera.wait = lambda seconds: None  # type: ignore[method-assign]  # noqa: ARG005 # the film is played as fast as it goes
    thread = threading.Thread(target=camera.run, daemon=True)
    thread.start()
    eventually(lambda: heard.cuts, 30)
    camera.stop()
    thread.join(15)
    return heard


def test_no_picture_that_is_shown_or_stored_holds_what_is_masked_and_the_manifest_says_so(heard: Heard) -> None:
    assert heard.pictures
    assert not any(magenta(picture) for picture in heard.pictures)
    (folder,) = [path for path in heard.spool.folder.iterdir() if path.is_dir()]
    for name in ("before.jpg", "act.jpg", "after.jpg", "poster.jpg"):
        stored = cv2.imdecode(np.frombuffer((folder / name).read_bytes(), np.uint8), cv2.IMREAD_COLOR)
        assert magenta(np.asarray(stored, np.uint8)) == 0, name
    manifest = json.loads((folder / "manifest.json").read_bytes())
    assert manifest["masks"] == [{"name": "nhà dân", "points": [list(corner) for corner in HIDES]}]
    assert manifest["zones"][0]["kind"] == "watch"
    assert manifest["masks_painted"] == "pictures"
    with av.open(str(folder / "clip.mp4")) as clip:
        first = next(clip.decode(video=0)).to_ndarray(format="bgr24")
    assert magenta(np.asarray(first, np.uint8)) > 1000, "the clip is the camera's own bitstream: the manifest does not claim otherwise"


def test_the_probe_paints_the_masks_of_a_camera_that_has_some(burnt: Path) -> None:
    def seen(*lines: str) -> int:
        command = [sys.executable, "-m", "cameras.watch.probe"]
        done = subprocess.run(command, input="\n".join(lines), capture_output=True, text=True, check=True, timeout=60)
        answer = json.loads(done.stdout)
        picture = cv2.imdecode(np.frombuffer(base64.b64decode(answer["jpeg_base64"]), np.uint8), cv2.IMREAD_COLOR)
        return magenta(np.asarray(picture, np.uint8))

    assert seen(str(burnt)) > 1000
    assert seen(str(burnt), json.dumps([{"name": "nhà dân", "points": HIDES}])) == 0


def test_masks_drawn_later_hide_what_was_kept_and_forget_nothing_else() -> None:
    analyst = Analyst()
    for number in range(60):
        analyst.look(films.yard(), number / 6)
    layers = analyst.scene.layers
    assert layers is not None
    trust = layers.trust.copy()
    veil = analyst.draw(Areas(masks=(Mask("", HIDES),)))
    hidden = veil.hidden(trust.shape)
    assert hidden is not None
    far = cv2.dilate(hidden, np.ones((31, 31), np.uint8)) == 0
    kept = [np.asarray(cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR), np.uint8) for _, jpeg in analyst._album]
    assert max(int(picture[40:70, 30:110].max()) for picture in kept) < 8
    assert int(analyst.scene.background()[40:70, 30:110].max()) < 8
    assert np.array_equal(layers.trust[far], trust[far])
    assert not analyst.strange(veil.over(films.yard()), 1.0)
    bare = analyst.draw(Areas())
    assert analyst.look(bare.over(films.yard()), 11.0) == []
    assert not analyst.busy
    assert not analyst.strange(films.yard(), 1.0), "what comes out from under a mask is the place itself"


def test_a_mask_and_another_picture_size_may_come_together() -> None:
    analyst = Analyst()
    analyst.look(films.yard(), 0.0)
    veil = analyst.draw(Areas(masks=(Mask("", HIDES),)))
    for number in range(3):
        larger = np.asarray(cv2.resize(films.yard(), (640, 360)), np.uint8)
        assert analyst.look(veil.over(larger), 0.2 + number / 6) == []
    assert int(analyst.scene.background()[56:90, 45:140].max()) < 8


def test_a_covered_lens_is_told_in_spite_of_a_mask() -> None:
    veil = Veil([Mask("", ((0, 0), (500, 0), (500, 1000), (0, 1000)))])
    grey = veil.over(np.full((270, 480, 3), 90, np.uint8))
    assert float(grey[::8, ::8].std()) > 30
    assert float(veil.bare(grey).std()) == 0


def test_a_mask_is_on_from_the_next_picture_and_the_camera_goes_on(dumping: Path, tmp_path: Path) -> None:
    """The whole watcher: its configuration changes, its connection, gate and scene stay."""
    looks: list[Picture] = []

    def look(_topic: str, payload: bytes) -> None:
        encoded = base64.b64decode(json.loads(payload)["jpeg_base64"])
        looks.append(np.asarray(cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR), np.uint8))

    camera = {"id": "cam-1", "name": "Ngõ", "url": str(dumping)}
    upper = {"name": "trên", "points": [[0, 0], [1000, 0], [1000, 500], [0, 500]]}
    with node_in(tmp_path) as node:
        node.client.on(LOOK.filter(), look)
        node.start_watcher()
        node.want(1, camera)
        eventually(lambda: looks, 30)
        node.want(2, {**camera, "masks": [upper]})
        eventually(lambda: len(looks) > 1, 9)
        eventually(lambda: [told["revision"] for told in node.reported if told["applied"]][-1:] == [2], 9)
        node.want(3, {**camera, "masks": [{**upper, "points": [[0, 0], [9, 9], [9, 0], [0, 9]]}]})
        eventually(lambda: not node.reported[-1]["applied"], 9)
    assert looks[0][:60].mean() > 30
    assert looks[1][:60].max() < 12
    assert looks[1][100:].mean() > 30
    assert len({health.since for health in node.health}) == 1, "it did not begin anew"
    assert node.reported[-1]["facts"] == {"key": "cameras/0/masks/0/points"}


def test_a_configuration_brings_zones_and_masks() -> None:
    camera = {"id": "cam-1", "url": "x", "zones": [{"name": "a", "kind": "never", "points": [[0, 0], [9, 0], [9, 9]]}], "masks": []}
    (plan,) = plans_of({"cameras": [camera]})
    assert plan.areas == Areas((Zone("a", Kind.NEVER, ((0, 0), (9, 0), (9, 9))),))


@pytest.mark.parametrize("masks", [[{"points": [[0, 0], [9, 9]]}], [{"points": "x"}], ["x"], [{"points": [[0, 0], [9, 0], [9, "a"]]}], "x"])
def test_a_mask_that_is_not_understood_is_never_left_out(masks: object) -> None:
    with pytest.raises(ValueError, match="masks"):
        plans_of({"cameras": [{"id": "cam-1", "url": "x", "masks": masks}]})


def star(centre: tuple[float, float], radii: list[float]) -> Polygon:
    """A polygon without a crossing: corners at growing angles, every one of them less than half a turn from the last."""
    step = 2 * math.pi / len(radii)
    return tuple((centre[0] + r * math.cos(step * i), centre[1] + r * math.sin(step * i)) for i, r in enumerate(radii))


CENTRES = st.tuples(st.floats(-500, 500), st.floats(-500, 500))
RADII = st.lists(st.floats(1, 400), min_size=3, max_size=32)


@given(CENTRES, RADII, st.floats(0, 0.95), st.integers(0, 31))
def test_inside_is_what_lies_on_the_way_from_the_centre_to_a_corner(
    centre: tuple[float, float], radii: list[float], share: float, number: int
) -> None:
    polygon = star(centre, radii)
    x, y = polygon[number % len(polygon)]
    within = (centre[0] + share * (x - centre[0]), centre[1] + share * (y - centre[1]))
    beyond = (centre[0] + 1.05 * (x - centre[0]) + 1e-3, centre[1] + 1.05 * (y - centre[1]) + 1e-3)
    assert inside(within, polygon)
    assert not inside(beyond, polygon)


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=3, max_size=12), st.integers(0, 40), st.integers(0, 40))
def test_inside_agrees_with_opencv_for_any_polygon_that_does_not_cross(corners: list[tuple[int, int]], x: int, y: int) -> None:
    if not crosses_itself(tuple(corners)):
        assert inside((x, y), tuple(corners)) == (cv2.pointPolygonTest(np.array(corners, np.int32), (x, y), False) >= 0)


@given(CENTRES, RADII)
def test_a_star_never_crosses_itself_whichever_way_it_is_walked(centre: tuple[float, float], radii: list[float]) -> None:
    polygon = tuple((round(x), round(y)) for x, y in star(centre, [20 + radius for radius in radii[:8]]))
    assert crosses_itself(polygon) == crosses_itself(tuple(reversed(polygon))) == crosses_itself((*polygon[1:], polygon[0]))
    if len(polygon) > 3:
        assert not crosses_itself(polygon)


@given(CENTRES, st.floats(1, 300), st.floats(1, 300))
def test_two_corners_changed_for_one_another_cross(centre: tuple[float, float], wide: float, high: float) -> None:
    x, y = centre
    assert crosses_itself(((x, y), (x + wide, y + high), (x + wide, y), (x, y + high)))


@pytest.mark.parametrize(
    ("corners", "wrong"),
    [
        ([(0, 0), (9, 0)], Wrong.CORNERS),
        ([(0, 0), (9, 0), (9,)], Wrong.CORNERS),
        ([(n, 0) for n in range(33)], Wrong.CORNERS),
        ([(0, 0), (1001, 0), (9, 9)], Wrong.OUTSIDE),
        ([(0, 0), (9, 9), (9, 0), (0, 9)], Wrong.CROSSING),
        ([(0, 0), (9, 0), (4, 0)], Wrong.CROSSING),
        ([(0, 0), (9, 0), (9, 9), (9, 9)], Wrong.CROSSING),
        ([(0, 0), (9, 0), (9, 9)], None),
    ],
)
def test_what_is_no_area_is_told(corners: list[tuple[int, ...]], wrong: Wrong | None) -> None:
    assert fault(corners) is wrong


def test_a_thing_stands_where_its_foot_is() -> None:
    areas = Areas((Zone("", Kind.WATCH, ((0, 500), (1000, 500), (1000, 1000), (0, 1000))),))
    assert areas.watches(Box(10, 0, 20, 60), 100, 100)
    assert not areas.watches(Box(10, 0, 20, 40), 100, 100)
