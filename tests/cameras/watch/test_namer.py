"""Who an actor is: asked a few times and only of who is suspected, and what stands there by itself is no waste."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from broker.messages.devices import About, DetectorInUse
from broker.topics import ABOUT
from cameras.domain.actors import Kind, Naming
from cameras.domain.geometry import Box
from cameras.domain.sightings import State, Suspect, Why
from cameras.domain.tracks import Track
from cameras.watch.album import Album
from cameras.watch.analyst import Analyst
from cameras.watch.detector.detector import Detector, Found
from cameras.watch.detector.eyes import Eyes
from cameras.watch.detector.names import COCO
from cameras.watch.detector.shelf import Shelf, Told
from cameras.watch.evidence import word
from cameras.watch.namer import ACTORS, LOOKS, Namer
from cameras.watch.trial import Options, TrialResult, try_file
from tests.cameras.watch import films, tiny
from tests.cameras.watch.nodes import Node, eventually, node_in
from tests.cameras.watch.test_evidence import case, finding

YARD = films.yard()
ROOT = Path(__file__).resolve().parents[3]


@dataclass
class Counted:
    """A detector that is counted: the real one, asked through here."""

    detector: Detector
    sizes: list[tuple[int, ...]] = field(default_factory=list)
    there: bool = True

    def detect(self, picture: np.ndarray, least: float) -> list[Found]:
        self.sizes.append(picture.shape)
        return self.detector.detect(picture, least)


def suspected(*tracks: Track) -> Suspect:
    suspect = Suspect(1, Box(300, 196, 332, 230), 800.0, since=5.0, first_seen=5.0, seen=9.0, state=State.SUSPECTED)
    suspect.carriers = {track.id: track for track in tracks}
    return suspect


def walker(number: int, seconds: float = 6.0) -> Track:
    """Somebody 40 px high who walks right and grows."""
    first = Box(100, 100, 120, 140)
    track = Track(number, 1.0, 1.0, first, first)
    for step in range(round(seconds * 6)):
        track.move(1.0 + step / 6, Box(100 + 5 * step, 100, 120 + 5.5 * step, 140 + step))
    return track


def album_of(track: Track) -> Album:
    album = Album()
    for at, _ in track.path:
        album.add(YARD, at)
    return album


@pytest.mark.parametrize(
    ("called", "shares", "agent"),
    [("person", (0.1, 0.33), (Kind.PERSON, 0.9)), ("bench", (0.1, 0.33), None), ("person", (0.5, 0.9), None)],
)
def test_an_actor_gets_the_name_of_three_looks_at_his_best_pictures(
    called: str, shares: tuple[float, float], agent: tuple[Kind, float] | None, tmp_path: Path
) -> None:
    values = tiny.relative(chosen=COCO.index(called), shares=shares)
    eyes = Counted(Detector(tiny.write(tmp_path / "tiny.onnx", values).read_bytes()))
    namer, track = Namer(eyes), walker(1)
    suspect, album = suspected(track), album_of(track)
    for step in range(60):
        namer.step([suspect], album, 7 + step / 6)
    assert len(eyes.sizes) == LOOKS
    assert all(height < 270 for height, _, _ in eyes.sizes), "a crop, not the whole picture"
    told = namer.agent(suspect)
    assert (told is None) == (agent is None)
    if told is not None and agent is not None:
        assert told[0] is agent[0]
        assert told[1] == pytest.approx(agent[1], abs=0.01)


def test_a_crowd_costs_no_more_than_a_few_looks_at_the_last_ones_there(tmp_path: Path) -> None:
    eyes = Counted(Detector(tiny.write(tmp_path / "tiny.onnx", tiny.relative()).read_bytes()))
    namer, crowd = Namer(eyes), [walker(number) for number in range(1, 9)]
    suspect, album = suspected(*crowd), album_of(crowd[0])
    suspect.near_at = {track.id: track.id * 0.5 for track in crowd}
    for step in range(120):
        namer.step([suspect], album, 7 + step / 6)
    assert len(eyes.sizes) == ACTORS * LOOKS
    assert set(namer._names) == {8, 7, 6}
    suspect.state = State.GLIMPSED
    namer.forget([crowd[6]])
    assert set(namer._names) == {7}


def test_nobody_is_asked_for_who_is_not_suspected_or_without_a_detector(tmp_path: Path) -> None:
    track = walker(1)
    glimpsed = suspected(track)
    glimpsed.state = State.GLIMPSED
    eyes = Counted(Detector(tiny.write(tmp_path / "tiny.onnx", tiny.relative()).read_bytes()))
    Namer(eyes).step([glimpsed], album_of(track), 9.0)
    assert eyes.sizes == []
    blind, untouched = Namer(Eyes(tmp_path)), Album()
    untouched._kept.extend((at, b"opened for nobody") for at, _ in track.path)
    blind.step([suspected(track)], untouched, 9.0)
    assert blind.agent(suspected(track)) is None
    assert blind.is_somebody(Box(300, 196, 332, 230), YARD, films.with_bag(YARD)) is None


def test_what_the_detector_calls_a_vehicle_is_parked_and_only_when_it_came(tmp_path: Path) -> None:
    namer = Namer(Detector(tiny.dark_is_a_car(tmp_path / "dark.onnx").read_bytes()))
    bag = Box(*(float(edge) for edge in films.BAG))
    assert namer.is_somebody(bag, YARD, films.with_bag(YARD)) is Why.PARKED
    assert namer.is_somebody(bag, films.with_bag(YARD), films.with_bag(YARD)) is None
    assert namer.is_somebody(bag, YARD, YARD) is None
    assert namer.is_somebody(bag.grown(60), YARD, films.with_bag(YARD)) is None


def test_the_vehicle_that_came_is_known_again_by_less(tmp_path: Path) -> None:
    namer = Namer(Detector(tiny.dark_is_a_car(tmp_path / "dark.onnx", 0.3).read_bytes()))
    bag, now = Box(*(float(edge) for edge in films.BAG)), films.with_bag(YARD)
    assert namer.is_somebody(bag, YARD, now) is None
    assert namer.is_somebody(bag, YARD, now, {Kind.MOTORCYCLE}) is None
    assert namer.is_somebody(bag, YARD, now, {Kind.CAR}) is Why.PARKED
    assert namer.is_somebody(bag, now, now, {Kind.CAR}) is None
    track, suspect = walker(1), suspected(walker(1))
    namer._names[track.id] = Naming(1, {Kind.CAR: 0.6})
    suspect.carriers[1].size = 1.5 * suspect.box.side
    assert namer.came_as(suspect) == {Kind.CAR}
    suspect.carriers[1].size = 3 * suspect.box.side
    assert namer.came_as(suspect) == set()


def tried(film: Path, detector: Detector | None) -> TrialResult:
    return try_file(film, Options(analyst=partial(Analyst, eyes=detector), scene_only=True))


def test_what_was_flagged_without_a_detector_is_dropped_as_parked_with_one_that_knows_it(dumping: Path, tmp_path: Path) -> None:
    (flagged,) = tried(dumping, None).sightings
    parked = tried(dumping, Detector(tiny.dark_is_a_car(tmp_path / "dark.onnx").read_bytes()))
    assert parked.sightings == []
    quiet = Detector(tiny.write(tmp_path / "quiet.onnx", {"output0": np.zeros((1, 84, 336), np.float32)}).read_bytes())
    assert tried(dumping, quiet).sightings == [flagged]


@pytest.mark.parametrize(
    ("name", "clip"), [("yolox_nano_384x640.onnx", "aboda_video4.avi"), ("fastestdet_352x352.onnx", "night_bag_generated.mp4")]
)
def test_real_dumping_is_found_with_a_detector_too_and_the_actor_is_a_person(shared: Path, name: str, clip: str) -> None:
    if not (shared / "models" / name).is_file():
        pytest.skip(f"no {name} beside the project")
    eyes = Counted(Detector((shared / "models" / name).read_bytes()))
    result = try_file(shared / "clips" / clip, Options(analyst=partial(Analyst, eyes=eyes)))
    assert [one.agent for one in result.sightings] == ["person"]
    assert json.loads(json.dumps(result.json()))["sightings"][0]["agent"] == "person"
    assert len(eyes.sizes) <= 40


def test_the_sighting_says_who_it_was_in_words_that_the_officers_page_has() -> None:
    whole = case()
    named = word(replace(whole, finding=replace(finding(), agent=(Kind.MOTORCYCLE, 0.8))), ()).explanation
    assert (named["agent"], named["agent_score"]) == ("motorcycle", 0.8)
    assert "agent" not in word(whole, ()).explanation
    for language in ("vi", "en"):
        said = json.loads((ROOT / f"edge/web/src/locales/{language}.json").read_text("utf-8"))["desk"]["why"]["who"]
        assert set(Kind) - {Kind.OTHER} <= set(said)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    with node_in(tmp_path) as made:
        yield made


def test_a_running_watcher_takes_what_is_installed_says_so_and_refuses_what_was_exchanged(node: Node, tmp_path: Path) -> None:
    told: list[DetectorInUse | None] = []
    node.client.on(ABOUT.filter(), lambda _, payload: told.append(About.model_validate_json(payload).detector))
    film = films.render(tmp_path / "film.mp4", films.passing, 20)
    node.start_watcher()
    node.want(1, {"id": "cam-1", "name": "Cổng chợ", "url": str(film)})
    eventually(lambda: node.health, 30)
    shelf = Shelf(node.folder / "watcher" / "models")
    shelf.add(tiny.write(tmp_path / "nano.onnx", tiny.yolox()), Told("nano", "Apache-2.0"))
    wanted = DetectorInUse(name="nano", licence="Apache-2.0", layout="yolox", size="128×128", provider="cpu", since=shelf.manifest().since)
    eventually(lambda: told[-1] == wanted, 20)
    (node.folder / "watcher" / "models" / "nano.onnx").write_bytes(b"other")
    (node.folder / "watcher" / "models" / "models.toml").touch()
    eventually(lambda: told[-1] is not None and told[-1].code == "models.checksum", 20)
    shelf.remove("nano")
    eventually(lambda: told[-1] is None, 20)
