"""Evidence over a wire that breaks at random bytes: it goes on where it stopped, and only the whole file counts."""

import hashlib
import random
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from broker.messages.base import Message
from broker.messages.cameras import EvidenceFile, Sighting
from broker.topics import SIGHTING, Topic
from cameras.desk.custody import Place
from cameras.domain.errors import Code, Refusal
from cameras.watch.post import Post
from cameras.watch.spool import Spool
from tests.cameras.desk.conftest import Bench, digest

MIB = 1024 * 1024


@dataclass
class BadWire:
    """Passes a drawn number of bytes, then both ends are cut."""

    target: tuple[str, int]
    chance: random.Random
    cuts: int = 0
    passed: int = 0
    port: int = 0

    def serve(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        far = socket.create_connection(self.target)
        threading.Thread(target=_copy, args=(far, near), daemon=True).start()
        left = self.chance.randrange(200_000, 1_500_000)
        with suppress(OSError):
            while left > 0 and (data := near.recv(min(65536, left))):
                far.sendall(data)
                left -= len(data)
                self.passed += len(data)
        self.cuts += left == 0
        for end in (near, far):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _copy(source: socket.socket, to: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            to.sendall(data)


@contextmanager
def bad_wire(url: str, seed: int) -> Iterator[BadWire]:
    where = urlsplit(url)
    wire = BadWire((where.hostname or "", where.port or 0), random.Random(seed))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        wire.port = listener.getsockname()[1]
        threading.Thread(target=wire.serve, args=(listener,), daemon=True).start()
        yield wire
        listener.shutdown(socket.SHUT_RDWR)


class Air:
    """What was published, in order."""

    connected = True

    def __init__(self) -> None:
        self.said: list[str] = []

    def publish(self, topic: Topic, message: Message, **ids: str) -> "Future[None]":
        assert topic is SIGHTING
        assert set(ids) == {"camera"}
        assert isinstance(message, Sighting)
        self.said.append(message.id)
        return Future()

    def retain(self, topic: Topic, message: Message, **ids: str) -> None:
        """Nothing is retained here."""


def spooled(spool: Spool, bench: Bench, sighting: str, clip: bytes) -> Sighting:
    place = spool.begin(sighting)
    (place / "clip.mp4").write_bytes(clip)
    named = EvidenceFile(name="clip.mp4", sha256=hashlib.sha256(clip).hexdigest(), bytes=len(clip))
    made = bench.sighting(sighting, at=bench.clock(), evidence=(named,))
    spool.commit(made)
    bench.clock.pass_by(60)
    return made


def test_large_clips_go_on_where_a_bad_wire_cut_them_and_are_told_in_order(bench: Bench, web: httpx.Client, tmp_path: Path) -> None:
    bench.desk.custody.largest_bytes = 64 * MIB
    spool, air, chance = Spool(tmp_path / "spool"), Air(), random.Random(7)
    spool.open()
    clips = {name: chance.randbytes(size) for name, size in (("first", 8 * MIB), ("second", 3 * MIB + 17))}
    for name, clip in clips.items():
        spooled(spool, bench, name, clip)
    with (
        bad_wire(str(web.base_url), 7) as wire,
        httpx.Client(base_url=f"http://127.0.0.1:{wire.port}", timeout=10, trust_env=False) as http,
    ):
        post = Post(spool, air, http)
        for _ in range(60):
            post.send(spool.waiting())
            if len(air.said) == 2:
                break
            time.sleep(0.1)  # the desk is still writing what came before the cut; the watcher itself waits three seconds
    assert air.said == ["first", "second"]
    for name, clip in clips.items():
        assert (bench.folder / "cam-1" / name / "clip.mp4").read_bytes() == clip
    assert wire.cuts >= 6
    assert wire.passed < 2 * sum(len(clip) for clip in clips.values()), "what had come was not sent again"
    sys.stdout.write(f"{wire.cuts} cuts, {wire.passed / sum(len(clip) for clip in clips.values()):.2f} times the bytes\n")
    assert list(bench.folder.rglob(".coming-*")) == []


def put(web: httpx.Client, content: bytes, whole: bytes, start: int, **more: Any) -> httpx.Response:
    span = {"Content-Range": f"bytes {start}-{len(whole) - 1}/{len(whole)}"}
    return web.put("/api/evidence/cam-1/s-1/clip.mp4", content=content, headers={**digest(whole), **span, **more})


def begun(bench: Bench, whole: bytes, count: int) -> Path:
    with bench.desk.custody.upload(Place("cam-1", "s-1", "clip.mp4"), hashlib.sha256(whole).hexdigest()) as upload:
        upload.write(whole[:count])
    return Path(upload.stream.name)


def test_the_desk_says_how_much_it_has_and_takes_the_rest(bench: Bench, web: httpx.Client) -> None:
    whole = random.Random(1).randbytes(9000)
    begun(bench, whole, 4000)
    told = web.head("/api/evidence/cam-1/s-1/clip.mp4", headers=digest(whole))
    assert (told.status_code, told.headers["upload-offset"]) == (200, "4000")
    wrong = put(web, whole[5000:], whole, 5000)
    assert (wrong.status_code, wrong.json()["code"], wrong.json()["facts"]) == (416, "cameras.offset_wrong", {"offset": 4000})
    assert put(web, whole[4000:], whole, 4000).status_code == 201
    assert web.head("/api/evidence/cam-1/s-1/clip.mp4", headers=digest(whole)).headers["upload-offset"] == "9000"


def test_a_beginning_that_was_altered_on_the_disk_is_noticed_and_thrown_away(bench: Bench, web: httpx.Client) -> None:
    whole = random.Random(2).randbytes(9000)
    begun(bench, whole, 4000).write_bytes(b"x" * 4000)
    assert put(web, whole[4000:], whole, 4000).json()["code"] == "cameras.digest_wrong"
    assert web.head("/api/evidence/cam-1/s-1/clip.mp4", headers=digest(whole)).headers["upload-offset"] == "0"


def test_an_upload_that_another_has_followed_writes_no_more(bench: Bench) -> None:
    whole = random.Random(3).randbytes(5000)
    place, sha = Place("cam-1", "s-1", "clip.mp4"), hashlib.sha256(whole).hexdigest()
    with bench.desk.custody.upload(place, sha) as hangs:
        hangs.write(whole[:2000])
        with bench.desk.custody.upload(place, sha, offset=2000) as follows:
            with pytest.raises(Refusal) as refused:
                hangs.write(whole[2000:])
            assert refused.value.code is Code.OFFSET_WRONG
            follows.write(whole[2000:])
            assert follows.seal()
        with pytest.raises(Refusal):
            hangs.seal()
    assert (bench.folder / "cam-1" / "s-1" / "clip.mp4").read_bytes() == whole


def test_what_nobody_went_on_with_is_thrown_away(bench: Bench) -> None:
    came = begun(bench, b"y" * 100, 50)
    bench.desk.custody.tidy(came.stat().st_mtime - 1)
    assert came.exists()
    bench.desk.custody.tidy(came.stat().st_mtime + 1)
    assert not came.exists()
