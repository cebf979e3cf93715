"""What is kept for a sighting is told, and goes with the rest once it is released."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from broker.messages.base import Message
from broker.messages.cameras import Pins, Released
from broker.topics import RELEASED, Topic
from cameras.watch.recordings.keeper import Keeper
from cameras.watch.recordings.pinboard import AGAIN_S, LOOK_S, Pinboard
from tests.cameras.watch.recordings.conftest import Open
from tests.cameras.watch.recordings.feeding import BEGAN, CAMERA, ROOMY, Feeder, eventually, written
from tests.cameras.watch.recordings.test_limits import MINUTE_BYTES, numbers

FAR = datetime(2100, 1, 1, tzinfo=UTC)


@dataclass
class Air:
    """Between one watcher and its node."""

    said: list[Pins] = field(default_factory=list)
    heard: dict[str, Callable[[str, bytes], None]] = field(default_factory=dict)

    def on(self, wanted: str, handler: Callable[[str, bytes], None]) -> None:
        self.heard[wanted] = handler

    def retain(self, topic: Topic, message: Message, **ids: str) -> None:  # noqa: ARG002 - as the client has it
        assert isinstance(message, Pins)
        self.said.append(message)

    def release(self, *sightings: str) -> None:
        topic = RELEASED.of(device="w-1")
        self.heard[topic](topic, Released(sightings=sightings, at=FAR).to_bytes())


def test_what_was_kept_for_a_dismissed_sighting_goes_with_the_rest(film: Path, opened: Open, tmp_path: Path) -> None:
    archive, air, keeper = opened(replace(ROOMY, total_bytes=4 * MINUTE_BYTES)), Air(), Keeper(tmp_path)
    board = Pinboard(keeper, air, "w-1")
    board.tick(0)
    assert air.said == [], "there is nothing to tell before there are recordings"
    keeper.archive = archive
    archive.pin(CAMERA, BEGAN + timedelta(seconds=70), BEGAN + timedelta(seconds=80), "s-1", until=FAR)
    archive.pin(CAMERA, BEGAN + timedelta(seconds=130), BEGAN + timedelta(seconds=140), "s-2", until=FAR)
    Feeder(film, began=BEGAN).record(archive.recording(CAMERA), 7 * 60)
    written(archive, CAMERA)
    eventually(lambda: len(numbers(archive)) <= 4)
    assert numbers(archive)[:2] == [2, 3]
    board.tick(LOOK_S)
    (told,) = air.said
    assert [(pin.sighting, pin.camera, pin.kept_until) for pin in told.pins] == [("s-2", CAMERA, FAR), ("s-1", CAMERA, FAR)]
    assert all(MINUTE_BYTES / 3 < pin.bytes < 2 * MINUTE_BYTES for pin in told.pins)
    board.tick(2 * LOOK_S)
    assert len(air.said) == 1, "the same is not told again at once"
    board.tick(2 * LOOK_S + AGAIN_S)
    assert len(air.said) == 2, "but after a while: the answer may have been lost"
    air.release("s-1", "s-9")
    eventually(lambda: [pin.why for pin in archive.pins(10)] == ["s-2"])
    Feeder(film, began=BEGAN + timedelta(minutes=7)).record(archive.recording(CAMERA), 70)
    written(archive, CAMERA)
    eventually(lambda: 2 not in numbers(archive))
    assert numbers(archive)[0] == 3
    board.tick(4 * LOOK_S + AGAIN_S)
    assert [pin.sighting for pin in air.said[-1].pins] == ["s-2"]
