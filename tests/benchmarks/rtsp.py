"""An RTSP server that costs next to nothing: films are cut into RTP packets once, and every client is sent the same bytes.

    python -m tests.benchmarks.rtsp NAME=FILM.mp4 ...

H.264 over TCP (RFC 2326, 3550, 6184), each client from the film's beginning, at the film's pace; NAME@6 begins at the first keyframe at or after
second 6, if there is one before second 9, so that not every camera shows the same chance in the same moment. Prints its port, then for each PLAY a line
of JSON: the address asked for, when second 0 of the film was (or would have been) sent, and from where on. Ends with its standard input.
"""

import asyncio
import base64
import json
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import av

PAYLOAD, CLOCK, SSRC = 1400, 90_000, 0x44494E48
REPORT_S = 5.0
NTP_EPOCH = 2_208_988_800
TICK_S = 1 / 60
LATEST_S = 9.0
_SENTENCE = "RTSP/1.0 200 OK\r\nCSeq: {cseq}\r\n{headers}\r\n"


@dataclass(frozen=True)
class Film:
    """A film as it goes over the wire: for each picture its time in seconds and its interleaved RTP packets."""

    sdp: bytes
    pictures: list[tuple[float, bytes]]
    keys: list[int]
    """Which of them a client may begin with."""

    def start(self, second: float) -> int:
        """The first such picture at or after `second`; 0 when that is too late."""
        return next((key for key in self.keys if second <= self.pictures[key][0] < LATEST_S), 0)


def load(path: Path) -> Film:
    """Cut an MP4 with H.264 into packets."""
    numbers = count()
    with av.open(str(path)) as container:
        video = container.streams.video[0]
        record = bytes(video.codec_context.extradata or b"")
        sets = _parameter_sets(record)
        pictures: list[tuple[float, bytes]] = []
        keys: list[int] = []
        for packet in container.demux(video):
            if packet.size and packet.pts is not None:
                at = float(packet.pts * (video.time_base or 0))
                keys += [len(pictures)] if packet.is_keyframe else []
                pictures.append((at, _interleaved(_units(bytes(packet), sets if packet.is_keyframe else []), at, numbers)))
    begin = pictures[0][0]
    return Film(_sdp(sets), [(at - begin, data) for at, data in pictures], keys)


def _parameter_sets(record: bytes) -> list[bytes]:
    """One SPS and one PPS of an avcC record, as x264 writes them."""
    size = int.from_bytes(record[6:8], "big")
    after = 8 + size + 1
    return [record[8 : 8 + size], record[after + 2 : after + 2 + int.from_bytes(record[after : after + 2], "big")]]


def _units(data: bytes, before: Sequence[bytes]) -> list[bytes]:
    units, at = list(before), 0
    while at < len(data):
        size = int.from_bytes(data[at : at + 4], "big")
        units.append(data[at + 4 : at + 4 + size])
        at += 4 + size
    return units


def _interleaved(units: Sequence[bytes], at: float, numbers: Iterator[int]) -> bytes:
    payloads = [payload for unit in units for payload in _payloads(unit)]
    stamp = round(at * CLOCK) & 0xFFFFFFFF
    packets = (
        struct.pack(">BBHII", 0x80, (0x80 if last else 0) | 96, next(numbers) & 0xFFFF, stamp, SSRC) + payload
        for payload, last in ((payload, index == len(payloads) - 1) for index, payload in enumerate(payloads))
    )
    return b"".join(struct.pack(">BBH", 0x24, 0, len(packet)) + packet for packet in packets)


def _payloads(unit: bytes) -> Iterator[bytes]:
    if len(unit) <= PAYLOAD:
        yield unit
        return
    for begin in range(1, len(unit), PAYLOAD):
        first, last = begin == 1, begin + PAYLOAD >= len(unit)
        head = bytes([unit[0] & 0xE0 | 28, (0x80 if first else 0) | (0x40 if last else 0) | unit[0] & 0x1F])
        yield head + unit[begin : begin + PAYLOAD]


def _sdp(sets: Sequence[bytes]) -> bytes:
    sprop = ",".join(base64.b64encode(one).decode() for one in sets)
    lines = ["v=0", "o=- 0 0 IN IP4 127.0.0.1", "s=film", "t=0 0", "m=video 0 RTP/AVP 96", "c=IN IP4 0.0.0.0", "a=rtpmap:96 H264/90000"]
    lines += [f"a=fmtp:96 packetization-mode=1;profile-level-id={sets[0][1:4].hex()};sprop-parameter-sets={sprop}", "a=control:track"]
    return ("\r\n".join(lines) + "\r\n").encode()


