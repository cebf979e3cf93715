"""What a watcher sends of a camera: exactly its pictures, live and played, and never at the cost of the camera's thread."""

import hashlib
import io
import json
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import av.error
import pytest
from websockets.sync.server import ServerConnection, serve

from broker.messages.cameras import Feed
from broker.topics import FEED
from cameras.domain.areas import Mask
from cameras.watch.feed.feeds import Feeds
from cameras.watch.feed.line import Node
from cameras.watch.feed.mux import Mux, mime
from cameras.watch.feed.screen import LATE_BYTES, Item, Screen, Source
from cameras.watch.recordings.archive import Archive
from cameras.watch.recordings.limits import Limits
from cameras.watch.ring import Kept, Ring
from cameras.watch.stream import Stream
from cameras.watch.told import Opened, Tap
from tests.cameras.watch import films

BEGAN = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
SECONDS = 6
LEFT = Mask("", ((0, 0), (500, 0), (500, 1000), (0, 1000)))


@dataclass
class Desk:
    """The node's end: everything that came for one ask, and when to stop reading."""

    words: list[dict[str, Any]] = field(default_factory=list)
    runs: list[bytes] = field(default_factory=list)
    authorization: str = ""
    path: str = ""
    reading: threading.Event = field(default_factory=threading.Event)
    over: threading.Event = field(default_factory=threading.Event)
    more: bool = True

    def take(self, connection: ServerConnection) -> None:
        assert connection.request is not None
        self.authorization, self.path = connection.request.headers["Authorization"], connection.request.path
        self.reading.wait(20)
        for message in connection:
            if isinstance(message, str):
                self._hear(json.loads(message), connection)
            else:
                self.runs[-1] += message
        self.over.set()

    def _hear(self, word: dict[str, Any], connection: ServerConnection) -> None:
        self.words.append(word)
        if "run" in word or "preview" in word:
            self.runs.append(b"")
        if "rest" in word and self.more:
            connection.send("more")

    def has(self, key: str, times: int = 1) -> bool:
        return sum(key in word for word in self.words) >= times


@contextmanager
def node(desk: Desk, archive: Archive | None = None) -> Iterator[Feeds]:
    """The watcher's side against a WebSocket server that stands for the node's door."""
    with serve(desk.take, "127.0.0.1", 0, compression=None, max_size=1 << 20, ping_interval=None) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        feeds = Feeds(Node(f"http://127.0.0.1:{server.socket.getsockname()[1]}", "watcher-1", "secret"), archive)
        try:
            yield feeds
        finally:
            feeds.stop()
            desk.reading.set()
            server.shutdown()
            thread.join(10)


def ask(feeds: Feeds, kind: str, **more: Any) -> None:
    word = Feed.model_validate({"id": "f1", "kind": kind, **more})
    feeds.asked(FEED.of(camera="cam-1"), word.to_bytes())


