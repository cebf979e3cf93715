"""Pictures of single moments are those that whoever decodes the whole film finds there, and cost less."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cameras.watch.layers import Picture
from cameras.watch.stills import Moment, stills
from cameras.watch.stream import Parcel, Stream, upright
from tests.cameras.watch import films

MOMENTS = (13.1, 0.0, 4.04, 4.04, 7.9, 99.0)


def of_the_whole(film: Path, wanted: Sequence[float]) -> list[Picture]:
    """Every picture is decoded, and the nearest ones are taken."""
    stream = Stream(str(film))
    stream.open()
    shown = [(stream.time_of(frame, parcel.at), upright(frame)) for parcel in stream.parcels() for frame in stream.pictures(parcel)]
    shown += [(stream.time_of(frame, 0.0), upright(frame)) for frame in stream.last_pictures()]
    stream.close()
    return [min(shown, key=lambda one: abs(one[0] - at))[1] for at in wanted]


@pytest.mark.parametrize(("codec", "gop"), [("libx264", 24), ("libx264", 600), ("libx265", 24)])
def test_they_are_those_of_the_film_decoded_whole(tmp_path: Path, codec: str, gop: int) -> None:
    film = films.render(tmp_path / "film.mp4", films.dumping, 16, codec=codec, gop=gop)
    found, known = stills(str(film), [Moment(at) for at in MOMENTS]), of_the_whole(film, MOMENTS)
    assert [np.array_equal(one, other) for one, other in zip(found, known, strict=True)] == [True] * len(MOMENTS)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The times of the packets that are decoded from now on."""
    noted: list[float] = []
    whole = Stream.pictures

    def pictures(stream: Stream, parcel: Parcel) -> Iterator[Any]:
        noted.append(parcel.at)
        return whole(stream, parcel)

    monkeypatch.setattr(Stream, "pictures", pictures)
    return noted


def test_what_lies_between_is_not_decoded(dumping: Path, decoded: list[float]) -> None:
    assert len(stills(str(dumping), [Moment(3.0), Moment(12.0), Moment(13.0)])) == 3
    assert len(decoded) < 5 * films.FPS


def test_a_keyframe_a_little_earlier_serves_and_one_much_earlier_does_not(tmp_path: Path, decoded: list[float]) -> None:
    film = films.render(tmp_path / "film.mp4", films.dumping, 16, gop=2 * films.FPS)
    key = of_the_whole(film, [4.0])[0]
    decoded.clear()
    assert np.array_equal(stills(str(film), [Moment(5.9, 2.5)])[0], key)
    assert len(decoded) <= 3
    assert not np.array_equal(stills(str(film), [Moment(5.9, 1.5)])[0], key)
    assert len(decoded) > films.FPS
