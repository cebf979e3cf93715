"""A TCP wire between an RTSP camera and its watcher that misbehaves on demand. What passes is real; what a test asks for is broken.

Text passes as it is (both ways); of the interleaved packets ($, channel, length; RFC 2326, 10.12) that come from the camera, each goes
through `break_`, which answers with the bytes to send instead.
"""

import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from random import Random
from urllib.parse import urlsplit

Break = Callable[[bytes], bytes]
"""A whole interleaved packet with its four bytes of header, to what is sent instead."""
RTP_HEADER = 16
"""Interleaved header and RTP header without extension."""


class BadWire:
    """`url` is the camera through this wire. Change `to`, `break_` and `delay` whenever; `cut`, `off`, `on` and `hold` as they say."""

    def __init__(self, url: str) -> None:
        self._path = urlsplit(url).path
        self.to = url
        self.break_: Break = bytes
        self.delay: Callable[[], float] = lambda: 0.0
        """Seconds to wait before each packet."""
        self._flows = threading.Event()
        self._flows.set()
        self._half = False
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listener = self._listen(0)
        self.port = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}{self._path}"

    def hold(self, seconds: float) -> None:
        """Nothing passes for so long; nothing is lost."""
        self._flows.clear()
        threading.Timer(seconds, self._flows.set).start()

    def cut(self) -> None:
        """In the middle of the next packet."""
        self._half = True

    def off(self) -> None:
        """The camera has no power."""
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._drop()

    def on(self) -> None:
        """It has."""
        self._listener = self._listen(self.port)

    def close(self) -> None:
        self._flows.set()
        with suppress(OSError):
            self.off()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port))
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                client, _ = listener.accept()
                port = urlsplit(self.to).port
                camera = socket.create_connection(("127.0.0.1", port or 554))
            except OSError:
                return
            self._pairs.append((client, camera))
            threading.Thread(target=self._up, args=(client, camera), daemon=True).start()
            threading.Thread(target=self._down, args=(client, camera), daemon=True).start()

    def _up(self, client: socket.socket, camera: socket.socket) -> None:
        """What the watcher asks names this wire's port and path; the camera takes its own."""
        here, there = f":{self.port}{self._path}".encode(), urlsplit(self.to)
        with suppress(OSError):
            while data := client.recv(65536):
                camera.sendall(data.replace(here, f":{there.port}{there.path}".encode()))
        _close(client, camera)

    def _down(self, client: socket.socket, camera: socket.socket) -> None:
        with suppress(OSError), camera.makefile("rb") as stream:
            while first := stream.read(1):
                packet = self._packet(stream, first)
                self._flows.wait()
                if first != b"$":
                    client.sendall(packet)
                    continue
                time.sleep(self.delay())
                if self._half:
                    self._half = False
                    client.sendall(packet[: len(packet) // 2])
                    break
                client.sendall(self.break_(packet))
        _close(client, camera)

    def _packet(self, stream: "socket.SocketIO | object", first: bytes) -> bytes:
        read: Callable[[int], bytes] = stream.read  # type: ignore[union-attr]
        if first == b"$":
            head = first + read(3)
            return head + read(int.from_bytes(head[2:], "big"))
        text = first
        while not text.endswith(b"\r\n\r\n"):
            one = read(1)
            if not one:
                return text
            text += one
        length = next((int(line.partition(b":")[2]) for line in text.split(b"\r\n") if line.lower().startswith(b"content-length")), 0)
        return text + read(length)

    def _drop(self) -> None:
        pairs, self._pairs = self._pairs, []
        for client, camera in pairs:
            _close(client, camera)


def _close(*sockets: socket.socket) -> None:
    for one in sockets:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()


def is_picture(packet: bytes) -> bool:
    """RTP, not RTCP: the even channel."""
    return packet[1] % 2 == 0 and len(packet) > RTP_HEADER


def restamped(change: Callable[[int], int]) -> Break:
    """Other RTP time stamps (90 kHz)."""

    def broken(packet: bytes) -> bytes:
        if not is_picture(packet):
            return packet
        (stamp,) = struct.unpack_from(">I", packet, 8)
        return packet[:8] + struct.pack(">I", change(stamp) % 2**32) + packet[12:]

    return broken


def clock_off(seconds: Callable[[], float]) -> Break:
    """A camera whose clock is wrong: its sender reports (RFC 3550, 6.4.1) tell another time."""

    def broken(packet: bytes) -> bytes:
        if packet[1] % 2 == 0 or packet[5] != 200:
            return packet
        (told,) = struct.unpack_from(">Q", packet, 12)
        return packet[:12] + struct.pack(">Q", told + int(seconds() * 2**32)) + packet[20:]

    return broken


def garbled(share: float, draw: Random) -> Break:
    """Some bytes of some pictures are others."""

    def broken(packet: bytes) -> bytes:
        if not is_picture(packet) or draw.random() > share:
            return packet
        changed = bytearray(packet)
        for _ in range(8):
            changed[draw.randrange(RTP_HEADER, len(changed))] = draw.randrange(256)
        return bytes(changed)

    return broken


def leaking(share: float, draw: Random) -> Break:
    """Some bytes never come: what follows is read from the wrong place."""

    def broken(packet: bytes) -> bytes:
        if draw.random() > share:
            return packet
        hole = draw.randrange(len(packet))
        return packet[:hole] + packet[hole + 40 :]

    return broken


def nonsense(draw: Random) -> Break:
    """H.264 slices, whole or in pieces, of the right kind with nothing but noise in them."""

    def broken(packet: bytes) -> bytes:
        if not is_picture(packet) or packet[RTP_HEADER] & 31 not in (1, 5, 28):
            return packet
        return packet[: RTP_HEADER + 2] + draw.randbytes(len(packet) - RTP_HEADER - 2)

    return broken


def without_keyframes(packet: bytes) -> bytes:
    """H.264: no IDR slices, whole or in pieces (RFC 6184)."""
    if not is_picture(packet):
        return packet
    kind = packet[RTP_HEADER] & 31
    idr = kind == 5 or (kind == 28 and packet[RTP_HEADER + 1] & 31 == 5)
    return b"" if idr else packet
