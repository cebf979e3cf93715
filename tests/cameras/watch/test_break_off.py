"""A stream that breaks off takes nothing with it that had come: what was not looked at yet is looked at before the camera is connected again."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from broker.messages.cameras import Health
from cameras.domain.errors import Code, Refusal
from cameras.domain.gate import Gate
from cameras.watch import connection, lookout
from cameras.watch.analyst import Analyst
from cameras.watch.camera import Camera, Means
from cameras.watch.connection import Connection, Memory
from cameras.watch.layers import Picture
from cameras.watch.plan import Plan
from cameras.watch.stream import Parcel, Stream
from cameras.watch.told import Cut
from tests.cameras.watch import films

BEHIND_FROM_S, BREAKS_S = 5.0, 17.0


@dataclass
class Heard:
    """Whom the camera tells."""

    cuts: list[Cut] = field(default_factory=list)

    def health(self, camera: str, health: Health) -> None:
        """Not of interest here."""

    def picture(self, camera: str, picture: Picture) -> None:
        """Nor is this."""

    def cut(self, cut: Cut) -> None:
        self.cuts.append(cut)


class Hasty(Camera):
    """Does not wait for a film's own pace."""

    def wait(self, seconds: float) -> None:
        """Not at all."""


class BreaksOff(Stream):
    """The film, until the connection is lost; from `BEHIND_FROM_S` on there is no time to decode anything."""

    patch: pytest.MonkeyPatch

    def parcels(self) -> Iterator[Parcel]:
        for parcel in super().parcels():
            if parcel.at > BREAKS_S:
                raise Refusal(Code.STREAM_LOST)
            if parcel.at > BEHIND_FROM_S:
                self.patch.setattr(lookout, "CATCH_UP", 0)
            yield parcel


def broken_off(film: Path, patch: pytest.MonkeyPatch, *, rest_s: float, followed_s: float) -> tuple[Heard, Analyst]:
    heard, analyst = Heard(), Analyst()
    camera = Hasty(Plan("cam-1", "Cổng chợ", str(film)), Means(heard, lambda: analyst))
    stream = BreaksOff(str(film))
    stream.patch = patch
    patch.setattr(connection, "REST_S", rest_s)
    patch.setattr(connection, "FOLLOWED_S", followed_s)
    with pytest.raises(Refusal) as refused:
        Connection(camera, Memory(analyst, Gate()), stream).watch()
    stream.close()
    assert refused.value.code is Code.STREAM_LOST
    return heard, analyst


def test_the_act_is_found_in_what_was_not_looked_at_yet(dumping: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard, analyst = broken_off(dumping, monkeypatch, rest_s=60, followed_s=60)
    assert analyst.last is not None
    assert analyst.last.at == pytest.approx(BREAKS_S, abs=1)
    (cut,) = heard.cuts
    assert cut.finding.put_down == pytest.approx(8.5, abs=0.7)
    assert len(cut.packets) > 10 * films.FPS


def test_but_not_for_long(dumping: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard, analyst = broken_off(dumping, monkeypatch, rest_s=0, followed_s=0)
    assert not heard.cuts
    assert analyst.last is not None
    assert analyst.last.at < BEHIND_FROM_S + 2


def test_who_is_followed_is_followed_to_the_end(dumping: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    heard, analyst = broken_off(dumping, monkeypatch, rest_s=0, followed_s=60)
    assert [round(cut.finding.put_down - 8.5) for cut in heard.cuts] == [0]
    assert analyst.last is not None
    assert analyst.last.at < BREAKS_S - 0.3, "and no farther"