@dataclass(eq=False)
class Client:
    """One connection; `began` is monotonic, of second 0."""

    writer: asyncio.StreamWriter
    film: Film | None = None
    begins: int = 0
    """With which picture."""
    began: float | None = None
    sent: int = 0
    bytes: int = 0
    reported: float = field(default=-REPORT_S)

    def send(self, now: float) -> bool:
        """What is due; False when the film is over."""
        if self.film is None or self.began is None:
            return True
        at = now - self.began
        if at - self.reported >= REPORT_S:
            self.reported = at
            self.writer.write(_report(at, self.sent, self.bytes))
        while self.sent < len(self.film.pictures) and self.film.pictures[self.sent][0] <= at:
            data = self.film.pictures[self.sent][1]
            self.writer.write(data)
            self.sent, self.bytes = self.sent + 1, self.bytes + len(data)
        return self.sent < len(self.film.pictures)


def _report(at: float, packets: int, octets: int) -> bytes:
    """An RTCP sender report: this moment on the wall clock and on the film's."""
    ntp = time.time() + NTP_EPOCH
    stamp = round(at * CLOCK) & 0xFFFFFFFF
    body = struct.pack(">BBHIIIIII", 0x80, 200, 6, SSRC, int(ntp), int(ntp % 1 * 2**32), stamp, packets, octets & 0xFFFFFFFF)
    return struct.pack(">BBH", 0x24, 1, len(body)) + body


class Server:
    """All clients on one loop."""

    def __init__(self, films: dict[str, Film]) -> None:
        self.films = films
        self.clients: set[Client] = set()

    async def serve(self) -> None:
        """Until cancelled."""
        listener = await asyncio.start_server(self._meet, "127.0.0.1", 0)
        _say(listener.sockets[0].getsockname()[1])
        while True:
            await asyncio.sleep(TICK_S)
            now = time.monotonic()
            for client in [client for client in self.clients if client.writer.is_closing() or not client.send(now)]:
                self.clients.discard(client)
                client.writer.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = Client(writer)
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            while True:
                first = await reader.readexactly(1)
                if first == b"$":
                    head = await reader.readexactly(3)
                    await reader.readexactly(int.from_bytes(head[1:], "big"))
                    continue
                request = (first + await reader.readuntil(b"\r\n\r\n")).decode()
                self._answer(client, request)
        self.clients.discard(client)
        writer.close()

    def _answer(self, client: Client, request: str) -> None:
        method, url, _ = request.split("\r\n", 1)[0].split(" ", 2)
        cseq = next(line.split(":")[1].strip() for line in request.split("\r\n") if line.lower().startswith("cseq"))
        headers, body = {"OPTIONS": "Public: DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER\r\n"}.get(method, ""), b""
        if method == "DESCRIBE":
            name, _, second = url.rsplit("/", 1)[1].split("?")[0].partition("@")
            client.film = self.films[name]
            client.begins = client.film.start(float(second or 0))
            body = client.film.sdp
            headers = f"Content-Base: {url}/\r\nContent-Type: application/sdp\r\nContent-Length: {len(body)}\r\n"
        elif method == "SETUP":
            headers = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\nSession: 1\r\n"
        elif method == "PLAY":
            headers = "Session: 1\r\nRange: npt=0.000-\r\nRTP-Info: url=" + url.rstrip("/") + "/track;seq=0;rtptime=0\r\n"
        client.writer.write(_SENTENCE.format(cseq=cseq, headers=headers).encode() + body)
        if method == "PLAY" and client.film is not None:
            client.sent, since = client.begins, client.film.pictures[client.begins][0]
            client.began = time.monotonic() - since
            client.reported = since - REPORT_S
            self.clients.add(client)
            _say({"url": url, "at": time.time() - since, "from": since})


def _say(what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


@dataclass
class Serving:
    """A server in a process of its own."""

    process: "subprocess.Popen[str]"
    port: int
    plays: list[dict[str, Any]] = field(default_factory=list)

    def url(self, name: str, camera: str = "", *, second: float = 0) -> str:
        """Where a film is, from a second on; `camera` tells clients apart in `began`."""
        return f"rtsp://127.0.0.1:{self.port}/{name}{f'@{second:g}' if second else ''}?{camera}"

    def began(self, camera: str) -> float:
        """Unix time of second 0 of the film, for the first play of this camera. StopIteration before it."""
        return next(float(play["at"]) for play in self.plays if str(play["url"]).rstrip("/").endswith(f"?{camera}"))

    def listen(self) -> None:
        for line in self.process.stdout or ():
            self.plays.append(json.loads(line))


@contextmanager
def serving(films: dict[str, Path]) -> Iterator[Serving]:
    """Serve films; ended with the block."""
    command = [sys.executable, "-m", "tests.benchmarks.rtsp", *(f"{name}={path}" for name, path in films.items())]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        if process.stdout is None:
            raise RuntimeError("no pipe")
        serving = Serving(process, int(process.stdout.readline()))
        threading.Thread(target=serving.listen, daemon=True).start()
        try:
            yield serving
        finally:
            process.terminate()


def main() -> None:
    """Serve what the command line names."""
    films = {name: load(Path(path)) for name, _, path in (told.partition("=") for told in sys.argv[1:])}
    with suppress(KeyboardInterrupt):
        asyncio.run(Server(films).serve())


if __name__ == "__main__":
    main()
