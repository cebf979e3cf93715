"""Binary WebSocket frames of a device to bytes for the broker, and back, without a task, a queue or a copy more than needed.

uvicorn hands every message of a WebSocket through a queue to a task, with the reading of the socket stopped and started again for each.
For a thousand tablets that vote in the same second this costs more than the vote. `PipedWebSockets` is uvicorn's own protocol, which
does the handshake and everything else; once a route has joined a pipe to it, what comes goes straight through.
"""

import asyncio
from typing import Any, Final, cast

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request
from websockets.utils import apply_mask

EXTENSION: Final = "dinh.pipe"
"""Name of the ASGI extension by which a route finds the protocol of its WebSocket."""
LARGEST_FRAME: Final = 512 * 1024
NORMAL, PROTOCOL, NOT_BYTES, TOO_BIG = 1000, 1002, 1003, 1009
"""RFC 6455, 7.4.1."""
CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA


class BadFrame(ValueError):
    """A frame that is not taken; `code` is the close code that says why."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def read_frame(raw: bytearray, at: int) -> tuple[int, bytes, int] | None:
    """Opcode and unmasked payload of the frame that begins at `at`, and where the next begins; None while it is not whole. Raises BadFrame."""
    if len(raw) - at < 6:
        return None
    first, second = raw[at], raw[at + 1]
    if first & 0x70 or not second & 0x80:
        raise BadFrame(PROTOCOL)
    size, start = second & 0x7F, at + 2
    if size > 125:
        start += 2 if size == 126 else 8
        size = int.from_bytes(raw[at + 2 : start], "big")
        if first & 0x08:
            raise BadFrame(PROTOCOL)
    if size > LARGEST_FRAME:
        raise BadFrame(TOO_BIG)
    end = start + 4 + size
    if len(raw) < end:
        return None
    return first & 0x0F, apply_mask(bytes(raw[start + 4 : end]), bytes(raw[start : start + 4])), end


def frame(opcode: int, payload: bytes) -> bytes:
    """A whole frame of a server: not masked."""
    size, first = len(payload), 0x80 | opcode
    if size < 126:
        return bytes((first, size)) + payload
    if size < 1 << 16:
        return bytes((first, 126)) + size.to_bytes(2, "big") + payload
    return bytes((first, 127)) + size.to_bytes(8, "big") + payload


class Pipe(asyncio.Protocol):
    """The broker's side of the pipe; `from_device` is the device's. Each side is not read while the other does not take what was read.

    MQTT is a stream of bytes and does not care for the bounds of frames, so a fragment is passed on as it comes.
    """

    def __init__(self) -> None:
        self.ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        """The close code for the device, once one side has gone."""
        self._broker: asyncio.Transport | None = None
        self._device: asyncio.Transport | None = None
        self._raw = bytearray()

    def join(self, device: asyncio.Transport) -> None:
        """From now on bytes pass."""
        self._device = device
        if self._broker is not None:
            self._broker.resume_reading()

    def close(self) -> None:
        """Let the broker go at once, so that it sends the last will."""
        if self._broker is not None:
            self._broker.close()

    def end(self, code: int = NORMAL) -> None:
        """One side has gone."""
        if not self.ended.done():
            self.ended.set_result(code)

    # -- the broker

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._broker = cast("asyncio.Transport", transport)
        self._broker.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio gives it
        self.end()

    def data_received(self, data: bytes) -> None:
        if self._device is not None:
            self._device.write(frame(BINARY, data))

    def pause_writing(self) -> None:
        if self._device is not None and not self._device.is_closing():
            self._device.pause_reading()

    def resume_writing(self) -> None:
        if self._device is not None and not self._device.is_closing():
            self._device.resume_reading()

    # -- the device

    def from_device(self, data: bytes) -> None:
        """Bytes of the device's socket, which may hold several frames or a piece of one."""
        raw, at, passed = self._raw, 0, []
        raw += data
        try:
            while (found := read_frame(raw, at)) is not None:
                opcode, payload, at = found
                if opcode in {BINARY, CONTINUED}:
                    passed.append(payload)
                else:
                    self._control(opcode, payload)
        except BadFrame as bad:
            self.end(bad.code)
        del raw[:at]
        if passed and self._broker is not None:
            self._broker.write(passed[0] if len(passed) == 1 else b"".join(passed))

    def _control(self, opcode: int, payload: bytes) -> None:
        if opcode == PING and self._device is not None:
            self._device.write(frame(PONG, payload))
        elif opcode == CLOSE:
            raise BadFrame(NORMAL)  # nothing that comes behind it is taken (RFC 6455, 5.5.1)
        elif opcode != PONG:
            raise BadFrame(NOT_BYTES if opcode == TEXT else PROTOCOL)

    def device_waits(self, *, full: bool) -> None:
        """The device does not take what was written, or takes it again."""
        if self._broker is None or self._broker.is_closing():
            return
        if full:
            self._broker.pause_reading()
        else:
            self._broker.resume_reading()


class PipedWebSockets(WebSocketsSansIOProtocol):
    """uvicorn's protocol with a short way: `scope["extensions"]["dinh.pipe"]` joins a pipe to a WebSocket.

    Frames that came with the handshake itself, before it was answered, are not looked at: a client waits for the answer (RFC 6455, 4.1).
    """

    def __init__(self, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.conn.available_extensions = []  # a compressed frame could not be passed on; on a local network it costs more than it saves
        self._pipe: Pipe | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        if self.handshake_initiated and not self.handshake_complete:
            cast("dict[str, Any]", self.scope["extensions"])[EXTENSION] = self.join

    def join(self, pipe: Pipe) -> None:
        """Everything that comes behind the handshake goes into the pipe, until it has ended."""
        self._pipe = pipe
        pipe.join(self.transport)

    def data_received(self, data: bytes) -> None:
        if self._pipe is None or not self.handshake_complete or self._pipe.ended.done():
            super().data_received(data)
        else:
            self._pipe.from_device(data)

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._pipe is not None:
            self._pipe.device_waits(full=True)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._pipe is not None:
            self._pipe.device_waits(full=False)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._pipe is not None:
            self._pipe.end()
        super().connection_lost(exc)