def until(true: Any, seconds: float = 10.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def stream_to(film: Path, *taps: Tap, pause: Any = None) -> None:
    """Play a film as a camera would, without waiting between its pictures. `pause(number)` is called before each packet."""
    stream, ring = Stream(str(film)), Ring()
    stream.open()
    assert stream.info is not None
    with closing(stream):
        for tap in taps:
            tap.opened(Opened("cam-1", stream.template(), stream.info))
        for number, parcel in enumerate(stream.parcels()):
            if pause is not None:
                pause(number)
            kept = ring.add(parcel)
            assert kept is not None
            for tap in taps:
                tap.packet(kept, BEGAN + timedelta(seconds=kept.at))
        for tap in taps:
            tap.closed()


def pictures(film: Path | bytes) -> list[str]:
    """The hash of every decoded picture, in the order in which they are shown."""
    with av.open(io.BytesIO(film) if isinstance(film, bytes) else str(film), "r") as container:
        return [hashlib.sha256(frame.to_ndarray().tobytes()).hexdigest() for frame in container.decode(video=0)]


def arrived(run: bytes) -> int:
    """How many pictures can be shown already."""
    try:
        return len(pictures(run))
    except av.error.FFmpegError:
        return 0


def times(film: bytes) -> list[float]:
    with av.open(io.BytesIO(film), "r") as container:
        return [float(frame.time) for frame in container.decode(video=0)]


@pytest.fixture(scope="module", params=[("libx264", 0), ("libx264", 2), ("libx265", 0)], ids=["h264", "h264-b", "h265"])
def film(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    codec, b_frames = request.param
    path: Path = tmp_path_factory.mktemp("feed") / "film.mp4"
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=films.FPS)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = films.WIDTH, films.HEIGHT, "yuv420p", films.FPS
        stream.options = {"preset": "ultrafast", "bf": str(b_frames), "x265-params": "log-level=none:bframes=0"}
        for picture in films.frames(films.dumping, SECONDS):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


def test_live_is_every_picture_from_the_last_keyframe_on(film: Path) -> None:
    desk = Desk()
    desk.reading.set()
    with node(desk) as feeds:
        screen = feeds.show("cam-1", tuple)
        joins = 2 * films.FPS + 5

        def pause(number: int) -> None:
            if number == joins:
                ask(feeds, "live")
                until(lambda: desk.runs and len(desk.runs[0]) > 5000)

        stream_to(film, screen, pause=pause)
        until(lambda: arrived(desk.runs[0]) >= len(pictures(film)) - 2 * films.FPS - 3)
        feeds.hide("cam-1")
        assert desk.over.wait(5), "a camera that is no longer shown ends its feeds"
    assert pictures(desk.runs[0]) == pictures(film)[2 * films.FPS :]
    head = desk.words[0]["run"]
    assert (head["width"], head["height"]) == (films.WIDTH, films.HEIGHT)
    assert head["mime"].startswith(('video/mp4; codecs="avc1.', 'video/mp4; codecs="hvc1.1.6.L'))
    zero = datetime.fromisoformat(head["zero"]) + timedelta(seconds=times(desk.runs[0])[0])
    assert abs(zero - BEGAN - timedelta(seconds=2)) < timedelta(milliseconds=2)
    assert (desk.path, desk.authorization) == ("/api/feeds/f1", "Basic d2F0Y2hlci0xOnNlY3JldA==")


def test_h265_of_a_camera_is_named_as_every_browser_knows_it_and_holds_no_parameter_sets_beside_its_head(tmp_path: Path) -> None:
    """As packets come over RTSP: with start codes, and with the parameter sets before every keyframe."""
    raw = tmp_path / "film.hevc"
    with av.open(str(raw), "w", format="hevc") as container:
        stream: Any = container.add_stream("libx265", rate=films.FPS)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = films.WIDTH, films.HEIGHT, "yuv420p", 4
        stream.options = {"preset": "ultrafast", "x265-params": "log-level=none:bframes=0:repeat-headers=1"}
        for picture in films.frames(films.passing, 1):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    with av.open(str(raw)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        mux = Mux(container.streams.video[0], Fraction(1, films.FPS), live=True)
        kept = [Kept(bytes(packet), n, n, 1, packet.is_keyframe, n / films.FPS, n) for n, packet in enumerate(packets)]
    assert sum(b"\0\0\1\x42" in one.data for one in kept) > 2, "parameter sets come again and again"
    sent = b"".join([*(mux.add(one, base=0) for one in kept), mux.end()])
    assert (b"hvc1" in mux.init, b"hev1" in mux.init) == (True, False)
    assert mime(mux.init, "hevc").startswith('video/mp4; codecs="hvc1.1.6.L')
    assert not {32, 33, 34} & {(nal[0] >> 1) & 63 for nal in nals(sent)}
    assert len(pictures(mux.init + sent)) == len(kept)


def nals(film: bytes) -> list[bytes]:
    """Every NAL unit in the media data of a fragmented MP4."""
    found, at = [], 0
    while at < len(film):
        size, name = int.from_bytes(film[at : at + 4], "big"), film[at + 4 : at + 8]
        inside = at + 8 if name == b"mdat" else at + size
        while inside < at + size:
            length = int.from_bytes(film[inside : inside + 4], "big")
            found.append(film[inside + 4 : inside + 4 + length])
            inside += 4 + length
        at += size
    return found


def test_a_viewer_that_does_not_read_holds_nobody_and_loses_whole_groups() -> None:
    screen, source = Screen(), Source.__new__(Source)
    screen._source = source
    viewer = screen.join()
    size, took = LATE_BYTES // 20, 0.0
    for number in range(100):
        kept = Kept(bytes(size), number, number, 1, number % 10 == 0, number / 10, number)
        began = time.perf_counter()
        screen.packet(kept, BEGAN)
        took = max(took, time.perf_counter() - began)
    assert took < 0.05
    items: list[Item] = list(viewer.take())
    assert sum(len(item.kept.data) for item in items) <= LATE_BYTES
    assert items[0].kept.key
    assert items[0].fresh, "what follows a loss is a run of its own"
    assert [item.kept.number for item in items] == list(range(items[0].kept.number, 100))
    assert not any(item.fresh for item in items[1:])


def test_a_node_that_does_not_read_never_holds_the_camera(dumping: Path) -> None:
    desk, took = Desk(), [0.0]
    with node(desk) as feeds:
        screen = feeds.show("cam-1", tuple)
        last = [time.perf_counter()]

        def pause(number: int) -> None:
            took[0] = max(took[0], time.perf_counter() - last[0]) if number > 30 else 0.0
            if number == 30:
                ask(feeds, "live")
                until(lambda: screen._viewers)
            last[0] = time.perf_counter()

        stream_to(dumping, screen, pause=pause)
        assert took[0] < 1.0
        desk.reading.set()
        until(lambda: desk.has("run"))


def test_a_camera_that_comes_back_goes_on_as_a_new_run(film: Path) -> None:
    desk = Desk()
    desk.reading.set()
    with node(desk) as feeds:
        screen = feeds.show("cam-1", tuple)
        ask(feeds, "live")
        until(lambda: screen._viewers)
        stream_to(film, screen)
        stream_to(film, screen)
        until(lambda: len(desk.runs) == 2 and arrived(desk.runs[1]) >= SECONDS * films.FPS - 3)
    assert pictures(desk.runs[0]) == pictures(film)


@pytest.fixture
def archive(film: Path, tmp_path: Path) -> Iterator[Archive]:
    """The film, recorded."""
    with closing(Archive(tmp_path, Limits(free_bytes=0))) as found:
        stream_to(film, found.recording("cam-1"))
        until(lambda: len(list(found.keyframes("cam-1", BEGAN, BEGAN + timedelta(seconds=SECONDS)))) >= SECONDS - 1)
        yield found


def test_a_range_is_exactly_what_was_recorded(film: Path, archive: Archive) -> None:
    desk = Desk()
    desk.reading.set()
    with node(desk, archive) as feeds:
        feeds.show("cam-1", tuple)
        ask(feeds, "range", start=BEGAN + timedelta(seconds=1.5), end=BEGAN + timedelta(seconds=60))
        assert desk.over.wait(10)
    assert desk.words[-1] == {"end": True}
    got, wanted = pictures(desk.runs[0]), pictures(film)[films.FPS :]
    assert got == wanted[: len(got)]
    assert len(got) >= len(wanted) - films.FPS, "what was written last may not be whole yet"
    start = datetime.fromisoformat(desk.words[0]["run"]["zero"]) + timedelta(seconds=times(desk.runs[0])[0])
    assert abs(start - BEGAN - timedelta(seconds=1)) < timedelta(milliseconds=2)


def test_previews_are_keyframes_under_their_masks(archive: Archive) -> None:
    desk = Desk()
    desk.reading.set()
    with node(desk, archive) as feeds:
        feeds.show("cam-1", lambda: (LEFT,))
        ask(feeds, "previews", start=BEGAN, end=BEGAN + timedelta(seconds=4), count=4)
        assert desk.over.wait(10)
    assert 3 <= len(desk.runs) <= 4
    assert datetime.fromisoformat(desk.words[0]["preview"]) == BEGAN
    for jpeg in desk.runs:
        with av.open(io.BytesIO(jpeg), "r", format="jpeg_pipe") as container:
            picture = next(container.decode(video=0)).to_ndarray(format="gray")
        half = picture.shape[1] // 2
        assert picture[:, : half - 8].max() < 12, "what is masked is black"
        assert picture[:, half + 8 :].mean() > 40


def test_spans_say_what_is_there_and_what_is_not(archive: Archive) -> None:
    desk = Desk()
    desk.reading.set()
    with node(desk, archive) as feeds:
        feeds.show("cam-1", tuple)
        ask(feeds, "spans", start=BEGAN - timedelta(minutes=1), end=BEGAN + timedelta(minutes=1))
        assert desk.over.wait(10)
    spans = desk.words[0]["spans"]
    assert [span["recorded"] for span in spans] == [False, True, False]
    assert datetime.fromisoformat(spans[1]["start"]) == BEGAN


@pytest.mark.parametrize("kind", ["range", "previews", "spans"])
def test_without_recordings_it_says_so(kind: str) -> None:
    desk = Desk()
    desk.reading.set()
    with node(desk) as feeds:
        feeds.show("cam-1", tuple)
        ask(feeds, kind, start=BEGAN, end=BEGAN + timedelta(seconds=5))
        assert desk.over.wait(10)
    assert desk.words == [{"refused": {"code": "cameras.not_recorded", "facts": {}}}]


def test_a_range_waits_for_its_viewer(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cameras.watch.feed.answers.AHEAD_S", 1.0)
    desk = Desk(more=False)
    desk.reading.set()
    with node(desk, archive) as feeds:
        feeds.show("cam-1", tuple)
        ask(feeds, "range", start=BEGAN, end=BEGAN + timedelta(seconds=60))
        until(lambda: desk.has("rest"))
        time.sleep(0.3)
        assert not desk.has("end")
        assert len(times(desk.runs[0])) <= 2 * films.FPS


def test_an_ask_for_somebody_elses_camera_is_left_alone() -> None:
    desk = Desk()
    with node(desk) as feeds:
        ask(feeds, "live")
        feeds.show("cam-1", tuple)
        feeds.asked(FEED.of(camera="cam-1"), b"{}")
        time.sleep(0.2)
    assert desk.path == ""
